"""A language server in a process of its own, and a client that speaks the protocol with it."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

TIMEOUT = 120
"""Seconds until a silent server is given up; a busy machine is slow, not wrong."""


OURS_SERVER = (sys.executable, "-m", "groupbuy", "lsp")


class Client:
    """Starts a server, ours; requests wait for their answers, news is kept by method."""

    def __init__(
        self, folder: Path, *options: str, command: Sequence[str] = OURS_SERVER, **environment: str
    ) -> None:
        self.process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **environment},
        )
        self.ids = itertools.count(1)
        self.answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self.news: dict[str, queue.Queue[Any]] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {}
        """The diagnostics that an editor would show now, by URI."""
        self.texts: dict[str, str] = {}
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.errors: list[bytes] = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    # ── the wire ──

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def _read(self) -> None:
        stdout = self.process.stdout
        assert stdout is not None
        while header := stdout.readline():
            assert header.startswith(b"Content-"), f"not the protocol: {header!r}"
            length = int(header.split(b":")[1]) if b"Length" in header else 0
            while (line := stdout.readline()).strip():
                if b"Length" in line:
                    length = int(line.split(b":")[1])
            message = json.loads(stdout.read(length))
            if "method" in message:
                if "id" in message:
                    self.send({"id": message["id"], "result": None})
                self._news(message["method"]).put(message.get("params"))
            else:
                self._answer(message.get("id")).put(message)

    def _news(self, method: str) -> queue.Queue[Any]:
        with self.lock:
            return self.news.setdefault(method, queue.Queue())

    def _answer(self, id: int) -> queue.Queue[dict[str, Any]]:
        with self.lock:
            return self.answers.setdefault(id, queue.Queue())

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, **params: Any) -> None:
        self.send({"method": method, "params": params})

    def answer(self, method: str, params: Any) -> dict[str, Any]:
        """The whole answer to a request, an error included."""
        id = next(self.ids)
        self.send({"id": id, "method": method, "params": params})
        return self._answer(id).get(timeout=TIMEOUT)

    def request(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        answer = self.answer(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    # ── a session ──

    def initialize(self, locale: str | None = None, **capabilities: Any) -> dict[str, Any]:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities}
        if locale is not None:
            params["locale"] = locale
        result = self.request("initialize", **params)
        self.notify("initialized")
        assert isinstance(result, dict)
        return result

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, saved or as `text`; its URI."""
        uri = path.as_uri()
        content = path.read_text(encoding="utf-8") if text is None else text
        self.version = 1
        self.texts[uri] = content
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": content}
        self.notify("textDocument/didOpen", textDocument=document)
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace a document's text."""
        self.version += 1
        self.texts[uri] = text
        document = {"uri": uri, "version": self.version}
        self.notify(
            "textDocument/didChange", textDocument=document, contentChanges=[{"text": text}]
        )

    def diagnostics(self, uri: str, wanted: Any = lambda found: True) -> list[dict[str, Any]]:
        """The next diagnostics of a document that are as `wanted`."""
        while True:
            found = self.next_diagnostics()
            if found == uri and wanted(self.shown[uri]):
                return self.shown[uri]

    def news_of(self, method: str) -> Any:
        """The next notification or request of the server by this method."""
        return self._news(method).get(timeout=TIMEOUT)

    def next_diagnostics(self) -> str:
        """Take in the next diagnostics; the URI that they are about."""
        params = self._news("textDocument/publishDiagnostics").get(timeout=TIMEOUT)
        self.shown[params["uri"]] = params["diagnostics"]
        return str(params["uri"])

    def settle(self, wanted: Any) -> None:
        """Take in diagnostics until all that are shown are as `wanted`."""
        while not wanted(self.shown):
            self.next_diagnostics()

    def text(self, uri: str) -> str:
        """The text of a document or of a file."""
        if uri in self.texts:
            return self.texts[uri]
        return Path(unquote(urlsplit(uri).path)).read_text(encoding="utf-8")

    def at(self, method: str, uri: str, line: int, character: int) -> Any:
        """What a question about a place is answered."""
        return self.request(
            f"textDocument/{method}",
            textDocument={"uri": uri},
            position={"line": line, "character": character},
        )

    def close(self) -> int:
        """End as the protocol wants it; the exit code."""
        if self.process.poll() is None:
            self.answer("shutdown", None)
            self.notify("exit")
        return self.wait()

    def wait(self) -> int:
        """The exit code of a server that is about to end."""
        code = self.process.wait(timeout=TIMEOUT)
        self.reader.join(timeout=TIMEOUT)
        self.listener.join(timeout=TIMEOUT)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()
        return code

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    @property
    def said(self) -> str:
        """What it wrote on standard error."""
        return b"".join(self.errors).decode()


# ── rules ──

BASE = """\
groupbuy: 1
pack: base
title: {en: Base, zh: 基础}

settings:
  large: {value: 50000, type: money, min: 0, title: {en: A large budget, zh: 大额预算}}

facts:
  per_head: {value: budget / headcount, title: {en: Per head, zh: 人均}}

gates:
  no_date:
    title: {en: No date, zh: 没有日期}
    when: missing(needed_by) and budget >= large
    verdict: hold
    unknown: pass
    because: {en: "{budget} without a date", zh: "{budget} 没有日期"}

scores:
  size:
    title: {en: Size, zh: 规模}
    range: [0, 100]
    rules:
      big: {when: budget >= large, points: 60, because: {en: Large, zh: 大}}
      heads: {when: headcount > 100, points: 40, because: {en: Many, zh: 人多}}

grades:
  tier:
    of: size
    bands: {A: {from: 70}, B: {from: 40}, C: {}}
"""
OURS = """\
groupbuy: 1
pack: ours
for: sector == "service"
changes:
  scores: {size: {rules: {big: {points: 50}}}}
plays:
  call:
    when: tier in ["A", "B"] and per_head > 100
    who: {en: salesperson, zh: 销售员}
    do: {en: "Call {name}", zh: "致电 {name} 😀，谈 {per_head}"}
"""
CASES = """\
groupbuy: 1
as_of: "2026-11-22"
cases:
  - case: A large budget
    lead: {budget: 90000, headcount: 200, sector: industrial}
    expect: {fires: [scores.size.big, gates.no_date]}
  - case: A small one
    lead: {budget: 900, headcount: 20, sector: industrial}
    expect: {silent: [scores.size.big]}
"""
PROJECT = "groupbuy: 1\nlayers: [base, ours]\ncolumns: [tier]\n"


def write_folder(folder: Path) -> Path:
    """A rules folder of two layers, with cases."""
    folder.mkdir(parents=True)
    for name, text in (
        ("groupbuy.yaml", PROJECT),
        ("base.yaml", BASE),
        ("ours.yaml", OURS),
        ("base.test.yaml", CASES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def place(text: str, marked: str) -> tuple[int, int]:
    """Line and column (in characters) of the `|` in the one stretch of a text that is `marked`."""
    before, bar, behind = marked.partition("|")
    assert bar
    assert text.count(before + behind) == 1, marked
    start = text.index(before + behind) + len(before)
    line = text.count("\n", 0, start)
    return line, start - (text.rfind("\n", 0, start) + 1)


def units(text: str, line: int, column: int) -> int:
    """A column in UTF-16 code units."""
    return len(text.split("\n")[line][:column].encode("utf-16-le")) // 2
