"""`groupbuy diff`: what a change of rules does to leads, and which change did it."""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import EXAMPLES, ROOT, Call

FILES = {
    "groupbuy.yaml": "groupbuy: 1\nmodel: lead.yaml\nlayers: [base, gift]\nrank_by: [fit]\n",
    "lead.yaml": """
groupbuy: 1
fields:
  id: {type: text, required: true}
  name: {type: text}
  kind: {type: choice, of: [office, gift]}
  budget: {type: money}
  people: {type: integer}
""",
    "base.yaml": """
groupbuy: 1
pack: base
settings:
  big: {value: 100, type: money}
  crowd: 10
facts:
  rich: budget >= big
gates:
  few: {when: people < 2, verdict: hold, unknown: pass}
scores:
  fit: {range: [0, 100], rules: {rich: {when: rich, points: 40}, many: {when: people >= crowd, points: 30}}}
grades:
  level: {of: fit, bands: {A: {from: 60}, B: {from: 30}, C: {}}}
  top: {rank: fit, cuts: {first: {top: 1}, rest: {}}}
plays:
  call: {when: level == "A", do: Call}
  write: {when: level == "B", do: {en: Write, zh: 写信}}
""",
    "gift.yaml": """
groupbuy: 1
pack: gift
for: kind == "gift"
changes:
  scores: {fit: {rules: {many: {points: 65}}}}
""",
}
LEADS = """id,name,kind,budget,people
L1,One,office,120,20
L2,Two,office,90,20
L3,Three,gift,120,5
L4,Four,gift,90,12
L5,Five,,500,1
L6,Six,office,,3
"""

