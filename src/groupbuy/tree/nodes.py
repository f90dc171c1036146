"""The eight nodes of an expression, and how to walk them.

A tree says *what* is to be computed and knows nothing of rules, leads or packs. Nodes are
immutable; equal subtrees compare equal (types and places are outside equality) and hash in
constant time, so that a back end computes each of them once. Build them with `tree.build`, whose
constructors check types and fold constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from groupbuy.tree.types import Type


class Absent(Enum):
    """Why a literal has no value: nobody knows it, or it does not apply."""

    UNKNOWN = "unknown"
    NONE = "none"

    def __repr__(self) -> str:
        """The word alone."""
        return self.value


UNKNOWN = Absent.UNKNOWN
NONE = Absent.NONE

Value = float | bool | str | int | tuple[str, ...] | tuple[int, ...] | Absent
"""What a literal can be. Numbers are floats, dates are day numbers (`date.toordinal`)."""


class Expr:
    """A node. Compared by structure; the hash is worked out once, when the node is made."""

    __slots__ = ()
    type: Type
    _hash: int

    def parts(self) -> tuple[object, ...]:
        """What makes this node equal to another of its class."""
        raise NotImplementedError

    def label(self) -> tuple[object, ...]:
        """What makes this node equal to another over equal children."""
        return self.parts()

    def children(self) -> tuple[Expr, ...]:
        """The expressions directly below."""
        return ()

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The same node over other children (as many as `children()` gives)."""
        return self

    def __post_init__(self) -> None:
        """Work out the hash from the children's, which have theirs already."""
        object.__setattr__(self, "_hash", hash((type(self).__name__, self.parts())))

    def __hash__(self) -> int:
        """The stored hash."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Whether `other` computes the same by the same steps."""
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Expr)
        if self._hash != other._hash or self.label() != other.label():
            return False
        return not self.children() or _equal(self, other)


