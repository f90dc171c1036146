"""The leads that plays create, as a lead file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from groupbuy.model.names import fold
from groupbuy.render.words import say


@dataclass(frozen=True)
class NewLeads:
    """The new leads in the order of the ranking, and how many were left out for their names."""

    leads: list[dict[str, Any]]
    known: int = 0
    """Those that are leads already."""
    repeated: int = 0
    """Those that follow from several plays: the first stays."""


def new_leads(ranked: Iterable[Mapping[str, Any]], names: Iterable[str]) -> NewLeads:
    """The leads that the plays of `ranked` results create, without those called as in `names`."""
    known = {fold(name) for name in names}
    seen: set[str] = set()
    found: list[dict[str, Any]] = []
    already = repeated = 0
    for lead in ranked:
        for play in lead["plays"]:
            made = play.get("lead")
            if made is None:
                continue
            name = fold(str(made.get("name") or made["id"]))
            if name in known:
                already += 1
            elif name in seen:
                repeated += 1
            else:
                seen.add(name)
                found.append(made)
    return NewLeads(found, already, repeated)


def show_new_leads(found: NewLeads, as_of: str, lang: str) -> str:
    """A lead file that `evaluate` reads."""
    head = f"# {say('new_leads_head', lang, as_of=as_of)}\n"
    if not found.leads:
        return head + "[]\n"
    parts = [
        yaml.safe_dump([lead], allow_unicode=True, sort_keys=False, width=1000)
        for lead in found.leads
    ]
    return head + "\n" + "\n".join(parts)


__all__ = ["NewLeads", "new_leads", "show_new_leads"]
