"""Whether formulas can hold together, and values with which they do.

A search over sets: what must hold narrows the variables, until only alternatives are left; then
an atom of the shortest of these is tried both ways. Exact, because an atom speaks of one variable.
The work is bounded; beyond the bound a question stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from groupbuy.reason.formulas import FALSE, TRUE, Formula, Variable, variables
from groupbuy.reason.prove import NotProvedError, Prover
from groupbuy.reason.values import Values

World = Mapping[Variable, Values]
"""For each variable that matters, the values that it may have."""

STEPS = 60_000
"""Formulas that are looked at for one question."""
FIRST_STEPS = 20_000
"""Those of the first try, in which everything is known."""
DEEPEST = 150
"""Alternatives that are decided one inside another."""


class NotSettledError(Exception):
    """A question took too much work."""


@dataclass(frozen=True)
class Part:
    """A question apart: formulas, the same in any order."""

    formulas: tuple[Formula, ...] = field(compare=False)
    key: frozenset[Formula]


class Solver:
    """Answers questions; `left` is how many steps all further ones may take together."""

    def __init__(self, left: int, prover: Prover | None = None) -> None:
        """A new solver with its steps. `prover` is asked where values follow from others."""
        self.left, self.prover = left, prover
        self.unsettled = 0
        self._variables: dict[Formula, frozenset[Variable]] = {}
        self._answers: dict[Part, bool | None] = {}
        self._worlds: dict[tuple[frozenset[Formula], bool], World | NotSettledError | None] = {}

    def world(self, formulas: Iterable[Formula]) -> World | None:
        """A world in which all of `formulas` hold; none where there is none.

        Raises `NotSettledError` where that takes too long.
        """
        try:
            return self._search(list(formulas), tidy=True)
        except NotSettledError:
            self.unsettled += 1
            raise

    def _search(self, must: list[Formula], *, tidy: bool = False) -> World | None:
        if self.prover is None:
            return self._intervals(must)
        try:
            found = self._intervals(must)
        except NotSettledError:
            # Where the search is too long, the whole of it is asked.
            return self._proved(self.prover, must, tidy=tidy)
        if found is None:
            return None
        world = dict(found)
        for part in self._apart(must):
            about = self.variables_of(part.formulas)
            if not any(map(self.prover.is_tied, about)):
                continue
            # Mostly there are such values in the world at hand, which is a small question.
            fitting = self._fitting(
                self.prover, {v: found[v] for v in about if v in found}, tidy=tidy
            )
            if fitting is None:
                try:
                    fitting = self._proved(self.prover, part.formulas, tidy=tidy)
                except NotSettledError:
                    self.unsettled += 1
                    continue  # as if nobody had asked
                if fitting is None:
                    return None
            world.update(fitting)
        return world

    def _fitting(self, prover: Prover, world: World, *, tidy: bool) -> World | None:
        """Values of a world that fit together; none where none were found."""
        try:
            return prover.world((), world, tidy=tidy)
        except NotProvedError:
            return None

    def _proved(self, prover: Prover, formulas: Sequence[Formula], *, tidy: bool) -> World | None:
        """A world of some formulas in which what follows from others does so."""
        key = frozenset(formulas), tidy
        if key not in self._worlds:
            try:
                self._worlds[key] = prover.world(formulas, tidy=tidy)
            except NotProvedError:
                self._worlds[key] = NotSettledError()
        found = self._worlds[key]
        if isinstance(found, NotSettledError):
            raise NotSettledError
        return found

    def variables_of(self, formulas: Iterable[Formula]) -> set[Variable]:
        """The variables that some formulas are about."""
        return {variable for formula in formulas for variable in self.variables(formula)}

    def _intervals(self, must: list[Formula]) -> World | None:
        # Most worlds there are have one in which everything is known, which is found much sooner.
        search = _Search(min(FIRST_STEPS, self.left), known=True)
        try:
            found = search.run(list(must))
        except NotSettledError:
            found = None
        self.left -= search.taken
        if found is not None:
            return found
        search = _Search(min(STEPS, self.left))
        try:
            return search.run(list(must))
        finally:
            self.left -= search.taken

    def possible(self, *formulas: Formula) -> bool | None:
        """Whether all of `formulas` can hold; `None` where that was not settled.

        What shares no variable is asked apart, and each question once: in many stacks of packs
        most of it is the same.
        """
        if FALSE in formulas:
            return False
        answers = []
        for part in self._apart(formulas):
            if part not in self._answers:
                try:
                    self._answers[part] = self._search(list(part.formulas)) is not None
                except NotSettledError:
                    self._answers[part] = None
            answers.append(self._answers[part])
            if answers[-1] is False:
                return False
        if None in answers:
            self.unsettled += 1
            return None
        return True

    def _apart(self, formulas: Iterable[Formula]) -> list[Part]:
        """The formulas in groups that share no variable."""
        groups: list[Group] = []
        pending = list(formulas)[::-1]
        seen: set[Formula] = set()
        while pending:
            formula = pending.pop()
            if formula.op == "and":
                pending.extend(reversed(formula.parts))
            elif formula is not TRUE and formula not in seen:
                seen.add(formula)
                groups = _joined(groups, set(self.variables(formula)), formula)
        return [Part(tuple(group), frozenset(group)) for _, group in groups]

    def variables(self, formula: Formula) -> frozenset[Variable]:
        """The variables that a formula is about, and those from which they follow."""
        found = self._variables.get(formula)
        if found is None:
            found = variables(formula)
            if self.prover is not None:
                found = self.prover.together(found)
            self._variables[formula] = found
        return found

    def impossible(self, *formulas: Formula) -> bool:
        """Whether it is proved that `formulas` can't hold together."""
        return self.possible(*formulas) is False

    def in_world(self, formulas: Iterable[Formula], world: World) -> list[bool | None]:
        """Whether each formula holds everywhere in a world, or nowhere; `None` where in part.

        Raises `NotSettledError`.
        """
        search = _Search(max(self.left, 0), world)
        try:
            return [search.status(formula) for formula in formulas]
        finally:
            self.left -= search.taken

    def world_but(self, wanted: Iterable[Formula], each: Sequence[Formula]) -> World | None:
        """A world of `wanted` in which all of `each` hold too, of which there may be many.

        They are added as they are found to be hurt, which few of them are. Raises
        `NotSettledError`.
        """
        must = list(wanted)
        left = dict(enumerate(each))
        while True:
            world = self.world(must)
            if world is None or not left:
                return world
            found = dict(zip(left, self.in_world(left.values(), world), strict=True))
            hurt = [index for index, status in found.items() if status is not True]
            if not hurt:
                return world
            # Those that are surely hurt, or else all that the world leaves open.
            chosen = [index for index in hurt if found[index] is False][:8] or hurt
            must += [left.pop(index) for index in chosen]


