"""What a salesperson does: evaluate a file, look at one lead, get told what is wrong."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import AS_OF, EXAMPLES, Call
from jsonschema import Draft7Validator
from wcwidth import wcswidth

SPARSE = "- {id: A1, name: 某厂, customer_type: welfare, headcount: 120}\n"
DATE = ("--as-of", AS_OF)


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """One lead about which almost nothing is known."""
    path = tmp_path / "sparse.yaml"
    path.write_text(SPARSE, encoding="utf-8")
    return path


# ── the ranking ──


def test_the_table_lines_up_in_chinese(call: Call) -> None:
    ran = call("evaluate", EXAMPLES, *DATE, "--lang", "zh")
    assert ran.code == 0
    rule = next(line for line in ran.out.splitlines() if line.startswith("──"))
    gaps = [at for at, char in enumerate(rule) if char == " "]
    body = ran.out.split(rule)[1].strip("\n").splitlines()
    assert len(body) == 47
    for line in body:
        cells = "".join(char + "\0" * (wcswidth(char) - 1) for char in line).ljust(len(rule))
        assert all(cells[gap] == " " for gap in gaps), line


def test_stopped_leads_come_last_and_have_no_rank(call: Call) -> None:
    leads = call("evaluate", EXAMPLES, *DATE, "--format", "json").json["leads"]
    stopped = [lead["verdict"]["value"] == "stop" for lead in leads]
    assert stopped == sorted(stopped)
    assert [lead["rank"] for lead in leads if lead["rank"]] == list(
        range(1, stopped.index(True) + 1)
    )
    assert all(not lead["plays"] and not lead["questions"] for lead in leads if not lead["rank"])


def test_the_same_input_gives_the_same_bytes(call: Call) -> None:
    first, second = (call("evaluate", EXAMPLES, *DATE, "--format", "json").out for _ in range(2))
    assert first == second


def test_hash_seed_locale_and_time_zone_do_not_matter() -> None:
    def ran(**env: str) -> bytes:
        command = [sys.executable, "-m", "groupbuy", "evaluate", str(EXAMPLES), *DATE]
        command += ["--format", "json", "--top", "5", "--lang", "zh"]
        return subprocess.run(
            command, env={**os.environ, **env}, capture_output=True, check=True
        ).stdout

    first = ran(PYTHONHASHSEED="1", TZ="Asia/Shanghai", LC_ALL="C.UTF-8")
    assert first == ran(PYTHONHASHSEED="4242", TZ="America/Lima", LC_ALL="C")


def test_results_keep_the_contract(call: Call) -> None:
    schema = call("schema", "result").json
    result = call("evaluate", EXAMPLES, *DATE, "--format", "json").json
    assert not [error.message for error in Draft7Validator(schema).iter_errors(result)]


def test_shuffled_leads_have_the_same_results(call: Call, tmp_path: Path) -> None:
    plain = call("evaluate", EXAMPLES, *DATE, "--format", "json").json
    lines = EXAMPLES.read_text(encoding="utf-8").split("\n- ")
    head, rest = lines[0], lines[1:]
    shuffled = tmp_path / "shuffled.yaml"
    shuffled.write_text("\n- ".join([head, *rest[::-1]]), encoding="utf-8")
    other = call("evaluate", shuffled, *DATE, "--format", "json").json

    def without_places(lead: dict[str, object]) -> str:
        return json.dumps({**lead, "at": None}, sort_keys=True)

    assert [without_places(x) for x in plain["leads"]] == [
        without_places(x) for x in other["leads"]
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--top", "3"), ["L014", "L001", "L002"]),
        (("--where", 'kind == "gift" and priority == "A"'), None),
        (("--where", '客户编号 == "L002"'), ["L002"]),
        (("--where", '匹配度 >= 90 and 优先级 == "A"', "--columns", "优先级"), ["L003"]),
    ],
)
def test_choosing_leads(call: Call, args: tuple[str, ...], expected: list[str] | None) -> None:
    leads = call("evaluate", EXAMPLES, *DATE, "--format", "json", *args).json["leads"]
    if expected is None:
        assert leads
        assert all(lead["grades"]["priority"]["value"] == "A" for lead in leads)
    else:
        assert [lead["id"] for lead in leads][: len(expected)] == expected


def test_a_setting_for_one_run(call: Call) -> None:
    def who(*args: str) -> list[str]:
        leads = call("evaluate", EXAMPLES, *DATE, "--format", "json", *args).json["leads"]
        return sorted(x["id"] for x in leads if x["grades"]["boss_time"]["value"] == "boss")

    assert len(who()) == 3
    assert len(who("--set", "boss_slots=1")) == 1
    assert set(who("--set", "boss_slots=1")) < set(who())


def test_other_formats(call: Call, tmp_path: Path) -> None:
    rows = call("evaluate", EXAMPLES, *DATE, "--format", "jsonl").out.splitlines()
    assert len(rows) == 47
    assert json.loads(rows[0])["rank"] == 1
    csv = call("evaluate", EXAMPLES, *DATE, "--format", "csv", "--lang", "zh").out
    assert csv.startswith("\ufeff")
    assert "客户" in csv.splitlines()[0]
    target = tmp_path / "out.md"
    ran = call("evaluate", EXAMPLES, *DATE, "--format", "md", "-o", target)
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text(encoding="utf-8").count("|") > 47


MAKER = """
- id: V1
  name: 车城汽车
  owner: 周敏
  events: [supply_chain]
  orders: [{date: 2026-10-01, amount: 400000, cost: 350000, status: paid}]
  related:
    - {name: 车城零部件厂, relation: supplier}
    - {name: 车城物流, relation: partner}
    - {name: 别家汽车, relation: competitor}
