"""Mapping files: how each thing that a mapping can say becomes values of leads."""

from datetime import date
from pathlib import Path

import pytest
from mapping_world import DEALS, HEAD, LEADS, MODEL, ORDERS, World
from xlsx_world import workbook

from groupbuy.errors import GroupbuyError, Problems, Source
from groupbuy.files import mapping as mapping_package
from groupbuy.files.mapping.load import load_mapping, mapping_of
from groupbuy.files.mapping.read import read_mapped
from groupbuy.files.mapping.rejects import Reject, rejects_csv

CRM = Path(__file__).parents[2] / "examples" / "crm"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("fields", "name", "values"),
    [
        ("name: Account Name", "name", ["Acme", "Beta"]),
        ("客户名称: account_name", "name", ["Acme", "Beta"]),
        ("staff: Staff", "staff", [2822, 12]),
        ("budget: {column: Revenue USD m, times: 1000000}", "budget", [1100040000, 100000]),
        ("budget: {column: Revenue (USD m), unit: 百万元}", "budget", [1100040000, 100000]),
        ("share: {column: Revenue (USD m), times: 0.0001}", "share", [0.110004, 0.00001]),
        ("sector: {column: Sector, values: {technolgy: industrial}}", "sector",
         ["industrial", "retail"]),
        ("sector: {column: Sector, values: {TECHNOLGY: }}", "sector", [None, "retail"]),
        ("sector: {column: Sector, others: other}", "sector", ["other", "retail"]),
        ("since: {column: Since, format: DD-MM-YY}", "since",
         [date(2017, 1, 31).toordinal(), date(2017, 2, 13).toordinal()]),
        ("tender: {constant: true}", "tender", [True, True]),
        ("owner: {constant: 007}", "owner", ["007", "007"]),
        ('region: {compute: "\'big\' if Staff == \'12\' else \'small\'"}', "region",
         ["small", "big"]),
        ("owner: {column: Account Name, blank: [acme], else: Sector}", "owner",
         ["technolgy", "Beta"]),
        ('owner: {column: Phone, without: ["1380", "00000"]}', "owner", ["01", "02"]),
    ],
)  # fmt: skip
def test_ways_to_fill_a_field(world: World, fields: str, name: str, values: list[object]) -> None:
    assert [lead[name] for lead in world.leads(fields).values()] == values


def test_declared_types_are_what_expressions_see(world: World) -> None:
    mapping = """\
files:
  a: {file: accounts.csv, types: {Staff: number, Since: {type: date, format: DD-MM-YY}}}
leads:
  file: a
  id: Account Name
  fields:
    staff: {compute: Staff * 2}
    since: Since
    tender: {compute: Since < "2017-02-01" and Staff > 100}
    region: {compute: "'old' if days_since(Since) > 330 else 'new'"}
"""
    leads = world.read(HEAD + mapping, "accounts.csv").leads.leads
    assert [lead.values["staff"] for lead in leads] == [5644, 24]
    assert [lead.values["since"] for lead in leads] == [736360, 736373]
    assert [lead.values["tender"] for lead in leads] == [True, False]
    assert [lead.values["region"] for lead in leads] == ["old", "new"]


def test_rows_of_a_table_and_what_became_of_each(world: World) -> None:
    found = world.read(LEADS + ORDERS)
    assert [lead.values["orders"] for lead in found.leads.leads] == [
        [{"order_id": "1", "date": 736389, "amount": 100, "status": None, "category": None}],
        [{"order_id": "4", "date": 736392, "amount": 50.5, "status": None, "category": None}],
    ]
    assert [str(count) for count in found.counts] == [
        "leads from accounts.csv: 2 rows = 2 taken",
        'orders from deals.csv: 4 rows = 2 taken + 1 dropped (not stage == "Won")'
        " + 1 dropped (no customer)",
    ]
    lead = found.leads.leads[0]
    assert lead.place("orders", 0, "amount").short.endswith("deals.csv:2")
    assert lead.place("orders", 0, "amount").column == 23


def test_several_files_of_one_kind_are_read_as_one(world: World) -> None:
    world.put("deals_2.csv", "value,closed,no,customer,stage\n9,2017-05-01,5,Beta,Won\n")
    both = (LEADS + ORDERS).replace("deals.csv", '"deals*.csv"')
    found = world.read(both, "accounts.csv", "deals.csv", "deals_2.csv")
    orders = found.leads.leads[1].values["orders"]
    assert isinstance(orders, list)
    assert [row["amount"] for row in orders] == [50.5, 9]
    assert [count.file for count in found.counts] == ["accounts.csv", "deals.csv", "deals_2.csv"]


