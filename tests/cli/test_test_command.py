"""`groupbuy test`: the command as its user meets it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_line import Call

RULES = {
    "groupbuy.yaml": "groupbuy: 1\nmodel: lead.yaml\nlayers: [base]\n",
    "lead.yaml": "groupbuy: 1\nfields:\n  id: {type: text, required: true}\n"
    "  budget: {type: money, aliases: [预算]}\n",
    "base.yaml": "groupbuy: 1\npack: base\ngrades:\n"
    "  size: {rows: {L: {when: budget >= 100, because: '{budget} is large'}, S: {}}}\n",
}
CASES = """
groupbuy: 1
as_of: 2026-11-22
cases:
  - {case: large, source: S1, lead: {budget: 100}, expect: {grades: {size: L}}}
  - {case: small, lead: {budget: 99}, expect: {grades: {size: S}}}
""".lstrip()
FAILING = CASES + "  - {case: wrong, source: S2, lead: {预算: 100}, expect: {grades: {size: S}}}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules in `rules` and two cases beside them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    for name, text in RULES.items():
        (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules" / "a.test.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_all_pass(call: Call, home: Path) -> None:
    ran = call("test")
    assert (ran.code, ran.out, ran.err) == (0, "cases: 2, all passed\n", "")
    assert call("test", "--lang", "zh").out == "2 个用例，全部通过\n"
    assert call("test", "rules", "rules/a.test.yaml", "rules/../rules").out == ran.out


def test_a_failure_says_what_came_and_why(call: Call, home: Path) -> None:
    (home / "rules" / "b.test.yaml").write_text(FAILING, encoding="utf-8")
    ran = call("test")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "FAILED rules/b.test.yaml:6  wrong  [S2]\n"
        "  rules/b.test.yaml:6\n"
        "    expected: size = S\n"
        "    came:     L\n"
        "      size is L at rules/base.yaml:4: ¥100 is large\n"
        "      with budget = 100\n"
        "\n"
        "cases: 5, failed: 1\n"
    )


def test_json_and_junit(call: Call, home: Path) -> None:
    (home / "rules" / "b.test.yaml").write_text(FAILING, encoding="utf-8")
    data = call("test", "--format", "json").json
    assert data["summary"] == {"cases": 5, "failed": 1}
    assert [case["passed"] for case in data["cases"]] == [True, True, True, True, False]
    (failure,) = data["cases"][4]["failures"]
    assert (failure["expected"], failure["came"]) == ("size = S", "L")
    ran = call("test", "--format", "junit", "-o", "out.xml")
    assert (ran.code, ran.out) == (1, "")
    root = ElementTree.parse("out.xml").getroot()
    suites = {suite.get("name"): suite for suite in root}
    assert {n: (s.get("tests"), s.get("failures")) for n, s in suites.items()} == {
        "rules/a.test.yaml": ("2", "0"),
        "rules/b.test.yaml": ("3", "1"),
    }
    assert "came:     L" in (root.findtext(".//failure") or "")


@pytest.mark.parametrize(("text", "cases"), [("LARGE", 1), ("s1", 1), ("a.test.yaml:5", 1)])
def test_some_of_them(call: Call, home: Path, text: str, cases: int) -> None:
    assert call("test", "-k", text).out == f"cases: {cases}, all passed\n"


def test_other_rules(call: Call, home: Path) -> None:
    other = home / "other"
    other.mkdir()
    for name, text in RULES.items():
        (other / name).write_text(text.replace(">= 100", ">= 101"), encoding="utf-8")
    ran = call("test", "rules", "--rules", "other")
    assert (ran.code, "size is S at other/base.yaml:4" in ran.out) == (1, True)


UNUSABLE = [
    (["nowhere"], "cases-not-found no such file or folder"),
    (["rules/base.yaml"], "cases-not-found this is no file of rule cases"),
    (["-k", "lrge"], 'did you mean "large"?'),
    (["empty"], "no-cases there are no rule cases in empty"),
    (["broken"], 'broken/x.test.yaml:4:70: unknown-path no grade is called "szie"'),
    (["--rules", "broken"], "unknown-path"),
]


@pytest.mark.parametrize(("args", "said"), UNUSABLE)
def test_what_cannot_be_used(call: Call, home: Path, args: list[str], said: str) -> None:
    (home / "empty").mkdir()
    (home / "broken").mkdir()
    for name, text in RULES.items():
        (home / "broken" / name).write_text(text, encoding="utf-8")
    wrong = CASES.replace("grades: {size: L", "grades: {szie: L").split("  - {case: small")[0]
    (home / "broken" / "x.test.yaml").write_text(wrong, encoding="utf-8")
    ran = call("test", *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_rules_that_are_wrong_are_told_once(call: Call, home: Path) -> None:
    text = RULES["base.yaml"].replace("budget >= 100", "budgt >= 100")
    (home / "rules" / "base.yaml").write_text(text, encoding="utf-8")
    ran = call("test")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("budgt") == 2  # the message and the line
    assert "1 problem\n" in ran.err


def test_hostile_files_end_in_problems(call: Call, home: Path) -> None:
    """Neither a traceback nor an exit code that says all is well."""
    deep = "[" * 60 + "]" * 60
    for number, text in enumerate(
        [
            "",
            "3",
            "[]",
            "cases: 3",
            f"groupbuy: 1\nas_of: 2026-11-22\ncases: {deep}\n",
            "groupbuy: 1\nas_of: 9999-99-99\ncases: [{case: x, lead: {}, expect: {verdict: go}}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\ncases: [3, null, [], {}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\ncases: [{case: x, lead: [], expect: {verdict: go}}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\n"
            "cases: [{case: x, lead: {}, expect: {fires: [., '', gates., a.b.c.d, null]}}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\n"
            "cases: [{case: x, lead: {}, expect: {grades: {size: [L]}, facts: {budget: {}}}}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\nrules: 3\n"
            "cases: [{case: x, lead: {}, expect: {grades: {size: {possible: [[L]]}}}}]\n",
            "groupbuy: 1\nas_of: 2026-11-22\nsettings: {a: [1], b: null}\n"
            "cases: [{case: x, lead: {}, expect: {facts: {budget: [[1]], id: {value: {}}}}}]\n",
        ]
    ):
        path = home / f"hostile{number}.test.yaml"
        path.write_text(text, encoding="utf-8")
        ran = call("test", path, "--rules", "rules")
        assert ran.code == 2, text
        assert ran.err.strip(), text


# ── coverage ──

COVERED = """
groupbuy: 1
pack: base
scores:
  fit:
    range: [0, 100]
    rules:
      rich: {when: budget >= 100, points: 50}
      poor: {when: budget < 1, points: 5}
      all: {points: 1}
  mean: {range: [0, 100], weights: {fit: 1}}
