"""Two versions of rules over the same leads: what changed in the rules, and for whom."""
