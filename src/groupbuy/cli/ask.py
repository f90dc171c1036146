"""What a run of `evaluate` is asked for, apart from rules and leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groupbuy.cli.opening import LeadOptions
from groupbuy.cli.running import check_workbook, fail
from groupbuy.cli.targets import Target, is_address, is_database

ENGINES = ("auto", "rows", "columns", "duckdb", "spark")
FORMATS = ("table", "json", "jsonl", "csv", "md", "xlsx", "parquet")
COLUMN_FORMATS = ("parquet", "csv", "jsonl")
"""What engines in columns write."""
BINARY = (".parquet", ".pq", ".arrow", ".feather")
"""Files that only dataframe engines read quickly."""
SCREENFUL = 100
"""A table on the screen shows the first hundred, unless --top says how many."""


@dataclass(frozen=True)
class Ask:
    """What was asked for: an engine, a format, where to, and how to go about it."""

    engine: str
    form: str
    target: Target | None = None
    partition_by: str | None = None
    into: str | None = None
    strict: bool = False
    top: int | None = None
    save_cuts: Path | None = None
    created: Path | None = None
    """Where the leads go that plays create."""
    log: Path | None = None
    log_key: Path | None = None
    fetched: bool = False
    """Whether the leads are in a file for this run only, out of a database."""

    @property
    def spark_form(self) -> str:
        """What Spark calls the format."""
        return "json" if self.form == "jsonl" else self.form

    @property
    def output(self) -> Path | None:
        """The file or folder of results; none is the screen."""
        return None if self.target is None else self.target.path

    @property
    def shown(self) -> int | None:
        """How many leads are worked out in full; none is all of them."""
        on_screen = self.form == "table" and self.target is None and self.created is None
        return self.top or (SCREENFUL if on_screen else None)

    def check(self, leads: Sequence[str], reading: LeadOptions) -> None:
        """Raise `GroupbuyError` where what is asked for does not go together."""
        if self.log_key is not None and self.log is None:
            fail("bad-option", "--log-key goes with --log", "--log decisions.jsonl")
        if self.engine == "rows":
            self._check_rows()
        else:
            self._check_columns(leads, reading)

    def _check_rows(self) -> None:
        if self.target is not None and not self.target.is_file:
            fail("bad-option", "--engine rows writes one file", "--engine columns writes folders")
        if self.form == "parquet":
            fail("bad-option", "--engine rows writes no Parquet", "--engine columns")
        if self.form == "xlsx":
            check_workbook("leads.xlsx", self.output)
        if self.partition_by is not None:
            fail("bad-option", "--partition-by goes with --engine columns")

    def _check_columns(self, leads: Sequence[str], reading: LeadOptions) -> None:
        only_rows = (
            ("--map", reading.mapping),
            ("--rejects", reading.rejects),
            ("--new-leads", self.created),
            ("--log", self.log),
        )
        for option, given in only_rows:
            if given is not None:
                fail("bad-option", f"{option} goes with --engine rows")
        if self.form not in COLUMN_FORMATS:
            fail(
                "bad-option",
                f"--engine {self.engine} writes {', '.join(COLUMN_FORMATS)}, not {self.form}",
                "--format csv, or -o results.parquet; --engine rows explains each lead",
            )
        if self.target is None and self.form == "parquet":
            fail("bad-option", "a Parquet file is not for the screen", "-o results.parquet")
        if "-" in leads:
            fail("bad-option", "columns are not read from standard input", "name a file")
        if self.partition_by is not None and (self.target is None or Path(self.target.text).suffix):
            fail("bad-option", "--partition-by writes a folder", "-o results/")
        if self.engine != "spark" and (found := [name for name in leads if is_address(name)]):
            fail("bad-option", f"only --engine spark reads {found[0]}", "--engine spark")
        if self.engine != "spark" and self.target is not None and is_address(self.target.text):
            fail("bad-option", f"only --engine spark writes {self.target.text}", "--engine spark")


def chosen_form(target: Target | None, engine: str, partition_by: str | None) -> str:
    """The format, where none is named: Parquet for folders, and where the file is called so."""
    if target is None:
        return "table"
    many = partition_by is not None or not target.is_file
    if target.path.suffix == ".parquet" or many or engine == "spark":
        return "parquet"
    return "table"


def chosen_engine(engine: str, leads: Sequence[str], form: str) -> str:
    """What `auto` means: columns where the input or the output is a columnar file."""
    if engine != "auto":
        return engine
    binary = any(Path(n).suffix.lower() in BINARY or is_database(n) for n in leads)
    return "columns" if form == "parquet" or (binary and form in COLUMN_FORMATS) else "rows"
