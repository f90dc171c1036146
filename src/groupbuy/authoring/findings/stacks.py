"""Which packs can stand together around one entry, as far as it makes a difference to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groupbuy.authoring.findings.view import Shared, View
from groupbuy.errors import GroupbuyError
from groupbuy.reason.solve import Solver
from groupbuy.rules.entries import Key
from groupbuy.rules.pack import Pack
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.stack import stack_key
from groupbuy.sections.base import Lowered
from groupbuy.tree import naming
from groupbuy.tree.nodes import Expr, names

MOST_PACKS = 10
MOST_STACKS = 48
"""Beyond these, an entry is not looked at: too many packs have a hand in it."""


class Stacks:
    """The stacks of a rule set, each seen once."""

    def __init__(self, rules: RuleSet, solver: Solver, shared: Shared) -> None:
        """Nothing is put together yet."""
        self.rules, self.solver = rules, solver
        self.packs = rules.project.packs
        self.always = [pack for pack in self.packs if rules.condition(pack) is None]
        self.shared = shared
        self._views: dict[object, View] = {}
        self._reads: dict[Key, frozenset[str]] = {}
        self._behind: dict[Key, tuple[Key, ...]] = {}
        self._touching: dict[Key, frozenset[Pack]] = {}
        self._around: dict[frozenset[Pack], list[View] | None] = {}
        self.keys: dict[str, list[Key]] = {}
        for section, id in rules.base:
            if rules.sections[section].shared:
                self.keys.setdefault(id, []).append((section, id))

    def view(self, packs: Iterable[Pack], without: Iterable[Pack] = ()) -> View:
        """The stack of `packs` for leads to which `without` do not apply."""
        ordered, others = self.rules.in_order(packs), self.rules.in_order(without)
        key = stack_key(ordered, others)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = View(
                self.rules, self.rules.stack(ordered), others, self.shared
            )
        return found

    def around(self, key: Key, definer: Pack) -> list[View] | None:
        """Every stack that can make a difference to an entry; none where they are too many.

        Stacks whose packs contradict each other are left out: their leads are set aside.
        """
        own = frozenset([definer]) if definer not in self.always else frozenset()
        try:
            relevant = self.relevant(key) | own
        except GroupbuyError:
            return None
        found = self._around.get(relevant)
        if found is None and relevant not in self._around:
            found = self.combined(relevant)
            self._around[relevant] = found
        if found is None:
            return None
        return [view for view in found if definer in view.stack.packs]

    def combined(self, relevant: frozenset[Pack]) -> list[View] | None:
        """Every stack of some of these packs that a lead can have; none where they are too many."""
        if len(relevant) > MOST_PACKS:
            return None
        chosen: list[tuple[Pack, ...]] = [()]
        for pack in self.rules.in_order(relevant):
            longer = [(*packs, pack) for packs in chosen]
            chosen += [packs for packs in longer if self.meet(packs)]
            if len(chosen) > MOST_STACKS:
                return None
        views = []
        for packs in chosen:
            view = self.view([*self.always, *packs], relevant - set(packs))
            if not view.stack.conflicts and self.solver.possible(*view.assumed) is not False:
                views.append(view)
        return views

    def meet(self, packs: Iterable[Pack]) -> bool:
        """Whether one lead can have all these packs, as far as is known."""
        view = self.view([*self.always, *packs])
        return self.solver.possible(*view.assumed) is not False

    # ── what makes a difference ──

    def relevant(self, key: Key) -> frozenset[Pack]:
        """The packs with `for` that define or change what an entry depends on."""
        found: set[Pack] = set()
        for other in self.closure([key]):
            found |= self.touching(other)
        # And what these packs are chosen by.
        tests = [test for pack in found if (test := self.rules.condition(pack)) is not None]
        behind = [key for test in tests for key in self.keys_of(names(test))]
        for other in self.closure(behind):
            found |= self.touching(other)
        return frozenset(found)

    def closure(self, start: Iterable[Key]) -> set[Key]:
        """The entries that some depend on, and themselves."""
        seen: set[Key] = set()
        pending = list(start)
        while pending:
            key = pending.pop()
            if key not in seen:
                seen.add(key)
                pending.extend(self.behind(key))
        return seen

    def behind(self, key: Key) -> tuple[Key, ...]:
        """The entries that an entry reads."""
        found = self._behind.get(key)
        if found is None:
            found = self._behind[key] = tuple(self.keys_of(self.reads(key)))
        return found

    def keys_of(self, read: Iterable[str]) -> Iterator[Key]:
        """The entries behind names."""
        for name in read:
            yield from self.keys.get(naming.as_written(name), ())
            yield from self.keys.get(name, ())

    def touching(self, key: Key) -> frozenset[Pack]:
        """The packs with `for` that define or change an entry."""
        found = self._touching.get(key)
        if found is None:
            section, id = key
            packs = [pack for pack, _ in self.rules.base[key]]
            packs += [pack for pack in self.packs if id in pack.changes.get(section, {})]
            found = frozenset(packs) - frozenset(self.always)
            self._touching[key] = found
        return found

    def reads(self, key: Key) -> frozenset[str]:
        """The names that an entry reads, as defined and as each pack changes it."""
        found = self._reads.get(key)
        if found is None:
            read: set[str] = set()
            for lowered in self._versions(key):
                own = {definition.name for definition in lowered.definitions}
                for definition in lowered.definitions:
                    read.update(definition.reads)
                for test in _tests(lowered):
                    read.update(names(test))
                read -= own
            found = self._reads[key] = frozenset(read)
        return found

    def _versions(self, key: Key) -> Iterator[Lowered]:
        section, id = key
        entries = self.rules.entries
        for definer, entry in self.rules.base[key]:
            yield entries.as_defined(definer, entry)
            changers = [
                pack
                for pack in self.packs
                if pack.layer > definer.layer and id in pack.changes.get(section, {})
            ]
            for pack in changers:
                view = self.rules.stack(self.rules.in_order([*self.always, definer, pack]))
                found = view.lowered.get(section, {}).get(id)
                if found is not None:
                    yield found


def _tests(lowered: Lowered) -> Iterator[Expr]:
    """Conditions that an entry's view has beside its definitions."""
    for arm in getattr(lowered.view, "arms", ()):
        yield arm.test
