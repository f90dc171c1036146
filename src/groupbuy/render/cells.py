"""Values as people read them: `¥480,000`, `B?`, `72–92`, `–`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.render.inert import inert
from groupbuy.render.view import View
from groupbuy.render.width import width
from groupbuy.render.words import say

NONE, UNKNOWN, FAILED = "–", "?", "!"
MARKS = ("likely", "possible", "open", "unknown", "none", "failed")
"""What can stand in place of a plain value, in the order of the legend."""

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_CODE, _SHORT_TITLE = 4, 16
_ORDER = ("scores", "grades", "facts", "fields")
_NUMBERS = frozenset(("number", "integer", "percent", "money"))

Lead = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A value in a table: its text, shorter ways to say it, and the mark that it uses."""

    text: str
    shorter: tuple[str, ...] = ()
    mark: str | None = None

    def in_cells(self, cells: int) -> str | None:
        """The longest form that takes no more than so many cells."""
        return next((t for t in (self.text, *self.shorter) if width(t) <= cells), None)


def outcome(lead: Lead, name: str) -> Any:
    """What is known about a name: its part of the result, a plain value, or `None`."""
    for section in _ORDER:
        part = lead.get(section)
        if isinstance(part, Mapping) and name in part:
            return part[name]
    for key, part in lead.items():
        if key not in _ORDER and isinstance(part, Mapping) and name in part:
            return part[name]
    return None


def cell(lead: Lead, name: str, view: View) -> Cell:
    """A lead's value in the column `name`."""
    found = outcome(lead, name)
    if not isinstance(found, Mapping):
        return _plain(found, name, view)
    if found.get("status") == "none":
        return Cell(NONE, mark="none")
    if found.get("status") == "failed":
        return Cell(FAILED, mark="failed")
    if "low" in found or "high" in found:
        return score(found)
    if name in lead.get("grades", {}):
        return grade(found, name, view)
    return _plain(found.get("value"), name, view)


def _plain(value: Any, name: str, view: View) -> Cell:
    if value is None:
        return Cell(UNKNOWN, mark="unknown")
    return Cell(shown(value, name, view, digits=2))


def score(found: Mapping[str, Any], digits: int = 1) -> Cell:
    """A score: `72`, or from where to where it can still be."""
    low, high, value = (found.get(key) for key in ("low", "high", "value"))
    if found.get("status") == "known" and value is not None:
        return Cell(number(value, digits))
    if low is None or high is None:
        return Cell(UNKNOWN, mark="unknown")
    ends = number(low, digits), number(high, digits)
    return Cell(ends[0]) if ends[0] == ends[1] else Cell("–".join(ends), mark="open")


def grade(found: Mapping[str, Any], name: str, view: View) -> Cell:
    """A grade: its word with a short title, or what it could be."""
    value = found.get("value")
    if value is not None:
        full, short = word_forms(str(value), name, view, found.get("title"))
        return Cell(full, (short,) if short != full else ())
    likely = found.get("likely")
    if likely is not None:
        _, short = word_forms(str(likely), name, view)
        return Cell(f"{short}{UNKNOWN}", mark="likely")
    possible = list(found.get("possible") or ())
    if 0 < len(possible) <= 3:
        words = [
            NONE if word is None else word_forms(str(word), name, view)[1] for word in possible
        ]
        return Cell("|".join(words), (UNKNOWN,), "possible")
    return Cell(UNKNOWN, mark="unknown")


def word_forms(word: str, name: str, view: View, title: object = None) -> tuple[str, str]:
    """A word with its title where that is short, and the word alone.

    People know short codes (`EI`) by themselves; a long word is an identifier, for which its title
    stands alone.
    """
    plain, said = inert(word), inert(title or view.word(name, word) or "")
    if not said or said == plain or width(said) > _SHORT_TITLE:
        return plain, plain
    return (f"{plain} {said}", plain) if is_code(plain) else (said, said)


def is_code(word: str) -> bool:
    """Whether people use the word as it is: `A`, `EI`, `S4`, and not `gift`."""
    return width(word) <= _CODE and not word.islower()


def shown(value: Any, name: str, view: View, digits: int = 4) -> str:
    """A value as its kind is written; the currency's sign, separators and percents included."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return say("yes" if value else "no", view.lang)
    if isinstance(value, int | float):
        kind = view.kinds.get(name)
        if kind == "money":
            return money(value, view.currency)
        if kind == "percent":
            return f"{number(value * 100, min(digits, 2))}%"
        return number(value, digits)
    if isinstance(value, Mapping):
        pairs = (f"{inert(key)} {shown(part, str(key), view)}" for key, part in value.items())
        return say("listing", view.lang).join(pairs)
    if isinstance(value, list | tuple):
        if not value:
            return say("nothing", view.lang)
        return say("listing", view.lang).join(shown(each, name, view, digits) for each in value)
    word, title = inert(value), inert(view.word(name, str(value)) or "")
    if not title or title == word:
        return word
    return f"{word} {title}" if is_code(word) else title


def number(value: float, digits: int = 4) -> str:
    """A number with at most so many digits behind the point; small ones keep what they say."""
    rounded = round(float(value), digits)
    if rounded == 0 and value != 0:
        return f"{value:.2g}"
    return f"{rounded:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{rounded:.0f}"


def money(value: float, currency: str) -> str:
    """`¥480,000`, with cents where there are some; other currencies by their code."""
    amount = f"{abs(value):,.2f}".removesuffix(".00")
    sign = "-" if value < 0 and amount != "0" else ""
    symbol = _SYMBOLS.get(currency, f"{inert(currency)} " if currency else "")
    return f"{sign}{symbol}{amount}"


def pairs(facts: Mapping[str, Any] | None, view: View) -> str:
    """The facts that something read: `预算 ¥480,000 · 人数 800`."""
    return " · ".join(
        f"{inert(view.title(name))} {shown(value, name, view)}"
        for name, value in (facts or {}).items()
    )


def names(found: Iterable[object] | None, view: View) -> str:
    """Several names in the reader's words."""
    return say("listing", view.lang).join(inert(view.title(str(name))) for name in found or ())


def is_number(lead: Lead, name: str, view: View) -> bool:
    """Whether a column holds numbers, which are set to the right."""
    found = outcome(lead, name)
    if isinstance(found, Mapping):
        if "low" in found:
            return True
        found = found.get("value")
    return view.kinds.get(name) in _NUMBERS or (
        isinstance(found, int | float) and not isinstance(found, bool)
    )


def lead_name(lead: Lead) -> str:
    """What the lead is called: its name, or its id."""
    return inert(lead.get("name") or lead.get("id") or "")
