"""Proposals for groupbuy: packages within budget and law, priced exactly, as documents to send."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groupbuy.api import ProposalGenerator, Registry, Section, hookimpl


@hookimpl
def groupbuy_proposals() -> Iterable[ProposalGenerator]:
    """The exact search for the best package."""
    from groupbuy_proposals.exact import ExactGenerator

    return [ExactGenerator()]


@hookimpl
def groupbuy_sections(plugins: Registry) -> Iterable[Section]:
    """`packages:` and `cases:`."""
    from groupbuy_proposals.cases import Cases
    from groupbuy_proposals.section import Packages

    return [Packages(plugins), Cases()]


@hookimpl
def groupbuy_fields() -> Path:
    """Groups of recipients, and what a proposal needs to know beside what leads have."""
    return Path(__file__).parent / "data" / "fields.yaml"


@hookimpl
def groupbuy_rules() -> Path:
    """`proposals:packages`, `proposals:cases`."""
    return Path(__file__).parent / "rules"
