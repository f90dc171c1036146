"""An Excel workbook as what it is: a zip of XML parts. Opened with limits, for it may be hostile.

Parts are parsed by `expat` as they are unpacked, so that memory follows what is kept and not what
is in the file. Document types (and with them entities) are refused; nothing outside the package
is ever looked at.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import NoReturn
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.source.limits import current

_MOST_PARTS = 10_000
_SMALL = 8 * 2**20
"""Bytes of a part that are unpacked whatever the ratio."""
_MOST_RATIO = 100
"""Of unpacked to packed. Sheets reach 10, sheets of nothing but blank formatted rows 40."""
_CHUNK = 2**18

ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE = "open it in Excel or WPS and save it as .xlsx, or as CSV (UTF-8)"

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Characters = Callable[[str], None]


class Package:
    """The parts of a workbook. Everything raises `GroupbuyError` with one problem of the file."""

    def __init__(self, name: str, content: bytes) -> None:
        """Open the bytes of the file that is shown as `name`."""
        self.name = name
        if not content.startswith((ZIP, b"PK\x05\x06")):
            self._not_a_zip(content)
        try:
            self._zip = ZipFile(BytesIO(content))
            parts = self._zip.infolist()
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            self.damaged(str(error))
        if len(parts) > _MOST_PARTS:
            self.too_large(f"it consists of {len(parts):,} parts")
        # Names are compared as Excel does: some programs write other letters or \.
        self._parts = {_key(part.filename): part for part in parts}
        self._left = current().workbook_unpacked

    def __contains__(self, part: str) -> bool:
        """Whether there is such a part."""
        return _key(part) in self._parts

    def parse(
        self, part: str, start: Start, end: End | None = None, characters: Characters | None = None
    ) -> Iterator[None]:
        """Feed a part to the handlers; each step of the iteration is a piece of it."""
        info = self._parts.get(_key(part))
        if info is None:
            self.damaged(f"{part} is missing")
        self._allow(info)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = characters
        parser.StartDoctypeDeclHandler = self._doctype
        for chunk in self._chunks(part, info):
            try:
                parser.Parse(chunk, not chunk)
            except (expat.ExpatError, ValueError, LookupError) as error:
                # The latter two are encodings that expat asks Python for, in vain.
                self.damaged(f"{part}: {error}")
            yield

    def _chunks(self, part: str, info: ZipInfo) -> Iterator[bytes]:
        """The bytes of a part, and an empty piece at its end."""
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (
            BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            ValueError,
        ) as error:
            self.damaged(f"{part}: {error}")
        except RuntimeError:
            self._encrypted()
        yield b""

    def parse_all(self, part: str, start: Start) -> None:
        """Feed a part to a handler in one go."""
        for _ in self.parse(part, start):
            pass

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to within the package: id → kind and name of the other part."""
        folder = PurePosixPath(part).parent
        where = f"{folder}/_rels/{PurePosixPath(part).name}.rels".removeprefix("./")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = _resolved(str(folder), attributes.get("Target", ""))
                found[attributes.get("Id", "")] = (kind, target)

        if where in self:
            self.parse_all(where, start)
        return found

    # --- what it is instead ---------------------------------------------------------------------

    def other_kind(self) -> NoReturn:
        """It is a zip without a workbook of the kind that is read here."""
        names = set(self._parts)
        if "xl/workbook.bin" in names:
            self.refuse("file-format", "this is a binary workbook (.xlsb)", _SAVE)
        if "content.xml" in names and "mimetype" in names:
            self.refuse("file-format", "this is an OpenDocument file (.ods)", _SAVE)
        if "word/document.xml" in names:
            self.refuse("file-format", "this is a Word document, not a workbook", _SAVE)
        self.refuse("file-format", "this is a zip file, but no Excel workbook", _SAVE)

    def _not_a_zip(self, content: bytes) -> NoReturn:
        if not content:
            self.refuse("file-format", "this file is empty: 0 bytes", "save the workbook again")
        if content.startswith(_OLE):
            if _ENCRYPTED in content:
                self._encrypted()
            self.refuse("file-format", "this is a workbook of the old kind (.xls, .et)", _SAVE)
        start = content[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
        if "urn:schemas-microsoft-com:office:spreadsheet" in start:
            self.refuse("file-format", "this is an XML spreadsheet of 2003", _SAVE)
        if start.startswith(("<!doctype html", "<html", "<table", "<meta", "<head")):
            message = "this is a web page (HTML) that is named like a workbook"
            self.refuse("file-format", message, _SAVE)
        if b"\0" not in content[:2000] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = "this is a text file that is named like a workbook"
            self.refuse("file-format", message, "if it is CSV, rename it to .csv")
        self.refuse("file-format", "this is no Excel workbook", _SAVE)

    def _encrypted(self) -> NoReturn:
        message = "this workbook is protected by a password"
        self.refuse("xlsx-password", message, "save it without one: File, Info, Protect Workbook")

    def damaged(self, reason: str) -> NoReturn:
        """The file can't be read to its end."""
        shown = "".join(c if c.isprintable() else "?" for c in reason)[:120]
        message = f"this workbook is damaged or broke off ({shown})"
        self.refuse("xlsx-damaged", message, "fetch it again, or open it in Excel and save it")

    def too_large(self, reason: str, bound: str | None = None) -> NoReturn:
        """The file is small and what is in it is not; `bound` is the limit that it passes."""
        hint = "copy the rows with leads into a new workbook, or save it as CSV (UTF-8)"
        if bound is not None:
            hint = current().hint(bound, hint)
        self.refuse("xlsx-too-large", f"this workbook is not read: {reason}", hint)

    def refuse(self, code: str, message: str, hint: str | None = None) -> NoReturn:
        """End with a problem of the file."""
        raise GroupbuyError(Problem(code, message, Location(self.name), hint))

    def _allow(self, info: ZipInfo) -> None:
        """Refuse what would take minutes; `zipfile` never unpacks more than is declared."""
        size, packed = info.file_size, max(info.compress_size, 1)
        self._left -= size
        reason = f"{packed:,} bytes in it would unpack to {size:,}"
        if size > _SMALL and size > _MOST_RATIO * packed:
            self.too_large(reason)
        if self._left < 0:
            self.too_large(reason, "workbook_unpacked")

    def _doctype(self, *_: object) -> NoReturn:
        self.refuse("xlsx-damaged", "there is a document type in this workbook", _SAVE)


def local(tag: str) -> str:
    """A tag without its prefix: some programs write `x:row` for `row`."""
    return tag.rpartition(":")[2]


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _resolved(folder: str, target: str) -> str:
    """A target, relative to the folder of the part that names it, as a name in the package."""
    steps: list[str] = [] if target.startswith("/") else [s for s in folder.split("/") if s != "."]
    for step in target.replace("\\", "/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)
