"""Who may be credited for whom: self-referrals, related parties, rings, and the one introducer.

All of it is worked out over all referrals together, so that their order makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from groupbuy.api import Referral


@dataclass(frozen=True)
class Identity:
    """What an organisation can be recognised by. `marks` are identifiers (codes, phones, e-mails).

    `parent` and `names` are compared as written: a parent may be given by id or by name.
    """

    id: str
    marks: frozenset[str] = frozenset()
    parent: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Introduction:
    """A referral as it was handed in: with whom the commission goes to."""

    referral: Referral
    to_person: bool = False


class Kinship:
    """Groups of organisations that belong together: one code, one phone, one group of companies."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        """Join what shares a mark, and every company with its parent."""
        self.above: dict[str, str] = {}
        self.same: dict[str, str] = {}
        for identity in identities:
            own = _key("id", identity.id)
            for mark in sorted(identity.marks):
                self._join(self.same, own, _key("mark", mark))
                self._join(self.above, own, _key("mark", mark))
            for name in sorted(identity.names):
                self._join(self.above, own, _key("name", name))
            if identity.parent is not None:
                # Who is named as a parent may be in the files, by id or name, or not at all.
                self._join(self.above, own, _key("name", identity.parent))
                self._join(self.above, own, _key("id", identity.parent))

    def are_same(self, a: str, b: str) -> bool:
        """One id, or one identifier in common."""
        return self.one(a) == self.one(b)

    def one(self, id: str) -> str:
        """What stands for all ids of one organisation."""
        return self._top(self.same, _key("id", id))

    def are_related(self, a: str, b: str) -> bool:
        """Parent and subsidiary, or of one group."""
        return self._top(self.above, _key("id", a)) == self._top(self.above, _key("id", b))

    def _join(self, links: dict[str, str], a: str, b: str) -> None:
        top_a, top_b = self._top(links, a), self._top(links, b)
        if top_a != top_b:
            links[max(top_a, top_b)] = min(top_a, top_b)

    def _top(self, links: dict[str, str], node: str) -> str:
        top = node
        while links.get(top, top) != top:
            top = links[top]
        while links.get(node, node) != top:
            links[node], node = top, links[node]
        return top


def vetted(introductions: Sequence[Introduction], kinship: Kinship) -> list[Referral]:
    """The referrals with the reason why one can't be credited, in the order of date and id.

    Of several introductions of one customer the earliest that is in order is credited (by id where
    the day is the same); the others are duplicates. Rings of any length count as rings whole.
    """
    order = sorted(introductions, key=lambda each: (each.referral.date, each.referral.id))
    one = kinship.one
    rings = in_rings((one(e.referral.referrer), one(e.referral.referred)) for e in order)
    credited: set[str] = set()
    found = []
    for each in order:
        referral = each.referral
        reason = referral.rejected or _fault(each, kinship, rings)
        if reason is None and one(referral.referred) in credited:
            reason = "duplicate"
        if reason is None:
            credited.add(one(referral.referred))
        found.append(replace(referral, rejected=reason))
    return found


def _fault(each: Introduction, kinship: Kinship, rings: set[tuple[str, str]]) -> str | None:
    referral = each.referral
    if kinship.are_same(referral.referrer, referral.referred):
        return "self"
    if kinship.are_related(referral.referrer, referral.referred):
        return "related_party"
    if (kinship.one(referral.referrer), kinship.one(referral.referred)) in rings:
        return "ring"
    return "individual_payee" if each.to_person else None


def in_rings(edges: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges of a graph that lie on some circle: both ends in one strong component.

    Tarjan's algorithm, without recursion, so that a chain of any length is walked.
    """
    forward: dict[str, list[str]] = {}
    distinct = sorted(set(edges))
    for start, end in distinct:
        forward.setdefault(start, []).append(end)
        forward.setdefault(end, [])
    component = _components(forward)
    return {(start, end) for start, end in distinct if component[start] == component[end]}


def _components(forward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    stack: list[str] = []
    for root in forward:
        if root in index:
            continue
        work = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
            descended = False
            for n in range(position, len(forward[node])):
                after = forward[node][n]
                if after not in index:
                    work.append((node, n + 1))
                    work.append((after, 0))
                    descended = True
                    break
                if after not in component:
                    low[node] = min(low[node], index[after])
            if descended:
                continue
            if low[node] == index[node]:
                while True:
                    member = stack.pop()
                    component[member] = index[node]
                    if member == node:
                        break
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
    return component


def _key(kind: str, text: str) -> str:
    return f"{kind}:{text}"
