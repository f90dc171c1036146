"""`groupbuy log`: is a decision log whole, and do its decisions still come out?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.cli.opening import LeadOptions, cuts_option, log_key_option, read_stored
from groupbuy.cli.options import plugins_dir, plugins_dir_option
from groupbuy.cli.running import DONE, FINDINGS, fail, next_step
from groupbuy.errors import GroupbuyError, Location, Problem

if TYPE_CHECKING:
    from groupbuy.decisions.chain import Record
    from groupbuy.decisions.replaying import Means, Replayed
    from groupbuy.decisions.verifying import Reading
    from groupbuy.engine.workspace import Options, Workspace
    from groupbuy.model.lead import LeadFile

SCREENFUL = 20
"""How many faults are told; the rest are counted."""

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def log() -> None:
    """Prove and replay the decisions that `evaluate --log FILE` keeps."""


@log.command()
@file_argument
@click.option("--head", metavar="HASH", help="The head noted after a run: is it still there?")
def verify(file: Path, head: str | None) -> int:
    """Find what was changed, taken out, put in or cut off.

    Exit codes: 0 the log is as it was written; 1 it is not; 2 it can't be read.
    """
    from groupbuy.decisions.chain import START
    from groupbuy.decisions.verifying import Reading

    reading = Reading(file)
    if head is not None:
        reading.hashes = {START}
    reading.finish()
    _tell(reading)
    gone = head is not None and reading.hashes is not None and head.strip() not in reading.hashes
    if gone:
        click.echo(f"the head {(head or '')[:16]}… is none of this log's: something is gone")
    if reading.findings or gone:
        return FINDINGS
    click.echo(
        f"{file}: {_counted(reading.count, 'record')} of {_counted(reading.runs, 'run')}, all as "
        "they were written"
    )
    click.echo(f"head {reading.head}")
    next_step(f"→ groupbuy log replay {file}")
    return DONE


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _tell(reading: Reading) -> None:
    for finding in reading.findings:
        click.echo(finding)
    if reading.untold:
        click.echo(f"and {reading.untold:,} more")
    for note in reading.notes:
        click.echo(f"note: {note}", err=True)


@log.command()
@file_argument
@click.option("--record", type=click.IntRange(min=1), metavar="N", help="Only this record.")
@click.option(
    "--leads",
    multiple=True,
    metavar="LEADS",
    help="The lead file, where rules read what the log masks.",
)
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How the file of --leads becomes leads.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="These rules, instead of those of the record.",
)
@click.option("--revision", metavar="REV", help="The rules of this git revision.")
@cuts_option
@log_key_option
@plugins_dir_option
def replay(
    file: Path,
    record: int | None,
    leads: tuple[str, ...],
    mapping: Path | None,
    rules: Path | None,
    revision: str | None,
    cuts: Path | None,
    log_key: Path | None,
) -> int:
    """Decide again, by the rules of the git revision that a record names, and compare.

    Exit codes: 0 every decision comes out the same, byte by byte; 1 one does not, or could not be
    replayed; 2 the log can't be read.
    """
    from groupbuy.decisions.masking import Key, key_beside
    from groupbuy.decisions.replaying import EQUAL, NOTHING, Means
    from groupbuy.decisions.verifying import Reading

    def read(workspace: Workspace) -> LeadFile:
        return LeadOptions(mapping).read(workspace, leads)

    means = Means(
        _rules_of(rules, revision),
        Key(log_key or key_beside(file)),
        read if leads else None,
        read_stored(cuts),
        other_rules=rules is not None or revision is not None,
        options={"plugins_dir": plugins_dir()},
    )
    reading = Reading(file)
    states = _replay_runs(reading, means, record)
    if record is not None and not states:
        fail("no-such-record", f"{file} has no record {record}", "groupbuy log verify " + str(file))
    parts = ", ".join(f"{count:,} {state}" for state, count in states.items())
    click.echo(_counted(sum(states.values()), "record") + (f": {parts}" if parts else ""))
    fine = states.keys() <= {EQUAL, NOTHING} and not reading.findings
    return DONE if fine else FINDINGS


def _replay_runs(reading: Reading, means: Means, wanted: int | None) -> dict[str, int]:
    """Replay run by run, tell what is not byte-equal, and count."""
    from groupbuy.decisions.replaying import EQUAL, NOTHING, replayed

    counts: dict[str, int] = {}
    told = 0
    for run in _runs(reading):
        if wanted is not None and wanted not in {each.number for each in run}:
            continue
        made = replayed(run, means, wanted)
        for (state, reasons), group in groupby(made, lambda each: (each.state, each.reasons)):
            alike = list(group)
            counts[state] = counts.get(state, 0) + len(alike)
            if wanted is None and state in (EQUAL, NOTHING):
                continue
            told += 1
            if told <= SCREENFUL:
                click.echo("\n    ".join([f"{_which(alike)}  {state}", *reasons]))
    _tell(reading)
    if told > SCREENFUL:
        click.echo(f"and {told - SCREENFUL:,} more")
    return counts


def _which(alike: Sequence[Replayed]) -> str:
    """Records of which the same is to be said."""
    first, last = alike[0], alike[-1]
    if len(alike) == 1:
        return f"record {first.record}  {first.id or '–'}"
    return f"records {first.record} to {last.record}"


def _runs(reading: Reading) -> Iterator[list[Record]]:
    """The sound records of a log, run by run."""
    from groupbuy.decisions.replaying import packed

    run: list[Record] = []
    for record in reading.records():
        if run and record.data.get("run") != run[0].data.get("run"):
            yield run
            run = []
        run.append(packed(record))
    if run:
        yield run


def _rules_of(rules: Path | None, revision: str | None) -> Any:
    """What opens the rules of a record: those given, else its revision's, else its folder's."""
    from groupbuy.authoring.diff.revision import opened, top_of
    from groupbuy.engine.workspace import Workspace
    from groupbuy.rules.project import FILE, SHIPPED, shipped_rules

    @contextmanager
    def open_rules(head: Mapping[str, Any], options: Options) -> Iterator[Workspace]:
        origin = head["rules"]
        shown = str(origin["folder"])
        if shown.startswith(SHIPPED) and rules is None and revision is None:
            yield Workspace(shipped_rules(), options)
            return
        at = revision or (None if rules or origin.get("changed") else origin.get("revision"))
        top = top_of(Path.cwd())
        inside = origin.get("path")
        there = rules or (top / inside if top is not None and inside else Path(shown or "."))
        if at is None and not (there / FILE).is_file():
            raise GroupbuyError(
                Problem("file-missing", "there are no rules", Location(str(there / FILE)))
            )
        if at is None:
            yield Workspace(there, options, shown=shown)
            return
        with opened(str(at), there) as version:
            yield Workspace(version.folder, options, shown=shown)

    return open_rules