- {id: V2, name: 车城物流}
"""


def test_new_leads_are_a_lead_file(call: Call, tmp_path: Path) -> None:
    maker, new = tmp_path / "maker.yaml", tmp_path / "new.yaml"
    maker.write_text(MAKER, encoding="utf-8")
    ran = call("evaluate", maker, *DATE, "--new-leads", new)
    assert ran.code == 0
    assert "车城汽车" in ran.out
    assert "new.yaml: 1" in ran.err
    assert "leads already: 1" in ran.err
    (lead,) = call("evaluate", new, *DATE, "--format", "json").json["leads"]
    assert lead["id"] == "V1/supply_chain/车城零部件厂"
    assert lead["grades"]["life_cycle"]["value"] == "future"
    assert "first_contact" in [play["play"] for play in lead["plays"]]
    onscreen = call("evaluate", maker, *DATE, "--new-leads", "-")
    assert "V1/supply_chain/车城零部件厂" in onscreen.out
    assert not Path("-").exists()
    explained = call("explain", maker, "V1", *DATE, "--lang", "zh").out
    assert "新线索：车城零部件厂" in explained


# ── what nobody knows ──


def test_a_sparse_lead_is_never_graded_low(call: Call, sparse: Path) -> None:
    (lead,) = call("evaluate", sparse, *DATE, "--format", "json").json["leads"]
    priority = lead["grades"]["priority"]
    assert priority["value"] is None
    assert {"A", "B", "C"} <= set(priority["possible"])
    assert lead["grades"]["existing"]["value"] is None
    assert lead["questions"]
    assert all(question["ask"] for question in lead["questions"])


def test_a_question_shows_an_answer_that_settles(call: Call, sparse: Path) -> None:
    (lead,) = call("evaluate", sparse, *DATE, "--format", "json").json["leads"]
    telling = next(
        q for q in lead["questions"] if q["settles"] and q["example"] and "with" not in q
    )
    (answer, outcome), *_ = telling["example"].items()
    text = SPARSE.replace("}", f", {telling['field']}: {answer or '无'}}}")
    sparse.write_text(text, encoding="utf-8")
    (answered,) = call("evaluate", sparse, *DATE, "--format", "json").json["leads"]
    settled = answered["grades"][telling["settles"][0]]
    assert settled["status"] != "unknown"
    assert settled["value"] == outcome


def test_who_never_bought_is_in_no_quadrant_of_customers(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    path.write_text("- {id: N, customer_type: office, orders: []}\n", encoding="utf-8")
    (lead,) = call("evaluate", path, *DATE, "--format", "json").json["leads"]
    assert lead["grades"]["existing"] == {"value": None, "status": "none"}


# ── one lead ──


def test_an_explanation_adds_up(call: Call) -> None:
    for id in ("L002", "L023", "L014"):
        ran = call("explain", EXAMPLES, id, *DATE, "--format", "json")
        (lead,) = ran.json["leads"]
        for score in lead["scores"].values():
            if score.get("value") is not None and score["status"] != "none":
                assert sum(x["points"] for x in score["rules"]) == pytest.approx(score["value"])


def test_explain_finds_a_lead_by_name(call: Call) -> None:
    ran = call("explain", EXAMPLES, "云杉市第四人民医院", *DATE, "--lang", "zh")
    assert ran.code == 0
    assert ran.out.startswith("云杉市第四人民医院  L002")
    assert "groupbuy:common/customers.yaml:" in ran.out


# ── what is wrong ──


def rules_with(tmp_path: Path, pack: str) -> Path:
    """The shipped packs with one of one's own."""
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    layers = "[groupbuy:common, [groupbuy:office, groupbuy:welfare, groupbuy:gift], ours]"
    (folder / "groupbuy.yaml").write_text(f"groupbuy: 1\nlayers: {layers}\n", encoding="utf-8")
    (folder / "ours.yaml").write_text(f"groupbuy: 1\npack: ours\n{pack}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("pack", "place", "code", "hint"),
    [
        ("setings: {x: 1}", "3:1", "unknown-key", "settings"),
        ("facts: {f: bugdet / 2}", "3:12", "unknown-name", "budget"),
        ('facts: {f: customer_type == "welfar"}', "3:29", "unknown-word", "welfare"),
        ("facts:\n  f: budget > 1,000", "4:6", "not-in-language", "budget > 1000"),
        ("facts:\n  f: budget ＞ 5", "4:13", "full-width-sign", "budget > 5"),
        ("plays: {p: {when: tender, do: {en: Hi, all}}}", "3:40", "yaml-comma", "quotes"),
        ("facts: {x: 1, x: 2}", "3:15", "yaml-duplicate-key", "one of the two"),
        ("changes: {settings: {boss_slot: 4}}", "3:22", "unknown-target", "boss_slots"),
        ("facts: {a: b + 1, b: a + 1}", "3:9", "circular-definition", "without"),
        ("facts: {a: needed_by > 5}", "3:12", "type-mismatch", "days_until"),
        ('facts: {a: needed_by < "2026-02-30"}', "3:12", "bad-date", "2026-01-31"),
        ("facts: {a: share_of_wallet > 95}", "3:12", "percent-as-number", "0.95"),
        ("changes: {gates: {do_not_call: off}}", "3:19", "locked", "above"),
        ("facts: &a [*a]", "3:8", "yaml-alias", ""),
    ],
)
def test_each_mistake_is_told_with_its_place(
    call: Call, tmp_path: Path, sparse: Path, pack: str, place: str, code: str, hint: str
) -> None:
    folder = rules_with(tmp_path, pack)
    for command in (("check", folder), ("evaluate", sparse, "--rules", folder)):
        ran = call(*command, *DATE)
        assert ran.code == (1 if command[0] == "check" else 2), ran.err
        assert ran.out == ""
        first = ran.err.splitlines()[0]
        assert f"ours.yaml:{place}: {code} " in first
        assert hint in ran.err
        assert "^" in ran.err


