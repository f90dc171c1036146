"""The cells below a head that is an expression → conditions, as they stand in `when:`.

A cell says the condition without what the head says already: `>= 100`, `>= 10 and < 20`,
`in ["office", "gift"]`, `not in […]`, `known`, `missing`. A value alone means "is this", several
words "is one of these"; a blank cell and `*` mean any.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from groupbuy.language.slips import corrected, half_width
from groupbuy.language.syntax import python_of
from groupbuy.model.entries import Field
from groupbuy.model.names import quote
from groupbuy.model.problem import NOT_KNOWN, ValueProblem
from groupbuy.model.values import read_flag
from groupbuy.rules.tables.cells import day_of, number_of, parts_of, shortest
from groupbuy.tree.types import Kind

ANY = frozenset(("", "*", "＊"))
"""Cells that ask nothing."""

_COMPARED = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))
_STATES = frozenset(("known", "missing"))
_BEGINS = re.compile(
    r"""\s*(?:[<>=!＜＞＝！≥≤≠"'“‘(（]|(?:in|not|known|missing)\b|(?:大于|小于|等于|不是|非)\s*)"""
)
_RANGE = re.compile(
    r"(?P<low>[-+]?[¥￥]?[0-9０-９][0-9０-９,.]*?[%％万亿]?)\s*(?:\.{2,3}|…+|[-–—~～]|至|到)\s*"
    r"(?P<high>[¥￥]?[0-9０-９][0-9０-９,.]*[%％万亿]?)"
)
_FLAGS = frozenset(("true", "false", "yes", "no", "是", "否", "√", "✓", "✔", "×", "✗", "✘"))
_HOW = "write a value, several words, or a comparison such as >= 100; * or a blank for any"


@dataclass(frozen=True)
class Asked:
    """What the cells of a column ask about: an expression, and the field that it is, if any."""

    expression: str
    field: Field | None = None

    @property
    def operand(self) -> str:
        """The expression as one side of a comparison."""
        whole = python_of(self.expression)
        loose = (ast.BoolOp, ast.Compare, ast.IfExp, ast.UnaryOp)
        return f"({self.expression})" if isinstance(whole, loose) else self.expression


def condition(asked: Asked, cell: str) -> str | None:
    """The condition that a cell says; none where it says any. Raises `ValueProblem`."""
    said = cell.strip()
    if said in ANY:
        return None
    if _BEGINS.match(said):
        return _comparison(asked, said)
    found = None if _takes(asked, said) else _RANGE.fullmatch(said)
    if found is not None and day_of(said) is None:
        low, high = (number_of(found[end]) or found[end] for end in ("low", "high"))
        hint = f'say which ends count: ">= {low} and < {high}", or ">= {low} and <= {high}"'
        raise ValueProblem("table-condition", f"{quote(said)} could mean two ranges", hint)
    if said.casefold() in NOT_KNOWN and not _takes(asked, said):
        hint = "write missing where nobody knows, * or nothing where it does not matter"
        raise ValueProblem("table-condition", f"{quote(said)} is no value", hint)
    return _of_field(asked, asked.field, said) if asked.field else _of_any(asked, said)


def joined(conditions: Sequence[str]) -> tuple[str, list[int]]:
    """Conditions that must all hold, as one, and where each of them begins in it."""
    text = ""
    starts: list[int] = []
    for each in conditions:
        text += " and " if starts else ""
        starts.append(len(text))
        text += f"({each})" if len(conditions) > 1 and _is_loose(each) else each
    return text, starts


def _is_loose(text: str) -> bool:
    """Whether a condition needs brackets beside an `and`."""
    whole = python_of(text)
    return isinstance(whole, ast.IfExp) or (
        isinstance(whole, ast.BoolOp) and isinstance(whole.op, ast.Or)
    )


# ── comparisons ──


def _comparison(asked: Asked, said: str) -> str:
    """A cell that begins with a comparison, or with what the language calls a state."""
    if half_width(said) != said:
        hint = f"write {corrected(said)}"
        raise ValueProblem("full-width-sign", f"{quote(said)} has full-width signs", hint)
    found = _completed(said, asked)
    if python_of(found) is None:
        meant = corrected(said)
        if meant != said and python_of(_completed(meant, asked)) is not None:
            message = f"{quote(said)} is no condition"
            raise ValueProblem("table-condition", message, f"write {meant}")
    return found  # what is still wrong with it is told where expressions are read


def _completed(said: str, asked: Asked) -> str:
    """The text with the operand where a comparison has nothing on its left."""
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(said).readline)
            if token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)
        ]
    except (SyntaxError, tokenize.TokenError):
        tokens = []
    if not tokens or any(token.start[0] != 1 for token in tokens):
        return f"{asked.operand} {said}"
    operand = asked.operand
    pieces: list[str] = []
    behind = 0
    starts = True
    if len(tokens) == 1 and tokens[0].type == tokenize.STRING:
        return f"{operand} == {said}"
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        start, end = token.start[1], token.end[1]
        next_word = following.string if following is not None else ""
        if not starts:
            starts = token.string in ("and", "or")
        elif token.string in _COMPARED or (token.string == "not" and next_word == "in"):
            pieces.append(f"{said[behind:start]}{operand} ")
            behind, starts = start, False
        elif token.string in _STATES and next_word != "(":
            pieces.append(f"{said[behind:start]}{token.string}({asked.expression})")
            behind, starts = end, False
        elif token.string not in ("not", "("):
            starts = False
    return "".join([*pieces, said[behind:]])