TEAMS = "agent,region\nAnn,East\nBob,West\n"
VISITS = """\
customer,agent,day
Acme,Ann,2017-01-03
Acme,Bob,2017-01-05
Acme,Bob,2017-01-01
Beta,Bib,2017-01-01
Beta,,2017-01-09
"""


@pytest.mark.parametrize(
    ("step", "owners"),
    [
        ("pick: first", ["Ann", "Bib"]),
        ("pick: last", ["Bob", "Bib"]),
        ("pick: last, order: day", ["Bob", "Bib"]),
        ("pick: first, order: day", ["Bob", "Bib"]),
        ("pick: most", ["Bob", "Bib"]),
        ("where: agent != \"Bob\"", ["Ann", "Bib"]),
    ],
)  # fmt: skip
def test_look_ups_in_another_file(world: World, step: str, owners: list[str]) -> None:
    world.put("visits.csv", VISITS)
    by = "by: Account Name"
    fields = f"owner: {{lookup: {{file: visits.csv, key: customer, {by}, take: agent, {step}}}}}"
    leads = world.leads(fields, "accounts.csv", "visits.csv")
    assert [lead["owner"] for lead in leads.values()] == owners


def test_look_ups_go_on_step_by_step_and_say_what_was_not_found(world: World) -> None:
    world.put("visits.csv", VISITS)
    world.put("teams.csv", TEAMS)
    mapping = """\
  fields:
    region:
      lookup:
        - {file: visits.csv, key: customer, by: Account Name, take: agent, pick: first}
        - {file: teams.csv, key: agent, take: region}
"""
    found = world.read(LEADS + mapping, "accounts.csv", "visits.csv", "teams.csv")
    assert [lead.values["region"] for lead in found.leads.leads] == ["East", None]
    assert found.leads.notes[-1] == (
        'leads.region: teams.csv has no agent "Bib" (1×; did you mean "Bob"?); left blank'
    )


def test_a_key_with_two_values_is_a_problem(world: World) -> None:
    world.put("visits.csv", VISITS)
    step = "{file: visits.csv, key: customer, by: Account Name, take: agent}"
    (problem,) = world.problems(
        f"{LEADS}  fields: {{owner: {{lookup: {step}}}}}\n", "accounts.csv", "visits.csv"
    )
    assert world.short(problem) == (
        'm.yaml:6:28: mapping-lookup "Acme" has several agent in visits.csv: "Ann" and "Bob" '
        "(line 3)"
    )


GROUPED = """\
leads:
  file: accounts.csv
  id: {compute: "coalesce(parent, name)"}
  group: true
  fields:
    name: {compute: "coalesce(parent, name)"}
    staff: {column: staff, pick: sum}
    budget: {column: budget, pick: max}
    since: {column: since, pick: min}
    owner: {column: owner, pick: most}
    region: region
tables:
  orders:
    file: deals.csv
    lead:
      lookup: {file: accounts.csv, key: name, by: customer, take: parent}
      else: customer
    columns: {order_id: no}
"""
COMPANIES = """\
name,parent,staff,budget,since,owner,region
Acme,,10,5,2017-01-02,Ann,
Acme East,Acme,3,7.5,2016-05-05,Bob,East
Acme West,Acme,,6,,Bob,East
Beta,,1,1,,,
"""


def test_one_lead_from_several_rows(world: World) -> None:
    world.put("accounts.csv", COMPANIES)
    world.put("deals.csv", "no,customer\n1,Acme\n2,Acme West\n3,Beta\n")
    found = world.read(GROUPED)
    acme, beta = (lead.values for lead in found.leads.leads)
    assert {name: acme[name] for name in ("id", "staff", "budget", "since", "owner", "region")} == {
        "id": "Acme",
        "staff": 13,
        "budget": 7.5,
        "since": date(2016, 5, 5).toordinal(),
        "owner": "Bob",
        "region": "East",
    }
    orders = [acme["orders"], beta["orders"]]
    assert [[row["order_id"] for row in rows] for rows in orders] == [["1", "2"], ["3"]]  # type: ignore[attr-defined]
    assert str(found.counts[0]).endswith("4 rows = 4 taken, which make 2 leads")
    assert not found.leads.set_aside


