"""What is in force: each entry of a stack of packs, who set what in it, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.run import Case, Engine
from groupbuy.engine.workspace import Workspace
from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.model.lead import LeadFile
from groupbuy.rules.entries import Key, titles
from groupbuy.rules.merge import Merged, Path, is_off, leaves
from groupbuy.rules.pack import Pack
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.stack import Stack
from groupbuy.sections.base import Entry, as_mapping
from groupbuy.source.nodes import Mapping, Node, Scalar

COMMAND_LINE = "--set"
VALUE: Path = ("value",)


@dataclass(frozen=True)
class Value:
    """A value that a pack gave, and where."""

    pack: str
    at: Location
    node: Node


@dataclass(frozen=True)
class Change:
    """One value of an entry that a pack above it changed.

    `new` is what counts now; none where it was switched off, or went with another form of value
    (`whole`). `old` is what it took the place of; none where there was nothing.
    """

    path: Path
    pack: str
    at: Location
    new: Node | None
    old: Value | None
    whole: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """A change of an entry by a pack that applies to other leads."""

    pack: Pack
    at: Location
    values: tuple[tuple[Path, Node], ...]


@dataclass(frozen=True)
class Effective:
    """An entry as it counts for some leads; `node` is none where it was switched off."""

    section: str
    id: str
    pack: Pack
    at: Location
    node: Node | None
    changes: tuple[Change, ...]
    locked: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class NotApplied:
    """A pack that does not apply, with the value of its `for` (`None`: unknown)."""

    pack: Pack
    holds: bool | None
    reads: dict[str, object]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class InForce:
    """Everything about one stack of packs; `lead` is its id and name where it is a lead's."""

    packs: tuple[Pack, ...]
    entries: tuple[Effective, ...]
    skipped: tuple[Change, ...]
    not_applied: tuple[NotApplied, ...]
    conflicts: tuple[Problem, ...] = ()
    lead: tuple[str, str | None] | None = None
    absent: tuple[tuple[Key, tuple[Pack, ...]], ...] = ()
    """Entries that were asked for, and the packs that define them, none of which applies."""


def in_general(workspace: Workspace, wanted: str | None) -> InForce:
    """What the packs without `for` say; of one entry, also what the other packs make of it."""
    rules = workspace.rules
    keys = _wanted(workspace, wanted)
    always = tuple(pack for pack in workspace.project.packs if pack.condition is None)
    found: list[Effective] = []
    for key in keys:
        definers = [pack for pack, _ in rules.base[key]]
        if any(pack.condition is None for pack in definers):
            found += _effective(rules, rules.stack(always), [key], elsewhere=True)
        for pack in definers if wanted is not None else ():
            if pack.condition is not None:
                packs = rules.in_order([*always, pack])
                found += _effective(rules, rules.stack(packs), [key], elsewhere=True)
    stack = rules.stack(always)
    others = tuple(
        NotApplied(pack, None, {}, ())
        for pack in workspace.project.packs
        if pack.condition is not None
    )
    return InForce(
        always,
        tuple(found),
        tuple(_skipped(rules, stack, keys if wanted is not None else None)),
        others if wanted is None else (),
        tuple(stack.conflicts),
    )


def for_lead(workspace: Workspace, leads: LeadFile, id: str, wanted: str | None) -> InForce:
    """What counts for one lead. Raises `GroupbuyError` where there is no such lead or entry."""
    rules = workspace.rules
    keys = _wanted(workspace, wanted)
    case = _case(workspace, leads, id)
    stack = rules.stack(case.packs)
    absent = []
    for key in keys if wanted is not None else ():
        definers = tuple(pack for pack, _ in rules.base[key])
        if not set(definers) & set(case.packs):
            absent.append((key, definers))
    return InForce(
        case.packs,
        tuple(_effective(rules, stack, keys)),
        tuple(_skipped(rules, stack, keys if wanted is not None else None)),
        tuple(_not_applied(workspace, case)),
        tuple(stack.conflicts),
        (case.lead.id, workspace.presenter().name(case)),
        tuple(absent),
    )


# ── which entries, which lead ──


