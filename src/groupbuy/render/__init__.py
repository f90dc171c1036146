"""Results and problems for people and programs. Nothing here decides anything."""
