"""Where something is, what is wrong with it, and what was probably meant.

Every module reports faults as `Problem` values and raises them together in one `GroupbuyError`,
so that a user sees all of them in one run. How they are printed is `render`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, eq=False)
class Source:
    """A text that was read: its name as shown to the user, and its lines for the caret."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, which are line feeds, carriage returns or both."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def at(self, line: int, column: int | None = None) -> Location:
        """The place `line`, `column` (both from 1, columns in characters) of this text."""
        return Location(self.name, line, column, self)


@dataclass(frozen=True)
class Location:
    """A place in a file; `line` and `column` count from 1, columns in characters."""

    file: str
    line: int | None = None
    column: int | None = None
    source: Source | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """`file:line:col`, as far as each is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    @property
    def short(self) -> str:
        """`file:line`, the form in which results name a rule."""
        return ":".join(str(part) for part in (self.file, self.line) if part)

    @property
    def excerpt(self) -> str | None:
        """The line of the file, where the text is at hand."""
        if self.source is None or self.line is None or self.line > len(self.source.lines):
            return None
        return self.source.lines[self.line - 1]

    def shifted(self, columns: int) -> Location:
        """The place `columns` characters further right on the same line."""
        if self.column is None:
            return self
        return Location(self.file, self.line, self.column + columns, self.source)


@dataclass(frozen=True)
class Problem:
    """One fault: a stable `code`, a message in plain words, a place, and a hint that mends it.

    `example` is a lead that shows it, as one would write it in a file. `related` are other places
    that the message speaks of.
    """

    code: str
    message: str
    at: Location | None = None
    hint: str | None = None
    length: int = 1
    severity: Severity = "error"
    example: str | None = None
    related: tuple[Location, ...] = ()

    def __str__(self) -> str:
        """`file:line:col: code message`, the first line of the printed form."""
        place = f"{self.at}: " if self.at else ""
        return f"{place}{self.code} {self.message}"


class GroupbuyError(Exception):
    """Input that can't be used: one or more problems, in the order in which they were found."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems; an error without a problem would tell nobody anything."""
        assert problems
        self.problems: tuple[Problem, ...] = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Problems:
    """Collects problems so that one run shows them all."""

    def __init__(self) -> None:
        """Start with none."""
        self.found: list[Problem] = []

    def __iter__(self) -> Iterator[Problem]:
        """The problems in the order in which they were found."""
        return iter(self.found)

    def add(
        self,
        code: str,
        message: str,
        at: Location | None = None,
        hint: str | None = None,
        length: int = 1,
        related: tuple[Location, ...] = (),
    ) -> None:
        """Record an error."""
        self.found.append(Problem(code, message, at, hint, length, related=related))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Record several."""
        self.found.extend(problems)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Record what the block raises, and go on behind it."""
        try:
            yield
        except GroupbuyError as error:
            self.found.extend(error.problems)

    def raise_any(self) -> None:
        """Raise one error with every distinct problem, if there is any."""
        if self.found:
            raise GroupbuyError(*dict.fromkeys(self.found))


def did_you_mean(word: str, known: Iterable[str], prefer: Callable[[str], str] = str) -> str | None:
    """A hint `did you mean "x"?` for the nearest of `known`, or none if nothing is near."""
    candidates = list(known) if word else []
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{prefer(folded[close[0]])}"?'
    # Short words and Chinese words rarely reach the ratio: one is the other with something added.
    inside = [c for c in candidates if len(c) > 1 and len(word) > 1 and (c in word or word in c)]
    if len(inside) == 1:
        return f'did you mean "{prefer(inside[0])}"?'
    return None
