"""The public interface of groupbuy: the one thing that plugins import.

A plugin is a module that an entry point of the group `groupbuy` names; functions in it that are
marked with `hookimpl` say what it brings. Commands import `groupbuy.api.commands` as well.

Within one major version nothing here is removed or renamed; types gain fields with defaults, hooks
gain parameters, and that is all.
"""

from __future__ import annotations

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.plugins.guard import PluginError
from groupbuy.plugins.hooks import hookimpl
from groupbuy.plugins.interfaces import (
    Account,
    Accrual,
    Case,
    Choice,
    Deal,
    Example,
    IncentiveExample,
    IncentiveProgram,
    Item,
    Offer,
    Package,
    PackageLimits,
    PackageLine,
    PriceBreak,
    ProposalExample,
    ProposalGenerator,
    ProposalRequest,
    Purchase,
    Reader,
    Referral,
    Renderer,
    Scorer,
    Texts,
    scorer,
)
from groupbuy.plugins.registry import Registry
from groupbuy.plugins.values import NONE, UNKNOWN, Row, Rows, Value, inputs_seen
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    TEXT,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    Section,
    items,
    mapping,
    optional_text,
    required,
    texts,
    word,
)
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.shape import check_shape
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Absent, Expr
from groupbuy.tree.types import Type

API_VERSION = 1

__all__ = [
    "API_VERSION",
    "COMMON",
    "EXPRESSION",
    "NONE",
    "TEXT",
    "UNKNOWN",
    "Absent",
    "Account",
    "Accrual",
    "Case",
    "Choice",
    "Conclusions",
    "Context",
    "Deal",
    "Definition",
    "Entry",
    "Example",
    "Expr",
    "GroupbuyError",
    "IncentiveExample",
    "IncentiveProgram",
    "Item",
    "JsonSchema",
    "Location",
    "Lowered",
    "Mapping",
    "Node",
    "Offer",
    "Package",
    "PackageLimits",
    "PackageLine",
    "PluginError",
    "PriceBreak",
    "Problem",
    "Problems",
    "ProposalExample",
    "ProposalGenerator",
    "ProposalRequest",
    "Purchase",
    "Reader",
    "Referral",
    "Registry",
    "Renderer",
    "Row",
    "Rows",
    "Scalar",
    "Scorer",
    "Section",
    "Sequence",
    "Source",
    "Template",
    "Texts",
    "Type",
    "Value",
    "check_shape",
    "did_you_mean",
    "hookimpl",
    "inputs_seen",
    "items",
    "mapping",
    "optional_text",
    "required",
    "scorer",
    "texts",
    "word",
]
