"""`table:` in a rule file: what a sheet becomes, and everything that can be wrong with one."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tables_world import entry, found_in, opened, trees, write_rules

from groupbuy.authoring.effective import in_general
from groupbuy.authoring.schema import pack_schema
from groupbuy.engine.workspace import CORE_SECTIONS
from groupbuy.errors import Source
from groupbuy.source.misfits import mismatches
from groupbuy.source.yaml import read_yaml

RATE = "facts: {rate: {table: rate.csv}}\n"
SIZE = "grades: {size: {of: budget, table: size.csv}}\n"
MATRIX = "grades: {cross: {by: [kind, level], table: cross.csv}}\n"


def workbook(
    rows: list[list[Any]], title: str = "Sheet1", merged: str = "", more: int = 0
) -> bytes:
    """A workbook as Excel writes it: dates and `(value, format)` pairs in their formats."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": True}) as book:
        page = book.add_worksheet(title)
        for number in range(more):
            book.add_worksheet(f"other{number}").write(0, 0, "x")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, tuple):
                    page.write(r, c, value[0], book.add_format({"num_format": value[1]}))
                elif isinstance(value, date):
                    page.write_datetime(r, c, value, book.add_format({"num_format": "yyyy-mm-dd"}))
                elif value is not None:
                    page.write(r, c, value)
        if merged:
            page.merge_range(merged, "merged")
    return content.getvalue()


# ── what it becomes ──

