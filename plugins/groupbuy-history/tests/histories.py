"""Random order histories, and how a scorer in Python is called on them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from groupbuy.api import Scorer
from groupbuy_history import SCORERS

DAY = date(2026, 11, 22)
IN_PYTHON = tuple(scorer for scorer in SCORERS if callable(scorer.body))
FITTED = {"r": 0.6, "alpha": 60.0, "a": 0.7, "b": 2.5}
Orders = list[dict[str, Any]]
Evaluate = Callable[..., list[dict[str, Any]]]
"""The fixture `evaluate`."""

cents = st.integers(1, 10**8).map(lambda cents: cents / 100)


def rows(
    amounts: st.SearchStrategy[float | None] = cents,
    days: tuple[int, int] = (0, 1500),
    statuses: Sequence[str | None] = (None, "won", "delivered", "paid"),
) -> st.SearchStrategy[dict[str, Any]]:
    """Orders so many days before `DAY`."""
    return st.fixed_dictionaries(
        {
            "date": st.integers(*days).map(lambda back: DAY - timedelta(back)),
            "amount": amounts,
            "status": st.sampled_from(statuses),
            "category": st.sampled_from(("paper", "tea", "desks")),
        }
    )


def histories(min_size: int = 0, max_size: int = 40) -> st.SearchStrategy[Orders]:
    """Purchases, with returns, refunds and free samples among them."""
    mixed = st.one_of(
        rows(),
        rows(),
        rows(cents.map(lambda amount: -amount)),
        rows(statuses=("refunded",)),
        rows(st.just(0.0)),
    )
    return st.lists(mixed, min_size=min_size, max_size=max_size)


def ask(scorer: Scorer, orders: Orders, today: date = DAY, **params: Any) -> Any:
    """What the scorer's function gives, with its defaults."""
    assert callable(scorer.body)
    given: dict[str, Any] = {name: value.default for name, value in scorer.params.items()}
    given |= {name: value for name, value in FITTED.items() if name in given}
    return scorer.body(orders=orders, today=today, **(given | params))


def named(name: str) -> Scorer:
    return next(scorer for scorer in SCORERS if scorer.name == name)


def before(orders: Orders, days: int) -> Orders:
    """The same orders, all so many days earlier."""
    return [{**row, "date": row["date"] - timedelta(days)} for row in orders]


def spread(orders: Orders, factor: int) -> Orders:
    """The same orders, so many times as far from `DAY`."""
    return [{**row, "date": DAY - (DAY - row["date"]) * factor} for row in orders]


def times(orders: Orders, factor: float) -> Orders:
    """The same orders with other amounts."""
    return [
        {**row, "amount": None if row["amount"] is None else row["amount"] * factor}
        for row in orders
    ]


def as_lead(id: str, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A lead with these orders, as a lead file has it."""
    return {
        "id": id,
        "orders": [
            {name: value for name, value in row.items() if value is not None} for row in orders
        ],
    }
