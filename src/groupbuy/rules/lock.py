"""`groupbuy.lock`: the packs that rules were written over, kept so that an upgrade can be shown.

It holds every file that comes with groupbuy or with a plugin and that the rules folder uses, with
its text, as YAML that version control can compare line by line:

    groupbuy: 1
    lock: 1
    plugins:
      history: "0.1.0"
    files:
      "groupbuy:common/terms.yaml":
        item: "groupbuy:common"
        version: "2026-11"
        sha256: 5f0c…
        text: |
          groupbuy: 1
          pack: terms
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groupbuy.errors import GroupbuyError, Location, Problem, Source
from groupbuy.rules.project import Borrowed
from groupbuy.source import nodes
from groupbuy.source.yaml import read_source, read_yaml

LOCK = "groupbuy.lock"
FORMAT = 1
HEAD = """\
# What these rules were written over: the packs that come with groupbuy and with plugins, as they
# were. `groupbuy rules upgrade` compares them with those that are installed now, and with --write
# writes this file anew. It is not edited by hand, and belongs into version control.
groupbuy: 1
lock: {format}
"""
_STEP = "  "
_INDENT = _STEP * 3
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.M)
_DOCUMENT = re.compile(r"^(---|\.\.\.|%)", re.M)


@dataclass(frozen=True)
class LockedFile:
    """One file as it was. `item` is what names it in groupbuy.yaml: an item of `layers:`, or model.

    `line` is the line of the lock behind which its text stands.
    """

    name: str
    item: str
    version: str
    text: str
    line: int = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hex."""
        return digest_of(self.text)

    @property
    def in_place(self) -> str:
        """The text with its lines and columns where they stand in the lock."""
        if _DOCUMENT.search(self.text):
            return self.text  # what begins a document must stand in the first column
        lines = (f"{_INDENT}{line}" if line else "" for line in self.text.split("\n"))
        return "\n" * self.line + "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Lock:
    """A lock that was read: its files by name, and the plugins with their versions."""

    source: Source
    files: Mapping[str, LockedFile]
    plugins: Mapping[str, str]

    @property
    def items(self) -> frozenset[str]:
        """The items of groupbuy.yaml that it knows."""
        return frozenset(file.item for file in self.files.values())

    def fits(self, borrowed: Iterable[Borrowed]) -> bool:
        """Whether the files in use are, to the letter, those of the lock."""
        now = {file.name: digest_of(text_of(file.source)) for file in borrowed}
        return now == {file.name: file.digest for file in self.files.values()}


