"""Runs the example of an error code: what groupbuy says of it.

python tests/authoring/error_world.py     writes `said` and docs/errors.md anew (make errors)
"""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

import io
import json
import re
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from groupbuy.authoring.errors import explained, page
from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "src/groupbuy/authoring/errors.yaml"
PAGE = ROOT / "docs/errors.md"

MODEL = """groupbuy: 1
fields:
  id: {type: text, required: true}
  name: {type: text}
  phone: {type: text}
  stage: {type: choice, of: [know, trust]}
  kind: {type: choice, of: [office, gift], ask: "kind?"}
  budget: {type: money, aliases: [预算]}
  people: {type: integer, min: 1}
  share: {type: percent}
  quiet: {type: flag}
  needed_by: {type: date}
  orders: {type: table, order: date, fields: {date: {type: date}, amount: {type: money}}}
"""
BASE = """groupbuy: 1
pack: base
settings: {big: 100, fixed: {value: 5, locked: by law}}
facts: {per_head: budget / people}
gates: {nothing_to_spend: {when: budget < 1, verdict: hold, unknown: pass}}
scores: {fit: {range: [0, 100], rules: {rich: {when: budget >= big, points: 60}}}}
grades: {level: {of: fit, bands: {A: {from: 50}, B: {}}}, top: {rank: budget, cuts: {first: {top: 1}, rest: {}}}}
plays: {call: {when: level == "A", do: Call}}
"""
HEAD = "groupbuy: 1\npack: example\n"
CASES = "groupbuy: 1\nas_of: 2026-11-22\ncases:\n"


def said(place: str, wrong: str, folder: Path) -> str:
    """What groupbuy says of an example, in English. `folder` is empty."""
    rules = folder / "rules"
    (rules / "sub").mkdir(parents=True)
    layers, command = "[base, example]", ["check", "--notes"]
    files = {"rules/lead.yaml": MODEL, "rules/base.yaml": BASE, "leads.csv": "id,budget\nL1,3\n"}
    files["leads.xls"] = "x"
    if place == "expr":
        files["rules/example.yaml"] = f"{HEAD}facts:\n  x: {wrong}\n"
    elif place == "pack":
        files["rules/example.yaml"] = f"{HEAD}{wrong}\n"
    elif place == "table":
        files["rules/example.yaml"] = f"{HEAD}grades: {{size: {{table: sizes.csv}}}}\n"
        files["rules/sizes.csv"] = wrong
    elif place == "yaml":
        files["rules/example.yaml"] = wrong
    elif place == "layer":
        one, two = wrong.strip().split("\n")
        files["rules/example.yaml"] = f"{HEAD}{one}\n"
        files["rules/other.yaml"] = f"groupbuy: 1\npack: other\n{two}\n"
        layers, command = "[base, [example, other]]", ["check", "leads.csv"]
    elif place == "lock":
        files["rules/groupbuy.lock"] = wrong
    elif place == "model":
        files["rules/lead.yaml"] = f"{MODEL}{wrong}\n"
    elif place == "modelfile":
        files["rules/lead.yaml"] = wrong
    elif place == "cases":
        files["example.test.yaml"] = CASES + wrong
        command = ["test", "example.test.yaml", "--rules", "rules"]
    elif place in ("csv", "lead", "json"):
        name = {"csv": "leads.csv", "lead": "leads.yaml", "json": "leads.json"}[place]
        files[name] = wrong
        command = ["check", name]
    elif place == "map":
        files["deals.csv"] = "no,amount\nL1,3\n"
        files["example.map.yaml"] = f"groupbuy: 1\nmapping: example\n{wrong}\n"
        command = ["check", "deals.csv", "--map", "example.map.yaml"]
    elif place == "run":
        command = wrong.split()
    if "rules/example.yaml" not in files:
        files["rules/example.yaml"] = HEAD
    files["rules/groupbuy.yaml"] = f"groupbuy: 1\nmodel: lead.yaml\nlayers: {layers}\n"
    if place == "project":
        files["rules/groupbuy.yaml"] = wrong
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    errors = io.StringIO()
    with chdir(folder), redirect_stderr(errors), redirect_stdout(io.StringIO()):
        run(groupbuy, [*command, *(["--lang", "en"] if command[0] != "init" else [])])
    told = errors.getvalue().replace(f"{folder}/", "")
    return re.sub(r"\n\n\d+ (problem|warning|note)s?(, .*)?\s*\Z", "\n", told)


def one(text: str, code: str) -> str:
    """The problem with a code, of all that were told."""
    blocks = [b for b in text.strip("\n").split("\n\n") if re.search(rf"(^|: ){code} ", b)]
    # What the example itself says comes first; the pack below it has findings, too.
    blocks.sort(key=lambda block: block.startswith("rules/base.yaml"))
    return blocks[0] + "\n" if blocks else ""


def main() -> None:
    lines = TABLE.read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if not line.startswith("  said:")]
    known = explained()
    made = []
    for number, line in enumerate(kept):
        made.append(line)
        if line.startswith("  wrong:"):
            code = next(each for each in reversed(kept[:number]) if each and each[0] not in " #")
            entry = known[code.rstrip(":")]
            with tempfile.TemporaryDirectory() as folder:
                text = said(entry.place or "", entry.wrong, Path(folder))
            found = one(text, entry.code)
            if not found:
                print(f"{entry.code}: not said:\n{text}")
            made.append(f"  said: {json.dumps(found, ensure_ascii=False)}")
    TABLE.write_text("\n".join(made), encoding="utf-8")
    PAGE.write_text(page(list(explained().values())), encoding="utf-8")


if __name__ == "__main__":
    main()
