"""Every function of the language: its signature, what it means, and how it becomes a tree.

The table is the reference: the documentation is made from it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from groupbuy.errors import GroupbuyError, did_you_mean
from groupbuy.language.scope import Scope
from groupbuy.texts import Text
from groupbuy.tree import build
from groupbuy.tree.nodes import Expr, Lit, Ref
from groupbuy.tree.types import COMPUTED, COUNT, DATE, FLAG, TABLE, TEXT, Kind, Type

MAX_DECIMALS = 9
_MOST_MONTHS, _MOST_DAYS = 1200, 36_525
"""A hundred years: a longer span was meant otherwise."""


class Lowering(Protocol):
    """What a function needs of the parser."""

    scope: Scope
    rows: str | None

    def lower(self, node: ast.expr) -> Expr:
        """The tree of a node."""

    def condition(self, node: ast.expr) -> Expr:
        """The tree of a node that must be true or false."""

    def problem(
        self, code: str, message: str, node: ast.AST | int, hint: str | None = None
    ) -> GroupbuyError:
        """An error at a node."""

    def raw(self, node: ast.AST) -> str:
        """The text of a node."""


@dataclass(frozen=True)
class Function:
    """One function: how it is called, what it gives, how many arguments, which keywords."""

    signature: str
    meaning: Text
    build: Callable[[Call], Expr]
    arguments: tuple[int, int]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """A call as it stands in an expression."""

    parser: Lowering
    node: ast.Call
    name: str
    function: Function

    def check(self) -> Call:
        """Refuse a wrong number of arguments and unknown keywords."""
        least, most = self.function.arguments
        if not least <= len(self.node.args) <= most:
            raise self.parser.problem(
                "wrong-arguments", f"{self.name} is called as {self.function.signature}", self.node
            )
        seen: set[str] = set()
        for keyword in self.node.keywords:
            word = keyword.arg or "**"
            if word not in self.function.keywords:
                hint = did_you_mean(word, self.function.keywords)
                raise self.parser.problem(
                    "wrong-arguments",
                    f'{self.name} has no "{word}="',
                    keyword,
                    hint or f"called as {self.function.signature}",
                )
            if word in seen:
                raise self.parser.problem("wrong-arguments", f'"{word}=" is given twice', keyword)
            seen.add(word)
        return self

    def arg(self, index: int, *kinds: Kind) -> Expr:
        """The tree of an argument, which must be of one of `kinds` (any, if none is named)."""
        return self._of_kind(self.node.args[index], kinds)

    def _of_kind(self, node: ast.expr, kinds: tuple[Kind, ...]) -> Expr:
        tree = self.parser.lower(node)
        if kinds and tree.type.kind not in kinds:
            raise self.parser.problem(
                "type-mismatch",
                f"{self.name} takes {' or '.join(_nouns(kinds))}; this is "
                f"{build.describe(tree.type)}",
                node,
                f"called as {self.function.signature}",
            )
        return tree

    def keyword(self, word: str, *kinds: Kind) -> Expr | None:
        """The tree of a keyword argument, if it is given."""
        node = self.keyword_node(word)
        return None if node is None else self._of_kind(node, kinds)

    def keyword_node(self, word: str) -> ast.expr | None:
        """The node of a keyword argument, if it is given."""
        for keyword in self.node.keywords:
            if keyword.arg == word:
                return keyword.value
        return None

    def today(self) -> Expr:
        """The date of the run."""
        return Ref("today", DATE)

    def wrong(self, message: str, hint: str | None = None) -> GroupbuyError:
        """An error about the call as a whole."""
        return self.parser.problem("wrong-arguments", message, self.node, hint)


def _nouns(kinds: tuple[Kind, ...]) -> list[str]:
    words = {Kind.NUMBER: "a number", Kind.DATE: "a date", Kind.TEXT: "a text",
             Kind.CHOICES: "a many-valued choice", Kind.DATES: "a list of dates",
             Kind.CHOICE: "a choice", Kind.FLAG: "a condition"}  # fmt: skip
    return [words[kind] for kind in kinds]


# ── aggregates ─────────────────────────────────────────────────────────────────────────────────


def _tables(call: Call) -> dict[str, ast.expr]:
    """The tables whose columns the arguments read; inner aggregates read their own."""
    found: dict[str, ast.expr] = {}
    pending: list[ast.AST] = [*call.node.args, *(k.value for k in call.node.keywords)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            inner = FUNCTIONS.get(call.parser.raw(node.func))
            if inner is not None and _is_aggregate(inner, node):
                continue
            pending.extend([*node.args, *(k.value for k in node.keywords)])
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            table = call.parser.scope.table(call.parser.raw(node.value))
            if table is not None:
                found.setdefault(table[0], node.value)
            continue
        pending.extend(ast.iter_child_nodes(node))
    return found


def _is_aggregate(function: Function, node: ast.Call) -> bool:
    """Whether a call reads a table of its own; `max(orders.amount, 0)` has a value for each row."""
    if function.build is _extreme:
        return len(node.args) == 1
    return function.build in (_count, _aggregate)


def _one_table(call: Call) -> str:
    tables = _tables(call)
    if not tables:
        raise call.wrong(
            f"{call.name} needs a column of a table", f"called as {call.function.signature}"
        )
    if len(tables) > 1:
        raise call.parser.problem(
            "two-tables",
            f"{call.name} reads one table; here are {' and '.join(sorted(tables))}",
            next(iter(tables.values())),
            "aggregate one of them in a fact of its own",
        )
    return next(iter(tables))


def _inside(call: Call, table: str, value: ast.expr | None) -> tuple[Expr | None, Expr | None]:
    """Value and `where` of an aggregate, read with the table's row at hand."""
    outer, call.parser.rows = call.parser.rows, table
    try:
        where_node = call.keyword_node("where")
        where = None if where_node is None else call.parser.condition(where_node)
        return (None if value is None else call.parser.lower(value)), where
    finally:
        call.parser.rows = outer


