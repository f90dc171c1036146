"""The sheet of leads: definitions by name, for all stacks of packs at once.

Where a name means the same in every stack, it is one column; else each meaning is worked out and
the lead's stack chooses. So a file is read once, however many stacks its leads have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from groupbuy.compile.columns.groups import ROW, GroupSheet, PeriodSheet
from groupbuy.compile.columns.operations import Unsupported
from groupbuy.compile.columns.pieces import FALSE, TRUE, Held, Piece, col, dtype, lit, only, when
from groupbuy.compile.columns.sheet import Frame
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Call, Expr, Lit, Over, Periods, Ref
from groupbuy.tree.types import Kind, TableType, Type

KEY = "_id"
"""The column that tells leads apart, in their frame and in those of their tables."""
FIELD = "f_"
"""Stands before the names of fields and of a table's columns in frames."""
GIVEN = "_has_"
"""Stands before a table's name: the column that says whether the lead's table is known."""


@dataclass(frozen=True)
class Variant:
    """What a name means in some stacks, by their numbers; in all of them where there are none."""

    definition: Definition
    stacks: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Joined:
    """A small frame to be joined at a stage, and the columns it brings."""

    level: int
    frame: Frame
    left: tuple[str, ...]
    right: tuple[str, ...]
    columns: tuple[str, ...]


MOST_UNDER_WAY = 50
"""How many definitions may build on each other in a row: they are written by recursion."""


