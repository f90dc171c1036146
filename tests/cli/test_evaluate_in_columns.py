"""`groupbuy evaluate` in columns: files in and out, cuts kept, errors in words."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from command_line import Call

from groupbuy.cli import ask

RULES = """
groupbuy: 1
pack: p
facts: {n: budget / headcount}
gates: {stopped: {when: do_not_call, verdict: stop, unknown: pass}}
scores: {s: {range: [0, 9], rules: {big: {when: budget >= 100, points: 5}}}}
grades:
  tier: {rank: budget, cuts: {top: {top: 25%}, rest: {}}}
  first: {rank: budget, within: name, cuts: {first: {top: 1}, rest: {}}}
plays: {call: {when: s >= 5, do: call}}
"""
LEADS = "id,name,budget,headcount\nL1,=1+1,100,3\nL2,华东,50,\nL3,c,12万,1\nL4,d,,2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "p.yaml").write_text(RULES, encoding="utf-8")
    text = "groupbuy: 1\nlayers: [p.yaml]\nrank_by: [s]\ncolumns: [tier, s]\n"
    (rules / "groupbuy.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_parquet(folder: Path) -> None:
    frame = pl.read_csv(folder / "leads.csv", infer_schema=False)
    frame.write_parquet(folder / "leads.parquet")


@pytest.mark.parametrize("engine", ["columns", "duckdb"])
@pytest.mark.parametrize("source", ["leads.csv", "leads.parquet"])
def test_parquet_out(call: Call, folder: Path, source: str, engine: str) -> None:
    as_parquet(folder)
    done = call("evaluate", source, "--engine", engine, "-o", "out.parquet")
    assert done.code == 0, done.err
    found = pl.read_parquet(folder / "out.parquet")
    assert found["id"].to_list() == ["L1", "L2", "L3", "L4"]
    assert found["tier"].to_list() == ["rest", "rest", "top", None]
    assert found["tier_possible"].to_list() == [[], [], [], ["top", "rest"]]
    assert found["first"].to_list() == ["first", "first", "first", None]
    assert found["s"].to_list() == [5.0, 0.0, 5.0, 0.0]
    assert found["s_high"].to_list() == [5.0, 0.0, 5.0, 5.0]
    assert found["s_rules"].to_list() == [["big"], [], ["big"], []]
    assert found["plays"].to_list() == [["call"], [], ["call"], []]
    assert found["n"].to_list() == [pytest.approx(100 / 3), None, 120000.0, None]
    assert "tier: 1 lead could not be ranked" in done.err
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith(".")) == []


def test_csv_out_is_inert_and_json_lines_hold_lists(call: Call, folder: Path) -> None:
    done = call("evaluate", "leads.csv", "--engine", "columns", "-o", "out.csv", "--format", "csv")
    assert done.code == 0, done.err
    text = (folder / "out.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0]["name"] == "'=1+1"
    assert rows[1]["name"] == "华东"
    assert "n" not in rows[0]
    done = call("evaluate", "leads.csv", "--engine", "columns", "--format", "jsonl")
    leads = [json.loads(line) for line in done.out.splitlines()]
    assert leads[0]["s_rules"] == ["big"]
    assert leads[3]["tier"] is None
    assert leads[0]["n"] == 33.333333333


def test_the_first_few_in_the_order_in_which_to_call(call: Call, folder: Path) -> None:
    done = call(
        "evaluate", "leads.csv", "--engine", "columns", "--format", "csv", "--top", "3",
        "--where", "known(budget)", "--columns", "s",
    )  # fmt: skip
    rows = list(csv.DictReader(done.out.lstrip("\ufeff").splitlines()))
    assert [(row["rank"], row["id"]) for row in rows] == [("1", "L1"), ("2", "L3"), ("3", "L2")]


def test_auto_takes_columns_for_columnar_files_only(call: Call, folder: Path) -> None:
    as_parquet(folder)
    assert ask.chosen_engine("auto", ["leads.csv"], "csv") == "rows"
    assert ask.chosen_engine("auto", ["leads.csv"], "parquet") == "columns"
    assert ask.chosen_engine("auto", ["leads.parquet"], "csv") == "columns"
    assert ask.chosen_engine("rows", ["leads.parquet"], "csv") == "rows"
    assert call("evaluate", "leads.parquet", "--format", "csv").out.startswith("\ufeffid,")


def test_the_cuts_of_one_run_place_the_leads_of_another(call: Call, folder: Path) -> None:
    for engine, form in (("columns", "jsonl"), ("rows", "json")):
        done = call(
            "evaluate", "leads.csv", "--engine", engine, "--format", form, "--save-cuts",
            f"{engine}.json", "-o", "out",
        )  # fmt: skip
        assert done.code == 0, done.err
    assert (folder / "columns.json").read_text() == (folder / "rows.json").read_text()
    (folder / "one.csv").write_text("id,budget\nX,60000\nY,120000\n", encoding="utf-8")
    done = call("evaluate", "one.csv", "--format", "json", "--cuts", "rows.json")
    tiers = {lead["id"]: lead["grades"]["tier"]["value"] for lead in json.loads(done.out)["leads"]}
    assert tiers == {"X": "rest", "Y": "top"}
    done = call(
        "evaluate", "one.csv", "--engine", "columns", "--format", "jsonl", "--cuts", "rows.json"
    )
    assert [json.loads(line)["tier"] for line in done.out.splitlines()] == ["rest", "top"]
    done = call("explain", "one.csv", "Y", "--cuts", "columns.json")
    assert "top" in done.out


def test_one_lead_of_a_parquet_file_knows_its_piece(call: Call, folder: Path) -> None:
    as_parquet(folder)
    call("evaluate", "leads.parquet", "-o", "out.parquet", "--save-cuts", "cuts.json")
    done = call("explain", "leads.parquet", "L3", "--cuts", "cuts.json", "--format", "json")
    assert done.code == 0, done.err
    assert done.json["leads"][0]["grades"]["tier"]["value"] == "top"
    assert done.json["summary"]["leads"] == 1
    by_name = call("explain", "leads.parquet", "华东", "--cuts", "cuts.json")
    assert "rest" in by_name.out
    alone = call("explain", "leads.parquet", "L3", "--format", "json")
    assert alone.json["leads"][0]["grades"]["tier"]["value"] == "top"
    done = call("explain", "leads.parquet", "L9", "--cuts", "cuts.json")
    assert (done.code, "unknown-lead" in done.err) == (2, True)


def test_rows_explain_what_columns_rank(call: Call, folder: Path) -> None:
    as_parquet(folder)
    done = call("evaluate", "leads.parquet", "--format", "json")
    assert [lead["id"] for lead in done.json["leads"]] == ["L1", "L3", "L2", "L4"]


def test_cuts_of_other_rules_are_said(call: Call, folder: Path) -> None:
    call("evaluate", "leads.csv", "--format", "json", "--save-cuts", "cuts.json")
    with (folder / "rules" / "p.yaml").open("a") as file:
        file.write("# changed\n")
    done = call("evaluate", "leads.csv", "--format", "json", "--cuts", "cuts.json")
    assert "made with other rules" in done.err
    (folder / "cuts.json").write_text("{}")
    done = call("evaluate", "leads.csv", "--cuts", "cuts.json")
    assert done.code == 2
    assert "bad-cuts" in done.err


def test_leads_that_cannot_be_read(call: Call, folder: Path) -> None:
    (folder / "leads.csv").write_text("id,budget\nL1,much\nL2,5\n", encoding="utf-8")
    done = call("evaluate", "leads.csv", "--engine", "columns", "-o", "out.parquet")
    assert done.code == 3
    assert "leads.csv:2" in done.err
    assert pl.read_parquet(folder / "out.parquet")["id"].to_list() == ["L2"]
    (folder / "out.parquet").unlink()
    done = call("evaluate", "leads.csv", "--engine", "columns", "-o", "out.parquet", "--strict")
    assert done.code == 2
    assert not (folder / "out.parquet").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["leads.csv", "--engine", "columns"], "not table"),
        (["leads.csv", "--format", "parquet"], "not for the screen"),
        (["leads.csv", "--engine", "rows", "-o", "x.parquet"], "writes no Parquet"),
        (["-", "--engine", "columns", "--format", "csv"], "standard input"),
        (["leads.csv", "--engine", "columns", "--format", "csv", "--map", "m"], "--map"),
        (["no.parquet", "-o", "x.parquet"], "no such file"),
        (["leads.csv", "--engine", "columns", "-o", "no/x.parquet"], "no folder"),
    ],
)
def test_wrong_use_is_said(call: Call, folder: Path, args: list[str], said: str) -> None:
    done = call("evaluate", *args)
    assert done.code == 2
    assert said in done.err


def test_a_missing_library_names_the_extra(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = call("evaluate", "leads.csv", "--engine", "duckdb", "--format", "csv")
    assert done.code == 2
    assert "pip install 'groupbuy[duckdb]'" in done.err


HOLDS_ALL = ("multiplexer", "columnar-function", "in-memory-map", "reduce", "sort")
"""Steps of Polars' streaming engine that wait for all leads before they give one."""


