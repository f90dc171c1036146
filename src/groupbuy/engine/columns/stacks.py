"""Which packs apply to each lead of a frame, and the stacks that there are.

Conditions of packs are columns. What combinations of them occur is asked of the data: once for
all conditions that read fields alone, and once more for each layer whose conditions read what
lower layers define.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import narwhals as nw

from groupbuy.compile.columns.leads import LeadSheet, unsupported
from groupbuy.compile.columns.operations import Unsupported
from groupbuy.compile.columns.pieces import Piece, balanced, coalesce, col, lit, when
from groupbuy.compile.columns.sheet import Frame
from groupbuy.engine.columns.source import Source
from groupbuy.engine.columns.union import Union
from groupbuy.engine.plan import inputs_of
from groupbuy.engine.run import Engine
from groupbuy.rules.pack import Pack
from groupbuy.rules.stack import Stack
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Ref, names
from groupbuy.tree.types import FLAG

STACK = "_stack"
"""The column that says which stack a lead has, by its number."""
DOES_NOT, APPLIES, OPEN = 0, 1, 2
DIGITS = 30
"""How many packs one whole number tells apart, with three digits each."""

Answers = dict[str, int]
"""Of each conditional pack that was asked: whether it applies, or might."""


@dataclass
class Stacks:
    """The stacks of a file's leads by number, and the frame with each lead's number."""

    frame: Frame
    stacks: dict[int, Stack] = field(default_factory=dict)
    set_aside: dict[int, Stack] = field(default_factory=dict)
    """Stacks whose packs contradict each other: their leads get no result."""

    def __post_init__(self) -> None:
        """Keep the frame with all leads beside that of those that get a result."""
        self.all = self.frame


class Chooser:
    """Layer by layer: a pack's `for` reads fields and what lower layers define."""

    def __init__(self, engine: Engine, source: Source) -> None:
        """Ask about the leads of `source`."""
        self.engine, self.source = engine, source
        self.layers = engine.rules.project.layers
        self.answers: list[Answers] = [{}]
        self.frame = source.leads.with_columns(**{STACK: nw.lit(0)})
        self.columns = [*source.leads.collect_schema().names(), STACK]

    def choose(self) -> Stacks:
        """The stacks of all leads."""
        conditional = [pack for layer in self.layers for pack in layer if self.is_conditional(pack)]
        inputs = {*inputs_of(self.engine.model), "today"}
        simple = [pack for pack in conditional if self.reads(pack) <= inputs]
        self.ask(simple)
        for layer in self.layers:
            self.ask([pack for pack in layer if pack in conditional and pack not in simple])
        found = Stacks(self.frame)
        for number, answers in enumerate(self.answers):
            stack = self.engine.rules.stack(*self.packs(answers))
            (found.set_aside if stack.conflicts else found.stacks)[number] = stack
        return found

    def is_conditional(self, pack: Pack) -> bool:
        """Whether a pack has a `for`."""
        return self.engine.rules.condition(pack) is not None

    def reads(self, pack: Pack) -> set[str]:
        """The names in the `for` of a pack."""
        tree = self.engine.rules.condition(pack)
        assert tree is not None
        return set(names(tree))

    def packs(
        self, answers: Answers, below: int | None = None
    ) -> tuple[tuple[Pack, ...], tuple[Pack, ...]]:
        """The packs that apply and those that might, of the layers below the one numbered."""
        applies: list[Pack] = []
        opened: list[Pack] = []
        for number, layer in enumerate(self.layers):
            if below is not None and number >= below:
                break
            for pack in layer:
                answer = answers.get(pack.name, APPLIES)
                if answer != DOES_NOT:
                    (applies if answer == APPLIES else opened).append(pack)
        return tuple(applies), tuple(opened)

    def ask(self, packs: Sequence[Pack]) -> None:
        """Find out which combinations of answers there are, and number the leads by them."""
        if not packs:
            return
        below = next(n for n, layer in enumerate(self.layers) if packs[-1] in layer)
        sheet = self.sheet(packs, below)
        digits = [sheet.keep(self.digit(sheet, pack)) for pack in packs]
        codes = [
            sheet.keep(_code(digits[start : start + DIGITS]))
            for start in range(0, len(digits), DIGITS)
        ]
        read = frozenset().union(*(code.reads for code in codes))
        frame = sheet.run(self.frame, read | set(self.columns))
        columns = {f"_code{number}": code.expr for number, code in enumerate(codes)}
        combined = frame.with_columns(**columns)
        names = [STACK, *columns]
        found = self.source.rows(combined.group_by(*names).agg(nw.len().alias("count")))
        combinations = sorted(tuple(int(row[name]) for name in names) for row in found)
        self.answers = [
            {
                **self.answers[before],
                **dict(zip((p.name for p in packs), _answers(rest), strict=False)),
            }
            for before, *rest in combinations
        ]
        arms = [
            (_all_same(names, combination), lit(number))
            for number, combination in enumerate(combinations)
        ]
        number = _numbered(arms)
        # Without what was worked out on the way, whose names other sheets use again.
        self.frame = combined.with_columns(**{STACK: number.expr}).select(*self.columns)

    def sheet(self, packs: Sequence[Pack], below: int) -> LeadSheet:
        """A sheet on which the conditions of packs are defined over what lies below them."""
        stacks: dict[int, Stack] = {}
        for number, answers in enumerate(self.answers):
            stack = self.engine.rules.stack(self.packs(answers, below)[0])
            for pack in packs:
                self.engine.define_condition(stack, pack)
            stacks[number] = stack
        return self.source.sheet(Union(stacks, {}), STACK)

    def digit(self, sheet: LeadSheet, pack: Pack) -> Piece:
        """Whether a pack applies, as a number."""
        try:
            test = sheet.name(Ref(f"for:{pack.name}", FLAG)).condition
        except Unsupported as why:
            tree = self.engine.rules.condition(pack)
            assert tree is not None
            definition = Definition(f"for:{pack.name}", tree, pack.at, pack.name)
            raise unsupported(definition, str(why)) from None
        return when([(test, lit(APPLIES)), (test.null(), lit(OPEN))], lit(DOES_NOT))


def _code(digits: Sequence[Piece]) -> Piece:
    """Digits to the base of three as one number."""
    parts = [
        (digit.then(lambda e: e.cast(nw.Int64))) * 3**place for place, digit in enumerate(digits)
    ]
    return balanced(parts, lambda a, b: a + b)


def _answers(codes: Sequence[int]) -> list[int]:
    """The digits that numbers were made of, and zeros behind them."""
    found: list[int] = []
    for code in codes:
        found += [code // 3**place % 3 for place in range(DIGITS)]
    return found


def _all_same(names: Sequence[str], values: Sequence[int]) -> Piece:
    tests = [col(name).same(value) for name, value in zip(names, values, strict=True)]
    return balanced(tests, lambda a, b: a & b)


def _numbered(arms: Sequence[tuple[Piece, Piece]]) -> Piece:
    """The number of the arm that holds; flat, for there may be hundreds."""
    null = lit(None, nw.Int64)
    return coalesce([*(when([arm], null) for arm in arms), lit(-1)])
