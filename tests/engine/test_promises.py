"""Same inputs, same results: order, hash seeds and other leads do not matter (design §4, §6)."""

# ruff: noqa: E501 - a row of a table is one line

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from rules_world import Rules, rules

HERE = Path(__file__).parent

# The entries of each section, in any order; rows and cuts keep theirs.
SECTIONS: dict[str, list[str]] = {
    "settings": ["price: 400", "good: 10"],
    "facts": [
        "cost: price * a",
        "bought: count(orders) > 0",
        "spend: sum(orders.amount)",
        "per_x: cost / x",
        "part: share(a)",
    ],
    "gates": [
        "dear: {when: cost > 1000, verdict: terms, unknown: terms, because: '{cost}'}",
        "late: {when: a > 3, verdict: hold, unknown: pass}",
        "early: {when: a > 2, verdict: hold, unknown: pass}",
        "unmet: {each: needs, when: needs.must and not needs.can, verdict: hold, unknown: pass}",
    ],
    "scores": [
        "sum: {range: [0, 100], weights: {u: 30, fit: 20, v: 10}}",
        "fit:\n  range: [0, 100]\n  rules:\n"
        "    ▪one: {when: f, points: 20}\n"
        "    ▪two: {when: g, points: 20}\n"
        "    ▪three: {of: x, bands: {lo: {points: 0.1}, hi: {from: 5, points: 0.7}}}\n"
        "    ▪four: {points: 0.2}",
    ],
    "grades": [
        "level: {of: fit, bands: {low: {}, high: {from: good}}}",
        "life: {rows: {old: {when: bought}, new: {when: f}, other: {}}}",
        "cell: {by: [level, life], cases: {\n"
        "  ▪low: {old: LO, new: LN, other: LX},\n"
        "  ▪high: {old: HO, else: HX}}}",
        "top: {rank: a, cuts: {first: {top: 40%}, rest: {}}}",
    ],
    "plays": [
        "p3: {when: f, do: x, due: 5}",
        "p1: {when: f, do: x, due: 5}",
        "p2: {when: bought, by: causes, due: 5, cases: {novelty: {do: n}, competitor: {do: c}}}",
        "p4: {when: level == 'high', do: x}",
    ],
}
LEADS: list[dict[str, Any]] = [
    {"a": 3, "f": True, "g": False, "x": 6, "u": 40, "v": 10, "orders": [], "needs": []},
    {"a": 5, "f": True, "x": 2, "orders": [{"date": "2026-01-02", "amount": 0.1}], "causes": ["competitor", "novelty"]},
    {"a": 4, "g": True, "u": 99, "needs": [{"what": "wine", "must": True, "can": False}]},
    {"org": "government", "kind": "gift", "f": False, "x": 9},
    {"org": "private", "a": 4},
    {},
]  # fmt: skip
HEAD = "columns: [level, cell, sum, top]\nrank_by: [sum]"
ABOVE = "for: org == 'government'\nchanges: {settings: {good: 50}, plays: {p1: off}}"


def pack(order: random.Random | None) -> str:
    """The pack, with everything shuffled whose order means nothing."""
    text = ""
    for section, entries in mixed(list(SECTIONS.items()), order):
        body = "\n".join(shuffled(entry, order) for entry in mixed(entries, order))
        text += f"{section}:\n{indent(body, '  ')}\n"
    return text


def mixed(items: Sequence[Any], order: random.Random | None) -> Sequence[Any]:
    return items if order is None else order.sample(items, len(items))


def shuffled(entry: str, order: random.Random | None) -> str:
    """An entry with its marked lines shuffled."""
    lines = entry.split("\n")
    marked = [number for number, line in enumerate(lines) if "▪" in line]
    tail = "}}" if marked and lines[marked[-1]].endswith("}}}") else ""
    found = [
        lines[number].replace("▪", "").removesuffix(tail).removesuffix(",") for number in marked
    ]
    comma = "," if tail else ""
    for number, line in zip(marked, mixed(found, order), strict=True):
        lines[number] = line + comma
    return "\n".join(lines) + tail


def made(order: random.Random | None = None) -> Rules:
    return rules(pack(order), ABOVE, head=HEAD)


def plain(data: Any) -> Any:
    """Results without what shuffling moves: places, and the order of a grade's words."""
    if isinstance(data, dict):
        if "possible" in data:
            data = {**data, "possible": sorted(data["possible"], key=str)}
        return {key: plain(value) for key, value in data.items() if key not in ("at", "rules_hash")}
    return [plain(item) for item in data] if isinstance(data, list) else data


def numbered(leads: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"L{number}", **lead} for number, lead in enumerate(leads, 1)]


def test_evaluating_twice_gives_the_same_bytes() -> None:
    one = made()
    texts = {json.dumps(plain(ruled.result(LEADS).data)) for ruled in (one, one, made())}
    assert len(texts) == 1


def test_the_order_of_leads_does_not_matter() -> None:
    ruled, leads = made(), numbered(LEADS)
    wanted = plain(ruled.result(leads).data)
    for seed in range(4):
        found = plain(ruled.result(random.Random(seed).sample(leads, len(leads))).data)
        assert found == wanted


def test_the_order_of_entries_does_not_matter() -> None:
    wanted = plain(made().result(LEADS).data)
    for seed in range(6):
        found = plain(made(random.Random(seed)).result(LEADS).data)
        assert found == wanted


def test_leads_do_not_know_of_each_other() -> None:
    ruled, leads = made(), numbered(LEADS)
    together = {lead["id"]: unranked(lead) for lead in ruled.result(leads).data["leads"]}
    for lead in leads:
        alone = ruled.result([lead]).data["leads"]
        assert [unranked(each) for each in alone] == [together[lead["id"]]]


def unranked(lead: dict[str, Any]) -> Any:
    """A lead without what is over the population."""
    found = plain(lead)
    del found["rank"], found["grades"]["top"], found["facts"]["part"]
    return found


def test_the_hash_seed_does_not_matter() -> None:
    code = (
        "import json\nfrom test_promises import LEADS, made, plain\n"
        "print(json.dumps(plain(made().result(LEADS).data)))"
    )
    texts = set()
    for seed in ("0", "1", "4711"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE)}
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
        texts.add(run.stdout)
    assert len(texts) == 1


def test_who_wants_a_few_values_gets_no_others() -> None:
    ruled = rules("facts: {c: a + 1, d: a + 2}\ngrades: {q: {rows: {A: {when: a > 1}, B: {}}}}")
    case = ruled.result([{"a": 3}]).cases[0]
    presenter = ruled.workspace.presenter(only=["d"])
    lead = presenter.conclusions(case)
    assert presenter.section("facts", lead) == {"d": {"value": 5, "status": "known"}}
    assert presenter.section("grades", lead) == {}
