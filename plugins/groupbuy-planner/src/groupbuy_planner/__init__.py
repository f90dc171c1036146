"""groupbuy-planner: who visits or calls whom on which day, and what is left for the evening."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groupbuy.api import Registry, Section, hookimpl
from groupbuy_planner.section import DayEnd


@hookimpl
def groupbuy_sections(plugins: Registry) -> Iterable[Section]:
    """`day_end:`."""
    return [DayEnd()]


@hookimpl
def groupbuy_rules() -> Path:
    """The pack: `planner:visits`."""
    return Path(__file__).parent / "rules"