def _count(call: Call) -> Expr:
    call.check()
    node = call.node.args[0]
    table = call.parser.scope.table(call.parser.raw(node)) if isinstance(node, ast.Name) else None
    if table is None:
        raise call.parser.problem(
            "wrong-arguments",
            "count takes a table",
            node,
            "count rows: count(orders, where=…); different values: distinct(orders.category)",
        )
    others = set(_tables(call)) - {table[0]}
    if others:
        raise call.wrong(f"count({table[0]}) can't read the columns of {' and '.join(others)}")
    _, where = _inside(call, table[0], None)
    return build.agg("count", table[0], None, where, COUNT)


def _aggregate(call: Call) -> Expr:
    call.check()
    table = _one_table(call)
    value, where = _inside(call, table, call.node.args[0])
    assert value is not None
    type = _result(call, table, value.type)
    return build.agg(call.name, table, value, where, type)


def _result(call: Call, table: str, value: Type) -> Type:
    name, kind = call.name, value.kind
    if name in ("any", "all"):
        if kind is not Kind.FLAG:
            raise call.wrong(
                f"{name} takes a condition on a table's columns",
                f"called as {call.function.signature}",
            )
        return FLAG
    if name == "distinct":
        return COUNT
    if name in ("first", "last"):
        found = call.parser.scope.table(table)
        if found is None or found[1].order is None:
            raise call.wrong(
                f"{table} has no order, so it has no {name} row",
                "give the table `order: date` in the lead model",
            )
        return replace(value, open=False)
    allowed = (Kind.NUMBER, Kind.DATE) if name in ("min", "max") else (Kind.NUMBER,)
    if kind not in allowed:
        raise call.wrong(f"{name} takes numbers; this is {build.describe(value)}")
    if name in ("min", "max"):
        return replace(value, open=False)
    if name == "sum":
        exact = value.exact and value.form == "integer"
        return replace(COMPUTED, form=value.form, exact=exact)
    return replace(COMPUTED, form="number" if value.form == "integer" else value.form)