def _wanted(workspace: Workspace, wanted: str | None) -> list[Key]:
    """The entries meant by `fit`, `scores.fit` or a title; all of them where none is named."""
    rules = workspace.rules
    order = list(rules.sections)
    keys = sorted(rules.base, key=lambda key: order.index(key[0]))
    if wanted is None:
        return keys
    section, dot, id = wanted.partition(".")
    if dot and (section, id) in rules.base:
        return [(section, id)]
    found = [key for key in keys if key[1] == wanted]
    found = found or [key for key in keys if wanted in titles(rules.base[key])]
    if found:
        return found
    field = workspace.model.resolve(wanted)
    if field is not None:
        raise GroupbuyError(
            Problem(
                "unknown-entry",
                f'"{wanted}" is a field of the lead model, not an entry of a pack',
                None,
                f"groupbuy rules names {field}",
            )
        )
    if wanted in order:
        hint = f"one of its entries: groupbuy rules show {_first_of(wanted, keys)}"
        raise GroupbuyError(
            Problem("unknown-entry", f'"{wanted}" is a section, not an entry', None, hint)
        )
    pack = next((p for p in workspace.project.packs if _calls(p, wanted)), None)
    if pack is not None:
        raise GroupbuyError(
            Problem(
                "unknown-entry",
                f'"{wanted}" is a pack, not an entry of one: {pack.at.file}',
                None,
                "groupbuy rules show --for LEADS ID shows what it does for a lead",
            )
        )
    known = [id for _, id in keys] + [".".join(key) for key in keys]
    called = [title for key in keys for title in titles(rules.base[key])]
    known = [title for title in called if wanted in title] or [*known, *called]
    raise GroupbuyError(
        Problem(
            "unknown-entry",
            f'no pack has an entry "{wanted}"',
            None,
            did_you_mean(wanted, known) or "all names: groupbuy rules names",
        )
    )


def _first_of(section: str, keys: Iterable[Key]) -> str:
    return next((id for kind, id in keys if kind == section), "ENTRY")


def _calls(pack: Pack, wanted: str) -> bool:
    """Whether a pack is called so, in any language."""
    return wanted in (pack.name, *(said for _, said in pack.title.by_language))


def _case(workspace: Workspace, leads: LeadFile, wanted: str) -> Case:
    """One lead with the packs that apply to it."""
    for aside in leads.set_aside:
        if aside.id == wanted:
            raise GroupbuyError(*aside.problems)
    case = workspace.find([Case(lead, {}) for lead in leads.leads], wanted)
    run = Engine(workspace.rules).run([case.lead])
    return run.cases[0] if run.cases else run.set_aside[0][0]


def _not_applied(workspace: Workspace, case: Case) -> Iterator[NotApplied]:
    """Every pack that does not apply to a lead, and why."""
    lead: LeadConclusions | None = None
    if case.plan is not None:
        lead = workspace.presenter().conclusions(case)
    for pack in workspace.project.packs:
        if pack in case.packs:
            continue
        test = workspace.rules.condition(pack)
        open_pack = pack in case.open_packs
        reads: dict[str, object] = {}
        missing: list[str] = []
        if lead is not None and test is not None:
            reads = lead.facts(test)
            if open_pack:
                folded = lead.plan.stack.folded(test)
                missing = list(lead.missing_fields.of_tree(folded))
        yield NotApplied(pack, None if open_pack else False, reads, tuple(missing))


# ── entries ──


def _effective(
    rules: RuleSet, stack: Stack, keys: Iterable[Key], *, elsewhere: bool = False
) -> Iterator[Effective]:
    """The entries of a stack, with what each pack above set."""
    present = set(stack.packs)
    for section, id in keys:
        key = (section, id)
        definers = [(pack, entry) for pack, entry in rules.base[key] if pack in present]
        if not definers:
            continue
        pack, entry = definers[0]
        changers = [
            other
            for other in stack.packs
            if other.layer > pack.layer and id in other.changes.get(section, {})
        ]
        node, results = rules.merged(key, entry, (pack.name, *(p.name for p in changers)), changers)
        changes = list(_changes(rules, entry, changers, results))
        if section == "settings" and id in rules.overrides and node is not None:
            override = _override(rules, id, node)
            changes.append(override)
            node = _with_value(node, override.new)
        others: tuple[Elsewhere, ...] = ()
        if elsewhere:
            others = tuple(_elsewhere(rules, pack, key, present))
        yield Effective(
            section, id, pack, entry.at, node, tuple(changes), _lock(rules, key, node), others
        )


