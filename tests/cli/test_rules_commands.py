"""`groupbuy rules list`, `show` and `names`."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import AS_OF, EXAMPLES, ROOT, Call, write_rules

from groupbuy.authoring.dump import dump, in_language, inline
from groupbuy.authoring.layout import table
from groupbuy.errors import Source
from groupbuy.render.width import width
from groupbuy.source.yaml import read_source, read_yaml

BASE = """\
settings:
  small_from: {value: 100, title: {en: Small from, zh: 小型起点}}
  big_from: 500
  fixed: {value: 3, locked: agreed with the board}
grades:
  size:
    title: {en: Size, zh: 规模}
    of: headcount
    bands: {big: {from: big_from}, small: {from: small_from}, tiny: {}}
    because: {en: "{headcount} people", zh: "{headcount} 人"}
plays:
  visit:
    when: size == "big"
    do: Visit them
  letter: {when: size == "small", do: Write to them}
"""
NORTH = """\
for: region == "north"
scores:
  cold:
    range: [0, 10]
    rules:
      far: {when: headcount > 0, points: 4}
      snow: {when: headcount > 10, points: 2}
"""
OURS = """\
for: sector == "retail"
changes:
  settings: {small_from: 80}
  plays:
    letter: off
    visit: {due: 5}
  grades:
    size: {rows: {big: {when: headcount >= 300}, small: {}}}
  scores:
    cold: {rules: {snow: off, far: {points: 6}}}
"""
LEADS = """\
- {id: A1, name: Alpha, region: north, sector: retail, headcount: 400}
- {id: A2, region: south, sector: finance, headcount: 50}
- {id: A3, headcount: 120}
- {id: A4, headcount: many}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path / "rules", "[base, north, ours]", base=BASE, north=NORTH, ours=OURS)


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.yaml"
    path.write_text(LEADS, encoding="utf-8")
    return path


# ── list ──


def test_list_names_layers_conditions_and_counts(call: Call, rules: Path) -> None:
    packs = call("rules", "list", "--rules", rules, "--format", "json").json
    assert [
        (p["layer"], p["pack"], p["for"], p["defines"], p["changes"], Path(p["file"]).name)
        for p in packs
    ] == [
        (1, "base", None, {"settings": 3, "grades": 1, "plays": 2}, 0, "base.yaml"),
        (2, "north", 'region == "north"', {"scores": 1}, 0, "north.yaml"),
        (3, "ours", 'sector == "retail"', {}, 5, "ours.yaml"),
    ]


@pytest.mark.parametrize(("lang", "words"), [("en", "every lead"), ("zh", "全部客户")])
def test_list_is_aligned_in_both_languages(call: Call, lang: str, words: str) -> None:
    ran = call("rules", "list", "--rules", ROOT / "rules", "--lang", lang)
    assert ran.code == 0
    assert words in ran.out
    lines = ran.out.splitlines()
    starts = {width(line[: line.index("groupbuy:")]) for line in lines if "groupbuy:" in line}
    assert len(starts) == 1


# ── show ──


def test_winner_loser_and_reason_for_a_lead(call: Call, rules: Path, leads: Path) -> None:
    ran = call("rules", "show", "small_from", "--for", leads, "A1", "--rules", rules)
    assert ran.code == 0
    assert ran.out.splitlines()[:2] == [
        "Rules for A1 Alpha",
        "Packs, lowest first: base → north → ours",
    ]
    rows = [line.split() for line in ran.out.splitlines()]
    changed = next(row for row in rows if row[:2] == ["value:", "80"] and len(row) > 2)
    replaced = next(row for row in rows if row[:2] == ["instead", "of"])
    assert changed[2] == "ours"
    assert changed[3].endswith("ours.yaml:5")
    assert replaced[2:4] == ["100", "base"]
    assert replaced[4].endswith("base.yaml:4")


