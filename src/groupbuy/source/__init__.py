"""Text files → data in which every value knows its place."""
