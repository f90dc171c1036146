"""The mutants of a module: its text with one small mistake put in, as a person might make it.

They are made in the syntax tree. Left alone are annotations, decorators, docstrings, wording, and
what runs only for type checkers: nothing a test should hold still.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sorted": "list",
    "reversed": "iter",
    "floor": "ceil",
    "ceil": "floor",
    "startswith": "endswith",
    "endswith": "startswith",
}
# Rules and generated code have operators in texts.
OPERATOR_TEXTS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "~<": "~<=",
    "~<=": "~<",
    "~==": "==",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "and": "or",
    "or": "and",
    " and ": " or ",
    " or ": " and ",
}


@dataclass(frozen=True)
class Mutant:
    """One mistake: where it is, what it changes, how to put it into the tree and out again."""

    file: str
    """Path from the repository's root, with `/`."""
    place: str
    """The function, with its classes; or the name that a module or class gives a value."""
    unit: tuple[str, int] | None
    """Qualified name and first line of the outermost function, or None at the module's level."""
    lines: tuple[int, int]
    """First and last line of the statement, or of its head where it has a body."""
    line: int
    before: str
    after: str
    times: int
    """Which it is of those of this place with the same texts, from 1."""
    do: Callable[[], None]
    undo: Callable[[], None]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is called: file, place, change. Lines move, so they are no part of it."""
        which = f" ({self.times})" if self.times > 1 else ""
        return self.file, self.place, f"{self.before} → {self.after}{which}"


@dataclass(frozen=True)
class _Place:
    name: str
    unit: tuple[str, int] | None
    lines: tuple[int, int]
    inside_function: bool


def mutants(tree: ast.Module, file: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text. `do` and `undo` change `tree` itself."""
    found: list[Mutant] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for place, node, after, do, undo in _statements(tree.body, _Place("", None, (1, 1), False)):
        before = _short(node)
        if before == after:
            continue
        seen[place.name, before, after] += 1
        times = seen[place.name, before, after]
        line: int = getattr(node, "lineno", place.lines[0])
        found.append(
            Mutant(file, place.name, place.unit, place.lines, line, before, after, times, do, undo)
        )
    return found


def code_of(tree: ast.Module, file: str, unit: tuple[str, int]) -> CodeType | None:
    """The code of one function in the compiled tree; None where lines alone don't tell which."""
    found = [
        code
        for code in _codes(compile(tree, file, "exec", dont_inherit=True))
        if (code.co_qualname, code.co_firstlineno) == unit
    ]
    return found[0] if len(found) == 1 else None


def _codes(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _codes(const)


# ── walking ─────────────────────────────────────────────────────────────────────────────────────

Found = tuple[_Place, ast.AST, str, Callable[[], None], Callable[[], None]]


def _statements(body: list[ast.stmt], outer: _Place) -> Iterator[Found]:
    for number, node in enumerate(body):
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal | ast.Pass):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _function(node, outer)
        elif isinstance(node, ast.ClassDef):
            name = f"{outer.name}.{node.name}".lstrip(".")
            yield from _statements(node.body, _Place(name, None, outer.lines, False))
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from _statement(node, body, number, outer)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, outer: _Place) -> Iterator[Found]:
    name = f"{outer.name}.{node.name}".lstrip(".")
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    head = _Place(name, outer.unit, (node.lineno, node.body[0].lineno), outer.inside_function)
    for default in [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]:
        yield from _expressions(default, head)
    unit = outer.unit if outer.inside_function else (name, first)
    yield from _statements(node.body, _Place(name, unit, outer.lines, True))


