"""Places in files ↔ positions of the protocol, which count in UTF-16 code units.

Editors may ask for other units; `pygls` settles on one of them when the server starts.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from lsprotocol.types import Location as Place
from lsprotocol.types import Position, Range
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from groupbuy.errors import Location


def path_of(uri: str) -> Path | None:
    """The file of a document; none for one that was never saved."""
    if urlsplit(uri).scheme != "file":
        return None
    path = to_fs_path(uri)
    return None if path is None else Path(path).resolve()


class Positions:
    """Turns characters into units and back, line by line."""

    def __init__(self, codec: PositionCodec) -> None:
        """`codec` counts in the units that were agreed upon."""
        self.codec = codec

    def column(self, line: str, units: int) -> int:
        """The column in characters; beyond the end of the line it is the end."""
        found = self.codec.position_from_client_units([line], Position(0, units))
        return min(found.character, len(line))

    def units(self, line: str, column: int) -> int:
        """The units in front of a column."""
        return int(self.codec.client_num_units(line[:column]))

    def position(self, lines: list[str], line: int, column: int) -> Position:
        """A place (from 0, in characters) as a position; past the end it is the end."""
        if line >= len(lines):
            line = max(len(lines) - 1, 0)
            column = len(lines[line]) if lines else 0
        return Position(line, self.units(lines[line], column) if lines else 0)

    def range(self, lines: list[str], line: int, column: int, length: int) -> Range:
        """A range within one line."""
        return Range(
            self.position(lines, line, column), self.position(lines, line, column + length)
        )

    def of_location(self, at: Location, length: int = 1) -> Range:
        """The range of a place that a message tells; a whole line where it tells no column."""
        if at.line is None:
            return Range(Position(0, 0), Position(0, 0))
        lines = at.source.lines if at.source is not None else []
        text = lines[at.line - 1] if at.line <= len(lines) else ""
        if at.column is None:
            start = len(text) - len(text.lstrip())
            length = max(len(text.rstrip()) - start, 0)
        else:
            start = at.column - 1
        if not lines:
            return Range(Position(at.line - 1, start), Position(at.line - 1, start + length))
        end = min(start + max(length, 1), len(text)) if at.column else start + length
        return self.range(lines, at.line - 1, start, max(end - start, 0))

    def place(self, uri: str, at: Location) -> Place:
        """A place in a document; it ends where the word there ends."""
        excerpt = at.excerpt or ""
        start = (at.column or 1) - 1
        length = 0
        while start + length < len(excerpt) and (
            excerpt[start + length].isalnum() or excerpt[start + length] in "_."
        ):
            length += 1
        return Place(uri, self.of_location(at, max(length, 1)))


def uri_of(path: Path) -> str:
    """The URI of a file."""
    return from_fs_path(str(path)) or path.as_uri()
