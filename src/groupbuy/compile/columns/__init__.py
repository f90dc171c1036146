"""Trees → dataframe expressions: the back end for many leads at once."""
