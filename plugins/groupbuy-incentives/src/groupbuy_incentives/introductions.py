"""Who could introduce whom (S34): friendly customers, prospects, and what ties the two.

    ask:
      who: satisfied and bought_ever      # customers who may be asked
      whom: not bought_ever               # prospects worth an introduction
      value: expected_value               # what a prospect is worth
      most: 3                             # how often one customer is asked
      ties: {partner: 1, rival: 0.4, same_trade: 0.5, same_region: 0.2}

An introduction's value is the prospect's value times the strength of the strongest tie. A partner
or rival is one that either of the two names among its related organisations; one trade and one
region are read from the fields `sector` and `region`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from groupbuy.api import (
    EXPRESSION,
    NONE,
    Conclusions,
    Context,
    Definition,
    Entry,
    Lowered,
    required,
)
from groupbuy.api import Mapping as MappingNode
from groupbuy_incentives.terms import read_terms

TIES = ("partner", "rival", "same_trade", "same_region")
RELATIONS: Mapping[str, str] = {
    "partner": "partner",
    "supplier": "partner",
    "customer": "partner",
    "competitor": "rival",
}
"""Relations of the lead model → ties. A subsidiary is a related party, which is never rewarded."""
TITLES: Mapping[str, Mapping[str, str]] = {
    "partner": {"en": "works with them", "zh": "合作伙伴"},
    "rival": {"en": "rival of theirs", "zh": "同行对手"},
    "same_trade": {"en": "same trade", "zh": "同行业"},
    "same_region": {"en": "same region", "zh": "同地区"},
}
DEFAULT_MOST = 3
DEFAULT_TIES: Mapping[str, Decimal] = {
    "partner": Decimal(1),
    "rival": Decimal("0.4"),
    "same_trade": Decimal("0.5"),
    "same_region": Decimal("0.2"),
}
NUMBERS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "most": {"type": "integer", "minimum": 1, "maximum": 1000},
        "ties": {
            "type": "object",
            "properties": {tie: {"type": "number", "minimum": 0, "maximum": 1} for tie in TIES},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
ASK_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "who": EXPRESSION,
        "whom": EXPRESSION,
        "value": EXPRESSION,
        "most": {"type": ["integer", "string"]},
        "ties": {
            "type": "object",
            "properties": {tie: {"type": ["number", "string"]} for tie in TIES},
            "additionalProperties": False,
        },
    },
    "required": ["who", "whom", "value"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Ask:
    """Whom to ask for introductions: the names of the conditions, and the numbers."""

    base: str
    most: int = DEFAULT_MOST
    ties: Mapping[str, Decimal] = field(default_factory=lambda: dict(DEFAULT_TIES))


def read_ask(entry: Entry, ctx: Context, base: str) -> Ask | None:
    """`ask:` of a program. Raises `GroupbuyError`."""
    node = entry.get("ask")
    if not isinstance(node, MappingNode):
        return None
    items = {key: item for key, item in node.items.items() if key in ("most", "ties")}
    only = MappingNode(node.source, node.line, node.column, items, node.keys)
    numbers = read_terms(only, NUMBERS, ctx).data
    ties = {**DEFAULT_TIES, **numbers.get("ties", {})}
    return Ask(base, int(numbers.get("most", DEFAULT_MOST)), ties)


def ask_definitions(entry: Entry, ctx: Context, ask: Ask) -> Iterator[Definition]:
    """Who, whom, and what for, as definitions."""
    node = entry.get("ask")
    assert isinstance(node, MappingNode)
    for key in ("who", "whom"):
        test = required(node, key, node.at, "ask")
        yield entry.define(f"{ask.base}.{key}", ctx.condition(test), test.at)
    value = required(node, "value", node.at, "ask")
    yield entry.define(f"{ask.base}.value", ctx.parse(value), value.at)


@dataclass(frozen=True)
class Side:
    """A customer or prospect, as far as ties need it."""

    id: str
    name: str
    sector: str | None = None
    region: str | None = None
    parent: str | None = None
    relations: Mapping[str, str] = field(default_factory=dict)
    """Name of a related organisation → tie."""
    value: Decimal = Decimal(0)
    kind: str | None = None

    def said(self) -> str:
        """Id and name, for people."""
        return f"{self.id} {self.name}".strip()


@dataclass(frozen=True)
class Tie:
    """What a customer and a prospect have in common, and how much it is worth."""

    customer: Side
    prospect: Side
    kind: str
    strength: Decimal

    @property
    def value(self) -> Decimal:
        """The prospect's value times the strength of the tie."""
        return self.strength * self.prospect.value


