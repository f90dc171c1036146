"""No command shows personal data without --show-pii: every command, every format, every file.

Fields with `pii: true` hold words and numbers that stand nowhere else. They must be in nothing that
a command prints or writes. A command or an option of output that is not in the table below fails
the test: whoever adds one says here how it is tried.
"""

# ruff: noqa: E501 - a command is one line

from __future__ import annotations

import io
import os
import re
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import polars
import pytest
import xlsxwriter
from click.testing import CliRunner

from groupbuy.cli.group import LazyGroup, groupbuy
from groupbuy.cli.running import run

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-22"

MARKS = re.compile(r"maerkel|1399990|mark\d*@pii|98765432|1961[-/年.]0?7|1961-?07|wxmark", re.I)
"""What stands in personal data below, and nowhere else; separators in numbers are taken out."""

OURS = """
groupbuy: 1
pack: ours
fields:
  salary: {type: money, pii: true}
  born: {type: date, pii: true}
  creed: {type: choice, of: [secretcreed, other], pii: true}
  buddies: {type: table, key: name, order: met, fields: {name: {type: text, pii: true}, closeness: {type: number}, met: {type: date}}}
facts:
  who: contact
  whom: coalesce(contact, phone)
  who_small: lower(contact)
  whose: {rows: {a: {when: 'known(creed) and creed == "secretcreed"', value: phone}, b: {value: email}}}
  birthday: born
  pay: salary
  faith: creed
  nearest: first(buddies.name)
  buddies.called: buddies.name
gates:
  ring: {when: known(phone), verdict: terms, unknown: pass, because: "Ring {contact} on {phone}, {email}, {who}, {whom}, {birthday}, {pay}, {faith}", do: "Ask {contact}"}
  each_buddy: {each: buddies, when: buddies.closeness > 1, verdict: terms, unknown: pass, because: "{buddies.name} is {buddies.called}"}
scores:
  nearness: {range: [0, 100], rules: {paid: {when: salary > 5, points: 10, because: "{pay} {contact}"}, believes: {when: creed == "secretcreed", points: 5}}}
grades:
  closeness: {rows: {near: {when: contact != "nobody" and born < today, because: "{contact}, {birthday}"}, far: {}}}
plays:
  ring_up: {when: known(phone), do: "Ring {phone}", who: "{contact}", because: "{email}"}
  ring_each: {each: buddies, when: buddies.closeness > 1, do: "Ring {buddies.name}"}
"""
PROJECT = """
groupbuy: 1
layers: [ours.yaml]
columns: [closeness, nearness, who, whom, contact, phone, born, salary, creed, birthday]
"""
FULL = """
groupbuy: 1
plugins: [history, incentives, proposals]
layers:
  - groupbuy:common
  - [groupbuy:office, groupbuy:welfare, groupbuy:gift]
  - incentives:programs
  - history:repeat
  - proposals:packages
  - ours.yaml
columns: [priority, nearness, who, whom, contact, phone, born, salary, creed, birthday]
"""
PERSON = """contact: Maerkel One
  phone: "13999900001"
  email: mark1@pii.example
  salary: 98765432
  born: 1961-07-13
  creed: secretcreed
  buddies: [{name: Maerkel Two, closeness: 5, met: 2026-01-01}, {name: Maerkel Three, closeness: 1}]
  contacts: [{name: Maerkel Four, phone: "13999900004", email: mark4@pii.example, wechat: wxmark4, role: economic_buyer, influence: 5, access: true}]"""
LEADS = f"""
- id: L1
  name: Works
  customer_type: welfare
  org_kind: private
  occasion: spring_festival
  needed_by: 2027-01-20
  recipients: 480
  budget_per_head: 300
  owner: Anna
  {PERSON}
- id: L2
  name: Twin
  customer_type: office
  {PERSON}
- id: L3
  name: Bought
  customer_type: gift
  orders: [{{order_id: O1, date: 2026-03-01, amount: 5000}}, {{order_id: O2, date: 2026-09-01, amount: 6000}}]
"""
FAULTY = f"""
- id: L8
  name: Faulty
  budget: Many
  {PERSON.replace("salary: 98765432", "salary: 98765432 dollars").replace("1961-07-13", "13 July 1961 or 1961-07-14").replace("secretcreed", "secretcreeds")}
- {{id: L9, name: Odd, contact: Maerkel Nine, contct: Maerkel Ten, phone: [13999900009], headcount: 13999900010 people?}}
"""
ODD_NAMES = "- {id: L7, contact: Maerkel Six, phone: 13999900007, nme: X, budget: 3}\n"
EXPORT = "Customer,Contact,Phone,Staff,Born\nAcme,Maerkel Seven,13999900017,many,1961-07-13\nBeta,Maerkel Eight,13999900018,7,1961-07-x\n"
MAPPING = "groupbuy: 1\nmapping: m\nleads: {file: export.csv, id: Customer, fields: {contact: Contact, phone: Phone, headcount: Staff, born: Born}}\n"
CASES = """
groupbuy: 1
as_of: 2026-11-22
cases:
  - case: fails
    leads: leads.yaml
    expect: {L1: {verdict: stop, facts: {who: nobody, whom: x, pay: 3, nearest: z}, grades: {closeness: far}, because: {gates.ring: never}, plays: {ring_up: {do: no}}}}
"""


