"""Which entries of the rules a case depends on: a mutant elsewhere can't fail it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from groupbuy.authoring.cases.bench import Bench, Opened, judges_of
from groupbuy.authoring.cases.case import STATES, Check, RuleCase
from groupbuy.authoring.cases.judge import Judge, named
from groupbuy.authoring.cases.mutants import Mutant
from groupbuy.rules.entries import Key
from groupbuy.rules.stack import Stack, written_in
from groupbuy.sections.gates import VERDICT
from groupbuy.tree.nodes import names


class Reads:
    """For each entry, the cases that read it."""

    def __init__(self, bench: Bench, cases: Sequence[RuleCase]) -> None:
        """Work the cases out once; those that expect an error read no rules."""
        self.bench = bench
        self.all: dict[str, list[RuleCase]] = {}
        self.by_entry: dict[tuple[str, Key], list[RuleCase]] = {}
        for case in cases:
            if case.error is not None:
                continue
            folder = bench.folder(case)
            self.all.setdefault(folder, []).append(case)
            for key in sorted(_entries(case, bench.opened(case))):
                self.by_entry.setdefault((folder, key), []).append(case)

    def cases(self, folder: str, mutant: Mutant) -> list[RuleCase]:
        """The cases that could notice a mutant. A pack's `for` could change anything."""
        if mutant.part == "for":
            return self.all.get(folder, [])
        return self.by_entry.get((folder, (mutant.section, mutant.id)), [])


def _entries(case: RuleCase, opened: Opened) -> set[Key]:
    """Section and id of what the expectations of a case depend on."""
    judges = judges_of(case, opened)
    found: set[Key] = set()
    for check in case.checks:
        # Ranks and cuts depend on what is worked out for the other leads, too.
        for judge in judges.values():
            found |= _behind(judge.lead.plan.stack, set(_names(check, judge, opened)))
    for judge in judges.values():
        found |= _behind(judge.lead.plan.stack, set(_conditions(opened)))
    return found


def _conditions(opened: Opened) -> Iterator[str]:
    """What the `for` of packs read."""
    for condition in opened.rules.conditions.values():
        yield from names(condition)


def _names(check: Check, judge: Judge, opened: Opened) -> Iterator[str]:
    """The names that an expectation looks at."""
    kind, stack = check.kind, judge.lead.plan.stack
    yield VERDICT
    if kind in (*STATES, "because", "plays"):
        path = f"plays.{check.name.partition('/')[0]}" if kind == "plays" else check.name
        section, _, rest = path.partition(".")
        entry = rest.partition(".")[0].partition("/")[0]
        proper = getattr(opened.rules.scope.value(entry), "name", entry)
        yield from _of_entry(stack, section, proper, judge.lead.lang)
    elif kind in ("facts", "scores", "grades"):
        yield named(opened.rules, check.name)[0]
    elif kind == "shows":
        section, _, entry = check.name.partition(".")
        yield from _of_entry(stack, section, entry, judge.lead.lang)
    elif kind == "rank":
        yield from opened.workspace.rank_by
    elif kind == "questions":
        yield from stack.defined


def _of_entry(stack: Stack, section: str, id: str, lang: str) -> Iterator[str]:
    """What an entry defines, and what its texts quote."""
    lowered = stack.lowered.get(section, {}).get(id)
    if lowered is None:
        return
    yield from (definition.name for definition in lowered.definitions)
    view = lowered.view
    parts = [lowered, view, *(view if isinstance(view, tuple) else ())]
    parts += [*getattr(view, "arms", ()), *getattr(view, "lines", ())]
    parts += [arm for line in getattr(view, "lines", ()) for arm in line.arms]
    for part in parts:
        for name in ("because", "do", "who", "title"):
            text = getattr(part, name, None)
            if text is not None and not callable(text):
                yield from (p.name for p in text.parts(lang) if not isinstance(p, str))


def _behind(stack: Stack, wanted: Iterable[str]) -> set[Key]:
    """The entries that define `wanted`, and all that those read, as it is written."""
    owners = {
        definition.name: (section, id)
        for section, entries in stack.lowered.items()
        for id, lowered in entries.items()
        for definition in lowered.definitions
    }
    found: set[Key] = set()
    todo, seen = list(wanted), set(wanted)
    while todo:
        name = written_in(stack.defined, todo.pop())
        if name is None:
            continue
        if name in owners:
            found.add(owners[name])
        for read in stack.defined[name].reads:
            if read not in seen:
                seen.add(read)
                todo.append(read)
    return found