Group = tuple[set[Variable], list[Formula]]


def _joined(groups: list[Group], about: set[Variable], formula: Formula) -> list[Group]:
    """The groups with one more formula, which joins those that are about the same."""
    apart, together = [], [formula]
    for group in groups:
        if about.isdisjoint(group[0]):
            apart.append(group)
        else:
            about |= group[0]
            together = [*group[1], *together]
    return [*apart, (about, together)]


class _Search:
    """One question: the world so far, and a trail of what was narrowed in which order.

    A branch only narrows the world, so that a formula decided above stays decided below.
    """

    def __init__(self, steps: int, world: World | None = None, *, known: bool = False) -> None:
        self.steps, self.taken, self.known = steps, 0, known
        self.world: dict[Variable, Values] = dict(world or {})
        self.decided: dict[Formula, bool] = {}
        self.open: dict[Formula, int] = {}
        self.version = 0
        self.trail: list[tuple[Variable, Values | None] | Formula] = []

    def run(self, must: list[Formula]) -> World | None:
        """The first world that is found; what it says of no variable is free."""
        return self.world if self.search([], must, 0) else None

    def search(self, clauses: list[list[Formula]], must: list[Formula], depth: int) -> bool:
        """Narrow the world until all `clauses` and all that `must` hold."""
        if depth > DEEPEST:
            raise NotSettledError
        left = self.narrow(clauses, must)
        if left is None:
            return False
        if not left:
            return True
        # One atom of the shortest alternative, this way or that: what is tried for one is left out
        # for the other, so that no world is looked at twice.
        atom = self.undecided(min(left, key=len))
        assert atom.variable is not None
        assert atom.values is not None
        for values in (atom.values, ~atom.values):
            mark = len(self.trail)
            if self.restrict(atom.variable, values) and self.search(left, [], depth + 1):
                return True
            self.back(mark)
        return False

    def undecided(self, parts: Sequence[Formula]) -> Formula:
        """The first atom among `parts` of which nothing is known; there is one."""
        while True:
            part = next(part for part in parts if self.status(part) is None)
            if part.op == "atom":
                return part
            parts = part.parts

    def narrow(
        self, clauses: list[list[Formula]], must: list[Formula]
    ) -> list[list[Formula]] | None:
        """Draw the consequences of what `must` hold; the clauses still open, or none at all."""
        while True:
            version = self.version
            while must:
                part = must.pop()
                self.count()
                if part is FALSE:
                    return None
                if part.op == "and":
                    must.extend(part.parts)
                elif part.op == "or":
                    clauses = [*clauses, list(part.parts)]
                elif part is not TRUE:
                    assert part.variable is not None
                    assert part.values is not None
                    if not self.restrict(part.variable, part.values):
                        return None
            still: list[list[Formula]] = []
            for clause in clauses:
                live = self.live(clause)
                if live is None:
                    continue
                if not live:
                    return None
                if len(live) == 1:
                    must.append(live[0])
                else:
                    still.append(live)
            clauses = still
            if not must and version == self.version:
                return clauses

    def live(self, clause: list[Formula]) -> list[Formula] | None:
        """The parts that may still hold; none where one of them does already."""
        live = []
        for part in clause:
            status = self.status(part)
            if status:
                return None
            if status is None:
                live.append(part)
        return live

    def restrict(self, variable: Variable, values: Values) -> bool:
        """Narrow a variable; whether anything is left of it."""
        before = self.world.get(variable)
        start = variable.domain if before is None else before
        left = variable.narrowed(start & values)
        if self.known:
            left = left.known
        if left != before:
            self.trail.append((variable, before))
            self.world[variable] = left
            self.version += 1
        return not left.empty

    def back(self, mark: int) -> None:
        """Undo what was narrowed and decided since the trail was `mark` long."""
        while len(self.trail) > mark:
            step = self.trail.pop()
            if isinstance(step, Formula):
                del self.decided[step]
                continue
            variable, before = step
            if before is None:
                del self.world[variable]
            else:
                self.world[variable] = before
        self.version += 1

    def status(self, formula: Formula) -> bool | None:
        """Whether a formula holds in every world that this one allows, or in none."""
        if formula is TRUE or formula is FALSE:
            return formula is TRUE
        known = self.decided.get(formula)
        if known is not None:
            return known
        if self.open.get(formula) == self.version:
            return None
        self.count()
        found = self.judged(formula)
        if found is None:
            self.open[formula] = self.version
        else:
            self.decided[formula] = found
            self.trail.append(formula)
        return found

    def judged(self, formula: Formula) -> bool | None:
        if formula.op == "atom":
            assert formula.variable is not None
            assert formula.values is not None
            now = self.world.get(formula.variable)
            if now is None:
                if not self.known:
                    return None
                now = self.world[formula.variable] = formula.variable.domain.known
                self.trail.append((formula.variable, None))
            return now.against(formula.values)
        decisive = formula.op == "or"
        found: bool | None = not decisive
        decided, open, version = self.decided, self.open, self.version
        for part in formula.parts:
            # What `status` would begin with: most parts are known, and calls are what this costs.
            status = decided.get(part)
            if status is None and open.get(part) != version:
                status = self.status(part)
            if status is decisive:
                return decisive
            if status is None:
                found = None
        return found

    def count(self) -> None:
        self.taken += 1
        if self.taken > self.steps:
            raise NotSettledError
