"""Tables in files: rows, bands and cases that are kept in CSV or Excel become ordinary entries."""
