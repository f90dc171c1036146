"""Catalogue files: YAML, CSV, XLSX and what plugins read, into items with exact prices.

A catalogue is read by a model of its own as leads are read by theirs (`data/catalogue_model.yaml`).
It is about money, so nothing is set aside: one bad item, and every mistake of the file is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from groupbuy.api import GroupbuyError, Item, Location, PriceBreak, Problem, Problems
from groupbuy.api.commands import Lead, LeadModel, read_leads, read_model
from groupbuy_proposals.prices import faults_of_ladder

HERE = Path(__file__).parent
EXAMPLE = HERE / "data" / "catalogue.yaml"
ATTRIBUTES = ("practicality", "novelty", "distinctiveness", "safety", "service", "appeal")
NAMES = ("catalogue.yaml", "catalogue.yml", "catalogue.csv", "catalogue.xlsx")
"""What a catalogue is called that lies in the rules folder."""
MOST_ITEMS = 20_000

_SEPARATORS = re.compile(r"[、，,；;|\n]+")
_STEP = re.compile(
    r"\s*(?P<quantity>[0-9]+)\s*[:：=＝]\s*[¥￥]?(?P<price>[0-9]+(?:\.[0-9]+)?)\s*元?\s*"
)
_LADDER_HINT = 'write it as "100:95; 500:88.5": from 100 on 95 each, from 500 on 88.5'


@dataclass(frozen=True)
class Catalogue:
    """The items by SKU, in the order of their SKUs, and where each stands."""

    name: str
    items: Mapping[str, Item]
    places: Mapping[str, Location]

    def named(self, word: str) -> list[Item]:
        """The items that a word of a customer means: SKU, name, category or tag."""
        return [item for item in self.items.values() if is_named(item, word)]


def is_named(item: Item, word: str) -> bool:
    """Whether a customer's word means an item. A name within the word counts, and the reverse.

    `冰箱` means the item `迷你冰箱`; `某某牌蒸汽挂烫机` means `蒸汽挂烫机`.
    """
    wanted = word.strip().casefold()
    if not wanted:
        return False
    if wanted == item.sku.casefold():
        return True
    called = [*item.name.values(), item.category, *item.tags]
    return any(
        name.casefold() in wanted or (len(wanted) > 1 and wanted in name.casefold())
        for name in called
        if len(name) > 1
    )


@cache
def catalogue_model() -> LeadModel:
    """What an item can have."""
    return read_model(HERE / "data" / "catalogue_model.yaml")


def find_catalogue(given: Path | None, rules: Path) -> Path:
    """The catalogue to use: the one given, else the one in the rules folder.

    There is no other: what is offered to a customer must be what the company sells.
    """
    if given is not None:
        return given
    for name in NAMES:
        if (rules / name).is_file():
            return rules / name
    raise GroupbuyError(
        Problem(
            "no-catalogue",
            "which goods do you sell? There is no catalogue",
            None,
            "--catalogue FILE, or a catalogue.yaml, .csv or .xlsx in the rules folder; "
            "groupbuy catalogue example -o catalogue.yaml writes one to start from",
        )
    )


def read_catalogue(path: Path) -> Catalogue:
    """The items of a catalogue. Raises `GroupbuyError` with every mistake of the file."""
    try:
        found = read_leads([path], catalogue_model())
    except GroupbuyError as error:
        raise GroupbuyError(*(_of_items(problem) for problem in error.problems)) from None
    problems = Problems()
    for aside in found.set_aside:
        problems.extend(_of_items(problem) for problem in aside.problems)
    items: dict[str, Item] = {}
    places: dict[str, Location] = {}
    for lead in found.leads:
        item = _item(lead, problems)
        if item is not None:
            items[item.sku], places[item.sku] = item, lead.at
    if not found.leads and not problems.found:
        problems.add("item-none", "this catalogue has no items", Location(str(path)))
    if len(found.leads) > MOST_ITEMS:
        message = f"{len(found.leads):,} items; a catalogue has at most {MOST_ITEMS:,}"
        problems.add("item-many", message, Location(str(path)))
    problems.raise_any()
    return Catalogue(str(path), dict(sorted(items.items())), places)


def _of_items(problem: Problem) -> Problem:
    """A problem of a lead file, in the words of a catalogue."""
    code = problem.code.replace("lead-", "item-", 1) if problem.code.startswith("lead-") else ""
    if not code:
        return problem
    hint = problem.hint
    if code == "item-same-id":
        hint = "each item has a SKU of its own"
    elif hint is not None and "under `fields:`" in hint:
        hint = "leave the column out; groupbuy catalogue example shows those there are"
    return replace(problem, code=code, hint=hint)


def _item(lead: Lead, problems: Problems) -> Item | None:
    """One item; what its values don't agree on goes to `problems`."""
    values: Mapping[str, Any] = lead.values
    before = len(problems.found)
    ladder = _ladder(lead, problems)
    name = {"zh": str(values["name"])}
    if values["name_en"] is not None:
        name["en"] = str(values["name_en"])
    mode: Literal["volume", "graduated"]
    mode = "graduated" if values["break_mode"] == "graduated" else "volume"
    item = Item(
        sku=lead.id,
        name=name,
        category=str(values["category"]).strip(),
        list_price=_money(lead, "list_price", problems),
        unit=str(values["unit"] or ""),
        price_breaks=tuple(sorted(ladder, key=lambda step: step.quantity)),
        break_mode=mode,
        moq=_whole(values["moq"]) or 1,
        order_multiple=_whole(values["order_multiple"]) or 1,
        lead_time_days=_whole(values["lead_time_days"]),
        vat_rate=exact(values["vat_rate"]),
        cost=None if values["cost"] is None else exact(values["cost"]),
        stock=_whole(values["stock"]),
        shelf_life_days=_whole(values["shelf_life_days"]),
        attributes={each: float(values[each]) for each in ATTRIBUTES if values[each] is not None},
        certificates=listed(values["certificates"]),
        not_for=listed(values["not_for"]),
        only_for=listed(values["only_for"]),
        tags=listed(values["tags"]),
    )
    if len(problems.found) == before:
        for fault in faults_of_ladder(item):
            hint = "a larger order costs less each; leave the step out, or mend its price"
            problems.add("item-ladder", f"{item.sku}: {fault}", lead.at, hint)
    return item if len(problems.found) == before else None


