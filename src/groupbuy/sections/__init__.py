"""What a rule file can hold: one module for each section, all of one shape."""
