"""Lead files → leads, with a place for every value and every fault."""
