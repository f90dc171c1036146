"""Leads that are probably one customer: the same registration code, or nearly the same name.

Names are compared within a city, without their legal form (有限公司) and without what only sets
them apart in writing. Two names that differ in a number, a point of the compass or a branch are
two customers: 第一中学 and 第二中学. With the extra `dedupe`, names that differ by a slip of the
pen are found too; without it, only those that are equal once folded.

Names are compared with their neighbours in two sorted lists, one of them by the names read
backwards, so that the time grows with the number of leads and not with its square.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from groupbuy.errors import Problem
from groupbuy.model.lead import Lead, bare
from groupbuy.model.model import LeadModel
from groupbuy.model.names import quote
from groupbuy.tree.types import Kind

MOST = 50
"""Warnings that are told; the rest are counted."""

ALIKE = 90.0
"""Of 100: names that are as similar as this are told. One character in ten may differ."""

_NEIGHBOURS = 8
_SHORTEST = 5
"""Characters of a folded name below which one character makes another name."""
_LONGEST = 100

_LEGAL = re.compile(r"(集团)?(股份)?(有限责任公司|有限公司|责任公司|公司)$")
_LEGAL_WORDS = re.compile(r"\b(co|company|corp|corporation|inc|ltd|limited|llc|plc)\b")
_NOISE = re.compile(r"[\W_]+")
_TELLING = re.compile(
    r"[0-9一二三四五六七八九十百零〇甲乙丙丁东南西北中上下前后新老大小男女总分支省市县区镇乡村]"
    r"|[0-9]+"
)

_CODE, _SAME, _LIKE = "the same registration code", "the same name", "nearly the same name"

Ratio = Callable[[str, str], float]


def duplicates(leads: Sequence[Lead], model: LeadModel) -> list[Problem]:
    """A warning for each lead that an earlier one seems to be already, at the later lead.

    Compared are the fields `uscc`, `name` and `city`, as far as the model has them as texts. At
    most 50 warnings; one more says how many were left out.
    """
    fields = {name for name in ("uscc", "name", "city") if _is_text(model, name)}
    found: dict[int, tuple[int, str]] = {}
    if "name" in fields:
        for later, first, why in _same_name(leads, "city" in fields, "uscc" in fields):
            found[later] = min(found.get(later, (first, why)), (first, why))
    if "uscc" in fields:
        found.update(_same_code(leads))
    hidden = {name for name in fields if _is_private(model, name)}
    order = sorted(found)
    problems = [_problem(leads[i], leads[found[i][0]], found[i][1], hidden) for i in order[:MOST]]
    more = len(order) - MOST
    if more > 0:
        message = f"and {more:,} more leads that are probably given twice"
        problems.append(Problem("lead-duplicate", message, severity="warning"))
    return problems


def _is_text(model: LeadModel, name: str) -> bool:
    field = model.fields.get(name)
    return field is not None and field.type.kind is Kind.TEXT


def _is_private(model: LeadModel, name: str) -> bool:
    field = model.fields.get(name)
    return field is not None and field.pii


def _problem(later: Lead, first: Lead, why: str, hidden: set[str]) -> Problem:
    """The warning at the later of two leads."""
    at = bare(later.place("uscc" if why == _CODE else "name"))
    message = f"{_called(later, hidden)} and {_called(first, hidden)} ({first.at}) have {why}"
    hint = "if they are one customer, merge the two; if not, say in their names how they differ"
    if why == _CODE:
        hint = "merge the two, or correct the code of one"
    return Problem("lead-duplicate", message, at, hint, severity="warning")


def _called(lead: Lead, hidden: set[str]) -> str:
    name = lead.values.get("name")
    shown = isinstance(name, str) and "name" not in hidden
    return f"{lead.id} {quote(name)}" if shown else lead.id


# --- the same code ------------------------------------------------------------------------------


def _same_code(leads: Sequence[Lead]) -> Iterator[tuple[int, tuple[int, str]]]:
    firsts: dict[str, int] = {}
    for number, lead in enumerate(leads):
        code = _code(lead)
        if code and firsts.setdefault(code, number) != number:
            yield number, (firsts[code], _CODE)


def _code(lead: Lead) -> str:
    """The registration code in one form; short ones are no codes but remarks such as 无."""
    code = _folded(lead.values.get("uscc"))
    return code if len(code) >= _SHORTEST else ""


# --- nearly the same name -----------------------------------------------------------------------


def _same_name(
    leads: Sequence[Lead], has_city: bool, has_code: bool
) -> Iterator[tuple[int, int, str]]:
    codes = [_code(lead) if has_code else "" for lead in leads]
    cities: dict[str, list[tuple[str, int]]] = {}
    for number, lead in enumerate(leads):
        city = _folded(lead.values.get("city")).removesuffix("市") if has_city else ""
        name = _without_city(_folded(lead.values.get("name")), city)
        if name:
            cities.setdefault(city, []).append((name, number))
    ratio = _ratio() if any(len(names) > 1 for names in cities.values()) else None
    for names in cities.values():
        names.sort()
        for (name, one), (other, two) in _neighbours(names):
            first, later = min(one, two), max(one, two)
            if codes[one] and codes[two] and codes[one] != codes[two]:
                continue  # two legal persons
            if name == other:
                yield later, first, _SAME
            elif ratio is not None and _alike(name, other, ratio):
                yield later, first, _LIKE


def _neighbours(
    names: list[tuple[str, int]],
) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    """Pairs that stand near one another by how they begin, then by how they end."""
    backwards = sorted(((name[::-1], number) for name, number in names))
    for turned, ordered in ((False, names), (True, backwards)):
        for i, (name, number) in enumerate(ordered):
            for other, two in ordered[i + 1 : i + 1 + _NEIGHBOURS]:
                if turned:
                    yield (name[::-1], number), (other[::-1], two)
                else:
                    yield (name, number), (other, two)


def _folded(value: object) -> str:
    """A name as it is compared."""
    if not isinstance(value, str):
        return ""
    plain = unicodedata.normalize("NFKC", value[:_LONGEST]).casefold()
    return _NOISE.sub("", _LEGAL_WORDS.sub("", plain)) or _NOISE.sub("", plain)


def _without_city(name: str, city: str) -> str:
    """上海某某有限公司 in 上海 is 某某; but a name that is nothing else stays."""
    short = _LEGAL.sub("", name)
    if city:
        short = short.removeprefix(city).removeprefix("市")
    return short if len(short) > 1 else name


def _alike(name: str, other: str, ratio: Ratio) -> bool:
    if min(len(name), len(other)) < _SHORTEST or ratio(name, other) < ALIKE:
        return False
    return not _differ_in_what_tells(name, other)


def _differ_in_what_tells(name: str, other: str) -> bool:
    """Whether numbers, ranks or points of the compass set two names apart."""
    pairs = zip_longest(_TELLING.findall(name), _TELLING.findall(other))
    return any(one != two for one, two in pairs)


def _ratio() -> Ratio | None:
    """How alike two texts are, from 0 to 100; none without the extra `dedupe`."""
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        return None
    return lambda one, two: ratio(one, two, score_cutoff=ALIKE)
