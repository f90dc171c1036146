"""Small leads with blanks, and random expressions about them in our language and in SQL."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from groupbuy.compile.python import compile_program, compile_value
from groupbuy.errors import Location
from groupbuy.language.parse import parse
from groupbuy.language.scope import NoPlugins
from groupbuy.tree.definitions import Definition
from groupbuy.tree.derived import derive
from groupbuy.tree.nodes import Expr, Periods, Ref
from groupbuy.tree.types import DATE, FLAG, TableType, Type, choice, number

NUMBERS, FLAGS, WORDS = ("a", "b", "c"), ("p", "q", "r"), ("x", "y", "z")
NAMES: dict[str, Type] = {
    **dict.fromkeys(NUMBERS, number("integer", low=-2, high=2)),
    **dict.fromkeys(FLAGS, FLAG),
    "k": choice(WORDS, ordered=True),
    "today": DATE,
    "d": DATE,
}
ROW = (("n", number("integer")), ("f", FLAG), ("w", choice(WORDS)), ("on", DATE))
TABLES = {"t": TableType(ROW, order="on")}
HERE = Location("rules.yaml", 1)


class World(NoPlugins):
    """The scope: the names above, and whatever a test adds."""

    def __init__(self, more: Mapping[str, Type] | None = None) -> None:
        self.types = {**NAMES, **(more or {})}

    def value(self, name: str) -> Expr | None:
        return Ref(name, self.types[name]) if name in self.types else None

    def table(self, name: str) -> tuple[str, TableType] | None:
        return (name, TABLES[name]) if name in TABLES else None

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        found = TABLES[table].column(name)
        return None if found is None else (name, found)

    def word(self, name: str, text: str) -> str | None:
        return None

    def names(self) -> Iterable[str]:
        return [*self.types, *TABLES]


class Lead(dict[str, Any]):
    """What is not given is unknown."""

    def __missing__(self, name: str) -> None:
        return None


def read(text: str, more: Mapping[str, Type] | None = None) -> Expr:
    return parse(text, World(more), lambda at: Location("rules.yaml", 1, at + 1))


def run(text: str, **lead: Any) -> Any:
    """The value of an expression for a lead."""
    return compile_value(read(text), TABLES)(Lead(lead))


def define(name: str, tree: Expr | Periods, table: str | None = None) -> Definition:
    return Definition(name, tree, HERE, "test", table)


def evaluate(
    definitions: Iterable[Definition], wanted: Iterable[str], inputs: Iterable[str] = NAMES
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What a plan does: derives what is asked for, orders it, compiles it into one program."""
    known = {definition.name: definition for definition in definitions}
    found: dict[str, Definition] = {}

    def visit(name: str) -> None:
        if name in found or name in inputs or name in TABLES or name in ("s.value",):
            return
        definition = known.get(name) or derive(name, known.get)
        if definition is None:
            return
        for below in definition.reads:
            visit(below)
        found[name] = definition

    for name in wanted:
        visit(name)
    given = dict.fromkeys([*inputs, *TABLES], True)
    program = compile_program(found, list(found), given, TABLES, list(found))

    def work_out(lead: Mapping[str, Any]) -> dict[str, Any]:
        x = Lead(lead)
        program(x)
        return x

    return work_out


# ── leads ──────────────────────────────────────────────────────────────────────────────────────

small = st.integers(-2, 2).map(float)
truth = st.booleans()
word = st.sampled_from(WORDS)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


rows = st.lists(
    st.fixed_dictionaries(
        {"n": maybe(small), "f": maybe(truth), "w": maybe(word), "on": maybe(st.integers(1, 9))}
    ),
    max_size=4,
)
leads = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, maybe(small)),
        **dict.fromkeys(FLAGS, maybe(truth)),
        "k": maybe(word),
        "t": maybe(rows),
    }
)


# ── expressions ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Pair:
    """The same thing in our language and in SQL."""

    text: str
    sql: str

    def __iter__(self) -> Any:
        return iter((self.text, self.sql))


