"""Recency, frequency, money and what goes with them, as expressions: they run on every back end."""

from __future__ import annotations

from datetime import date

from groupbuy.api import NONE, UNKNOWN, Example, Scorer, Value
from groupbuy_history.orders import INPUTS, order

# The same meaning as in `orders`, in the language of rules.
REFUNDED = 'known(orders.status) and orders.status == "refunded"'
PURCHASE = f"not ({REFUNDED}) and not (known(orders.amount) and orders.amount <= 0)"
PAST = f"orders.date <= today and {PURCHASE}"
MONEY = f"(0 if ({REFUNDED}) and orders.amount > 0 else orders.amount)"
MONTHS = Value("integer", low=1, high=120, default=12)
RFM = "Hughes, Strategic Database Marketing (1994): recency, frequency, monetary value"

DAY = date(2026, 11, 22)
THREE = [
    order("2026-01-10", 100.0),
    order("2026-05-10", 300.0),
    order("2026-09-10", 200.0),
]


def _recent(months: str) -> str:
    return f"within(orders.date, months={months})"


last_purchase_days = Scorer(
    "last_purchase_days",
    Value("integer", low=0),
    f"days_since(max(orders.date, where={PAST}))",
    INPUTS,
    title={"en": "Days since the last purchase", "zh": "距上次采购天数"},
    source=RFM,
    examples=[
        Example({"orders": THREE, "today": DAY}, 73),
        Example({"orders": [], "today": DAY}, NONE),
        Example({"orders": [order("2026-09-10", 200.0, "refunded")], "today": DAY}, NONE),
    ],
)

purchases = Scorer(
    "purchases",
    Value("integer", low=0),
    f"count(orders, where={_recent('months')} and {PURCHASE})",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Purchases in the last months", "zh": "近几个月采购次数"},
    source=RFM,
    examples=[
        Example({"orders": THREE, "today": DAY}, 3),
        Example({"orders": THREE, "today": DAY, "months": 7}, 2),
        Example({"orders": [], "today": DAY}, 0),
    ],
)

spent = Scorer(
    "spent",
    Value("money"),
    f"sum({MONEY}, where={_recent('months')})",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Bought in the last months, less returns", "zh": "近几个月净采购额"},
    source=RFM,
    examples=[
        Example({"orders": THREE, "today": DAY}, 600.0),
        Example({"orders": [*THREE, order("2026-10-01", -50.0)], "today": DAY}, 550.0),
        Example({"orders": [*THREE, order("2026-10-01", None)], "today": DAY}, UNKNOWN),
    ],
)

mean_purchase = Scorer(
    "mean_purchase",
    Value("money", low=0),
    f"mean(orders.amount, where={_recent('months')} and {PURCHASE})",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Mean amount of a purchase", "zh": "单次采购均额"},
    source="S07: the view per order",
    examples=[
        Example({"orders": THREE, "today": DAY}, 200.0),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)

purchase_variation = Scorer(
    "purchase_variation",
    Value("number", low=0),
    # One purchase varies in nothing, which says nothing.
    f"std(orders.amount, where={_recent('months')} and {PURCHASE})"
    f" / (mean(orders.amount, where={_recent('months')} and {PURCHASE})"
    f" if count(orders, where={_recent('months')} and {PURCHASE}) >= 2 else 0)",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Variation from purchase to purchase", "zh": "单次金额波动系数"},
    source="S07: the view per order; coefficient of variation, Pearson 1896",
    examples=[
        Example({"orders": THREE, "today": DAY}, (20000 / 3) ** 0.5 / 200),
        Example({"orders": THREE[:1], "today": DAY}, NONE),
    ],
)

growth = Scorer(
    "growth",
    Value("number"),
    f"sum({MONEY}, where={_recent('months')})"
    f" / (sum({MONEY}, where={_recent('2 * months')} and not {_recent('months')})"
    f" if months_since(min(orders.date, where={PAST})) >= 2 * months else 0) - 1",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Growth against the months before", "zh": "比前一时段增长"},
    source="S05: last year against the year before",
    examples=[
        Example({"orders": [*THREE, order("2024-11-01", 400.0)], "today": DAY, "months": 6}, -0.5),
        Example({"orders": [order("2024-05-01", 400.0), *THREE], "today": DAY}, NONE),
        Example({"orders": THREE, "today": DAY}, NONE),
    ],
)

returned_share = Scorer(
    "returned_share",
    Value("percent", low=0),
    f"sum(abs(orders.amount), where={_recent('months')} and (({REFUNDED}) or orders.amount < 0))"
    f" / sum(orders.amount, where={_recent('months')} and orders.amount > 0)",
    INPUTS,
    {"months": MONTHS},
    title={"en": "Share sent back or refunded", "zh": "退货退款占比"},
    source="S32: a return is a complaint that nobody wrote down",
    examples=[
        Example({"orders": [*THREE, order("2026-10-01", -60.0)], "today": DAY}, 0.1),
        Example({"orders": [*THREE, order("2026-10-01", 200.0, "refunded")], "today": DAY}, 0.25),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)

mean_gap = Scorer(
    "mean_gap",
    Value("number", low=1),
    f"(days_since(min(orders.date, where={PAST})) - days_since(max(orders.date, where={PAST})))"
    f" / (distinct(orders.date, where={PAST}) - 1)",
    INPUTS,
    title={"en": "Mean days between buying days", "zh": "平均采购间隔（天）"},
    source="the reciprocal of the rate of a renewal process, Cox 1962",
    examples=[
        Example({"orders": THREE, "today": DAY}, 121.5),
        Example({"orders": THREE[:1], "today": DAY}, NONE),
    ],
)

SCORERS = (
    last_purchase_days,
    purchases,
    spent,
    mean_purchase,
    purchase_variation,
    growth,
    returned_share,
    mean_gap,
)