def _statement(node: ast.stmt, body: list[ast.stmt], number: int, outer: _Place) -> Iterator[Found]:
    blocks = [
        block
        for field in ("body", "orelse", "finalbody")
        if isinstance(block := getattr(node, field, None), list)
    ]
    handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
    cases: list[ast.match_case] = getattr(node, "cases", [])
    inner = [*blocks, *(each.body for each in handlers), *(each.body for each in cases)]
    first_inside = min((block[0].lineno for block in inner if block), default=None)
    last = node.end_lineno or node.lineno
    if first_inside is not None:
        last = max(node.lineno, first_inside - 1)
    name = outer.name
    if not outer.inside_function:
        name = f"{name}.{_target(node)}".strip(".")
    place = _Place(name, outer.unit, (node.lineno, last), outer.inside_function)

    if _can_go(node):
        gone = ast.copy_location(ast.Pass(), node)
        yield place, node, "pass", *_put(body, number, gone)
    if isinstance(node, ast.Continue):
        yield place, node, "break", *_put(body, number, ast.copy_location(ast.Break(), node))
    for field, value in ast.iter_fields(node):
        if field == "annotation" or (isinstance(node, ast.AugAssign) and field == "op"):
            continue
        if isinstance(value, ast.expr):
            if isinstance(node, ast.Expr) and isinstance(value, ast.Constant):
                continue  # a docstring
            yield from _expressions(value, place)
        elif field in ("targets", "items", "subject"):
            for each in value if isinstance(value, list) else [value]:
                yield from _expressions(each, place)
    if isinstance(node, ast.If | ast.While | ast.Assert):
        yield from _negated(node, "test", place)
    if isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value):
        none = ast.copy_location(ast.Constant(None), node.value)
        yield place, node, "return None", *_set(node, "value", none)
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        swapped = ARITHMETIC[type(node.op)]()
        yield place, node, _with(node, "op", swapped), *_set(node, "op", swapped)
    for case in cases:
        yield from _case(case, place)
    for block in inner:
        yield from _statements(
            block, _Place(outer.name, outer.unit, place.lines, outer.inside_function)
        )


def _case(case: ast.match_case, place: _Place) -> Iterator[Found]:
    if case.guard is not None:
        yield from _expressions(case.guard, place)
        yield from _negated(case, "guard", place)