def tie_between(customer: Side, prospect: Side, ties: Mapping[str, Decimal]) -> Tie | None:
    """The strongest tie of two organisations; none where there is none, or they are of one group.

    Between ties of one strength, the one that is listed first counts.
    """
    groups = {customer.name, customer.id, customer.parent} - {None, ""}
    theirs = {prospect.name, prospect.id, prospect.parent} - {None, ""}
    if groups & theirs:
        return None
    there = set()
    for a, b in ((customer, prospect), (prospect, customer)):
        there |= {tie for name, tie in a.relations.items() if name in (b.name, b.id)}
    if customer.sector and customer.sector == prospect.sector:
        there.add("same_trade")
    if customer.region and customer.region == prospect.region:
        there.add("same_region")
    found = [(ties[kind], -n, kind) for n, kind in enumerate(TIES) if kind in there and ties[kind]]
    if not found:
        return None
    strength, _, kind = max(found)
    return Tie(customer, prospect, kind, strength)


class _Index:
    """Ids under everything by which somebody is found, the most valuable first."""

    def __init__(self, of_customers: bool) -> None:
        self.of_customers = of_customers
        self.ids: dict[tuple[str, str], list[str]] = {}
        self.sorted = True

    def note(self, side: Side) -> None:
        for key in _keys(side):
            self.ids.setdefault(key, []).append(side.id)
        self.sorted = False

    def sort(self, sides: Mapping[str, Side]) -> None:
        if not self.sorted:
            for ids in self.ids.values():
                ids.sort(key=lambda id: (-sides[id].value, id))
            self.sorted = True


class Field:
    """The customers and prospects of one program, so that ties are found without trying all."""

    def __init__(self, ask: Ask) -> None:
        """Nobody yet."""
        self.ask = ask
        self.customers: dict[str, Side] = {}
        self.prospects: dict[str, Side] = {}
        self._customers, self._prospects = _Index(True), _Index(False)

    def add(self, side: Side, *, customer: bool, prospect: bool) -> None:
        """Take somebody in."""
        if customer:
            self.customers[side.id] = side
            self._customers.note(side)
        if prospect and side.value > 0:
            self.prospects[side.id] = side
            self._prospects.note(side)

    def ties_of(self, prospect: Side) -> list[Tie]:
        """Every tie of a prospect to a customer, the most valuable first."""
        return self._best(prospect, self._customers, self.customers, None)

    def best_of(self, prospect: Side, most: int) -> list[Tie]:
        """The most valuable ties of a prospect."""
        return self._best(prospect, self._customers, self.customers, most)

    def best_from(self, customer: Side, most: int) -> list[Tie]:
        """The most valuable ties of a customer to prospects."""
        return self._best(customer, self._prospects, self.prospects, most)

    def _best(
        self, one: Side, index: _Index, others: Mapping[str, Side], most: int | None
    ) -> list[Tie]:
        """Of those of one trade, and of one region, the first `most` are enough."""
        index.sort(others)
        found: dict[str, Tie] = {}
        for key in _matching(one):
            count = 0
            for id in index.ids.get(key, ()):
                if most is not None and count == most and key[0] in ("sector", "region"):
                    break
                other = others[id]
                pair = (other, one) if index.of_customers else (one, other)
                tie = tie_between(*pair, self.ask.ties)
                if tie is not None:
                    found[id] = tie
                    count += 1
        order = sorted(found.values(), key=lambda t: (-t.value, t.customer.id, t.prospect.id))
        return order[:most]


