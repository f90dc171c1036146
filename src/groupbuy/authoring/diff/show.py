"""A difference as text, JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from groupbuy.authoring.diff.changes import RuleChange, short
from groupbuy.authoring.diff.compare import ChangedLead, Difference, Matrix, Moved
from groupbuy.authoring.diff.revision import Version
from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import say
from groupbuy.render.cells import word_forms
from groupbuy.render.csv import BOM, csv_line
from groupbuy.render.inert import inert
from groupbuy.render.view import View
from groupbuy.render.width import width
from groupbuy.source.nodes import Scalar

COLUMNS = ("id", "name", "what", "old", "new", "old_rank", "new_rank", "because", "at")
Place = Callable[[RuleChange], str]


def places_of(old: Version, new: Version) -> Place:
    """Where a change stands, in the version that has it."""

    def place(change: RuleChange) -> str:
        return (old if change.in_old else new).place(change.at.short)

    return place


# ── text ──


def difference_text(
    found: Difference,
    place: Place,
    view: View,
    cells: int,
    paint: Paint,
    most: int | None,
    *,
    changes: bool = True,
) -> str:
    """What changed in the rules, how grades moved, and the leads that are judged otherwise.

    `view` is of the new version. Without `changes`, what changed in the rules is said elsewhere.
    """
    lang = view.lang
    lines = list(_changes(found, place, lang, cells, paint)) if changes else []
    for grade, matrix in found.matrices.items():
        lines += [*_matrix(grade, matrix, view, paint), ""]
    shown = found.changed[:most]
    if shown:
        lines.append(paint(say("diff_leads", lang), "heading"))
        rows = [
            [
                lead.id,
                lead.name or "",
                _ranks(lead.ranks),
                _moves(lead, view),
                _because(lead, place),
            ]
            for lead in shown
        ]
        heads = [say(name, lang) for name in ("lead", "name", "rank_moved", "moved", "diff_by")]
        # What gives way to a narrow terminal is the widest of what can be wrapped.
        widest = max((3, 4), key=lambda n: max(width(row[n]) for row in rows))
        lines += table(
            rows, heads, cells=cells, flexible=widest, wrapped=True, indent="  ", paint=paint
        )
        lines.append("")
    more = len(found.changed) - len(shown)
    if more:
        lines.append(say("diff_more", lang, n=f"{more:,}"))
    lines.append(
        say(
            "diff_same" if found.same else "diff_counted",
            lang,
            leads=f"{found.leads:,}",
            changed=f"{len(found.changed):,}",
            reranked=f"{found.reranked:,}",
        )
    )
    return "\n".join(inert(line) if "\x1b" not in line else line for line in lines) + "\n"


def _changes(found: Difference, place: Place, lang: str, cells: int, paint: Paint) -> Iterator[str]:
    if not found.changes:
        yield say("diff_no_changes", lang)
        yield ""
        return
    yield paint(say("diff_changes", lang), "heading")
    rows = [
        [
            change.name,
            _said(change, lang),
            say("diff_words", lang) if change.words else f"{found.counts.get(change, 0):,}",
            place(change),
        ]
        for change in found.changes
    ]
    heads = [say(name, lang) for name in ("rule", "change", "diff_moved", "place")]
    yield from table(rows, heads, cells=cells, flexible=1, right=frozenset((2,)), indent="  ")
    yield ""


def _said(change: RuleChange, lang: str) -> str:
    """What a change says; of a value that one of the versions lacks, what it is in the other."""
    if change.said:
        return change.said
    kind, node = say(f"diff_{change.kind}", lang), change.new or change.old
    return f"{kind} {short(node)}" if isinstance(node, Scalar) else kind


def _matrix(grade: str, matrix: Matrix, view: View, paint: Paint) -> Iterator[str]:
    """Old words down, new words across; what stayed is in the diagonal."""
    words = sorted({word for pair in matrix for word in pair}, key=lambda w: (w in "?–", w))
    olds = [word for word in words if any(pair[0] == word for pair in matrix)]
    news = [word for word in words if any(pair[1] == word for pair in matrix)]
    heads = [word_forms(word, grade, view)[0] for word in news]
    yield paint(say("diff_matrix", view.lang, grade=view.title(grade)), "heading")
    rows = [
        [
            word_forms(old, grade, view)[0],
            *(f"{matrix[old, new]:,}" if (old, new) in matrix else "·" for new in news),
        ]
        for old in olds
    ]
    right = frozenset(range(1, len(news) + 1))
    yield from table(rows, [say("diff_old_new", view.lang), *heads], right=right, indent="  ")


def _ranks(ranks: tuple[int | None, int | None]) -> str:
    old, new = ("–" if rank is None else str(rank) for rank in ranks)
    return old if old == new else f"{old} → {new}"


def _moves(lead: ChangedLead, view: View) -> str:
    if lead.set_aside != (None, None):
        old, new = (code or say("diff_evaluated", view.lang) for code in lead.set_aside)
        return f"{old} → {new}"
    return say("comma", view.lang).join(_move(moved, view) for moved in lead.moved)


def _move(moved: Moved, view: View) -> str:
    if moved.what == "plays":
        added = moved.old == "–"
        return f"{'+' if added else '-'}{_play(moved.new if added else moved.old, view)}"
    old, new = (word_forms(word, moved.what, view)[0] for word in (moved.old, moved.new))
    return f"{view.title(moved.what)} {old} → {new}"


def _play(name: str, view: View) -> str:
    """A play by its title; its case by what that word is called, where it is one thing only."""
    id, *more = name.split("/")
    for n, word in enumerate(more):
        called = {said for key, said in view.titles.items() if key.endswith(f".{word}")}
        more[n] = called.pop() if len(called) == 1 else word
    return "/".join((view.title(id), *more))


def _because(lead: ChangedLead, place: Place) -> str:
    changes = dict.fromkeys(change for moved in lead.moved for change in moved.because)
    return ", ".join(f"{change.name} {place(change)}" for change in changes)


# ── data ──


def difference_data(found: Difference, place: Place) -> dict[str, Any]:
    """Everything as plain data."""
    numbers = {change: number for number, change in enumerate(found.changes)}
    return {
        "groupbuy": 1,
        "summary": {
            "leads": found.leads,
            "changed": len(found.changed),
            "reranked": found.reranked,
        },
        "changes": [
            {
                "kind": change.kind,
                "pack": change.pack,
                "rule": ".".join(change.key) if change.key else None,
                "what": change.what,
                "said": change.said,
                "at": place(change),
                "texts_only": change.words,
                "leads": found.counts.get(change, 0),
            }
            for change in found.changes
        ],
        "grades": {
            grade: [
                {"old": old, "new": new, "leads": count}
                for (old, new), count in sorted(matrix.items())
            ]
            for grade, matrix in found.matrices.items()
        },
        "leads": [
            {
                "id": lead.id,
                "name": lead.name,
                "rank": {"old": lead.ranks[0], "new": lead.ranks[1]},
                "set_aside": {"old": lead.set_aside[0], "new": lead.set_aside[1]},
                "moved": [
                    {
                        "what": moved.what,
                        "old": moved.old,
                        "new": moved.new,
                        "because": [numbers[change] for change in moved.because],
                    }
                    for moved in lead.moved
                ],
            }
            for lead in found.changed
        ],
    }


def difference_csv(found: Difference, place: Place) -> Iterator[str]:
    """One row for each thing that is otherwise about a lead, ready for a spreadsheet."""
    yield BOM + csv_line(COLUMNS)
    for lead in found.changed:
        rows = [
            (each.what, each.old, each.new, each.because) for each in lead.moved
        ] or [("set_aside", lead.set_aside[0] or "", lead.set_aside[1] or "", ())]  # fmt: skip
        for what, old, new, because in rows:
            ranks = ["" if rank is None else rank for rank in lead.ranks]
            names = "; ".join(change.name for change in because)
            places = "; ".join(place(change) for change in because)
            yield csv_line([lead.id, lead.name or "", what, old, new, *ranks, names, places])
