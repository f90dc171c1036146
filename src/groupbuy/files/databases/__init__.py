"""Leads from databases and results into them, through ADBC: columns stay columns on the way."""
