"""What could still be: the questions worth asking, and later the analysis of rules as a set."""
