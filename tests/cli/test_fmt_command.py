"""`groupbuy fmt`: what it spells otherwise, and that nothing else moves."""

# ruff: noqa: W291, W293 - blanks at line ends are what is tested

import re
from pathlib import Path

import pytest
from command_line import ROOT, Call, caller
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.authoring.fmt import formatted, spelled
from groupbuy.engine.workspace import CORE_SECTIONS
from groupbuy.errors import GroupbuyError, Source
from groupbuy.source.yaml import read_yaml

SECTIONS = [section.name for section in CORE_SECTIONS if section.name != "settings"]
PACKS = sorted([*ROOT.glob("rules/**/*.yaml"), *ROOT.glob("examples/**/*.yaml")])


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("part", ["", "changes:\n"])
def test_conditions_of_every_section(section: str, part: str) -> None:
    pack = f"groupbuy: 1\npack: p\n{part} {section}:\n  x: {{when: a>5}}\n"
    pack = pack if part else pack.replace(f" {section}", section)
    assert formatted(Source("p.yaml", pack)) == pack.replace("a>5", "a > 5")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("a>5 and b<=3", "a > 5 and b <= 3"),
        ("a  >   5", "a > 5"),
        ("a>-5", "a > -5"),
        ("- a + -b*2", "-a + -b * 2"),
        ("min( a ,b,-1 )", "min(a, b, -1)"),
        ("a if f else-b", "a if f else -b"),
        ("not(a>5)or(f)", "not (a > 5) or (f)"),
        ('k in["a","b"]', 'k in ["a", "b"]'),
        ('k not in [ "a b" ]', 'k not in ["a b"]'),
        ("sum(orders.amount,where = within(orders.date , months=12))",
         "sum(orders.amount, where=within(orders.date, months=12))"),
        ("预算>=100000 and 匹配度>60", "预算 >= 100000 and 匹配度 > 60"),
        ("预算＞100000", "预算 > 100000"),
        ("min（a，b）≥3", "min(a, b) >= 3"),
        ("a >= 500，000", "a >= 500，000"),
        ("k == “甲，乙”", 'k == "甲，乙"'),
        ('k == "（a，b）"', 'k == "（a，b）"'),
        ("1<a<5", "1 < a < 5"),
        ("a//2%3", "a // 2 % 3"),
        # left as they are: no expressions, or not ours to mend
        ("a >", "a >"),
        ("1%", "1%"),
        ("a = 1", "a = 1"),
        ("a>5 # and b", "a>5 # and b"),
        ("'a", "'a"),
        ("", ""),
    ],
)  # fmt: skip
def test_expressions(written: str, wanted: str) -> None:
    assert spelled(written) == wanted
    assert spelled(wanted) == wanted


BEFORE = """\
# A pack of ours  
groupbuy: 1
pack: ours
for: kind=="office"    # for offices
settings:
  limit: {value: 5,   type: number}
facts:
  worth: budget*probability
  capped: {value: "min(worth,100)"}
  by_kind: {by: kind, cases: {office: worth*2, gift: {value: worth+1}}}
gates:
  over：
    when：  worth>limit and（share ≥ 0.5）
    verdict: hold
    unknown: pass
    because: {en: "Over,really", zh: 超过，真的>5}
  listed: {when: min（worth，5）>3, verdict: hold, unknown: pass}
  quoted: {when: 'kind in["a","b"]', verdict: hold, unknown: pass}
scores:
  fit:
    range: [0,100]
    rules:
      one: {when: a>5, points: 10*2}
    
grades:
  size: {of: worth+1, bands: {large: {from: 10*1000, value: a>b}, small: {}}}
  word: {rows: {x: {when: a>5, value: 5>3}}}
plays:
  call: {when: a>5, do: a>5, due: next(d)-14}
changes:
  facts: {other: a-b}
  scores: {fit: {rules: {one: {points: 2*3}}}}


"""

