"""`groupbuy rules upgrade`: what changed beneath rules of one's own, and what that touches."""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import Call

import groupbuy.rules.project as project
from groupbuy.rules.lock import LOCK

MODEL = """groupbuy: 1
fields:
  id: {type: text, required: true}
  kind: {type: choice, of: [office, gift]}
  budget: {type: money}
  people: {type: integer}
"""
BASE = """groupbuy: 1
pack: base
version: "1"
settings:
  big: {value: 100, type: money, min: 0}
  crowd: 10
facts:
  rich: budget >= big
scores:
  fit: {range: [0, 100], rules: {rich: {when: rich, points: 40}, many: {when: people >= crowd, points: 30}}}
grades:
  level: {of: fit, bands: {A: {from: 60}, B: {from: 30}, C: {}}}
plays:
  call: {when: level == "A", do: Call}
  write: {when: level == "B", do: Write}
"""
GIFT = """groupbuy: 1
pack: gift
for: kind == "gift"
changes:
  scores: {fit: {rules: {many: {points: 65}}}}
"""
OURS = """groupbuy: 1
pack: ours
settings: {small: 5}
plays:
  wait: {when: not rich and people < small, do: Wait}
changes:
  settings: {big: 90}
  scores: {fit: {rules: {rich: {points: 45}}}}
  plays: {write: off}
"""
LEADS = "id,kind,budget,people\nL1,office,95,20\nL2,gift,20,12\nL3,office,300,4\n"


class World:
    """A rules folder over shipped packs that a test may change, and a plugin's."""

    def __init__(self, top: Path) -> None:
        self.shipped, self.rules = top / "shipped", top / "rules"
        self.plugin = top / "plugins" / "farm"
        for folder in (self.shipped / "kinds", self.rules / "ours", self.plugin / "packs"):
            folder.mkdir(parents=True)
        self.ship("lead.yaml", MODEL)
        self.ship("base.yaml", BASE)
        self.ship("kinds/gift.yaml", GIFT)
        (self.plugin / "__init__.py").write_text(
            "from pathlib import Path\nfrom groupbuy.api import hookimpl\n"
            "@hookimpl\ndef groupbuy_rules():\n    return Path(__file__).parent / 'packs'\n"
        )
        self.farm(
            "groupbuy: 1\npack: farm\nsettings: {silos: 3}\nfacts: {farmer: people > silos}\n"
        )
        self.layers("groupbuy:base", "groupbuy:kinds/*", "ours/*")
        self.own(OURS)
        (top / "leads.csv").write_text(LEADS)

    def ship(self, name: str, text: str) -> None:
        (self.shipped / name).write_text(text, encoding="utf-8")

    def change(self, old: str, new: str, name: str = "base.yaml") -> None:
        text = (self.shipped / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        self.ship(name, text.replace(old, new))

    def farm(self, text: str) -> None:
        (self.plugin / "packs" / "farm.yaml").write_text(text, encoding="utf-8")

    def own(self, text: str) -> None:
        (self.rules / "ours" / "ours.yaml").write_text(text, encoding="utf-8")

    def layers(self, *items: str) -> None:
        text = f"groupbuy: 1\nlayers: {json.dumps(items)}\ncolumns: [level]\n"
        (self.rules / "groupbuy.yaml").write_text(text, encoding="utf-8")

    @property
    def lock(self) -> Path:
        return self.rules / LOCK


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> World:
    """Rules with a lock that was written just now."""
    monkeypatch.chdir(tmp_path)
    made = World(tmp_path)
    monkeypatch.setattr(project, "shipped_rules", lambda: made.shipped)
    ran = call("rules", "upgrade", "--write")
    assert (ran.code, ran.err) == (0, "wrote rules/groupbuy.lock\n")
    return made


def upgrade(call: Call, *more: object) -> Any:
    return call("rules", "upgrade", *more, "--format", "json").json


def yours(call: Call) -> list[tuple[str, str, str]]:
    return [
        (each["kind"], f"{each['rule']}.{each['path']}".rstrip("."), each["beneath"])
        for each in upgrade(call)["yours"]
    ]


def told(call: Call) -> list[str]:
    """What `check` says of the lock."""
    problems = call("check", "--format", "json").json["problems"]
    return [problem["code"] for problem in problems if problem["code"].startswith("lock-")]


# ── nothing has changed ──


def test_the_packs_are_those_of_the_lock(world: World, call: Call) -> None:
    ran = call("rules", "upgrade")
    assert (ran.code, ran.out, ran.err) == (0, "The packs are those of groupbuy.lock.\n", "")
    assert told(call) == []
    before = world.lock.read_bytes()
    assert call("rules", "upgrade", "--write").err == ""
    assert world.lock.read_bytes() == before
    assert call("evaluate", "leads.csv").code == 0


def test_without_a_lock(world: World, call: Call) -> None:
    world.lock.unlink()
    ran = call("rules", "upgrade")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "There is no groupbuy.lock yet: 3 files come from elsewhere, as they are today.\n"
    )
    assert not world.lock.exists()
    assert told(call) == ["lock-missing"]
    ran = call("check")
    assert (ran.code, "lock-missing" in ran.err) == (0, False)


