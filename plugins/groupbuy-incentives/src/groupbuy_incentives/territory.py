"""Which unit owns a lead, and which supports it (S40), of the units that carry targets (S37).

    targets:
      hubei:     {target: 1000, level: province, place: 湖北}
      xiangyang: {of: hubei, level: prefecture, place: 襄阳, title: {zh: 襄阳分公司}}
      zaoyang:   {of: xiangyang, level: district, place: [枣阳, 宜城]}

The rules say which level owns the lead (`owning_level`) and which supports it; the lead's region,
city, district and address say which unit of that level it is. Where a level has no unit there, the
next one above takes its place. Where two units could be it, or a blank stands in the way, that is
said; and so is a lead that no unit covers: none is left without an owner silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.api import Rows, Texts, Value

LEVELS = ("province", "prefecture", "district", "station")
"""Our levels from the top; the words of the lead model's `level`."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "province": ("region",),
    "prefecture": ("city",),
    "district": ("district",),
    "station": ("district", "address"),
}
"""Where a lead's fields say the place of a unit of each level."""
LEAD_INPUTS: Mapping[str, Value | Rows] = {
    "owning_level": Value("choice", pass_unknown=True),
    "supporting_level": Value("choice", pass_unknown=True),
    **{
        name: Value("text", pass_unknown=True) for name in ("region", "city", "district", "address")
    },
}
WORDS: Mapping[str, Texts] = {
    "province": {"en": "province", "zh": "省级"},
    "prefecture": {"en": "prefecture", "zh": "地市级"},
    "district": {"en": "district", "zh": "片区级"},
    "station": {"en": "station", "zh": "站点级"},
    "region": {"en": "region", "zh": "地区"},
    "city": {"en": "city", "zh": "城市"},
    "address": {"en": "address", "zh": "地址"},
}
AS_FIELD: Mapping[str, Texts] = {**WORDS, "district": {"en": "district", "zh": "区县"}}

Units = Mapping[str, Mapping[str, Any]]
Lead = Mapping[str, Any]


@dataclass(frozen=True)
class Ownership:
    """Who owns a lead and who supports it, as ids of units.

    `owner` is none where it is open: `candidates` are the units that it may be and `missing` the
    blank fields that would tell; where both are empty, no unit covers the place.
    """

    level: str
    owner: str | None = None
    supporter: str | None = None
    candidates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def faults_of_territory(units: Units) -> Iterator[str]:
    """A unit's level lies below that of the unit that it is part of, and a place needs a level."""
    for id, unit in units.items():
        level = unit.get("level")
        if level is None:
            if "place" in unit:
                yield f"{id} has a place and no level: one of {', '.join(LEVELS)}"
            continue
        above = next((a for a in _above(id, units) if "level" in units[a]), None)
        if above is not None and _depth(level) <= _depth(units[above]["level"]):
            yield f"{id} is of the level {level}, and part of {above}, which is no level above it"


def ownership(units: Units, lead: Lead) -> Ownership | None:
    """Who owns a lead; none where units have no levels or no level owns it."""
    level = lead.get("owning_level")
    if level not in LEVELS or not any("level" in unit for unit in units.values()):
        return None
    for owning in reversed(LEVELS[: _depth(level) + 1]):
        surely, perhaps = _covering(units, owning, lead)
        if len(surely) == 1:
            owner = surely[0]
            return Ownership(level, owner, _supporter(units, owner, lead))
        if surely or perhaps:
            both = (*surely, *perhaps)
            return Ownership(level, candidates=both, missing=_missing(units, both, lead))
    return Ownership(level)


def _covering(units: Units, level: str, lead: Lead) -> tuple[list[str], list[str]]:
    """The units of a level that cover the lead's place, and those that might."""
    surely: list[str] = []
    perhaps: list[str] = []
    for id, unit in units.items():
        if unit.get("level") == level:
            covers = _covers(units, id, lead)
            if covers is not False:
                (surely if covers else perhaps).append(id)
    # A unit that surely covers the place leaves those behind of which nobody knows.
    return surely, [] if surely else perhaps


def _covers(units: Units, id: str, lead: Lead) -> bool | None:
    """Whether the lead lies in a unit's place, and in those of the units above where it is known.

    A place that exists in several cities (朝阳) is told apart by what lies above it.
    """
    if any(_lies_in(units[above], lead) is False for above in _above(id, units)):
        return False
    return _lies_in(units[id], lead)