def _target(node: ast.stmt) -> str:
    """What a statement of a module or a class gives a value to."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return ast.unparse(node.target)
    return ""


def _can_go(node: ast.stmt) -> bool:
    """Whether a statement may be left out without a name being missing then.

    An assertion may, but those are there for the type checker.
    """
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.Assign):
        return all(isinstance(each, ast.Attribute | ast.Subscript) for each in node.targets)
    if isinstance(node, ast.Return):
        return node.value is None
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete)


# ── expressions ─────────────────────────────────────────────────────────────────────────────────


def _expressions(root: ast.AST, place: _Place) -> Iterator[Found]:
    """The mutants of an expression and of all in it, outer ones first."""
    if isinstance(root, ast.Lambda) and not place.inside_function:
        # Several can stand in a line, so their code is not looked for: the module is run anew.
        place = _Place(place.name, None, place.lines, False)
    yield from _expression(root, place)
    for field, value in ast.iter_fields(root):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.expr | ast.comprehension | ast.keyword | ast.arguments):
                if isinstance(root, ast.Call) and field == "func" and isinstance(each, ast.Name):
                    continue
                if _is_annotation_of_cast(root, each):
                    continue
                yield from _expressions(each, place)


def _expression(node: ast.AST, place: _Place) -> Iterator[Found]:
    match node:
        case ast.Compare():
            for number, op in enumerate(node.ops):
                swapped = [*node.ops]
                swapped[number] = COMPARISONS[type(op)]()
                yield place, node, _with(node, "ops", swapped), *_set(node, "ops", swapped)
            if len(node.ops) == 1 and isinstance(node.ops[0], ORDERS):
                yield from _in_place_of(node, _negation(node), place)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield place, node, _with(node, "op", other), *_set(node, "op", other)
            for number in range(len(node.values)):
                rest = node.values[:number] + node.values[number + 1 :]
                if len(rest) == 1:
                    yield from _in_place_of(node, rest[0], place)
                else:
                    yield place, node, _with(node, "values", rest), *_set(node, "values", rest)
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_text(node):
            swapped_op = ARITHMETIC[type(node.op)]()
            yield place, node, _with(node, "op", swapped_op), *_set(node, "op", swapped_op)
        case ast.UnaryOp(op=ast.Not()):
            yield from _in_place_of(node, node.operand, place)
        case ast.UnaryOp(op=ast.USub()):
            yield place, node, _short(node.operand), *_set(node, "op", ast.UAdd())
        case ast.IfExp():
            yield from _negated(node, "test", place)
        case ast.comprehension():
            for number, test in enumerate(node.ifs):
                less = node.ifs[:number] + node.ifs[number + 1 :]
                yield place, test, "True", *_set(node, "ifs", less)
        case ast.Call():
            yield from _call(node, place)
        case ast.Constant():
            yield from _constant(node, place)
        case ast.Slice():
            for field in ("lower", "upper"):
                if getattr(node, field) is not None:
                    yield place, node, _with(node, field, None), *_set(node, field, None)


def _call(node: ast.Call, place: _Place) -> Iterator[Found]:
    func = node.func
    name = getattr(func, "id", getattr(func, "attr", ""))
    if name in FUNCTIONS:
        field = "id" if isinstance(func, ast.Name) else "attr"
        do, undo = _set(func, field, FUNCTIONS[name])
        keywords = node.keywords
        plain = [] if FUNCTIONS[name] == "list" else keywords
        also_do, also_undo = _set(node, "keywords", plain)
        do_both, undo_both = _both(do, also_do), _both(undo, also_undo)
        do_both()
        after = _short(node)
        undo_both()
        yield place, node, after, do_both, undo_both
    elif name == "get" and len(node.args) == 2 and not _is_none(node.args[1]):
        less = node.args[:1]
        yield place, node, _with(node, "args", less), *_set(node, "args", less)


def _constant(node: ast.Constant, place: _Place) -> Iterator[Found]:
    value = node.value
    others: list[object] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1]
    elif isinstance(value, float):
        others = [value * 2, value + 1.0]
    elif isinstance(value, str) and value in OPERATOR_TEXTS:
        others = [OPERATOR_TEXTS[value]]
    elif isinstance(value, str):
        others = [
            value.replace(joint, OPERATOR_TEXTS[joint])
            for joint in (" and ", " or ")
            if joint in value and not value.strip().isalpha()
        ]
        # Prose has joints, too; generated code is told from it by what stands around them.
        others = others if {"{", "(", "is ", "not "} & set(value) or " is " in value else []
    for other in others:
        if other != value:
            yield place, node, repr(other), *_set(node, "value", other)


def _negated(node: ast.AST, field: str, place: _Place) -> Iterator[Found]:
    """The test of a branch turned round, where no other mutant does the same."""
    test = getattr(node, field)
    turned = isinstance(test, ast.Compare) and len(test.ops) == 1
    if not turned and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        other = _negation(test)
        yield place, test, _short(other), *_set(node, field, other)


# ── changing the tree ───────────────────────────────────────────────────────────────────────────


def _negation(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), node), node)


def _in_place_of(node: ast.expr, other: ast.expr, place: _Place) -> Iterator[Found]:
    """`other`, which may hold `node`, where `node` stands.

    Nodes don't know what holds them, so the node itself becomes the other one.
    """
    kind, fields = type(node), dict(vars(node))
    if isinstance(other, ast.UnaryOp) and other.operand is node:
        inner = ast.copy_location(kind(**{name: fields[name] for name in kind._fields}), node)
        new_kind: type[ast.AST] = ast.UnaryOp
        new_fields = {**vars(other), "operand": inner}
    else:
        new_kind, new_fields = type(other), dict(vars(other))

    def become(kind: type[ast.AST], fields: dict[str, object]) -> None:
        vars(node).clear()
        node.__class__ = kind  # type: ignore[assignment]
        vars(node).update(fields)

    yield (
        place,
        node,
        _short(other),
        lambda: become(new_kind, new_fields),
        lambda: become(kind, fields),
    )


def _set(node: ast.AST, field: str, value: object) -> tuple[Callable[[], None], Callable[[], None]]:
    old = getattr(node, field)
    return lambda: setattr(node, field, value), lambda: setattr(node, field, old)


def _put(
    body: list[ast.stmt], number: int, node: ast.stmt
) -> tuple[Callable[[], None], Callable[[], None]]:
    old = body[number]
    return lambda: body.__setitem__(number, node), lambda: body.__setitem__(number, old)


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        first()
        second()

    return run


def _with(node: ast.AST, field: str, value: object) -> str:
    """How a node reads with another value in one of its fields."""
    do, undo = _set(node, field, value)
    do()
    text = _short(node)
    undo()
    return text


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _is_text(node: ast.BinOp) -> bool:
    """Whether texts are joined: nothing else can be done with them."""
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _is_annotation_of_cast(node: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("cast", "TypeVar")
        and bool(node.args)
        and child is node.args[0]
    )