def _ladder(lead: Lead, problems: Problems) -> list[PriceBreak]:
    """The price breaks: of the table, or of the cell that states them in short."""
    values: Mapping[str, Any] = lead.values
    rows: Sequence[Mapping[str, Any]] = values["price_breaks"] or ()
    short = values["ladder"]
    if rows and short:
        message = f"{lead.id} has a price ladder and a table of price breaks"
        problems.add("item-ladder", message, lead.at, "leave one of them out")
        return []
    found = []
    for row in rows:
        if row["min_quantity"] is not None and row["unit_price"] is not None:
            cost = _to_the_cent(exact(row["unit_price"]), lead, "unit_price", problems)
            found.append(PriceBreak(int(row["min_quantity"]), cost))
    for text in _SEPARATORS.split(str(short).strip(" ;；,，")) if short else ():
        match = _STEP.fullmatch(text)
        if match is None or len(text) > 60:
            message = f'{lead.id}: "{text[:40]}" is no step of a price ladder'
            problems.add("item-ladder", message, lead.at, _LADDER_HINT)
            continue
        cost = _to_the_cent(Decimal(match["price"]), lead, "ladder", problems)
        found.append(PriceBreak(int(match["quantity"]), cost))
    return found


def _money(lead: Lead, name: str, problems: Problems) -> Decimal:
    return _to_the_cent(exact(lead.values[name]), lead, name, problems)


def _to_the_cent(amount: Decimal, lead: Lead, name: str, problems: Problems) -> Decimal:
    if amount != amount.quantize(Decimal("0.01")):
        message = f"{lead.id}: {name} {amount} is not to the cent"
        problems.add("item-price", message, lead.at, "prices have two decimals at most")
    return amount.quantize(Decimal("0.01"))


def exact(number: Any) -> Decimal:
    """A number that was read, as it was written: floats show the shortest form that means them."""
    return Decimal(repr(float(number)))


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def listed(text: Any) -> tuple[str, ...]:
    """The words of a cell: `3C、ISO 9001`."""
    words: Iterator[str] = (word.strip() for word in _SEPARATORS.split(str(text or "")))
    return tuple(word for word in words if word and word not in ("无", "-"))