def _extreme(call: Call) -> Expr:
    """`min` and `max`: of a table's column, or of several values."""
    call.check()
    if _tables(call) and (call.parser.rows is None or len(call.node.args) == 1):
        if len(call.node.args) > 1:
            raise call.wrong(f"{call.name} takes one column, or several plain values")
        return _aggregate(call)
    if call.node.keywords or len(call.node.args) < 2:
        raise call.wrong(
            f"{call.name} takes a table's column, or several values",
            f"called as {call.function.signature}",
        )
    parts = [call.arg(index, Kind.NUMBER, Kind.DATE) for index in range(len(call.node.args))]
    return build.smallest(parts) if call.name == "min" else build.largest(parts)


def _share(call: Call) -> Expr:
    call.check()
    value = call.arg(0, Kind.NUMBER)
    among_node = call.keyword_node("among")
    among = None if among_node is None else call.parser.condition(among_node)
    return build.over(
        "share",
        value,
        among,
        call.keyword("within"),
        replace(COMPUTED, form="percent", low=0.0, high=1.0),
    )


# ── single values ──────────────────────────────────────────────────────────────────────────────


def _known(call: Call) -> Expr:
    call.check()
    node = call.node.args[0]
    if isinstance(node, ast.Name):
        table = call.parser.scope.table(call.parser.raw(node))
        if table is not None:
            ref = Ref(table[0], TABLE)
            return build.known(ref) if call.name == "known" else build.missing(ref)
    value = call.arg(0)
    return build.known(value) if call.name == "known" else build.missing(value)


def _coalesce(call: Call) -> Expr:
    call.check()
    parts = [call.arg(index) for index in range(len(call.node.args))]
    build.join([part.type for part in parts])
    return build.coalesce(parts)


def _number(call: Call) -> Expr:
    call.check()
    value = call.arg(0, Kind.NUMBER)
    form = "integer" if call.name in ("floor", "ceil") else value.type.form
    exact = call.name in ("floor", "ceil") or (call.name == "abs" and value.type.exact)
    return build.strict(call.name, replace(value.type.computed(), form=form, exact=exact), value)


def _round(call: Call) -> Expr:
    call.check()
    value = call.arg(0, Kind.NUMBER)
    if len(call.node.args) == 1:
        whole = replace(value.type.computed(), exact=True)
        return build.strict("round", whole, value, build.number(0))
    digits = call.arg(1, Kind.NUMBER)
    if not (
        isinstance(digits, Lit)
        and isinstance(digits.value, float)
        and digits.value.is_integer()
        and abs(digits.value) <= MAX_DECIMALS
    ):
        raise call.wrong(
            f"round takes a whole number of decimals up to {MAX_DECIMALS}", "round(x, 2)"
        )
    return build.strict("round", value.type.computed(), value, digits)


def _not_positive(tree: Expr) -> bool:
    return isinstance(tree, Lit) and isinstance(tree.value, (int, float)) and tree.value <= 0


def _within(call: Call) -> Expr:
    call.check()
    value = call.arg(0, Kind.DATE)
    spans = [word for word in call.function.keywords if call.keyword_node(word) is not None]
    if len(spans) != 1:
        raise call.wrong(
            "within takes one span of time", "within(orders.date, months=12), days=… or years=…"
        )
    span = call.keyword(spans[0], Kind.NUMBER)
    assert span is not None
    if isinstance(span, Lit) and isinstance(span.value, (int, float)) and span.value <= 0:
        raise call.wrong(
            "within looks back over a span of time longer than 0", "within(date, days=30)"
        )
    _check_span(call, spans[0], span)
    today = call.today()
    if spans[0] == "days":
        start = build.strict("shift_days", DATE, today, build.negative(span))
    else:
        if spans[0] == "years":
            span = build.arithmetic("*", span, build.number(12))
        start = build.strict("shift_months", DATE, today, build.negative(span))
    return build.conjunction([build.compare("<", start, value), build.compare("<=", value, today)])


