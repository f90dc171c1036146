"""The server: documents that open, change and close; questions about them; news for the editor.

Rules are read anew a moment after the last change (`DEBOUNCE`), findings and coverage are looked
for when nothing has changed for longer. That runs on threads beside the one that answers the
editor, and what takes long gives way as soon as something changes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from groupbuy import __version__
from groupbuy.authoring.cases.coverage import Counted
from groupbuy.errors import Problem
from groupbuy.lsp.diagnostics import Diagnostics, Explanations
from groupbuy.lsp.document import Document
from groupbuy.lsp.folder import (
    Checked,
    Setup,
    check,
    counted,
    findings,
    folder_of,
    moved,
)
from groupbuy.lsp.known import Known
from groupbuy.lsp.positions import Positions, path_of, uri_of
from groupbuy.lsp.worker import Worker

DEBOUNCE = 0.15
"""Seconds without a change until errors are looked for."""
QUIET = 0.8
"""Seconds more until findings are."""

log = logging.getLogger(__name__)


class StoppedError(Exception):
    """Something changed; what is being worked out is of no use any more."""


class Folder:
    """A rules folder with open documents, and what was last found in it."""

    def __init__(self, path: Path) -> None:
        """Nothing is known yet; `ready` is set when it is."""
        self.path = path
        self.known: Known | None = None
        self.files: Mapping[str, Path] = {}
        self.problems: tuple[Problem, ...] = ()
        self.findings: tuple[Problem, ...] = ()
        self.coverage: Mapping[str, Counted] = {}
        self.ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.stop = threading.Event()
        self.shown: set[Path] = set()
        self.saved = True
        """Whether something was saved since coverage was last worked out."""

    def between(self, stop: threading.Event) -> None:
        """Called while something takes long; raises where it is of no use any more."""
        if stop.is_set():
            raise StoppedError


class RulesServer(LanguageServer):
    """The language server of rule files."""

    def __init__(self, setup: Setup, rules: Path | None, *, lang_given: bool) -> None:
        """`rules` is the folder to which every document belongs; else the nearest above it.

        The editor's own language counts unless one is given.
        """
        super().__init__(
            "groupbuy", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.setup, self.rules, self.lang_given = setup, rules, lang_given
        self.documents: dict[str, Document] = {}
        self.folders: dict[Path, Folder] = {}
        self.explanations = Explanations(setup.lang)
        self.quick, self.slow = Worker("errors"), Worker("findings")

    @property
    def positions(self) -> Positions:
        """Positions in the units that were agreed upon."""
        return Positions(self.workspace.position_codec)

    def speak(self, locale: str | None) -> None:
        """Take over the editor's language."""
        if not self.lang_given and locale:
            lang = "zh" if locale.lower().startswith("zh") else "en"
            self.setup = replace(self.setup, lang=lang)
            self.explanations = Explanations(lang)

    # ── documents ──

    def update(self, uri: str) -> None:
        """Take over a document's text as it is now."""
        path = path_of(uri)
        if path is None:
            return
        self.documents[uri] = Document(path, self.workspace.get_text_document(uri).source)
        folder = self.folder(path)
        if folder is not None:
            self.schedule(folder)

    def forget(self, uri: str) -> None:
        """A document was closed: what is saved counts."""
        document = self.documents.pop(uri, None)
        folder = None if document is None else self.folder(document.path)
        if folder is not None:
            self.schedule(folder)

    def saved(self, paths: Iterable[Path]) -> None:
        """Files were changed on disk."""
        for path in paths:
            folder = self.folder(path)
            if folder is not None:
                folder.saved = True
                self.schedule(folder)

    def folder(self, path: Path) -> Folder | None:
        """The rules folder of a file."""
        found = self.rules.resolve() if self.rules is not None else folder_of(path)
        if found is None:
            return None
        if found not in self.folders:
            self.folders[found] = Folder(found)
        return self.folders[found]

    def texts(self) -> dict[Path, str]:
        """The texts of all open documents."""
        return {document.path: document.text for document in self.documents.values()}

    async def asked(self, uri: str) -> tuple[Document, Folder, Known] | None:
        """A document and what is known of its folder, as soon as it has been read once."""
        document = self.documents.get(uri)
        folder = None if document is None else self.folder(document.path)
        if document is None or folder is None:
            return None
        await folder.ready.wait()
        return None if folder.known is None else (document, folder, folder.known)

    # ── working ──

    def schedule(self, folder: Folder) -> None:
        """Look at a folder again, a moment after its last change."""
        folder.stop.set()
        folder.stop = threading.Event()
        if folder.task is not None:
            folder.task.cancel()
        folder.task = asyncio.get_running_loop().create_task(self.look(folder, folder.stop))

    async def look(self, folder: Folder, stop: threading.Event) -> None:
        """Errors first; when nothing changes for longer, findings and coverage.

        Where this is cancelled, another one has been scheduled: `ready` is left to that.
        """
        try:
            if folder.ready.is_set():
                await asyncio.sleep(DEBOUNCE)
            texts = self.texts()
            checked = await self.quick.run(partial(check, folder.path, texts, self.setup))
            self.take(folder, checked, texts)
            folder.ready.set()
            if checked.known is None or not checked.faultless:
                return
            await asyncio.sleep(QUIET)
            between = partial(folder.between, stop)
            folder.findings = await self.slow.run(partial(findings, checked.known, between))
            self.publish(folder)
            if folder.saved:
                folder.coverage = await self.slow.run(partial(counted, folder.path, between))
                folder.saved = False
        except StoppedError:
            return
        except Exception as error:
            # A fault of the program: the editor's log has it, and the server goes on.
            log.exception("looking at %s", folder.path)
            text = f"groupbuy: {type(error).__name__}: {error}"
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))
            folder.ready.set()

    def take(self, folder: Folder, checked: Checked, texts: Mapping[Path, str]) -> None:
        """Keep what was found; names and places only where all could be read."""
        old = folder.files
        folder.findings = tuple(
            problem
            for found in folder.findings
            if (problem := moved(found, {**old, **checked.files}, texts)) is not None
        )
        folder.problems, folder.files = checked.problems, {**old, **checked.files}
        if checked.known is not None and (folder.known is None or not checked.known.unread):
            folder.known = checked.known
        self.publish(folder)

    def publish(self, folder: Folder) -> None:
        """Tell the editor what is wrong where; files without problems any more are told so."""
        made = Diagnostics(self.positions, self.explanations, self.setup.lang)
        problems = (*folder.problems, *folder.findings)
        found = made.by_file(folder.path, problems, folder.files, self.uri)
        for path in sorted(folder.shown | set(found)):
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(self.uri(path), found.get(path, []))
            )
        folder.shown = set(found)

    def uri(self, path: Path) -> str:
        """How the editor calls a file."""
        for uri, document in self.documents.items():
            if document.path == path:
                return uri
        return uri_of(path)

    def close(self) -> None:
        """Let go of everything; nothing is left running."""
        for folder in self.folders.values():
            folder.stop.set()
        self.explanations.close()
