"""Where a YAML parser got stuck, and the lines around it as a person sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import yaml

from groupbuy.errors import Location, Problem, Source
from groupbuy.source.checks import quoted

_LONGEST_LINE = 1000
"""Characters of a line that are looked at, so that patterns stay fast on hostile lines."""


@dataclass(frozen=True)
class Slip:
    """A problem; and the stretch of the text, by offsets, without which the rest can be read."""

    problem: Problem
    span: tuple[int, int] | None = None
    filler: str = "x"


MENDABLE = 200_000
"""Characters; beyond it a text is not mended and read again. Such a file was not typed by hand."""

_LINE = re.compile(
    r"""(?P<lead>\s*(?:-\s+)*)
        (?:(?P<key>"[^"]*"|'[^']*'|[^\s\#:'"\[\]{},&*!|>@`%-][^\#:]{0,200}?)[ \t]{0,9}:[ \t]+)?
        (?P<value>\S.*)$""",
    re.X,
)


@dataclass(frozen=True)
class Stuck:
    """Where the parser is: line and column from 0, and where what it was reading began."""

    source: Source
    text: str
    said: str
    line: int
    column: int
    context: str
    context_line: int
    context_column: int

    @staticmethod
    def of(source: Source, text: str, error: yaml.MarkedYAMLError) -> Stuck:
        """Where `error` says."""
        mark = error.problem_mark
        assert mark is not None
        context = error.context_mark or mark
        return Stuck(
            source,
            text,
            error.problem or "",
            mark.line,
            mark.column,
            error.context or "",
            context.line,
            context.column,
        )

    def at(self, line: int, column: int) -> Location:
        """A place, from line and column counted from 0."""
        if line >= len(self.lines):
            # libyaml puts the end of a text below its last line.
            line, column = len(self.lines) - 1, len(self.lines[-1])
        return self.source.at(line + 1, column + 1)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, in which refused characters and mended slips are `x`."""
        return Source("", self.text).lines

    def row(self, number: int) -> str:
        """The start of a line; empty beyond the end."""
        return self.lines[number][:_LONGEST_LINE] if 0 <= number < len(self.lines) else ""

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    @property
    def at_end(self) -> bool:
        """Whether there is nothing left to read."""
        return (
            all(not line.strip() for line in self.lines[self.line + 1 :]) and not self.char.strip()
        )

    @property
    def in_flow(self) -> bool:
        """Whether the parser was reading `[…]` or `{…}`."""
        return "flow" in self.context

    @cached_property
    def char(self) -> str:
        """The character at which the parser is stuck; empty at a line's end."""
        return self.row(self.line)[self.column : self.column + 1]

    def parts(self, number: int) -> tuple[str | None, str, int] | None:
        """Key, value and the value's column of a line; None for an empty line or a comment."""
        match = _LINE.match(self.row(number))
        if match is None or match["value"].startswith("#"):
            return None
        value = re.sub(r"\s+#\s.*$", "", match["value"].rstrip())
        return match["key"], value, match.start("value")

    def above(self) -> int:
        """The nearest line above that has something on it, -1 if none has."""
        number = self.line - 1
        while number >= 0 and self.parts(number) is None:
            number -= 1
        return number

    def columns_above(self) -> list[int]:
        """The columns, from 0, in which entries of the open blocks start: the nearest first."""
        found: list[int] = []
        for number in range(self.line - 1, max(-1, self.line - 200), -1):
            row = self.row(number)
            lead = re.match(r" *(?:- +)*", row)
            if lead is None or not row.strip() or row.lstrip().startswith("#"):
                continue
            starts = [at for at, char in enumerate(lead.group()) if char == "-"]
            for column in [lead.end(), *reversed(starts)]:
                if not found or column < found[-1]:
                    found.append(column)
        return found

    def value_slip(self, code: str, message: str, column: int, hint: str | None = None) -> Slip:
        """A slip in the value of the line at which the parser is stuck, mended by any value."""
        key, value, start = self.parts(self.line) or (None, "", self.column)
        if hint is None:
            line = f"{key}: {quoted(value)}" if key else quoted(value)
            hint = f"put the whole value in quotes: {line}"
            if self.in_flow or len(line) > 120 or (key is None and ": " in value):
                hint = "put the whole text in one pair of quotes"
        problem = Problem(code, message, self.at(self.line, column), hint)
        if self.in_flow or len(self.text) > MENDABLE:
            return Slip(problem)
        if key is None and not self.row(self.line).lstrip().startswith("- "):
            return self.without_line(problem, self.line)
        begin = self.starts[self.line] + start
        return Slip(problem, (begin, begin + len(value)))

    def without_line(self, problem: Problem, number: int) -> Slip:
        """A slip that is mended by making a comment of a line, if nothing is nested below it."""
        row = self.row(number)
        indent = len(row) - len(row.lstrip())
        below = next((r for r in self.lines[number + 1 :] if r.strip()), "")
        deeper = len(below) - len(below.lstrip()) > indent
        if self.in_flow or deeper or len(row) >= _LONGEST_LINE or len(self.text) > MENDABLE:
            return Slip(problem)
        start = self.starts[number] + indent
        return Slip(problem, (start, start + len(row.rstrip()) - indent), "#")
