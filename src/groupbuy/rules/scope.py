"""The names that rules can use: fields of the model, and what the packs define.

Names and their types are the same for every lead, whatever packs apply to it: the type of a name
covers all packs that define it, so that an expression is read and checked once. What differs from
lead to lead is only which definition stands behind a name (`rules.stack`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import cached_property
from unicodedata import normalize

from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.language.parse import parse
from groupbuy.language.scope import External
from groupbuy.model.entries import Field, Table
from groupbuy.model.model import LeadModel
from groupbuy.model.names import fold
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.extensions import Extensions
from groupbuy.rules.order import CircleError, in_order
from groupbuy.sections.applies import may_not_apply
from groupbuy.sections.base import Entry, Section
from groupbuy.sections.gates import VERDICT, VERDICT_TYPE
from groupbuy.sections.template import RANK, Slot, Template, read_template
from groupbuy.source.limits import current
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar
from groupbuy.source.yaml import place_in
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.nodes import Absent, Expr, Lit, Ref, names
from groupbuy.tree.types import DATE, Kind, TableType, Type

_WORD = re.compile(r"[^\W\d]\w*(?:\.\w+)?")
_MOST_HINTS = 100
"""How many misspelt names get a hint: each is compared with all names there are."""

_LONGEST_CIRCLE = 12
_DEEPEST = 40
"""How many names may wait for each other: in reading order, only a circle goes so deep."""

TODAY = "today"
RESERVED: Mapping[str, Type] = {TODAY: DATE, VERDICT: VERDICT_TYPE}


class RuleScope:
    """Names, types, and the reading of expressions and texts (`language.Scope`, `Context`)."""

    def __init__(
        self,
        model: LeadModel,
        entries: Mapping[str, list[tuple[Section, Entry]]],
        extensions: Extensions,
        always: Set[str] = frozenset(),
    ) -> None:
        """`entries` are the entries behind each shared name, one for every pack that defines it.

        `always` are the names that every lead has, whatever packs apply to it.
        """
        self.model, self.entries, self.always = model, entries, always
        self.extensions = extensions
        self.types: dict[str, Type] = {}
        self.failed: dict[str, GroupbuyError] = {}
        self.under_way: list[str] = []
        self.constants: dict[str, Lit] = {}
        self._may_not_apply: dict[str, bool] = {}
        self._hints = _MOST_HINTS
        self.limits = current()

    # ── names ──

    def value(self, name: str) -> Expr | None:
        """The value called `name`."""
        if name in RESERVED:
            return Ref(name, RESERVED[name])
        if name in self.entries:
            type = self.type_of(name)
            return None if type.kind is Kind.TABLE else Ref(name, type)
        proper = self.model.resolve(name)
        if proper is None:
            titled = self.titles.get(fold(name))
            return None if titled is None else self.value(titled)
        field = self.model.fields.get(proper)
        return None if field is None else Ref(field.name, field.type)

    @cached_property
    def titles(self) -> dict[str, str]:
        """What facts, scores and grades are titled, where one title means one of them."""
        found: dict[str, str] = {}
        twice: set[str] = set()
        for name, entries in self.entries.items():
            for title in _titles(entries[0][1]):
                if found.setdefault(fold(title), name) != name:
                    twice.add(fold(title))
        return {title: name for title, name in found.items() if title not in twice}

    def type_of(self, name: str) -> Type:
        """The type of a shared name over all packs that define it."""
        found = self.types.get(name)
        if found is not None:
            return found
        if name in self.failed:
            raise self.failed[name]
        try:
            return self.worked_out(name)
        except GroupbuyError as error:
            self.failed[name] = error
            raise

    def worked_out(self, name: str) -> Type:
        """What `type_of` finds for a name that nobody has asked for yet."""
        if name in self.under_way or len(self.under_way) > _DEEPEST:
            circle = self.circle_of(name)
            # From wherever it was entered, a circle is told in one way.
            start = circle.index(min(circle))
            circle = [*circle[start:], *circle[:start]]
            _, entry = self.entries[circle[0]][0]
            raise GroupbuyError(circular([*circle, circle[0]], entry.at))
        self.under_way.append(name)
        try:
            types = []
            for section, entry in self.entries[name]:
                declared = section.declare(entry, self)
                types.append((declared[name], entry))
        finally:
            self.under_way.pop()
        type = types[0][0]
        for other, entry in types[1:]:
            type = self.joined(name, type, other, types[0][1], entry)
        self.types[name] = type
        return type

    def circle_of(self, name: str) -> list[str]:
        """The names that wait for each other; a long circle is found in what is written."""
        if name in self.under_way:
            return self.under_way[self.under_way.index(name) :]
        try:
            for _ in in_order([name], self.written_in):
                pass
        except CircleError as circle:
            return circle.path
        return self.under_way

    def reading_order(self) -> list[str]:
        """Every shared name, behind those whose names stand in its entries.

        Looked at in this order, what a name reads is known already, however long the chain is.
        A word of a text may look like a name: that changes the order and nothing else.
        """
        return list(in_order(self.entries, self.written_in, circles=True))

    def written_in(self, name: str) -> Iterator[str]:
        """The shared names that stand in the entries of a name."""
        for _, entry in self.entries[name]:
            for word in _words(entry.node.data()):
                if word in self.entries:
                    yield word
                elif (titled := self.titles.get(fold(word))) is not None:
                    yield titled

    def may_not_apply(self, name: str) -> bool:
        """Whether a name can be none for some lead: fields never are."""
        found = self._may_not_apply.get(name)
        if found is None:
            self._may_not_apply[name] = True  # for names that wait for each other
            found = name in self.entries and (name not in self.always or self.some_tree_may(name))
            if name not in self.entries and "." in name:
                found = self.model.tables.get(name.partition(".")[0]) is None
            self._may_not_apply[name] = found
        return found

    def some_tree_may(self, name: str) -> bool:
        """Whether one of the definitions of a name can be none."""
        for section, entry in self.entries[name]:
            try:
                definitions = section.lower(entry, self).definitions
            except GroupbuyError:
                return True  # it is told where the entry is checked
            trees = [each.expression for each in definitions if each.name == name]
            for tree in trees:
                if isinstance(tree, Expr) and may_not_apply(tree, self.may_not_apply):
                    return True
        return False

    def joined(self, name: str, a: Type, b: Type, first: Entry, second: Entry) -> Type:
        """The type that covers two packs' definitions of one name."""
        try:
            return replace(
                build.join([replace(a, open=False), replace(b, open=False)]), open=a.open or b.open
            )
        except Misfit:
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"{name} is {build.describe(b)} here and "
                    f"{build.describe(a)} at {first.at.short}",
                    second.at,
                    "what has one name has one type in all packs",
                    related=(first.at,),
                )
            ) from None

    def table(self, name: str) -> tuple[str, TableType] | None:
        """The table called `name`: one of the model, or one of periods."""
        if name in self.entries:
            for section, entry in self.entries[name]:
                made = getattr(section, "table_type", None)
                type = made(entry, self) if made is not None else None
                if type is not None:
                    return name, type
            return None
        proper = self.model.resolve(name)
        found = self.model.tables.get(proper) if proper else None
        return None if found is None else (found.name, found.type)

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        """The column called `name` of a table: one of the model, or a fact per row."""
        derived = f"{table}.{name}"
        if derived in self.entries:
            return name, self.type_of(derived)
        found = self.model.tables.get(table)
        if found is not None:
            proper = found.resolve(name)
            return None if proper is None else (proper, found.fields[proper].type)
        made = self.table(table)
        type = made[1].column(name) if made else None
        return None if type is None else (name, type)

    def word(self, name: str, text: str) -> str | None:
        """The proper word for a title or alias of a choice field's word."""
        table_name, dot, column = name.partition(".")
        proper = self.model.resolve(table_name if dot else name)
        owner = self.model.entries.get(proper) if proper else None
        field = owner.fields.get(owner.resolve(column) or "") if isinstance(owner, Table) else owner
        if field is None or not field.type.values:
            return None
        try:
            found = field.read(text)
        except ValueProblem:
            return None
        if isinstance(found, tuple) and len(found) == 1:
            return str(found[0])
        return found if isinstance(found, str) else None

    def function(self, name: str) -> External | None:
        """The plugin's function with this full name."""
        return self.extensions.functions.get(name)

    def no_function(self, name: str) -> str | None:
        """Why there is no such function."""
        if self.table(name.partition(".")[0]) is not None:
            return None
        near = did_you_mean(name, self.extensions.functions)
        return near or self.extensions.no_function(name)

    def field(self, name: str) -> tuple[str, bool] | None:
        """The field, table or column of the model called `name`: proper name, and if private."""
        first, dot, column = name.partition(".")
        proper = self.model.resolve(first)
        if proper is None:
            return None
        found = self.model.entries[proper]
        if not dot:
            return proper, isinstance(found, Field) and found.pii
        inner = found.fields.get(column) if isinstance(found, Table) else None
        return None if inner is None else (f"{proper}.{column}", inner.pii)

    def fields(self) -> Iterable[str]:
        """The names of the model's fields and tables."""
        return iter(self.model.entries)

    def names(self) -> Iterable[str]:
        """Every name, for "did you mean"; none any more when very many were misspelt."""
        self._hints -= 1
        if self._hints < 0:
            return
        yield from self.entries
        yield from self.model.names
        yield from RESERVED

    # ── reading ──

    def parse(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of an expression. Raises `GroupbuyError` with its place in the file."""
        if not isinstance(node, Scalar) or node.value is None:
            raise GroupbuyError(
                Problem(
                    "wrong-shape", f"an expression is expected here; this is {node.noun}", node.at
                )
            )
        if isinstance(node.value, bool):
            return build.flag(node.value)
        if isinstance(node.value, (int, float)):
            return self.number(node, float(node.value))
        return parse(node.value, self, lambda offset: place_in(node, offset), rows, self.limits)

    def number(self, node: Scalar, value: float) -> Expr:
        """A number that YAML has read already."""
        if abs(value) > 1e15:
            raise GroupbuyError(
                Problem("number-too-large", f"{node.text} has too many digits", node.at)
            )
        return build.number(value)

    def condition(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of a condition. Raises `GroupbuyError`."""
        tree = self.parse(node, rows)
        try:
            return build.condition(tree)
        except Misfit as misfit:
            length = len(node.text) if isinstance(node, Scalar) else 1
            raise GroupbuyError(
                Problem(misfit.code, misfit.message, node.at, misfit.hint, length)
            ) from None

    def text(self, node: Node, rows: str | None = None) -> Template:
        """A text with the facts it quotes. Raises `GroupbuyError`."""

        def resolve(name: str, at: Location) -> Slot:
            return self.slot(name, at, rows)

        return read_template(node, resolve)

    def slot(self, name: str, at: Location, rows: str | None) -> Slot:
        """The fact that a text quotes as `{name}`."""
        if name == RANK:
            return Slot(RANK, build.number(0, "integer").type)
        table_name, dot, column_name = name.partition(".")
        if dot:
            table = self.table(table_name)
            column = None if table is None else self.column(table[0], column_name)
            if table is None or column is None:
                raise GroupbuyError(
                    Problem(
                        "unknown-name",
                        f"nothing is called {{{name}}}",
                        at,
                        did_you_mean(name, self.names()),
                        len(name),
                    )
                )
            if table[0] != rows:
                raise GroupbuyError(
                    Problem(
                        "column-outside-rows",
                        f"{{{name}}} has one value for each row",
                        at,
                        f"quote it under each: {table[0]}, or make a fact of it",
                        len(name),
                    )
                )
            return Slot(column[0], column[1], table[0])
        found = self.value(name)
        if not isinstance(found, Ref):
            raise GroupbuyError(
                Problem(
                    "unknown-name",
                    f"nothing is called {{{name}}}",
                    at,
                    did_you_mean(name, self.names()),
                    len(name),
                )
            )
        return Slot(found.name, found.type)

    def constant(self, expr: Expr) -> float | None:
        """The number or day that an expression over settings is by default; none for others."""
        for name in names(expr):
            if name not in self.constants and not self.learn(name):
                return None
        folded = build.specialise(expr, self.constants, {})
        if isinstance(folded, Lit) and not isinstance(folded.value, (Absent, bool, str, tuple)):
            return float(folded.value)
        return None

    def learn(self, name: str) -> bool:
        """Note the value of a setting; whether `name` is one."""
        found = self.entries.get(name)
        if not found or found[0][0].name != "settings":
            return False
        section, entry = found[0]
        expression = section.lower(entry, self).definitions[0].expression
        assert isinstance(expression, Lit)
        self.constants[name] = expression
        return True


def _titles(entry: Entry) -> Iterable[str]:
    """What an entry is titled in each language."""
    title = entry.get("title")
    parts = title.items.values() if isinstance(title, MappingNode) else [title]
    return [part.text for part in parts if isinstance(part, Scalar)]


def _words(data: object) -> Iterator[str]:
    """What may be a name in the expressions of an entry."""
    if isinstance(data, str):
        for word in _WORD.findall(normalize("NFC", data)):
            yield word
            if "." in word:
                yield word.partition(".")[0]
    elif isinstance(data, dict):
        for value in data.values():
            yield from _words(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words(value)


def circular(circle: list[str], at: Location) -> Problem:
    """Names that wait for each other."""
    shown = circle if len(circle) <= _LONGEST_CIRCLE else [*circle[:4], "…", *circle[-4:]]
    return Problem(
        "circular-definition",
        f"these wait for each other: {' → '.join(shown)}",
        at,
        "one of them must do without the others",
    )
