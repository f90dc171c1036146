"""Numbers as people write them: `1,234.5`, `¥57,600`, `12.5万`, `95%`, `１２０人`.

Every number becomes a float of at most 1e15, so that both back ends compute with it alike.
What could be meant in two ways (`1,23`, `1_000`, `95` for a percentage) is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal

from groupbuy.model.names import quote
from groupbuy.model.problem import NOT_KNOWN, ValueProblem
from groupbuy.tree.types import Type

LARGEST = 1e15
"""The largest magnitude of a number: whole numbers up to it are exact as floats."""

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms → ASCII. Not NFKC, which would read `5²` as 52."""
WIDE.update({0x3000: 0x20, 0x00A0: 0x20, 0xFFE5: 0x00A5, 0x2212: 0x2D})

_PLAIN = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?").fullmatch
_FULL = re.compile(
    r"(?P<sign>[-+]?)\s*(?P<currency>¥|rmb|cny|人民币)?\s*(?P<sign2>[-+]?)"
    r"(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<power>e[-+]?[0-9]{1,4})?\s*(?P<scale>百万|千万|百亿|千亿|万亿|百|千|万|亿)?\s*(?P<unit>.*)",
    re.IGNORECASE,
)
_SCALE = {"百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_SCALE |= {"百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "": 1}
_YUAN = frozenset({"元", "圆", "块", "元整", "人民币", "rmb", "cny", "yuan"})
_NOUN = {"number": "a number", "integer": "a whole number", "percent": "a percentage"}
_NOUN |= {"money": "an amount of money"}
_MOST_CHARACTERS = 60


def number_reader(type_: Type, units: tuple[str, ...]) -> Callable[[object], float | None]:
    """The function that reads numbers of `type_`; `units` are words that may stand behind one."""
    whole, percent = type_.form == "integer", type_.form == "percent"
    low = -LARGEST if type_.low is None else max(type_.low, -LARGEST)
    high = LARGEST if type_.high is None else min(type_.high, LARGEST)
    bare_high = max(1.0, high) if type_.high is not None else 1.0

    def read_number(value: object) -> float | None:
        bare = True
        if type(value) is str:
            if _PLAIN(value):
                number = float(value)
            else:
                text = value.translate(WIDE).strip()
                if not text:
                    return None
                number, bare = _parse(text, type_, units)
        elif value is None:
            return None
        else:
            number = _given(value, type_)
        if percent and bare and number > bare_high:
            hint = f"{number:.12g}%" if number <= 100 * bare_high else None
            raise ValueProblem("value-percent", f"{number:.12g} is not a percentage", hint)
        if whole and number != math.floor(number):
            raise ValueProblem("value-number", f"{number:.12g} is not a whole number")
        if not low <= number <= high:
            raise _out_of_bounds(number, type_)
        return number + 0.0  # -0.0 becomes 0.0

    return read_number


def shown(number: float, form: str) -> str:
    """A number in a message, in its form: `0.95` of a percentage is `95%`."""
    return f"{number * 100:.12g}%" if form == "percent" else f"{number:,.12g}"


def _given(value: object, type_: Type) -> float:
    """A number that is a number already (from a program, not from a file)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        shape = {dict: "a mapping", list: "a list", tuple: "a list", bool: "true or false"}
        noun = shape.get(type(value), quote(value))
        raise ValueProblem("value-shape", f"{noun} stands where {_NOUN[type_.form]} is expected")
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    if not math.isfinite(number):
        raise ValueProblem("value-number", f"this is not {_NOUN[type_.form]} but {number}")
    return number


def _parse(text: str, type_: Type, units: tuple[str, ...]) -> tuple[float, bool]:
    """A written number, and whether it stands there bare, without `%`."""
    found = _FULL.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if found is None or (found["sign"] and found["sign2"]):
        raise _unreadable(text, type_)
    unit = found["unit"].strip().casefold()
    money = type_.form == "money"
    if found["currency"] and not money:
        raise ValueProblem(
            "value-number", f"{quote(text)} is money", f"{_NOUN[type_.form]} is expected"
        )
    percent = unit == "%" and type_.form == "percent" and not found["scale"]
    if unit and not (percent or (money and unit in _YUAN) or unit in units):
        raise _unreadable(text, type_)
    digits = found["digits"].replace(",", "") + (found["power"] or "")
    sign = -1 if "-" in (found["sign"], found["sign2"]) else 1
    # Decimal, so that 12.55万 is 125500 and 95% is 0.95 to the last digit.
    exact = sign * Decimal(digits) * _SCALE[found["scale"] or ""] / (100 if percent else 1)
    number = float(exact)
    if not abs(number) <= LARGEST:
        raise _out_of_bounds(number, type_)
    return number, not percent


def _out_of_bounds(number: float, type_: Type) -> ValueProblem:
    """A number beyond its declared bounds, or beyond what is computed with."""
    if abs(number) > LARGEST:
        return ValueProblem("value-bounds", "this number is too large", "at most 1e15")
    form = type_.form
    if type_.low is not None and number < type_.low:
        bound = f"less than {shown(type_.low, form)}"
    else:
        assert type_.high is not None
        bound = f"more than {shown(type_.high, form)}"
    limits = [None if b is None else shown(b, form) for b in (type_.low, type_.high)]
    match limits:
        case [str(low), str(high)]:
            hint = f"from {low} to {high}"
        case [str(low), None]:
            hint = f"at least {low}"
        case _:
            hint = f"at most {limits[1]}"
    return ValueProblem("value-bounds", f"{shown(number, form)} is {bound}", hint)


def _unreadable(text: str, type_: Type) -> ValueProblem:
    """Why this is no number, and what was probably meant."""
    message = f"{quote(text)} is not {_NOUN[type_.form]}"
    return ValueProblem("value-number", message, _hint(text, type_))


def _hint(text: str, type_: Type) -> str | None:
    word = text.casefold()
    if len(word) > _MOST_CHARACTERS or not word.isprintable():
        return None
    if word in NOT_KNOWN:
        return "leave it empty when it is not known"
    if re.search(r"[$€£]|usd|eur|美元|欧元", word):
        return "amounts are in yuan: convert it"
    if re.fullmatch(r"[-+]?(inf(inity)?|\.?(inf|nan))", word):
        return "leave it empty when it is not known"
    if re.fullmatch(r"[0-9]+(_[0-9]+)+", word):
        return f"write {word.replace('_', '')}"
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", word):
        return f"write {word.replace(',', '.')} or {word.replace(',', '')}"
    if "," in word and re.fullmatch(r"[-+¥]*[0-9,]+(\.[0-9]+)?", word):
        return f"commas stand before every three digits: write {word.replace(',', '')}"
    if word.endswith("%") and type_.form != "percent":
        return "this field is not a percentage"
    if re.fullmatch(r"\(.*[0-9].*\)", word):
        return f"write -{text[1:-1]}"
    if re.search(r"[0-9]\s*[-~～至到]\s*[¥0-9]", word):
        return "write one number, not a range"
    if re.match(r"[约近超<>≥≤~]|大约|左右|至少|最多", word) or word.endswith(("左右", "以上", "+")):
        return "write the number alone"
    return None
