"""Two-valued formulas whose atoms say in which set one variable lies.

Three-valued conditions become such formulas in pairs (surely true, surely false), so that nothing
here has to know of unknown. Equal formulas are one object.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from groupbuy.reason.values import Values


@dataclass(frozen=True, eq=False)
class Variable:
    """Something that differs from lead to lead: a field, or what can't be looked into.

    `key` is what it is, `domain` the values it can have, `whole` whether its numbers are whole;
    `number` is its place in the order in which variables were met.
    """

    key: tuple[object, ...]
    domain: Values
    whole: bool = False
    number: int = 0

    def narrowed(self, values: Values) -> Values:
        """Those of `values` that the variable can have."""
        found = values & self.domain
        return found.whole() if self.whole else found


@dataclass(eq=False, slots=True)
class Formula:
    """A node: `true`, `false`, an atom, or `and`/`or` over parts."""

    op: Literal["true", "false", "atom", "and", "or"]
    variable: Variable | None = None
    values: Values | None = None
    parts: tuple[Formula, ...] = ()
    opposite: Formula | None = field(default=None, repr=False)


TRUE = Formula("true")
FALSE = Formula("false")


class Formulas:
    """Makes formulas, each once."""

    def __init__(self) -> None:
        """None are made yet."""
        self._made: dict[tuple[object, ...], Formula] = {}

    def atom(self, variable: Variable, values: Values) -> Formula:
        """Whether `variable` is one of `values`."""
        inside = variable.narrowed(values)
        if inside.empty:
            return FALSE
        if variable.narrowed(~inside).empty:
            return TRUE
        key = ("atom", id(variable), inside)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Formula("atom", variable, inside)
        return found

    def every(self, parts: Iterable[Formula]) -> Formula:
        """All of `parts`; none of them is true."""
        return self._joined("and", parts, TRUE, FALSE)

    def some(self, parts: Iterable[Formula]) -> Formula:
        """Any of `parts`; none of them is false."""
        return self._joined("or", parts, FALSE, TRUE)

    def _joined(
        self, op: Literal["and", "or"], parts: Iterable[Formula], neutral: Formula, strong: Formula
    ) -> Formula:
        atoms: dict[Variable, Values] = {}
        others: dict[int, Formula] = {}
        taken: set[int] = set()
        stack = list(parts)[::-1]
        while stack:
            part = stack.pop()
            if part is strong:
                return strong
            if part.op == op:
                taken.add(id(part))
                stack.extend(reversed(part.parts))
            elif part.op == "atom":
                assert part.variable is not None
                assert part.values is not None
                before = atoms.get(part.variable)
                both = part.values
                if before is not None:
                    both = before & both if op == "and" else before | both
                atoms[part.variable] = both
            elif part is not neutral:
                others[id(part)] = part
        kept = []
        for variable, values in atoms.items():
            made = self.atom(variable, values)
            if made is strong:
                return strong
            if made is not neutral:
                kept.append(made)
        for part in others.values():
            opposite = id(part.opposite)
            if part.opposite is not None and (opposite in others or opposite in taken):
                return strong  # a formula and its opposite
        kept.extend(others.values())
        if len(kept) < 2:
            return kept[0] if kept else neutral
        key = (op, frozenset(map(id, kept)))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Formula(op, parts=tuple(kept))
        return found

    def negated(self, formula: Formula) -> Formula:
        """Not `formula`."""
        if formula is TRUE:
            return FALSE
        if formula is FALSE:
            return TRUE
        if formula.opposite is None:
            if formula.op == "atom":
                assert formula.variable is not None
                assert formula.values is not None
                made = self.atom(formula.variable, ~formula.values)
            elif formula.op == "and":
                made = self.some([self.negated(part) for part in formula.parts])
            else:
                made = self.every([self.negated(part) for part in formula.parts])
            formula.opposite = made
            if made.opposite is None:
                made.opposite = formula
        return formula.opposite


def variables(formula: Formula) -> frozenset[Variable]:
    """The variables that a formula is about."""
    found: set[Variable] = set()
    seen: set[int] = set()
    stack = [formula]
    while stack:
        part = stack.pop()
        if id(part) not in seen:
            seen.add(id(part))
            stack.extend(part.parts)
            if part.variable is not None:
                found.add(part.variable)
    return frozenset(found)