def test_rules_that_use_nothing_from_elsewhere_need_none(world: World, call: Call) -> None:
    world.lock.unlink()
    shutil.copy(world.shipped / "lead.yaml", world.rules / "lead.yaml")
    text = "groupbuy: 1\nmodel: lead.yaml\nlayers: [ours/*]\n"
    (world.rules / "groupbuy.yaml").write_text(text)
    world.own("groupbuy: 1\npack: ours\nfacts: {x: people + 1}\n")
    assert told(call) == []
    ran = call("rules", "upgrade", "--write")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "Nothing of these rules comes from elsewhere: no lock is needed.\n"
    assert not world.lock.exists()


def test_comments_and_line_ends_are_no_change(world: World, call: Call) -> None:
    world.ship("base.yaml", BASE.replace("pack: base", "pack: base  # 基础"))
    ran = call("rules", "upgrade")
    assert ran.code == 1
    assert ran.out == (
        "Since groupbuy.lock was written\n"
        "  groupbuy:base.yaml  changed, still 1\n"
        "\n"
        "Only comments, layout or versions changed; no rule did.\n"
    )
    assert told(call) == []
    (world.shipped / "base.yaml").write_bytes(BASE.replace("\n", "\r\n").encode())
    assert call("rules", "upgrade").code == 0


# ── what changed ──


def test_everything_at_once(world: World, call: Call) -> None:
    world.ship(
        "base.yaml",
        BASE.replace('version: "1"', 'version: "2"')
        .replace("value: 100", "value: 120")
        .replace("min: 0", "min: 10")
        .replace("rich: {when", "wealthy: {when")
        .replace("write: {", "send: {")
        .replace("rich: budget >= big", "rich: budget > big"),
    )
    ran = call("rules", "upgrade")
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == """\
Since groupbuy.lock was written
  groupbuy:base.yaml  1 → 2

What changed beneath your rules
  settings.big (base)  groupbuy:base.yaml:5
    100 → 120
    min: 0 → 10
  facts.rich (base)  groupbuy:base.yaml:8
    budget >= big → budget > big
  scores.fit (base)  groupbuy:base.yaml:10
    rules.wealthy: – → {when: rich, points: 40}
    rules.rich: {when: rich, points: 40} → –
  plays.send (base)  groupbuy:base.yaml:15
    added: {when: level == "B", do: Write}
  plays.write (base)  rules/groupbuy.lock:26
    removed: {when: level == "B", do: Write}

Your rules over what changed
  plays.write (ours)  rules/ours/ours.yaml:9
    base no longer has it, so there is nothing to change: it is plays.send now
  scores.fit.rules.rich.points (ours)  rules/ours/ours.yaml:8
    the value that yours changes is no longer there (base): it is rules.wealthy now
    was 40, is –, yours 45
  settings.big.value (ours)  rules/ours/ours.yaml:7
    base changed it, too; yours still counts
    was 100, is 120, yours 90
  settings.big (ours)  rules/ours/ours.yaml:7
    base changed other values of it, which count
    min: 0 → 10
  scores.fit (ours)  rules/ours/ours.yaml:8
    base changed other values of it, which count
    rules.wealthy: – → {when: rich, points: 40}
  plays.wait (ours)  rules/ours/ours.yaml:5
    it reads facts.rich (base), which has changed
    budget >= big → budget > big

5 changes beneath your rules; 6 places of yours lie over them
"""
    )
    # The place of what is gone is in the lock.
    assert world.lock.read_text(encoding="utf-8").split("\n")[25].strip().startswith("write:")
    checked = call("check")
    assert (checked.code, "unknown-target" in checked.err) == (1, True)
    assert "lock-stale the packs that these rules were written over have changed: 5 changes, and 6 places of yours" in checked.err  # fmt: skip
    ran = call("rules", "upgrade", "--lang", "zh")
    assert "原为 100、现为 120、你的 90" in ran.out
    assert "base 已没有这一条，无从修改：现在是 plays.send" in ran.out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("value: 100", "value: 120", [("both", "settings.big.value", "base")]),
        ("value: 100", "value: 90", [("agrees", "settings.big.value", "base")]),
        ("crowd: 10", "crowd: 12", []),
        ("points: 40", "points: 50", [("both", "scores.fit.rules.rich.points", "base")]),
        ("points: 40", "points: 45", [("agrees", "scores.fit.rules.rich.points", "base")]),
        ("points: 40", "points: 40, because: much", [("beside", "scores.fit", "base")]),
        ("points: 30", "points: 35", [("beside", "scores.fit", "base")]),
        ("rich: {when: rich, points: 40}, ", "", [("gone", "scores.fit.rules.rich.points", "base")]),
        ("  write: {when: level == \"B\", do: Write}\n", "", [("vanished", "plays.write", "base")]),
        ("do: Write", "do: Mail", [("beside", "plays.write", "base")]),
        ("rich: budget >= big", "rich: budget > big", [("reads", "plays.wait", "facts.rich (base)")]),
        ("crowd: 10", "crowd: 10\n  small: 4", [("clash", "settings.small", "base")]),
    ],
)  # fmt: skip
def test_one_change_and_what_it_touches(
    world: World, call: Call, old: str, new: str, expected: list[tuple[str, str, str]]
) -> None:
    world.change(old, new)
    assert yours(call) == expected
    assert told(call) == ["lock-stale"]
    ran = call("rules", "upgrade", "--write")
    assert ran.code == 0
    assert (call("rules", "upgrade").code, told(call)) == (0, [])


