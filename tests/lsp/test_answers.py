"""What may come next, what a word means, where it is defined: without the protocol around it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsp_world import BASE, CASES, OURS, PROJECT, place, write_folder

from groupbuy.errors import Location
from groupbuy.lsp.complete import Offer, complete
from groupbuy.lsp.document import Document
from groupbuy.lsp.folder import Setup, check, counted, findings
from groupbuy.lsp.known import Known
from groupbuy.lsp.symbols import Symbol, symbols
from groupbuy.lsp.tell import define, tell

ROOT = Path(__file__).parents[2]
WHEN = "missing(needed_by) and budget >= large"
SETUP = Setup(739577, "zh")
TEXTS = {
    "base.yaml": BASE,
    "ours.yaml": OURS,
    "base.test.yaml": CASES,
    "groupbuy.yaml": PROJECT,
    "lead.yaml": (ROOT / "rules/lead.yaml").read_text(encoding="utf-8"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Known]:
    folder = write_folder(tmp_path_factory.mktemp("rules") / "rules")
    shutil.copy(ROOT / "rules/lead.yaml", folder)
    project = folder / "groupbuy.yaml"
    project.write_text(PROJECT + "model: lead.yaml\n", encoding="utf-8")
    checked = check(folder, {}, SETUP)
    assert not checked.problems
    assert checked.known is not None
    return folder, checked.known


def offers(world: tuple[Path, Known], file: str, old: str, typed: str) -> dict[str, Offer]:
    """What is offered at the `|` of what was typed in the place of something old."""
    folder, known = world
    text = TEXTS[file]
    assert text.count(old) == 1, old
    start = text.index(old)
    line, column = position(text[:start] + typed[: typed.index("|")])
    document = Document(folder / file, text.replace(old, typed.replace("|", "")))
    return {offer.label: offer for offer in complete(document, known, line, column)}


def position(before: str) -> tuple[int, int]:
    lines = before.split("\n")
    return len(lines) - 1, len(lines[-1])


@pytest.mark.parametrize(
    ("file", "old", "typed", "wanted", "unwanted"),
    [
        # keys
        ("base.yaml", "    unknown: pass\n", "    un|\n", ["unknown", "each"], ["when", "points"]),
        ("base.yaml", "{when: headcount > 100, points: 40,", "{when: headcount > 100, po|,",
         ["points", "rows"], ["when", "range", "because"]),
        ("base.yaml", "grades:", "g|", ["grades", "plays", "changes"], ["gates", "pack"]),
        ("base.yaml", "    bands: {A:", "    ba|: {A:", ["bands", "rows", "by"], ["rules"]),
        ("ours.yaml", "  scores: {size:", "  gra|: {size:", ["gates", "grades"], ["pack"]),
        ("ours.yaml", "{size: {rules", "{si|: {rules", ["size"], ["tier", "big"]),
        ("ours.yaml", "{rules: {big: {points: 50}}}", "{rules: {|: {points: 50}}}",
         ["big", "heads"], ["size"]),
        ("base.yaml", "  tier:\n    of: size\n    bands: {A: {from: 70}, B: {from: 40}, C: {}}",
         "  tier:\n    by: [org_kind, sector]\n    cases:\n      private: {|}",
         ["industrial", "else"], ["private", "budget"]),
        # names
        ("base.yaml", "budget / headcount", "bud|", ["budget", "count", "and"], ["amount"]),
        ("base.yaml", "budget / headcount", "count(orders.|)", ["amount", "date"], ["budget"]),
        ("base.yaml", "headcount > 100", "tier == |", ["A", "B", "C", "budget"], []),
        ("base.yaml", WHEN, 'tier in ["A", |]', ["A", "B"], []),
        ("base.yaml", '"{budget} 没有日期"', '"{bu|"', ["budget", "per_head"], ["count", "orders"]),
        ("base.yaml", '"{budget} 没有日期"', '"没有 b|"', [], ["budget"]),
        ("base.yaml", "    when: missing(needed_by) and budget >= large\n",
         "    when: missing(needed_by)\n    each: |\n", ["orders"], ["budget", "count"]),
        ("base.yaml", "verdict: hold", "verdict: |", ["stop", "hold", "terms"], ["go", "budget"]),
        ("base.yaml", "unknown: pass", "unknown: p|", ["pass", "terms", "hold"], ["stop"]),
        # other files
        ("groupbuy.yaml", "columns: [tier]", "columns: [tier, |]", ["size", "per_head"], ["count"]),
        ("groupbuy.yaml", "layers: [base, ours]", "layers: [base, |]",
         ["ours", "groupbuy:common", "groupbuy:common/people", "groupbuy:gift"], ["groupbuy"]),
        ("groupbuy.yaml", "columns: [tier]", "ra|", ["rank_by", "plugins"], ["layers"]),
        ("base.test.yaml", "[scores.size.big, gates.no_date]", "[scores.size.big, |]",
         ["gates.no_date", "scores.size.heads", "plays.call"], ["size"]),
        ("base.test.yaml", "{budget: 90000, headcount: 200,", "{budget: 90000, hea|,",
         ["headcount", "orders"], ["budget", "size"]),
        ("base.test.yaml", "expect: {silent: [scores.size.big]}", "expect: {grades: {|}}",
         ["tier"], ["size"]),
        ("base.test.yaml", "expect: {silent: [scores.size.big]}", "expect: {grades: {tier: |}}",
         ["A", "B"], []),
    ],
)  # fmt: skip
def test_what_is_offered(
    world: tuple[Path, Known],
    file: str,
    old: str,
    typed: str,
    wanted: list[str],
    unwanted: list[str],
) -> None:
    found = offers(world, file, old, typed)
    assert set(wanted) <= set(found), sorted(found)
    assert not set(unwanted) & set(found)


@pytest.mark.parametrize(
    ("typed", "label", "result"),
    [
        ("bud|", "budget", "budget"),
        ("headcount > 1 and 预|", "budget", "headcount > 1 and budget"),
        ("count(orders.am|", "amount", "count(orders.amount"),
        ("days_s|", "days_since", "days_since("),
        ("tier == |", "A", 'tier == "A"'),
        ("tier == \"|", "A", 'tier == "A'),
        ("tier in [\"A\", \"|", "B", 'tier in ["A", "B'),
        ("分级 == B|", "B", None),
    ],
)  # fmt: skip
def test_what_an_offer_puts_in(
    world: tuple[Path, Known], typed: str, label: str, result: str | None
) -> None:
    found = offers(world, "base.yaml", WHEN, typed)
    if result is None:
        assert label not in found
        return
    before = typed.removesuffix("|")
    offer = found[label]
    assert before[: len(before) - offer.typed] + offer.insert == result


def test_offers_are_found_by_what_people_call_them(world: tuple[Path, Known]) -> None:
    found = offers(world, "base.yaml", "headcount > 100", "预|")
    assert "预算" in found["budget"].called
    assert (found["budget"].title, found["per_head"].title) == ("采购预算", "人均")
    assert "不小于 0" in found["budget"].means


def said(world: tuple[Path, Known], file: str, marked: str, *, covered: bool = False) -> str:
    folder, known = world
    coverage = counted(folder, lambda: None) if covered else {}
    line, column = place(TEXTS[file], marked)
    told = tell(Document(folder / file, TEXTS[file]), known, coverage, line, column)
    return told.markdown if told is not None else ""


@pytest.mark.parametrize(
    ("file", "marked", "wanted"),
    [
        ("base.yaml", "value: bud|get / headcount", ["**采购预算** `budget` — 金额", "不小于 0"]),
        ("base.yaml", "budget >= lar|ge\n    verdict", ["**大额预算** `large`", "50,000", "base"]),
        ("base.yaml", "when: miss|ing(needed_by)", ["```python\nmissing(x)", "是否还不知道"]),
        ("ours.yaml", 'tier in ["|A", "B"]', ["`A` — tier"]),
        ("ours.yaml", "谈 {per_|head}", ["**人均** `per_head`"]),
        ("ours.yaml", 'zh: "致|电', []),
        ("ours.yaml", "for: sec|tor", ["**", "`sector`", "单选"]),
        ("base.yaml", "    ver|dict: hold", ["`verdict:` stop 不做"]),
        ("base.yaml", "  no_|date:", ["**没有日期** `no_date`"]),
        ("base.yaml", "ga|tes:", ["**门槛**", "`gates:`"]),
        ("base.yaml", "  si|ze:", ["**规模** `size`", "被 ours 修改（"]),
        ("base.yaml", "of: si|ze", ["**规模** `size`", "0 到 100"]),
        ("groupbuy.yaml", "col|umns: [tier]", ["`columns:` 表格显示哪些列"]),
        ("groupbuy.yaml", "[ti|er]", ["`tier`"]),
        ("base.test.yaml", "{bud|get: 90000", ["**采购预算** `budget`"]),
    ],
)  # fmt: skip
def test_what_is_said(world: tuple[Path, Known], file: str, marked: str, wanted: list[str]) -> None:
    text = said(world, file, marked)
    assert bool(text) == bool(wanted)
    for part in wanted:
        assert part in text


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("      b|ig: {when", "`scores.size.big`：成立 1 次，不成立 1 次，未知 0 次"),
        ("  no_|date:", "`gates.no_date`：成立 1 次，不成立 1 次，未知 0 次"),
        ("{A|: {from: 70}", "`grades.tier.A`：成立 1 次"),
    ],
)
def test_hover_says_what_cases_showed(world: tuple[Path, Known], marked: str, wanted: str) -> None:
    assert wanted in said(world, "base.yaml", marked, covered=True)


@pytest.mark.parametrize(
    ("file", "marked", "wanted"),
    [
        # from a change to what it changes
        ("ours.yaml", "{si|ze: {rules", ["base.yaml:scores.size"]),
        ("ours.yaml", "{ru|les: {big", ["base.yaml:scores.size.rules"]),
        ("ours.yaml", "{bi|g: {points", ["base.yaml:scores.size.rules.big"]),
        ("ours.yaml", "{poin|ts: 50", ["base.yaml:scores.size.rules.big.points"]),
        ("ours.yaml", "plays:\n  ca|ll", []),
        # from a name to its definition
        ("ours.yaml", "when: ti|er in", ["base.yaml:grades.tier"]),
        ("ours.yaml", "and per_|head > 100", ["base.yaml:facts.per_head"]),
        ("ours.yaml", "for: sec|tor", ["lead.yaml:fields.sector"]),
        ("ours.yaml", "Call {na|me}", ["lead.yaml:fields.name"]),
        ("ours.yaml", 'zh: "致|电', []),
        ("base.yaml", "of: si|ze", ["base.yaml:scores.size"]),
        ("base.yaml", "missing(need|ed_by)", ["lead.yaml:fields.needed_by"]),
        ("base.yaml", "when: mis|sing(", []),
        ("groupbuy.yaml", "[ti|er]", ["base.yaml:grades.tier"]),
        ("groupbuy.yaml", "[base, ou|rs]", ["ours.yaml:pack"]),
        ("base.test.yaml", "[scores.size.b|ig, gates", ["base.yaml:scores.size.rules.big"]),
        ("base.test.yaml", "{bud|get: 90000", ["lead.yaml:fields.budget"]),
    ],
)  # fmt: skip
def test_where_things_are_defined(
    world: tuple[Path, Known], file: str, marked: str, wanted: list[str]
) -> None:
    folder, known = world
    line, column = place(TEXTS[file], marked)
    found = define(Document(folder / file, TEXTS[file]), known, line, column)
    assert [_named(known, at) for at in found] == wanted


def _named(known: Known, at: Location) -> str:
    """A place as the path of the key that stands there."""
    path = known.file(at)
    assert path is not None
    key = Document(path, path.read_text(encoding="utf-8")).outline.key_at(
        (at.line or 1) - 1, (at.column or 1) - 1
    )
    assert key is not None
    return f"{path.name}:{'.'.join(map(str, key.path))}"


def test_symbols_are_entries_and_their_rules() -> None:
    def names(found: list[Symbol]) -> list[object]:
        return [[s.name, names(s.below)] if s.below else s.name for s in found]

    assert names(symbols(Document(Path("base.yaml"), BASE))) == [
        "groupbuy",
        "pack",
        "title",
        ["settings", ["large"]],
        ["facts", ["per_head"]],
        ["gates", ["no_date"]],
        ["scores", [["size", ["big", "heads"]]]],
        ["grades", [["tier", ["A", "B", "C"]]]],
    ]
    assert names(symbols(Document(Path("x.test.yaml"), CASES))) == ["A large budget", "A small one"]
    broken = BASE.replace("rules:\n      big: {when", "rules:\n      big: {{when")
    assert names(symbols(Document(Path("base.yaml"), broken)))[-1] == [
        "grades",
        [["tier", ["A", "B", "C"]]],
    ]


def test_findings_are_those_of_check_and_can_be_stopped(world: tuple[Path, Known]) -> None:
    class Stop(Exception):  # noqa: N818
        pass

    def stop() -> None:
        raise Stop

    known = world[1]
    assert "subsumed-rule" not in [found.code for found in findings(known, lambda: None)]
    with pytest.raises(Stop):
        findings(known, stop)
    with pytest.raises(Stop):
        counted(world[0], stop)
