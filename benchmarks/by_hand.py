"""The same rules as Python ifs, as somebody would write them by hand, with null guards.

`locals=False` reads `lead["budget"]` wherever it is needed, as most people write it; `locals=True`
takes every field into a local variable first, which is the fastest form that is still plain ifs.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.workload import FIELDS, Answer, Comparison, Condition, Lead, Workload


def by_hand(work: Workload, *, locals: bool) -> Callable[[Lead], Answer]:
    """A function of the ifs."""
    namespace: dict[str, Callable[[Lead], Answer]] = {}
    exec(source(work, locals=locals), namespace)
    return namespace["evaluate"]


def source(work: Workload, *, locals: bool) -> str:
    """The text of the function."""
    lines = ["def evaluate(lead):", "    points = 0", "    fired = []"]
    if locals:
        lines += [f'    {field.name} = lead["{field.name}"]' for field in FIELDS]
    for rule in work.rules:
        lines.append(f"    if {_test(rule.condition, locals)}:")
        lines.append(f"        points += {rule.points}")
        lines.append(f'        fired.append("{rule.id}")')
    word = "if"
    for row in work.rows:
        lines.append(f"    {word} {_test(row.condition, locals)}:")
        lines.append(f'        word = "{row.word}"')
        word = "elif"
    lines += ["    else:", f'        word = "{work.rest}"', "    return points, word, fired"]
    return "\n".join(lines) + "\n"


def _test(condition: Condition, locals: bool) -> str:
    parts = [_part(part, locals) for part in condition.parts]
    if condition.every:
        return " and ".join(parts)
    return " or ".join(f"({part})" if " and " in part else part for part in parts)


def _part(part: Comparison, locals: bool) -> str:
    name = part.field if locals else f'lead["{part.field}"]'
    if part.kind == "flag":
        # A blank is no yes; that it is no must be asked for, for a blank is falsy, too.
        return name if part.value else f"{name} is False"
    test = f"{name} {part.op} {part.value!r}"
    return f"{name} is not None and {test}" if part.needs_guard else test
