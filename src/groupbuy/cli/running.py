"""What all commands share: how a run ends, and how files are written."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.source.seen import noting, was_read

DONE, FINDINGS, INVALID, INCOMPLETE = 0, 1, 2, 3
_SYSTEM_ERROR = re.compile(r"\(os error ([0-9]{1,5})\)")
TOO_LARGE = "split the input, or write the rules flatter"


def run(command: click.Command, args: list[str] | None = None) -> int:
    """The exit code of a command; everything foreseeable is said in words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or pipe that is not UTF-8 gets ? for what it can't show, not a crash.
            stream.reconfigure(errors="replace")
    try:
        with noting():
            result = command.main(args, prog_name="groupbuy", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return INVALID
    except click.Abort:
        return interrupted()
    except KeyboardInterrupt:
        return interrupted()
    except GroupbuyError as error:
        tell(error.problems, _lang_in(sys.argv[1:] if args is None else args))
        return INVALID
    except BrokenPipeError:
        # The reader has what it wanted (`| head`); a second failure at exit would be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (MemoryError, RecursionError) as error:
        # The last line: what is known to grow has a limit of its own, with a place.
        much = "memory" if isinstance(error, MemoryError) else "depth"
        problem = Problem("too-large", f"this takes more {much} than there is", None, TOO_LARGE)
        tell([problem], _lang_in(sys.argv[1:] if args is None else args))
        return INVALID
    except Exception as error:
        reason = _of_the_system(error)
        if reason is None:
            raise
        tell([Problem("file-unwritable", reason)], _lang_in(sys.argv[1:] if args is None else args))
        return INVALID
    return result if isinstance(result, int) else DONE


def interrupted() -> int:
    """Ctrl-C: nothing was written."""
    if sys.stderr.isatty():
        clear_line()
    click.echo(STOPPED[language()], err=True)
    return 130


STOPPED = {"en": "stopped; nothing was written", "zh": "已停止，没有写入任何文件"}


def clear_line() -> None:
    """Wipe away what a bar drew on the terminal's line, and the ^C that was typed there."""
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()


def _of_the_system(error: BaseException) -> str | None:
    """What the disk or the system refused, in its words; none where the fault is another.

    Libraries wrap it: XlsxWriter in errors of its own, Polars in a text (`(os error 28)`).
    """
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError):
            name = f"{found.filename}: " if found.filename else ""
            return f"{name}{found.strerror or found}"
        found = found.__cause__ or found.__context__
    number = _SYSTEM_ERROR.search(str(error))
    return os.strerror(int(number[1])) if number else None


def _lang_in(args: Sequence[str]) -> str | None:
    """What `--lang` says, for problems that are told when the command has ended."""
    for n, arg in enumerate(args):
        name, _, value = arg.partition("=")
        if name == "--lang":
            chosen = value or (args[n + 1] if n + 1 < len(args) else "")
            return chosen if chosen in ("en", "zh") else None
    return None


def tell(problems: Iterable[Problem], lang: str | None = None) -> None:
    """Print problems on stderr."""
    from groupbuy.render.problems import show_problems

    colour = wants_colour(sys.stderr)
    found, lang = list(problems), lang or language()
    means = None
    if lang != "en":
        # Messages are English: what each is about is said in the reader's language besides.
        from groupbuy.authoring.errors import meanings

        means = meanings({problem.code for problem in found}, lang)
    text = show_problems(found, colour=colour, lang=lang, means=means)
    click.echo(text.rstrip("\n"), err=True)


def fail(code: str, message: str, hint: str | None = None) -> NoReturn:
    """End with one problem of the command line."""
    raise GroupbuyError(Problem(code, message, None, hint))


def wants_colour(stream: Any) -> bool:
    """Colours on a terminal only, and not where `NO_COLOR` is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def language() -> str:
    """The language of messages: `--lang` where given, else that of the environment."""
    context = click.get_current_context(silent=True)
    while context is not None:
        chosen = context.params.get("lang")
        if chosen:
            return str(chosen)
        context = context.parent
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def width() -> int:
    """How many columns a table may take."""
    import shutil

    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        return 160
    return max(60, shutil.get_terminal_size((120, 40)).columns)


def next_step(text: str) -> None:
    """Name the next useful command, to a person at a terminal."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        click.echo(text, err=True)


def deliver(content: str | bytes, target: Path | None) -> None:
    """Print (also for `-`), or write a file whole: the old one stays until the new is complete."""
    if target is None or str(target) == "-":
        click.echo(content, nl=False)
        return
    write_whole(target, content)


def no_screen(example: str, target: Path | None) -> None:
    """Raises `GroupbuyError` where a file that is no text would go to the screen."""
    if target is None or (str(target) == "-" and sys.stdout.isatty()):
        what = {"xlsx": "a workbook", "docx": "a Word document", "pdf": "a PDF"}
        shown = what[example.rpartition(".")[2]]
        fail("bad-option", f"{shown} can't be shown on the screen", f"-o {example}")


def check_workbook(example: str, target: Path | None) -> None:
    """Raises `GroupbuyError` where no workbook can be written, before anything is worked out."""
    from groupbuy.extras import xlsxwriter

    no_screen(example, target)
    xlsxwriter()


def check_not_read(target: Path) -> None:
    """Raises `GroupbuyError` where a file that was read in this run would be written over."""
    if target.is_file() and was_read(target):
        fail("output-is-input", f"{target} is read in this run", "write to another file")


def write_whole(target: Path, content: str | bytes, *, anew: bool = False) -> None:
    """Write a file by way of another beside it, so that it is never half there. A text is UTF-8.

    A link stays a link. A device or pipe (`/dev/stdout`) is written to, never replaced. What this
    run has read is written over only by who says that it is to be made `anew`.
    """
    import tempfile

    if not anew:
        check_not_read(target)
    data = content.encode() if isinstance(content, str) else content
    folder = target.parent if str(target.parent) else Path()
    if not folder.is_dir():
        fail("no-such-folder", f"there is no folder {folder}", "make it first")
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    target = target.resolve()
    try:
        # Names end at 255 bytes; a long one leaves no room for what is added to it.
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    except OSError as error:
        fail("file-unwritable", f"{target}: {error.strerror}", "name a file in another folder")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
