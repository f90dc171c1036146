"""Blocks → one HTML page that stands by itself: no script, nothing fetched, made to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from groupbuy.api.documents import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Rule,
    Runs,
    Table,
    title_of,
)

STYLE = """
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6b7c; --line: #d5dde5; --mark: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f4; color: var(--ink); line-height: 1.65; font-size: 16px;
  font-family: "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 60rem; margin: 2rem auto; background: #fff; padding: 2.5rem 3rem;
  border: 1px solid var(--line); overflow-wrap: break-word; }
h1 { font-size: 1.75rem; line-height: 1.3; margin: 0 0 .75rem;
  border-bottom: 3px solid var(--mark); padding-bottom: .6rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; color: var(--mark); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p { margin: .4rem 0; }
ul, ol { margin: .4rem 0; padding-left: 1.4rem; }
.wide { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem;
  font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .45rem .5rem; text-align: left; }
td { vertical-align: top; }
th { background: #f5f8fb; font-weight: 600; color: var(--soft); white-space: nowrap; }
tr:last-child td { border-bottom: 2px solid var(--soft); }
.right { text-align: right; white-space: nowrap; }
.center { text-align: center; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
@media (max-width: 40rem) { main { margin: 0; border: 0; padding: 1.25rem; } }
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  body { background: #fff; font-size: 10.5pt; }
  main { margin: 0; padding: 0; border: 0; max-width: none; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } .wide { overflow: visible; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_page(blocks: Sequence[Block], lang: str) -> str:
    """The page. Its title is the first heading."""
    title = title_of(blocks)
    body = "".join(_written(blocks))
    code = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{code}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _written(blocks: Sequence[Block]) -> Iterator[str]:
    lists: list[str] = []
    for block in blocks:
        if not isinstance(block, Bullet):
            yield from _closed(lists, 0)
        match block:
            case Heading(level, runs):
                yield f"<h{level}>{_spans(runs)}</h{level}>\n"
            case Paragraph(runs):
                yield f"<p>{_spans(runs)}</p>\n"
            case Bullet(runs, number, depth):
                yield from _closed(lists, depth + 1)
                while len(lists) <= depth:
                    lists.append("ul" if number is None else "ol")
                    yield f"<{lists[-1]}>\n"
                yield f"<li>{_spans(runs)}</li>\n"
            case Table():
                yield from _table(block)
            case Rule():
                yield "<hr>\n"
    yield from _closed(lists, 0)


def _closed(lists: list[str], depth: int) -> Iterator[str]:
    while len(lists) > depth:
        yield f"</{lists.pop()}>\n"


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>\n'
    for row in table.rows:
        yield "<tr>"
        for cell in row:
            tag = "th" if cell.head else "td"
            style = "" if cell.align == "left" else f' class="{cell.align}"'
            yield f"<{tag}{style}>{_spans(cell.runs)}</{tag}>"
        yield "</tr>\n"
    yield "</table></div>\n"


def _spans(runs: Runs) -> str:
    found = []
    for run in runs:
        text = escape(run.text)
        text = f"<em>{text}</em>" if run.italic else text
        text = f"<strong>{text}</strong>" if run.bold else text
        if run.link is not None:
            text = f'<a href="{escape(run.link)}" rel="noopener noreferrer">{text}</a>'
        found.append(text)
    return "".join(found)