def test_values_before_and_after_as_data(world: World, call: Call) -> None:
    world.change("value: 100", "value: 120")
    found = upgrade(call)
    (change,) = found["changes"]
    assert change["values"] == [{"path": "value", "old": 100, "new": 120}]
    assert (change["rule"], change["pack"], change["texts_only"]) == ("settings.big", "base", False)
    assert found["files"] == [{"name": "groupbuy:base.yaml", "old": "1", "new": "1"}]
    (touched,) = found["yours"]
    assert (touched["was"], touched["now"], touched["yours"]) == ("100", "120", "90")


def test_an_entry_moves_to_another_pack(world: World, call: Call) -> None:
    world.change("  crowd: 10\n", "  crowd: 10\n  line: 3\n")
    world.own(OURS.replace("{big: 90}", "{big: 90, line: 4}"))
    assert call("rules", "upgrade", "--write").code == 0
    world.change("  line: 3\n", "")
    world.layers("groupbuy:base", "groupbuy:kinds/*", "ours/*")
    world.ship("kinds/more.yaml", "groupbuy: 1\npack: more\nsettings: {line: 5}\n")
    assert yours(call) == [
        ("both", "settings.line.value", "more"),
        ("moved", "settings.line", "more"),
    ]
    found = upgrade(call)
    assert {"name": "groupbuy:kinds/more.yaml", "old": None, "new": ""} in found["files"]


def test_a_pack_between_that_changes_the_same(world: World, call: Call) -> None:
    world.change("many: {points: 65}", "rich: {points: 20}", "kinds/gift.yaml")
    assert ("both", "scores.fit.rules.rich.points", "gift") in yours(call)


def test_a_field_of_the_lead_model(world: World, call: Call) -> None:
    world.change("people: {type: integer}", "people: {type: number}", "lead.yaml")
    found = upgrade(call)
    assert [(c["pack"], c["what"]) for c in found["changes"]] == [("lead", "people")]
    assert yours(call) == [("reads", "plays.wait", "lead: people")]
    world.change("  people: {type: number}\n", "", "lead.yaml")
    ran = call("rules", "upgrade")
    assert (ran.code, "lead: people  rules/groupbuy.lock:" in ran.out) == (1, True)


def test_a_pack_that_is_new_or_gone(world: World, call: Call) -> None:
    world.ship(
        "kinds/fair.yaml", 'groupbuy: 1\npack: fair\nfor: kind == "gift"\nsettings: {n: 1}\n'
    )
    (world.shipped / "kinds" / "gift.yaml").unlink()
    found = upgrade(call)
    assert [(c["kind"], c["pack"], c["rule"]) for c in found["changes"]] == [
        ("added", "fair", None),
        ("added", "fair", "settings.n"),
        ("removed", "gift", None),
        ("removed", "gift", "scores.fit"),
    ]


def test_packs_that_the_author_takes_up_are_no_upgrade(world: World, call: Call) -> None:
    world.layers("groupbuy:base", "groupbuy:kinds/*", "groupbuy:late", "ours/*")
    world.ship("late.yaml", "groupbuy: 1\npack: late\nfacts: {z: people + 1}\n")
    found = upgrade(call)
    assert (found["changes"], found["unknown"]) == ([], ["groupbuy:late.yaml"])
    assert told(call) == ["lock-incomplete"]
    world.layers("groupbuy:base", "ours/*")
    assert upgrade(call)["changes"] == []
    assert told(call) == []


