"""Findings on random rules over a small domain are exactly those that trying every lead gives.

Nothing is found that some lead refutes, and nothing is missed: conditions here compare one field,
or a fact or grade that follows from one, with constants.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from findings_world import Rules, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.authoring.findings.run import find
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.run import Engine
from groupbuy.errors import Location, Source
from groupbuy.model.lead import Lead, read_record
from groupbuy.source.nodes import Scalar
from groupbuy.tree.nodes import NONE, Expr, Lit, Op

MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true}
  x:  {type: integer, min: 0, max: 3}
  f:  {type: flag}
  k:  {type: choice, of: [a, b, c]}
"""
EVERY_LEAD = [
    {"x": x, "f": f, "k": k}
    for x, f, k in product((None, 0, 1, 2, 3), (None, True, False), (None, "a", "b", "c"))
]


# ── random rules ───────────────────────────────────────────────────────────────────────────────

atoms = st.sampled_from(
    [f"x {op} {n}" for op in ("<", "<=", ">", ">=", "==", "!=") for n in range(4)]
    + [f"twice {op} {n}" for op in ("<", ">=", "==") for n in (1, 4, 7)]
    + ["f", "not f", 'k == "a"', 'k != "b"', 'k in ["a", "c"]', 'k in ["a", "b", "c"]']
    + ["known(x)", "missing(f)", "missing(k)", "x < 2 if f else x > 2", "0 < x < 3"]
    + ['level == "low"', 'level in ["low", "mid"]', "coalesce(f, x > 1)", "step >= 5"]
)


def joined(parts: list[str], op: str) -> str:
    return f" {op} ".join(f"({part})" for part in dict.fromkeys(parts))


conditions = st.recursive(
    atoms,
    lambda inner: st.builds(
        joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])
    ),
    max_leaves=4,
)


class Lines:
    """A pack that is written line by line, and the condition that stands in each."""

    def __init__(self) -> None:
        self.text = ["facts:", "  twice: 2 * x + 1"]
        self.text.append("  step: {rows: {one: {when: x > 1, value: 5}, two: {value: 2}}}")
        self.text += [
            "grades:",
            "  level: {of: x, bands: {high: {from: 3}, mid: {from: 2}, low: {}}}",
        ]

    def add(self, line: str) -> int:
        self.text.append(line)
        return len(self.text) + 2  # behind the version and the name

    def quoted(self, condition: str) -> str:
        return "'" + condition.replace("'", "''") + "'"


# ── trying every lead ──────────────────────────────────────────────────────────────────────────


class Every:
    """What every lead makes of a condition."""

    def __init__(self, opened: Rules, every: Sequence[Mapping[str, Any]] = EVERY_LEAD) -> None:
        self.workspace = opened.workspace
        leads = [read_record(opened.workspace.model, _given(n, r), _nowhere)
                 for n, r in enumerate(every)]  # fmt: skip
        run = Engine(opened.workspace.rules).run([lead for lead in leads if isinstance(lead, Lead)])
        presenter = opened.workspace.presenter()
        self.leads: list[LeadConclusions] = [presenter.conclusions(case) for case in run.cases]
        assert len(self.leads) == len(every)

    def tree(self, condition: str) -> Expr:
        source = Source("x", condition)
        return self.workspace.rules.scope.condition(Scalar(source, 1, 1, condition, condition))

    def holds(self, condition: str) -> tuple[bool | None, ...]:
        return self.of(self.tree(condition))

    def of(self, tree: Expr) -> tuple[bool | None, ...]:
        return tuple(lead.holds(tree) for lead in self.leads)


def _given(number: int, record: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: str(v) if v is not None else None for key, v in record.items()}
    return {"id": f"L{number}", **plain}


def _nowhere(*_: object) -> Location:
    return Location("leads")


Place = tuple[str, int]


def judged(line: int, condition: str, every: Every, always: bool = True) -> Iterator[Place]:
    """What is to be found of one condition."""
    tree = every.tree(condition)
    if isinstance(tree, Lit):
        return
    truth = every.of(tree)
    if True not in truth:
        yield "never-true", line
    elif False not in truth:
        if always:
            yield "always-true", line
    else:
        yield from judged_parts(line, tree, truth, every)


def judged_parts(
    line: int, tree: Expr, truth: tuple[bool | None, ...], every: Every
) -> Iterator[Place]:
    if not isinstance(tree, Op) or tree.op not in ("and", "or"):
        return
    parts = [every.of(part) for part in tree.args]
    for index, part in enumerate(parts):
        if tree.op == "or" and True not in part:
            yield "never-true", line
            continue
        others = [p for i, p in enumerate(parts) if i != index]
        if tuple(_join(tree.op, column) for column in zip(*others, strict=True)) == truth:
            yield "redundant-condition", line


def _join(op: str, values: tuple[bool | None, ...]) -> bool | None:
    decisive = op == "or"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def compare(
    lines: Lines,
    expected: Callable[[Every], Iterator[Place]],
    model: str = MODEL,
    every: Sequence[Mapping[str, Any]] = EVERY_LEAD,
    *,
    prove: bool = False,
) -> None:
    rules = opened("\n".join(lines.text), model=model)
    report = find(rules.workspace, prove=prove)
    assert report.open == 0
    shared = ("unused-fact",)
    got = Counter((f.code, f.at.line) for f in report.findings if f.code not in shared)
    wanted = Counter(expected(Every(rules, every)))
    assert got == wanted, "\n".join(["", *lines.text, *map(str, report.findings)])


