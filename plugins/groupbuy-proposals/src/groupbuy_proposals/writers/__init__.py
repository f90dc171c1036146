"""A filled template as Markdown, HTML and a workbook; groupbuy makes DOCX and PDF of it."""
