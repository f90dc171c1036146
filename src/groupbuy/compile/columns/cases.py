"""`Case` over columns: the first arm that holds, strict where a condition is unknown.

An unknown condition leaves its arm and the later ones possible, up to the first that surely holds;
the value is known where all of them agree. Two numbers per lead say which arms those are: the
first that surely holds (`stop`) and the first that is not surely false (`start`).
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from groupbuy.compile.columns.pieces import (
    FALSE,
    FLAT,
    Held,
    Keep,
    Piece,
    coalesce,
    every,
    lit,
    when,
)
from groupbuy.tree.nodes import Absent, Case, Lit


def case(expr: Case, tests: list[Held], values: list[Held], dtype: object, keep: Keep) -> Held:
    """The value of a `Case` whose conditions and values (the default last) are worked out."""
    magnitude = max(value.magnitude for value in values)
    literals = [value for _, value in expr.arms] + [expr.default]
    if not any(test.unknown for test in tests):
        found = _closed([test.value for test in tests], values, dtype, keep)
    elif len(tests) == 1:
        found = _one(tests[0].value, values, literals, dtype, keep)
    else:
        found = _open([test.value for test in tests], values, literals, dtype, keep)
    return found.sized(magnitude)


def _closed(tests: list[Piece], values: list[Held], dtype: object, keep: Keep) -> Held:
    """No condition is unknown: an ordinary choice."""
    if len(tests) > FLAT:
        at = keep(_position(tests))
        tests = [at.same(number) for number in range(len(tests))]
    value = _chosen(tests, [value.value for value in values], dtype)
    none = _chosen_none(tests, values)
    return Held(value, none, any(value.unknown for value in values))


def _chosen(tests: list[Piece], values: list[Piece], dtype: object) -> Piece:
    """The value of the first test that is true; flat where there are many."""
    if len(tests) <= FLAT:
        return when(list(zip(tests, values, strict=False)), values[-1])
    # The tests exclude each other, so that a null of the right arm stays a null.
    null = lit(None, dtype)
    arms = [when([arm], null) for arm in zip(tests, values, strict=False)]
    none_holds = ~balanced_any(tests)
    return coalesce([*arms, when([(none_holds, values[-1])], null)])


def balanced_any(tests: list[Piece]) -> Piece:
    """Whether one of several tests that are never null holds."""
    return ~every([~test for test in tests])


def _chosen_none(tests: list[Piece], values: list[Held]) -> Piece | None:
    if all(value.none is None for value in values):
        return None
    return _chosen(tests, [value.none or FALSE for value in values], nw.Boolean)


def _position(tests: Sequence[Piece]) -> Piece:
    """The number of the first test that is true, from 0; their count where none is."""
    null = lit(None, nw.Int64)
    arms = [when([(test, lit(number))], null) for number, test in enumerate(tests)]
    return coalesce([*arms, lit(len(tests))])


# ── open conditions ────────────────────────────────────────────────────────────────────────────


def _one(
    test: Piece, values: list[Held], literals: Sequence[object], dtype: object, keep: Keep
) -> Held:
    """One arm, whose condition may be unknown."""
    test = keep(test)
    value, default = values
    null = lit(None, dtype)
    arms = [(test, value.value), (~test, default.value)]
    if _differ(literals):
        return Held(when(arms, null), _none_of(test, value, default, FALSE))
    alike = (value.value.same(default.value)).or_else(False)
    agreed = when([(alike, value.value)], null)
    both = value.none & default.none if value.none and default.none else FALSE
    return Held(when(arms, agreed), _none_of(test, value, default, both))


def _none_of(test: Piece, value: Held, default: Held, both: Piece) -> Piece | None:
    if value.none is None and default.none is None:
        return None
    return when([(test, value.none or FALSE), (~test, default.none or FALSE)], both)


def _differ(literals: Sequence[object]) -> bool:
    """Whether two values are constants that can never agree."""
    a, b = literals
    if not (isinstance(a, Lit) and isinstance(b, Lit)):
        return False
    return a != b and not (isinstance(a.value, Absent) and a.value is b.value)


def _open(
    tests: list[Piece],
    values: list[Held],
    literals: Sequence[object],
    dtype: object,
    keep: Keep,
) -> Held:
    """Several arms, some of whose conditions may be unknown."""
    tests = [keep(test) for test in tests]
    last = len(tests)
    stop = keep(_position(tests))
    start = keep(_position([test.or_else(True) for test in tests]))
    at = [start.same(number) for number in range(last)]
    chosen = keep(_chosen(at, [value.value for value in values], dtype))
    none = _chosen_none(at, values)
    none = None if none is None else keep(none)
    group = _groups(literals)
    chosen_group = None
    if group is not None:
        chosen_group = keep(_chosen(at, [lit(number) for number in group], nw.Int64))
    agree = []
    for number, value in enumerate(values):
        if number == 0:
            continue  # nothing is chosen after it that could disagree with it
        passed = (start >= number) | (stop < number)
        if number < last:
            passed = passed | (~tests[number]).or_else(False)
        if chosen_group is not None and group is not None:
            same = chosen_group.same(group[number])
        else:
            same = value.value.same(chosen).or_else(False)
            if none is not None and value.none is not None:
                same = same | (none & value.none)
        agree.append(passed | same)
    settled = keep(start.same(stop) | every(agree))
    result = when([(settled, chosen)], lit(None, dtype))
    return Held(result, None if none is None else settled & none)


def _groups(literals: Sequence[object]) -> list[int] | None:
    """A number for each value, equal where they agree; missing where one is no constant.

    What is unknown agrees with nothing, itself included.
    """
    numbers: dict[object, int] = {}
    found = []
    for position, literal in enumerate(literals):
        if not isinstance(literal, Lit):
            return None
        key = literal if literal.value is not Absent.UNKNOWN else position
        found.append(numbers.setdefault(key, len(numbers)))
    return found
