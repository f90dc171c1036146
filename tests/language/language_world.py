"""One lead and the names that expressions about it may use."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from groupbuy.compile.python import compile_value
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.language.parse import parse
from groupbuy.language.scope import NoPlugins
from groupbuy.tree.nodes import Expr, Lit, Ref
from groupbuy.tree.types import DATE, DATES, FLAG, TEXT, TableType, Type, choice, choices, number


def day(text: str) -> int:
    """A date as its day number."""
    return date.fromisoformat(text).toordinal()


MONEY, INTEGER, PERCENT = number("money"), number("integer", low=0), number("percent", 0, 1)
GRADE = choice(("A", "B", "C", "D"), ordered=True, open=True)
SCORE = Type(number().kind, low=0, high=100, open=True)

NAMES: dict[str, Type] = {
    "budget": MONEY, "headcount": INTEGER, "share_held": PERCENT, "growth": number(),
    "bought": FLAG, "exporter": FLAG, "name": TEXT, "note": TEXT,
    "kind": choice(("office", "welfare", "gift")), "region": choice(("north", "south")),
    "stage": choice(("identify", "know", "trust", "commit"), ordered=True),
    "target": choice(("identify", "know", "trust", "commit"), ordered=True),
    "needed_by": DATE, "founded": DATE, "called": DATE, "today": DATE,
    "causes": choices(("novelty", "competitor", "dissatisfied")),
    "wishes": choices(("red", "gold")),
    "fit": SCORE, "potential": SCORE, "level": GRADE,
}  # fmt: skip
ALIASES = {"预算": "budget", "人数": "headcount", "客户类型": "kind"}
ALIASES |= {"订单": "orders", "金额": "amount"}
WORDS = {"福利": "welfare", "Gift": "gift", "新鲜感": "novelty", "信任": "trust"}
SETTINGS = {
    "key_account": Lit(50000.0, MONEY),
    "festivals": Lit((day("2026-09-25"), day("2027-09-15")), DATES),
}
ORDER_COLUMNS = (("date", DATE), ("amount", MONEY), ("category", TEXT), ("paid", FLAG))
TABLES = {
    "orders": TableType(ORDER_COLUMNS, order="date"),
    "offers": TableType(ORDER_COLUMNS, order="date"),
    "visits": TableType(ORDER_COLUMNS, order="date"),
    "calls": TableType(ORDER_COLUMNS),
}


def order(on: str | None, amount: float | None, category: str | None, paid: bool | None) -> Any:
    """A row of `orders`."""
    return {"date": on and day(on), "amount": amount, "category": category, "paid": paid}


class Lead(dict[str, Any]):
    """What is not given is unknown. The grade `level` can only be A or B."""

    def __missing__(self, name: str) -> Any:
        base, mark, words = name.partition("∈")
        left = {"A", "B"}
        if base == "level" and mark:
            inside = left & set(words.split("|"))
            return True if inside == left else None if inside else False
        return None


LEAD = Lead(
    budget=57600.0, headcount=120.0, share_held=0.95, bought=True, name="深圳 Acme",
    kind="welfare", stage="trust", target="commit", needed_by=day("2026-12-01"),
    founded=day("2024-02-29"), today=day("2026-11-22"), causes=("novelty", "competitor"),
    potential=70.0,
    **{"fit.low": 60.0, "fit.high": 80.0, "potential.low": 70.0, "potential.high": 70.0},
    orders=[
        order("2026-03-01", 100.0, "tea", True),
        order("2026-11-01", 300.0, "tea", False),
        order("2025-11-22", 800.0, "wine", True),
    ],
    offers=[order("2026-11-02", 50.0, "tea", True), order("2026-11-03", None, None, None)],
    visits=[],
)  # fmt: skip


class World(NoPlugins):
    """The scope."""

    def value(self, name: str) -> Expr | None:
        proper = ALIASES.get(name, name)
        found = NAMES.get(proper)
        return SETTINGS.get(proper) if found is None else Ref(proper, found)

    def table(self, name: str) -> tuple[str, TableType] | None:
        proper = ALIASES.get(name, name)
        return (proper, TABLES[proper]) if proper in TABLES else None

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        proper = ALIASES.get(name, name)
        found = TABLES[table].column(proper)
        return None if found is None else (proper, found)

    def word(self, name: str, text: str) -> str | None:
        return WORDS.get(text)

    def names(self) -> Iterable[str]:
        return [*NAMES, *SETTINGS, *TABLES]


def read(text: str) -> Expr:
    """The tree of an expression; places are columns of line 1."""
    return parse(text, World(), lambda at: Location("rules.yaml", 1, at + 1))


def outcome(text: str) -> Expr | Problem:
    """The tree of a text, or the first problem with it; no other exception."""
    try:
        return read(text)
    except GroupbuyError as error:
        return error.problems[0]


def refusal(text: str) -> Problem:
    """The first problem of a text that must be refused."""
    found = outcome(text)
    assert isinstance(found, Problem), f"{text!r} was taken for {found}"
    return found


def value(text: str) -> Any:
    """What an expression is for the lead: `None` is unknown, `NA` none."""
    return compile_value(read(text), TABLES)(LEAD)
