"""Pieces of generated code: values, conditions and variables, and how they are joined.

A piece knows what must be guarded before it is right, and how many digits a number can have, so
that guards and checks stand only where they are needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from groupbuy.tree import operations
from groupbuy.tree.nodes import NONE, UNKNOWN, Expr, Lit, Op

INFIX = {"+": "+", "-": "-", "*": "*"}
COMPARE = {"==": "==", "<": "<", "<=": "<=", "~==": "==", "~<": "<", "~<=": "<="}
COMPLEMENT = {"==": "!=", "<": ">=", "<=": ">"}
READ_MAGNITUDE = 15.0
"""The digits of a number that was read."""
FUNCTION_NAMES = {op: f"_f{number}" for number, op in enumerate(operations.STRICT)}
"""What the functions of strict operations are called in generated code."""


@dataclass(frozen=True)
class Raw:
    """Code that is right once none of `unknowns` is unknown and none of `nones` is none."""

    code: str
    unknowns: frozenset[str] = frozenset()
    nones: frozenset[str] = frozenset()
    magnitude: float = READ_MAGNITUDE

    @property
    def guards(self) -> list[str]:
        """Code that is true when every variable has a value."""
        tests = [f"{name} is not None" for name in sorted(self.unknowns)]
        return tests + [f"{name} is not NA" for name in sorted(self.nones)]

    @property
    def guarded(self) -> str:
        """Code for the value as it is kept: with `None` for unknown and `NA` for none."""
        if self.code in self.unknowns | self.nones:
            return self.code
        code = self.code
        if self.unknowns:
            code = f"None if {some(f'{n} is None' for n in sorted(self.unknowns))} else {code}"
        if self.nones:
            code = f"NA if {some(f'{n} is NA' for n in sorted(self.nones))} else {code}"
        return code


@dataclass(frozen=True)
class Test:
    """A condition: code for surely true, code for surely false, whether it can be neither."""

    true: str
    false: str
    open: bool

    @property
    def kept(self) -> str:
        """Code for the condition as a value: `None` where it is neither."""
        if not self.open:
            return self.true
        return f"True if {self.true} else False if {self.false} else None"


@dataclass(frozen=True)
class Variable:
    """A local variable of the generated function, and what it can hold."""

    name: str
    unknown: bool
    none: bool
    magnitude: float = READ_MAGNITUDE

    @property
    def raw(self) -> Raw:
        """The variable as a value."""
        name = frozenset((self.name,))
        return Raw(
            self.name,
            name if self.unknown else frozenset(),
            name if self.none else frozenset(),
            self.magnitude,
        )

    @property
    def test(self) -> Test:
        """The variable as a condition: what does not apply is false."""
        name = self.name
        true = f"{name} is True" if self.unknown or self.none else name
        if self.unknown:
            false = f"({name} is False or {name} is NA)" if self.none else f"{name} is False"
        else:
            false = f"{name} is not True" if self.none else f"not {name}"
        return Test(true, false, self.unknown)


ALWAYS, NEVER = Test("True", "False", False), Test("False", "True", False)


def every(codes: Iterable[str]) -> str:
    """All of these conditions."""
    parts = [code for code in codes if code != "True"]
    if "False" in parts:
        return "False"
    if not parts:
        return "True"
    return parts[0] if len(parts) == 1 else f"({' and '.join(parts)})"


def some(codes: Iterable[str]) -> str:
    """One or more of these conditions."""
    parts = [code for code in codes if code != "False"]
    if "True" in parts:
        return "True"
    if not parts:
        return "False"
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


# ── values ─────────────────────────────────────────────────────────────────────────────────────


def literal(expr: Lit) -> Raw:
    """A constant, unknown and none among them."""
    value = expr.value
    if value is UNKNOWN:
        return Raw("None", unknowns=frozenset(("None",)), magnitude=0.0)
    if value is NONE:
        return Raw("NA", nones=frozenset(("NA",)), magnitude=0.0)
    size = math.log10(abs(value)) if isinstance(value, float) and value else 0.0
    return Raw(repr(value), magnitude=max(size, 0.0))


def joined(parts: Iterable[Raw], code: str, magnitude: float = READ_MAGNITUDE) -> Raw:
    """Code made of parts, guarded as they are."""
    unknowns: frozenset[str] = frozenset()
    nones: frozenset[str] = frozenset()
    for part in parts:
        unknowns |= part.unknowns
        nones |= part.nones
    return Raw(code, unknowns, nones, magnitude)


def arithmetic(expr: Op, parts: list[Raw]) -> str:
    """Code for a strict operation on values that are there."""
    op = expr.op
    if op in INFIX:
        return f"({parts[0].code} {INFIX[op]} {parts[1].code})"
    if divides(expr):
        return f"({parts[0].code} / {parts[1].code})"
    if op == "negate":
        return f"(-{parts[0].code})"
    codes = ", ".join(part.code for part in parts)
    return f"_fsum(({codes},))" if op == "total" else f"{FUNCTION_NAMES[op]}({codes})"


def divides(expr: Op) -> bool:
    """Whether this is a division by a literal that is not zero."""
    if expr.op not in ("/", "exact/"):
        return False
    divisor = expr.args[1]
    if not (isinstance(divisor, Lit) and isinstance(divisor.value, float)):
        return False
    return operations.STRICT[expr.op](1.0, divisor.value) is not NONE


def digits(op: str, parts: list[Raw]) -> float:
    """How many digits the result can have, so that only what can overflow is checked."""
    sizes = [part.magnitude for part in parts] or [0.0]
    if op == "*":
        return sum(sizes)
    if op in ("/", "exact/", "//"):
        return sizes[0] + _shrinking(op, parts[1])
    if op == "round":
        return max(sizes) + 9
    return max(sizes) + math.log10(len(sizes)) + 0.001


def _shrinking(op: str, divisor: Raw) -> float:
    """How many digits a division can add: what was read may be as small as a float gets."""
    try:
        number = abs(float(divisor.code))
    except ValueError:
        return -math.log10(operations.SMALLEST if op == "exact/" else operations.ABSOLUTE)
    return -math.log10(number) if 0.0 < number < 1.0 else 0.0


def aggregated(op: str, items: str) -> str:
    """Code for an aggregate of the values in a list."""
    if op in ("first", "last"):
        return f"_{op}({items})"
    if op == "sum":
        return f"_fsum({items})"
    if op == "distinct":
        return f"float(len(set({items})))"
    code = {
        "mean": f"_fsum({items}) / len({items})",
        "min": f"min({items})",
        "max": f"max({items})",
        "std": f"_deviation(*{items})",
    }[op]
    return f"{code} if {items} else NA"


# ── conditions ─────────────────────────────────────────────────────────────────────────────────


def presence(op: str, variable: Variable) -> Test:
    """Whether a variable is known, or is missing."""
    name = variable.name
    if op == "missing":
        if not variable.unknown:
            return NEVER
        return Test(f"{name} is None", f"{name} is not None", False)
    guards = variable.raw.guards
    if not guards:
        return ALWAYS
    known = every(guards)
    return Test(known, f"not {known}" if len(guards) > 1 else f"not ({known})", False)


def comparison(op: str, parts: list[Raw], args: tuple[Expr, ...]) -> Test:
    """A comparison: false where a part does not apply."""
    code, negated = _comparison_code(op, [part.code for part in parts], args)
    raw = joined(parts, code)
    true = every([*raw.guards, code])
    false = every([*raw.guards, negated])
    if raw.nones:
        false = some([*(f"{name} is NA" for name in sorted(raw.nones)), false])
    return Test(true, false, bool(raw.unknowns))


def _comparison_code(op: str, codes: list[str], args: tuple[Expr, ...]) -> tuple[str, str]:
    """Code for a comparison of values that are there, and for its contrary."""
    a, b = codes
    if op.startswith("~"):
        return _tolerant(op, codes, args)
    if op in COMPARE:
        return f"{a} {op} {b}", f"{a} {COMPLEMENT[op]} {b}"
    if op == "in":
        assert isinstance(args[1], Lit)
        assert isinstance(args[1].value, tuple)
        words = args[1].value
        if len(words) == 1:
            return f"{a} == {words[0]!r}", f"{a} != {words[0]!r}"
        return f"{a} in {words!r}", f"{a} not in {words!r}"
    if op in ("has", "contains"):
        return f"{b} in {a}", f"{b} not in {a}"
    return f"{a}.{op}({b})", f"not {a}.{op}({b})"


def _tolerant(op: str, codes: list[str], args: tuple[Expr, ...]) -> tuple[str, str]:
    """Computed numbers: beside a constant the tolerance is worked out beforehand."""
    (a, b), (left, right) = codes, args
    if isinstance(right, Lit) and isinstance(right.value, float):
        limit, slack = right.value, operations.tolerance(right.value)
        if op == "~==":
            code = f"{limit - slack!r} <= {a} <= {limit + slack!r}"
            return code, f"not {code}"
        edge = limit - slack if op == "~<" else limit + slack
        sign = op[1:]
        return f"{a} {sign} {edge!r}", f"{a} {COMPLEMENT[sign]} {edge!r}"
    if isinstance(left, Lit) and isinstance(left.value, float) and op != "~==":
        slack = operations.tolerance(left.value)
        edge = left.value + slack if op == "~<" else left.value - slack
        sign = op[1:]
        return f"{edge!r} {sign} {b}", f"{edge!r} {COMPLEMENT[sign]} {b}"
    name = {"~==": "_close", "~<": "_below", "~<=": "_not_above"}[op]
    return f"{name}({a}, {b})", f"not {name}({a}, {b})"
