"""The language server as an editor meets it: a process that is spoken to over its pipes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lsp_world import BASE, OURS, Client, place, units

from groupbuy.authoring.errors import explanation, one_text
from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run
from groupbuy.lsp.worker import LONGEST

Start = Any
WRONG = OURS.replace("per_head > 100", "per_haed > 100")


def spoiled(found: list[dict[str, Any]]) -> bool:
    return any(each["severity"] == 1 for each in found)


def clean(found: list[dict[str, Any]]) -> bool:
    return not spoiled(found)


# ── diagnostics ──


def test_what_is_typed_is_checked_before_it_is_saved(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml")
    client.at("hover", uri, 0, 0)
    client.change(uri, WRONG)
    (found,) = client.diagnostics(uri, spoiled)
    line, column = place(WRONG, "and |per_haed")
    assert found["range"] == {
        "start": {"line": line, "character": column},
        "end": {"line": line, "character": column + len("per_haed")},
    }
    assert (found["severity"], found["code"], found["source"]) == (1, "unknown-name", "groupbuy")
    assert 'nothing is called "per_haed"' in found["message"]
    assert 'did you mean "per_head"?' in found["message"]
    client.change(uri, OURS)
    client.diagnostics(uri, clean)
    assert (folder / "ours.yaml").read_text(encoding="utf-8") == OURS


def test_a_code_leads_to_what_it_means(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml", WRONG)
    (found,) = client.diagnostics(uri, spoiled)
    page = Path(unquote(urlsplit(found["codeDescription"]["href"]).path))
    assert page.read_text(encoding="utf-8") == one_text(explanation("unknown-name"), "en")
    assert client.close() == 0
    assert not page.exists()


def test_units_are_those_of_the_protocol(client: Client, folder: Path) -> None:
    """Chinese characters are one unit of UTF-16, emoji two."""
    text = OURS.replace('{zh: "致', "{zh: '致").replace("谈 {per_head}", "😀谈 {per_haed}")
    uri = client.open(folder / "ours.yaml", text)
    (found,) = client.diagnostics(uri, spoiled)
    line, column = place(text, "{|per_haed}")
    start = units(text, line, column)
    assert start == column + 2
    assert found["range"]["start"] == {"line": line, "character": start}
    assert found["range"]["end"] == {"line": line, "character": start + len("per_haed")}
    mended = text.replace("per_haed", "per_head")
    client.change(uri, mended)
    client.diagnostics(uri, clean)
    told = client.at("hover", uri, line, start + 1)
    assert told["range"]["start"] == {"line": line, "character": start}
    assert "`per_head`" in told["contents"]["value"]
    typed = text.replace("{per_haed}", "{per")
    client.change(uri, typed)
    offered = client.at("completion", uri, line, start + 3)["items"]
    edits = [item["textEdit"] for item in offered if item["label"] == "per_head"]
    assert edits[0]["range"] == {
        "start": {"line": line, "character": start},
        "end": {"line": line, "character": start + 3},
    }


def test_an_editor_may_count_in_characters(start: Start, folder: Path) -> None:
    client = start()
    result = client.initialize(general={"positionEncodings": ["utf-32"]})
    assert result["capabilities"]["positionEncoding"] == "utf-32"
    text = OURS.replace("{per_head}", "{per_haed}")
    uri = client.open(folder / "ours.yaml", text)
    (found,) = client.diagnostics(uri, spoiled)
    line, column = place(text, "{|per_haed}")
    assert found["range"]["start"] == {"line": line, "character": column}


def test_broken_yaml_loses_nothing(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml")
    client.at("hover", uri, 0, 0)
    broken = OURS.replace("{points: 50}}}}", "{points: 50}}").replace("per_head > 100", "per")
    client.change(uri, broken)
    (found,) = client.diagnostics(uri, spoiled)
    assert found["code"].startswith("yaml-")
    line, column = place(broken, "and per|\n")
    offered = {item["label"] for item in client.at("completion", uri, line, column)["items"]}
    assert {"per_head", "budget", "tier"} <= offered
    line, column = place(broken, "when: ti|er in")
    assert "`tier`" in client.at("hover", uri, line, column)["contents"]["value"]
    assert client.at("definition", uri, line, column)[0]["uri"].endswith("base.yaml")


def test_a_folder_that_was_never_right_is_known_as_far_as_it_can_be(
    client: Client, folder: Path
) -> None:
    (folder / "base.yaml").write_text(BASE.replace("of: size", "of: nosuch"), encoding="utf-8")
    uri = client.open(folder / "ours.yaml")
    line, column = place(OURS, "and per_|head > 100")
    assert "`per_head`" in client.at("hover", uri, line, column)["contents"]["value"]
    base = (folder / "base.yaml").as_uri()
    assert client.diagnostics(base, spoiled)[0]["code"] == "unknown-name"


def test_other_places_are_named(client: Client, folder: Path) -> None:
    text = OURS + "facts:\n  per_head: budget\n"
    uri = client.open(folder / "ours.yaml", text)
    (found,) = client.diagnostics(uri, spoiled)
    (other,) = found["relatedInformation"]
    line, column = place(BASE, "  |per_head: {value")
    assert other["location"] == {
        "uri": (folder / "base.yaml").as_uri(),
        "range": {
            "start": {"line": line, "character": column},
            "end": {"line": line, "character": column + len("per_head")},
        },
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("ours.yaml", "per_head > 100", "per_haed > 100"),
        ("ours.yaml", "points: 50", "pionts: 50"),
        ("ours.yaml", "sector ==", "sector =="),
        ("base.yaml", "unknown: pass", "unknown: maybe"),
        ("base.yaml", "{from: 40}", "{from: 80}"),
        ("base.yaml", "range: [0, 100]", "range: [0, 200]\n    allow: {gap: x}"),
        ("base.yaml", "facts:\n", "facts:\n  lone: budget\n  lone: 3\n"),
        ("groupbuy.yaml", "columns: [tier]", "columns: [teir]\ncolums: [x]"),
    ],
)
def test_the_editor_shows_what_check_says(
    shared: Client, shared_folder: Path, file: str, old: str, new: str
) -> None:
    """The same codes at the same places, whether the text is saved or not."""
    path = shared_folder / file
    saved = path.read_text(encoding="utf-8")
    assert saved.count(old) == 1
    path.write_text(saved.replace(old, new), encoding="utf-8")
    output = StringIO()
    with redirect_stdout(output):
        run(groupbuy, ["check", str(shared_folder), "--format", "json"])
    path.write_text(saved, encoding="utf-8")
    severities = {"error": 1, "warning": 2, "note": 4}
    wanted = sorted(
        (Path(p["file"]).name, p["line"], p["column"], severities[p["severity"]], p["code"])
        for p in json.loads(output.getvalue())["problems"]
    )
    uri = path.as_uri()
    shared.change(uri, saved.replace(old, new))
    if wanted:
        shared.settle(lambda _: sorted(as_shown(shared)) == wanted)
    shared.change(uri, saved)
    shared.settle(lambda _: not as_shown(shared))


def as_shown(client: Client) -> list[tuple[str, int, int, int, str]]:
    """What an editor shows now: file, line, column (from 1, in characters), severity, code."""
    found = []
    for uri, items in client.shown.items():
        lines = client.text(uri).split("\n")
        for item in items:
            at = item["range"]["start"]
            line = lines[at["line"]].encode("utf-16-le")[: 2 * at["character"]]
            column = len(line.decode("utf-16-le")) + 1
            file = Path(unquote(urlsplit(uri).path)).name
            found.append((file, at["line"] + 1, column, item["severity"], item["code"]))
    return found


def test_findings_follow_when_nothing_changes(client: Client, folder: Path) -> None:
    text = BASE.replace("facts:\n", "  spare: {value: 3}\n\nfacts:\n")
    uri = client.open(folder / "base.yaml", text)
    (found,) = client.diagnostics(uri, lambda f: any(e["code"] == "unused-setting" for e in f))
    assert (found["severity"], found["tags"]) == (2, [1])
    # It stays at its line while others are written above.
    client.change(uri, text.replace("pack: base\n", "pack: base\nversion: 2\n"))
    moved = client.diagnostics(uri)
    assert [each["range"]["start"]["line"] for each in moved] == [
        found["range"]["start"]["line"] + 1
    ]


def test_cases_are_checked_too(client: Client, folder: Path) -> None:
    text = (folder / "base.test.yaml").read_text(encoding="utf-8")
    text = text.replace("gates.no_date", "gates.no_dat")
    uri = client.open(folder / "base.test.yaml", text)
    (found,) = client.diagnostics(uri, spoiled)
    assert found["code"] == "unknown-path"


def test_what_is_saved_counts_again_when_a_document_is_closed(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml", WRONG)
    client.diagnostics(uri, spoiled)
    client.notify("textDocument/didClose", textDocument={"uri": uri})
    client.diagnostics(uri, clean)


def test_a_file_that_others_changed_is_read_again(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml")
    client.at("hover", uri, 0, 0)
    base = folder / "base.yaml"
    base.write_text(BASE.replace("  tier:", "  level:"), encoding="utf-8")
    changes = [{"uri": base.as_uri(), "type": 2}]
    client.notify("workspace/didChangeWatchedFiles", changes=changes)
    assert {each["code"] for each in client.diagnostics(uri, spoiled)} == {"unknown-name"}


def test_who_types_at_once_is_answered(client: Client, folder: Path) -> None:
    """A change that comes before the folder was read once does not leave the editor empty."""
    uri = client.open(folder / "ours.yaml")
    for number in range(5):
        client.change(uri, f"{OURS}# {number}\n")
    line, column = place(OURS, "and per_|head > 100")
    assert "`per_head`" in client.at("hover", uri, line, column)["contents"]["value"]


def test_an_editor_that_can_watch_is_asked_to(start: Start, folder: Path) -> None:
    client = start()
    client.initialize(workspace={"didChangeWatchedFiles": {"dynamicRegistration": True}})
    (asked,) = client.news_of("client/registerCapability")["registrations"]
    assert asked["method"] == "workspace/didChangeWatchedFiles"
    assert asked["registerOptions"]["watchers"] == [{"globPattern": "**/*.yaml"}]


# ── answers ──


def test_a_change_leads_to_what_it_changes(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml")
    line, column = place(OURS, "{poi|nts: 50")
    (found,) = client.at("definition", uri, line, column)
    wanted_line, wanted = place(BASE, "budget >= large, |points: 60")
    assert found["uri"] == (folder / "base.yaml").as_uri()
    assert found["range"]["start"] == {"line": wanted_line, "character": wanted}


def test_hover_speaks_the_editors_language(start: Start, folder: Path) -> None:
    line, column = place(OURS, "and per_|head > 100")
    for options, locale, wanted in (
        ((), "zh-cn", "人均"),
        ((), "de", "Per head"),
        (("--lang", "zh"), "en", "人均"),
    ):
        client = start(*options)
        client.initialize(locale)
        uri = client.open(folder / "ours.yaml")
        told = client.at("hover", uri, line, column)
        assert f"**{wanted}** `per_head`" in told["contents"]["value"]


def test_symbols_lie_within_each_other(client: Client, folder: Path) -> None:
    uri = client.open(folder / "base.yaml")
    found = client.request("textDocument/documentSymbol", textDocument={"uri": uri})
    assert [each["name"] for each in found][3:] == [
        "settings", "facts", "gates", "scores", "grades"
    ]  # fmt: skip

    def within(inner: Any, outer: Any) -> bool:
        def key(position: Any) -> tuple[int, int]:
            return position["line"], position["character"]

        return key(outer["start"]) <= key(inner["start"]) and key(inner["end"]) <= key(outer["end"])

    def look(symbol: Any) -> None:
        assert within(symbol["selectionRange"], symbol["range"]), symbol["name"]
        for inner in symbol["children"]:
            assert within(inner["range"], symbol["range"]), inner["name"]
            look(inner)

    for symbol in found:
        look(symbol)


def test_formatting_is_that_of_fmt(client: Client, folder: Path) -> None:
    uri = client.open(folder / "ours.yaml", OURS.replace("per_head > 100", "per_head>100") + "\n")
    options = {"tabSize": 2, "insertSpaces": True}
    request = {"textDocument": {"uri": uri}, "options": options}
    (edit,) = client.request("textDocument/formatting", **request)
    assert edit["newText"] == OURS
    assert edit["range"] == {
        "start": {"line": 0, "character": 0},
        "end": {"line": OURS.count("\n") + 1, "character": 0},
    }
    client.change(uri, OURS)
    assert client.request("textDocument/formatting", **request) == []
    client.change(uri, "a: {")
    assert client.request("textDocument/formatting", **request) is None


def test_files_that_are_no_rules_are_left_alone(client: Client, tmp_path: Path) -> None:
    other = tmp_path / "else.yaml"
    other.write_text("a: {", encoding="utf-8")
    uri = client.open(other)
    assert client.at("hover", uri, 0, 0) is None
    assert client.at("completion", "untitled:new", 0, 0) is None
    assert client.at("hover", uri, 99, 99) is None


# ── a server that stays ──


HOVER = {"textDocument": {"uri": "file:///x.yaml"}, "position": {"line": 0, "character": 0}}


def message(**parts: Any) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **parts}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


NEVER = {"uri": "file:///never.yaml", "version": 1}
NONSENSE = (
    b"Content-Length: 5\r\n\r\nhello",
    b"Content-Length: 2\r\n\r\n{}",
    b"Content-Length: 2\r\n\r\n[]",
    b"Content-Length: 4\r\n\r\nnull",
    b"Content-Length: 3\r\n\r\n\xff\xfe\xfd",
    b"Content-Length: -5\r\n\r\n",
    b"Content-Length: many\r\n\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"rubbish\r\n\r\n",
    b'Content-Length: 16\r\n\r\n{"jsonrpc":"2.0"',
    b"Content-Length: %d\r\n\r\n%s" % (LONGEST + 5, b"x" * (LONGEST + 5)),
    message(method="nosuch"),
    message(id=1001, method="nosuch", params={}),
    message(id=1002, method="textDocument/hover", params={"position": 1}),
    message(id=1003, result=5),
    message(method="textDocument/didOpen", params={}),
    message(
        method="textDocument/didChange",
        params={"textDocument": NEVER, "contentChanges": [{"text": "a"}]},
    ),
    message(method="textDocument/didClose", params={"textDocument": NEVER}),
    message(method="$/cancelRequest", params={"id": 12345}),
)


def test_nonsense_does_not_end_it(start: Start) -> None:
    client = start()
    assert client.answer("textDocument/hover", HOVER)["result"] is None  # before it is asked to
    client.initialize()
    for data in NONSENSE:
        client.raw(data)
        assert client.answer("textDocument/hover", HOVER)["result"] is None, data[:60]
    assert client.close() == 0
    assert client.said == ""


def test_it_ends_as_the_protocol_wants_it(start: Start) -> None:
    asked = start()
    asked.initialize()
    assert asked.close() == 0
    assert asked.said == ""
    without = start()
    without.initialize()
    without.notify("exit")
    assert without.wait() == 1
    hung_up = start()
    hung_up.initialize()
    hung_up.process.stdin.close()
    assert hung_up.wait() == 1
    stopped = start()
    stopped.initialize()
    stopped.process.send_signal(signal.SIGINT)
    assert stopped.wait() == 130
    assert "Traceback" not in without.said + hung_up.said + stopped.said


def test_it_ends_at_once_while_it_looks_for_findings(start: Start, folder: Path) -> None:
    client = start("--rules", str(Path(__file__).parents[2] / "rules"))
    client.initialize()
    uri = client.open(Path(__file__).parents[2] / "rules/gift.yaml")
    client.at("hover", uri, 0, 0)
    assert client.close() == 0
    assert folder


def test_without_its_library_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ImportError\n")
    run = subprocess.run(
        [sys.executable, "-m", "groupbuy", "lsp"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert "extra-missing" in run.stderr
    assert "pip install 'groupbuy[lsp]'" in run.stderr
    assert "Traceback" not in run.stderr
