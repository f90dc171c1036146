"""For plugins that write documents: blocks of text as DOCX and PDF (extras `docx`, `pdf`)."""

from __future__ import annotations

from groupbuy.render.document.blocks import (
    Align,
    Block,
    Bullet,
    Cell,
    Heading,
    Paragraph,
    Rule,
    Run,
    Runs,
    Table,
    text_of,
    title_of,
)
from groupbuy.render.document.docx import check_docx, docx_file
from groupbuy.render.document.pdf import Fonts, find_fonts, pdf_file

__all__ = [
    "Align",
    "Block",
    "Bullet",
    "Cell",
    "Fonts",
    "Heading",
    "Paragraph",
    "Rule",
    "Run",
    "Runs",
    "Table",
    "check_docx",
    "docx_file",
    "find_fonts",
    "pdf_file",
    "text_of",
    "title_of",
]
