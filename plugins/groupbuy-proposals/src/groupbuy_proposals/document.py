"""A proposal as data: every word and number that a template can put into a document.

Amounts are formatted here, once, so that all formats show the same; a test compares each with the
computed one. What only the salesperson may know (cost, proof, refused items) is not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from groupbuy_proposals.offers import Line, Offer, Priced
from groupbuy_proposals.prices import cents
from groupbuy_proposals.template import Shape

RECOMMENDED = "recommended"
"""The alternative that is called our choice."""

LISTS: Shape = {"text": None}
LINES: Shape = {
    "number": None,
    "name": None,
    "sku": None,
    "category": None,
    "unit": None,
    "per_head": None,
    "quantity": None,
    "spare": None,
    "unit_price": None,
    "net": None,
    "vat_rate": None,
    "vat": None,
    "amount": None,
}
RATES: Shape = {"vat_rate": None, "net": None, "vat": None, "amount": None}
PACKAGES: Shape = {
    "title": None,
    "group": None,
    "because": None,
    "recommended": None,
    "recipients": None,
    "per_head": None,
    "about": None,
    "lines": LINES,
    "spares": {"name": None, "spare": None, "unit": None},
    "rates": RATES,
    "mixed_rates": None,
    "net": None,
    "vat": None,
    "amount": None,
    "ready_by": None,
}
SHAPE: Shape = {
    "customer": None,
    "lead": None,
    "company": None,
    "salesperson": None,
    "date": None,
    "valid_until": None,
    "needed_by": None,
    "recipients": None,
    "net_prices": None,
    "need": LISTS,
    "packages": PACKAGES,
    "several": None,
    "distinct": LISTS,
    "cases": LISTS,
    "service": LISTS,
    "terms": LISTS,
    "next_step": LISTS,
}
"""The names that a template may use, and what is inside those that are lists."""


@dataclass(frozen=True)
class Offered:
    """A package to show: of which alternative, for which group of recipients."""

    title: str
    package: Priced
    because: str | None = None
    recommended: bool = False
    group: str | None = None


@dataclass(frozen=True)
class Seller:
    """Who proposes, and when."""

    today: date
    company: str | None = None
    salesperson: str | None = None


def shown_money(amount: Decimal) -> str:
    """`¥12,345.60`."""
    return f"¥{cents(amount):,.2f}"


def shown_rate(rate: Decimal) -> str:
    """`13%`."""
    return f"{(rate * 100).normalize():f}%"


def shown_number(number: int) -> str:
    """`12,345`."""
    return f"{number:,}"


def shown_date(day: date, lang: str) -> str:
    """`2026年11月22日`, or ISO."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def offered_of(offers: Sequence[Offer]) -> list[Offered]:
    """The packages there are, the smallest first, those alike told once: as the recommended one."""
    found: list[tuple[int, Offered]] = []
    seen: set[tuple[tuple[str, int], ...]] = set()
    single = [(n, each) for n, each in enumerate(offers) if each.best is not None]
    for place, each in sorted(single, key=lambda at: at[1].alternative.id != RECOMMENDED):
        assert each.best is not None
        key = tuple((line.item.sku, line.quantity) for line in each.best.lines)
        if key in seen:
            continue
        seen.add(key)
        alternative = each.alternative
        shown = Offered(
            alternative.title, each.best, alternative.because, alternative.id == RECOMMENDED
        )
        found.append((place, shown))
    return [shown for _, shown in sorted(found, key=lambda at: at[0])]


def document(
    lead: Mapping[str, Any],
    entry: Mapping[str, Any],
    offered: Sequence[Offered],
    seller: Seller,
    lang: str,
) -> dict[str, Any]:
    """What a template is filled with. `lead` and `entry` are of the result contract."""
    needed_by = entry["needed_by"]
    valid = seller.today + timedelta(days=int(entry["valid_days"]))
    day = None if needed_by is None else date.fromisoformat(needed_by)
    return {
        "customer": lead["name"] or lead["id"],
        "lead": lead["id"],
        "company": seller.company,
        "salesperson": seller.salesperson,
        "date": shown_date(seller.today, lang),
        "valid_until": shown_date(valid, lang),
        "needed_by": None if day is None else shown_date(day, lang),
        "recipients": shown_number(int(entry["recipients"])),
        "net_prices": entry["prices"] == "net",
        "need": _texts(entry["need"]),
        "packages": [_package(each, seller.today, lang) for each in offered],
        "several": len(offered) > 1,
        "distinct": _texts(entry["distinct"]),
        "cases": _texts(_quotes(lead)),
        "service": _texts(entry["service"]),
        "terms": _texts([*terms_of(lead), *entry["terms"]]),
        "next_step": _texts(entry["next_step"]),
    }