def _check_span(call: Call, word: str, span: Expr) -> None:
    """Refuse a written span that would be cut to whole units, or that takes in everything."""
    if not isinstance(span, Lit) or not isinstance(span.value, (int, float)):
        return
    units = span.value * (12 if word == "years" else 1)
    if units != int(units):
        raise call.wrong(
            f"within counts whole {'days' if word == 'days' else 'months'}; {word}={span.value:g} "
            "is none",
            "write days=45 for a month and a half",
        )
    if units > (_MOST_DAYS if word == "days" else _MOST_MONTHS):
        raise call.wrong(
            f"{word}={span.value:g} goes back more than a hundred years",
            "leave where=within(…) out",
        )


def _next(call: Call) -> Expr:
    call.check()
    return build.strict("next", DATE, call.arg(0, Kind.DATES), call.today())


def _days(call: Call) -> Expr:
    call.check()
    value, today = call.arg(0, Kind.DATE), call.today()
    ends = (value, today) if call.name.endswith("since") else (today, value)
    op = "months_between" if call.name.startswith("months") else "days_between"
    return build.strict(op, replace(COUNT, low=None), *ends)


def _calendar(call: Call) -> Expr:
    call.check()
    return build.strict(call.name, replace(COUNT, low=None), call.arg(0, Kind.DATE))


def _text_test(call: Call) -> Expr:
    call.check()
    value, part = call.arg(0, Kind.TEXT, Kind.CHOICE, Kind.CHOICES), call.arg(1, Kind.TEXT)
    if value.type.kind is Kind.CHOICES:
        raise call.wrong(
            f"{call.name} looks into texts",
            'for a word of a many-valued choice write "word" in field',
        )
    return build.text_test(call.name, value, part)


def _lower(call: Call) -> Expr:
    call.check()
    return build.strict("lower", TEXT, call.arg(0, Kind.TEXT))


def _length(call: Call) -> Expr:
    call.check()
    return build.strict("len", COUNT, call.arg(0, Kind.TEXT, Kind.CHOICES))


def _decay(call: Call) -> Expr:
    call.check()
    half_life = call.keyword("half_life", Kind.NUMBER)
    if half_life is None:
        raise call.wrong("decay needs a half-life", "decay(days_since(orders.date), half_life=90)")
    return build.strict(
        "decay", replace(COMPUTED, low=0.0, high=1.0), call.arg(0, Kind.NUMBER), half_life
    )


def _said(en: str, zh: str) -> Text:
    return Text.of(en=en, zh=zh)


_WHERE = ("where",)

