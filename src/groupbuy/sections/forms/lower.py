"""Which form an entry spells, and its lowering by that form's module."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.sections.base import Context
from groupbuy.sections.forms.bands import lower_bands
from groupbuy.sections.forms.cases import lower_cases
from groupbuy.sections.forms.cuts import lower_cuts
from groupbuy.sections.forms.form import (
    BANDS,
    CASES,
    CUTS,
    FORM_GROUPS,
    ROWS,
    VALUE,
    Form,
    Leaf,
    Written,
)
from groupbuy.sections.forms.rows import lower_rows
from groupbuy.source.nodes import Mapping as MappingNode


def lower_form(
    fields: MappingNode, leaf: Leaf, ctx: Context, what: str, at: Location
) -> Form | None:
    """The form that `fields` spells; none where it spells none. Raises `GroupbuyError`."""
    spelt = [group for group in FORM_GROUPS if group & fields.items.keys()]
    if not spelt:
        return None
    if len(spelt) > 1:
        a, b = (next(key for key in fields.items if key in group) for group in spelt[:2])
        raise GroupbuyError(
            Problem(
                "two-forms",
                f"{what} has `{a}:` and `{b}:`, two ways to say one value",
                fields.key_at(b),
                "keep one of them",
            )
        )

    def nested(fields: MappingNode, what: str, at: Location) -> Form | None:
        return lower_form(fields, leaf, ctx, what, at)

    return LOWER[spelt[0]](Written(fields, leaf, ctx, what, at, nested))


def lower_value(written: Written) -> Form:
    """`value:`, an expression that needs no arms."""
    return Form(written.leaf("", written.required("value")))


LOWER: Mapping[frozenset[str], Callable[[Written], Form]] = {
    VALUE: lower_value,
    BANDS: lower_bands,
    CASES: lower_cases,
    ROWS: lower_rows,
    CUTS: lower_cuts,
}
"""How each form is lowered."""