def _lies_in(unit: Mapping[str, Any], lead: Lead) -> bool | None:
    """Whether a lead's fields name the unit's place. A unit without a place covers everything."""
    given = unit.get("place", ())
    places = (given,) if isinstance(given, str) else tuple(given)
    if not places or "level" not in unit:
        return True
    told = [lead.get(name) for name in FIELDS[unit["level"]]]
    if any(place in text for text in told if text for place in places):
        return True
    return None if not all(told) else False


def _supporter(units: Units, owner: str, lead: Lead) -> str | None:
    """The unit of the supporting level in one line with the owner, else the one above it."""
    level = lead.get("supporting_level")
    line = {*_above(owner, units), *(id for id in units if owner in _above(id, units))}
    if level in LEVELS:
        surely, perhaps = _covering(units, level, lead)
        fitting = [id for id in surely if id in line]
        if len(fitting) == 1:
            return fitting[0]
        if fitting or any(id in line for id in perhaps):
            return None  # one of them, and nobody knows which
    return next(iter(_above(owner, units)), None)


def _missing(units: Units, ids: tuple[str, ...], lead: Lead) -> tuple[str, ...]:
    """The blank fields that would tell which of several units it is."""
    asked = [
        name
        for id in ids
        for unit in (id, *_above(id, units))
        if "place" in units[unit]
        for name in FIELDS[units[unit]["level"]]
        if not lead.get(name)
    ]
    return tuple(dict.fromkeys(asked))


def _above(id: str, units: Units) -> list[str]:
    """The units that a unit is part of, the nearest first."""
    found: list[str] = []
    above = units[id].get("of", "")
    while above in units and above not in found and above != id:
        found.append(above)
        above = units[above].get("of", "")
    return found


def _depth(level: str) -> int:
    return LEVELS.index(level)


# ── in words ──


def said(found: Ownership, units: Units, targets: Mapping[str, int], lead: Lead) -> Texts:
    """Who owns the lead, with the target that the unit carries, and who supports."""
    return {lang: _said(found, units, targets, lead, lang) for lang in ("en", "zh")}


def _said(found: Ownership, units: Units, targets: Mapping[str, int], lead: Lead, lang: str) -> str:
    comma, stop = {"en": (", ", "; "), "zh": ("、", "；")}[lang]
    names = comma.join(name_of(id, units, lang) for id in found.candidates)
    fields = comma.join(AS_FIELD[name][lang] for name in found.missing)
    level = WORDS[found.level][lang]
    if found.owner is None and not found.candidates:
        return {
            "en": f"owner: no unit covers this place ({level} level and above)",
            "zh": f"归口单位：没有单位覆盖这个地方（{level}及以上）",
        }[lang]
    if found.owner is None:
        if not found.missing:
            return {
                "en": f"owner: several units cover this place: {names}",
                "zh": f"归口单位：有几家单位都覆盖这里：{names}",
            }[lang]
        return {
            "en": f"owner: {names}? It depends on: {fields}",
            "zh": f"归口单位：待定（{names}），还缺：{fields}",
        }[lang]
    unit = units[found.owner]
    why = [WORDS[unit["level"]][lang], *_place_told(unit, lead, lang)]
    if unit["level"] != found.level:
        why.append({"en": f"no {level} of ours there", "zh": f"当地没有{level}单位"}[lang])
    why.append(
        {"en": f"target {targets[found.owner]:,}", "zh": f"指标{targets[found.owner]:,}家"}[lang]
    )
    text = {"en": "owner: {} ({})", "zh": "归口单位：{}（{}）"}[lang].format(
        name_of(found.owner, units, lang), comma.join(why)
    )
    if found.supporter is not None:
        supporter = name_of(found.supporter, units, lang)
        text += stop + {"en": f"support: {supporter}", "zh": f"协同：{supporter}"}[lang]
    return text


def _place_told(unit: Mapping[str, Any], lead: Lead, lang: str) -> list[str]:
    """The field of the lead that names the unit's place."""
    given = unit.get("place", ())
    places = (given,) if isinstance(given, str) else tuple(given)
    return [
        f"{AS_FIELD[name][lang]} {lead[name]}"
        for name in FIELDS[unit["level"]]
        if any(place in (lead.get(name) or "") for place in places)
    ][:1]


def name_of(id: str, units: Units, lang: str) -> str:
    """A unit as people call it."""
    return titled(units[id].get("title") or id, lang)


def titled(title: Texts | str, lang: str) -> str:
    """A title in a language, or in the one that it has."""
    if isinstance(title, str):
        return title
    return title.get(lang) or next(iter(title.values()))
