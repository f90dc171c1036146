"""The customer sheet as one page for the browser, which prints on A4."""

from __future__ import annotations

from groupbuy.render.customer.sheet import Grid, Group, Page, Part
from groupbuy.render.page import Block
from groupbuy.render.report.markup import Markup, tag

_STYLE = """
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 190mm; color: #1d2433; font-size: 13px;
  line-height: 1.45; font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  "WenQuanYi Micro Hei", sans-serif; }
h1 { font-size: 21px; margin: 0; }
h3 { font-size: 13px; margin: 8px 0 2px; break-after: avoid; }
h2 { font-size: 15px; margin: 14px 0 4px;
  border-bottom: 2px solid #1f5fbf; break-after: avoid; }
p { margin: 2px 0 6px; color: #5c667a; }
table { border-collapse: collapse; width: 100%; margin: 0 0 6px; }
th, td { border: 1px solid #d9dee8; padding: 2px 6px; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f5f7fa; font-weight: 600; } tr, li { break-inside: avoid; }
ul { margin: 0; padding-left: 18px; columns: 2 80mm; column-gap: 8mm; }
.line, small { color: #5c667a; }
small { display: block; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(80mm, 1fr)); gap: 0 12px;
  margin: 0; }
dl div { display: grid; grid-template-columns: 42% 1fr; border-bottom: 1px solid #d9dee8; }
dt { color: #5c667a; } dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { padding: 0; max-width: none; font-size: 11px; } }
"""


def show_sheet_html(page: Page, lang: str) -> str:
    """The sheet as one HTML page that loads nothing and prints on A4."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("title", page.title),
        tag("style", Markup(_STYLE)),
    )
    sections = [tag("section", tag("h2", title), _html(part)) for title, part in page.parts]
    body = tag("body", tag("header", tag("h1", page.title), tag("p", page.line)), sections)
    return f"<!doctype html>\n{tag('html', head, body, lang='zh-CN' if lang == 'zh' else 'en')}\n"


def _html(part: Part) -> list[Markup]:
    if isinstance(part, Grid):
        found = []
        if part.rows:
            shares = [f"width:{100 * share / sum(part.widths):.0f}%" for share in part.widths]
            styles: list[str | None] = [*shares] or [None] * len(part.heads)
            over = zip(part.heads, styles, strict=True)
            heads = tag("tr", [tag("th", head, style=style) for head, style in over])
            rows = [tag("tr", [tag("td", cell) for cell in row]) for row in part.rows]
            found.append(tag("table", tag("thead", heads), tag("tbody", rows)))
        return [*found, tag("p", part.note)] if part.note else found
    blocks = [each for each in part if isinstance(each, Block)]
    if blocks:
        return [tag("ul", [_item(each) for each in blocks])]
    return [made for each in part if isinstance(each, Group) for made in _group(each)]


def _group(group: Group) -> list[Markup]:
    pairs = [tag("div", tag("dt", name), tag("dd", value)) for name, value in group.pairs]
    return [*([tag("h3", group.title)] if group.title else []), tag("dl", pairs)]


def _item(each: Block) -> Markup:
    lines = [
        tag("div", line.text.strip(), tag("small", line.margin) if line.margin else None,
            class_="line")
        for line in each.body
        if line.text.strip("─ ")
    ]  # fmt: skip
    margin = tag("small", each.margin) if each.margin else None
    return tag("li", tag("div", each.head, margin), lines)
