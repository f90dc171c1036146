"""`groupbuy check` on rules that are correct and can't be meant: what people and programs get."""

# ruff: noqa: E501 - a printed line is one line

import json
import re
import sys
from pathlib import Path

import pytest
from command_line import ROOT, Call, caller, write_rules

PACK = """\
groupbuy: 1
pack: ours
settings:
  spare: 5
grades:
  size:
    title: {en: Size, zh: 规模}
    rows:
      small: {when: budget < 1000}
      large: {when: budget > 1000}
      huge: {when: budget > 5000}
  choice:
    rows:
      far: {when: budget > 1000}
      many: {when: headcount > 50}
      rest: {}
"""
DATE = ("--as-of", "2026-11-22")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return rules(PACK)


def rules(pack: str) -> Path:
    path = Path("rules")
    path.mkdir(exist_ok=True)
    (path / "ours.yaml").write_text(pack, encoding="utf-8")
    (path / "groupbuy.yaml").write_text("groupbuy: 1\nlayers: [ours]\n", encoding="utf-8")
    return path


def test_each_finding_has_place_line_example_and_way_out(call: Call, folder: Path) -> None:
    ran = call("check", folder, *DATE, "--lang", "en")
    assert ran.code == 1
    assert (
        ran.err
        == """\
rules/ours.yaml:4:3: warning: unused-setting nothing reads setting spare
      spare: 5
      ^^^^^
    hint: use it, or take it out

rules/ours.yaml:8:5: warning: gap there are leads that no row takes: grade size does not apply to them
        rows:
        ^^^^
    example: {"budget": 1000}
    hint: add a row without `when:` at the end, or say that it is meant: allow: {gap: …}

rules/ours.yaml:11:7: warning: unreachable-row row huge can't be reached: whoever meets it meets large before
          huge: {when: budget > 5000}
          ^^^^
    example: {"budget": 5001}
    hint: put it in front of them, change its condition, or take it out

3 warnings
1 note, --notes shows them
"""
    )
    assert ran.out == ""


def test_the_example_is_a_lead_that_shows_it(call: Call, folder: Path) -> None:
    told = call("check", folder, *DATE).err
    gap = json.loads(re.findall(r"gap .*?example: (\{.*?\})\n", told, re.DOTALL)[0])
    Path("leads.json").write_text(json.dumps([{"id": "L1", **gap}]), encoding="utf-8")
    ran = call("evaluate", "leads.json", "--rules", folder, *DATE, "--format", "json")
    assert ran.json["leads"][0]["grades"]["size"] == {"value": None, "status": "none"}


def test_notes_are_shown_when_asked_for(call: Call, folder: Path) -> None:
    ran = call("check", folder, *DATE, "--notes", "--lang", "zh")
    assert "提醒：overlap row many can hold together with far" in ran.err
    assert "3 个警告，1 条提醒" in ran.err


def test_notes_alone_are_no_findings_unless_strict(call: Call, folder: Path) -> None:
    rules("groupbuy: 1\npack: ours\ngrades:\n" + PACK[PACK.index("  choice:") :])
    ran = call("check", folder, *DATE, "--lang", "en")
    assert (ran.code, ran.out) == (0, "packs: 1; no errors; 1 note, --notes shows them\n")
    strict = call("check", folder, *DATE, "--strict")
    assert strict.code == 1
    assert "warning: overlap" in strict.err


def test_json(call: Call, folder: Path) -> None:
    ran = call("check", folder, *DATE, "--format", "json")
    assert ran.code == 1
    assert ran.json["counts"] == {"error": 0, "warning": 3, "note": 1}
    gap = next(problem for problem in ran.json["problems"] if problem["code"] == "gap")
    assert gap == {
        "severity": "warning",
        "code": "gap",
        "message": "there are leads that no row takes: grade size does not apply to them",
        "file": "rules/ours.yaml",
        "line": 8,
        "column": 5,
        "length": 4,
        "hint": "add a row without `when:` at the end, or say that it is meant: allow: {gap: …}",
        "example": {"budget": 1000},
    }


def test_errors_have_the_same_formats(call: Call, folder: Path) -> None:
    rules(PACK.replace("budget > 5000", "budgt > 5000"))
    ran = call("check", folder, *DATE, "--format", "json")
    assert ran.code == 1
    assert [p["severity"] for p in ran.json["problems"]] == ["error"]
    assert ran.json["problems"][0]["hint"] == 'did you mean "budget"?'


def test_github(call: Call, folder: Path) -> None:
    ran = call("check", folder, *DATE, "--format", "github")
    lines = ran.out.splitlines()
    assert len(lines) == 4
    assert lines[2] == (
        "::warning file=rules/ours.yaml,line=11,col=7,endColumn=11,title=unreachable-row::"
        "row huge can't be reached: whoever meets it meets large before%0A"
        'example: {"budget": 5001}%0Ahint: put it in front of them, change its condition, '
        "or take it out"
    )
    assert lines[3].startswith("::notice ")