def test_everything_about_a_stack_as_data(call: Call, rules: Path, leads: Path) -> None:
    data = call("rules", "show", "--for", leads, "A1", "--rules", rules, "--format", "json").json
    assert data["lead"] == {"id": "A1", "name": "Alpha"}
    assert data["packs"] == ["base", "north", "ours"]
    entries = {f"{e['section']}.{e['id']}": e for e in data["entries"]}
    assert entries["scores.cold"]["entry"] == {
        "range": [0, 10],
        "rules": {"far": {"when": "headcount > 0", "points": 6}},
    }
    changes = {c["path"]: c for c in entries["scores.cold"]["changes"]}
    assert changes["rules.far.points"]["value"] == 6
    assert changes["rules.far.points"]["instead_of"]["value"] == 4
    assert changes["rules.snow"]["off"] is True
    assert changes["rules.snow"]["instead_of"]["pack"] == "north"
    # One form of a value in the place of another: what the other said is named too.
    size = {c["path"]: c for c in entries["grades.size"]["changes"]}
    assert set(size) == {"rows", "of", "bands"}
    assert size["bands"]["off"] is False
    assert entries["settings.fixed"]["locked"] == "agreed with the board"
    assert entries["plays.visit"]["changes"][0]["path"] == "due"
    assert "instead_of" not in entries["plays.visit"]["changes"][0]
    (removed,) = data["removed"]
    assert (removed["id"], removed["pack"], removed["by"]) == ("letter", "base", "ours")
    assert data["not_applied"] == []


def test_packs_that_do_not_apply_and_why(call: Call, rules: Path, leads: Path) -> None:
    data = call("rules", "show", "--for", leads, "A2", "--rules", rules, "--format", "json").json
    assert [(p["pack"], p["value"], p["reads"]) for p in data["not_applied"]] == [
        ("north", False, {"region": "south"}),
        ("ours", False, {"sector": "finance"}),
    ]
    data = call("rules", "show", "--for", leads, "A3", "--rules", rules, "--format", "json").json
    assert [(p["pack"], p["value"], p["missing"]) for p in data["not_applied"]] == [
        ("north", None, ["region"]),
        ("ours", None, ["sector"]),
    ]
    text = call("rules", "show", "--for", leads, "A3", "--rules", rules, "--lang", "zh").out
    assert "不适用的规则包" in text
    assert "缺：region" in text


def test_changes_without_target_are_shown_as_skipped(
    call: Call, rules: Path, tmp_path: Path
) -> None:
    leads = tmp_path / "retail.yaml"
    leads.write_text("- {id: B1, region: south, sector: retail}\n", encoding="utf-8")
    data = call("rules", "show", "--for", leads, "B1", "--rules", rules, "--format", "json").json
    assert [(s["path"], s["pack"]) for s in data["skipped"]] == [("scores.cold", "ours")]


def test_one_entry_without_a_lead_shows_every_definition(call: Call) -> None:
    ran = call("rules", "show", "fit", "--rules", ROOT / "rules")
    assert ran.code == 0
    for kind in ("office", "welfare", "gift"):
        assert f'only where kind == "{kind}"' in ran.out
    assert ran.out.count("scores.fit") == 3
    assert "rules.taste: off" in ran.out


def test_entry_that_no_pack_of_the_lead_defines(call: Call, rules: Path, leads: Path) -> None:
    ran = call("rules", "show", "cold", "--for", leads, "A2", "--rules", rules)
    assert ran.code == 0
    assert "scores.cold  defined only by packs that don't apply here: north" in ran.out


def test_setting_of_the_command_line_wins(call: Call, rules: Path) -> None:
    args = ("rules", "show", "big_from", "--rules", rules, "--set", "big_from=700")
    ran = call(*args)
    assert "value: 700" in ran.out
    assert "instead of 500" in ran.out
    (entry,) = call(*args, "--format", "json").json["entries"]
    assert entry["changes"][0]["pack"] == "--set"


