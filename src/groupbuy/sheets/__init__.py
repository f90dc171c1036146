"""Sheets of cells, in CSV texts and in Excel workbooks: read as people see them, with places."""