def test_rows_of_one_lead_that_differ(world: World) -> None:
    world.put("accounts.csv", COMPANIES.replace("Bob,East\nBeta", "Bob,West\nBeta"))
    world.put("deals.csv", "no,customer\n1,Acme\n")
    (aside,) = world.read(GROUPED).leads.set_aside
    assert [world.short(problem) for problem in aside.problems] == [
        'accounts.csv:4:24: mapping-rows-differ region: the rows of "Acme" have "East" and "West"'
    ]


# --- what is set aside ------------------------------------------------------------------------


def test_rows_that_violate_the_model_are_set_aside_with_their_leads(world: World) -> None:
    world.put("deals.csv", DEALS + "5,Acme,Won,2017-03-05,much\n6,Acmee,Won,2017-03-06,1\n7,Acme\n")
    found = world.read(LEADS + ORDERS)
    assert [lead.id for lead in found.leads.leads] == ["Beta"]
    problems = [world.short(p) for aside in found.leads.set_aside for p in aside.problems]
    assert problems == [
        "deals.csv:8: csv-row-length this row has 2 cells, the header 5",
        'deals.csv:7:3: mapping-no-lead there is no lead "Acmee"',
        'deals.csv:6:23: value-number orders.amount: "much" is not an amount of money',
    ]
    assert [(reject.line, reject.reason) for reject in found.rejects] == [
        (8, "this row has 2 cells, the header 5"),
        (7, 'there is no lead "Acmee"'),
        (6, 'orders.amount: "much" is not an amount of money'),
    ]
    assert all(count.adds_up for count in found.counts)
    assert str(found.counts[1]).endswith("1 dropped (their lead is set aside) + 3 set aside")


def test_an_unknown_condition_sets_aside(world: World) -> None:
    world.put("deals.csv", "no,customer,stage,closed,value\n1,Acme,,2017-03-01,5\n")
    found = world.read(LEADS + ORDERS)
    assert [aside.id for aside in found.leads.set_aside] == ["Acme"]
    assert found.rejects[0].reason == (
        'whether this row counts can\'t be said: stage == "Won"'
    )  # fmt: skip


def test_a_row_of_leads_without_an_id_is_set_aside(world: World) -> None:
    world.put("accounts.csv", "Account Name,Phone\n,138\nAcme,139\n")
    found = world.read(LEADS + "  fields: {phone: Phone}\n", "accounts.csv")
    assert [lead.id for lead in found.leads.leads] == ["Acme"]
    assert [reject.cells for reject in found.rejects] == [("", "138")]
    at = found.leads.set_aside[0].problems[0].at
    assert at is not None
    assert at.excerpt is None, "the line has a phone number"


def test_rows_that_stand_twice_are_said(world: World) -> None:
    world.put("deals.csv", DEALS + "1,Acme,Won,2017-03-01,100\n")
    notes = [note.replace(f"{world.path}/", "") for note in world.read(LEADS + ORDERS).leads.notes]
    assert notes[0] == (
        "orders: 1 row stands in the files twice, and counts twice; "
        'the first is order_id "1" at deals.csv:6'
    )


def test_files_that_nothing_uses_are_said(world: World) -> None:
    notes = world.read(LEADS).leads.notes
    assert notes[-1] == "deals.csv is not used by the mapping"


def test_rejects_are_inert_and_can_be_read_again() -> None:
    rows = [
        Reject(("a", "b"), ("=1+1", "x,\ny"), '"much"', "a.csv", 3),
        Reject(("b", "c"), ("-5", "@z", "beyond"), "too long", "b.csv", 4),
    ]
    assert rejects_csv(rows) == (
        "\ufeffa,b,c,#1,#reason,#file,#line\r\n"
        '\'=1+1,"x,\ny",,,"""much""",a.csv,3\r\n'
        ",-5,'@z,beyond,too long,b.csv,4\r\n"
    )
    assert rejects_csv([]) == "\ufeff#reason,#file,#line\r\n"