SAME = [
    (
        "rows with conditions in columns",
        RATE,
        "name,采购预算,团购类型,when,value\nbig,>= 100000,福利、办公类,f or g,10%\ngift,*,gift,,0.05\nrest,,,,0\n",
        {"rows": {
            "big": {"when": 'budget >= 100000 and kind in ["welfare", "office"] and (f or g)', "value": 0.1},
            "gift": {"when": 'kind == "gift"', "value": 0.05},
            "rest": {"value": 0},
        }},
    ),
    (
        "rows without names are called by their number",
        RATE,
        "预算,取值\n>= 5,1\n,2\n",
        {"rows": {"row_2": {"when": "budget >= 5", "value": 1}, "row_3": {"value": 2}}},
    ),
    (
        "remarks and columns of remarks are passed over",
        RATE,
        "# rates of 2026,,\nname,value,# note\n# what it means,,\na,a * 2,asked Li\n",
        {"rows": {"a": {"value": "a * 2"}}},
    ),
    (
        "heads of two lines: the last one counts",
        RATE,
        '"Name\nname","Budget, all of it\nbudget","值\nvalue"\na,>= 1,1\nb,,2\n',
        {"rows": {"a": {"when": "budget >= 1", "value": 1}, "b": {"value": 2}}},
    ),
    (
        "a field that is called like a column stands in brackets",
        RATE,
        "name,(source),source,value\na,web,S1,1\nb,,S2,2\n",
        {"rows": {"a": {"when": 'source == "web"', "source": "S1", "value": 1}, "b": {"source": "S2", "value": 2}}},
    ),
    (
        "texts in languages",
        RATE,
        "name,value,title.zh,标题.en,理由\na,1,大,\"Large, very\",预算 {budget}\n",
        {"rows": {"a": {"value": 1, "title": {"zh": "大", "en": "Large, very"}, "because": "预算 {budget}"}}},
    ),
    (
        "bands",
        SIZE,
        "名称,起点,标题.zh\nlarge,50万,大\nmiddle,\"100,000\",\nsmall,,小\n",
        {"of": "budget", "bands": {"large": {"from": 500000, "title": {"zh": "大"}}, "middle": {"from": 100000}, "small": {"title": {"zh": "小"}}}},
    ),
    (
        "cases in a list",
        MATRIX,
        "level,团购类型,value,标题.zh\nlow,礼品类,a,甲\nelse,office,b,\nlow,else,c,\n",
        {"by": ["kind", "level"], "cases": {"gift": {"low": {"value": "a", "title": {"zh": "甲"}}}, "office": {"else": "b"}, "else": {"low": "c"}}},
    ),
    (
        "cases in a matrix",
        MATRIX,
        "kind,low,middle,high\n办公类,a,b,c\nelse,d,d,\n",
        {"by": ["kind", "level"], "cases": {"office": {"low": "a", "middle": "b", "high": "c"}, "else": {"low": "d", "middle": "d"}}},
    ),
    (
        "a matrix the other way round",
        MATRIX,
        "level,办公类,else\nlow,a,b\nelse,c,d\n",
        {"by": ["kind", "level"], "cases": {"office": {"low": "a", "else": "c"}, "else": {"low": "b", "else": "d"}}},
    ),
    (
        "a value for each row of a table of leads",
        "facts: {orders.size: {table: size.csv}}\n",
        "name,orders.amount,value\nbig,>= 100 and < 900,2\nsmall,,1\n",
        {"rows": {"big": {"when": "orders.amount >= 100 and orders.amount < 900", "value": 2}, "small": {"value": 1}}},
    ),
    (
        "what plays do in each case",
        "plays: {p: {by: causes, do: x, table: p.csv}}\n",
        "causes,do.zh,who,due,tags\n喜新,算一笔账,manager,7,talk、urgent\nelse,谈,,2026-12-01,\n",
        {"by": "causes", "do": "x", "cases": {"novelty": {"do": {"zh": "算一笔账"}, "who": "manager", "due": 7, "tags": ["talk", "urgent"]}, "else": {"do": {"zh": "谈"}, "due": "2026-12-01"}}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("pack", "csv", "said"), [c[1:] for c in SAME], ids=[c[0] for c in SAME])
def test_a_sheet_is_what_the_rule_file_would_say(
    pack: str, csv: str, said: dict[str, Any], tmp_path: Path
) -> None:
    section, name = next(iter(read_yaml(Source("x", pack)).data().items()))  # type: ignore[attr-defined]
    ((id, written),) = name.items()
    if "else" in csv and section == "plays":
        csv = csv.replace("else,谈,,2026-12-01,\n", "")
        said["cases"].pop("else")
    folder = write_rules(tmp_path, pack, **{written["table"].replace(".", "_"): csv})
    assert entry(folder, section, id) == said
    # And it lowers to what the same entry lowers to without a table.
    plain = write_rules(
        tmp_path / "plain", f"{section}: {{{id}: {said!r}}}".replace("True", "true")
    )
    assert trees(opened(folder).rules) == trees(opened(plain).rules)


def test_a_score_and_an_otherwise_can_have_tables(tmp_path: Path) -> None:
    pack = """
scores:
  fit:
    range: [0, 100]
    rules:
      rich: {of: budget, table: rich.csv}
      kind: {when: f, points: {by: kind, table: kind.csv}}
grades:
  top: {rank: budget, among: f, cuts: {first: {top: 1}, rest: {}}, otherwise: {table: others.csv}}
"""
    folder = write_rules(
        tmp_path,
        pack,
        rich_csv="name,from,points\nlittle,,0\nmuch,1000,20\n",
        kind_csv="kind,value\noffice,5\nelse,1\n",
        others_csv="name,g\nout,true\nnone_of_them,\n",
    )
    assert entry(folder, "scores", "fit") == {
        "range": [0, 100],
        "rules": {
            "rich": {"of": "budget", "bands": {"little": {"points": 0}, "much": {"from": 1000, "points": 20}}},
            "kind": {"when": "f", "points": {"by": "kind", "cases": {"office": 5, "else": 1}}},
        },
    }  # fmt: skip
    assert opened(folder).rules.scope.type_of("top").values == (
        "first",
        "rest",
        "out",
        "none_of_them",
    )


def test_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    rows = [
        ["Rates of 2026"],
        ["name", "预算", "due_on", "f", "value"],
        ["a", ">= 100", date(2026, 1, 20), True, (0.85, "0%")],
        ["b", 100, None, False, 0.1],
        ["c", (12.5, '0.0"万"'), "", None, 0.30000000000000004],
        ["d", None, None, None, (1234.5, "#,##0.00")],
    ]
    pack = "facts: {rate: {table: rates.xlsx}}\n"
    folder = write_rules(tmp_path, pack, rates_xlsx=workbook(rows, "折扣"))
    assert entry(folder, "facts", "rate") == {
        "rows": {
            "a": {"when": 'budget >= 100 and due_on == "2026-01-20" and f', "value": 0.85},
            "b": {"when": "budget == 100 and not f", "value": 0.1},
            "c": {"when": "budget == 125000", "value": 0.3},
            "d": {"value": 1234.5},
        }
    }
    ((_, found),) = opened(folder).rules.base["facts", "rate"]
    rows_node = found.node.get("rows")  # type: ignore[union-attr]
    file = f"{folder.as_posix()}/rates.xlsx"
    assert str(rows_node.key_at("a")) == f"{file}:折扣!A3"  # type: ignore[union-attr]
    assert str(rows_node.items["a"].items["value"].at) == f"{file}:折扣!E3"  # type: ignore[union-attr]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_is_read_whatever_program_saved_it(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    text = "名称,预算,取值,标题.zh\r\n大单,>= 100,1,大\r\n其他,,2,其他的都算\r\n".replace(
        ",", delimiter
    )
    folder = write_rules(tmp_path, RATE, rate_csv=text.encode(encoding))
    assert entry(folder, "facts", "rate") == {
        "rows": {
            "大单": {"when": "budget >= 100", "value": 1, "title": {"zh": "大"}},
            "其他": {"value": 2, "title": {"zh": "其他的都算"}},
        }
    }


def test_titles_of_other_packs_are_heads(tmp_path: Path) -> None:
    lower = "facts: {per_head: {value: budget / 2, title: {en: Per head, zh: 人均}}}\n"
    folder = write_rules(tmp_path, lower, RATE, rate_csv="name,人均,value\na,>= 10,1\nb,,2\n")
    assert entry(folder, "facts", "rate")["rows"]["a"]["when"] == "per_head >= 10"


# ── after it was read, everything sees ordinary entries ──


def test_higher_packs_change_rows_by_name_and_tables_change_lower_packs(tmp_path: Path) -> None:
    folder = write_rules(
        tmp_path,
        RATE + SIZE,
        "changes: {facts: {rate: {rows: {a: {value: 9}}}}, grades: {size: {table: ours.csv}}}\n",
        rate_csv="name,budget,value\na,>= 10,1\nb,,2\n",
        size_csv="name,from\nlarge,100\nsmall,\n",
        ours_csv="name,from\nlarge,500\n",
    )
    found = {each.id: each for each in in_general(opened(folder), None).entries}
    assert found["rate"].node is not None
    assert found["rate"].node.data()["rows"]["a"] == {"when": "budget >= 10", "value": 9}
    (change,) = found["rate"].changes
    assert change.old is not None
    assert change.old.at.short == f"{folder.as_posix()}/rate.csv:2"
    assert found["size"].node is not None
    assert found["size"].node.data()["bands"] == {"large": {"from": 500}, "small": {}}


def test_an_exported_table_of_a_lower_pack_changes_it(tmp_path: Path) -> None:
    """Edited and named under `changes:`: what was not edited stays as it is below."""
    from groupbuy.authoring.tables.export import exported
    from groupbuy.authoring.tables.write import csv_of

    lower = """
grades:
  size:
    rows:
      small: {when: budget < 100, because: "{budget}"}
      large: {when: budget >= 1000 and f, title: {zh: 大}}
      other: {}
"""
    folder = write_rules(
        tmp_path, lower, "changes: {grades: {size: {table: size.csv}}}\n", size_csv="name\nother\n"
    )
    text = csv_of(exported(opened(folder), "p1.size", "zh")).decode("utf-8-sig")
    (folder / "size.csv").write_text(text.replace(">= 1000", ">= 5000"), encoding="utf-8")
    (found,) = in_general(opened(folder), "size").entries
    assert found.node is not None
    assert found.node.data()["rows"] == {
        "small": {"when": "budget < 100", "because": "{budget}"},
        "large": {"when": "budget >= 5000 and f", "title": {"zh": "大"}},
        "other": {},
    }


def test_a_locked_table_can_not_be_changed(tmp_path: Path) -> None:
    folder = write_rules(
        tmp_path,
        "facts: {rate: {table: rate.csv, locked: by law}}\n",
        "changes: {facts: {rate: {rows: {a: {value: 9}}}}}\n",
        rate_csv="name,budget,value\na,>= 10,1\nb,,2\n",
    )
    (problem,) = found_in(folder)
    assert "locked" in problem


def test_what_decided_is_a_cell(tmp_path: Path) -> None:
    from groupbuy.files.leads import read_leads

    folder = write_rules(tmp_path, MATRIX, cross_csv="kind,low,high\ngift,a,b\nelse,c,d\n")
    (folder / "leads.yaml").write_text("- {id: L1, kind: gift, level: high}\n", encoding="utf-8")
    workspace = opened(folder)
    result = workspace.evaluate(read_leads([folder / "leads.yaml"], workspace.model))
    cross = result.data["leads"][0]["grades"]["cross"]
    assert (cross["value"], cross["at"]) == ("b", f"{folder.as_posix()}/cross.csv:2")


def test_the_hash_of_the_rules_covers_what_tables_say(tmp_path: Path) -> None:
    rows = [["name", "budget", "value"], ["a", ">= 10", 1], ["b", None, 2]]
    pack = "facts: {rate: {table: rates.xlsx}}\n"

    def digest(name: str, content: bytes) -> str:
        return opened(write_rules(tmp_path / name, pack, rates_xlsx=content)).project.digest

    before = digest("one", workbook(rows))
    rows[1][2] = (1, "0.00")  # the same number, looking otherwise
    assert digest("two", workbook(rows)) == before
    rows[1][2] = 3
    assert digest("three", workbook(rows)) != before


def test_the_schema_for_editors_knows_tables() -> None:
    schema = pack_schema(CORE_SECTIONS)
    pack = "groupbuy: 1\npack: x\n" + RATE + SIZE + "plays: {p: {by: kind, table: p.csv, do: x}}\n"
    assert mismatches(read_yaml(Source("x", pack)), schema) == []
    wrong = "groupbuy: 1\npack: x\ngrades: {size: {of: budget, table: [size.csv]}}\n"
    assert mismatches(read_yaml(Source("x", wrong)), schema)


def test_a_table_of_periods_is_none_of_these(tmp_path: Path) -> None:
    pack = (
        "facts: {q: {table: orders, per: quarter, last: 4, columns: {sum: sum(orders.amount)}}}\n"
    )
    folder = write_rules(tmp_path, pack, "changes: {facts: {q: {last: 2}}}\n")
    assert found_in(folder) == []


# ── what can be wrong ──

FILES = [
    ("nothing of that name", "rats.csv", "table-file there is no file rats.csv beside p1.yaml | did you mean \"rate.csv\"?"),
    ("no table", "rate.txt", "table-file table: names a CSV or Excel file; \"rate.txt\" is none | did you mean \"rate.csv\"?"),
    ("outside", "../rate.csv", "outside-folder \"../rate.csv\" is not a file inside the rules folder | copy it beside the rule file, and write its name with /"),
    ("absolute", "/etc/rate.csv", "outside-folder \"/etc/rate.csv\" is not a file inside the rules folder | copy it beside the rule file, and write its name with /"),
    ("a drive", "C:\\\\rate.csv", "outside-folder \"C:\\rate.csv\" is not a file inside the rules folder | copy it beside the rule file, and write its name with /"),
    ("a sheet of a text", "rate.csv:Sheet1", "table-sheet a CSV file has no sheets | leave out the colon and what stands behind it"),
    ("no such sheet", "many.xlsx:Shet1", "table-sheet this workbook has no sheet \"Shet1\" | did you mean \"Sheet1\"?"),
    ("which sheet", "many.xlsx", "table-sheet this workbook has several sheets (Sheet1, other0) | say which: many.xlsx:Sheet1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said"), [c[1:] for c in FILES], ids=[c[0] for c in FILES])
def test_a_file_that_can_not_be_used_is_refused(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "rate.csv").write_text("name,value\na,1\n", encoding="utf-8")
    folder = write_rules(
        tmp_path / "rules",
        f'facts: {{rate: {{table: "{name}"}}}}\n',
        rate_csv="name,value\na,1\n",
        many_xlsx=workbook([["name", "value"], ["a", 1]], more=1),
    )
    (problem,) = found_in(folder)
    assert problem.partition(": ")[2] == said


def test_a_link_leads_nowhere_outside(tmp_path: Path) -> None:
    (tmp_path / "rate.csv").write_text("name,value\na,1\n", encoding="utf-8")
    folder = write_rules(tmp_path / "rules", RATE)
    (folder / "rate.csv").symlink_to(tmp_path / "rate.csv")
    (problem,) = found_in(folder)
    assert "outside-folder" in problem


def test_the_sheet_that_is_called_as_the_entry_is_taken(tmp_path: Path) -> None:
    rows = [["name", "value"], ["a", 1]]
    folder = write_rules(
        tmp_path,
        "facts: {rate: {table: all.xlsx}, other: {table: 'all.xlsx:Rate'}}\n",
        all_xlsx=workbook(rows, "rate", more=2),
    )
    assert entry(folder, "facts", "rate") == entry(folder, "facts", "other")


SHEETS = [
    ("empty", RATE, "", ["rate.csv: csv-empty this file is empty | the first line names the columns: id,name,…"]),
    ("no head", RATE, "x,1\ny,2\n", ["rate.csv:1:1: table-header none of the first 10 rows names the columns of rows: | write name, when, value above the columns"]),
    ("no rows", RATE, "name,value\n", ["rate.csv:1:1: empty-rows this table has no row | write a row below the head"]),
    ("heads that mean nothing", RATE, "name,budgit,vale,value\na,1,2,3\n", [
        'rate.csv:1:6: table-column the head "budgit" means nothing here | did you mean "budget"?',
        'rate.csv:1:13: table-column the head "vale" means nothing here | did you mean "value"?',
    ]),
    ("a head twice", RATE, "name,budget,预算,value,值\na,1,2,3,4\n", [
        'rate.csv:1:13: table-column the head "预算" stands here again; the first is rate.csv:1:6 | keep one of the two',
        'rate.csv:1:22: table-column the head "值" stands here again; the first is rate.csv:1:16 | keep one of the two',
    ]),
    ("an unknown name in a head", RATE, "name,a / budgt,value\na,1,2\n", ['rate.csv:1:6: unknown-name nothing is called "budgt" | did you mean "budget"?']),
    ("no edges", SIZE, "name,title\nlarge,x\n", ['size.csv:1:1: table-column no column says where a band begins | add a column "from"']),
    ("a condition beside edges", SIZE, "name,from,kind\nlarge,1,gift\n", ['size.csv:1:11: table-column the head "kind" means nothing here | columns of bands: name, from, value, points, title, because, source, allow']),
    ("no column for a choice", MATRIX, "kind,value\ngift,a\n", ['cross.csv:1:1: table-column no column says which case a row is | add a column "level"']),
    ("no word of the choice", MATRIX, "kind,level,value\ngift,,a\n*,low,b\n", [
        "cross.csv:2:6: table-cell this row says no word of level | write the word in every row; else stands for all the rest",
        "cross.csv:3:1: table-cell this row says no word of kind | write the word in every row; else stands for all the rest",
    ]),
    ("a case twice", MATRIX, "kind,level,value\ngift,low,a\n礼品类,low,b\n", ['cross.csv:3:1: table-cell "gift × low" stands here again; its first place is cross.csv:2:1 | keep one of the two, or rename one']),
    ("a misspelt word in the head of a matrix", MATRIX, "kind,low,hihg\ngift,a,b\n", ['cross.csv:1:10: value-choice "hihg" is not one of the choices | did you mean "high"?']),
    ("a name twice", RATE, "name,budget,value\na,>= 1,1\na,,2\n", ['rate.csv:3:1: table-cell "a" stands here again; its first place is rate.csv:2:1 | keep one of the two, or rename one']),
    ("no value", RATE, "name,budget,value\na,>= 1,\nb,,2\n", ["rate.csv:2:8: table-cell this row has no value | fill it in"]),
    ("a blank row", RATE, "name,budget,value\na,>= 1,1\n,,\nb,,2\n", ["rate.csv:4:1: table-blank-row there is a blank row above this one; the rows before it end at row 2 | delete the blank row; begin remarks with #"]),
    ("a cell without head", RATE, "name,value,\na,1,x\n", ["rate.csv:2:5: table-column there is a cell in column C, which has no head | name the column, or begin its head with # to leave it out"]),
    ("a row too long", RATE, "name,value\na,1,x\n", ['rate.csv:2:5: csv-row-length this row has 3 cells, the header 2 | put a text with a comma into quotation marks: "…"']),
    ("two else rows", RATE, "name,budget,value\na,,1\nb,*,2\n", ["rate.csv:3:1: two-else-rows a and b both have no `when:`, and only one row can stand for all the rest | say when it holds"]),
    ("edges out of order", SIZE, "name,from\na,1\nb,3\nc,2\n", ["size.csv:4:1: bands-out-of-order size: 2 is not above 3, the edge before it | edges keep the order in which they are written"]),
    ("a decimal comma", RATE, "name;value\na;1,234\n", ["rate.csv:2:3: csv-decimal beside semicolons, this number could mean two | write 1234, or 1.2340"]),
    ("a text in all languages, and in one", RATE, "name,value,title,title.en\na,1,x,y\n", ["rate.csv:2:7: table-cell title has one text for all languages here, and one of its own for some | keep title, or title.en and title.zh"]),
    ("not text", RATE, "name,value\na,\x00\n", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "csv", "said"), [c[1:] for c in SHEETS], ids=[c[0] for c in SHEETS]
)
def test_a_sheet_that_can_not_be_meant_is_refused(
    pack: str, csv: str, said: list[str] | None, tmp_path: Path
) -> None:
    name = pack.partition("table: ")[2].partition("}")[0]
    folder = write_rules(tmp_path, pack, **{name.replace(".", "_"): csv})
    found = found_in(folder)
    if said is None:
        assert found
    else:
        assert found == said


def test_everything_wrong_with_a_workbook_is_told_in_one_run(tmp_path: Path) -> None:
    rows = [
        ["name", "预算", "kind", "due_on", "value"],
        ["a", ">= 100", "礼品", None, "=1/0"],
        ["b", "10-20", "gift", "2026-13-01", 1],
        ["c", ">= bugdet", "office", None, "1 +"],
        ["d", "≥ 5", "未知", None, None],
        None,
        ["e", "abc", None, (60, "yyyy-mm-dd"), 1],
        ["f", None, None, None, 12345678901234567890],
        [None, "< 5", None, None, 1],
        [None, "< 4", None, None, 2],
    ]
    content = workbook([row or [] for row in rows], merged="A9:A10")
    folder = write_rules(tmp_path, "facts: {rate: {table: r.xlsx}}\n", r_xlsx=content)
    assert found_in(folder) == [
        'r.xlsx:Sheet1!C2: value-choice "礼品" is not one of the choices | did you mean "礼品类"?',
        "r.xlsx:Sheet1!E2: xlsx-formula this formula has never been computed | open the workbook in Excel and save it, or write the value itself",
        'r.xlsx:Sheet1!B3: table-condition "10-20" could mean two ranges | say which ends count: ">= 10 and < 20", or ">= 10 and <= 20"',
        'r.xlsx:Sheet1!D3: value-date there is no day "2026-13-01" in the calendar | write it as 2026-01-20',
        'r.xlsx:Sheet1!B5: full-width-sign "≥ 5" has full-width signs | write >= 5',
        'r.xlsx:Sheet1!C5: table-condition "未知" is no value | write missing where nobody knows, * or nothing where it does not matter',
        "r.xlsx:Sheet1!E5: table-cell this row has no value | fill it in",
        "r.xlsx:Sheet1!A7: table-blank-row there is a blank row above this one; the rows before it end at row 5 | delete the blank row; begin remarks with #",
        'r.xlsx:Sheet1!B7: value-number "abc" is not an amount of money | None',
        "r.xlsx:Sheet1!D7: xlsx-date this cell is formatted as a date and holds none | write it as 2026-01-20, or format the column as the number that it is",
        "r.xlsx:Sheet1!E8: xlsx-digits of a number as long as this, only 15 digits are kept | format the column as text and enter it again, or take it from where it came from as CSV",
        "r.xlsx:Sheet1!A10: xlsx-merged this cell is merged with A9 | unmerge the cells, and write into each what it holds",
        'r.xlsx:Sheet1!B4: unknown-name nothing is called "bugdet" | did you mean "budget"?',
        "r.xlsx:Sheet1!E4: bad-expression this can't be read as an expression | None",
    ]


def test_the_cell_is_shown_below_its_place(tmp_path: Path) -> None:
    from groupbuy.errors import GroupbuyError
    from groupbuy.render.problems import show_problems

    content = workbook([["name", "kind", "value"], ["a", "gft", 1]])
    folder = write_rules(tmp_path, "facts: {rate: {table: r.xlsx}}\n", r_xlsx=content)
    with pytest.raises(GroupbuyError) as caught:
        opened(folder)
    assert show_problems(caught.value.problems).split("\n")[1:3] == [
        "    gft",
        '    hint: did you mean "gift"?',
    ]


def test_a_table_beside_rows_is_two_ways_to_say_one_value(tmp_path: Path) -> None:
    pack = "facts: {rate: {rows: {a: {value: 1}}, table: rate.csv}}\n"
    (problem,) = found_in(write_rules(tmp_path, pack, rate_csv="name,value\na,1\n"))
    assert "two-forms rate has `rows:` and `table:`" in problem


def test_a_large_table_is_refused_in_words(tmp_path: Path) -> None:
    rows = "".join(f"r{number},{number}\n" for number in range(10_001))
    (problem,) = found_in(write_rules(tmp_path, RATE, rate_csv=f"name,value\n{rows}"))
    assert "file-too-large this table has more than 10,000 rows" in problem
