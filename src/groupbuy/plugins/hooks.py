"""The hooks: each is one function that a plugin's module may have. All are optional."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

from groupbuy.plugins.interfaces import IncentiveProgram, ProposalGenerator, Scorer
from groupbuy.sections.base import Section

if TYPE_CHECKING:
    from groupbuy.plugins.registry import Registry

PROJECT = "groupbuy"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin's module as one of the hooks below."""


@hookspec
def groupbuy_scorers() -> Iterable[Scorer]:
    """Values for rules to use: `history.churn_risk()` in any expression."""
    raise NotImplementedError


@hookspec
def groupbuy_incentives() -> Iterable[IncentiveProgram]:
    """Kinds of incentive programs, which rule files name: `use: cold_chain.rebate`."""
    raise NotImplementedError


@hookspec
def groupbuy_proposals() -> Iterable[ProposalGenerator]:
    """Generators of proposal packages, which rule files name: `use: cold_chain.hamper`."""
    raise NotImplementedError


@hookspec
def groupbuy_sections(plugins: Registry) -> Iterable[Section]:
    """Sections of rule files. `plugins` has what all active plugins bring, once all are loaded."""
    raise NotImplementedError


@hookspec
def groupbuy_fields() -> Path:
    """A YAML file whose `fields:` are added to the lead model."""
    raise NotImplementedError


@hookspec
def groupbuy_rules() -> Path:
    """A folder of rule packs, which `layers:` names as `history:churn`."""
    raise NotImplementedError


HOOKS = (
    groupbuy_scorers,
    groupbuy_incentives,
    groupbuy_proposals,
    groupbuy_sections,
    groupbuy_fields,
    groupbuy_rules,
)