grades:
  size: {rows: {L: {when: budget >= 100}, S: {}}}
plays:
  call: {when: true, do: Call}
gates:
  unseen: {when: budget > 900, verdict: stop, unknown: pass}
"""


def test_coverage(call: Call, home: Path) -> None:
    (home / "rules" / "base.yaml").write_text(COVERED, encoding="utf-8")
    ran = call("test", "--coverage")
    assert ran.code == 0
    assert ran.out == (
        "cases: 2, all passed\n"
        "\n"
        "Rules that no case shows both ways\n"
        "  Rule             Fires  Silent  not known  Place\n"
        "  gates.unseen         –       2          –  rules/base.yaml:17\n"
        "  scores.fit.poor      –       2          –  rules/base.yaml:9\n"
        "\n"
        "coverage: 6 of 8 rules fired with one lead and were silent with another (75.0%)\n"
    )
    every = call("test", "--coverage", "--every-rule").out
    assert "  grades.size.L        1       1          –  rules/base.yaml:13\n" in every
    found = call("test", "--coverage", "--format", "json").json["coverage"]
    assert (found["rules"], found["covered"], found["percent"]) == (8, 6, 75.0)
    assert found["by_rule"][1] == {
        "rule": "scores.fit.rich",
        "at": "rules/base.yaml:8",
        "fires": 1,
        "silent": 1,
        "unknown": 0,
        "covered": True,
    }


@pytest.mark.parametrize(("percent", "code"), [("75", 0), ("75.1", 1), ("100", 1), ("0", 0)])
def test_coverage_that_is_demanded(call: Call, home: Path, percent: str, code: int) -> None:
    (home / "rules" / "base.yaml").write_text(COVERED, encoding="utf-8")
    assert call("test", "--coverage", "--fail-under", percent).code == code


def test_coverage_counts_the_rules_of_the_folder(call: Call, home: Path) -> None:
    """Shipped rules count only where the folder changes them."""
    ours = "groupbuy: 1\npack: ours\nchanges:\n  grades: {loyalty: {rows: {A: {because: x}}}}\n"
    (home / "rules" / "lead.yaml").unlink()
    (home / "rules" / "groupbuy.yaml").write_text(
        "groupbuy: 1\nlayers: [groupbuy:common, groupbuy:office, base]\n", encoding="utf-8"
    )
    (home / "rules" / "base.yaml").write_text(ours, encoding="utf-8")
    case = "  - {case: x, lead: {budget: 3}, expect: {verdict: go}}\n"
    (home / "rules" / "a.test.yaml").write_text(CASES.split("  -")[0] + case, encoding="utf-8")
    found = call("test", "--coverage", "--format", "json").json["coverage"]
    assert {rule["rule"].rpartition(".")[0] for rule in found["by_rule"]} == {"grades.loyalty"}


@pytest.mark.parametrize(
    "args", [["--every-rule"], ["--fail-under", "3"], ["--coverage", "--format", "junit"]]
)
def test_coverage_options_that_make_no_sense(call: Call, home: Path, args: list[str]) -> None:
    assert call("test", *args).code == 2


# ── mutants ──


def test_mutants(call: Call, home: Path) -> None:
    ran = call("test", "--mutate")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "cases: 2, all passed\n\nmutants: 6 tried, 6 noticed, 0 not\n"
    ran = call("test", "--mutate", "-k", "large")
    assert ran.out == (
        "cases: 1, all passed\n"
        "\n"
        "Changes that no case notices\n"
        "  Rule           Change    Place\n"
        "  grades.size.L  100 → 90  rules/base.yaml:4:37\n"
        "  grades.size.S  dropped   rules/base.yaml:4:73\n"
        "\n"
        "mutants: 6 tried, 4 noticed, 2 not\n"
    )
    found = call("test", "--mutate", "--limit", "2", "--format", "json").json["mutants"]
    assert found == {
        "tried": 2,
        "noticed": 2,
        "not_tried": {"refused": 0, "inside": 0, "limit": 4},
        "unnoticed": [],
    }


def test_no_mutants_while_a_case_fails(call: Call, home: Path) -> None:
    (home / "rules" / "b.test.yaml").write_text(FAILING, encoding="utf-8")
    ran = call("test", "--mutate")
    assert (ran.code, "mutants:" in ran.out) == (1, False)
    assert ran.err == "no mutant was tried: all cases must pass first\n"


@pytest.mark.parametrize("args", [["--limit", "3"], ["--mutate", "--format", "junit"]])
def test_mutant_options_that_make_no_sense(call: Call, home: Path, args: list[str]) -> None:
    assert call("test", *args).code == 2