class LeadSheet(GroupSheet):
    """One row a lead. Inputs are columns of the frame; everything else is worked out from them."""

    keys = (KEY,)

    def __init__(
        self,
        inputs: Mapping[str, bool],
        definitions: Mapping[str, Sequence[Variant]],
        types: Mapping[str, TableType],
        tables: Mapping[str, Frame],
        stack: str | None = None,
        population: Callable[[LeadSheet, str], Held] | None = None,
    ) -> None:
        """`inputs` says of each whether it can be unknown; its column has `FIELD` before its name.

        `tables` are frames with the key of the lead, `ROW` and the columns of the table.

        `stack` is the column that says which stack a lead has; `population` makes a column of a
        value over the population.
        """
        super().__init__("_", _Derived(definitions), types)
        self.inputs, self.definitions, self.tables = inputs, definitions, tables
        self.stack, self.population = stack, population
        self.calls: Callable[[LeadSheet, Call], Held] | None = None
        self.joins: list[Joined] = []
        self.found: dict[str, Held] = {}
        self.periods: dict[str, PeriodSheet] = {}
        self.under_way: list[Definition] = []

    # ── names ──

    def name(self, ref: Ref) -> Held:
        """An input, or what the definitions make of a name."""
        found = self.found.get(ref.name)
        if found is None:
            found = self.found[ref.name] = self.looked_up(ref.name, ref.type)
        return found

    def looked_up(self, name: str, type: Type) -> Held:
        """The value of a name that was not met before."""
        if name in self.tables or type.kind is Kind.TABLE:
            # A table as a value is asked only whether it is known.
            return Held(only(self.given(name).value, TRUE))
        given = self.inputs.get(name)
        if given is not None:
            return Held(col(f"{FIELD}{name}"), unknown=given)
        variants = self.definitions.get(name, ())
        if not variants:
            return Held(lit(None, dtype(type)), TRUE, unknown=False)
        if isinstance(variants[0].definition.expression, Over):
            if self.population is None:
                raise unsupported(variants[0].definition, "a value over the population")
            return self.population(self, name)
        return self.also(name, variants, type)

    def also(self, name: str, variants: Sequence[Variant], type: Type) -> Held:
        """The value of what stands in no definition, by stack."""
        parts = [(variant.stacks, self.defined(variant.definition)) for variant in variants]
        if len(parts) == 1 and not parts[0][0]:
            return parts[0][1]
        return self.kept(self.by_stack(parts, type)) if parts else Held(FALSE, unknown=False)

    def by_stack(self, parts: Sequence[tuple[tuple[int, ...], Held]], type: Type) -> Held:
        """The value that the lead's own stack gives; where it gives none, it does not apply."""
        assert self.stack is not None
        stack = col(self.stack)
        tests = [stack.among(stacks) for stacks, _ in parts]
        null = lit(None, dtype(type))
        values = [held for _, held in parts]
        value = when([(t, held.value) for t, held in zip(tests, values, strict=True)], null)
        none = when([(t, held.none or FALSE) for t, held in zip(tests, values, strict=True)], TRUE)
        magnitude = max(held.magnitude for held in values)
        return Held(value, none, any(held.unknown for held in values), magnitude)

    def defined(self, definition: Definition) -> Held:
        """The value of a definition; what has no expression over columns is named."""
        expression = definition.expression
        if not isinstance(expression, Expr):
            raise TypeError(f"{definition.name} is a table")
        if len(self.under_way) == MOST_UNDER_WAY:
            raise unsupported(
                self.under_way[0],
                f"it builds on a chain of more than {MOST_UNDER_WAY} others",
            )
        self.under_way.append(definition)
        try:
            return self.held(expression)
        except Unsupported as why:
            raise unsupported(definition, str(why)) from None
        finally:
            self.under_way.pop()

    def call(self, expr: Call) -> Held:
        """What a plugin's Python code gives, where the engine can ask it beforehand."""
        return super().call(expr) if self.calls is None else self.calls(self, expr)

    def absent(self, name: str) -> bool:
        """Whether a name applies to no lead."""
        trees = [variant.definition.expression for variant in self.definitions.get(name, ())]
        return all(isinstance(tree, Lit) and tree.value is NONE for tree in trees)

    # ── small frames joined by key ──

    def join(
        self,
        frame: Frame,
        left: Sequence[str],
        right: Sequence[str],
        columns: Sequence[str],
        level: int,
    ) -> None:
        """Join a small frame once the columns `left` are there, which are made below `level`."""
        self.joins.append(Joined(level, frame, tuple(left), tuple(right), tuple(columns)))

    @property
    def depth(self) -> int:
        """How many stages there are."""
        return max([super().depth, *(joined.level + 1 for joined in self.joins)])

    def made(self, number: int) -> set[str]:
        """Besides the results of groupings, the columns of small frames."""
        joins = [joined for joined in self.joins if joined.level == number]
        return super().made(number) | {name for joined in joins for name in joined.columns}

    def linked(self, number: int) -> set[str]:
        """The columns by which small frames are joined."""
        joins = [joined for joined in self.joins if joined.level == number]
        return super().linked(number) | {name for joined in joins for name in joined.left}

    @property
    def reorders(self) -> bool:
        """Whether rows may come out in another order than they went in."""
        return bool(self.groupings or self.joins)

    def needed_for(self, table: str) -> set[str]:
        """The columns from which the rows of a table of periods are made."""
        made = None if table in self.tables else self.periods_of(table)
        return set() if made is None else made.reads

    def stage(self, frame: Frame, number: int, live: set[str]) -> Frame:
        """The columns of one stage; then small frames are joined."""
        done = super().stage(frame, number, live)
        for joined in self.joins:
            if joined.level == number:
                done = done.join(
                    joined.frame,
                    left_on=list(joined.left),
                    right_on=list(joined.right),
                    how="left",
                )
        return done

    # ── tables ──

    def given(self, table: str) -> Held:
        """Whether the lead's table is known."""
        if table in self.types and table in self.tables:
            return Held(col(f"{GIVEN}{table}"), unknown=False)
        made = self.periods_of(table)
        return Held(FALSE if made is None else made.known, unknown=False)

    def periods_of(self, table: str) -> PeriodSheet | None:
        """The sheet of a table of periods."""
        found = self.periods.get(table)
        if found is None:
            variants = self.definitions.get(table, ())
            if not variants:
                return None
            periods = variants[0].definition.expression
            assert isinstance(periods, Periods)
            if len({variant.definition.expression for variant in variants}) > 1:
                # Its rows would have to be chosen by stack; rules can define two tables instead.
                raise unsupported(
                    variants[0].definition, "a table of periods that packs change for some leads"
                )
            found = PeriodSheet(f"_p{len(self.periods)}_", self, periods)
            self.periods[table] = found
        return found

    def ready(self, table: str) -> int:
        """The stage from which on the rows of a table can be made."""
        made = None if table in self.tables else self.periods_of(table)
        return self.given(table).level if made is None else made.level

    def rows(self, table: str, owners: Frame) -> Frame:
        """The rows of a table of the file, or of periods."""
        if table in self.tables:
            return self.tables[table]
        made = self.periods_of(table)
        assert made is not None
        return made.frame(owners)

    def row_column(self, table: str, name: str) -> Held:
        """A column of the file's table, or of periods."""
        if table in self.tables:
            return Held(col(f"{FIELD}{name}"))
        made = self.periods_of(table)
        if made is None:
            return Held(lit(None))
        held = made.cells[name]

        def here(piece: Piece) -> Piece:
            return piece if piece.name is None else col(piece.name)

        none = None if held.none is None else here(held.none)
        return Held(here(held.value), none, held.unknown, held.magnitude)


class _Derived(Mapping[str, Definition]):
    """The definitions that are made for each row, where all stacks agree on them."""

    def __init__(self, definitions: Mapping[str, Sequence[Variant]]) -> None:
        self.definitions = definitions

    def __getitem__(self, name: str) -> Definition:
        variants = [v.definition for v in self.definitions[name] if v.definition.table is not None]
        if not variants:
            raise KeyError(name)
        if len({variant.expression for variant in variants}) > 1:
            raise unsupported(variants[0], "a value per row that packs change for some leads")
        return variants[0]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.definitions)

    def __len__(self) -> int:
        return len(self.definitions)


def unsupported(definition: Definition, what: str) -> GroupbuyError:
    """The error for a rule that has no expression over columns."""
    return GroupbuyError(
        Problem(
            "not-in-columns",
            f"{definition.name} ({definition.owner}) can't be worked out in columns: {what}",
            definition.at,
            "use --engine rows",
        )
    )


__all__ = ["GIVEN", "KEY", "ROW", "LeadSheet", "Variant", "unsupported"]
