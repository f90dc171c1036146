"""Findings on small rule sets: packs as texts, what is found as (code, place)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))

from rules_world import MODEL, Rules, rules

from groupbuy.authoring.findings.finding import Finding
from groupbuy.authoring.findings.run import Report, find

MODEL = MODEL.replace(
    "  budget:", '  people: {type: integer, min: 0, unit: people, ask: "people?"}\n  budget:'
)


def opened(*layers: str | list[str], model: str = MODEL) -> Rules:
    """Rules of packs, each in a layer of its own."""
    return rules(*layers, model=model)


def report(*layers: str | list[str], model: str = MODEL) -> Report:
    """Everything that is found in packs."""
    return find(opened(*layers, model=model).workspace)


def only(*layers: str | list[str], model: str = MODEL) -> Finding:
    """The one finding there is."""
    found = report(*layers, model=model).findings
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]
