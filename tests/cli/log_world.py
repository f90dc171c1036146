"""A folder with rules, leads with personal data, and a way to log decisions about them."""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

AS_OF = "2026-11-22"
FILES = {
    "rules/groupbuy.yaml": "groupbuy: 1\nmodel: lead.yaml\nlayers: [base, gift]\nrank_by: [fit]\n",
    "rules/lead.yaml": """
groupbuy: 1
fields:
  id: {type: text, required: true}
  name: {type: text}
  kind: {type: choice, of: [office, gift]}
  budget: {type: money}
  people: {type: integer}
  since: {type: date}
  tags: {type: choices, of: [new, old]}
  quiet: {type: flag, default: false}
  city: {type: text}
  notes: {type: text}
  phone: {type: text, pii: true}
  born: {type: date, pii: true}
  contacts: {type: table, key: name, fields: {name: {type: text, pii: true}, title: {type: text}, weight: {type: number}}}
""",
    "rules/base.yaml": """
groupbuy: 1
pack: base
settings:
  big: {value: 100, type: money}
facts:
  rich: budget >= big
  weight: sum(contacts.weight)
  far: contains(city, "Lhasa")
gates:
  few: {when: people < 2, verdict: hold, unknown: pass, because: "{people} people in {city}, ask {phone}"}
  loud: {each: contacts, when: contacts.weight > 5, verdict: terms, unknown: pass, because: "{contacts.title} {contacts.name}"}
scores:
  fit: {range: [0, 100], rules: {rich: {when: rich, points: 40.1}, many: {when: people >= 10, points: 30.2}}}
grades:
  level: {of: fit, bands: {A: {from: 60}, B: {from: 30}, C: {}}}
  top: {rank: fit, cuts: {first: {top: 1}, rest: {}}}
plays:
  call: {when: level == "A", do: {en: "Call {name}", zh: "打电话给 {name}"}}
""",
    "rules/gift.yaml": """
groupbuy: 1
pack: gift
for: kind == "gift"
changes:
  scores: {fit: {rules: {many: {points: 65}}}}
""",
    "leads.yaml": """
- {id: L1, name: One, kind: office, budget: 120.35, people: 20, since: 2026-01-05, tags: [new, old], city: Lhasa, notes: ring 13800001111, phone: "13800001111", born: 1980-05-05, contacts: [{name: Zhang, title: head, weight: 7.5}, {name: Li}]}
- {id: L2, name: Two, kind: office, budget: 90, people: 1, city: Xi'an, phone: "13800002222", contacts: []}
- {id: L3, name: Three, kind: gift, people: 12}
- {id: L4, name: Four, budget: many}
""",
}
SECRETS = ("13800001111", "13800002222", "Zhang", "1980-05-05", "ring")


def made_home(folder: Path) -> Path:
    """The folder, with rules and leads in it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    return folder


def started(*args: object, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """`groupbuy` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "groupbuy", *map(str, args)],
        cwd=cwd,
        env={**os.environ, "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def git(*args: str) -> str:
    """Git in the current folder."""
    ran = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *args],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return ran.stdout