Edit = Callable[[str, str, str], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules in `rules`, the same in `old`, and leads."""
    monkeypatch.chdir(tmp_path)
    for folder in ("old", "rules"):
        (tmp_path / folder).mkdir()
        for name, text in FILES.items():
            (tmp_path / folder / name).write_text(text.lstrip(), encoding="utf-8")
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    return tmp_path


def edit(home: Path, old: str, new: str, name: str = "base.yaml") -> None:
    """Change one thing in `rules`."""
    path = home / "rules" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def difference(call: Call, *args: str) -> Any:
    ran = call("diff", *(args or ("old", "rules")), "leads.csv", "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json


def moves(found: Any) -> dict[str, list[str]]:
    """For each lead what moved, and by which change."""
    names = [change["rule"] or f"{change['pack']} {change['what']}" for change in found["changes"]]
    return {
        lead["id"]: [
            f"{m['what']} {m['old']} → {m['new']} by {'+'.join(names[n] for n in m['because'])}"
            for m in lead["moved"]
        ]
        for lead in found["leads"]
    }


CHANGES: list[tuple[list[tuple[str, str, str]], dict[str, list[str]]]] = [
    # a setting moves what reads it, through a fact and a score
    (
        [("base.yaml", "value: 100", "value: 90")],
        {
            "L2": [
                "level B → A by settings.big",
                "plays – → call by settings.big",
                "plays write → – by settings.big",
            ],
            "L4": ["top rest → first by settings.big"],
            "L1": ["top first → rest by settings.big"],
        },
    ),
    # of two changes each is told only where it did something
    (
        [("base.yaml", "crowd: 10", "crowd: 15"), ("base.yaml", "people < 2", "people < 4")],
        {
            "L4": ["level A → C by settings.crowd", "plays call → – by settings.crowd"],
            "L6": ["verdict go → hold by gates.few"],
        },
    ),
    # a change under `changes:` belongs to the leads of its pack
    (
        [("gift.yaml", "points: 65", "points: 20")],
        {"L4": ["level A → C by scores.fit", "plays call → – by scores.fit"]},
    ),
    # for whom a pack is
    (
        [("gift.yaml", 'kind == "gift"', 'kind == "office"')],
        {
            "L2": [
                "level B → A by gift for",
                "plays – → call by gift for",
                "plays write → – by gift for",
            ],
            "L4": [
                "level A → B by gift for",
                "plays – → write by gift for",
                "plays call → – by gift for",
            ],
        },
    ),
    # a verdict that stops takes the plays
    (
        [("base.yaml", "verdict: hold", "verdict: stop")],
        {
            "L5": [
                "verdict hold → stop by gates.few",
                "plays write → – by gates.few",
            ]
        },
    ),
    # what is added and removed
    (
        [("base.yaml", '  write: {when: level == "B", do: {en: Write, zh: 写信}}\n', "")],
        {id: ["plays write → – by plays.write"] for id in ("L2", "L3", "L5")},
    ),
    # texts move nobody
    ([("base.yaml", "en: Write", "en: Write soon")], {}),
]


@pytest.mark.parametrize(("edits", "wanted"), CHANGES)
def test_who_moves_and_why(
    call: Call, home: Path, edits: list[tuple[str, str, str]], wanted: dict[str, list[str]]
) -> None:
    for name, old, new in edits:
        edit(home, old, new, name)
    assert moves(difference(call)) == wanted


def test_same_rules(call: Call, home: Path) -> None:
    ran = call("diff", "old", "rules", "leads.csv", "--detailed-exitcode")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "The rules say the same.\n\n6 leads, all judged as before, in the same order\n"
    )


def test_table(call: Call, home: Path) -> None:
    edit(home, "crowd: 10", "crowd: 15")
    ran = call("diff", "old", "rules", "leads.csv", "--detailed-exitcode")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "What changed in the rules\n"
        "  Rule                   Change   Leads  Place\n"
        "  settings.crowd (base)  10 → 15      1  rules/base.yaml:5\n"
        "\n"
        "level: old down, new across\n"
        "  old \\ new  A  B  C  ?\n"
        "  A          1  ·  1  ·\n"
        "  B          ·  3  ·  ·\n"
        "  ?          ·  ·  ·  1\n"
        "\n"
        "Leads that are judged otherwise\n"
        "  Lead  Name  Rank   What                Because of\n"
        "  L4    Four  2 → 5  level A → C, -call  settings.crowd (base) rules/base.yaml:5\n"
        "\n"
        "6 leads: 1 judged otherwise, 4 with another rank\n"
    )


def test_table_has_titles_where_there_are_any(call: Call, home: Path) -> None:
    for folder in ("old", "rules"):
        path = home / folder / "base.yaml"
        text = path.read_text(encoding="utf-8")
        for plain, titled in TITLED.items():
            assert plain in text
            text = text.replace(plain, titled)
        path.write_text(text, encoding="utf-8")
    change = 'groupbuy: 1\npack: gift\nfor: kind == "gift"\nchanges: {settings: {crowd: 15}}\n'
    (home / "rules" / "gift.yaml").write_text(change, encoding="utf-8")
    out = call("diff", "old", "rules", "leads.csv", "--lang", "zh").out
    assert "  settings.crowd (gift)  新增 15 " in out
    assert "优先级：竖为旧，横为新\n  旧 \\ 新  A 首要  B  稍后  ?\n" in out
    assert "优先级 A 首要 → 稍后、-打电话" in out
    assert "6 个客户：" in out


TITLED = {
    "of: fit, bands: {A: {from: 60}, B: {from: 30}, C: {}}":
        "title: 优先级, of: fit, bands: {A: {from: 60, title: 首要}, B: {from: 30}, low: {title: 稍后}}",
    "call: {": "call: {title: 打电话, ",
}  # fmt: skip


def test_csv(call: Call, home: Path) -> None:
    edit(home, "value: 100", "value: 90")
    (home / "leads.csv").write_text(LEADS.replace("Two", "=cmd()"), encoding="utf-8")
    ran = call("diff", "old", "rules", "leads.csv", "--format", "csv", "-o", "out.csv")
    assert (ran.code, ran.out) == (0, "")
    with open("out.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["what"] for row in rows if row["id"] == "L2"] == ["level", "plays", "plays"]
    assert {row["at"] for row in rows} == {"rules/base.yaml:4"}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_a_field_that_one_version_has(call: Call, home: Path) -> None:
    edit(
        home,
        "people: {type: integer}",
        "people: {type: integer}\n  city: {type: text}",
        "lead.yaml",
    )
    (home / "leads.csv").write_text("id,budget,city\nL1,120,Xi'an\n", encoding="utf-8")
    assert difference(call)["summary"] == {"leads": 1, "changed": 0, "reranked": 0}
    assert difference(call, "rules", "old")["summary"]["leads"] == 1


def test_a_field_that_is_read_otherwise(call: Call, home: Path) -> None:
    edit(home, "budget: {type: money}", "budget: {type: money, default: 500}", "lead.yaml")
    found = difference(call)
    assert [(change["pack"], change["what"]) for change in found["changes"]] == [("lead", "budget")]
    assert moves(found)["L6"][0] == "level ? → B by lead budget"


def test_leads_that_can_be_evaluated_under_one_version(call: Call, home: Path) -> None:
    other = "groupbuy: 1\npack: other\nfor: people > 15\nchanges: {settings: {big: 5}}\n"
    third = other.replace("pack: other", "pack: third").replace("big: 5", "big: 6")
    (home / "rules" / "other.yaml").write_text(other, encoding="utf-8")
    (home / "rules" / "third.yaml").write_text(third, encoding="utf-8")
    edit(home, "layers: [base, gift]", "layers: [base, gift, [other, third]]", "groupbuy.yaml")
    found = difference(call)
    aside = {lead["id"]: lead["set_aside"] for lead in found["leads"]}
    assert aside["L1"] == aside["L2"] == {"old": None, "new": "conflict"}
    assert "evaluated → conflict" in call("diff", "old", "rules", "leads.csv").out


def test_leads_that_cannot_be_read_are_told(call: Call, home: Path) -> None:
    (home / "leads.csv").write_text("id,budget\nL1,120\nL2,many\n", encoding="utf-8")
    ran = call("diff", "old", "rules", "leads.csv")
    assert ran.code == 3
    assert "1 leads can't be read" in ran.err


# ── git ──


def git(*args: str) -> str:
    ran = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *args],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return ran.stdout


@pytest.fixture
def repository(home: Path) -> Path:
    """The rules under version control: `v1`, then a commit with another number."""
    git("init", "-q", "-b", "trunk", ".")
    git("add", "rules", "leads.csv")
    git("commit", "-q", "-m", "one")
    git("tag", "v1")
    edit(home, "crowd: 10", "crowd: 15")
    git("commit", "-q", "-a", "-m", "two")
    return home


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("v1", "HEAD", "HEAD:rules/base.yaml:5"),
        ("HEAD~1", "rules", "rules/base.yaml:5"),
        ("v1:rules", "trunk:rules", "trunk:rules/base.yaml:5"),
        ("old", "HEAD:rules", "HEAD:rules/base.yaml:5"),
    ],
)
def test_revisions(call: Call, repository: Path, old: str, new: str, place: str) -> None:
    before = git("status", "--porcelain")
    (found,) = difference(call, old, new)["changes"]
    assert (found["rule"], found["said"], found["at"]) == ("settings.crowd", "10 → 15", place)
    assert git("status", "--porcelain") == before


def test_what_is_removed_stands_in_the_old_version(call: Call, repository: Path) -> None:
    edit(repository, "  crowd: 15\n", "  crowd: 15\n  more: 3\n")
    git("commit", "-q", "-a", "-m", "three")
    (found,) = difference(call, "HEAD", "HEAD~1")["changes"]
    assert (found["kind"], found["at"]) == ("removed", "HEAD:rules/base.yaml:6")


def test_a_mistake_in_a_revision_has_its_place(call: Call, repository: Path) -> None:
    edit(repository, "people < 2", "peple < 2")
    git("commit", "-q", "-a", "-m", "three")
    ran = call("diff", "v1", "HEAD", "leads.csv")
    assert ran.code == 2
    assert ran.err.startswith("HEAD:rules/base.yaml:9:15: unknown-name")


def test_a_subfolder_of_the_repository(
    call: Call, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sub").mkdir()
    shutil.copy("leads.csv", "sub")
    monkeypatch.chdir(repository / "sub")
    (found,) = difference(call, "v1", "../rules")["changes"]
    assert found["said"] == "10 → 15"


UNUSABLE = [
    ("nowhere", "rules", 'bad-revision "nowhere" is neither a folder nor a git revision'),
    ("-p", "rules", "No such option"),
    ("v1:base", "rules", "has no base/groupbuy.yaml"),
    (":rules", "rules", "is neither a folder nor a git revision"),
    ("v1:../..", "rules", "is not inside the repository"),
    ("leads.csv", "rules", "is neither a folder nor a git revision"),
    ("v1", "empty", "has no empty/groupbuy.yaml"),
    ("rules", "empty", "file-missing"),
]


@pytest.mark.parametrize(("old", "new", "said"), UNUSABLE)
def test_what_is_no_version(call: Call, repository: Path, old: str, new: str, said: str) -> None:
    (repository / "empty").mkdir()
    ran = call("diff", old, new, "leads.csv")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_outside_a_repository(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(home.parent))
    ran = call("diff", "v1", "rules", "leads.csv")
    assert (ran.code, "this is no git repository" in ran.err) == (2, True)


# ── the shipped rules ──


def test_shipped_rules(call: Call, tmp_path: Path) -> None:
    """Tables, ranks, population and packs: nothing moves, and with another number some do."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    options = (EXAMPLES, "--as-of", "2026-11-22", "--format", "json")
    same = call("diff", ROOT / "rules", tmp_path / "rules", *options).json
    assert (same["changes"], same["leads"], same["summary"]["reranked"]) == ([], [], 0)
    for path in (tmp_path / "rules").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        number = "key_contribution:     {value: 1000000"
        path.write_text(text.replace(number, number.replace("1000000", "600000")), "utf-8")
    found = call("diff", ROOT / "rules", tmp_path / "rules", *options).json
    assert [change["rule"] for change in found["changes"]] == ["settings.key_contribution"]
    moved = {lead["id"]: [m["what"] for m in lead["moved"]] for lead in found["leads"]}
    assert moved["L001"] == ["contribution"]
    assert json.dumps(found).count("contribution") > 1