# --- what is wrong with a mapping -------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "problem", "hint"),
    [
        (LEADS.replace("Account Name", "Acount Name"),
         'm.yaml:5:7: mapping-column accounts.csv has no column "Acount Name"',
         'did you mean "Account Name"?'),
        (LEADS.replace("accounts", "acounts"),
         'm.yaml:4:9: mapping-file no file given is called "acounts.csv"',
         "given: accounts.csv, deals.csv"),
        (LEADS + "  fields: {nam: Sector}\n",
         'm.yaml:6:12: mapping-field the lead model has no field "nam"', 'did you mean "name"?'),
        (LEADS + "  fields: {name: Sector, account: Phone}\n",
         "m.yaml:6:26: mapping-field name is filled twice: also at m.yaml:6:12",
         "leave one of them out"),
        (LEADS + "  fields: {id: Sector}\n",
         "m.yaml:6:12: mapping-field id is filled twice", "it is filled by `id:` above"),
        (LEADS + "  fields: {orders: Sector}\n",
         "m.yaml:6:12: mapping-field orders is a table", "write it under tables: orders:"),
        (LEADS + "  fields: {since: Since}\n",
         'm.yaml:6:19: mapping-date the dates of "Since" could be several days: "31-01-17"',
         'say how they are written; what fits all of them: format: "DD-MM-YY" or "YY-MM-DD"'),
        (LEADS + "  fields: {since: {column: Since, format: DD/MM}}\n",
         'm.yaml:6:43: mapping-format "DD/MM" is not a format of dates',
         "it has a day, a month and a year: DD-MM-YY, M/D/YYYY, DD MMM YYYY, or excel"),
        (LEADS + "  fields: {name: {column: Since, format: DD-MM-YY}}\n",
         "m.yaml:6:42: mapping-value `format` is for dates, and name is a text", "leave it out"),
        (LEADS + "  fields: {budget: {column: Staff, unit: dollars}}\n",
         'm.yaml:6:42: mapping-unit "dollars" is not a unit of budget',
         "元, 千元, 万元, 百万元, 亿元 for money, % for percent; else times: 1000"),
        (LEADS + "  fields: {sector: {column: Sector, values: {technolgy: indstrial}}}\n",
         'm.yaml:6:57: value-choice sector: "indstrial" is not one of the choices',
         'did you mean "industrial"?'),
        (LEADS + "  fields: {staff: {constant: few}}\n",
         'm.yaml:6:30: value-number staff: "few" is not a whole number', None),
        (LEADS + "  fields: {staff: {compute: Sector}}\n",
         "m.yaml:6:29: mapping-compute staff is a integer, and this is a text",
         "a column is a text unless `files: … types:` says otherwise"),
        (LEADS + "  fields: {name: {compute: Sectr}}\n",
         'm.yaml:6:28: unknown-name nothing is called "Sectr"', 'did you mean "Sector"?'),
        (LEADS + "  fields: {name: {column: Sector, constant: x}}\n",
         "m.yaml:6:18: mapping-value this says twice where the value comes from: "
         "column and constant", "one of column, constant, compute, lookup"),
        (LEADS + "  fields: {name: {column: Sector, tmes: 2}}\n",
         'm.yaml:6:35: unknown-key "tmes" is not a key here', 'did you mean "times"?'),
        (LEADS + "  fields: {name: {column: Sector, pick: last}}\n",
         "m.yaml:6:41: mapping-pick `pick` chooses among several rows of one lead, and each row "
         "is a lead here", "write `group: true` under `leads:`, or leave `pick` out"),
        (LEADS + ORDERS.replace("orders:", "order:"),
         'm.yaml:7:3: mapping-table the lead model has no table "order"',
         'did you mean "orders"?'),
        (LEADS + ORDERS.replace("==", "="),
         "m.yaml:10:28: bad-expression = sets a value; a comparison is written ==",
         'did you mean: customer == ""'),
        (LEADS + "  sheet: Accounts\n",
         'm.yaml:4:9: mapping-sheet accounts.csv is no workbook: it has no sheet "Accounts"',
         "leave `sheet:` out"),
        ("files: {a: {file: accounts.csv, types: {Stff: number}}}\n"
         "leads: {file: a, id: Account Name}\n",
         'm.yaml:3:41: mapping-column accounts.csv has no column "Stff"', 'did you mean "Staff"?'),
    ],
)  # fmt: skip
def test_faults_of_a_mapping(world: World, mapping: str, problem: str, hint: str | None) -> None:
    first = world.problems(HEAD + mapping)[0]
    assert (world.short(first), first.hint) == (problem, hint)


