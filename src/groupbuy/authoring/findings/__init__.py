"""Findings of `groupbuy check`: what a set of rules says that its author can't have meant."""