@pytest.mark.parametrize("lead", ["12万", "50", "many"])
def test_leads_flow_through_without_being_held(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, lead: str
) -> None:
    """Ten score rules (more than fit one text of fired rules), a grade, blanks, odd spellings."""
    rules = "".join(f"    r{n}: {{when: budget > {n}, points: 1}}\n" for n in range(10))
    (folder / "rules" / "p.yaml").write_text(
        f"groupbuy: 1\npack: p\nscores:\n  s:\n   range: [0, 99]\n   rules:\n{rules}"
        "grades: {k: {of: s, bands: {B: {}, A: {from: 5}}}}\n"
        "plays: {call: {when: s >= 5 or missing(headcount), do: call}}\n",
        encoding="utf-8",
    )
    project = "groupbuy: 1\nlayers: [p.yaml]\nrank_by: [s]\ncolumns: [k, s]\n"
    (folder / "rules" / "groupbuy.yaml").write_text(project, encoding="utf-8")
    (folder / "leads.csv").write_text(f"id,budget,headcount\nL1,{lead},3\nL2,,\n", "utf-8")
    as_parquet(folder)
    plans = []

    def sink(shown: pl.LazyFrame, form: str, target: Path) -> None:
        plans.append(
            shown.show_graph(plan_stage="physical", engine="streaming", raw_output=True) or ""
        )
        shown.sink_parquet(target)

    monkeypatch.setattr("groupbuy.files.columns.write._sink", sink)
    done = call("evaluate", "leads.parquet", "--engine", "columns", "-o", "out.parquet")
    assert done.code == (3 if lead == "many" else 0), done.err
    (plan,) = plans
    assert 'label="select' in plan
    assert [step for step in HOLDS_ALL if f'label="{step}' in plan] == []
