"""`groupbuy catalogue`: an example to start from, and what is wrong with one of your own."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.api.commands import DONE, deliver, next_step, output_option


@click.group()
def catalogue() -> None:
    """The goods you sell, with prices: for groupbuy propose."""


@catalogue.command()
@output_option()
def example(output: Path | None) -> int:
    """An example catalogue as YAML, to change into your own."""
    from groupbuy_proposals.catalogue import EXAMPLE

    deliver(EXAMPLE.read_text(encoding="utf-8"), output)
    if output is not None:
        next_step(f"→ groupbuy catalogue check {output}")
    return DONE


@catalogue.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> int:
    """Read a catalogue (YAML, CSV, XLSX) and say what is wrong, and what is blank.

    Exit codes: 0 it can be used; 2 it can't.
    """
    from groupbuy_proposals.catalogue import ATTRIBUTES, read_catalogue

    found = read_catalogue(file)
    items = found.items.values()
    categories = {item.category for item in items}
    lines = [f"{len(found.items):,} items, {len(categories):,} categories; no errors"]
    blanks = {
        "lead_time_days (never promised by a date)": [i for i in items if i.lead_time_days is None],
        "cost (no margin)": [i for i in items if i.cost is None],
        "attributes (count 0)": [i for i in items if len(i.attributes) < len(ATTRIBUTES)],
        "name_en": [i for i in items if "en" not in i.name],
    }
    for name, without in blanks.items():
        if without:
            some = ", ".join(item.sku for item in without[:5])
            more = " …" if len(without) > 5 else ""
            lines.append(f"blank {name}: {len(without):,}: {some}{more}")
    deliver("\n".join(lines) + "\n", None)
    return DONE