# ── values ──


def _of_field(asked: Asked, field: Field, said: str) -> str:
    """A value of a field, read as in a lead file."""
    kind, operand = field.type.kind, asked.operand
    if kind is Kind.TEXT:
        return f"{operand} == {_literal(said)}"
    if kind is Kind.CHOICE:
        return _one_of(operand, _words(field, said))
    value = field.read(said)
    if kind is Kind.CHOICES:
        values = value if isinstance(value, tuple) else ()
        if not values:
            raise ValueProblem("table-condition", f"{quote(said)} names no word", _HOW)
        return " or ".join(f"{_literal(word)} in {operand}" for word in values)
    if kind is Kind.FLAG:
        return operand if value is True else f"not {operand}"
    if kind is Kind.DATE:
        return f'{operand} == "{day_of(said)}"'
    assert isinstance(value, float)
    return f"{operand} == {shortest(value)}"


def _words(field: Field, said: str) -> list[str]:
    """The words of a choice, by name, title or alias; one that has a comma in it is one."""
    try:
        return [str(field.read(said))]
    except ValueProblem:
        parts = parts_of(said)
        if len(parts) < 2:
            raise
        return list(dict.fromkeys(str(field.read(part)) for part in parts))


def _takes(asked: Asked, said: str) -> bool:
    """Whether a field of words or texts has this for one, however it looks."""
    field = asked.field
    if field is None or field.type.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.TEXT):
        return False
    try:
        return bool(field.read(said)) and said.casefold() not in NOT_KNOWN
    except ValueProblem:
        return False


def _of_any(asked: Asked, said: str) -> str:
    """A value of what is no field: by how it looks."""
    operand = asked.operand
    day = day_of(said)
    if day is not None:
        return f'{operand} == "{day}"'
    number = number_of(said)
    if number is not None:
        return f"{operand} == {number}"
    if said.casefold() in _FLAGS:
        return operand if read_flag(said) else f"not {operand}"
    if re.search(r"[<>=()\[\]]", said):
        hint = f"leave out {asked.expression}, or put the whole condition under the head when"
        raise ValueProblem("table-condition", f"{quote(said)} is no value", hint)
    return _one_of(operand, parts_of(said))


def _one_of(operand: str, words: list[str]) -> str:
    if len(words) == 1:
        return f"{operand} == {_literal(words[0])}"
    return f"{operand} in [{', '.join(map(_literal, words))}]"


def _literal(word: str) -> str:
    """A text in the quotes that it needs; the language has no escapes."""
    if '"' not in word:
        return f'"{word}"'
    if "'" not in word:
        return f"'{word}'"
    raise ValueProblem(
        "table-condition", f"{quote(word)} has both kinds of quotes", "leave one out"
    )