def test_all_mistakes_are_told_in_one_run(call: Call, tmp_path: Path) -> None:
    pack = "setings: {}\nfacts: {a: bugdet, b: headcont}\nchanges: {settings: {boss_slot: 1}}\n"
    ran = call("check", rules_with(tmp_path, pack), *DATE)
    assert ran.code == 1
    assert "4 problems" in ran.err


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("evaluate", "{no}.yaml"), 2, "file-missing"),
        (("evaluate", "{sparse}", "--as-of", "tomorrow"), 2, "bad-date"),
        (("evaluate", "{sparse}", "--set", "boss_slot=1"), 2, "boss_slots"),
        (("evaluate", "{sparse}", "--set", "boss_slots"), 2, "NAME=VALUE"),
        (("evaluate", "{sparse}", "--set", "boss_slots=many"), 2, "boss_slots"),
        (("evaluate", "{sparse}", "--columns", "prioritty"), 2, "priority"),
        (("evaluate", "{sparse}", "--where", "budget >"), 2, "--where"),
        (("evaluate", "{sparse}", "-o", "{no}/out.txt"), 2, "no-such-folder"),
        (("explain", "{sparse}", "A2"), 2, "A1"),
        (("explain", "{sparse}"), 2, "explain"),
        (("evalute", "{sparse}"), 2, "evaluate"),
        (("evaluate", "{sparse}", "--rules", "{no}"), 2, "file-missing"),
    ],
)
def test_wrong_calls(
    call: Call, tmp_path: Path, sparse: Path, args: tuple[str, ...], code: int, words: str
) -> None:
    ran = call(*(arg.format(no=tmp_path / "no", sparse=sparse) for arg in args))
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_one_bad_lead_is_set_aside(call: Call, tmp_path: Path, sparse: Path) -> None:
    sparse.write_text(SPARSE + "- {id: A2, budget: plenty}\n", encoding="utf-8")
    ran = call("evaluate", sparse, *DATE, "--format", "json")
    assert ran.code == 3
    assert [lead["id"] for lead in ran.json["leads"]] == ["A1"]
    (aside,) = ran.json["set_aside"]
    assert aside["id"] == "A2"
    assert "sparse.yaml:2" in aside["problems"][0]
    target = tmp_path / "out.json"
    strict = call("evaluate", sparse, *DATE, "--strict", "-o", target)
    assert strict.code == 2
    assert not target.exists()
    assert call("check", sparse, *DATE).code == 1