def test_conflict_of_one_layer_is_shown(call: Call, tmp_path: Path) -> None:
    rules = write_rules(
        tmp_path / "rules",
        "[base, [one, two]]",
        base=BASE,
        one='for: region == "north"\nchanges: {settings: {big_from: 600}}\n',
        two="for: headcount > 10\nchanges: {settings: {big_from: 700}}\n",
    )
    leads = tmp_path / "leads.yaml"
    leads.write_text("- {id: A1, region: north, headcount: 20}\n", encoding="utf-8")
    ran = call("rules", "show", "big_from", "--for", leads, "A1", "--rules", rules)
    assert ran.code == 1
    assert "one and two set settings.big_from differently" in ran.out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_of_the_shipped_rules_is_shown(call: Call, lang: str) -> None:
    shipped = ROOT / "rules"
    for args in ((), ("--for", EXAMPLES, "L002"), ("--for", EXAMPLES, "L025")):
        ran = call("rules", "show", *args, "--rules", shipped, "--lang", lang, "--as-of", AS_OF)
        assert ran.code == 0, ran.err
        # Each text in the reader's language alone.
        assert "{en:" not in ran.out
        assert all(line == line.rstrip() for line in ran.out.splitlines())


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["siez"], 'no pack has an entry "siez"\n    hint: did you mean "size"?'),
        (["grades.siz"], 'did you mean "grades.size"?'),
        (["grades"], '"grades" is a section, not an entry'),
        (["headcount"], '"headcount" is a field of the lead model'),
        (["size", "--for", "LEADS", "A9"], 'there is no lead "A9"'),
        (["size", "--for", "LEADS", "A4"], 'headcount: "many" is not'),
        (["size", "--for", "nowhere.yaml", "A1"], "nowhere.yaml"),
        (["--rules", "nowhere"], "nowhere"),
        (["--as-of", "tomorrow"], '"tomorrow" is not a date'),
        (["--set", "bigfrom=1"], 'did you mean "big_from"?'),
        (["--set", "小型=1"], 'did you mean "small_from"?'),
        (["小型"], 'did you mean "小型起点"?'),
        (["north"], '"north" is a pack, not an entry of one'),
    ],
)
def test_wrong_input_is_said(
    call: Call, rules: Path, leads: Path, args: list[str], said: str
) -> None:
    given = [str(leads) if arg == "LEADS" else arg for arg in args]
    if "--rules" not in given:
        given += ["--rules", str(rules)]
    ran = call("rules", "show", *given)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_an_entry_is_found_by_its_title(call: Call, rules: Path) -> None:
    assert call("rules", "show", "规模", "--rules", rules).out.startswith("grades.size")


def test_a_change_by_title_is_told_the_name(call: Call, tmp_path: Path) -> None:
    ours = "changes: {settings: {小型起点: 80}, grades: {规模: {because: 大}}}\n"
    rules = write_rules(tmp_path / "rules", "[base, ours]", base=BASE, ours=ours)
    ran = call("check", rules)
    assert ran.code == 1
    assert 'did you mean "small_from"?' in ran.err
    assert 'did you mean "size"?' in ran.err


# ── names ──


def test_names_of_every_kind(call: Call) -> None:
    names = call("rules", "names", "--rules", ROOT / "rules", "--format", "json").json
    found = {(n["group"], n["name"]): n for n in names}
    assert found["fields", "headcount"]["unit"] == "people"
    assert found["fields", "headcount"]["low"] == 1
    (welfare,) = (w for w in found["fields", "customer_type"]["words"] if w["word"] == "welfare")
    assert welfare["title"] == "Employee welfare"
    assert "福利" in welfare["aliases"]
    assert found["tables", "orders.amount"]["type"] == "money"
    assert found["settings", "boss_slots"]["value"] == 3
    assert found["facts", "quarters.amount"]["type"] == "money"
    assert found["scores", "fit"]["packs"] == ["office", "welfare", "gift"]
    assert [w["word"] for w in found["grades", "existing"]["words"]] == ["EI", "EII", "EIII", "EIV"]
    assert {"word": "A", "title": "sole choice", "aliases": []} in found["grades", "loyalty"][
        "words"
    ]
    assert found["functions", "decay"]["signature"] == "decay(days, half_life=90)"
    assert ("names", "today") in found


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("预算", {"budget", "budget_last", "budget_per_head", "per_head", "budget_growth"}),
        ("BUDGET_*", {"budget_last", "budget_per_head", "budget_growth"}),
        ("pyramid", {"pyramid"}),
        ("党政机关", {"org_kind"}),
        ("火车头", set()),
        ("端午", {"dragon_boat"}),
        ("超级客户", {"pyramid"}),
    ],
)
def test_names_are_chosen_by_any_word(call: Call, pattern: str, names: set[str]) -> None:
    ran = call("rules", "names", pattern, "--rules", ROOT / "rules", "--lang", "zh", "--format",
               "json")  # fmt: skip
    if not names:
        assert ran.code == 2
        return
    assert names <= {n["name"] for n in ran.json}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("pattern", [(), ("fit",)])
