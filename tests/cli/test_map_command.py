"""`groupbuy map new`, and `--map` and `--rejects` of the commands that read leads."""

from pathlib import Path

import pytest
from command_line import AS_OF, Call, Ran

ACCOUNTS = "Customer,Staff,Phone\nAcme,5,13800000001\nBeta,many,13800000002\n"
DEALS = "no,Customer,closed,value\n1,Acme,2026-03-01,=1+1\n2,Acmee,2026-03-01,5\n"
MAPPING = """\
groupbuy: 1
mapping: m
leads: {file: accounts.csv, id: Customer, fields: {headcount: Staff}}
tables:
  orders: {file: deals.csv, lead: Customer, columns: {order_id: no, date: closed, amount: value}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("accounts.csv", ACCOUNTS), ("deals.csv", DEALS), ("m.yaml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def mapped(call: Call, command: str, *more: object) -> Ran:
    return call(command, "accounts.csv", "deals.csv", *more, "--map", "m.yaml", "--as-of", AS_OF)


def test_rows_set_aside_are_said_and_written(call: Call, folder: Path) -> None:
    ran = mapped(call, "evaluate", "--rejects", "rejects.csv", "--format", "json")
    assert ran.code == 3
    assert ran.json["leads"] == []
    assert "leads from accounts.csv: 2 rows = 0 taken" in ran.err
    assert "note: 3 rows set aside are in rejects.csv" in ran.err
    assert (folder / "rejects.csv").read_bytes().decode() == (
        "\ufeffno,Customer,closed,value,Staff,Phone,#reason,#file,#line\r\n"
        '2,Acmee,2026-03-01,5,,,"there is no lead ""Acmee""",deals.csv,3\r\n'
        "1,Acme,2026-03-01,'=1+1,,,"
        '"orders.amount: ""=1+1"" is not an amount of money",deals.csv,2\r\n'
        ',Beta,,,many,13800000002,"headcount: ""many"" is not a whole number",accounts.csv,3\r\n'
    )
    assert "13800000002" not in ran.err + ran.out


def test_what_is_fatal_writes_nothing(call: Call, folder: Path) -> None:
    (folder / "m.yaml").write_text(MAPPING.replace("Staff", "Stff"), encoding="utf-8")
    ran = mapped(call, "evaluate", "--rejects", "rejects.csv")
    assert (ran.code, ran.out) == (2, "")
    assert 'm.yaml:3:63: mapping-column accounts.csv has no column "Stff"' in ran.err
    assert not (folder / "rejects.csv").exists()


def test_check_and_explain_take_a_mapping(call: Call, folder: Path) -> None:
    ran = mapped(call, "check")
    assert ran.code == 1
    assert "headcount: " in ran.err
    (folder / "accounts.csv").write_text(ACCOUNTS.replace("many", "7"), encoding="utf-8")
    (folder / "deals.csv").write_text("no,Customer,closed,value\n1,Beta,2026-03-01,5\n")
    assert mapped(call, "check").code == 0
    ran = mapped(call, "explain", "Beta")
    assert ran.code == 0
    assert "Beta" in ran.out


def test_rejects_go_with_a_mapping(call: Call, folder: Path) -> None:
    ran = call("evaluate", "accounts.csv", "--rejects", "x.csv")
    assert ran.code == 2
    assert "--rejects goes with --map" in ran.err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_draft_is_written_once_and_loads(call: Call, folder: Path, lang: str) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS.replace("many", "7"), encoding="utf-8")
    draft = ("map", "new", "accounts.csv", "deals.csv", "-o", "d.yaml", "--lang", lang)
    ran = call(*draft)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    ran = call("check", "accounts.csv", "deals.csv", "--map", "d.yaml")
    assert "mapping-no-lead" in ran.err, "Acmee is no lead"
    ran = call(*draft)
    assert ran.code == 2
    assert "d.yaml exists, and may hold your work" in ran.err


def test_a_draft_of_no_file(call: Call, folder: Path) -> None:
    ran = call("map", "new", "acounts.csv")
    assert ran.code == 2
    assert 'did you mean "accounts.csv"?' in ran.err


def test_a_draft_names_the_file_it_is_in(call: Call, folder: Path) -> None:
    assert call("map", "new", "accounts.csv", "-o", "crm.yaml").code == 0
    text = (folder / "crm.yaml").read_text(encoding="utf-8")
    assert "groupbuy check accounts.csv --map crm.yaml" in text
