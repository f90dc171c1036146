"""CSV → Parquet of texts, in bounded memory. Rows of another length than the header are refused."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pyarrow.csv  # type: ignore[import-untyped, unused-ignore]
import pyarrow.parquet  # type: ignore[import-untyped, unused-ignore]

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.model.names import quote

BLOCK = 16 * 2**20
SAMPLE = 4 * 2**20


def csv_as_parquet(path: Path, target: Path, notes: list[str]) -> None:
    """Write the cells of a CSV file to a Parquet file as texts. Raises `GroupbuyError`."""
    at = Location(str(path))
    encoding = encoding_of(path, notes)
    header, delimiter = _header(path, encoding)
    ragged: list[int] = []

    def refused(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append(row.actual_columns)
        return "skip"

    try:
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                block_size=BLOCK, encoding=encoding, column_names=header, skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refused
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
        with pyarrow.parquet.ParquetWriter(target, reader.schema, compression="lz4") as writer:
            for batch in reader:
                writer.write_batch(batch)
    except (pa.ArrowException, UnicodeError, OSError) as error:
        message = f"this file can't be read as CSV: {str(error).splitlines()[0][:200]}"
        raise GroupbuyError(Problem("file-format", message, at)) from None
    if ragged:
        message = (
            f"{len(ragged):,} rows have another number of cells than the header, "
            f"which has {len(header)} (the first has {ragged[0]})"
        )
        raise GroupbuyError(
            Problem("csv-row-length", message, at, "a cell with a comma in it needs quotes")
        )


def encoding_of(path: Path, notes: list[str]) -> str:
    """UTF-8 or GB18030, from the beginning of the file; UTF-16 by its mark."""
    try:
        with path.open("rb") as file:
            start = file.read(SAMPLE)
    except FileNotFoundError:
        raise GroupbuyError(
            Problem("file-missing", "there is no such file", Location(str(path)))
        ) from None
    if not start.strip():
        raise GroupbuyError(Problem("file-shape", "this file is empty", Location(str(path))))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
    except UnicodeDecodeError:
        notes.append(f"{path} is not UTF-8 and was read as GB18030")
        return "gb18030"
    return "utf8"


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """The names in the first line, and what stands between them."""
    name = "utf-8-sig" if encoding == "utf8" else encoding
    with path.open(encoding=name, newline="") as file:
        first = file.readline()
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    if delimiter not in first and ";" in first:
        delimiter = ";"
    header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    for cell in header:
        if header.count(cell) > 1:
            message = f"two columns are called {quote(cell)}" if cell else "a column has no name"
            raise GroupbuyError(
                Problem("csv-header", message, Location(str(path), 1), "give each its own name")
            )
    return header, delimiter