def terms_of(lead: Mapping[str, Any]) -> list[str]:
    """What gates ask of the customer. Their reasons are ours, and not told."""
    reasons = lead["verdict"]["reasons"]
    said = [each["do"] for each in reasons if each["verdict"] == "terms" and each.get("do")]
    return list(dict.fromkeys(said))


def _quotes(lead: Mapping[str, Any]) -> list[str]:
    """What may be quoted of similar cases."""
    cases: Mapping[str, Any] = lead.get("cases") or {}
    return [each["quote"] for each in cases.values() if each.get("quote")]


def _texts(texts: Sequence[str]) -> list[dict[str, str]]:
    return [{"text": text} for text in dict.fromkeys(texts) if text]


def _package(offered: Offered, today: date, lang: str) -> dict[str, Any]:
    package = offered.package
    lines = [_line(n, line, lang) for n, line in enumerate(package.lines, 1)]
    total = package.total
    # Generators may say why in their own words.
    because = package.because.get(lang) or offered.because
    return {
        "title": offered.title,
        "group": offered.group,
        "because": because,
        "recommended": offered.recommended,
        "recipients": shown_number(package.recipients),
        "per_head": shown_money(package.per_head),
        "about": not package.per_head_is_exact,
        "lines": lines,
        "spares": [line for line in lines if line["spare"]],
        "rates": [
            {
                "vat_rate": shown_rate(rate),
                "net": shown_money(sum_.net),
                "vat": shown_money(sum_.vat),
                "amount": shown_money(sum_.gross),
            }
            for rate, sum_ in package.rates.items()
        ],
        "mixed_rates": len(package.rates) > 1,
        "net": shown_money(total.net),
        "vat": shown_money(total.vat),
        "amount": shown_money(total.gross),
        "ready_by": _ready_by(package, today, lang),
    }


def _ready_by(package: Priced, today: date, lang: str) -> str | None:
    """The day by which all of it can be there; none where nobody knows of one of the items."""
    days = [line.item.lead_time_days for line in package.lines]
    known = [each for each in days if each is not None]
    if len(known) < len(days) or not known:
        return None
    return shown_date(today + timedelta(days=max(known)), lang)


def name_of(line: Line, lang: str) -> str:
    """What an item is called in a language; else what it is called at all."""
    names = line.item.name
    return names.get(lang) or next(iter(names.values()), line.item.sku)


UNITS = {
    **dict.fromkeys("台个只把张支副条口块床顶", "pc"),
    "盒": "box",
    "箱": "case",
    "罐": "tin",
    "瓶": "bottle",
    "套": "set",
    "组": "set",
    "对": "pair",
    "饼": "cake",
    "桶": "can",
    "包": "pack",
    "袋": "bag",
    "份": "set",
}
"""Units of measure in English; others stand as they are."""


def _line(number: int, line: Line, lang: str) -> dict[str, Any]:
    return {
        "number": str(number),
        "name": name_of(line, lang),
        "sku": line.item.sku,
        "category": line.item.category,
        "unit": UNITS.get(line.item.unit, line.item.unit) if lang == "en" else line.item.unit,
        "per_head": shown_number(line.per_head),
        "quantity": shown_number(line.quantity),
        "spare": shown_number(line.spare) if line.spare else None,
        "unit_price": None if line.unit_price is None else shown_money(line.unit_price),
        "net": shown_money(line.amount.net),
        "vat_rate": shown_rate(line.vat_rate),
        "vat": shown_money(line.amount.vat),
        "amount": shown_money(line.amount.gross),
    }
