"""What rule authors work with: looking rules up, schemas for editors, new rules folders."""
