"""`evaluate --log`, `log verify` and `log replay`: what is kept, what is found, what comes out."""

# ruff: noqa: E501 - a line of a log is one line

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Call
from log_world import AS_OF, SECRETS, git, made_home

from groupbuy import __version__
from groupbuy.decisions.chain import START, sealed
from groupbuy.decisions.verifying import Reading

LOG = "decisions.jsonl"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    return made_home(tmp_path)


def logged(call: Call, *more: str, code: int = 3) -> list[Any]:
    """The log's records after one more run."""
    ran = call("evaluate", "leads.yaml", "--as-of", AS_OF, "--log", LOG, *more)
    assert ran.code == code, ran.err
    return records()


def records() -> list[Any]:
    return [json.loads(line) for line in Path(LOG).read_bytes().decode().split("\n")[:-1]]


# ── what is kept ──


def test_one_record_for_each_lead(call: Call, home: Path) -> None:
    found = logged(call)
    assert [(r["record"], r["id"]) for r in found] == [(1, "L1"), (2, "L3"), (3, "L2"), (4, "L4")]
    assert {r["as_of"] for r in found} == {AS_OF}
    assert {json.dumps(r["run"]) for r in found} == {'{"first": 1, "leads": 4}'}
    first = found[0]
    assert first["rules"] == {"folder": "rules/"}
    assert first["input"]["values"]["budget"] == 120.35
    assert first["input"]["values"]["since"] == "2026-01-05"
    assert first["conclusions"]["rank"] == 1
    assert first["conclusions"]["grades"]["top"]["value"] == "first"
    assert first["conclusions"]["plays"][0]["do"] == "Call One"
    assert found[3]["input"] is None
    assert "budget" in found[3]["conclusions"]["set_aside"][0]


def test_what_is_shown_makes_no_difference_to_what_is_kept(call: Call, home: Path) -> None:
    def kept(*more: str) -> Any:
        found = logged(call, *more)
        return [(r["id"], r["input_hash"], r["conclusions"]) for r in found[-4:]]

    whole = kept("--format", "json")
    assert kept("--top", "1", "--where", "rich") == whole
    assert kept("--show-pii", "--columns", "level") == whole


def test_personal_data_and_texts_that_no_rule_reads_are_masked(call: Call, home: Path) -> None:
    first, third = logged(call, "--show-pii")[0], records()[2]
    text = Path(LOG).read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in text] == []
    values = first["input"]["values"]
    assert list(values["phone"]) == list(values["notes"]) == ["masked"]
    assert values["city"] == "Lhasa"  # `far` reads it
    assert values["name"] == "One"  # a play quotes it
    assert values["contacts"][0] == {
        "name": values["contacts"][0]["name"],
        "title": "head",  # the gate quotes it
        "weight": 7.5,
    }
    assert first["conclusions"]["verdict"]["reasons"][0]["because"] == "head ***"
    assert third["conclusions"]["verdict"]["reasons"][0]["because"].endswith("ask ***")


def test_a_digest_can_be_tried_out_only_with_the_key(call: Call, home: Path) -> None:
    def digests() -> Any:
        return [r["input"]["values"].get("phone") for r in logged(call)[-4:-1]]

    one, key = digests(), Path(f"{LOG}.key")
    assert one[0] != one[2]
    assert digests() == one
    if key.stat().st_mode & 0o100000:
        assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    assert digests() != one
    assert call("log", "verify", LOG).code == 0
    key.write_text("short", encoding="utf-8")
    ran = call("evaluate", "leads.yaml", "--log", LOG)
    assert (ran.code, ran.out) == (2, "")
    assert "bad-log-key" in ran.err


def test_no_key_is_made_where_nothing_is_masked(call: Call, home: Path) -> None:
    (home / "leads.yaml").write_text("- {id: L1, budget: 5}\n", encoding="utf-8")
    assert logged(call, code=0)[0]["key"] is None
    assert not Path(f"{LOG}.key").exists()


