"""Blocks → a Word document to edit, by python-docx (extra `docx`)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from groupbuy_proposals.writers.blocks import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Rule,
    Runs,
    Table,
    text_of,
)
from groupbuy_proposals.writers.extras import needed

LATIN, EAST_ASIAN = "Calibri", "Microsoft YaHei"
"""Fonts by name: Word puts in its own where a computer has none of them."""
# XML can't hold these at all.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def check() -> None:
    """Raises `GroupbuyError` where the extra is missing."""
    needed("docx", "docx", "a Word document")


def docx_file(blocks: Sequence[Block], lang: str, day: date) -> bytes:
    """The document; the same bytes for the same blocks."""
    module = needed("docx", "docx", "a Word document")
    document = module.Document()
    _set_up(document, lang, blocks, day)
    for block in blocks:
        match block:
            case Heading(level, runs):
                _write(document.add_heading(level=min(level, 4)), runs)
            case Paragraph(runs):
                _write(document.add_paragraph(), runs)
            case Bullet(runs, number, _):
                style = "List Bullet" if number is None else "List Number"
                _write(document.add_paragraph(style=style), runs)
            case Table():
                _table(document, block)
            case Rule():
                document.add_paragraph()
    return _packed(document)


def _set_up(document: Any, lang: str, blocks: Sequence[Block], day: date) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Title"):
        style = document.styles[name]
        style.font.name = LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # Without it Word sets Chinese in whatever the theme says, which may have no such glyphs.
        for part in ("w:eastAsia", "w:hAnsi", "w:ascii", "w:cs"):
            fonts.set(qn(part), EAST_ASIAN if part == "w:eastAsia" else LATIN)
        for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
            if fonts.get(qn(theme)) is not None:
                del fonts.attrib[qn(theme)]
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x0B, 0x5C, 0xAD)
    document.styles["Normal"].font.size = Pt(10.5)
    properties = document.core_properties
    title = next((text_of(b.runs) for b in blocks if isinstance(b, Heading)), "")
    properties.title, properties.author = _clean(title)[:255], ""
    properties.comments, properties.language = "", "zh-CN" if lang == "zh" else "en"
    properties.created = properties.modified = datetime(day.year, day.month, day.day)


def _clean(text: str) -> str:
    return _NEVER.sub("", text)


def _write(paragraph: Any, runs: Runs) -> None:
    for each in runs:
        run = paragraph.add_run(_clean(each.text))
        run.bold, run.italic = each.bold or None, each.italic or None


def _table(document: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    sides = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }
    width = max(len(row) for row in table.rows)
    made = document.add_table(rows=len(table.rows), cols=width, style="Light Grid Accent 1")
    made.autofit = True
    for row, cells in zip(made.rows, table.rows, strict=True):
        for target, cell in zip(row.cells, cells, strict=False):
            paragraph = target.paragraphs[0]
            paragraph.alignment = sides[cell.align]
            _write(paragraph, cell.runs)
            for run in paragraph.runs:
                run.font.size = Pt(9)
    document.add_paragraph()


def _packed(document: Any) -> bytes:
    """The file, its parts dated alike, so that the same proposal is the same bytes."""
    import zipfile

    first = io.BytesIO()
    document.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            made.writestr(info, given.read(name))
    return out.getvalue()
