"""Many leads at once: stacks, populations and results as columns of a dataframe."""
