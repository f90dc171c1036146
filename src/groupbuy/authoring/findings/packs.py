"""Packs: a `for` that nobody meets, and packs of one layer that meet and contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from groupbuy.authoring.findings.examples import Examples
from groupbuy.authoring.findings.finding import Finding
from groupbuy.authoring.findings.outcome import length_of
from groupbuy.authoring.findings.stacks import Stacks
from groupbuy.authoring.findings.view import View
from groupbuy.errors import GroupbuyError
from groupbuy.reason.formulas import FALSE
from groupbuy.reason.solve import NotSettledError, Solver
from groupbuy.rules.pack import Pack
from groupbuy.tree.nodes import Lit, names


def check_packs(stacks: Stacks, solver: Solver, examples: Examples) -> Iterator[Finding]:
    """Look at each pack with `for`, and at every two of a layer."""
    for pack in stacks.packs:
        yield from _check_for(stacks, solver, pack)
    for layer in stacks.rules.project.layers:
        for first, second in combinations(layer, 2):
            yield from _check_pair(stacks, solver, examples, first, second)


def _check_for(stacks: Stacks, solver: Solver, pack: Pack) -> Iterator[Finding]:
    test, node = stacks.rules.condition(pack), pack.condition
    if test is None or node is None:
        return
    views = _views_below(stacks, names(test))
    if not views or isinstance(views[0].prepared(test), Lit):
        return
    owner = (pack.name, None)
    if all(solver.impossible(*view.assumed, view.true(test)) for view in views):
        yield Finding(
            "never-true",
            f"no lead can meet this: pack {pack.name} never applies",
            node.at,
            "its parts contradict each other, or the values that a name can have",
            length_of(node),
            owner=owner,
        )
    elif all(solver.impossible(*view.assumed, view.false(test)) for view in views):
        yield Finding(
            "always-true",
            f"every lead meets this: pack {pack.name} is for all of them",
            node.at,
            "if all are meant, leave out `for:`",
            length_of(node),
            owner=owner,
        )


def _views_below(stacks: Stacks, read: tuple[str, ...]) -> list[View]:
    """The stacks in which what a `for` reads can stand; none where they are too many."""
    found: set[Pack] = set()
    try:
        for key in stacks.closure(stacks.keys_of(read)):
            found |= stacks.touching(key)
    except GroupbuyError:
        return []
    return stacks.combined(frozenset(found)) or []


def _check_pair(
    stacks: Stacks, solver: Solver, examples: Examples, first: Pack, second: Pack
) -> Iterator[Finding]:
    """Whether two packs of one layer meet in a lead that is set aside for it."""
    for below in _definers(stacks, first, second):
        packs = [*stacks.always, *below, first, second]
        view = stacks.view(packs)
        conflicts = view.stack.conflicts
        if not conflicts or FALSE in view.assumed:
            continue
        try:
            world = solver.world([*view.assumed, *view.given(view.assumed)])
        except NotSettledError:
            continue
        if world is None:
            continue
        for record in examples.records(view, world):
            told = set(map(str, examples.conflicts(record)))
            for problem in conflicts:
                if str(problem) in told and problem.at is not None:
                    yield Finding(
                        "pack-conflict",
                        f"{problem.message}, and a lead can have both",
                        problem.at,
                        problem.hint or "make their for: exclude each other",
                        problem.length,
                        {key: value for key, value in record.items() if key != "id"},
                        (second.name, None),
                    )
            if told:
                return


def _definers(stacks: Stacks, first: Pack, second: Pack) -> Iterator[tuple[Pack, ...]]:
    """The packs below that define what both change, one at a time; none where all have it."""
    shared = {
        (section, id)
        for section, entries in first.changes.items()
        for id in entries
        if id in second.changes.get(section, {})
    }
    defined = any(
        id in second.sections.get(section, {})
        for section, entries in first.sections.items()
        for id in entries
    )
    if not shared and not defined:
        return
    yield ()
    for key in sorted(shared):
        for definer, _ in stacks.rules.base.get(key, []):
            if definer not in stacks.always:
                yield (definer,)