def _changes(
    rules: RuleSet, entry: Entry, changers: Sequence[Pack], results: Sequence[Merged]
) -> Iterator[Change]:
    owners = {pack.at.file: pack.name for pack in rules.project.packs}
    before: Node = entry.node
    for pack, result in zip(changers, results, strict=False):
        switched_off = {path for path, node in result.applied if is_off(node)}
        for path, node in result.applied:
            old = _look_up(before, path)
            was = None if old is None else Value(owners.get(old.at.file, "?"), old.at, old)
            yield Change(path, pack.name, node.at, None if path in switched_off else node, was)
        if result.node is None:
            return
        for path, old in _lost(before, result.node, ()):
            if path not in switched_off:
                was = Value(owners.get(old.at.file, "?"), old.at, old)
                yield Change(path, pack.name, _place(pack, entry), None, was, whole=True)
        before = result.node


def _place(pack: Pack, entry: Entry) -> Location:
    return pack.changes[entry.section][entry.id].at


def _look_up(node: Node, path: Path) -> Node | None:
    """The value at a path; a bare value stands at `value`."""
    if not path:
        return node
    found: Node | None = as_mapping(node)
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _lost(before: Node, after: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """What was there before and is not any more."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    for key, item in before.items.items():
        new = after.get(key)
        if new is None:
            yield (*path, key), item
        else:
            yield from _lost(item, new, (*path, key))


def _override(rules: RuleSet, id: str, node: Node) -> Change:
    """`--set name=value` as a change."""
    from groupbuy.engine.wording import plain

    lit = rules.overrides[id]
    old = _look_up(node, VALUE)
    assert old is not None
    owners = {pack.at.file: pack.name for pack in rules.project.packs}
    text = str(plain(lit.value, lit.type))
    new = Scalar(node.source, node.line, node.column, text, text, "")
    was = Value(owners.get(old.at.file, "?"), old.at, old)
    return Change(VALUE, COMMAND_LINE, Location(COMMAND_LINE), new, was)


def _with_value(node: Node, value: Node | None) -> Node:
    """The entry with another value."""
    entry = as_mapping(node)
    items = dict(entry.items)
    if value is not None:
        items["value"] = value
    return Mapping(node.source, node.line, node.column, items, entry.keys)


def _lock(rules: RuleSet, key: Key, node: Node | None) -> str | None:
    """Why nothing above may change an entry."""
    lock = None if node is None else as_mapping(node).get("locked")
    if isinstance(lock, Scalar):
        return lock.text
    return rules.locked_by(key[1]) if key[0] == "settings" else None


def _elsewhere(rules: RuleSet, definer: Pack, key: Key, present: set[Pack]) -> Iterator[Elsewhere]:
    """What packs that apply to other leads change of an entry."""
    section, id = key
    for pack in rules.project.packs:
        change = pack.changes.get(section, {}).get(id)
        if change is None or pack in present or pack.layer <= definer.layer:
            continue
        entry = next(entry for other, entry in rules.base[key] if other is definer)
        result = rules.merged(key, entry, (definer.name, pack.name), [pack])[1][0]
        skipped = {path for path, _, _ in result.skipped}
        values = [
            (path, node)
            for path, node in leaves(change.node)
            if not any(path[: len(other)] == other for other in skipped)
        ]
        if values:
            yield Elsewhere(pack, change.at, tuple(values))


def _skipped(rules: RuleSet, stack: Stack, keys: Sequence[Key] | None) -> Iterator[Change]:
    """The changes whose target the stack does not have."""
    for pack in stack.packs:
        for section, entries in pack.changes.items():
            for id, change in entries.items():
                if keys is not None and (section, id) not in keys:
                    continue
                if id not in stack.lowered.get(section, {}) and (section, id) not in stack.removed:
                    path: Path = (section, id)
                    yield Change(path, pack.name, change.at, change.node, None)
    for skip in stack.skipped:
        if keys is None or (skip.section, skip.id) in keys:
            path = (skip.section, skip.id, *skip.path)
            yield Change(path, skip.pack, skip.node.at, skip.node, None)
