"""Documents for people to print and to edit: blocks of text, as DOCX and as PDF."""
