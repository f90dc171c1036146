"""Markdown → blocks, from which every other format is made.

Only what a proposal needs: headings, paragraphs, lists, tables, rules; bold, italics, code. HTML in
a template is shown as text, pictures by their description: a document fetches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from groupbuy.api.documents import (
    Align,
    Block,
    Bullet,
    Cell,
    Heading,
    Paragraph,
    Rule,
    Run,
    Table,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables, without HTML."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def blocks(markdown: str) -> list[Block]:
    """The blocks of a text."""
    return list(_blocks(parser().parse(markdown)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    table: Table | None = None
    numbers: list[int | None] = []
    heading = 0
    align: Align = "left"
    head = False
    in_item = False
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1) - 1)
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
            case "list_item_open":
                in_item = True
                if numbers[-1] is not None:
                    numbers[-1] += 1
            case "table_open":
                table = Table()
            case "table_close":
                assert table is not None
                yield table
                table = None
            case "tr_open":
                assert table is not None
                table.rows.append([])
            case "th_open" | "td_open":
                head = token.type == "th_open"
                style = str(token.attrGet("style") or "")
                align = "right" if "right" in style else "center" if "center" in style else "left"
            case "hr":
                yield Rule()
            case "fence" | "code_block":
                yield Paragraph((Run(token.content.rstrip("\n")),))
            case "inline":
                runs = tuple(_runs(token.children or ()))
                if table is not None:
                    table.rows[-1].append(Cell(runs, align, head))
                elif heading:
                    yield Heading(heading, runs)
                elif numbers and in_item:
                    in_item = False
                    yield Bullet(runs, numbers[-1], len(numbers) - 1)
                else:
                    yield Paragraph(runs)


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    bold = italic = 0
    link: str | None = None
    for token in tokens:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                href = str(token.attrGet("href") or "")
                link = href if href.startswith(("http://", "https://", "mailto:")) else None
            case "link_close":
                link = None
            case "softbreak" | "hardbreak":
                yield Run(" ", bool(bold), bool(italic), link)
            case _:
                if token.content:
                    yield Run(token.content, bool(bold), bool(italic), link)
