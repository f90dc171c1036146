"""Which versions are wanted: `history>=1.2,<2`, read before anything is imported.

A small part of the version specifiers that Python packaging defines, enough for releases: numbers
joined by dots, compared with `==`, `!=`, `>=`, `<=`, `>`, `<` and `~=`, and `==1.2.*`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import Any

_PIN = re.compile(r"\s*(~=|==|!=|>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)*(?:\.\*)?)\s*")
_WANTED = re.compile(r"\s*([^\W\d]\w*)\s*(.*)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt,
}  # fmt: skip


def read_wanted(text: str) -> tuple[str, str] | None:
    """A plugin's name and its pins (`""` for none); none where the text is not such."""
    match = _WANTED.fullmatch(text)
    if match is None:
        return None
    name, pins = match[1], match[2].strip()
    return (name, pins) if not pins or all(map(_PIN.fullmatch, pins.split(","))) else None


def pins_of(requirement: str) -> str:
    """The pins of a distribution's requirement: `>=1,<2` of `groupbuy[xlsx]>=1,<2; extra`."""
    text = requirement.split(";")[0]
    start = min((text.find(sign) for sign in "<>=!~" if sign in text), default=len(text))
    return text[start:].strip(" ()")


def allows(pins: str, version: str) -> bool:
    """Whether a version is among those wanted. Pins of a form not known here allow everything."""
    release = _release(version)
    for pin in pins.split(",") if pins.strip() else ():
        match = _PIN.fullmatch(pin)
        if match is not None and not _one(match[1], match[2], release):
            return False
    return True


def _one(sign: str, text: str, release: tuple[int, ...]) -> bool:
    wanted = _release(text.removesuffix(".*"))
    if text.endswith(".*"):
        same = release[: len(wanted)] == wanted
        return same if sign == "==" else not same
    if sign == "~=":
        return _padded(release, wanted) >= _padded(wanted, release) and (
            release[: len(wanted) - 1] == wanted[:-1]
        )
    return _OPERATORS[sign](_padded(release, wanted), _padded(wanted, release))


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without what marks it as not yet released."""
    match = re.match(r"v?([0-9]+(?:\.[0-9]+)*)", version.strip())
    return tuple(int(part) for part in match[1].split(".")) if match else (0,)


def _padded(version: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return version + (0,) * (len(other) - len(version))
