"""A team file to start from: `groupbuy plan LEADS --write-team team.yaml`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).parent / "data"


def team_draft(owners: Sequence[str], lang: str) -> str:
    """The template with everybody who has leads."""
    text = (DATA / f"team_draft.{lang}.yaml").read_text(encoding="utf-8")
    names = owners or ({"en": "Li", "zh": "李明"}[lang],)
    boss = {"en": "Manager", "zh": "经理"}[lang]
    while boss in names:
        boss += "1"
    lines = [f"  {json.dumps(boss, ensure_ascii=False)}: {{role: manager}}"]
    for name in names:
        stated = json.dumps(name, ensure_ascii=False)
        superior = json.dumps(boss, ensure_ascii=False)
        lines.append(f"  {stated}: {{role: salesperson, reports_to: {superior}}}")
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"
