"""How many orders a repeat buyer will still give, by the BG/NBD model.

Its four parameters describe all customers together, so they are fitted (`groupbuy history-fit`) and
not made up: as long as they are 0 the answer is unknown. Who bought on one day only has no rhythm
and no answer (none). The model knows no season, no trend and no contract, and takes customers for
independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from groupbuy.api import NONE, UNKNOWN, Example, Row, Scorer, Value, scorer
from groupbuy_history.bgnbd import Model, alive, expected
from groupbuy_history.orders import INPUTS, buying_days, order

SOURCE = "BG/NBD: Fader, Hardie, Lee 2005, Marketing Science 24 (2)"
MODEL = {name: Value("number", low=0, high=1e6, default=0) for name in ("r", "alpha", "a", "b")}
DAYS = {"days": Value("integer", low=0, high=3650, default=365)}

# The paper's fit to the CDNOW data is in weeks: alpha = 4.414 weeks is 30.898 days.
CDNOW = {"r": 0.243, "alpha": 30.898, "a": 0.793, "b": 2.426}
DAY = date(2026, 11, 22)
THRICE = [order(day, 100.0) for day in ("2026-02-23", "2026-05-01", "2026-09-24")]
"""Bought again after 67 and 213 days, 272 days ago for the first time: 30.43 and 38.86 weeks."""


def _history(orders: Sequence[Row], today: date) -> tuple[int, float, float] | None:
    """Repeat buying days, days from first to last, days from first to now; none without repeats."""
    days = buying_days(orders, today)
    if len(days) < 2:
        return None
    return len(days) - 1, float((days[-1] - days[0]).days), float((today - days[0]).days)


def _model(r: float, alpha: float, a: float, b: float) -> Model | None:
    return Model(r, alpha, a, b) if min(r, alpha, a, b) > 0 else None


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    MODEL,
    title={"en": "Still a customer", "zh": "仍是客户的概率"},
    source=SOURCE,
    examples=[
        Example(
            {"orders": THRICE, "today": DAY, **CDNOW},
            1 / (1 + 0.793 / 3.426 * (302.898 / 243.898) ** 2.243),
        ),
        Example({"orders": THRICE, "today": DAY}, UNKNOWN),
        Example({"orders": THRICE[:1], "today": DAY, **CDNOW}, NONE),
    ],
)
def still_buys(
    orders: Sequence[Row], today: date, r: float, alpha: float, a: float, b: float
) -> object:
    """The probability that a repeat buyer has not stopped, given its history."""
    history, model = _history(orders, today), _model(r, alpha, a, b)
    if history is None:
        return NONE
    return UNKNOWN if model is None else alive(model, *history)


@scorer(
    Value("number", low=0),
    INPUTS,
    {**DAYS, **MODEL},
    title={"en": "Expected purchases", "zh": "预计采购次数"},
    source=SOURCE,
    examples=[
        Example({"orders": THRICE, "today": DAY, "days": 273, **CDNOW}, 1.2261158061493267),
        Example({"orders": THRICE, "today": DAY, "days": 0, **CDNOW}, 0),
        Example({"orders": THRICE, "today": DAY}, UNKNOWN),
        Example({"orders": [], "today": DAY, **CDNOW}, NONE),
    ],
)
def expected_purchases(
    orders: Sequence[Row],
    today: date,
    days: float,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> object:
    """The buying days to expect of a repeat buyer in the next `days`, given its history."""
    history, model = _history(orders, today), _model(r, alpha, a, b)
    if history is None:
        return NONE
    return UNKNOWN if model is None else expected(model, *history, ahead=days)


SCORERS: tuple[Scorer, ...] = (still_buys, expected_purchases)
