"""Blocks → PDF, by typst (extra `pdf`), with a font that has every character, or an error.

Typst prints boxes for characters that no font has, and says so only in a warning. Here a warning
about fonts is an error that names the characters: a customer never gets boxes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.extras import needed
from groupbuy.render.document.blocks import (
    Block,
    Bullet,
    Cell,
    Heading,
    Paragraph,
    Rule,
    Runs,
    Table,
    text_of,
    title_of,
)

FONTS = ("Noto Sans SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "Source Han Sans SC")
"""Fonts with Chinese, the preferred first; one that `--font` names stands before them."""
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Fonts:
    """Folders and files in which typst looks for fonts, and their families in use."""

    paths: tuple[Path, ...]
    families: tuple[str, ...]


def find_fonts(font: Path | None = None) -> Fonts:
    """The fonts to print with. Raises `GroupbuyError` where none has Chinese."""
    typst = needed("typst", "pdf", "a PDF")
    paths = [] if font is None else [font]
    if font is not None and not font.exists():
        message = f"there is no font {font}"
        raise GroupbuyError(Problem("font-missing", message, None, "--font names a file or folder"))
    try:
        import pylopdf_fonts_zh_cn

        paths.append(Path(pylopdf_fonts_zh_cn.__file__).parent)
    except ImportError:
        pass
    every = typst.Fonts(include_system_fonts=True, font_paths=[_folder(each) for each in paths])
    present = {str(each) for each in every.families()}
    own: list[str] = []
    if font is not None:
        alone = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[_folder(font)]
        )
        own = sorted(str(each) for each in alone.families())
    families = [*own, *(each for each in FONTS if each in present)]
    if not families:
        raise GroupbuyError(
            Problem(
                "font-missing",
                "no font with Chinese characters was found, and boxes are not printed",
                None,
                "pip install 'groupbuy[pdf]' brings one; or --font FILE",
            )
        )
    return Fonts(tuple(_folder(each) for each in paths), tuple(dict.fromkeys(families)))


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def pdf_file(
    blocks: Sequence[Block], lang: str, fonts: Fonts, day: date, *, dense: bool = False
) -> bytes:
    """The PDF, dated `day`. `dense` puts more on a page.

    Raises `GroupbuyError` where a character has no glyph in the fonts.
    """
    typst = needed("typst", "pdf", "a PDF")
    source = typst_source(blocks, lang, fonts.families, day, dense=dense)
    try:
        data, warnings = typst.compile_with_warnings(
            source.encode(),
            font_paths=list(fonts.paths),
            format="pdf",
        )
    except Exception as error:  # typst's own; what it says is for people
        message = f"typst can't make the PDF: {_first_line(error)}"
        raise GroupbuyError(Problem("pdf-failed", message)) from None
    faults = [_first_line(each) for each in warnings]
    missing = [each for each in faults if "font" in each or "glyph" in each]
    if missing:
        hint = "--font FILE names a font that has them"
        raise GroupbuyError(
            Problem("font-missing", f"the PDF is not made: {missing[0]}", None, hint)
        )
    return bytes(data)


def _first_line(error: Any) -> str:
    text = str(getattr(error, "message", None) or error).strip()
    return text.splitlines()[0][:300] if text else type(error).__name__


def quoted(text: str) -> str:
    """A text as a string of typst: nothing in it is markup or code."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub("[\x00-\x1f\x7f\ud800-\udfff]", " ", escaped) + '"'