def test_a_second_run_follows_the_first(call: Call, home: Path) -> None:
    logged(call)
    found = logged(call)
    assert [r["record"] for r in found] == list(range(1, 9))
    assert found[4]["previous"] == found[3]["hash"]
    assert found[4]["run"] == {"first": 5, "leads": 4}
    ran = call("log", "verify", LOG)
    assert (ran.code, ran.err) == (0, "")
    said = f"{LOG}: 8 records of 2 runs, all as they were written\nhead {found[7]['hash']}\n"
    assert ran.out == said


@pytest.mark.parametrize("engine", ["columns", "duckdb"])
def test_columns_explain_nothing_and_are_refused(call: Call, home: Path, engine: str) -> None:
    ran = call("evaluate", "leads.yaml", "--engine", engine, "--format", "csv", "--log", LOG)
    assert (ran.code, ran.out) == (2, "")
    assert "bad-option --log goes with --engine rows" in ran.err
    assert not Path(LOG).exists()


def test_strict_logs_nothing_where_nothing_is_written(call: Call, home: Path) -> None:
    assert call("evaluate", "leads.yaml", "--strict", "--log", LOG).code == 2
    assert not Path(LOG).exists()


UNUSABLE = [
    ("leads.yaml", "not-a-log leads.yaml is not a decision log"),
    ("none/x.jsonl", "no-such-folder there is no folder none"),
    ("/dev/null", "not-a-log /dev/null is not a file"),
]


@pytest.mark.parametrize(("name", "said"), UNUSABLE)
def test_what_is_no_log_is_left_alone(call: Call, home: Path, name: str, said: str) -> None:
    before = (home / "leads.yaml").read_bytes()
    ran = call("evaluate", "leads.yaml", "--log", name)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert (home / "leads.yaml").read_bytes() == before


def test_a_changed_end_is_not_built_on(call: Call, home: Path) -> None:
    logged(call)
    content = Path(LOG).read_bytes()
    Path(LOG).write_bytes(content.replace(b'"id":"L4"', b'"id":"L5"'))
    ran = call("evaluate", "leads.yaml", "--log", LOG)
    assert (ran.code, ran.out) == (2, "")
    assert "log-changed decisions.jsonl: record 4, its last, is not what was written" in ran.err


# ── what is found ──


def small_log(path: Path) -> list[bytes]:
    """A log of three short records; its lines."""
    lines, hash = [], START
    for number in (1, 2, 3):
        data = {
            "run": {"first": 1, "leads": 3},
            "id": f"L{number}",
            "input": {"values": {"budget": number}},
            "conclusions": {"rank": number, "verdict": {"value": "go"}},
        }
        line, hash = sealed(number, hash, data)
        lines.append(line)
    path.write_bytes(b"".join(lines))
    return lines


def findings(path: Path) -> list[str]:
    return Reading(path).finish().findings


def test_any_byte_that_is_changed_is_found_and_located(tmp_path: Path) -> None:
    path = tmp_path / LOG
    lines = small_log(path)
    assert findings(path) == []
    whole = b"".join(lines)
    ends = [len(b"".join(lines[: n + 1])) for n in range(3)]
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        record = 1 + sum(place >= end for end in ends)
        found = findings(path)
        assert found, place
        assert f"record {record}" in found[0] or f"records {record} " in found[0], (place, found)
        assert len(found) == 1, (place, found)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'"id":"L2"', b'"id":"L9"', "id changed"),
        (b'"budget":2', b'"budget":7', "input.values changed"),
        (b'"rank":2', b'"rank":9', "conclusions.rank changed"),
        (b'"verdict":{"value":"go"}', b'"verdict":{"value":"stop"}', "conclusions.verdict changed"),
        (b'"rank":2,"verdict"', b'"verdict"', "conclusions.rank changed"),
        (b'"rank":2', b'"rank": 2', "its hash or its spelling changed"),
    ],
)
def test_what_differs_is_named(tmp_path: Path, old: bytes, new: bytes, what: str) -> None:
    path = tmp_path / LOG
    lines = small_log(path)
    assert lines[1].count(old) == 1
    path.write_bytes(lines[0] + lines[1].replace(old, new) + lines[2])
    whose = "L9" if b"L9" in new else "L2"
    assert findings(path) == [f"record 2 ({whose}) is not what it was: {what}"]


