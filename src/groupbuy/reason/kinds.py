"""What `groupbuy check` can find in rules that are correct and yet can't be meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of finding: what it means, and whether it is only a note.

    A finding is a mistake unless somebody says why it is none; a note may well be meant.
    """

    code: str
    meaning: str
    note: bool = False


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("never-true", "A condition that no lead can meet."),
        Kind("always-true", "A condition that every lead meets whose answers are known."),
        Kind("redundant-condition", "A part of a condition that changes nothing.", note=True),
        Kind("unreachable-row", "A row or case that no lead can get to."),
        Kind("empty-band", "A band in which no number can lie."),
        Kind("gap", "Leads that no row or band takes."),
        Kind("missing-case", "Words of a choice that no case is for."),
        Kind("overlap", "Two rows that hold together, so that their order decides.", note=True),
        Kind(
            "contradicting-rows",
            "Rows under `pick: only` that hold together and disagree.",
            note=True,
        ),
        Kind("same-condition", "Two rules of one score with the same condition."),
        Kind("subsumed-rule", "A rule that always fires where another does.", note=True),
        Kind("range-not-reached", "The end of a range that no lead can get to.", note=True),
        Kind("unreachable-play", "A play that no lead can get."),
        Kind("pack-conflict", "Packs of one layer that meet and contradict each other."),
        Kind("unused-setting", "A setting that nothing reads."),
        Kind("unused-fact", "A fact that nothing reads.", note=True),
        Kind("missing-language", "A text without a language that the pack has elsewhere."),
        Kind("unused-allow", "An `allow:` that silences nothing."),
    )
}