# ── the checks ─────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=30)
@given(st.lists(conditions, min_size=3, max_size=5))
def test_gates(given: list[str]) -> None:
    lines = Lines()
    lines.add("gates:")
    places = [
        (lines.add(f"  g{n}: {{when: {lines.quoted(c)}, verdict: hold, unknown: pass}}"), c)
        for n, c in enumerate(given)
    ]
    compare(lines, lambda every: (p for line, c in places for p in judged(line, c, every)))


@settings(max_examples=30)
@given(st.lists(conditions, min_size=2, max_size=4), st.booleans(), st.booleans())
def test_rows(given: list[str], rest: bool, only: bool) -> None:
    lines = Lines()
    lines.add("  q:")
    compare(lines, rows_of(lines, given, rest, only))


def rows_of(
    lines: Lines, given: list[str], rest: bool, only: bool
) -> Callable[[Every], Iterator[Place]]:
    """Write rows into `q`; what is to be found of them."""
    if only:
        lines.add("    pick: only")
    head = lines.add("    rows:")
    places = [lines.add(f"      r{n}: {{when: {lines.quoted(c)}}}") for n, c in enumerate(given)]
    if rest:
        places.append(lines.add("      rest: {}"))

    def expected(every: Every) -> Iterator[Place]:
        truths = [every.holds(c) for c in given] + [(True,) * len(every.leads)] * rest
        leads = range(len(every.leads))
        if only:
            for line, truth in zip(places, truths, strict=True):
                if True not in truth:
                    yield "unreachable-row", line
            for a, b in combinations(range(len(given)), 2):
                if any(truths[a][i] and truths[b][i] for i in leads):
                    yield "contradicting-rows", places[b]
            return
        reached = [
            any(truths[n][i] and all(t[i] is False for t in truths[:n]) for i in leads)
            for n in range(len(truths))
        ]
        yield from (("unreachable-row", p) for p, r in zip(places, reached, strict=True) if not r)
        if not rest and any(lead.value("q") is NONE for lead in every.leads):
            yield "gap", head
        for a, b in combinations(range(len(given)), 2):
            both = [i for i in leads if truths[a][i] and truths[b][i]]
            one = [i for i in leads if truths[a][i] and not truths[b][i]]
            other = [i for i in leads if truths[b][i] and not truths[a][i]]
            if both and one and other and reached[a] and reached[b]:
                yield "overlap", places[b]

    return expected


@settings(max_examples=30)
@given(st.lists(conditions, min_size=2, max_size=3))
def test_rules_of_a_score(given: list[str]) -> None:
    lines = Lines()
    lines.add("scores:")
    lines.add("  s:")
    lines.add(f"    range: [0, {len(given)}]")
    lines.add("    rules:")
    places = [
        lines.add(f"      r{n}: {{when: {lines.quoted(c)}, points: 1}}")
        for n, c in enumerate(given)
    ]

    def expected(every: Every) -> Iterator[Place]:
        truths = [every.holds(c) for c in given]
        for line, condition in zip(places, given, strict=True):
            yield from judged(line, condition, every)
        # What always or never holds is told as such.
        for a, b in combinations(range(len(given)), 2):
            one = {i for i, t in enumerate(truths[a]) if t}
            other = {i for i, t in enumerate(truths[b]) if t}
            if any(True not in t or False not in t for t in (truths[a], truths[b])):
                continue
            if one == other:
                yield "same-condition", places[b]
            elif one < other:
                yield "subsumed-rule", places[a]
            elif other < one:
                yield "subsumed-rule", places[b]

    compare(lines, expected)


@settings(max_examples=30)
@given(
    conditions,
    conditions,
    st.lists(st.sampled_from(["low", "mid", "high"]), unique=True, min_size=1),
    conditions,
)
def test_plays_and_cases(stop: str, when: str, words: list[str], only: str) -> None:
    lines = Lines()
    named = ", ".join(f"{word}: {n}" for n, word in enumerate(words))
    cases = lines.add(f"  c: {{if: {lines.quoted(only)}, by: level, cases: {{{named}}}}}")
    lines.add("gates:")
    gate = lines.add(f"  g: {{when: {lines.quoted(stop)}, verdict: stop, unknown: pass}}")
    lines.add("plays:")
    play = lines.add(f"  p: {{when: {lines.quoted(when)}, do: something}}")

    def expected(every: Every) -> Iterator[Place]:
        yield from judged(cases, only, every)
        yield from judged(gate, stop, every)
        applies, stopped, got = every.holds(only), every.holds(stop), every.holds(when)
        levels = [lead.value("level") for lead in every.leads]
        for word in words:
            if not any(a and level == word for a, level in zip(applies, levels, strict=True)):
                yield "unreachable-row", cases
        if any(a and isinstance(level, str) and level not in words
               for a, level in zip(applies, levels, strict=True)):  # fmt: skip
            yield "missing-case", cases
        if isinstance(every.tree(when), Lit):
            return
        if any(g and s is not True for g, s in zip(got, stopped, strict=True)):
            yield from judged(play, when, every)
        else:
            yield "unreachable-play", play

    compare(lines, expected)