@dataclass(frozen=True)
class Tried:
    """How a command is tried. `shows` are runs that show personal data, and must."""

    runs: tuple[str, ...]
    shows: tuple[str, ...] = ()
    why: str = ""


def all_formats(command: str, *forms: str) -> tuple[str, ...]:
    return tuple(f"{command} --format {form}" for form in forms)


FILES = ("leads.yaml", "leads.csv", "leads.xlsx", "leads.jsonl", "leads.parquet")
BOTH = "--cuts cuts.json"
TABLE: Mapping[str, Tried] = {
    "init": Tried(("init other",)),
    "evaluate": Tried(
        (
            *all_formats("evaluate leads.yaml", "table", "json", "jsonl", "csv", "md"),
            "evaluate leads.yaml --format table --lang zh",
            "evaluate leads.yaml --format xlsx -o out.xlsx",
            *(f"evaluate {name} --format json --engine rows" for name in FILES),
            *(f"evaluate {name} --format csv --engine columns --columns who,contact,phone,nearness,pay,birthday,faith" for name in FILES),
            "evaluate leads.yaml --engine columns -o out.parquet",
            "evaluate leads.yaml --engine duckdb --format jsonl",
            "evaluate faulty.yaml", "evaluate faulty.csv", "evaluate odd.yaml", "evaluate faulty.xlsx", "evaluate faulty.jsonl",
            "evaluate faulty.csv --engine columns --format csv",
            "evaluate faulty.yaml --strict", "evaluate faulty.yaml --format json",
            "evaluate leads.yaml --where 'contact == \"x\"'",
            "evaluate leads.yaml --save-cuts cuts.json --new-leads new.yaml -o out.txt",
            "evaluate leads.yaml --log log.jsonl", "evaluate leads.yaml --log log.jsonl --show-pii -o /dev/null",
            "evaluate faulty.yaml --log log.jsonl",
            "evaluate export.csv --map m.yaml --rejects rejects.csv",
            *(f"evaluate {name}" for name in ("broken.csv", "long.csv", "broken.yaml", "twice.yaml")),
            *(f"evaluate {name} --engine columns --format csv" for name in ("broken.csv", "long.csv", "faulty.yaml", "twice.yaml")),
            "evaluate open.csv --map m2.yaml",
            "evaluate leads.yaml --rules full --format json", "explain leads.yaml L1 --rules full",
        ),
        (
            *all_formats("evaluate leads.yaml --show-pii", "table", "json", "jsonl", "csv", "md"),
            "evaluate leads.yaml --show-pii --format xlsx -o out.xlsx",
            "evaluate leads.yaml --show-pii --engine columns --format csv --columns who,contact",
        ),
    ),
    "explain": Tried(
        (*all_formats("explain leads.yaml L1", "text", "json"), "explain leads.yaml L1 --lang zh", "explain leads.yaml L1 --what-if", "explain leads.yaml L3", "explain leads.yaml Maerkl", "explain faulty.yaml L8"),
        all_formats("explain leads.yaml L1 --show-pii", "text", "json"),
    ),
    "sheet": Tried(
        ("sheet leads.yaml L1", "sheet leads.yaml L1 --format md", "sheet leads.yaml L1 --format html", "sheet leads.yaml L1 --format docx -o L1.docx", "sheet leads.yaml L1 --format pdf -o L1.pdf", "sheet leads.yaml L1 --lang zh"),
        ("sheet leads.yaml L1 --show-pii", "sheet leads.yaml L1 --show-pii --format docx -o L1.docx"),
    ),
    "report": Tried(
        ("report leads.yaml --format html -o report.html", "report leads.yaml --format xlsx -o report.xlsx"),
        ("report leads.yaml -o report.html --show-pii", "report leads.yaml -o report.xlsx --show-pii"),
    ),
    "check": Tried(
        (
            "check", "check leads.yaml", "check faulty.yaml", "check faulty.csv", "check faulty.xlsx", "check odd.yaml", "check export.csv --map m.yaml",
            "check faulty.yaml --format json", "check faulty.yaml --format github", "check faulty.yaml --format sarif",
        )
    ),
    "test": Tried(("test ours.test.yaml --rules rules", "test ours.test.yaml --rules rules --format json", "test ours.test.yaml --rules rules --format junit", "test ours.test.yaml --rules rules --coverage", "test ours.test.yaml --rules rules --mutate")),
    "diff": Tried(
        all_formats("diff rules changed leads.yaml", "table", "json", "csv"),
        why="--show-pii is for models that mark the lead's name, which is all that diff shows",
    ),
    "log verify": Tried(("log verify log.jsonl",)),
    "log replay": Tried(("log replay log.jsonl", "log replay log.jsonl --leads leads.yaml", "log replay log.jsonl --rules changed --leads leads.yaml")),
    "fmt": Tried(("fmt rules --diff", "fmt rules --check")),
    "rules list": Tried(all_formats("rules list", "text", "json")),
    "rules show": Tried(("rules show --for leads.yaml L1", "rules show nearness --for leads.yaml L1 --format json", "rules show")),
    "rules export": Tried((*all_formats("rules export", "text", "json"), "rules export grades.closeness -o closeness.csv")),
    "rules import": Tried(("rules import closeness.csv --into rules/ours.yaml --entry grades.closeness --dry-run",)),
    "rules upgrade": Tried(
        (*all_formats("rules upgrade leads.yaml --rules full", "text", "json"), "rules upgrade faulty.yaml --rules full"),
        why="--show-pii is for models that mark the lead's name, as with diff",
    ),
    "lsp": Tried((), why="it speaks with an editor about rules, and opens no lead file but cases'"),
    "rules names": Tried(all_formats("rules names", "text", "json")),
    "schema": Tried(("schema lead", "schema pack", "schema result")),
    "map new": Tried(("map new export.csv", "map new open.csv", "map new long.csv", "map new leads.csv leads.contacts.csv")),
    "blank": Tried(("blank csv", "blank yaml", "blank xlsx -o blank.xlsx")),
    "error": Tried(("error lead-required",)),
    "plugins list": Tried(("plugins list",)),
    "plugins doctor": Tried(("plugins doctor incentives",)),
    "plugins new": Tried(("plugins new fresh_one --kind scorer",)),
    "propose": Tried(
        ("propose leads.yaml --rules full -o proposals --catalogue catalogue.yaml", "propose leads.yaml --rules full -o proposals --catalogue catalogue.yaml --also docx --also xlsx --lang zh", "propose faulty.yaml --rules full -o proposals --catalogue catalogue.yaml"),
        why="A proposal names the customer, who is an organisation, and no person of theirs.",
    ),
    "catalogue check": Tried(("catalogue check catalogue.yaml",)),
    "catalogue example": Tried(("catalogue example -o catalogue.yaml",)),
    "history-fit": Tried(("history-fit leads.yaml --rules full", "history-fit faulty.yaml --rules full")),
    "settle": Tried((*all_formats("settle leads.yaml --rules full --deals deals.csv --payments payments.csv --referrals referrals.csv", "table", "json", "csv"), "settle faulty.yaml --rules full --deals deals.csv", "settle leads.yaml --rules full --deals deals.csv --format xlsx -o statement.xlsx")),
    "ledger list": Tried(all_formats("ledger list", "table", "json", "csv")),
    "ledger verify": Tried(("ledger verify --rules full",)),
    "ledger export": Tried((*all_formats("ledger export", "jsonl", "csv"), "ledger export --format xlsx -o ledger.xlsx")),
    "ledger approve": Tried(all_formats("ledger approve --by Anna --reference A1", "table", "json", "csv")),
    "ledger pay": Tried(all_formats("ledger pay --by Anna --reference P1", "table", "json", "csv")),
    "ledger balance": Tried((*all_formats("ledger balance", "table", "json", "csv"), "ledger balance --format xlsx -o balance.xlsx")),
    "plan": Tried(
        (*all_formats("plan leads.yaml --rules full --team team.yaml --week 2026-W48", "table", "json", "csv", "ics"), "plan leads.yaml --rules full --review 2026-11-22", "plan leads.yaml --rules full --write-team other.yaml", "plan faulty.yaml --rules full --team team.yaml"),
        ("plan leads.yaml --rules full --team team.yaml --week 2026-W48 --show-pii --format json",),
    ),
    "refer": Tried(all_formats("refer leads.yaml --rules full", "table", "json", "csv")),
}  # fmt: skip

