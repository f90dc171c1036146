"""Lead files as frames, and results from frames to files, without holding the whole."""
