"""Facts from order history that rules cannot say well: `plugins: [history]`.

What counts as a purchase is said once, in `orders`; each scorer gives its formula and source.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupbuy.api import Scorer, hookimpl
from groupbuy_history import buying, concentration, repeat, rhythm, season, steadiness

SCORERS: Sequence[Scorer] = (
    *buying.SCORERS,
    *steadiness.SCORERS,
    *season.SCORERS,
    *rhythm.SCORERS,
    *repeat.SCORERS,
    *concentration.SCORERS,
)


@hookimpl
def groupbuy_scorers() -> Sequence[Scorer]:
    """Every value that rules can call as `history.NAME()`."""
    return SCORERS


@hookimpl
def groupbuy_rules() -> Path:
    """Packs: `history:rfm`, `:churn`, `:stability`, `:pattern` and `:repeat`."""
    return Path(__file__).with_name("rules")