def test_packs_of_a_plugin(world: World, call: Call) -> None:
    options = ("--plugins-dir", "plugins")
    world.layers("groupbuy:base", "farm:*", "ours/*")
    world.own(OURS.replace("{big: 90}", "{big: 90, silos: 4}"))
    assert call("rules", "upgrade", "--write", *options).code == 0
    assert '"farm:farm.yaml"' in world.lock.read_text(encoding="utf-8")
    world.farm("groupbuy: 1\npack: farm\nsettings: {silos: 7}\nfacts: {farmer: people > silos}\n")
    found = upgrade(call, *options)
    assert [each["name"] for each in found["files"]] == ["farm:farm.yaml"]
    assert [(t["kind"], t["was"], t["now"], t["yours"]) for t in found["yours"]] == [
        ("both", "3", "7", "4")
    ]
    ran = call("rules", "upgrade")
    assert (ran.code, "if farm is a plugin, list it" in ran.err) == (2, True)


def test_another_version_of_a_plugin(world: World, call: Call) -> None:
    text = world.lock.read_text(encoding="utf-8")
    world.lock.write_text(text.replace("files:\n", 'plugins:\n  "gone": "0.1"\nfiles:\n'))
    assert upgrade(call)["plugins"] == [{"name": "gone", "old": "0.1", "new": None}]
    assert "plugin gone" in call("rules", "upgrade").out
    assert told(call) == []


# ── leads ──


def test_what_it_does_to_leads(world: World, call: Call) -> None:
    world.change("points: 30", "points: 10")
    ran = call("rules", "upgrade", "leads.csv")
    assert (ran.code, ran.err) == (1, "")
    assert "scores.fit (base)  groupbuy:base.yaml:10  leads moved: 1\n" in ran.out
    assert ran.out.endswith("""\
level: old down, new across
  old \\ new  A  B
  A          1  1
  B          ·  1

Leads that are judged otherwise
  Lead  Rank  What                Because of
  L1    1     level A → B, -call  scores.fit (base) groupbuy:base.yaml:10

3 leads: 1 judged otherwise, 0 with another rank
""")  # fmt: skip
    found = upgrade(call, "leads.csv")["leads"]
    assert found["summary"] == {"leads": 3, "changed": 1, "reranked": 0}


def test_leads_can_be_judged_only_by_rules_that_are_right(world: World, call: Call) -> None:
    world.change("rich: budget >= big", "wealth: budget >= big")
    ran = call("rules", "upgrade", "leads.csv")
    assert (ran.code, "unknown-name" in ran.err) == (2, True)
    assert "facts.rich (base)" in ran.out
    before = world.lock.read_bytes()
    assert call("rules", "upgrade", "leads.csv", "--write").code == 2
    assert world.lock.read_bytes() == before


def test_leads_without_a_lock_and_without_a_change(world: World, call: Call) -> None:
    assert upgrade(call, "leads.csv")["leads"]["summary"]["changed"] == 0
    world.lock.unlink()
    assert upgrade(call, "leads.csv")["lock"] == "missing"
    ran = call("rules", "upgrade", "nowhere.csv")
    assert (ran.code, "no such file" in ran.err) == (2, True)


# ── locks that are no good ──


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("value: 100", "value: 101", "lock-edited"),
        ("lock: 1", "lock: 9", "lock-newer"),
        ("files:", "<<<<<<< HEAD\nfiles:", "lock-conflict"),
        ("files:", "things:", "lock-damaged"),
    ],
)
def test_a_lock_that_is_no_good(world: World, call: Call, old: str, new: str, code: str) -> None:
    text = world.lock.read_text(encoding="utf-8")
    assert old in text
    world.lock.write_text(text.replace(old, new), encoding="utf-8")
    assert told(call) == [code]
    broken = world.lock.read_bytes()
    for more in ([], ["--write"], ["leads.csv"]):
        ran = call("rules", "upgrade", *more)
        assert (ran.code, ran.out, code in ran.err) == (2, "", True)
    assert world.lock.read_bytes() == broken
    assert call("evaluate", "leads.csv").code == 0


def test_packs_in_a_lock_that_make_no_rules(world: World, call: Call) -> None:
    """The text is as it was locked; it was no pack."""
    ran = call("rules", "upgrade")
    world.ship("base.yaml", "groupbuy: 1\npack: base\n")
    text = world.lock.read_text(encoding="utf-8").replace("pack: base", "packs: base")
    digest = __import__("hashlib").sha256(BASE.replace("pack: base", "packs: base").encode())
    start = text.index("sha256: ", text.index('"groupbuy:base.yaml"')) + len("sha256: ")
    world.lock.write_text(text[:start] + digest.hexdigest() + text[start + 64 :])
    ran = call("rules", "upgrade")
    assert (ran.code, "lock-damaged" in ran.err) == (2, True)


def test_a_folder_that_can_not_be_written(world: World, call: Call) -> None:
    world.lock.unlink()
    world.lock.mkdir()
    ran = call("rules", "upgrade", "--write")
    assert ran.code == 2
    assert not list(world.rules.glob(".groupbuy.lock*"))