def resealed(lines: list[bytes], number: int) -> bytes:
    """A record with other content and a hash that fits."""
    data = json.loads(lines[number - 1])
    kept = {k: v for k, v in data.items() if k not in ("log", "record", "previous", "hash")}
    return sealed(number, data["previous"], {**kept, "id": "other"})[0]


MOVED = [
    (lambda a, b, c: b + c, ["record 1 is missing"]),
    (lambda a, b, c: a + c, ["record 2 is missing"]),
    (lambda a, b, c: c, ["records 1 to 2 are missing"]),
    (lambda a, b, c: a + a + b + c, ["record 1 stands again where record 2 should"]),
    (lambda a, b, c: a + b"{}\n" + b + c, ["line 2 is no record: it was put in before record 2"]),
    (lambda a, b, c: a + b"\n" + c, ["record 2 can't be read: line 2 is not what it was"]),
    (lambda a, b, c: a + b, ["the run from record 1 has 2 of 3 records: it was killed, or they were cut off"]),
    (lambda a, b, c: (a + b + c).replace(b"\n", b"\r\n"), ["records 1 and following can't be read: line 1 is not what it was"]),
    (lambda a, b, c: b"\xef\xbb\xbf" + a + b + c, ["record 1 can't be read: line 1 is not what it was"]),
]  # fmt: skip


@pytest.mark.parametrize(("move", "said"), MOVED)
def test_what_is_taken_out_put_in_or_moved_is_found(
    tmp_path: Path, move: Any, said: list[str]
) -> None:
    path = tmp_path / LOG
    path.write_bytes(move(*small_log(path)))
    assert findings(path)[: len(said)] == said


def test_a_record_with_a_new_hash_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / LOG
    lines = small_log(path)
    path.write_bytes(lines[0] + resealed(lines, 2) + lines[2])
    said = "record 3 does not follow the record before it: one was replaced"
    assert findings(path) == [said]


def test_swapped_records_are_found(tmp_path: Path) -> None:
    path = tmp_path / LOG
    one, two, three = small_log(path)
    path.write_bytes(one + three + two)
    assert findings(path)[0] == "record 2 is missing"


def test_the_noted_head_shows_what_was_cut_off(call: Call, home: Path) -> None:
    head = logged(call)[-1]["hash"]
    logged(call)
    later = records()[-1]["hash"]
    lines = Path(LOG).read_bytes().splitlines(keepends=True)
    Path(LOG).write_bytes(b"".join(lines[:4]))
    assert call("log", "verify", LOG).code == 0
    assert call("log", "verify", LOG, "--head", head).code == 0
    ran = call("log", "verify", LOG, "--head", later)
    assert (ran.code, "is none of this log's" in ran.out) == (1, True)


@pytest.mark.parametrize(
    "content",
    [b"\0" * 50, b"[" * 100_000 + b"\n", b'{"log":1,"record":1,' + b"[" * 100_000 + b"\n", b"\n\n"],
)
def test_no_bytes_are_a_traceback(call: Call, home: Path, content: bytes) -> None:
    Path(LOG).write_bytes(content)
    for args in (["verify", LOG], ["replay", LOG]):
        assert call("log", *args).code in (1, 2)


def test_an_empty_log_is_whole(call: Call, home: Path) -> None:
    Path(LOG).write_bytes(b"")
    ran = call("log", "verify", LOG)
    said = f"{LOG}: 0 records of 0 runs, all as they were written\nhead {START}\n"
    assert (ran.code, ran.out) == (0, said)
    assert logged(call)[0]["record"] == 1


# ── what comes out again ──


def replay(call: Call, *args: str) -> tuple[int, str]:
    ran = call("log", "replay", LOG, *args)
    return ran.code, ran.out


def test_replay_without_version_control(call: Call, home: Path) -> None:
    logged(call, "--set", "big=95")
    said = "4 records: 3 byte-equal, 1 nothing to replay\n"
    assert replay(call) == (0, said)
    assert replay(call, "--rules", "rules") == (0, said)
    one = "record 2  L3  byte-equal\n1 record: 1 byte-equal\n"
    assert replay(call, "--record", "2") == (0, one)
    assert call("log", "replay", LOG, "--record", "9").code == 2