def test_github_text_ends_no_command(call: Call, folder: Path) -> None:
    rules('groupbuy: 1\npack: ours\nsettings: {"a,b::c%": 1}\n')
    ran = call("check", folder, *DATE, "--format", "github")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 1
    properties = ran.out.removeprefix("::error ").partition("::")[0]
    assert all("=" in part for part in properties.split(","))


def test_sarif(call: Call, folder: Path) -> None:
    log = call("check", folder, *DATE, "--format", "sarif").json
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    codes = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert codes == ["gap", "overlap", "unreachable-row", "unused-setting"]
    for result in run["results"]:
        assert codes[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("note", "warning")
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "rules/ours.yaml"
        assert place["region"]["endColumn"] > place["region"]["startColumn"] > 0
    assert run["results"][2]["properties"] == {"example": {"budget": 5001}}


@pytest.mark.parametrize(
    ("files", "first"),
    [
        ({"a": "facts: {x: budget}\n", "b": "facts: {x: budget}\n"}, ("a.yaml", 3)),
        ({"a": "facts: {budget: 1}\n", "b": ""}, ("lead.yaml", None)),
        ({"a": "facts: {x: budget}\n", "b": "grades: {x: {rows: {A: {}}}}\n"}, ("a.yaml", 3)),
        ({"a": "facts:\n  x: 1\n  x: 2\n", "b": ""}, ("a.yaml", 4)),
        ({"a": "settings: {n: {value: 1, locked: law}}\n", "b": "changes: {settings: {n: 2}}\n"},
         ("a.yaml", 3)),
    ],
)  # fmt: skip
def test_sarif_names_the_other_place(
    call: Call, tmp_path: Path, files: dict[str, str], first: tuple[str, int | None]
) -> None:
    folder = write_rules(tmp_path / "rules", "[a, b]", **files)
    (run,) = call("check", folder, *DATE, "--format", "sarif").json["runs"]
    related = [r["relatedLocations"] for r in run["results"] if "relatedLocations" in r]
    ((place,),) = related
    physical = place["physicalLocation"]
    assert physical["artifactLocation"]["uri"].endswith(first[0])
    assert first[1] in (None, physical["region"]["startLine"])


@pytest.mark.parametrize(
    ("allow", "told"),
    [
        ("allow: {gap: nobody has exactly a thousand}", None),
        ('allow: {gap: ""}', "this does not say why it is meant, and allows nothing"),
        ("allow: {gaps: nobody}", 'did you mean "gap"?'),
        ("allow: {overlap: no reason}", "nothing is found here that `overlap` would allow"),
        ("allow: yes", "wrong-shape"),
    ],
)
def test_allow(call: Call, folder: Path, allow: str, told: str | None) -> None:
    text = PACK.replace("    title: {en: Size, zh: 规模}\n", f"    {allow}\n")
    rules(text)
    ran = call("check", folder, *DATE)
    assert ran.code == 1
    if told is None:
        assert "gap" not in ran.err
    else:
        assert told in ran.err


def test_shipped_rules_have_no_findings(call: Call) -> None:
    ran = call("check", ROOT / "rules", *DATE)
    assert ran.code == 0, ran.err


ARITHMETIC = """groupbuy: 1
pack: ours
gates:
  circle:
    when: budget < expected_amount and expected_amount < budget_last and budget_last < budget
    verdict: hold
    unknown: pass
"""


def arithmetic(tmp_path: Path) -> Path:
    """Rules in which no interval shows what is wrong."""
    (tmp_path / "ours.yaml").write_text(ARITHMETIC, encoding="utf-8")
    (tmp_path / "groupbuy.yaml").write_text("groupbuy: 1\nlayers: [ours.yaml]\ncolumns: []\n")
    return tmp_path


def test_prove(call: Call, tmp_path: Path) -> None:
    pytest.importorskip("z3", reason="the extra `prove`")
    folder = arithmetic(tmp_path)
    assert call("check", folder, *DATE).code == 0
    ran = call("check", folder, *DATE, "--prove")
    assert ran.code == 1
    assert "ours.yaml:5:11: warning: never-true no lead can meet this: gate circle" in ran.err


def test_prove_without_the_extra(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    folder = arithmetic(tmp_path)
    ran = call("check", folder, *DATE, "--prove")
    assert (ran.code, ran.out) == (2, "")
    assert "extra-missing" in ran.err
    assert "groupbuy[prove]" in ran.err
    assert call("check", folder, *DATE).code == 0
