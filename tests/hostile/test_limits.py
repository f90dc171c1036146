"""Every limit: what passes it is refused with its code, and read where groupbuy.yaml raises it.

python tests/hostile/test_limits.py     writes the table of docs/trust.md anew
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from catalogue import HEAD

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run
from groupbuy.source.limits import DEFAULT, KNOWN, Limits, shown

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
EVALUATE = ("evaluate", "leads.csv", "--as-of", "2026-11-22")
MODEL = """groupbuy: 1
fields:
  id: {type: text, required: true}
  budget: {type: money}
  needed_by: {type: date}
  orders: {type: table, fields: {what: {type: text}}}
"""
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows: int, text: str = "x", padding: int = 0) -> bytes:
    """A workbook of leads: a header and `rows` rows of two cells each."""
    lines = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>L{n}</t></is></c>'
        f'<c r="B{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for n in range(2, rows + 2)
    )
    head = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
    )
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{DOCUMENT}"><sheets>'
        '<sheet name="leads" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{head}{lines}'
        f"</sheetData></worksheet>{' ' * padding}",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return out.getvalue()


Files = dict[str, str | bytes]

GRADE = "grades: {g: {table: t.csv}}\n"
TABLE_HEAD = "name,budget\n"


def fact(text: str) -> Files:
    return {"rules/example.yaml": f"{HEAD}facts: {{x: {json.dumps(text)}}}\n"}


def table(rows: int) -> Files:
    lines = "".join(f"r{n},>= {n}\n" for n in range(rows - 1, 0, -1))
    return {"rules/example.yaml": HEAD + GRADE, "rules/t.csv": f"{TABLE_HEAD}{lines}rest,\n"}


def leads(content: str | bytes, name: str = "leads.csv") -> Files:
    return {name: content}


NAMED = MODEL.replace("  budget", "  name: {type: text}\n  budget")
COLUMNS = ("--engine", "columns", "--format", "jsonl")

CASES: dict[str, tuple[int, int, Files, tuple[str, ...]]] = {
    "rule_file": (4096, 8192, fact("1") | {"rules/pad.yaml": "# " + "x" * 5000}, ("check",)),
    "lead_file": (1024, 2048, leads("id,budget\n" + "L1,5\n" + "\n" * 1500), EVALUATE),
    "nesting": (10, 20, leads("[" * 12 + "]" * 12, "l.json"), ("evaluate", "l.json")),
    "values": (
        1000,
        4000,
        leads("- {id: L1, orders: [" + "{what: x}," * 600 + "]}\n", "l.yaml"),
        ("evaluate", "l.yaml"),
    ),
    "expression_length": (200, 400, fact("budget + " * 25 + "1"), ("check",)),
    "expression_nesting": (10, 20, fact("(1 + " * 12 + "budget" + ")" * 12), ("check",)),
    "table_file": (1024, 8192, table(150), ("check",)),
    "table_rows": (10, 20, table(12), ("check",)),
    "table_cells": (100, 200, table(60), ("check",)),
    "workbook": (4096, 65536, leads(workbook(1000), "l.xlsx"), ("evaluate", "l.xlsx")),
    "workbook_unpacked": (
        2**20,
        2**22,
        leads(workbook(1, padding=2**21), "l.xlsx"),
        ("evaluate", "l.xlsx"),
    ),
    "workbook_cells": (1000, 4000, leads(workbook(600), "l.xlsx"), ("evaluate", "l.xlsx")),
    "workbook_characters": (
        10_000,
        40_000,
        leads(workbook(150, "y" * 100), "l.xlsx"),
        ("evaluate", "l.xlsx"),
    ),
    "json_line": (
        1024,
        4096,
        leads(json.dumps({"id": "L1", "budget": 3}) + " " * 2000 + "\n", "l.jsonl"),
        ("evaluate", "l.jsonl", *COLUMNS),
    ),
    "spellings": (
        100,
        400,
        leads(
            "id,needed_by\n"
            + "".join(f"L{n},{n % 12 + 1}/{n % 28 + 1}/20{n % 90 + 10}\n" for n in range(300))
        ),
        ("evaluate", "leads.csv", "--as-of", "2026-11-22", *COLUMNS),
    ),
}
ELSEWHERE = {"plugin_calls": "tests/plugins/test_calls_in_columns.py"}
"""Limits whose case needs more than files, and which test has it."""


def write(folder: Path, files: Files, limits: str = "") -> None:
    """A small project with files over its own."""
    layers = "[example, pad]" if "rules/pad.yaml" in files else "[example]"
    base: Files = {
        "rules/groupbuy.yaml": f"groupbuy: 1\nmodel: lead.yaml\nlayers: {layers}\n{limits}",
        "rules/lead.yaml": NAMED,
        "rules/example.yaml": f"{HEAD}facts: {{x: budget}}\n",
        "leads.csv": "id,budget\nL1,5\n",
    }
    for name, content in (base | files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        if name == "rules/pad.yaml":
            data = b"groupbuy: 1\npack: pad\nfacts: {y: 1}\n" + data
        path.write_bytes(data)


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """What a command says over files under `limits:`, and how it ends."""
    monkeypatch.chdir(tmp_path)

    def call(files: Files, limits: str, args: tuple[str, ...]) -> tuple[int, str]:
        write(tmp_path, files, limits)
        code = run(groupbuy, list(args))
        captured = capsys.readouterr()
        return code, captured.err + captured.out

    return call


def test_every_limit_has_a_case() -> None:
    assert set(CASES) | set(ELSEWHERE) == set(KNOWN)
    assert set(KNOWN) == set(Limits.__dataclass_fields__) - {
        "expansion",
        "expansion_floor",
        "set_in",
    }


@pytest.mark.parametrize("name", CASES)
def test_a_limit_refuses_and_can_be_raised(name: str, said: Said) -> None:
    low, high, files, args = CASES[name]
    code, told = said(files, f"limits: {{{name}: {low}}}\n", args)
    assert any(f" {each} " in told for each in KNOWN[name].codes), told
    assert code in (1, 2)
    raised = shown(min(2 * low, KNOWN[name].most), KNOWN[name])
    assert f"or write limits: {{{name}: {raised}}} in groupbuy.yaml" in told
    _, told = said(files, f"limits: {{{name}: {high}}}\n", args)
    assert not any(each in told for each in KNOWN[name].codes), told
    assert "limits:" not in told


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("limits: {lead_file: 2 GB}", ("wrong-value", "write 2 GiB")),
        ("limits: {lead_file: 1_000_000}", ("wrong-value", "from 1 KiB to 64 GiB")),
        ("limits: {lead_file: -5}", ("wrong-value", "from 1 KiB to 64 GiB")),
        ("limits: {lead_file: 999 GiB}", ("wrong-value", "write at most 64 GiB")),
        ("limits: {lead_file: 3 bytes}", ("wrong-value", "from 1 KiB to 64 GiB")),
        ("limits: {nesting: 1e9}", ("wrong-value", "from 10 to 100")),
        ("limits: {nesting: 1000}", ("wrong-value", "write at most 100")),
        ("limits: {nesting: 0}", ("wrong-value", "write at least 10")),
        ("limits: {nesting: 50 MiB}", ("wrong-value", "from 10 to 100")),
        ("limits: {nesting: .inf}", ("yaml-",)),
        ("limits: {nesting: [1]}", ("wrong-value", "this is a list")),
        ("limits: {nesting: }", ("wrong-value",)),
        ("limits: {lead_files: 5}", ("unknown-key", 'did you mean "lead_file"?')),
        ("limits: {expansion: 5}", ("unknown-key", 'no limit "expansion"')),
        ("limits: {set_in: x}", ("unknown-key",)),
        ("limits: [1]", ("wrong-shape",)),
        ("limits: 64 MiB", ("wrong-shape",)),
        ("limit: {nesting: 60}", ("unknown-key", 'did you mean "limits"?')),
    ],
)
def test_bad_limits_are_told(written: str, words: tuple[str, ...], said: Said) -> None:
    code, told = said({}, written + "\n", EVALUATE)
    assert code == 2
    assert "rules/groupbuy.yaml:4:" in told
    for word in words:
        assert word in told


def test_all_bad_limits_are_told_with_what_else_is_wrong(said: Said) -> None:
    limits = "limits: {nesting: 1, lead_file: 2 GB, x: 1}\nrank: [budget]\n"
    _, told = said({}, limits, EVALUATE)
    assert told.count("wrong-value") == 2
    assert told.count("unknown-key") == 2


def test_at_the_top_nothing_is_raised_any_more(said: Said) -> None:
    most = KNOWN["nesting"].most
    deep = leads("[" * (most + 2) + "]" * (most + 2), "l.json")
    _, told = said(deep, f"limits: {{nesting: {most}}}\n", ("evaluate", "l.json"))
    assert "json-depth" in told
    assert "limits:" not in told


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_deepest_that_can_be_set_is_read(form: str, said: Said) -> None:
    most = KNOWN["nesting"].most
    deep = leads("[" * most + "]" * most, f"l.{form}")
    code, told = said(deep, f"limits: {{nesting: {most}}}\n", ("evaluate", f"l.{form}"))
    assert code == 2
    assert "file-shape" in told


DEEPEST = {
    "brackets and sums": "(1 + {})",
    "functions": "max({}, budget)",
    "negations": "not ({}) ",
    "conditionals": "(1 if budget > 3 else {})",
}


@pytest.mark.parametrize("shape", DEEPEST)
def test_the_deepest_expression_that_can_be_set_is_checked_and_run(shape: str, said: Said) -> None:
    """All that works on trees goes as deep: checking, proving, running, explaining, writing."""
    most = KNOWN["expression_nesting"].most
    limits = f"limits: {{expression_nesting: {most}, expression_length: 16384}}\n"
    code, told, text = 2, "expression-too-deep", ""
    # Some levels are two steps of the reader: the deepest that is still read.
    for depth in range(most, most // 3, -1):
        if "expression-too-deep" in told:
            text = "budget > 3" if shape == "negations" else "budget"
            for _ in range(depth):
                text = DEEPEST[shape].format(text)
            code, told = said(fact(text), limits, ("check",))
    assert "expression-too-deep" not in told
    assert code in (0, 1), told
    assert "too-large" not in told
    for args in (EVALUATE, ("explain", *EVALUATE[1:2], "L1"), ("check", "leads.csv")):
        code, told = said(fact(text), limits, args)
        assert code == 0, told


def test_the_longest_expression_that_can_be_set_is_checked_and_run(said: Said) -> None:
    most = KNOWN["expression_length"].most
    text = "budget > 1 or " * ((most - 20) // 14) + "budget > 2"
    head = f"limits: {{expression_length: {most}}}\n"
    for args in (("check",), EVALUATE):
        code, told = said(fact(text), head, args)
        assert code in (0, 1), told
        assert "too-large" not in told


def test_limits_of_one_folder_are_not_those_of_the_next(said: Said) -> None:
    long = fact("budget > 1 or " * 400 + "budget > 2")
    code, told = said(long, "limits: {expression_length: 8000}\n", ("check",))
    assert code == 0, told
    _, told = said(long, "", ("check",))
    assert "expression-too-long" in told
    # And what is read without rules has none that could be raised.
    _, told = said(leads("[" * 60 + "]" * 60, "x.test.yaml"), "", ("fmt", "x.test.yaml"))
    assert "yaml-depth" in told
    assert "limits:" not in told


# ── the page ──


def page_table() -> str:
    """The table of limits for docs/trust.md."""
    lines = ["| limit | as shipped | from | to | code | of what |", "|---|---|---|---|---|---|"]
    for name, known in KNOWN.items():
        now = shown(getattr(DEFAULT, name), known)
        codes = ", ".join(f"`{code}`" for code in known.codes)
        low, high = shown(known.least, known), shown(known.most, known)
        lines.append(f"| `{name}` | {now} | {low} | {high} | {codes} | {known.means} |")
    return "\n".join(lines) + "\n"


def test_the_page_has_the_limits() -> None:
    assert page_table() in PAGE.read_text(encoding="utf-8")


def test_every_code_of_a_limit_is_explained() -> None:
    from groupbuy.authoring.errors import explained

    assert {code for known in KNOWN.values() for code in known.codes} <= set(explained())


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    start = text.index("| limit |")
    end = text.index("\n\n", start) + 1
    PAGE.write_text(text[:start] + page_table() + text[end:], encoding="utf-8")
