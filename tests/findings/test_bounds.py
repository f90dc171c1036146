"""The work is bounded: what is too large stays open, and is counted."""

from findings_world import report

from groupbuy.authoring.findings.run import Report
from groupbuy.authoring.findings.stacks import MOST_PACKS


def pigeons(holes: int) -> str:
    """More pigeons than holes, each in a hole, no two in one: it can't be, and is hard to see."""
    flags = {(p, h): f"p{p}h{h}" for p in range(holes + 1) for h in range(holes)}
    somewhere = [" or ".join(flags[p, h] for h in range(holes)) for p in range(holes + 1)]
    apart = [
        f"not {flags[p, h]} or not {flags[q, h]}"
        for h in range(holes)
        for p in range(holes + 1)
        for q in range(p)
    ]
    return " and ".join(f"({part})" for part in [*somewhere, *apart])


def found(holes: int) -> Report:
    names = [f"p{p}h{h}" for p in range(holes + 1) for h in range(holes)]
    model = "groupbuy: 1\nfields:\n  id: {type: text, required: true}\n"
    model += "".join(f"  {name}: {{type: flag}}\n" for name in names)
    gate = f"gates:\n  g: {{when: {pigeons(holes)}, verdict: hold, unknown: pass}}"
    return report(gate, model=model)


def test_what_can_be_settled_is() -> None:
    settled = found(3)
    assert [finding.code for finding in settled.findings] == ["never-true"]
    assert settled.open == 0


def test_what_is_too_hard_stays_open() -> None:
    hard = found(6)
    assert hard.findings == ()
    assert hard.open > 0


def test_many_packs_that_can_meet() -> None:
    head = "settings: {edge: {value: 20, type: number}}\ngrades:\n"
    head += "  level: {of: x, bands: {high: {from: edge}, low: {}}}"
    packs = [
        f"pack: q{n}\nfor: a > {n}\nchanges:\n  settings: {{edge: {n}}}"
        for n in range(MOST_PACKS + 2)
    ]
    many = report(head, *packs)
    assert [finding.code for finding in many.findings] == []
    assert many.open > 0
