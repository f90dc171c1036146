"""`groupbuy fmt`: rule files in one spelling."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from groupbuy.cli.options import lang_of, lang_option
from groupbuy.cli.running import DONE, FINDINGS, fail, write_whole
from groupbuy.errors import Problems, Source
from groupbuy.render.words import say


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if any would change."
)
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@lang_option
def fmt(paths: tuple[Path, ...], only_check: bool, show_diff: bool, lang: str | None) -> int:
    """Put rule files in one spelling; PATHS are files and folders, else ./rules.

    One space around operators, half-width signs in expressions, `key: ` for `key：`, no blanks at
    line ends. Comments, order and layout stay as they are. A file is written whole or not at all;
    where one can't be read, none is written.

    Exit codes: 0 done; 1 with --check or --diff, files would change; 2 a file can't be read.
    """
    from groupbuy.authoring.fmt import formatted

    problems = Problems()
    changed: list[tuple[Path, str, str]] = []
    files = _files(paths)
    for file in files:
        with problems.collecting():
            old = _text(file)
            new = formatted(Source(file.as_posix(), old))
            if new != old:
                changed.append((file, old, new))
    problems.raise_any()
    for file, old, new in changed:
        if show_diff:
            click.echo(_diff(file, old, new), nl=False)
        elif only_check:
            click.echo(file.as_posix())
        else:
            write_whole(file, new, anew=True)
            click.echo(file.as_posix())
    click.echo(say("spelled", lang_of(lang), n=len(changed), of=len(files)), err=True)
    return FINDINGS if changed and (only_check or show_diff) else DONE


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """The files named, and the YAML files of folders named."""
    if not paths and not Path("rules").is_dir():
        fail("no-such-folder", "there is no folder rules", "groupbuy fmt FILES")
    found: dict[Path, None] = {}
    for path in paths or (Path("rules"),):
        if path.is_dir():
            found.update(dict.fromkeys(sorted(path.rglob("*.yaml"))))
        elif path.is_file():
            found[path] = None
        else:
            fail("no-such-file", f"there is no file {path}")
    return list(found)


def _text(file: Path) -> str:
    """A file with its line ends and its byte order mark as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        fail("file-encoding", f"{file} is not UTF-8", "save it as UTF-8")


def _diff(file: Path, old: str, new: str) -> str:
    name = file.as_posix()
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), name, name
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