def test_names_are_printed(call: Call, lang: str, pattern: tuple[str, ...]) -> None:
    ran = call("rules", "names", *pattern, "--rules", ROOT / "rules", "--lang", lang)
    assert ran.code == 0
    assert max(width(line) for line in ran.out.splitlines()) <= 160


def test_a_word_is_found_by_what_else_it_is_called(call: Call) -> None:
    ran = call("rules", "names", "银行", "--rules", ROOT / "rules", "--format", "json")
    assert "sector" in {name["name"] for name in ran.json}


def test_unknown_name_has_a_near_one(call: Call) -> None:
    ran = call("rules", "names", "prioritty", "--rules", ROOT / "rules")
    assert (ran.code, ran.out) == (2, "")
    assert 'no name has "prioritty" in it' in ran.err
    assert "did you mean" in ran.err


# ── how nodes are written ──

SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
@pytest.mark.parametrize("cells", [40, 92])
def test_dumped_yaml_says_the_same(path: Path, cells: int) -> None:
    node = read_yaml(read_source(path))
    again = read_yaml(Source("dumped", "\n".join(dump(node, cells=cells)) + "\n"))
    assert again.data() == node.data()


@pytest.mark.parametrize(
    "text",
    [
        "a: 'yes, it is'\n",
        'a: ["x, y", "{b}", "it\'s: so", "", "null", "12", "- a", "#b"]\n',
        "a: |\n  two\n  lines\nb: >\n  folded\n  text\n",
        '"1": {"true": 1, a b: [2, {c: 3}]}\n',
        "a: {}\nb: []\nc: ~\nd: 1e3\n",
        'a: "say \\"hi\\" \\\\ there"\nb: \'"quoted"\'\n',
        "条件: 预算 >= 10万\nlist:\n  - - 1\n    - [2]\n  - {a: {b: {c: {d: 1}}}}\n",
    ],
)
def test_awkward_yaml_says_the_same(text: str) -> None:
    node = read_yaml(Source("given", text))
    again = read_yaml(Source("dumped", "\n".join(dump(node)) + "\n"))
    assert again.data() == node.data()


def test_texts_in_one_language() -> None:
    node = read_yaml(Source("given", "{title: {en: Fit, zh: 匹配度}, cases: {en: 1, zh: 2}}\n"))
    assert inline(node, "zh") == "{title: 匹配度, cases: {en: 1, zh: 2}}"
    assert in_language(node, "fr").data() == {"title": "Fit", "cases": {"en": 1, "zh": 2}}


def test_tables_are_measured_in_cells_and_harmless() -> None:
    rows = [["办公", "x", "\x1b[31mred"], ["a", "", "b"]]
    lines = table(rows, ["H", "", "T"])
    assert lines == ["H        T", "办公  x  ␛[31mred", "a        b"]
    narrow = table([["a", "word " * 20]], cells=40, flexible=1, wrapped=True)
    assert max(width(line) for line in narrow) <= 40
    assert " ".join(" ".join(narrow).split()) == "a " + " ".join(["word"] * 20)
