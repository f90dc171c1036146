"""The customer sheet as Markdown. Nothing from a file is markup."""

from __future__ import annotations

from collections.abc import Iterator

from groupbuy.render.customer.sheet import Grid, Page, Part
from groupbuy.render.markdown import escaped
from groupbuy.render.page import Block


def show_sheet_markdown(page: Page) -> str:
    """The sheet as Markdown. Nothing from a file is markup."""
    found = [f"# {escaped(page.title)}", escaped(page.line)]
    for title, part in page.parts:
        found.append(f"## {escaped(title)}")
        found += _markdown(part)
    return "\n\n".join(text for text in found if text) + "\n"


def _markdown(part: Part) -> Iterator[str]:
    if isinstance(part, Grid):
        if part.rows:
            grid = (part.heads, *part.rows)
            texts = [f"| {' | '.join(escaped(cell) for cell in line)} |" for line in grid]
            texts.insert(1, f"|{':--|' * len(part.heads)}")
            yield "\n".join(texts)
        yield escaped(part.note)
        return
    lines = []
    for each in part:
        if isinstance(each, Block):
            lines.append(f"- {escaped(each.head)}{_margin(each.margin)}")
            for line in each.body:
                if line.text.strip("─ "):
                    lines.append(f"  - {escaped(line.text.strip())}{_margin(line.margin)}")
            continue
        if each.title:
            lines.append(f"{'' if not lines else chr(10)}### {escaped(each.title)}\n")
        lines += [f"- {escaped(name)}: {escaped(value)}" for name, value in each.pairs]
    yield "\n".join(lines)


def _margin(text: str) -> str:
    return f" ({escaped(text)})" if text else ""
