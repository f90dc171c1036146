"""A filled template in each format: Markdown as it is, HTML, DOCX, PDF by way of typst."""
