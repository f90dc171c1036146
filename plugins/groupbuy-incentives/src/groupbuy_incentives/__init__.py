"""groupbuy-incentives: referral, loyalty and reward programs, settled in a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groupbuy.api import IncentiveProgram, Registry, Section, hookimpl
from groupbuy_incentives.kinds import KINDS
from groupbuy_incentives.section import Programs


@hookimpl
def groupbuy_incentives() -> Iterable[IncentiveProgram]:
    """The kinds of programs that come with this plugin."""
    return KINDS


@hookimpl
def groupbuy_sections(plugins: Registry) -> Iterable[Section]:
    """`programs:`."""
    return [Programs(plugins)]


@hookimpl
def groupbuy_rules() -> Path:
    """The packs: `incentives:programs`."""
    return Path(__file__).parent / "rules"
