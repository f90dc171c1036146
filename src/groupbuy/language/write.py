"""A tree → text in the language, for people: "what would have to be true"."""

from __future__ import annotations

from datetime import date

from groupbuy.tree import build, naming
from groupbuy.tree.nodes import NONE, UNKNOWN, Agg, Call, Case, Col, Expr, Lit, Op, Over, Ref
from groupbuy.tree.types import Kind

_LOOSEST, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _TIGHT = range(8)
_INFIX = {
    "==": ("==", _COMPARE), "<": ("<", _COMPARE), "<=": ("<=", _COMPARE),
    "~==": ("==", _COMPARE), "~<": ("<", _COMPARE), "~<=": ("<=", _COMPARE),
    "+": ("+", _SUM), "-": ("-", _SUM), "*": ("*", _PRODUCT), "/": ("/", _PRODUCT),
    "exact/": ("/", _PRODUCT), "//": ("//", _PRODUCT), "%": ("%", _PRODUCT),
}  # fmt: skip
_OF_DATES = {
    "days_between": "",
    "shift_days": "",
    "months_between": "months_since",
    "next": "next",
}
"""Operations of dates, and the function of those whose other side is always today."""
_MIRRORED = {"<": ">", "<=": ">="}


def write(tree: Expr) -> str:
    """The tree as an author would write it."""
    return _write(tree, _LOOSEST)


def _write(tree: Expr, outer: int) -> str:
    text, inner = _text(tree)
    return f"({text})" if inner < outer else text


def _text(tree: Expr) -> tuple[str, int]:
    if isinstance(tree, Lit):
        return _literal(tree), _TIGHT
    if isinstance(tree, Ref):
        return _name(tree.name), _TIGHT
    if isinstance(tree, Col):
        return f"{tree.table}.{tree.name}", _TIGHT
    if isinstance(tree, Agg):
        return _aggregate(tree), _TIGHT
    if isinstance(tree, Call):
        return f"{tree.routine.name}({', '.join(write(arg) for arg in tree.args)})", _TIGHT
    if isinstance(tree, Over):
        return f"{tree.op}({write(tree.value)})", _TIGHT
    if isinstance(tree, Case):
        return _case(tree), _LOOSEST
    assert isinstance(tree, Op)
    return _operation(tree)


def _name(name: str) -> str:
    """A name as authors know it; `fit.low` and `fit.high` are ends of `fit`."""
    asked = naming.split_words(name)
    base = naming.base(name)
    return base if asked is None else f"{base} in [{', '.join(asked[1])}]"


def _literal(tree: Lit) -> str:
    value = tree.value
    if value is NONE or value is UNKNOWN:
        return value.value
    if tree.type.kind is Kind.DATE and isinstance(value, int):
        return _day(value)
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return f"{value:.12g}"
    if isinstance(value, tuple) and tree.type.kind is Kind.DATES:
        return f"[{', '.join(_day(int(item)) for item in value)}]"
    if isinstance(value, tuple):
        return f"[{', '.join(_quoted(str(item)) for item in value)}]"
    return _quoted(str(value))


def _day(number: int) -> str:
    return f'"{date.fromordinal(number).isoformat()}"'


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else f"'{text}'"


def _operation(tree: Op) -> tuple[str, int]:
    op, args = tree.op, tree.args
    if op in ("and", "or"):
        level = _AND if op == "and" else _OR
        return f" {op} ".join(_write(arg, level + 1) for arg in args), level
    if op == "not":
        inner = args[0]
        if isinstance(inner, Op) and inner.op in ("==", "~=="):
            return f"{_write(inner.args[0], _SUM)} != {_write(inner.args[1], _SUM)}", _COMPARE
        if isinstance(inner, Op) and inner.op == "in":
            return _membership(inner, " not in ", " != "), _COMPARE
        return f"not {_write(inner, _NOT)}", _NOT
    if op == "in":
        return _membership(tree, " in ", " == "), _COMPARE
    if op == "has":
        return f"{write(args[1])} in {_write(args[0], _TIGHT)}", _COMPARE
    if op == "negate":
        return f"-{_write(args[0], _TIGHT)}", _TIGHT
    infix = _INFIX.get(op)
    if infix is not None:
        sign, level = infix
        left, right = args
        if isinstance(left, Lit) and sign in _MIRRORED:
            left, right, sign = right, left, _MIRRORED[sign]
        return f"{_write(left, level)} {sign} {_write(right, level + 1)}", level
    if op in _OF_DATES:
        return _of_dates(op, *args)
    if op == "coalesce" and isinstance(args[-1], Lit) and args[-1].value is False:
        return _text(args[0])
    return f"{op}({', '.join(write(arg) for arg in args)})", _TIGHT


def _of_dates(op: str, first: Expr, second: Expr) -> tuple[str, int]:
    """What authors write as `date - date`, `date + days`, `months_since(…)` and `next(…)`."""
    if op == "days_between":
        return f"{_write(second, _SUM)} - {_write(first, _PRODUCT)}", _SUM
    if op == "shift_days":
        sign = "+"
        if isinstance(second, Lit) and isinstance(second.value, float) and second.value < 0:
            sign, second = "-", build.negative(second)
        return f"{_write(first, _SUM)} {sign} {_write(second, _PRODUCT)}", _SUM
    return f"{_OF_DATES[op]}({write(first)})", _TIGHT


def _membership(tree: Op, several: str, single: str) -> str:
    value, words = tree.args
    assert isinstance(words, Lit)
    assert isinstance(words.value, tuple)
    if len(words.value) == 1:
        return f"{_write(value, _SUM)}{single}{_quoted(str(words.value[0]))}"
    return f"{_write(value, _SUM)}{several}{_literal(words)}"


def _aggregate(tree: Agg) -> str:
    value = tree.table if tree.value is None else write(tree.value)
    where = "" if tree.where is None else f", where={write(tree.where)}"
    return f"{tree.op}({value}{where})"


def _case(tree: Case) -> str:
    decided = _decided(tree)
    if decided is not None:
        return decided
    parts = [f"{_write(value, _OR)} if {_write(test, _OR)}" for test, value in tree.arms]
    return " else ".join([*parts, _write(tree.default, _LOOSEST)])


def _decided(tree: Case) -> str | None:
    """A comparison of an open score or grade, which the constructors made into cases."""
    test, value = tree.arms[0]
    if isinstance(value, Lit) and value.value is True and len(tree.arms) == 2:
        # Equal is who is settled, on both sides, and then equal: the last part.
        both = isinstance(test, Op) and test.op == "and"
        return write(test.args[-1] if both and isinstance(test, Op) else test)
    if isinstance(test, Op) and test.op == "known" and isinstance(value, Op) and value.op == "in":
        return write(value)
    return None