def test_replay_in_the_language_and_by_the_settings_of_the_run(call: Call, home: Path) -> None:
    logged(call, "--lang", "zh", "--set", "big=200")
    logged(call, "--lang", "en")
    assert replay(call) == (0, "8 records: 6 byte-equal, 2 nothing to replay\n")


def edit(home: Path, old: str, new: str, name: str = "base.yaml") -> None:
    path = home / "rules" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_rules_that_are_gone(call: Call, home: Path) -> None:
    logged(call)
    edit(home, "value: 100", "value: 130")
    code, out = replay(call)
    assert (code, out.splitlines()[-1]) == (1, "4 records: 4 not replayed")
    assert "    the rules of the decision were not found\n    the rules have the hash " in out
    code, out = replay(call, "--rules", "rules")
    assert code == 1
    assert "record 1  L1  differs\n" in out
    assert '    grades.level.value: "A" → "B"\n' in out
    assert "    the rules have the hash " in out


@pytest.fixture
def repository(home: Path) -> Path:
    git("init", "-q", "-b", "trunk", ".")
    git("add", "rules")
    git("commit", "-q", "-m", "one")
    return home


def test_replay_from_the_revision_of_the_rules(
    call: Call, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = logged(call)[0]["rules"]
    assert rules == {
        "folder": "rules/",
        "revision": git("rev-parse", "HEAD").strip(),
        "path": "rules",
        "changed": False,
    }
    edit(repository, "value: 100", "value: 130")
    git("commit", "-q", "-a", "-m", "two")
    edit(repository, "value: 130", "value: 140")
    assert replay(call) == (0, "4 records: 3 byte-equal, 1 nothing to replay\n")
    code, out = replay(call, "--revision", "HEAD")
    assert (code, 'grades.level.value: "A" → "B"' in out) == (1, True)
    (repository / "deeper").mkdir()
    monkeypatch.chdir(repository / "deeper")
    ran = call("log", "replay", f"../{LOG}")
    assert (ran.code, ran.out) == (0, "4 records: 3 byte-equal, 1 nothing to replay\n")


def test_rules_that_were_changed_and_never_committed(call: Call, repository: Path) -> None:
    edit(repository, "value: 100", "value: 110")
    assert logged(call)[0]["rules"]["changed"] is True
    assert replay(call)[0] == 0  # they still lie there
    git("commit", "-q", "-a", "-m", "two")
    assert replay(call, "--revision", "HEAD")[0] == 0
    edit(repository, "value: 110", "value: 120")
    code, out = replay(call)
    assert (code, "the rules of the decision were not found" in out) == (1, True)


def test_a_revision_that_is_gone(call: Call, repository: Path) -> None:
    logged(call)
    git("checkout", "-q", "--orphan", "new")
    git("commit", "-q", "-m", "other")
    git("branch", "-q", "-D", "trunk")
    git("reflog", "expire", "--expire=now", "--all")
    git("gc", "-q", "--prune=now")
    code, out = replay(call)
    assert (code, "bad-revision" in out) == (1, True)
    assert replay(call, "--rules", "rules")[0] == 0


def test_masked_values_that_rules_read_come_from_the_lead_file(call: Call, home: Path) -> None:
    edit(home, "far: ", 'near: startswith(phone, "138")\n  far: ')
    logged(call)
    code, out = replay(call)
    assert code == 1
    assert "record 1  L1  not replayed\n    the log masks phone, which rules read: --leads" in out
    assert out.endswith("4 records: 2 not replayed, 1 byte-equal, 1 nothing to replay\n")
    assert replay(call, "--leads", "leads.yaml") == (
        0,
        "4 records: 3 byte-equal, 1 nothing to replay\n",
    )
    leads = home / "leads.yaml"
    text = leads.read_text(encoding="utf-8")
    leads.write_text(text.replace('phone: "13800001111"', 'phone: "999"'), encoding="utf-8")
    code, out = replay(call, "--leads", "leads.yaml")
    assert (code, "record 1  L1  not replayed\n    phone in the lead file is not" in out) == (
        1,
        True,
    )
    leads.write_text(text, encoding="utf-8")
    Path(f"{LOG}.key").rename("kept.key")
    code, out = replay(call, "--leads", "leads.yaml")
    assert (code, "without the key" in out) == (1, True)
    assert replay(call, "--leads", "leads.yaml", "--log-key", "kept.key")[0] == 0


def test_leads_that_were_placed_by_stored_cuts(call: Call, home: Path) -> None:
    call("evaluate", "leads.yaml", "--as-of", AS_OF, "--save-cuts", "cuts.json", "-o", "out.txt")
    (home / "leads.yaml").write_text("- {id: N, budget: 300, people: 3}\n", encoding="utf-8")
    logged(call, "--cuts", "cuts.json", code=0)
    code, out = replay(call)
    assert (code, "placed by stored cuts: --cuts FILE" in out) == (1, True)
    assert replay(call, "--cuts", "cuts.json")[0] == 0


def test_another_version_of_groupbuy_or_of_a_plugin_is_named(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupbuy.decisions.recording.__version__", "0.0.9")
    logged(call)
    code, out = replay(call, "--record", "1")
    assert code == 0
    assert f"record 1  L1  byte-equal\n    groupbuy was 0.0.9 and is {__version__}\n" in out


def test_another_version_of_a_plugin_is_named(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(text: str) -> None:
        found = [{"name": "tea", "distribution": "groupbuy-tea", "version": text}]
        monkeypatch.setattr("groupbuy.plugins.registry.Registry.identities", lambda _: found)

    version("1.0")
    logged(call)
    version("1.1")
    edit(home, "value: 100", "value: 130")
    code, out = replay(call, "--record", "1", "--rules", "rules")
    assert (code, "tea was groupbuy-tea 1.0 and is groupbuy-tea 1.1\n" in out) == (1, True)
    monkeypatch.undo()
    monkeypatch.chdir(home)
    code, out = replay(call, "--record", "1", "--rules", "rules")
    assert "the plugin tea 1.0 is not there\n" in out


def test_rules_that_need_a_plugin_which_is_not_there(call: Call, home: Path) -> None:
    (home / "plugins").mkdir()
    (home / "plugins" / "tea.py").write_text(
        "from pathlib import Path\nfrom groupbuy.api import hookimpl\n\n\n@hookimpl\n"
        "def groupbuy_fields():\n    return Path(__file__).with_name('fields.txt')\n",
        encoding="utf-8",
    )
    fields = "groupbuy: 1\nfields:\n  leaves: {type: number}\n"
    (home / "plugins" / "fields.txt").write_text(fields, encoding="utf-8")
    edit(home, "weight: sum", "leafy: leaves\n  weight: sum")
    logged(call, "--plugins-dir", "plugins")
    assert replay(call, "--plugins-dir", "plugins")[0] == 0
    code, out = replay(call)
    assert (code, out.splitlines()[-1]) == (1, "4 records: 4 not replayed")
    assert "unknown-name" in out
    assert "it used the plugin tea" in out


def test_tampered_records_are_not_replayed(call: Call, home: Path) -> None:
    logged(call)
    content = Path(LOG).read_bytes()
    Path(LOG).write_bytes(content.replace(b'"budget":120.35', b'"budget":120.36'))
    code, out = replay(call)
    assert code == 1
    assert "record 1 (L1) is not what it was: input.values changed" in out


def test_a_record_that_was_made_up_is_no_traceback(call: Call, home: Path) -> None:
    found = logged(call)[:1]
    for change in ({"rules": 5}, {"as_of": "x"}, {"input": {"values": {"x": 1}}}, {"input": 7},
                   {"settings": 3}, {"run": {"first": 1, "leads": 1}, "conclusions": None}):  # fmt: skip
        data = {k: v for k, v in found[0].items() if k not in ("log", "record", "previous", "hash")}
        line, _ = sealed(1, START, {**data, "run": {"first": 1, "leads": 1}, **change})
        Path(LOG).write_bytes(line)
        code, out = replay(call)
        assert code == 1, change
        assert "1 record: 1 " in out
