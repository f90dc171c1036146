"""The typed expression tree: everything a rule says is one of these."""
