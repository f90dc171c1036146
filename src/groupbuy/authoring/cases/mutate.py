"""Mutation testing: which slips in the rules would no case notice?

Each mutant is put into the opened rules, the cases that read what it changes are run, and it is
taken out again. Only the mutated entry is lowered anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from groupbuy.authoring.cases.bench import Bench, Opened, run_case
from groupbuy.authoring.cases.case import RuleCase
from groupbuy.authoring.cases.mutants import Mutant, mutants_of, replaced
from groupbuy.authoring.cases.reads import Reads
from groupbuy.authoring.cases.ways import own_packs
from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import say
from groupbuy.errors import GroupbuyError
from groupbuy.render.inert import inert
from groupbuy.rules.assembling import Assembler
from groupbuy.rules.pack import PackEntry
from groupbuy.rules.ruleset import RuleSet
from groupbuy.watch import Watch, unwatched

LIMIT = 1000


@dataclass
class Mutation:
    """What came of the mutants."""

    noticed: int = 0
    unnoticed: list[Mutant] = field(default_factory=list)
    refused: int = 0
    """Mutants that are no rules: an edge above the next one, a share above 100 %."""
    inside: int = 0
    """Not tried: inside a rule whose absence nobody notices."""
    left: int = 0
    """Not tried, for there were more than the limit."""

    @property
    def tried(self) -> int:
        """How many were run."""
        return self.noticed + len(self.unnoticed)


def mutate(
    bench: Bench,
    cases: Sequence[RuleCase],
    limit: int = LIMIT,
    watch: Watch = unwatched,
) -> Mutation:
    """Try at most `limit` mutants of the rules that `cases`, all of which pass, are run on.

    What is dropped whole is tried first; then one mutant of each rule after another, so that a
    limit leaves no rule out. `watch` sees each mutant before it is tried.
    """
    found = Mutation()
    reads = Reads(bench, cases)
    folders = {bench.folder(case): bench.opened(case, plain=True) for case in cases}
    todo = [
        (folder, mutant)
        for folder, opened in folders.items()
        for mutant in mutants_of(opened.workspace.project, own_packs(opened.rules))
    ]
    todo = _spread(todo)
    folder_of = {id(mutant): folder for folder, mutant in todo}
    unmissed: set[str] = set()
    for mutant in watch([mutant for _, mutant in todo[:limit]], "mutants"):
        folder = folder_of[id(mutant)]
        if not mutant.drops and _inside(mutant, unmissed, folder):
            found.inside += 1
            continue
        noticed = _noticed(bench, mutant, reads.cases(folder, mutant))
        if noticed is None:
            found.refused += 1
        elif noticed:
            found.noticed += 1
        else:
            found.unnoticed.append(mutant)
            if mutant.drops:
                unmissed.add(f"{folder} {mutant.rule}")
    found.left = max(0, len(todo) - limit)
    found.unnoticed.sort(key=lambda m: (m.at.file, m.at.line or 0, m.at.column or 0))
    return found


def _spread(todo: list[tuple[str, Mutant]]) -> list[tuple[str, Mutant]]:
    """Dropped things first, the whole before its parts; then the rules in turn."""
    turns: dict[tuple[str, str], int] = {}
    keyed = []
    for number, (folder, mutant) in enumerate(todo):
        turn = turns[folder, mutant.rule] = turns.get((folder, mutant.rule), 0) + 1
        depth = len(mutant.path) if mutant.drops else 0
        keyed.append(((not mutant.drops, depth, turn, number), (folder, mutant)))
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def _inside(mutant: Mutant, unmissed: set[str], folder: str) -> bool:
    """Whether a rule around the mutant, or its entry, could be dropped unnoticed."""
    parts = mutant.rule.split(".")
    return any(f"{folder} {'.'.join(parts[:n])}" in unmissed for n in range(2, len(parts) + 1))


def _noticed(bench: Bench, mutant: Mutant, cases: Sequence[RuleCase]) -> bool | None:
    """Whether a case fails with the mutant; none where it makes no rules."""
    opened: dict[int, Opened] = {}
    for case in cases:
        base = bench.opened(case)
        with applied(mutant, base.rules):
            try:
                if id(base) not in opened:
                    opened[id(base)] = base.anew()
                here = opened[id(base)]
                base.rules.assembler = here.assembler
                outcome = run_case(case, here)
            except GroupbuyError:
                return None
            if any(stack.conflicts for stack in here.assembler.stacks.values()) and not any(
                stack.conflicts for stack in base.assembler.stacks.values()
            ):
                return None
            if not outcome.passed:
                return True
    return False


@contextmanager
def applied(mutant: Mutant, rules: RuleSet) -> Iterator[None]:
    """The rules with the mutant in place, for the length of the block."""
    pack = next(pack for pack in rules.project.packs if pack.name == mutant.pack.name)
    key = (mutant.section, mutant.id)
    before: Any
    assembler = rules.assembler
    if mutant.part == "for":
        before = rules.conditions[pack.name]
        assert mutant.new is not None
        with _restoring(rules, assembler, key):
            try:
                rules.conditions[pack.name] = rules.scope.condition(mutant.new)
                yield
            finally:
                rules.conditions[pack.name] = before
        return
    if mutant.part == "changes":
        changes = pack.changes[mutant.section]
        before = dict(changes)
        with _restoring(rules, assembler, key):
            try:
                entry = changes[mutant.id]
                if not mutant.path and mutant.new is None:
                    del changes[mutant.id]
                else:
                    node = replaced(entry.node, mutant.path, mutant.new)
                    changes[mutant.id] = PackEntry(node, entry.at)
                yield
            finally:
                changes.clear()
                changes.update(before)
        return
    before = rules.base[key]
    with _restoring(rules, assembler, key):
        try:
            kept = []
            for definer, base in before:
                if definer is not pack:
                    kept.append((definer, base))
                elif mutant.path or mutant.new is not None:
                    node = replaced(base.node, mutant.path, mutant.new)
                    kept.append((definer, replace(base, node=node)))
            rules.base[key] = kept
            yield
        finally:
            rules.base[key] = before


@contextmanager
def _restoring(rules: RuleSet, assembler: Assembler, key: tuple[str, str]) -> Iterator[None]:
    """Forget what was worked out for an entry, before and after."""
    rules.entries.forget(key)
    try:
        yield
    finally:
        rules.entries.forget(key)
        rules.assembler = assembler


# ── telling ──


def mutation_text(found: Mutation, lang: str, cells: int, paint: Paint) -> str:
    """The mutants that no case notices, and how many there were."""
    lines = []
    if found.unnoticed:
        lines.append(paint(say("unnoticed", lang), "heading"))
        rows = [[mutant.rule, mutant.change, str(mutant.at)] for mutant in found.unnoticed]
        heads = [say(name, lang) for name in ("rule", "change", "place")]
        lines += table(rows, heads, cells=cells, flexible=2, indent="  ")
        lines.append("")
    counts = {"tried": found.tried, "noticed": found.noticed, "n": len(found.unnoticed)}
    lines.append(say("mutants", lang, **counts))
    untried = [
        say(name, lang, n=n)
        for name, n in (
            ("mutants_refused", found.refused),
            ("mutants_inside", found.inside),
            ("mutants_left", found.left),
        )
        if n
    ]
    lines += [say("mutants_untried", lang), *(f"  {line}" for line in untried)] if untried else []
    return "\n".join(inert(line) for line in lines) + "\n"


def mutation_data(found: Mutation) -> dict[str, Any]:
    """What came of the mutants as plain data."""
    return {
        "tried": found.tried,
        "noticed": found.noticed,
        "not_tried": {"refused": found.refused, "inside": found.inside, "limit": found.left},
        "unnoticed": [
            {"rule": mutant.rule, "change": mutant.change, "at": str(mutant.at)}
            for mutant in found.unnoticed
        ],
    }
