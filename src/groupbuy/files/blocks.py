"""A long CSV file, block by block: files of any length in the memory of one block.

What is read this way need not be leads: any records with an `id` and fields that a model declares.
Two records with one id are both given; whoever reads millions keeps them in order by other means.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groupbuy.errors import Location, Problems, Source
from groupbuy.files import from_csv
from groupbuy.files.leads import read_leads
from groupbuy.model.lead import LeadFile, RecordReader, SetAside
from groupbuy.model.model import LeadModel
from groupbuy.source.compose import without_collector

BLOCK_BYTES = 2 * 2**20
"""So much of a file is read at once; a smaller file is read as every lead file is."""
MOST_LINE = 2**20
"""A quotation mark that nobody closes must not make one block of the whole file."""


def read_in_blocks(path: Path, model: LeadModel) -> Iterator[LeadFile]:
    """The records of a file, in blocks where it is a long CSV in UTF-8 or GB18030.

    Raises `GroupbuyError` with what is wrong with the file as a whole, or with a block's header.
    """
    encoding = _encoding(path) if path.suffix.lower() in (".csv", ".tsv") else None
    if encoding is None:
        yield read_leads([path], model)
        return
    reader, first = RecordReader(model), True
    for source in _blocks(path, encoding):
        problems, found = Problems(), LeadFile()
        if first and encoding == "gb18030":
            found.notes.append(f"{path}: not UTF-8; read as GB18030")
        with without_collector():
            for record in from_csv.read(source, model, problems):
                read = reader.read(record.items, record.places, record.problems)
                if isinstance(read, SetAside):
                    found.set_aside.append(read)
                else:
                    found.leads.append(read)
        problems.extend(reader.name_problems)
        problems.raise_any()
        yield found
        first = False


@dataclass(frozen=True, eq=False)
class _Block(Source):
    """A header with some of a file's rows, which knows how many lines stand between the two."""

    skipped: int = 0

    def at(self, line: int, column: int | None = None) -> Location:
        """The place in the file itself."""
        if line == 1:
            return super().at(line, column)
        return Location(self.name, line + self.skipped, column)


def _blocks(path: Path, encoding: str) -> Iterator[Source]:
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline(MOST_LINE)
        lines, size, quotes, number, skipped = [header], len(header), header.count('"'), 1, 0
        for line in file:
            lines.append(line)
            number += 1
            size += len(line)
            quotes += line.count('"')
            ripe = size >= BLOCK_BYTES and quotes % 2 == 0
            if ripe or size >= 16 * BLOCK_BYTES:
                yield _source(path, lines, skipped)
                lines, size, quotes, skipped = [header], len(header), header.count('"'), number - 1
        if len(lines) > 1 or skipped == 0:
            yield _source(path, lines, skipped)


def _source(path: Path, lines: list[str], skipped: int) -> Source:
    text = "".join(lines)
    return _Block(str(path), text, skipped) if skipped else Source(str(path), text)


def _encoding(path: Path) -> str | None:
    """The encoding of a long file; none where it is read as every lead file is."""
    try:
        if path.stat().st_size <= BLOCK_BYTES:
            return None
        for encoding in ("utf-8-sig", "gb18030"):
            decoder = codecs.getincrementaldecoder(encoding)()
            with path.open("rb") as file:
                if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    return None
                file.seek(0)
                try:
                    while chunk := file.read(BLOCK_BYTES):
                        decoder.decode(chunk)
                    decoder.decode(b"", final=True)
                except UnicodeDecodeError:
                    continue
            return encoding
    except OSError:
        return None  # what is wrong with it is told where it is read
    return None