def digest_of(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(source: Source) -> str:
    """A file's text as the lock keeps it: line feeds, and one at the end."""
    return "\n".join(source.lines).removeprefix("\ufeff").rstrip("\n") + "\n"


# ── writing ──


def lock_text(borrowed: Iterable[Borrowed], plugins: Mapping[str, str]) -> str:
    """The lock of a project that uses these files and plugins; the same ones give the same text."""
    lines = [HEAD.format(format=FORMAT)]
    if plugins:
        lines.append("plugins:\n")
        lines += [f"{_STEP}{_quoted(name)}: {_quoted(plugins[name])}\n" for name in sorted(plugins)]
    files = {file.name: file for file in borrowed}
    lines.append("files:\n" if files else "files: {}\n")
    for name in sorted(files):
        lines += _file(files[name])
    return "".join(lines)


def _file(file: Borrowed) -> Iterator[str]:
    text = text_of(file.source)
    yield f"{_STEP}{_quoted(file.name)}:\n"
    yield f"{_STEP * 2}item: {_quoted(file.item)}\n"
    if file.version:
        yield f"{_STEP * 2}version: {_quoted(file.version)}\n"
    yield f"{_STEP * 2}sha256: {digest_of(text)}\n"
    if not text.strip():
        yield f"{_STEP * 2}text: {_quoted(text)}\n"
        return
    # A block that begins with a space or an empty line has to say how far it is indented.
    yield f"{_STEP * 2}text: |{len(_STEP) if text[0].isspace() else ''}\n"
    for line in text[:-1].split("\n"):
        yield f"{_INDENT}{line}\n" if line else "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# ── reading ──


def read_lock(folder: Path, shown: str) -> Lock | None:
    """The lock of a rules folder, which messages call `shown`; none where there is none.

    Raises `GroupbuyError` with one problem: `lock-conflict`, `lock-newer`, `lock-edited` or
    `lock-damaged`.
    """
    path = folder / LOCK
    if not path.is_file():
        return None
    source = read_source(path, name=shown)
    marker = _MARKER.search(source.text)
    if marker is not None:
        line = source.text.count("\n", 0, marker.start()) + 1
        raise GroupbuyError(
            Problem(
                "lock-conflict",
                "git has left both sides of a merge here",
                source.at(line, 1),
                f"take one side (git checkout --theirs {LOCK}), then: groupbuy rules upgrade",
                len(marker[1]),
            )
        )
    try:
        root = read_yaml(source)
    except GroupbuyError as error:
        first = error.problems[0]
        raise _damaged(first.message, first.at or Location(shown)) from None
    return _Reader(source).lock(root)


def _damaged(message: str, at: Location) -> GroupbuyError:
    hint = f"get it back from version control; or delete it, and {WRITE} makes a new one"
    return GroupbuyError(Problem("lock-damaged", f"this lock can't be used: {message}", at, hint))


WRITE = "groupbuy rules upgrade --write"


class _Reader:
    """Takes a lock's nodes apart; whatever is not as it was written is an error."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def lock(self, root: nodes.Node) -> Lock:
        if not isinstance(root, nodes.Mapping):
            raise _damaged(f"it is {root.noun}", root.at)
        version = root.get("lock")
        number = version.value if isinstance(version, nodes.Scalar) else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            at = version.at if version is not None else root.at
            raise _damaged("it does not say its format (lock: 1)", at)
        if number > FORMAT:
            assert version is not None
            message = f"a newer groupbuy wrote this lock: its format is {number}, not {FORMAT}"
            hint = "install that version: pip install --upgrade groupbuy"
            raise GroupbuyError(Problem("lock-newer", message, version.at, hint))
        plugins = root.get("plugins")
        files = self.mapping(root.get("files"), root, "files")
        return Lock(
            self.source,
            {name: self.file(name, node, files) for name, node in files.items.items()},
            {}
            if plugins is None
            else {
                name: self.text(node, plugins, name)
                for name, node in self.mapping(plugins, root, "plugins").items.items()
            },
        )

    def file(self, name: str, node: nodes.Node, files: nodes.Mapping) -> LockedFile:
        owner, colon, inside = name.partition(":")
        parts = PurePosixPath(inside)
        proper = bool(colon and owner and inside) and not re.search(r"[/\\\0]", owner)
        if not proper or parts.is_absolute() or {"..", "."} & {owner, *parts.parts} or "\\" in name:
            raise _damaged(f'"{name}" is no file of a pack', files.key_at(name))
        fields = self.mapping(node, files, name)
        version = fields.get("version")
        text = fields.get("text")
        found = LockedFile(
            name,
            self.text(fields.get("item"), fields, "item"),
            "" if version is None else self.text(version, fields, "version"),
            self.text(text, fields, "text"),
            text.line if text is not None else 0,
        )
        if found.digest != self.text(fields.get("sha256"), fields, "sha256"):
            message = f"{name} is not what was locked: the text and its sha256 do not agree"
            hint = f"get it back from version control; or delete the lock, and: {WRITE}"
            raise GroupbuyError(Problem("lock-edited", message, files.key_at(name), hint))
        return found

    def mapping(self, node: nodes.Node | None, above: nodes.Node, key: str) -> nodes.Mapping:
        if not isinstance(node, nodes.Mapping):
            at = above.at if node is None else node.at
            raise _damaged(f'it has no "{key}:" that could be read', at)
        return node

    def text(self, node: nodes.Node | None, above: nodes.Node, key: str) -> str:
        if not isinstance(node, nodes.Scalar) or node.value is None:
            at = above.at if node is None else node.at
            raise _damaged(f'it has no "{key}:" that could be read', at)
        return node.text
