"""The text of a lead file, a table or standard input, also where it was not saved as UTF-8."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from groupbuy.errors import GroupbuyError, Location, Problem, Source
from groupbuy.source.limits import current
from groupbuy.source.seen import note
from groupbuy.source.yaml import read_source

STDIN = "<stdin>"

BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin: those of today, and those of the old kind."""


def read_text(
    path: Path, notes: list[str], *, name: str | None = None, bound: str = "lead_file"
) -> Source:
    """The text of a file: UTF-8, UTF-16 with a byte-order mark, or GB18030 (said in `notes`).

    `name` is what the user sees instead of the path, `bound` the limit of its size.
    """
    shown = str(path) if name is None else name
    try:
        return read_source(path, name=shown, bound=bound)
    except GroupbuyError as error:
        if error.problems[0].code != "file-encoding":
            raise
        content = path.read_bytes()
        if content.startswith(BINARY):
            raise GroupbuyError(not_text(shown)) from None
        text = _as_gb18030(content)
        if not text:
            raise  # or a pipe, which can't be read twice
    notes.append(_gb18030_note(shown))
    return Source(shown, text)


def read_bytes(path: Path, bound: str, *, name: str | None = None) -> bytes:
    """The bytes of a file, within the limit `bound`; what fails is told as for texts.

    Raises `GroupbuyError`.
    """
    limits = current()
    most: int = getattr(limits, bound)
    try:
        with path.open("rb") as file:
            note(file)
            content = file.read(most + 1)
    except (OSError, ValueError):
        read_source(path, name=name)
        raise
    if len(content) > most:
        shown = str(path) if name is None else name
        message = f"this file is larger than {most:,} bytes"
        hint = limits.hint(bound, "split it, or save it as CSV (UTF-8)")
        raise GroupbuyError(Problem("file-too-large", message, Location(shown), hint))
    return content


def not_text(name: str) -> Problem:
    """The problem that a file which should be a text is a workbook."""
    message, hint = (
        "this is a workbook, not a text",
        "name it .xlsx if it is one, or save it as CSV",
    )
    if name == STDIN:
        hint = "save it as an .xlsx file, and name that"
    return Problem("file-format", message, Location(name), hint)


def read_stdin(stdin: TextIO | None, notes: list[str]) -> Source:
    """The text of standard input, decoded as files are where its bytes can be had."""
    if stdin is None:
        problem = Problem("file-no-stdin", "there is no standard input here", Location(STDIN))
        raise GroupbuyError(problem)
    buffer = getattr(stdin, "buffer", None)
    limits = current()
    content = (stdin if buffer is None else buffer).read(limits.lead_file + 1)
    if len(content) > limits.lead_file:
        message = f"the input is larger than {limits.lead_file:,} bytes"
        hint = limits.hint("lead_file", "split it into several files")
        raise GroupbuyError(Problem("file-too-large", message, Location(STDIN), hint))
    if isinstance(content, str):
        return Source(STDIN, content.removeprefix("\ufeff"))
    return Source(STDIN, _decoded(content, notes))


def _decoded(content: bytes, notes: list[str]) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(BINARY):
            raise GroupbuyError(not_text(STDIN)) from None
        text = None if wide else _as_gb18030(content)
        if text is None:
            message = f"the input is not UTF-8: byte 0x{content[error.start]:02X}"
            hint = "convert it to UTF-8"
            raise GroupbuyError(Problem("file-encoding", message, Location(STDIN), hint)) from None
    notes.append(_gb18030_note(STDIN))
    return text


def _gb18030_note(name: str) -> str:
    return f"{name} was read as GB18030 (GBK); save it as UTF-8 to be sure"


def _has_utf8_line(content: bytes) -> bool:
    """Whether a line is surely UTF-8: two characters of three bytes, nothing broken."""
    for line in content.splitlines():
        with suppress(UnicodeDecodeError):
            if sum(c > "\u07ff" for c in line.decode()) > 1:
                return True
    return False


def _as_gb18030(content: bytes) -> str | None:
    """The text if it is GB18030, none if it is not.

    Nearly every sequence of bytes is some GB18030: a UTF-8 file with one broken byte would become
    nonsense. So what is mostly UTF-8 is not taken for it, nor what holds control characters.
    """
    replaced = content.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    good = sum(1 for c in replaced if c > "\u07ff") - broken
    if good > 3 * broken or b"\0" in content or _has_utf8_line(content):
        return None
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        return None
