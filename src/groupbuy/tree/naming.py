"""What definitions are called that follow from another, and what an author calls them.

| name | what it is |
|---|---|
| `fit.low`, `fit.high` | the ends between which an open number lies |
| `fit.value` | a score by what is known, blanks counting nothing |
| `grade.likely` | the word of an open grade by what is known |
| `grade∈A` | whether an open grade can only be one of these words |
| `fit/line`, `fit/total` | one line of a score, and the sum of its lines |
| `grade.rank`, `gate.rows` | the rank that cuts go by, a test made for each row of a table |
| `grade#1` | a value over the population inside the definition `grade` |
| `grade#1:of` | a part of a value over the population |
"""

from __future__ import annotations

from collections.abc import Iterable

LOW, HIGH, VALUE, LIKELY, RANK, ROWS = ".low", ".high", ".value", ".likely", ".rank", ".rows"
ENDS = (LOW, HIGH)
TOTAL = "total"
_SUFFIXES = (LOW, HIGH, VALUE, LIKELY, RANK, ROWS)
_WORDS, _LINE, _PART, _OVER, _OR = "∈", "/", ":", "#", "|"


def low(name: str) -> str:
    """The low end of a number."""
    return f"{name}{LOW}"


def high(name: str) -> str:
    """The high end of a number."""
    return f"{name}{HIGH}"


def value(name: str) -> str:
    """A score by what is known."""
    return f"{name}{VALUE}"


def likely(name: str) -> str:
    """A grade by what is known."""
    return f"{name}{LIKELY}"


def within(name: str, words: Iterable[str]) -> str:
    """Whether a choice can only be one of `words`."""
    return f"{name}{_WORDS}{_OR.join(words)}"


def rank(grade: str) -> str:
    """The rank that cuts go by."""
    return f"{grade}{RANK}"


def rows(test: str) -> str:
    """A test made for each row of a table."""
    return f"{test}{ROWS}"


def line(score: str, id: str) -> str:
    """One line of a score."""
    return f"{score}{_LINE}{id}"


def total(score: str) -> str:
    """The sum of a score's lines."""
    return line(score, TOTAL)


def inside(name: str, number: int) -> str:
    """A value over the population inside a definition."""
    return f"{name}{_OVER}{number}"


def part(name: str, of: str) -> str:
    """A part of a value over the population."""
    return f"{name}{_PART}{of}"


def whole(name: str) -> str:
    """The value over the population that a name is a part of; empty for other names."""
    return name.rpartition(_PART)[0]


def split_words(name: str) -> tuple[str, tuple[str, ...]] | None:
    """The choice, and the words that it is asked for; none where a name is not of that kind."""
    base, mark, words = name.partition(_WORDS)
    return (base, tuple(words.split(_OR))) if mark else None


def score_of(name: str) -> str:
    """The score that a name is a line of; empty for other names."""
    return name.rpartition(_LINE)[0]


def end_base(name: str) -> str:
    """What a name is an end of; else the name itself."""
    return name.removesuffix(LOW).removesuffix(HIGH)


def follows(name: str) -> tuple[str, str]:
    """What a name follows from by one step, and how; the second is empty where it can't follow."""
    base, mark, words = name.partition(_WORDS)
    if mark:
        return base, mark + words
    base, mark, suffix = name.rpartition(".")
    return (base, mark + suffix) if mark else (name, "")


def base(name: str) -> str:
    """What a name was made for, all steps back, with the lines and parts that it goes by."""
    found = name.partition(_WORDS)[0].partition(_OVER)[0]
    for suffix in _SUFFIXES:
        found = found.removesuffix(suffix)
    return found


def as_written(name: str) -> str:
    """The name that an author knows, for one that follows from it."""
    found = base(name)
    return found if _PART in found else found.partition(_LINE)[0]