FUNCTIONS: dict[str, Function] = {
    "count": Function(
        "count(orders, where=…)",
        _said("How many rows.", "有几行。"),
        _count,
        (1, 1),
        _WHERE,
    ),
    "sum": Function(
        "sum(orders.amount, where=…)",
        _said("The total; 0 where no row counts.", "合计；没有符合的行时为 0。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "mean": Function(
        "mean(orders.amount, where=…)",
        _said("The mean; none where no row counts.", "平均值；没有符合的行时不适用。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "min": Function(
        "min(orders.amount, where=…), min(a, b)",
        _said("The least: of a column, or of several values.", "最小值：一列里的，或几个值里的。"),
        _extreme,
        (1, 20),
        _WHERE,
    ),
    "max": Function(
        "max(orders.amount, where=…), max(a, b)",
        _said(
            "The greatest: of a column, or of several values.", "最大值：一列里的，或几个值里的。"
        ),
        _extreme,
        (1, 20),
        _WHERE,
    ),
    "std": Function(
        "std(orders.amount, where=…)",
        _said("The population's standard deviation.", "总体标准差。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "first": Function(
        "first(orders.amount, where=…)",
        _said("From the earliest row, by the table's order.", "按表的顺序取最早一行的值。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "last": Function(
        "last(orders.amount, where=…)",
        _said("From the latest row, by the table's order.", "按表的顺序取最近一行的值。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "any": Function(
        "any(orders.amount > 0, where=…)",
        _said("Whether the condition holds in some row.", "是否有一行符合条件。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "all": Function(
        "all(orders.amount > 0, where=…)",
        _said("Whether the condition holds in every row.", "是否每一行都符合条件。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "distinct": Function(
        "distinct(orders.category, where=…)",
        _said("How many different values.", "有几种不同的值。"),
        _aggregate,
        (1, 1),
        _WHERE,
    ),
    "share": Function(
        "share(x, within=owner, among=…)",
        _said(
            "A lead's part of the total of all leads (of its group).",
            "该客户占全部客户（或本组）合计的比例。",
        ),
        _share,
        (1, 1),
        ("within", "among"),
    ),
    "known": Function(
        "known(x)",
        _said("Whether there is a value.", "是否有值。"),
        _known,
        (1, 1),
    ),
    "missing": Function(
        "missing(x)",
        _said("Whether the value is unknown.", "是否还不知道。"),
        _known,
        (1, 1),
    ),
    "coalesce": Function(
        "coalesce(a, b, …)",
        _said("The first that has a value.", "依次取第一个有值的。"),
        _coalesce,
        (2, 20),
    ),
    "abs": Function(
        "abs(x)",
        _said("Without its sign.", "去掉正负号。"),
        _number,
        (1, 1),
    ),
    "round": Function(
        "round(x, 2)",
        _said("Rounded, halves away from zero.", "四舍五入。"),
        _round,
        (1, 2),
    ),
    "floor": Function(
        "floor(x)",
        _said("The whole number at or below.", "不大于它的整数。"),
        _number,
        (1, 1),
    ),
    "ceil": Function(
        "ceil(x)",
        _said("The whole number at or above.", "不小于它的整数。"),
        _number,
        (1, 1),
    ),
    "within": Function(
        "within(date, months=12)",
        _said(
            "Whether a date lies in the span up to today; days=, months= or years=.",
            "日期是否在截至今天的一段时间内；用 days=、months= 或 years=。",
        ),
        _within,
        (1, 1),
        ("days", "months", "years"),
    ),
    "next": Function(
        "next(dates)",
        _said(
            "The first of a setting's dates that is not past.",
            "参数列出的日期中，最近一个还没过去的。",
        ),
        _next,
        (1, 1),
    ),
    "days_since": Function(
        "days_since(date)",
        _said("Days from the date to today.", "从该日期到今天有几天。"),
        _days,
        (1, 1),
    ),
    "days_until": Function(
        "days_until(date)",
        _said("Days from today to the date.", "从今天到该日期还有几天。"),
        _days,
        (1, 1),
    ),
    "months_since": Function(
        "months_since(date)",
        _said("Complete months from the date to today.", "从该日期到今天满几个月。"),
        _days,
        (1, 1),
    ),
    "year": Function(
        "year(date)",
        _said("The calendar year.", "年份。"),
        _calendar,
        (1, 1),
    ),
    "month": Function(
        "month(date)",
        _said("The month, 1 to 12.", "月份，1 到 12。"),
        _calendar,
        (1, 1),
    ),
    "contains": Function(
        'contains(text, "part")',
        _said("Whether the text has the part in it.", "文字里是否含有这一段。"),
        _text_test,
        (2, 2),
    ),
    "startswith": Function(
        'startswith(text, "part")',
        _said("Whether the text begins with the part.", "文字是否以这一段开头。"),
        _text_test,
        (2, 2),
    ),
    "endswith": Function(
        'endswith(text, "part")',
        _said("Whether the text ends with the part.", "文字是否以这一段结尾。"),
        _text_test,
        (2, 2),
    ),
    "lower": Function(
        "lower(text)",
        _said("In small letters.", "转成小写字母。"),
        _lower,
        (1, 1),
    ),
    "len": Function(
        "len(x)",
        _said(
            "How many characters of a text, or words of a many-valued choice.",
            "文字有几个字，或多选选了几项。",
        ),
        _length,
        (1, 1),
    ),
    "decay": Function(
        "decay(days, half_life=90)",
        _said("1 halved every half-life.", "每过一个半衰期减半，从 1 开始。"),
        _decay,
        (1, 1),
        ("half_life",),
    ),
}
