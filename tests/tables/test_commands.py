"""`groupbuy rules export` and `rules import`, as a person uses them."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from tables_world import write_rules

from groupbuy.cli.group import groupbuy
from groupbuy.errors import GroupbuyError
from groupbuy.sheets.grid import read_grid

PACK = """\
groupbuy: 1
pack: terms
# 顶部
settings: {big: 200000}
facts:
  rate:   # what we give 折扣
    rows:     # the first that holds
      # the large ones
      big: {when: 预算>=big and kind == "office", value: 0.85}   # agreed
      # the others
      mid:
        when: budget >= 100000 and budget < big and kind in ["office", "welfare"]
        value: 0.90
      rest: {value: 1}
      # the end

    title: {en: Rate, zh: 折扣}
  hand: {by: kind, cases: {office: 1, welfare: 2, gift: 3}, title: Hand}
grades:
  size:
    of: budget
    bands: {large: {from: 1000000}, middle: {from: big}, small: {}}   # three
    because: "{budget}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_rules(tmp_path / "rules", PACK)


def run(*words: str) -> Result:
    return CliRunner().invoke(groupbuy, ["rules", *words], standalone_mode=False)


def problems(*words: str) -> list[str]:
    result = run(*words)
    assert isinstance(result.exception, GroupbuyError), result.output
    return [f"{problem} | {problem.hint}" for problem in result.exception.problems]


def rows(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(Path(name).read_text(encoding="utf-8-sig"))))


# ── export ──


def test_export_lists_what_there_is(folder: Path) -> None:
    result = run("export")
    assert result.return_value == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["Table", "Form", "Rows", "Place"],
        ["terms.rate", "rows", "3", "rules/p1.yaml:7"],
        ["terms.hand", "cases", "3", "rules/p1.yaml:18"],
        ["terms.size", "bands", "3", "rules/p1.yaml:22"],
    ]
    assert '"table": "terms.size"' in run("export", "--format", "json").stdout


def test_a_csv_file_is_written_for_excel_in_the_language_of_its_reader(folder: Path) -> None:
    assert run("export", "折扣", "-o", "rate.csv", "--lang", "zh").return_value == 0
    assert Path("rate.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    head, notes, *body = rows("rate.csv")
    assert head == ["名称", "采购预算", "团购类型", "取值"]
    assert notes[0] == "# 这一行的名称，不能重复。"
    assert "可填：办公类、福利性、礼品类" in notes[2]
    assert body == [
        ["big", ">= big", "办公类", "0.85"],
        ["mid", ">= 100000 and < big", "办公类、福利性", "0.9"],
        ["rest", "", "", "1"],
    ]
    assert run("export", "rate", "--lang", "en").stdout.splitlines()[0].lstrip("\ufeff") == (
        "name,Purchase budget,Type,value"
    )


def test_a_workbook_has_lists_to_choose_from_notes_and_frozen_heads(folder: Path) -> None:
    assert run("export", "terms.rate", "-o", "rate.xlsx", "--lang", "zh").return_value == 0
    with ZipFile("rate.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        notes = parts.read("xl/comments1.xml").decode()
    assert '<pane xSplit="1" ySplit="1"' in sheet
    assert "_lists!$C$1:$C$3" in sheet
    assert "空着或 * 表示不限" in notes
    grid = read_grid(Path("rate.xlsx"), "rate.xlsx")
    assert grid.title == "rate"
    assert grid.rows[0].cells == {
        1: "名称\nname",
        2: "采购预算\nbudget",
        3: "团购类型\nkind",
        4: "取值\nvalue",
    }
    assert grid.rows[1].cells[4] == "0.85"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "rat"], 'unknown-table no rows:, bands: or cases: are called "rat" | did you mean "rate"?'),
        (["export", "rate", "-o", "rate.pdf"], "bad-option -o: rate.pdf is neither .xlsx nor .csv | -o rate.xlsx"),
    ],
)  # fmt: skip
def test_what_can_not_be_exported(folder: Path, words: list[str], said: str) -> None:
    assert problems(*words) == [said]


def test_a_name_that_means_several_tables_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack = "scores: {%s: {range: [0, 9], rules: {r: {of: a, bands: {x: {points: 0}, y: {from: 1, points: 2}}}}}}\n"
    write_rules(tmp_path / "rules", pack % "s", pack % "t")
    assert problems("export", "r") == [
        'unknown-table "r" could mean 2 tables | say which: p1.s.r, p2.t.r'
    ]
    assert run("export", "t.r").stdout.splitlines()[2:] == ["x,,0", "y,1,2"]


