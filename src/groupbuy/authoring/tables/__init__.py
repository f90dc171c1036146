"""Rows, bands and cases as sheets: written for Excel, and taken back into a rule file."""