AFTER = """\
# A pack of ours
groupbuy: 1
pack: ours
for: kind == "office"    # for offices
settings:
  limit: {value: 5,   type: number}
facts:
  worth: budget * probability
  capped: {value: "min(worth, 100)"}
  by_kind: {by: kind, cases: {office: worth * 2, gift: {value: worth + 1}}}
gates:
  over:
    when: worth > limit and (share >= 0.5)
    verdict: hold
    unknown: pass
    because: {en: "Over,really", zh: 超过，真的>5}
  listed: {when: 'min(worth, 5) > 3', verdict: hold, unknown: pass}
  quoted: {when: 'kind in ["a", "b"]', verdict: hold, unknown: pass}
scores:
  fit:
    range: [0,100]
    rules:
      one: {when: a > 5, points: 10 * 2}

grades:
  size: {of: worth + 1, bands: {large: {from: 10 * 1000, value: a>b}, small: {}}}
  word: {rows: {x: {when: a > 5, value: 5>3}}}
plays:
  call: {when: a > 5, do: a>5, due: next(d) - 14}
changes:
  facts: {other: a - b}
  scores: {fit: {rules: {one: {points: 2 * 3}}}}
"""


def test_a_pack() -> None:
    assert formatted(Source("ours.yaml", BEFORE)) == AFTER
    assert formatted(Source("ours.yaml", AFTER)) == AFTER


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_stay(ends: str, mark: str) -> None:
    before = mark + BEFORE.replace("\n", ends)
    assert formatted(Source("ours.yaml", before)) == mark + AFTER.replace("\n", ends)


def test_blanks_that_mean_something_stay() -> None:
    text = "groupbuy: 1\npack: a\ntitle: |\n  two  \n  lines\nowner: 'a  \n\n  b'\n"
    assert formatted(Source("a.yaml", text)) == text


@pytest.mark.parametrize("path", PACKS, ids=[path.name for path in PACKS])
def test_shipped_files_say_the_same(path: Path) -> None:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    once = formatted(source)
    assert formatted(Source(path.name, once)) == once
    comments = re.compile(r"(?:^|\s)#.*")
    assert comments.findall(once) == comments.findall(source.text)
    bare = re.compile(r"[\s'\"]")
    assert bare.sub("", once) == bare.sub("", source.text)


@given(st.text(st.sampled_from("ab5.,()[] +-*/<>=!\"'（），≥andor非"), max_size=20))
def test_any_text(text: str) -> None:
    once = spelled(text)
    assert spelled(once) == once
    pack = f"groupbuy: 1\npack: p\nfacts:\n  a: {text}\n  b: {{value: {text}}}\n"
    try:
        before = read_yaml(Source("p.yaml", pack)).data()
    except GroupbuyError:
        return
    found = formatted(Source("p.yaml", pack))
    assert formatted(Source("p.yaml", found)) == found
    after = read_yaml(Source("p.yaml", found)).data()
    assert _spelled(before) == _spelled(after)


def _spelled(data: object) -> object:
    if isinstance(data, dict):
        return {key: _spelled(item) for key, item in data.items()}
    return spelled(data) if isinstance(data, str) else data


# ── the command ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text("groupbuy: 1\npack: a\nfor: x>5\n")
    (tmp_path / "rules" / "b.yaml").write_text("groupbuy: 1\npack: b\nfor: x > 5\n")
    return tmp_path / "rules"


def test_files_are_written(call: Call, folder: Path) -> None:
    ran = call("fmt", "--lang", "en")
    assert (ran.code, ran.out, ran.err) == (0, "rules/a.yaml\n", "1 of 2 files changed\n")
    assert (folder / "a.yaml").read_text() == "groupbuy: 1\npack: a\nfor: x > 5\n"
    assert call("fmt").out == ""


def test_check_and_diff_write_nothing(call: Call, folder: Path) -> None:
    ran = call("fmt", "--check", "rules")
    assert (ran.code, ran.out) == (1, "rules/a.yaml\n")
    ran = call("fmt", "--diff", folder / "a.yaml")
    assert ran.code == 1
    assert "-for: x>5\n+for: x > 5\n" in ran.out
    assert (folder / "a.yaml").read_text().endswith("for: x>5\n")
    assert call("fmt", "--check", folder / "b.yaml").code == 0


def test_where_one_cannot_be_read_none_is_written(call: Call, folder: Path) -> None:
    (folder / "c.yaml").write_text("groupbuy: 1\npack: [c\n")
    ran = call("fmt", "rules")
    assert ran.code == 2
    assert "c.yaml" in ran.err
    assert (folder / "a.yaml").read_text().endswith("for: x>5\n")


def test_what_is_not_there(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("fmt").code == 2
    assert call("fmt", "nothing.yaml").code == 2
    Path("gbk.yaml").write_bytes("title: 团购".encode("gb18030"))
    ran = call("fmt", "gbk.yaml")
    assert ran.code == 2
    assert "not UTF-8" in ran.err