def _equal(one: Expr, two: Expr) -> bool:
    """Whether two trees are equal; a shared part is compared once, not once for each use."""
    seen: set[tuple[int, int]] = set()
    stack = [(one, two)]
    while stack:
        a, b = stack.pop()
        pair = (id(a), id(b))
        if a is b or pair in seen:
            continue
        if a._hash != b._hash or type(a) is not type(b) or a.label() != b.label():
            return False
        seen.add(pair)
        stack.extend(zip(a.children(), b.children(), strict=True))
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Lit(Expr):
    """A constant, or one of the two ways of having no value."""

    value: Value
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Value and kind: `1.0` and `True` are not the same constant.

        What has no value is told apart by the words that it could have had: they are all that a
        grade without a value says of itself.
        """
        if isinstance(self.value, Absent):
            return (self.value, self.type.kind, self.type.values)
        return (self.value, self.type.kind)


@dataclass(frozen=True, slots=True, eq=False)
class Ref(Expr):
    """The value of a name: an input or another definition."""

    name: str
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """The name."""
        return (self.name,)


@dataclass(frozen=True, slots=True, eq=False)
class Col(Expr):
    """A column of the table row at hand: inside an aggregate, or in a definition made per row."""

    table: str
    name: str
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Table and column."""
        return (self.table, self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Op(Expr):
    """A function of its arguments; `tree.operations` lists every operation and its meaning."""

    op: str
    args: tuple[Expr, ...]
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Operation and arguments."""
        return (self.op, self.args)

    def label(self) -> tuple[object, ...]:
        """Operation and number of arguments."""
        return (self.op, len(self.args))

    def children(self) -> tuple[Expr, ...]:
        """The arguments."""
        return self.args

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The operation over other arguments."""
        return Op(self.op, children, self.type)


@dataclass(frozen=True, slots=True, eq=False)
class Case(Expr):
    """The first arm whose condition holds, else `default`.

    Strict: an unknown condition leaves this arm and the later ones possible, up to the first that
    surely holds. The value is known where all possible arms agree.
    """

    arms: tuple[tuple[Expr, Expr], ...]
    default: Expr
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Arms and default."""
        return (self.arms, self.default)

    def label(self) -> tuple[object, ...]:
        """How many arms."""
        return (len(self.arms),)

    def children(self) -> tuple[Expr, ...]:
        """Condition and value of each arm in turn, then the default."""
        return (*(part for arm in self.arms for part in arm), self.default)

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The same arms over other expressions."""
        pairs = tuple(zip(children[:-1:2], children[1:-1:2], strict=True))
        return Case(pairs, children[-1], self.type)


@dataclass(frozen=True, slots=True, eq=False)
class Agg(Expr):
    """One value from the rows of a table in which `where` is true."""

    op: str
    table: str
    value: Expr | None
    where: Expr | None
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Aggregate, table, value and condition."""
        return (self.op, self.table, self.value, self.where)

    def label(self) -> tuple[object, ...]:
        """Aggregate, table, and which parts there are."""
        return (self.op, self.table, self.value is None, self.where is None)

    def children(self) -> tuple[Expr, ...]:
        """Value and condition, where there are any."""
        return tuple(part for part in (self.value, self.where) if part is not None)

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The same aggregate over other expressions."""
        rest = iter(children)
        value = next(rest) if self.value is not None else None
        where = next(rest) if self.where is not None else None
        return Agg(self.op, self.table, value, where, self.type)


Limit = Literal["top_share", "top_count", "holds", "spend", "rest"]


@dataclass(frozen=True)
class Cut:
    """One piece of a ranking, from where the piece before it ends.

    `top_share` takes the best `amount` of the population (0.01 is 1 %), `top_count` that many of
    it, both counted together with the pieces before; `holds` as many as together hold `amount` of
    the total; `spend` as many as `cost` allows under `amount`; `rest` what is left. `amount` is
    an expression over constants.
    """

    name: str
    limit: Limit
    amount: Expr | None = None
    cost: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Over(Expr):
    """A value that needs the whole population: `rank`, `share`, or the `cut` one falls into.

    The population is where `among` is true and `value`, `within` and every cost are known;
    elsewhere the result is unknown. `within` splits it into groups that are ranked apart.
    """

    op: str
    value: Expr
    among: Expr | None
    within: Expr | None
    type: Type
    cuts: tuple[Cut, ...] = ()
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """Everything that the result depends on."""
        return (self.op, self.value, self.among, self.within, self.cuts)

    def label(self) -> tuple[object, ...]:
        """The operation, which parts there are, and of each cut what is no expression."""
        cuts = [(c.name, c.limit, c.amount is None, c.cost is None) for c in self.cuts]
        return (self.op, self.among is None, self.within is None, *cuts)

    def children(self) -> tuple[Expr, ...]:
        """Value, population, groups, then amount and cost of each cut, where there are any."""
        cuts = (part for cut in self.cuts for part in (cut.amount, cut.cost))
        parts = (self.value, self.among, self.within, *cuts)
        return tuple(part for part in parts if part is not None)

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The same ranking over other expressions."""
        rest = iter(children)

        def following(part: Expr | None) -> Expr | None:
            return None if part is None else next(rest)

        value, among, within = next(rest), following(self.among), following(self.within)
        cuts = tuple(
            Cut(cut.name, cut.limit, following(cut.amount), following(cut.cost))
            for cut in self.cuts
        )
        return Over(self.op, value, among, within, self.type, cuts)


@dataclass(frozen=True, eq=False)
class Routine:
    """Python code that a plugin brings, under its full name (`history.churn_risk`).

    `run` gets the values by name of the lead at hand, and the arguments as they are kept: `None`
    unknown, `NONE` does not apply, a table as its rows. It returns such a value, raises nothing,
    and notes a failure among the lead's values. `columns` says for each argument which columns of
    a table it reads; none for a plain value.
    """

    name: str
    run: Callable[..., Any]
    columns: tuple[tuple[str, ...] | None, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """What a routine makes of its arguments, some of which may be whole tables (a `Ref`).

    The only node that is not arithmetic: each back end hands it the values, and no analysis looks
    inside.
    """

    routine: Routine
    args: tuple[Expr, ...]
    type: Type
    _hash: int = field(init=False, repr=False, default=0)

    def parts(self) -> tuple[object, ...]:
        """The routine's name, which no other has, and the arguments."""
        return (self.routine.name, self.args)

    def label(self) -> tuple[object, ...]:
        """Name and number of arguments."""
        return (self.routine.name, len(self.args))

    def children(self) -> tuple[Expr, ...]:
        """The arguments."""
        return self.args

    def rebuilt(self, children: tuple[Expr, ...]) -> Expr:
        """The call with other arguments."""
        return Call(self.routine, children, self.type)


FAILURES = "!failures"
"""Among a lead's values: what failed for it, as (routine's name, message)."""


@dataclass(frozen=True)
class Periods:
    """A table made from another: a row for each of the `last` complete periods, empty ones too.

    `columns` are aggregates over `table`, worked out over the rows of the period; which row is in
    which period says its date column `date`. A period is complete before that of `today`.
    """

    table: str
    date: str
    per: Literal["month", "quarter", "year"]
    last: int
    columns: tuple[tuple[str, Expr], ...]
    today: Expr


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, parents before children, equal subtrees once."""
    seen: set[Expr] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(reversed(node.children()))


@lru_cache(maxsize=1 << 16)
def names(expr: Expr) -> tuple[str, ...]:
    """The names that the value depends on directly, in order of appearance."""
    found: dict[str, None] = {}
    # By identity, which is quicker than `walk`; shared parts must not be walked once for each use.
    seen: set[int] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            for name in _names_of(node):
                found[name] = None
            stack.extend(reversed(node.children()))
    return tuple(found)


def _names_of(node: Expr) -> tuple[str, ...]:
    if isinstance(node, Ref):
        return (node.name,)
    if isinstance(node, Agg):
        return (node.table,)
    # A derived column is a definition of its own, called by its dotted name.
    return (f"{node.table}.{node.name}",) if isinstance(node, Col) else ()


def rewrite(expr: Expr, change: Callable[[Expr], Expr], done: dict[Expr, Expr]) -> Expr:
    """The tree with `change` applied to every node, children first; `done` keeps what was met."""
    found = done.get(expr)
    if found is None:
        children = expr.children()
        if children:
            new = tuple(rewrite(child, change, done) for child in children)
            same = all(a is b for a, b in zip(new, children, strict=True))
            found = change(expr if same else expr.rebuilt(new))
        else:
            found = change(expr)
        done[expr] = found
    return found
