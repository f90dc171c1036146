"""Blocks → a Word document to edit, by python-docx (extra `docx`)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any

from groupbuy.extras import needed
from groupbuy.render.document.blocks import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Rule,
    Runs,
    Table,
    text_of,
    title_of,
)
from groupbuy.render.width import width as cells_of

LATIN, EAST_ASIAN = "Calibri", "Microsoft YaHei"
"""Fonts by name: Word puts in its own where a computer has none of them."""
MARK, INK, SOFT, LINE, GROUND = "0B5CAD", "1D2733", "5B6B7C", "D5DDE5", "F5F8FB"
# XML can't hold these at all.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DEEPEST = 3
"""Depths of lists that Word has styles for."""


def check_docx() -> ModuleType:
    """The library. Raises `GroupbuyError` where the extra is missing."""
    return needed("docx", "docx", "a Word document")


def docx_file(blocks: Sequence[Block], lang: str, day: date, *, dense: bool = False) -> bytes:
    """The document; the same bytes for the same blocks. `dense` puts more on a page."""
    document = check_docx().Document()
    _set_up(document, lang, blocks, day, dense)
    for block in blocks:
        match block:
            case Heading(level, runs):
                _write(document.add_heading(level=min(level, 4)), runs)
            case Paragraph(runs):
                _write(document.add_paragraph(), runs)
            case Bullet(runs, number, depth):
                style = "List Bullet" if number is None else "List Number"
                deeper = f" {min(depth + 1, _DEEPEST)}" if depth else ""
                _write(document.add_paragraph(style=f"{style}{deeper}"), runs)
            case Table():
                _table(document, block, 8 if dense else 9)
            case Rule():
                document.add_paragraph()
    return _packed(document)


def _set_up(document: Any, lang: str, blocks: Sequence[Block], day: date, dense: bool) -> None:
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    margin = Cm(1.5 if dense else 2)
    section.left_margin = section.right_margin = margin
    section.top_margin = section.bottom_margin = margin
    lists = [f"List {kind}{n}" for kind in ("Bullet", "Number") for n in ("", " 2", " 3")]
    headings = {"Heading 1": 17, "Heading 2": 12, "Heading 3": 10.5, "Heading 4": 10.5}
    for name in ("Normal", *lists, *headings):
        style = document.styles[name]
        _set_in(style)
        if name in headings:
            style.font.color.rgb = RGBColor.from_string(MARK if name != "Heading 1" else INK)
            style.font.size = Pt(headings[name] - (1 if dense else 0))
            style.paragraph_format.keep_with_next = True
        if dense:
            before = 8 if name in headings else 0
            style.paragraph_format.space_before = Pt(before)
            style.paragraph_format.space_after = Pt(2)
            style.paragraph_format.line_spacing = 1.0
    document.styles["Normal"].font.size = Pt(9 if dense else 10.5)
    properties = document.core_properties
    properties.title, properties.author = _clean(title_of(blocks))[:255], ""
    properties.comments, properties.language = "", "zh-CN" if lang == "zh" else "en"
    properties.created = properties.modified = datetime(day.year, day.month, day.day)
    _number_pages(section.footer.paragraphs[0])


def _set_in(style: Any) -> None:
    """Name the fonts: else Word sets Chinese in the theme's, which may have no such glyphs."""
    from docx.oxml.ns import qn

    style.font.name = LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for part in ("w:eastAsia", "w:hAnsi", "w:ascii", "w:cs"):
        fonts.set(qn(part), EAST_ASIAN if part == "w:eastAsia" else LATIN)
    for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
        if fonts.get(qn(theme)) is not None:
            del fonts.attrib[qn(theme)]


def _number_pages(paragraph: Any) -> None:
    """`1 / 3` at the foot of each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for code in ("PAGE", "NUMPAGES"):
        if code == "NUMPAGES":
            paragraph.add_run(" / ")
        run = paragraph.add_run()
        for kind in ("begin", "instr", "end"):
            made = _element("w:instrText" if kind == "instr" else "w:fldChar")
            if kind == "instr":
                made.text = code
            else:
                made.set(_name("w:fldCharType"), kind)
            run._r.append(made)
    for run in paragraph.runs:
        run.font.size = Pt(8)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(_name(f"w:{key}"), value)
    return made


def _name(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _clean(text: str) -> str:
    return _NEVER.sub("", text)


def _write(paragraph: Any, runs: Runs) -> None:
    from docx.shared import RGBColor

    for each in runs:
        run = paragraph.add_run(_clean(each.text))
        run.bold, run.italic = each.bold or None, each.italic or None
        if each.soft:
            run.font.color.rgb = RGBColor.from_string(SOFT)


def _table(document: Any, table: Table, size: float) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    sides = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }
    width = max(len(row) for row in table.rows)
    made = document.add_table(rows=len(table.rows), cols=width)
    _rule(made)
    made.autofit = not table.widths
    shares = _shares(document.sections[0], table.widths or _by_texts(table, width))
    for column, share in zip(made.columns, shares, strict=False):
        column.width = share
    for number, (row, cells) in enumerate(zip(made.rows, table.rows, strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if number == 0 and table.headed:
            properties.append(_element("w:tblHeader"))
        for place, (target, cell) in enumerate(zip(row.cells, cells, strict=False)):
            if shares:
                target.width = shares[place]
            if cell.head:
                shade = _element("w:shd", val="clear", color="auto", fill=GROUND)
                target._tc.get_or_add_tcPr().append(shade)
            paragraph = target.paragraphs[0]
            paragraph.alignment = sides[cell.align]
            paragraph.paragraph_format.space_after = Pt(0)
            _write(paragraph, cell.runs)
            for run in paragraph.runs:
                run.font.size = Pt(size)
                run.bold = True if cell.head and table.headed else run.bold
    below = document.add_paragraph()
    below.paragraph_format.space_after = Pt(0)
    below.add_run().font.size = Pt(4)
    below.paragraph_format.line_spacing = Pt(6)


def _by_texts(table: Table, columns: int) -> list[float]:
    """Columns as wide as their longest texts, within reason; Word fits them better still."""
    texts = [[text_of(row[n].runs) for row in table.rows if n < len(row)] for n in range(columns)]
    return [min(max(7, *(cells_of(text) for text in each), 0), 40) for each in texts]


def _shares(section: Any, widths: Sequence[float]) -> list[Any]:
    """The columns' widths, which fill the page."""
    room = section.page_width - section.left_margin - section.right_margin
    return [int(room * share / sum(widths)) for share in widths]


def _rule(made: Any) -> None:
    """Thin lines between the rows."""
    borders = _element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    made._tbl.tblPr.append(borders)


def _packed(document: Any) -> bytes:
    """The file, its parts dated alike, so that the same document is the same bytes."""
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
