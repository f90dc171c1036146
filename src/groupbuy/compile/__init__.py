"""Back ends: trees → something that runs."""