@dataclass(frozen=True)
class Grammar:
    """Which parts of the language to draw from. `lenient` look at absence itself."""

    draw: Any
    lenient: bool = True
    tables: bool = True
    none: bool = False
    row: bool = False

    def pick(self, *makers: Callable[[int], Pair]) -> Callable[[int], Pair]:
        return self.draw(st.sampled_from(makers))

    def flag(self, depth: int) -> Pair:
        if depth <= 0:
            return self.flag_name()
        makers = [self.both, self.negated, self.compared, self.compared, self.is_word, self.among]
        makers += [lambda depth: self.chosen(self.flag, depth)]
        if self.lenient:
            makers += [self.presence, lambda depth: self.first_of(self.flag, depth)]
        if self.tables:
            makers += [self.any_or_all]
        return self.pick(*makers)(depth - 1)

    def number(self, depth: int) -> Pair:
        if depth <= 0:
            return self.number_name()
        makers = [self.sum, self.sum, lambda depth: self.chosen(self.number, depth), self.extreme]
        if self.lenient:
            makers += [lambda depth: self.first_of(self.number, depth)]
        if self.tables:
            makers += [self.total, self.count, self.distinct]
        if self.tables and self.lenient:
            makers += [self.extreme_row]
        if self.none:
            makers += [self.quotient]
        return self.pick(*makers)(depth - 1)

    def flag_name(self) -> Pair:
        names = [Pair(name, name) for name in FLAGS]
        names += [Pair("True", "1"), Pair("False", "0")]
        return self.draw(st.sampled_from(names + [Pair("t.f", "t.f")] * 4 * self.row))

    def number_name(self) -> Pair:
        names = [Pair(name, name) for name in (*NUMBERS, "0", "1", "2")]
        return self.draw(st.sampled_from(names + [Pair("t.n", "t.n")] * 4 * self.row))

    def both(self, depth: int) -> Pair:
        op = self.draw(st.sampled_from(["and", "or"]))
        parts = [self.flag(depth) for _ in range(self.draw(st.integers(2, 3)))]
        return Pair(f"({f' {op} '.join(p.text for p in parts)})",
                    f"({f' {op} '.join(p.sql for p in parts)})")  # fmt: skip

    def negated(self, depth: int) -> Pair:
        part = self.flag(depth)
        return Pair(f"(not {part.text})", f"(NOT {part.sql})")

    def compared(self, depth: int) -> Pair:
        op = self.draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
        a, b = self.number(depth), self.number(depth)
        return Pair(f"({a.text} {op} {b.text})", f"({a.sql} {op} {b.sql})")

    def is_word(self, depth: int) -> Pair:
        name = self.draw(st.sampled_from(["k", "t.w"] if self.row else ["k"]))
        words = self.draw(st.lists(word, min_size=1, max_size=2))
        shown, negated = ", ".join(map(repr, words)), self.draw(st.sampled_from(["", "not "]))
        return Pair(f"({name} {negated}in [{shown}])", f"({name} {negated}in ({shown}))")

    def among(self, depth: int) -> Pair:
        part, values = self.number(depth), self.draw(st.lists(st.integers(0, 2), min_size=1))
        shown = ", ".join(map(str, values))
        return Pair(f"({part.text} in [{shown}])", f"({part.sql} IN ({shown}))")

    def presence(self, depth: int) -> Pair:
        part = self.pick(self.number, self.flag)(depth)
        if self.draw(truth):
            return Pair(f"known({part.text})", f"({part.sql} IS NOT NULL)")
        return Pair(f"missing({part.text})", f"({part.sql} IS NULL)")

    def first_of(self, make: Callable[[int], Pair], depth: int) -> Pair:
        a, b = make(depth), make(depth)
        return Pair(f"coalesce({a.text}, {b.text})", f"COALESCE({a.sql}, {b.sql})")

    def chosen(self, make: Callable[[int], Pair], depth: int) -> Pair:
        """Strict: known where both possible branches agree, which SQL's CASE is not."""
        (a, x), (c, y), (b, z) = make(depth), self.flag(depth), make(depth)
        agreed = f"WHEN {x} = {z} THEN {x}"
        sql = f"(CASE WHEN {y} THEN {x} WHEN NOT {y} THEN {z} {agreed} END)"
        return Pair(f"({a} if {c} else {b})", sql)

    def sum(self, depth: int) -> Pair:
        op = self.draw(st.sampled_from("+-*"))
        a, b = self.number(depth), self.number(depth)
        return Pair(f"({a.text} {op} {b.text})", f"({a.sql} {op} {b.sql})")

    def quotient(self, depth: int) -> Pair:
        a, b = self.number(depth), self.number(depth)
        return Pair(f"({a.text} / {b.text})", "no SQL")

    def extreme(self, depth: int) -> Pair:
        op = self.draw(st.sampled_from(["min", "max"]))
        a, b = self.number(depth), self.number(depth)
        return Pair(f"{op}({a.text}, {b.text})", f"{op}({a.sql}, {b.sql})")

    # An unknown table makes its aggregates unknown, and so does a row that may or may not count,
    # or a blank among the values that count. SQL would leave both out.

    def of_rows(self, where: Pair, blank: str, result: str) -> str:
        return (f"(CASE WHEN t_known THEN (SELECT CASE WHEN SUM({where.sql} IS NULL OR {blank}) > 0"
                f" THEN NULL ELSE {result} END FROM t) END)")  # fmt: skip

    def row_flag(self, depth: int) -> Pair:
        """A condition that reads the row."""
        column = self.draw(st.sampled_from(["t.f", "(t.n > 0)", "(t.w in ('x'))"]))
        op = self.draw(st.sampled_from(["and", "or"]))
        rest = Grammar(self.draw, self.lenient, tables=False, none=self.none, row=True).flag(depth)
        text = column.replace("('x')", "['x']")
        return Pair(f"({text} {op} {rest.text})", f"({column} {op} {rest.sql})")

    def row_number(self, depth: int) -> Pair:
        """A number that reads the row."""
        rest = Grammar(self.draw, self.lenient, tables=False, none=self.none, row=True)
        a, op = rest.number(depth), self.draw(st.sampled_from("+-*"))
        return Pair(f"(t.n {op} {a.text})", f"(t.n {op} {a.sql})")

    def total(self, depth: int) -> Pair:
        value, where = self.row_number(depth), self.row_flag(depth)
        counted = f"COALESCE(SUM(CASE WHEN {where.sql} THEN {value.sql} END), 0)"
        sql = self.of_rows(where, f"({where.sql} AND {value.sql} IS NULL)", counted)
        return Pair(f"sum({value.text}, where={where.text})", sql)

    def count(self, depth: int) -> Pair:
        where = self.row_flag(depth)
        sql = self.of_rows(where, "0", f"COALESCE(SUM({where.sql}), 0)")
        return Pair(f"count(t, where={where.text})", sql)

    def distinct(self, depth: int) -> Pair:
        where = self.row_flag(depth)
        counted = f"COUNT(DISTINCT CASE WHEN {where.sql} THEN t.w END)"
        sql = self.of_rows(where, f"({where.sql} AND t.w IS NULL)", counted)
        return Pair(f"distinct(t.w, where={where.text})", sql)

    def extreme_row(self, depth: int) -> Pair:
        op, where = self.draw(st.sampled_from(["min", "max"])), self.row_flag(depth)
        found = f"{op}(CASE WHEN {where.sql} THEN t.n END)"
        sql = self.of_rows(where, f"({where.sql} AND t.n IS NULL)", found)
        return Pair(f"coalesce({op}(t.n, where={where.text}), 1)", f"COALESCE({sql}, 1)")

    def any_or_all(self, depth: int) -> Pair:
        where, value = self.row_flag(depth), self.row_flag(depth)
        name = self.draw(st.sampled_from(["any", "all"]))
        # All rows pass where none fails.
        fails = f"({where.sql} AND {'' if name == 'any' else 'NOT '}{value.sql})"
        found = (f"(CASE WHEN t_known THEN (SELECT CASE WHEN SUM(COALESCE({fails}, 0)) > 0 THEN 1 "
                 f"WHEN SUM({fails} IS NULL) > 0 THEN NULL ELSE 0 END FROM t) END)")  # fmt: skip
        sql = found if name == "any" else f"(NOT {found})"
        return Pair(f"{name}({value.text}, where={where.text})", sql)
