"""Files of leads: YAML as people write it, CSV and Parquet as systems do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from benchmarks.by_hand import by_hand
from benchmarks.workload import FIELDS, Answer, Value, Workload, leads

BLOCK = 100_000
TYPES = {"money": pa.int64(), "number": pa.int64(), "flag": pa.bool_(), "choice": pa.string()}
SCHEMA = pa.schema([("id", pa.string()), *((f.name, TYPES[f.kind]) for f in FIELDS)])
RANKED = "profit_12m"


class DisagreementError(Exception):
    """Results that are not those of the ifs by hand: nothing is timed then."""


def write_yaml(path: Path, count: int) -> Path:
    """A list of mappings; blanks are left out."""
    with path.open("w", encoding="utf-8") as file:
        for lead in leads(count):
            mark = "- "
            for name, value in lead.items():
                if value is not None:
                    file.write(f"{mark}{name}: {_yaml(value)}\n")
                    mark = "  "
    return path


def _yaml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def blocks(count: int) -> Iterator[pa.Table]:
    """Leads as tables. Blocks after the first have new ids and other amounts to be ranked by."""
    first = pa.Table.from_pylist(list(leads(min(count, BLOCK))), SCHEMA)
    frame = pl.from_arrow(first)
    assert isinstance(frame, pl.DataFrame)
    for number in range(-(-count // BLOCK)):
        size = min(BLOCK, count - number * BLOCK)
        begin = number * BLOCK + 1
        ids = pl.int_range(begin, begin + size, eager=True).cast(pl.String).str.zfill(9)
        made = frame.head(size).with_columns(
            id=pl.lit("L") + ids, **{RANKED: pl.col(RANKED) + number}
        )
        yield made.to_arrow().cast(SCHEMA)


def write_parquet(path: Path, count: int) -> Path:
    """A row group for each block."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for block in blocks(count):
            writer.write_table(block)
    return path


def write_csv(path: Path, count: int) -> Path:
    """As Polars writes it; blanks are empty."""
    with path.open("wb") as file:
        for number, block in enumerate(blocks(count)):
            frame = pl.from_arrow(block)
            assert isinstance(frame, pl.DataFrame)
            frame.write_csv(file, include_header=number == 0)
    return path


def check_columns(work: Workload, source: pl.LazyFrame, results: pl.LazyFrame, count: int) -> None:
    """That results in columns are those of the ifs by hand, for the first leads of a file.

    Raises `DisagreementError`.
    """
    wanted = source.head(count).collect().to_dicts()
    ids = [lead["id"] for lead in wanted]
    names = ["id", "fit", "fit_rules", "segment", "segment_likely"]
    kept = results.filter(pl.col("id").is_in(ids)).select(names).collect()
    found = {row["id"]: row for row in kept.to_dicts()}
    compare(work, wanted, {id: _answer(work, row) for id, row in found.items()})


def _answer(work: Workload, row: Mapping[str, Any]) -> Answer:
    fired = row["fit_rules"]
    if isinstance(fired, str):
        fired = fired.split(";")
    return row["fit"], row["segment"] or row["segment_likely"] or work.rest, list(fired or ())


def compare(
    work: Workload, wanted: Sequence[Mapping[str, Any]], found: Mapping[str, Answer]
) -> None:
    """Raises `DisagreementError` with the first lead that has another answer, or none."""
    evaluate = by_hand(work, locals=True)
    for lead in wanted:
        score, word, fired = evaluate(lead)
        got = found.get(lead["id"])
        if got is None or (got[0], got[1], sorted(got[2])) != (score, word, sorted(fired)):
            raise DisagreementError(f"{lead['id']}: {(score, word, fired)}, and not {got}")
