"""Rules by path: `gates.GATE`, `scores.SCORE.RULE`, `grades.GRADE.WORD`, `plays.PLAY/CASE`.

A path names one thing that can fire. With a lead it is in one of three states: it *fires* (it
holds, and it applies), it is *silent* (it surely does not), or it is *unknown*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from groupbuy.errors import GroupbuyError, Location
from groupbuy.rules.project import SHIPPED, shipped_rules
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.base import Arm, Conclusions, Lowered
from groupbuy.sections.forms.form import Form
from groupbuy.sections.gates import VERDICT, gate_name
from groupbuy.sections.plays import Move
from groupbuy.sections.scores import Line
from groupbuy.tree import naming
from groupbuy.tree.nodes import NONE, Expr, Lit

FIRES, SILENT, UNKNOWN = "fires", "silent", "unknown"


@dataclass(frozen=True, eq=False)
class Way:
    """One rule by its path: where it stands, what it asks, and its state for a lead.

    `others` are further paths of the same thing: a row is also called by the word it gives.
    """

    path: str
    at: Location
    tests: tuple[Expr, ...]
    state: Callable[[Conclusions], str]
    others: tuple[str, ...] = ()
    always: bool = False
    """Whether nothing can make it silent: it asks nothing, or is a component of an average."""


def ways_of(lowered: Lowered) -> Iterator[Way]:
    """The rules of an entry, each path once."""
    by_path: dict[str, list[Way]] = {}
    for way in _ways(lowered):
        by_path.setdefault(way.path, []).append(way)
    for ways in by_path.values():
        yield ways[0] if len(ways) == 1 else _joined(ways)


def together(states: Iterable[str]) -> str:
    """The state of several rules as one: any fires, all are silent, or nobody knows."""
    found = set(states)
    return FIRES if FIRES in found else UNKNOWN if UNKNOWN in found else SILENT


def _joined(ways: list[Way]) -> Way:
    """Rows of one name in several cases of a value: one of them is meant."""
    tests = tuple(test for way in ways for test in way.tests)
    others = tuple(dict.fromkeys(other for way in ways for other in way.others))

    def state(lead: Conclusions) -> str:
        return together(way.state(lead) for way in ways)

    return Way(ways[0].path, ways[0].at, tests, state, others)


def _ways(lowered: Lowered) -> Iterator[Way]:
    entry = lowered.entry
    if entry.section == "gates":
        name = gate_name(entry.id)
        yield Way(
            f"gates.{entry.id}",
            entry.at,
            (lowered.view.test,),
            lambda lead: _holds(lead.value(name)),
            always=_plain(lowered.view.test),
        )
    elif entry.section == "scores":
        for line in lowered.view.lines:
            yield from _line(lowered, line)
    elif entry.section == "plays":
        for move in lowered.view:
            suffix = "" if move.case is None else f"/{move.case}"
            path = f"plays.{entry.id}{suffix}"
            yield Way(path, move.at, (move.test,), _move(move), always=_plain(move.test))
    elif isinstance(lowered.view, Form):
        yield from _arms(lowered, lowered.view.arms)


def _plain(test: Expr) -> bool:
    return isinstance(test, Lit)


def _holds(value: object) -> str:
    if value is None:
        return UNKNOWN
    return FIRES if value is True else SILENT


def _line(lowered: Lowered, line: Line) -> Iterator[Way]:
    """A rule of a score, and the bands, cases or rows that its points come from."""
    score = lowered.entry.id
    path = f"scores.{score}.{line.id}"

    def state(lead: Conclusions) -> str:
        if lead.value(score) is NONE:
            return SILENT
        points = lead.value(line.name)
        if points is None:
            return UNKNOWN
        if points is NONE or not (points or line.weighs):
            return SILENT
        # Without even a low end, nobody knows whether the score applies.
        return UNKNOWN if lead.value(naming.low(score)) is None else FIRES

    always = line.weighs or not line.tests
    yield Way(path, line.at, line.tests, state, always=always)

    def applies(lead: Conclusions) -> str:
        """Whether the points count at all: bands may give 0, which is a result, too."""
        if lead.value(score) is NONE:
            return SILENT
        if lead.value(naming.low(score)) is None:
            return UNKNOWN
        return _holds(lead.holds(line.tests[0])) if len(line.tests) > 1 else FIRES

    for number, arm in enumerate(line.arms):
        chosen = _chosen(line.arms, number, applies)
        yield Way(f"{path}.{arm.id}", arm.at, (arm.test,), chosen)


def _arms(lowered: Lowered, arms: Sequence[Arm]) -> Iterator[Way]:
    """The rows, bands, cases or cuts of a fact or grade."""
    entry = lowered.entry
    if "." in entry.id:
        return  # a value for each row of a table: the rows are not told one by one

    def applies(lead: Conclusions) -> str:
        value = lead.value(entry.id)
        return SILENT if value is NONE else UNKNOWN if value is None else FIRES

    for number, arm in enumerate(arms):
        others = () if arm.word in ("", arm.id) else (f"{entry.section}.{entry.id}.{arm.word}",)
        path = f"{entry.section}.{entry.id}.{arm.id}"
        chosen = _chosen(arms, number, applies)
        yield Way(path, arm.at, (arm.test,), chosen, others)


def _chosen(
    arms: Sequence[Arm], number: int, applies: Callable[[Conclusions], str]
) -> Callable[[Conclusions], str]:
    """Whether an arm is the first that holds."""

    def state(lead: Conclusions) -> str:
        outer = applies(lead)
        if outer == SILENT:
            return SILENT
        certain = outer == FIRES
        for arm in arms[:number]:
            holds = lead.holds(arm.test)
            if holds is True:
                return SILENT
            certain = certain and holds is False
        holds = lead.holds(arms[number].test)
        if holds is False:
            return SILENT
        return FIRES if holds is True and certain else UNKNOWN

    return state


def _move(move: Move) -> Callable[[Conclusions], str]:
    """Whether there is something to do. A lead that is stopped has no play."""

    def state(lead: Conclusions) -> str:
        if lead.value(VERDICT) == "stop":
            return SILENT
        if move.table is None:
            return _holds(lead.value(move.name))
        rows = lead.rows(move.name)
        if rows is None:
            return UNKNOWN
        return FIRES if True in rows else UNKNOWN if None in rows else SILENT

    return state


# ── all the rules there are ──


class Outline:
    """Every path of a rule set, over all packs, with where it stands."""

    def __init__(self, rules: RuleSet) -> None:
        """Look at each entry as its pack defines it, and as others change it."""
        self.rules = rules
        self.places: dict[str, Location] = {}
        self.others: dict[str, list[str]] = {}
        self.unconditional: set[str] = set()
        """Paths of rules that ask nothing: they fire with every lead that has them."""
        self.own: set[str] = set()
        """Paths of rules that the folder itself defines or changes."""
        own = _changed_by(rules, own_packs(rules))
        for lowered in variants(rules):
            entry = lowered.entry
            for way in ways_of(lowered):
                if (entry.section, entry.id) in own:
                    self.own.add(way.path)
                self.places.setdefault(way.path, way.at)
                if way.always:
                    self.unconditional.add(way.path)
                for other in way.others:
                    paths = self.others.setdefault(other, [])
                    paths += [way.path] if way.path not in paths else []

    def __iter__(self) -> Iterator[str]:
        """The paths, each once."""
        return iter(self.places)

    def meant(self, path: str) -> tuple[str, ...]:
        """The rules that a path names: one, all cases of a play, all rows that give a word.

        Entries go by their titles, too. Nothing where it names no rule.
        """
        section, _, rest = path.partition(".")
        entry, dot, item = rest.partition(".")
        named = self.rules.scope.value(entry)
        proper = getattr(named, "name", entry)
        full = f"{section}.{proper}{dot}{item}"
        if full in self.others and full not in self.places:
            return tuple(self.others[full])
        if full in self.places:
            return (full, *self.others.get(full, ()))
        if section == "plays":
            return tuple(known for known in self.places if known.startswith(f"{full}/"))
        return ()

    def near(self, path: str) -> Iterable[str]:
        """Paths for "did you mean": those of the same entry where there is one."""
        head = path.rpartition(".")[0]
        same = [known for known in (*self.places, *self.others) if known.startswith(f"{head}.")]
        return same if head.count(".") and same else [*self.places, *self.others]


def own_packs(rules: RuleSet) -> frozenset[str]:
    """The names of the packs that a folder holds itself: not those it takes as shipped."""
    packs = rules.project.packs
    if rules.project.path.resolve() == shipped_rules().resolve():
        return frozenset(pack.name for pack in packs)
    return frozenset(pack.name for pack in packs if not pack.at.file.startswith(SHIPPED))


def _changed_by(rules: RuleSet, packs: frozenset[str]) -> set[tuple[str, str]]:
    """Section and id of what packs define or change."""
    return {
        (section, id)
        for pack in rules.project.packs
        if pack.name in packs
        for part in (pack.sections, pack.changes)
        for section, entries in part.items()
        for id in entries
    }


def variants(rules: RuleSet) -> Iterator[Lowered]:
    """Each entry as defined, and as each pack above changes it."""
    for key, found in rules.base.items():
        for pack, entry in found:
            nodes = rules.entries.variants(key, pack, entry)
            for number, node in enumerate(nodes):
                variant = replace(entry, node=node)
                try:
                    yield rules.entries.lowered(key, variant, (pack.name, f"variant {number}"))
                except GroupbuyError:
                    continue  # a change that only fits on top of another one
