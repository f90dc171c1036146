"""What a workbook says about itself: its sheets, its texts, its formats, its calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from groupbuy.sheets.xlsx_formats import Show, plain, shower
from groupbuy.sheets.xlsx_package import Package, local

LONGEST = 32_767
"""Characters in a cell."""

_MOST_FORMATS = 100_000
_MOST_TEXTS = 5_000_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetInfo:
    """A sheet by its name, the part that holds its cells, and whether people see it."""

    title: str
    part: str
    visible: bool


class Book:
    """A workbook. Everything raises `GroupbuyError` with one problem of the file."""

    def __init__(self, name: str, content: bytes) -> None:
        """Open the bytes of the file that is shown as `name`."""
        self.name = name
        self.package = Package(name, content)
        self.sheets: list[SheetInfo] = []
        self.from_1904 = False
        self.uncomputed = False
        """Whether a program wrote it that left computing the formulas to Excel."""
        roots = self.package.relations("")
        part = next((target for kind, target in roots.values() if kind == "officeDocument"), None)
        if part is None or not part.endswith(".xml"):
            self.package.other_kind()
        self._others = self.package.relations(part)
        self.package.parse_all(part, self._start)
        if not self.sheets:
            self.package.other_kind()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match local(tag):
            case "workbookPr":
                self.from_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
            case "calcPr":
                self.uncomputed = attributes.get("fullCalcOnLoad", "0") in ("1", "true", "on")
            case "sheet":
                id = next((v for key, v in attributes.items() if local(key) == "id"), "")
                kind, part = self._others.get(id, ("", ""))
                if kind == "worksheet":  # not a chart, a dialog, a macro
                    visible = attributes.get("state", "visible") == "visible"
                    self.sheets.append(SheetInfo(attributes.get("name", "")[:31], part, visible))

    def _part(self, kind: str) -> str | None:
        return next((part for k, part in self._others.values() if k == kind), None)

    @cached_property
    def texts(self) -> list[str]:
        """The texts that cells share, by number."""
        part = self._part("sharedStrings")
        found: list[str] = []
        if part is None or part not in self.package:
            return found
        pieces = Pieces()

        def start(tag: str, _attributes: dict[str, str]) -> None:
            pieces.start(local(tag))

        def end(tag: str) -> None:
            tag = local(tag)
            pieces.end(tag)
            if tag == "si":
                found.append(pieces.take())
                if len(found) > _MOST_TEXTS:
                    self.package.too_large(f"it has more than {_MOST_TEXTS:,} texts")

        for _ in self.package.parse(part, start, end, pieces.add):
            pass
        return found

    @cached_property
    def formats(self) -> list[Show]:
        """What cells show, by the number of their style."""
        part = self._part("styles")
        if part is None or part not in self.package:
            return []
        codes: dict[str, str] = {}
        numbers: list[str] = []
        inside = [False]

        def start(tag: str, attributes: dict[str, str]) -> None:
            match local(tag):
                case "numFmt":
                    codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
                case "cellXfs":
                    inside[0] = True
                case "xf" if inside[0]:
                    numbers.append(attributes.get("numFmtId", "0"))
            if len(numbers) + len(codes) > _MOST_FORMATS:
                self.package.too_large(f"it has more than {_MOST_FORMATS:,} formats")

        def end(tag: str) -> None:
            if local(tag) == "cellXfs":
                inside[0] = False

        for _ in self.package.parse(part, start, end):
            pass
        shows = {id: self._show(id, codes.get(id)) for id in dict.fromkeys(numbers)}
        return [shows[id] for id in numbers]

    def _show(self, id: str, code: str | None) -> Show:
        if not id.isdecimal():
            return plain
        return shower(int(id[:9]), code, from_1904=self.from_1904)


class Pieces:
    """Puts a text together from its runs, without what only says how it is pronounced."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._pieces: list[str] = []
        self._length = 0
        self._keep = False
        self._spoken = False

    def start(self, tag: str) -> None:
        """An element begins."""
        if tag == "t":
            self._keep = not self._spoken
        elif tag == "rPh":
            self._spoken = True

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "t":
            self._keep = False
        elif tag == "rPh":
            self._spoken = False

    def add(self, text: str) -> None:
        """Characters; those of a text that is too long anyway are not kept."""
        if self._keep and self._length <= LONGEST:
            self._pieces.append(text[: LONGEST + 1])
            self._length += len(text)

    def take(self) -> str:
        """The text, and a new beginning."""
        text = "".join(self._pieces)
        self._pieces, self._length = [], 0
        return unescaped(text)


def unescaped(text: str) -> str:
    """A text in which XML's impossible characters are written `_x0000_`."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text
