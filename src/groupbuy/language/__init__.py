"""The text of an expression → a checked tree."""
