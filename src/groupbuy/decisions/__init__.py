"""The decision log: what was decided for whom, from what, by which rules; and its proof."""