def _keys(side: Side) -> Iterator[tuple[str, str]]:
    """Under what somebody is found by others."""
    yield "is", side.id
    if side.name:
        yield "is", side.name
    if side.sector:
        yield "sector", side.sector
    if side.region:
        yield "region", side.region
    for name in side.relations:
        yield "names", name


def _matching(side: Side) -> Iterator[tuple[str, str]]:
    """Where those stand who may have a tie with somebody."""
    for kind, text in _keys(side):
        yield {"is": "names", "names": "is"}.get(kind, kind), text


class Survey:
    """Who could introduce whom, by program; asked for each lead that is shown."""

    MOST_SHOWN = 3

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.fields: dict[str, Field] = {}

    def of(self, program: str, lead: Conclusions) -> dict[str, Any]:
        """Who should be asked about a lead, and whom the lead could introduce, best first."""
        found = self.fields.get(program)
        id = lead.value("id")
        if found is None or not isinstance(id, str):
            return {}
        shown: dict[str, Any] = {}
        say: list[str] = []
        lang = lead.lang
        prospect, customer = found.prospects.get(id), found.customers.get(id)
        if prospect is not None:
            ties = found.best_of(prospect, self.MOST_SHOWN)
            shown["ask"] = [_shown(tie, tie.customer, lang) for tie in ties]
            words = {"en": "ask {} for an introduction ({})", "zh": "可请{}引荐（{}）"}
            say += [
                words[lang].format(tie.customer.said(), TITLES[tie.kind][lang]) for tie in ties[:1]
            ]
        if customer is not None:
            ties = found.best_from(customer, self.MOST_SHOWN)
            shown["could_refer"] = [_shown(tie, tie.prospect, lang) for tie in ties]
            words = {"en": "could introduce us to {} ({})", "zh": "可引荐我们认识{}（{}）"}
            say += [words[lang].format(t.prospect.said(), TITLES[t.kind][lang]) for t in ties]
        return {**{key: value for key, value in shown.items() if value}, "say": say}


def _shown(tie: Tie, other: Side, lang: str) -> dict[str, Any]:
    return {
        "lead": other.id,
        "name": other.name,
        "tie": tie.kind,
        "why": TITLES[tie.kind][lang],
        "value": float(tie.value),
    }


def introductions_of(leads: Iterable[tuple[list[Lowered], Conclusions]]) -> Survey:
    """Customers and prospects of every program that says whom to ask."""
    survey = Survey()
    for entries, lead in leads:
        side: Side | None = None
        for lowered in entries:
            ask: Ask | None = lowered.view.ask
            if ask is None:
                continue
            who = lead.value(f"{ask.base}.who") is True
            whom = lead.value(f"{ask.base}.whom") is True
            if not who and not whom:
                continue
            side = side or side_of(lead)
            if side.kind in lowered.view.program.not_to:
                continue
            found = survey.fields.setdefault(lowered.entry.id, Field(ask))
            value = lead.value(f"{ask.base}.value") if whom else None
            worth = Decimal(repr(value)) if isinstance(value, float) else Decimal(0)
            found.add(replace(side, value=worth), customer=who, prospect=whom)
    return survey


def side_of(lead: Conclusions) -> Side:
    """What of a lead ties are made of."""

    def text(name: str) -> str | None:
        try:
            value = lead.value(name)
        except KeyError:  # a model without such a field
            return None
        return value if isinstance(value, str) else None

    try:
        rows = lead.value("related")
    except KeyError:
        rows = None
    relations = {
        str(row["name"]): RELATIONS[row["relation"]]
        for row in (rows if rows is not None and rows is not NONE else ())
        if row.get("name") and row.get("relation") in RELATIONS
    }
    return Side(
        text("id") or "",
        text("name") or "",
        text("sector"),
        text("region"),
        text("parent"),
        relations,
        kind=text("org_kind"),
    )
