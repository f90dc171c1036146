"""`Case` over columns: the first arm that holds, strict where a condition is unknown.

An unknown condition leaves its arm and the later ones possible, up to the first that surely holds;
the value is known where all of them agree. Where the values are constants, a bit for each arm says
whether it is possible; these bits are the same for a grade and for all questions which of its words
are left. Else two numbers say which arms are possible: the first that surely holds (`stop`) and the
first that is not surely false (`start`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import narwhals as nw

from groupbuy.compile.columns.pieces import (
    FALSE,
    FLAT,
    TRUE,
    Held,
    Keep,
    Piece,
    coalesce,
    every,
    lit,
    some,
    when,
)
from groupbuy.tree.nodes import Absent, Case, Lit

Possible = dict[tuple[str, ...], list[Piece]]
"""For the conditions of a `Case`, as columns: whether each arm, and the default, is possible."""
MOST_WORDS = 8
"""How many different constants are compared by bits, each with each."""


def case(
    expr: Case,
    tests: list[Held],
    values: list[Held],
    dtype: object,
    keep: Keep,
    possible: Possible,
) -> Held:
    """The value of a `Case` whose conditions and values (the default last) are worked out.

    `possible` keeps what was worked out of conditions, for other values behind the same ones.
    """
    magnitude = max(value.magnitude for value in values)
    literals = [value for _, value in expr.arms] + [expr.default]
    if not any(test.unknown for test in tests):
        found = _closed([test.value for test in tests], values, dtype, keep)
    elif len(tests) == 1:
        found = _one(tests[0].value, values, literals, dtype, keep)
    else:
        group = _groups(literals)
        kept = [keep(test.value) for test in tests]
        if group is not None and len(set(group)) <= MOST_WORDS:
            found = _of_constants(_possible(kept, keep, possible), group, values, literals, dtype)
        else:
            found = _open(kept, values, group, dtype, keep)
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
    group: Sequence[int] | None,
    dtype: object,
    keep: Keep,
) -> Held:
    """Several arms, some of whose conditions may be unknown; `tests` are columns."""
    last = len(tests)
    stop = keep(_position(tests))
    start = keep(_position([test.or_else(True) for test in tests]))
    at = [start.same(number) for number in range(last)]
    chosen = keep(_chosen(at, [value.value for value in values], dtype))
    none = _chosen_none(at, values)
    none = None if none is None else keep(none)
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


def _possible(tests: list[Piece], keep: Keep, known: Possible) -> list[Piece]:
    """For each arm and the default whether it may be the one; `tests` are columns."""
    names = tuple(_name(test) for test in tests)
    found = known.get(names)
    if found is None:
        fails = [~test.or_else(False) for test in tests]
        may = [test.or_else(True) for test in tests]
        if len(tests) <= FLAT:
            before = [every(fails[:number]) for number in range(len(tests) + 1)]
        else:
            stop = keep(_position(tests))
            before = [stop >= number for number in range(len(tests) + 1)]
        arms = zip(before, [*may, TRUE], strict=True)
        found = [keep(none_before & may_hold) for none_before, may_hold in arms]
        if "" not in names:
            known[names] = found
    return found


def _name(test: Piece) -> str:
    """What tells a condition apart; empty for constants other than true and false."""
    if test is TRUE or test is FALSE:
        return "true" if test is TRUE else "false"
    return test.name or ""


def _of_constants(
    possible: list[Piece],
    group: Sequence[int],
    values: list[Held],
    literals: Sequence[object],
    dtype: object,
) -> Held:
    """The constant that all possible arms agree on."""
    first = {number: position for position, number in reversed(list(enumerate(group)))}
    may = {
        number: some(arm for arm, of in zip(possible, group, strict=True) if of == number)
        for number in first
    }
    several = some(may[a] & may[b] for a, b in combinations(sorted(first), 2))
    null = lit(None, dtype)
    arms = [(several, null)]
    none: Piece | None = None
    for number, position in first.items():
        literal = literals[position]
        assert isinstance(literal, Lit)
        if literal.value is Absent.NONE:
            none = may[number] & ~several
        if not isinstance(literal.value, Absent):
            arms.append((may[number], values[position].value))
    return Held(when(arms, null), none)


def _groups(literals: Sequence[object]) -> list[int] | None:
    """A number for each value, equal where they agree; missing where one is no constant.

    What is unknown agrees with nothing, itself included.
    """
    numbers: dict[object, int] = {}
    found = []
    for position, literal in enumerate(literals):
        if not isinstance(literal, Lit):
            return None
        absent = {Absent.UNKNOWN: position, Absent.NONE: Absent.NONE}
        key = absent[literal.value] if isinstance(literal.value, Absent) else literal
        found.append(numbers.setdefault(key, len(numbers)))
    return found