def test_packs_that_contradict_each_other_set_the_lead_aside(
    call: Call, tmp_path: Path, sparse: Path
) -> None:
    folder = rules_with(tmp_path, "for: headcount > 100\nchanges: {settings: {delivery_days: 4}}\n")
    other = "groupbuy: 1\npack: theirs\nchanges: {settings: {delivery_days: 5}}\n"
    (folder / "theirs.yaml").write_text(other, encoding="utf-8")
    project = (folder / "groupbuy.yaml").read_text(encoding="utf-8")
    (folder / "groupbuy.yaml").write_text(project.replace("ours", "[ours, theirs]"), "utf-8")
    ran = call("evaluate", sparse, *DATE, "--rules", folder, "--format", "json")
    assert ran.code == 3
    (aside,) = ran.json["set_aside"]
    assert "ours" in aside["problems"][0]
    assert "theirs" in aside["problems"][0]


def test_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPARSE.encode()), "utf-8"))
    assert call("evaluate", "-", *DATE, "--format", "json").json["leads"][0]["id"] == "A1"


def test_a_terminal_that_is_not_utf8_gets_question_marks(sparse: Path) -> None:
    command = [sys.executable, "-m", "groupbuy", "explain", str(EXAMPLES), "L001", *DATE]
    env = {**os.environ, "PYTHONIOENCODING": "gbk"}
    ran = subprocess.run([*command, "--lang", "zh"], env=env, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m groupbuy evaluate {EXAMPLES} --as-of {AS_OF} --format json"
    ran = subprocess.run(["sh", "-c", f"{command} | head -1"], capture_output=True, check=True)
    assert ran.stderr == b""


@pytest.mark.parametrize("lang", [("--lang", "zh"), ("--lang=zh",)])
def test_problems_are_counted_in_the_language_asked_for(
    call: Call, tmp_path: Path, lang: tuple[str, ...]
) -> None:
    ran = call("evaluate", tmp_path / "no.yaml", *lang)
    assert ran.code == 2
    assert "1 个问题" in ran.err


def test_explaining_a_lead_that_was_set_aside_says_why(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id,budget\nX1,abc\n", encoding="utf-8")
    ran = call("explain", path, "X1")
    assert (ran.code, ran.out) == (2, "")
    assert "value-number budget" in ran.err
    assert "no lead that can be read" in call("explain", path, "X2").err


# ── where results go ──


def test_a_link_to_a_file_stays_a_link(call: Call, sparse: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.touch()
    link.symlink_to(target)
    assert call("evaluate", sparse, "--format", "csv", "-o", link).code == 0
    assert link.is_symlink()
    assert "A1" in target.read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_plain_file_is_written_to_and_not_replaced(
    call: Call, sparse: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert call("evaluate", sparse, "--format", "csv", "-o", pipe).code == 0
        assert "A1" in os.read(reader, 1 << 16).decode()
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_that_may_not_be_written_to(
    call: Call, sparse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", ".out.tmp")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    ran = call("evaluate", sparse, "-o", tmp_path / "out.txt")
    assert ran.code == 2
    assert f"file-unwritable {tmp_path / 'out.txt'}: Permission denied" in ran.err


def test_what_if(call: Call) -> None:
    args = ("explain", EXAMPLES, "L012", "--as-of", AS_OF, "--what-if")
    ran = call(*args, "--lang", "zh")
    assert ran.code == 0
    assert "\n假如\n" in ran.out
    assert "优先级 A → B" in ran.out
    found = call(*args, "--format", "json").json["leads"][0]["what_if"]
    assert found["looked_at"]
    assert {change["target"] for change in found["changes"]} <= {*found["looked_at"]}
    plain = call("explain", EXAMPLES, "L012", "--as-of", AS_OF, "--format", "json").json
    assert "what_if" not in plain["leads"][0]