def test_what_a_sheet_has_no_columns_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack = "facts: {x: {by: kind, cases: {office: {of: a, bands: {l: {value: 1}, m: {from: 2, value: 2}}}, else: 0}}}\n"
    write_rules(tmp_path / "rules", pack)
    (problem,) = problems("export", "x")
    assert "table-shape p1.x can't be kept in a sheet: office has no column there" in problem


def test_without_the_extra_it_says_which_one_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    (problem,) = problems("export", "rate", "-o", "rate.xlsx")
    assert problem.endswith("pip install 'groupbuy[xlsx]'")
    assert not Path("rate.xlsx").exists()


# ── import ──


@pytest.mark.parametrize("name", ["rate", "hand", "size"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_was_not_edited_changes_nothing(
    folder: Path, name: str, suffix: str, lang: str
) -> None:
    assert run("export", name, "-o", f"{name}{suffix}", "--lang", lang).return_value == 0
    result = run("import", f"{name}{suffix}", "--into", "rules/p1.yaml")
    assert (result.return_value, result.stdout) == (0, "")
    assert "says the same already" in result.stderr
    assert (folder / "p1.yaml").read_text(encoding="utf-8") == PACK


def test_an_edited_table_is_shown_and_then_written(folder: Path) -> None:
    run("export", "rate", "-o", "rate.csv", "--lang", "zh")
    text = Path("rate.csv").read_text(encoding="utf-8-sig")
    text = (
        text.replace("0.85", "82%")
        .replace("mid,", "middle,")
        .replace("rest,", "gifts,,礼品类,0.95\r\nrest,")
    )
    # Excel in China saves GB18030.
    Path("rate.csv").write_bytes(text.encode("gb18030"))
    asked = run("import", "rate.csv", "--into", "rules/p1.yaml", "--dry-run")
    assert asked.return_value == 1
    assert (folder / "p1.yaml").read_text(encoding="utf-8") == PACK
    done = run("import", "rate.csv", "--into", "rules/p1.yaml")
    assert done.return_value == 0
    assert done.stdout == asked.stdout
    changed = [line for line in done.stdout.splitlines()[2:] if line[0] in "+-"]
    assert changed == [
        '-      big: {when: 预算>=big and kind == "office", value: 0.85}   # agreed',
        '+      big: {when: 预算>=big and kind == "office", value: 0.82}   # agreed',
        "-      mid:",
        "+      middle:",
        '+      gifts: {when: kind == "gift", value: 0.95}',
    ]
    again = run("import", "rate.csv", "--into", "rules/p1.yaml")
    assert "says the same already" in again.stderr


def test_bands_and_cases_on_one_line_stay_on_one_line(folder: Path) -> None:
    Path("size.csv").write_text("名称,起点\nlarge,300万\nsmall,\n", encoding="utf-8")
    Path("hand.csv").write_text("kind,value\n办公类,budget * 2\nelse,0\n", encoding="utf-8")
    assert run("import", "size.csv", "--into", "rules/p1.yaml").return_value == 0
    assert run("import", "hand.csv", "--into", "rules/p1.yaml").return_value == 0
    text = (folder / "p1.yaml").read_text(encoding="utf-8")
    assert "    bands: {large: {from: 3000000}, small: {}}   # three\n" in text
    assert "  hand: {by: kind, cases: {office: budget * 2, else: 0}, title: Hand}\n" in text


def test_rows_take_the_place_of_a_table(folder: Path) -> None:
    path = folder / "p1.yaml"
    before, behind = PACK.split("    rows:     #")[0], PACK.split("# the end\n\n")[1]
    path.write_text(f"{before}    table: rate.csv\n{behind}", encoding="utf-8", newline="\r\n")
    (folder / "rate.csv").write_text(
        'name,budget,value,because.zh\na,>= 10,1,"预算 {budget}: 好, #1"\nb,,2,\n', encoding="utf-8"
    )
    assert run("import", "rules/rate.csv", "--into", "rules/p1.yaml").return_value == 0
    text = path.read_bytes().decode()
    assert text.count("\r\n") == text.count("\n")
    assert text.replace("\r\n", "\n") == (
        f"{before}    rows:\n"
        '      a: {when: budget >= 10, value: 1, because: {zh: "预算 {budget}: 好, #1"}}\n'
        f"      b: {{value: 2}}\n{behind}"
    )


def test_changes_of_a_lower_pack_can_be_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rules(
        tmp_path / "rules",
        "grades: {size: {of: budget, bands: {large: {from: 100}, small: {}}}}\n",
        "changes:\n  grades:\n    size:\n      bands:\n        large: {from: 500}\n",
    )
    Path("size.csv").write_text("name,from\nlarge,700\n", encoding="utf-8")
    assert run("import", "size.csv", "--into", "rules/p2.yaml").return_value == 0
    assert "        large: {from: 700}\n" in Path("rules/p2.yaml").read_text(encoding="utf-8")


def test_bands_take_the_place_of_a_table_in_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the lower pack says `of:`, so what stands in the file could be rows as well."""
    monkeypatch.chdir(tmp_path)
    write_rules(
        tmp_path / "rules",
        "grades: {size: {of: budget, bands: {large: {from: 100}, small: {}}}}\n",
        "changes:\n  grades:\n    size: {table: size.csv}\n",
        size_csv="name,from\nlarge,500\nsmall,\n",
    )
    Path("new.csv").write_text("name,from\nlarge,700\nsmall,\n", encoding="utf-8")
    assert run("import", "new.csv", "--into", "rules/p2.yaml", "--entry", "size").return_value == 0
    assert (
        Path("rules/p2.yaml")
        .read_text(encoding="utf-8")
        .endswith("    size: {bands: {large: {from: 700}, small: {}}}\n")
    )


REFUSED = [
    ("a misspelt word", "rate", "name,kind,value\na,offic,1\n", 'rate.csv:2:3: value-choice "offic" is not one of the choices | did you mean "office"?'),
    ("an unknown name", "rate", "name,budget,value\na,>= bigg,1\n", 'rate.csv:2:3: unknown-name nothing is called "bigg" | did you mean "big"?'),
    ("edges that fall", "size", "name,from\na,5\nb,9\nc,7\n", "rate.csv:4:1: bands-out-of-order size: 7 is not above 9, the edge before it | edges keep the order in which they are written"),
    ("nothing like it", "", "name,from\na,5\n", "rate.csv: unknown-table"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "text", "said"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_is_wrong_is_told_with_its_cell_and_nothing_is_written(
    folder: Path, entry: str, text: str, said: str
) -> None:
    Path("rate.csv").write_text(text, encoding="utf-8")
    if not entry:
        Path("rate.csv").rename("other.csv")
        (problem,) = problems("import", "other.csv", "--into", "rules/p1.yaml")
        assert problem.endswith(
            "say what the rows belong to: --entry terms.rate; "
            "what a lower pack defines is changed by table: other.csv under changes:"
        )
    else:
        assert problems("import", "rate.csv", "--into", "rules/p1.yaml", "--entry", entry) == [said]
    assert (folder / "p1.yaml").read_text(encoding="utf-8") == PACK


def test_what_a_table_breaks_elsewhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack = "grades: {size: {of: budget, bands: {large: {from: 100}, small: {}}}}\nfacts: {x: size == 'large'}\n"
    folder = write_rules(tmp_path / "rules", pack)
    Path("size.csv").write_text("name,from\nhuge,700\nsmall,\n", encoding="utf-8")
    (problem,) = problems("import", "size.csv", "--into", "rules/p1.yaml")
    assert "p1.yaml:4:20: unknown-word" in problem
    assert "huge" not in (folder / "p1.yaml").read_text(encoding="utf-8")


def test_what_was_wrong_before_stands_in_no_way(folder: Path) -> None:
    path = folder / "p1.yaml"
    path.write_text(PACK + "plays: {p: {when: budgt > 3, do: x}}\n", encoding="utf-8")
    Path("size.csv").write_text("name,from\nlarge,7\nsmall,\n", encoding="utf-8")
    assert run("import", "size.csv", "--into", "rules/p1.yaml").return_value == 0


def test_a_file_of_no_rules_folder_is_read_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alone.yaml").write_text(PACK.replace("kind", "customer_type"), encoding="utf-8")
    Path("size.csv").write_text("name,from\nlarge,7\nsmall,\n", encoding="utf-8")
    assert run("import", "size.csv", "--into", "alone.yaml").return_value == 0
    assert "bands: {large: {from: 7}, small: {}}" in Path("alone.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "into", "said"),
    [
        ("nothing.csv", "rules/p1.yaml", "file-missing"),
        ("rate.pdf", "rules/p1.yaml", "table-file"),
        ("rate.csv", "rules/nothing.yaml", "file-missing"),
    ],
)
def test_files_that_are_not_there(folder: Path, table: str, into: str, said: str) -> None:
    run("export", "rate", "-o", "rate.csv")
    assert said in problems("import", table, "--into", into)[0]
