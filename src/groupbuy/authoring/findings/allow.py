"""`allow: {code: reason}`: findings that somebody says are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from groupbuy.authoring.findings.finding import Finding
from groupbuy.errors import Location
from groupbuy.rules.entries import Key
from groupbuy.rules.project import Project
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence

Place = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class Allow:
    """One finding allowed: in a whole pack, in an entry, or in what stands at `places`."""

    code: str
    at: Location
    pack: str
    key: Key | None
    places: frozenset[Place]
    reasoned: bool = True

    def silences(self, finding: Finding) -> bool:
        """Whether it speaks of a finding."""
        if finding.code != self.code or not self.reasoned:
            return False
        if _place(finding.at) in self.places:
            return True
        pack, key = finding.owner or ("", None)
        return key == self.key if self.key is not None else not self.places and pack == self.pack


def allows_of(project: Project) -> list[Allow]:
    """Every `allow:` of the packs."""
    found: list[Allow] = []
    for pack in project.packs:
        if isinstance(pack.allow, Mapping):
            for code, reason in pack.allow.items.items():
                at, said = pack.allow.key_at(code), _is_reason(reason)
                found.append(Allow(code, at, pack.name, None, frozenset(), said))
        for sections in (pack.sections, pack.changes):
            for section, entries in sections.items():
                for id, entry in entries.items():
                    found += _in_entry(entry.node, entry.at, pack.name, (section, id))
    return found


def _in_entry(node: Node, at: Location, pack: str, key: Key) -> Iterator[Allow]:
    """Those of an entry, and those of what stands in it."""
    for number, (inner, inner_at) in enumerate(_mappings(node, at)):
        allow = inner.get("allow")
        if isinstance(allow, Mapping):
            places = frozenset((_place(inner_at), *map(_place, _all_places(inner))))
            for code, reason in allow.items.items():
                own = key if number == 0 else None
                yield Allow(code, allow.key_at(code), pack, own, places, _is_reason(reason))


def _is_reason(node: Node) -> bool:
    return isinstance(node, Scalar) and bool(node.text.strip())


def _mappings(node: Node, at: Location) -> Iterator[tuple[Mapping, Location]]:
    """Every mapping below a node, with the place of its key."""
    if isinstance(node, Mapping):
        yield node, at
        for key, item in node.items.items():
            if key != "allow":
                yield from _mappings(item, node.key_at(key))


def _all_places(node: Node) -> Iterator[Location]:
    yield node.at
    if isinstance(node, Mapping):
        for key, item in node.items.items():
            yield node.key_at(key)
            yield from _all_places(item)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _all_places(item)


def _place(at: Location) -> Place:
    return (at.file, at.line, at.column)


def sifted(
    findings: Iterable[Finding], allows: Iterable[Allow], looked_at: set[Key]
) -> list[Finding]:
    """The findings that nobody allows, and the allowances that silence nothing.

    Of entries that were not looked at nobody knows what would have been found.
    """
    allows = list(allows)
    used: set[Allow] = set()
    left: list[Finding] = []
    for finding in findings:
        silencing = [allow for allow in allows if allow.silences(finding)]
        used.update(silencing)
        if not silencing:
            left.append(finding)
    for allow in allows:
        if allow not in used and (allow.key is None or allow.key in looked_at):
            left.append(
                Finding(
                    "unused-allow",
                    f"nothing is found here that `{allow.code}` would allow"
                    if allow.reasoned
                    else "this does not say why it is meant, and allows nothing",
                    allow.at,
                    "take it out" if allow.reasoned else f"{allow.code}: why it is meant",
                    len(allow.code),
                )
            )
    return left
