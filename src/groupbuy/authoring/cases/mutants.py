"""Mutants: rules with one thing changed, as a slip of the hand would change it.

Numbers are nudged by a tenth, comparisons lose or gain their edge or are turned round, `and` and
`or` change places, `not` is lost, a verdict is another one, and entries, rules, rows, bands, cases,
cuts and changes are dropped. The order is that of the files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from groupbuy.errors import Location
from groupbuy.rules.merge import COLLECTIONS
from groupbuy.rules.pack import Pack
from groupbuy.rules.project import Project
from groupbuy.sections.gates import VERDICTS, WHEN_UNKNOWN
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.scalars import place_in

DROPPED = "dropped"
Path = tuple[str, ...]
Change = tuple[Node, Location, str]
"""What stands there instead, the place of the change, and the change in words."""

_EXPRESSIONS = frozenset(
    ("when", "if", "of", "rank", "among", "within", "due", "points", "value", "from", "up_to",
     "spend", "top", "next", "holds")
)  # fmt: skip
_WITHOUT_RULES = frozenset(
    ("title", "because", "do", "who", "source", "owner", "tags", "effective", "locked", "range",
     "by", "each", "table", "per", "last", "before", "pick", "unit", "type")
)  # fmt: skip
_EDGES = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_TURNED = {
    ">=": "<", ">": "<=", "<=": ">", "<": ">=", "==": "!=", "!=": "==", "in": "not in",
    "not in": "in",
}  # fmt: skip
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Lt: "<", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Mutant:
    """One change: in an entry of a pack (`part` is `sections` or `changes`), or in its `for`.

    `path` leads to the node that is replaced by `new`, or dropped where that is none; an empty
    path is the entry itself. `within` is the path of the smallest rule around it.
    """

    pack: Pack
    part: str
    section: str
    id: str
    path: Path
    new: Node | None
    at: Location
    change: str
    within: Path = ()

    @property
    def rule(self) -> str:
        """What an author calls the rule that is changed."""
        if self.part == "for":
            return f"{self.pack.name}: for"
        names = [part for part in self.within if part not in COLLECTIONS]
        return ".".join([self.section, self.id, *names])

    @property
    def drops(self) -> bool:
        """Whether something is taken away whole."""
        return self.change == DROPPED


def mutants_of(project: Project, packs: frozenset[str]) -> Iterator[Mutant]:
    """Every mutant of the packs of these names, in the order of their files."""
    for pack in project.packs:
        if pack.name not in packs:
            continue
        if pack.condition is not None:
            for new, at, change in _expression(pack.condition):
                yield Mutant(pack, "for", "", "", (), new, at, change)
        for part, sections in (("sections", pack.sections), ("changes", pack.changes)):
            for section, entries in sections.items():
                for id, entry in entries.items():
                    where = (pack, part, section, id)
                    if part == "changes" or section in ("gates", "plays"):
                        yield Mutant(*where, (), None, entry.at, DROPPED)
                    if not (isinstance(entry.node, Scalar) and section == "settings"):
                        yield from _below(where, entry.node, (), ())
                    else:
                        yield from _leaf(where, entry.node, (), ())


_Where = tuple[Pack, str, str, str]


def _below(where: _Where, node: Node, path: Path, within: Path) -> Iterator[Mutant]:
    """The mutants below a node of an entry."""
    if not isinstance(node, Mapping):
        yield from _leaf(where, node, path, within)
        return
    for key, item in node.items.items():
        here = (*path, key)
        if path and path[-1] in COLLECTIONS:
            if len(node.items) > 1:
                yield Mutant(*where, here, None, node.key_at(key), DROPPED, here)
            yield from _below(where, item, here, here)
        elif key not in _WITHOUT_RULES:
            yield from _below(where, item, here, within)


def _leaf(where: _Where, node: Node, path: Path, within: Path) -> Iterator[Mutant]:
    """The mutants of a lone value."""
    section, key = where[2], path[-1] if path else "value"
    if not isinstance(node, Scalar) or node.value is None or node.text == "off":
        return
    if section == "gates" and key in ("verdict", "unknown"):
        words = VERDICTS[1:] if key == "verdict" else WHEN_UNKNOWN
        others = [word for word in words if word != node.text]
        changes: list[Change] = [(_text(node, others[0]), node.at, f"{node.text} → {others[0]}")]
    elif section == "grades" and key not in _EXPRESSIONS - {"value"}:
        return  # a word
    elif section == "settings" and isinstance(node.value, str) and not _percent(node.text):
        return  # a text or a date
    else:
        changes = list(_expression(node))
    for new, at, change in changes:
        yield Mutant(*where, path, new, at, change, within)


# ── one expression ──


def _expression(node: Node) -> Iterator[Change]:
    """An expression with one thing changed, the place of the change, and what it was."""
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return
    if isinstance(node.value, int | float):
        for number in _nudged(node.value):
            yield _number(node, number), node.at, f"{node.text} → {number:.12g}"
        return
    if _percent(node.text):
        for number in _nudged(float(node.text.strip()[:-1])):
            text = f"{number:.12g}%"
            yield _text(node, text), node.at, f"{node.text} → {text}"
        return
    text = node.text
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lead = len(text) - len(text.lstrip())
    edits = sorted(_edits(_Text(text.strip()), tree), key=lambda edit: edit.spans)
    for edit in edits:
        changed = text.strip()
        for start, end in reversed(edit.spans):
            changed = changed[:start] + edit.new + changed[end:]
        at = place_in(node, lead + edit.spans[0][0])
        yield _text(node, changed), at, edit.said


@dataclass(frozen=True)
class _Edit:
    spans: tuple[tuple[int, int], ...]
    new: str
    said: str


class _Text:
    """A line of source by the positions of `ast`, which count bytes, and rows of lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [line.encode() for line in text.split("\n")]

    def position(self, line: int, column: int) -> int:
        before = sum(len(self.lines[n].decode()) + 1 for n in range(line - 1))
        return before + len(self.lines[line - 1][:column].decode())

    def span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.position(node.lineno, node.col_offset)
        return start, self.position(node.end_lineno, node.end_col_offset)

    def between(self, left: ast.expr, right: ast.expr, word: str) -> tuple[int, int] | None:
        """The span of an operator between two operands."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.text[start:end]
        found = gap.find(word.split()[0])
        if found < 0:
            return None
        length = len(word) if " " not in word else gap.find("in", found + 3) + 2 - found
        return start + found, start + found + length


def _edits(text: _Text, tree: ast.AST) -> Iterator[_Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            for (left, right), op in zip(pairwise(operands), node.ops, strict=True):
                word = _OPERATORS.get(type(op), "")
                span = text.between(left, right, word) if word else None
                for other in (_EDGES.get(word), _TURNED.get(word)):
                    if span is not None and other is not None:
                        yield _Edit((span,), other, f"{word} → {other}")
        elif isinstance(node, ast.BoolOp):
            word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            spans = [text.between(a, b, word) for a, b in pairwise(node.values)]
            known = tuple(span for span in spans if span is not None)
            if len(known) == len(spans):
                yield _Edit(known, other, f"{word} → {other}")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            span = text.span(node)[0], text.span(node.operand)[0]
            if text.text[slice(*span)].strip() == "not":
                yield _Edit((span,), "", "not lost")
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            span = text.span(node)
            for number in () if isinstance(node.value, bool) else _nudged(node.value):
                yield _Edit((span,), f"{number:.12g}", f"{node.value:.12g} → {number:.12g}")


def _nudged(value: float) -> tuple[float, float]:
    """A tenth more and a tenth less; whole numbers by at least one."""
    step = abs(value) / 10
    step = max(1, round(step)) if float(value).is_integer() else float(f"{step:.2g}")
    return value + step, value - step


def _percent(text: str) -> bool:
    number = text.strip()
    return number.endswith("%") and number[:-1].strip().replace(".", "", 1).isdigit()


def _text(node: Scalar, text: str) -> Scalar:
    return Scalar(node.source, node.line, node.column, text, text, node.style)


def _number(node: Scalar, value: float) -> Scalar:
    return Scalar(node.source, node.line, node.column, value, f"{value:.12g}", node.style)


def replaced(node: Node, path: Path, new: Node | None) -> Node:
    """The node with what `path` leads to replaced or dropped."""
    if not path:
        assert new is not None
        return new
    assert isinstance(node, Mapping)
    key, *rest = path
    items, keys = dict(node.items), dict(node.keys)
    if rest or new is not None:
        items[key] = replaced(items[key], tuple(rest), new)
    else:
        del items[key]
        keys.pop(key, None)
    return Mapping(node.source, node.line, node.column, items, keys)