def typst_source(
    blocks: Sequence[Block], lang: str, families: Sequence[str], day: date, *, dense: bool = False
) -> str:
    """The document for typst. All words are strings in it, so that none is obeyed."""
    made = f"year: {day.year}, month: {day.month}, day: {day.day}"
    margin, size, space = ("14mm", "8.5pt", "0.55em") if dense else ("18mm", "10pt", "0.75em")
    head = f"""
#set document(title: {quoted(title_of(blocks))}, date: datetime({made}))
#set page(paper: "a4", margin: {margin}, numbering: "1 / 1")
#set text(font: ({", ".join(map(quoted, families))},), fallback: true, size: {size},
  lang: {quoted(lang)}, fill: rgb("#1d2733"))
#set par(leading: {space}, spacing: {"0.7em" if dense else "0.9em"})
#set list(spacing: {space})
#show heading: it => block(above: {"1.2em" if dense else "1.5em"}, below: 0.8em, sticky: true,
  text(fill: rgb("#0b5cad"), stroke: 0.3pt + rgb("#0b5cad"), it.body))
#show heading.where(level: 1): it => block(below: 0.9em, width: 100%, inset: (bottom: 6pt),
  stroke: (bottom: 2pt + rgb("#0b5cad")), text(size: 17pt, fill: rgb("#1d2733"),
  stroke: 0.4pt + rgb("#1d2733"), it.body))
#show heading.where(level: 3): it => block(above: 1.3em, below: 0.6em,
  text(size: {"9pt" if dense else "10.5pt"}, fill: rgb("#1d2733"),
  stroke: 0.3pt + rgb("#1d2733"), it.body))
#set table(stroke: (_, y) => (bottom: 0.5pt + rgb("#d5dde5")),
  inset: (x: 4pt, y: {"3pt" if dense else "5pt"}))
// Fonts with Chinese seldom come with a bold face: strokes make one.
#show strong: it => text(stroke: 0.3pt + rgb("#1d2733"), it.body)
#show table: set text(size: {"8pt" if dense else "8.5pt"})
#show table.cell: set par(leading: 0.5em)
"""
    return head + "".join(_written(block) for block in blocks)


def _written(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return f"#heading(level: {min(level, 4)})[{_content(runs)}]\n"
        case Paragraph(runs):
            return f"#par[{_content(runs)}]\n"
        case Bullet(runs, number, depth):
            mark = "list" if number is None else f"enum(start: {number})"
            made = f"#{mark}[{_content(runs)}]"
            return f"#pad(left: {depth}em)[{made}]\n" if depth else f"{made}\n"
        case Table():
            return _table(block)
        case Rule():
            return '#line(length: 100%, stroke: 0.5pt + rgb("#d5dde5"))\n'


def _table(table: Table) -> str:
    width = max(len(row) for row in table.rows)
    aligns = ", ".join(cell.align for cell in table.rows[0])
    if table.widths:
        columns = ", ".join(f"{share:g}fr" for share in table.widths)
    else:
        widest = _widest(table)
        columns = ", ".join("1fr" if n == widest else "auto" for n in range(width))
    cells: list[str] = []
    for row in table.rows:
        cells += [_cell(cell) for cell in row] + ["[]"] * (width - len(row))
    if table.headed:
        cells = [f"table.header({', '.join(cells[:width])})", *cells[width:]]
    return f"#table(columns: ({columns},), align: ({aligns},), {', '.join(cells)})\n"


def _cell(cell: Cell) -> str:
    content = f"[{_content(cell.runs)}]"
    return f'table.cell(fill: rgb("#f5f8fb"), breakable: false){content}' if cell.head else content


def _widest(table: Table) -> int:
    """The column set left with the most words in a cell: names take what numbers leave."""

    def longest(column: int) -> int:
        return max(len(text_of(row[column].runs)) for row in table.rows if column < len(row))

    head = table.rows[0]
    left = [n for n, cell in enumerate(head) if cell.align == "left"] or [*range(len(head))]
    return max(left, key=longest)


def _content(runs: Runs) -> str:
    found = []
    for run in runs:
        colour = 'fill: rgb("#5b6b7c"), ' if run.soft else ""
        made = f"#text({colour}{quoted(run.text)})"
        if run.bold:
            made = f"#strong[{made}]"
        if run.italic:
            made = f"#emph[{made}]"
        found.append(made)
    return "".join(found)
