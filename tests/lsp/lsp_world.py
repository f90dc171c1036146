"""A language server in a process of its own, and a client that speaks the protocol with it."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

TIMEOUT = 60
"""Seconds until a silent server is given up; a busy machine is slow, not wrong."""


class Client:
    """Starts `groupbuy lsp`; requests wait for their answers, news is kept by method."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "groupbuy", "lsp", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **environment},
        )
        self.ids = itertools.count(1)
        self.answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self.news: dict[str, queue.Queue[Any]] = {}
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
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": content}
        self.notify("textDocument/didOpen", textDocument=document)
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace a document's text."""
        self.version += 1
        document = {"uri": uri, "version": self.version}
        self.notify(
            "textDocument/didChange", textDocument=document, contentChanges=[{"text": text}]
        )

    def diagnostics(self, uri: str, wanted: Any = lambda found: True) -> list[dict[str, Any]]:
        """The next diagnostics of a document that are as `wanted`."""
        while True:
            params = self._news("textDocument/publishDiagnostics").get(timeout=TIMEOUT)
            if params["uri"] == uri and wanted(params["diagnostics"]):
                found = params["diagnostics"]
                assert isinstance(found, list)
                return found

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
            try:
                stream.close()
            except BrokenPipeError:
                pass
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