REFUSED = re.compile(
    r"ledger (approve|pay)|faulty|odd\.|broken|long|twice|open\.|m2\.|Maerkl|history-fit|--strict"
)
"""Runs that end with an error: it may say where, and not what."""
EXEMPT = {"rejects.csv": "rows of the user's own export, to be mended and read again"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command there is, those of installed plugins too, with its full name."""
    context = click.Context(groupbuy)
    assert isinstance(groupbuy, LazyGroup)
    for name in groupbuy.list_commands(context):
        yield from _below(name, groupbuy.get_command(context, name))


def _below(name: str, command: click.Command | None) -> Iterator[tuple[str, click.Command]]:
    assert command is not None
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            yield from _below(f"{name} {inner}", command.get_command(click.Context(command), inner))
    else:
        yield name, command


ALL = dict(commands())


def test_every_command_is_in_the_table() -> None:
    missing = sorted(ALL.keys() - TABLE.keys())
    assert not missing, f"say in TABLE how these are tried: {missing}"


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_format_of_a_command_is_tried(name: str) -> None:
    """A format that is added and not tried could show what the others mask."""
    runs = " ".join(TABLE[name].runs)
    for option in ALL[name].params:
        if option.name == "form" and isinstance(option.type, click.Choice) and name != "error":
            tried = {form for form in option.type.choices if re.search(rf"\b{form}\b", runs)}
            untried = set(option.type.choices) - tried - {str(option.default)}
            assert not untried, f"{name} --format {sorted(untried)}"
        if "--show-pii" in option.opts:
            assert TABLE[name].shows or TABLE[name].why, (
                f"{name} takes --show-pii: a run that shows something"
            )


# ── the folder ──


def workbook(path: Path, rows: list[list[object]], contacts: list[list[object]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    for title, lines in (("leads", rows), ("contacts", contacts)):
        sheet = book.add_worksheet(title)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    book.close()


HEADS: list[object] = [
    "id",
    "name",
    "contact",
    "phone",
    "email",
    "salary",
    "born",
    "creed",
    "budget",
]
GOOD: list[object] = [
    "L1",
    "Works",
    "Maerkel One",
    "13999900001",
    "mark1@pii.example",
    98765432,
    "1961-07-13",
    "secretcreed",
    7,
]
BAD: list[object] = [
    "L8",
    "Faulty",
    "Maerkel One",
    "13999900001",
    "mark1@pii.example",
    "98765432 dollars",
    "1961-07-133",
    "secretcreeds",
    "Many",
]
CONTACTS: list[list[object]] = [
    ["lead", "name", "phone", "wechat", "influence"],
    ["L1", "Maerkel Four", "13999900004", "wxmark4", 5],
]
BAD_CONTACTS = [CONTACTS[0], ["L8", "Maerkel Four", "13999900004", "wxmark4", "strong"], ["L77", "Maerkel Stray", "13999900005", "wxmark5", 3]]  # fmt: skip


def as_csv(rows: list[list[object]]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def as_json_lines(row: list[object]) -> str:
    import json

    return json.dumps(dict(zip(map(str, HEADS), row, strict=True))) + "\n"


def made(folder: Path) -> None:
    """Rules, leads in every format, faulty ones, an export with its mapping, deals."""
    texts = {
        "rules/groupbuy.yaml": PROJECT,
        "rules/ours.yaml": OURS,
        "full/groupbuy.yaml": FULL,
        "full/ours.yaml": OURS,
        "ours.test.yaml": CASES,
        "closeness.csv": "name,when\nfar,known(phone)\nnear,\n",
        "team.yaml": "groupbuy: 1\npeople: {Anna: {role: salesperson}}\n",
        "changed/groupbuy.yaml": PROJECT,
        "changed/ours.yaml": OURS.replace("points: 10", "points: 20").replace("far: {}", "far: {when: known(phone)}").replace("lower(contact)", "contact"),
        "leads.yaml": LEADS,
        "faulty.yaml": FAULTY,
        "odd.yaml": ODD_NAMES,
        "leads.csv": as_csv([HEADS, GOOD]),
        "leads.contacts.csv": as_csv(CONTACTS),
        "faulty.csv": as_csv([HEADS, BAD, [*BAD[:3], "13999900002", "x", "x", "x", "x", "x", "Maerkel Long"]]),
        "faulty.contacts.csv": as_csv(BAD_CONTACTS),
        "leads.jsonl": as_json_lines(GOOD),
        "faulty.jsonl": as_json_lines(BAD) + '{"id": "L5", "contact": "Maerkel Cut, "phone"}\n',
        "broken.csv": "id,contact,phone\nL1,\"Maerkel Open,13999900001\nL2,Maerkel,13999900002,extra\n",
        "long.csv": "id,contact,phone\nL2,Maerkel,13999900002,extra 13999900003\n",
        "broken.yaml": "- {id: L1, contact: Maerkel One, phone: 13999900001\n- id: L2 contact: Maerkel\n",
        "twice.yaml": "- {id: L1, contact: Maerkel One, contact: Maerkel Two, phone: 13999900001}\n",
        "open.csv": "Customer,Contact,Phone,Staff,Born\nAcme,\"Maerkel Open,13999900017,many,x\n",
        "m2.yaml": MAPPING.replace("export.csv", "open.csv"),
        "export.csv": EXPORT,
        "m.yaml": MAPPING,
        "deals.csv": "成交编号,成交日期,客户编号,金额\nD1,2026-03-19,L1,420000\nD2,2026-06-05,L2,120000.05\nD3,2026-06-05,L99,5\n",
        "payments.csv": "回款编号,订单号,回款日期,回款金额\nP1,D1,2026-04-20,420000\nP2,D2,2026-07-01,120000.05\n",
        "referrals.csv": "推荐编号,推荐日期,介绍人,新客户,收款方\nR1,2026-05-10,L1,L2,单位\n",
    }  # fmt: skip
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    workbook(folder / "leads.xlsx", [HEADS, GOOD], CONTACTS)
    workbook(folder / "faulty.xlsx", [HEADS, BAD], BAD_CONTACTS)
    polars.read_csv(folder / "leads.csv", infer_schema=False).write_parquet(
        folder / "leads.parquet"
    )
    for first in (
        "catalogue example -o catalogue.yaml",
        "evaluate leads.yaml --save-cuts cuts.json -o x.txt",
        "evaluate leads.yaml --log log.jsonl",
        "settle leads.yaml --rules full --deals deals.csv --payments payments.csv",
    ):
        args = [*shlex.split(first), *(() if first.startswith("cat") else ("--as-of", AS_OF))]
        ran = CliRunner().invoke(groupbuy, args, standalone_mode=False, catch_exceptions=False)
        assert ran.return_value in (0, 3), ran.output


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("personal")
    before = Path.cwd()
    os.chdir(folder)
    try:
        made(folder)
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def home(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import shutil

    folder = tmp_path / "home"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GROUPBUY_TRACE_PLUGINS", "1")
    return folder


def text_of(path: Path) -> str:
    """All that a file says, whatever its form."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return str(polars.read_parquet(path).to_dicts())
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "\n".join(
                package.read(name).decode(errors="replace") for name in package.namelist()
            )
    return content.decode(errors="replace")


def said(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, int]:
    """All that a command prints and writes."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    args = shlex.split(line)
    dated = {option.name for option in ALL[name_of(line)].params} >= {"as_of"}
    code = run(groupbuy, [*args, *(["--as-of", AS_OF] if dated else [])])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err, captured.err
    written = [
        f"{path.relative_to(folder)}\n{text_of(path)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.read_bytes() != before.get(path) and path.name not in EXEMPT
    ]
    return "\n".join([captured.out, captured.err, *written]), code


def name_of(line: str) -> str:
    words = line.split()
    return " ".join(words[:2]) if " ".join(words[:2]) in ALL else words[0]


def found(text: str) -> list[str]:
    """The marks in a text, each with what stands around it; separators in numbers don't hide them."""
    plain = re.sub(r"(?<=\d)[,  ](?=\d{3})", "", text)
    return [plain[max(0, m.start() - 60) : m.end() + 30] for m in MARKS.finditer(plain)]


RUNS = [line for name in TABLE if name in ALL for line in TABLE[name].runs]
SHOWS = [line for name in TABLE if name in ALL for line in TABLE[name].shows]


@pytest.mark.parametrize("line", RUNS)
def test_nothing_shows_personal_data(
    home: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, code = said(line, home, capsys)
    assert found(text)[:5] == []
    if not REFUSED.search(line):
        assert code != 2, text  # what does not run shows nothing


@pytest.mark.parametrize("line", SHOWS)
def test_it_is_shown_to_who_asks_for_it(
    home: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The marks would be found: the tests above do not look for what can't be there."""
    text, code = said(line, home, capsys)
    assert code == 0, text
    assert found(text)