def test_all_faults_are_told_in_one_run_from_top_to_end(world: World) -> None:
    mapping = (
        LEADS.replace("Name", "Nme")
        + "  fields: {nam: Sectr, staff: {colum: Staff}}\n"
        + (ORDERS.replace("stage ==", "stge ==").replace("value}", "valu, amont: no}"))
    )
    found = world.problems(HEAD + mapping)
    assert [(p.at.line, p.code) for p in found if p.at] == [
        (5, "mapping-column"),
        (6, "mapping-field"),
        (6, "unknown-key"),
        (12, "unknown-name"),
        (13, "mapping-column"),
        (13, "mapping-field"),
    ]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "- 1\n", "groupbuy: 1\npack: x\n", "x: [\n"])
def test_what_is_no_mapping_file(world: World, text: str) -> None:
    world.put("m.yaml", text)
    with pytest.raises(GroupbuyError) as caught:
        read_mapped([world.path / "accounts.csv"], world.path / "m.yaml", MODEL)
    assert all(problem.code.startswith(("mapping-", "yaml-")) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        ("", "accounts.csv: csv-empty this file is empty"),
        ("a,a\n1,2\n", 'accounts.csv:1:3: csv-header two columns are called "a"'),
        ("Account Name\nAcme\nBeta\nAcme\n",
         'accounts.csv:4:1: lead-same-id the id "Acme" is given twice: first at accounts.csv:2:1'),
    ],
)  # fmt: skip
def test_faults_of_a_file(world: World, accounts: str, problem: str) -> None:
    world.put("accounts.csv", accounts)
    found = [p for p in world.problems(LEADS, "accounts.csv") if p.code != "mapping-column"]
    assert [world.short(p).replace(f"{world.path}/", "") for p in found] == [problem]


def test_sheets_of_a_workbook(world: World) -> None:
    world.put(
        "crm.xlsx",
        workbook(
            {
                "Accounts": [["Account Name", "Staff"], ["Acme", 5], ["Beta", 7]],
                "Deals": [["no", "customer", "value"], [1, "Acme", 10.5]],
            }
        ),
    )
    mapping = """\
leads: {file: crm.xlsx, sheet: Accounts, id: Account Name, fields: {staff: Staff}}
tables:
  orders: {file: crm.xlsx, sheet: deals, lead: customer, columns: {order_id: no, amount: value}}
"""
    found = world.read(mapping, "crm.xlsx")
    assert [lead.values["staff"] for lead in found.leads.leads] == [5, 7]
    orders = found.leads.leads[0].values["orders"]
    assert isinstance(orders, list)
    assert [(row["order_id"], row["amount"]) for row in orders] == [("1", 10.5)]
    (problem,) = world.problems(mapping.replace("sheet: deals, ", ""), "crm.xlsx")
    assert problem.message == "crm.xlsx has several sheets: Accounts, Deals"


def test_rows_that_cannot_be_looked_up_are_said(world: World) -> None:
    world.put("visits.csv", VISITS + "Beta,Bob\nBeta,Ann\x07,2017-01-01\n")
    step = "{file: visits.csv, key: customer, by: Account Name, take: agent, pick: last}"
    mapping = f"{LEADS}  fields: {{owner: {{lookup: {step}}}}}\n"
    found = world.read(mapping, "accounts.csv", "visits.csv")
    assert found.leads.leads[1].values["owner"] == "Bib"
    assert found.leads.notes[-1].replace(f"{world.path}/", "") == (
        "leads.owner: 2 rows can't be looked up: visits.csv:7: this row has 2 cells, the header 3"
    )


# --- what is shown to people loads -------------------------------------------------------------


def test_the_example_of_the_docstring() -> None:
    text = (mapping_package.__doc__ or "").split("\n\n    groupbuy: 1")[1].split("\n\nBeside")[0]
    problems = Problems()
    spec = mapping_of(Source("doc", "    groupbuy: 1" + text), problems)
    assert not problems.found, problems.found
    assert spec.leads is not None
    assert [name.text for name, _ in spec.leads.fields][-1] == "owner"


@pytest.mark.parametrize("path", sorted(CRM.glob("*.map.yaml")), ids=lambda path: path.name)
def test_the_shipped_examples(path: Path) -> None:
    problems = Problems()
    assert load_mapping(path, problems).leads is not None
    assert not problems.found, problems.found
