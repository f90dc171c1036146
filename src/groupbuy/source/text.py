"""A file's bytes → a `Source`."""

from __future__ import annotations

import codecs
import os
from itertools import islice
from pathlib import Path

from groupbuy.errors import GroupbuyError, Location, Problem, Source, did_you_mean
from groupbuy.source.limits import current
from groupbuy.source.seen import note

_SIBLINGS = 1000
"""File names that are looked at for a hint; a folder may hold millions."""


def read_source(path: Path | str, *, name: str | None = None, bound: str = "rule_file") -> Source:
    """The text of a file: UTF-8 with or without a byte-order mark, or UTF-16 with one.

    `name` is what the user sees instead of the path, `bound` the limit of its size. Raises
    GroupbuyError with one problem:
    `file-missing`, `file-is-folder`, `file-permission`, `file-unreadable`, `file-too-large` or
    `file-encoding` (with line and column of the first byte that can't be read).
    """
    path = Path(path)
    shown = name if name is not None else str(path)
    return Source(shown, _decoded(_content(path, shown, bound), shown))


def _content(path: Path, shown: str, bound: str) -> bytes:
    """The bytes, never more than the limit and one."""
    place = Location(shown)
    most: int = getattr(current(), bound)
    try:
        if path.is_dir():
            hint = "name a file in it"
            raise GroupbuyError(Problem("file-is-folder", "this is a folder", place, hint))
        with path.open("rb") as file:
            note(file)
            if path.is_char_device() and not file.isatty() and not path.samefile(os.devnull):
                hint = "name a file, or - for standard input"
                raise GroupbuyError(Problem("file-unreadable", "this is a device", place, hint))
            content = file.read(most + 1)
    except FileNotFoundError:
        problem = Problem("file-missing", "no such file", place, _siblings_hint(path))
        raise GroupbuyError(problem) from None
    except PermissionError:
        hint = "ask its owner for the right to read it"
        message = "no permission to read this file"
        raise GroupbuyError(Problem("file-permission", message, place, hint)) from None
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the path.
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"this file can't be read: {reason or error}"
        raise GroupbuyError(Problem("file-unreadable", message, place)) from None
    if len(content) > most:
        message = f"this file is larger than {most:,} bytes"
        hint = current().hint(bound, "split it into several files")
        raise GroupbuyError(Problem("file-too-large", message, place, hint))
    return content


def _siblings_hint(path: Path) -> str | None:
    """The name of a neighbour that was probably meant, or the folder that is missing."""
    folder = path.parent
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _SIBLINGS)]
    except OSError:
        return f"there is no folder {folder} either"
    return did_you_mean(path.name, sorted(names))


def _decoded(content: bytes, shown: str) -> str:
    """The text, without its byte-order mark."""
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        # What stands before the fault can be read, and is what lines and columns are counted in;
        # the "sig" codec counts bytes from behind the mark.
        marked = encoding == "utf-8-sig" and content.startswith(codecs.BOM_UTF8)
        start = error.start + (len(codecs.BOM_UTF8) if marked else 0)
        source = Source(shown, content[:start].decode(encoding))
        place = source.at(len(source.lines), len(source.lines[-1]) + 1)
        what = f"byte 0x{content[start]:02X} at position {start:,}"
        message = f"this file is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}: {what}"
        hint = _encoding_hint(content)
        raise GroupbuyError(Problem("file-encoding", message, place, hint)) from None


def _encoding_hint(content: bytes) -> str:
    """What the encoding probably is, and what to do."""
    save = "save it as UTF-8 in your editor"
    if b"\0" in content[:1000]:
        return f"it looks like UTF-16 or like no text at all; {save}"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return save
    return f"it looks like GB18030 (GBK); {save}"
