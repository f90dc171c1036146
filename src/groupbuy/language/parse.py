"""Text → tree. Python's own parser reads the text; an allow-list of its nodes becomes the tree.

Nothing of the author's text is ever executed. Each refusal names what is not part of the language,
where it stands, and what to write instead.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.language import slips
from groupbuy.language.external import call_external
from groupbuy.language.functions import FUNCTIONS, Call
from groupbuy.language.scope import Scope
from groupbuy.source.limits import Limits, current
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.nodes import Col, Expr, Lit
from groupbuy.tree.types import Kind

_DATE = re.compile(r"(?<![\w.])[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![\w.])")
MAX_DIGITS = 15

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip

REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Pow: ("** is not part of the language", "multiply: x * x"),
    ast.Tuple: ("a comma can't stand here", "write numbers without separators: 1000; a list in "
                "square brackets: [\"a\", \"b\"]"),
    ast.Lambda: ("functions can't be defined here", "put the value under facts:"),
    ast.Dict: ("braces have no meaning here", "a list is written [\"a\", \"b\"]"),
    ast.Set: ("braces have no meaning here", "a list is written [\"a\", \"b\"]"),
    ast.ListComp: ("loops are not part of the language", "aggregate a table: "
                   "count(orders, where=orders.amount > 0)"),
    ast.GeneratorExp: ("loops are not part of the language", "aggregate a table: "
                       "any(orders.amount > 0)"),
    ast.NamedExpr: ("a value can't be named inside an expression", "put it under facts:"),
    ast.Subscript: ("[…] behind a name is not part of the language",
                    "use first(…), last(…), or where="),
    ast.JoinedStr: ("formatted texts are not part of the language",
                    "texts under because: and do: quote facts as {name}"),
    ast.Starred: ("* in front of a value has no meaning here", ""),
    ast.Is: ("`is` is not part of the language", "use == or known(…), missing(…)"),
    ast.IsNot: ("`is not` is not part of the language", "use != or known(…), missing(…)"),
    ast.BitAnd: ("& is not part of the language", "use and"),
    ast.BitOr: ("| is not part of the language", "use or"),
    ast.BitXor: ("^ is not part of the language", "use != between two conditions"),
    ast.Invert: ("~ is not part of the language", "use not"),
    ast.MatMult: ("@ is not part of the language", ""),
    ast.LShift: ("<< is not part of the language", ""),
    ast.RShift: (">> is not part of the language", ""),
    ast.SetComp: ("loops are not part of the language", "aggregate a table: "
                  "distinct(orders.category)"),
    ast.DictComp: ("loops are not part of the language", "aggregate a table: "
                   "distinct(orders.category)"),
    ast.Await: ("await is not part of the language", ""),
    ast.Yield: ("yield is not part of the language", ""),
    ast.YieldFrom: ("yield is not part of the language", ""),
}  # fmt: skip


class Parser:
    """Turns one text into a tree. Lives as long as the text."""

    def __init__(
        self,
        text: str,
        scope: Scope,
        place: Callable[[int], Location],
        rows: str | None,
        limits: Limits,
    ) -> None:
        """`place` finds a character of `text` in its file; `rows` is the table at hand."""
        self.text, self.scope, self.place = text, scope, place
        self.rows = rows
        self.limits = limits
        self.depth = 0
        # The middle of `a < b < c` stands in two comparisons and is lowered once.
        self.done: dict[ast.expr, Expr] = {}
        self._line_starts = [0]
        for line in text.split("\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)

    # ── problems ──

    def problem(
        self, code: str, message: str, node: ast.AST | int, hint: str | None = None
    ) -> GroupbuyError:
        """An error at a node, or at a character of the text."""
        start, length = node if isinstance(node, int) else self.span(node)[0], 1
        if isinstance(node, ast.AST):
            length = max(1, self.span(node)[1] - start)
        return GroupbuyError(Problem(code, message, self.place(start), hint or None, length))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """First character of a node and the one behind its last (ast counts UTF-8 bytes)."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", line)
        return (
            self._character(line, getattr(node, "col_offset", 0)),
            self._character(end_line, getattr(node, "end_col_offset", 0)),
        )

    def _character(self, line: int, byte: int) -> int:
        start = self._line_starts[line - 1]
        text = self.text[start:].split("\n", 1)[0]
        return start + len(text.encode()[:byte].decode(errors="ignore"))

    # ── reading ──

    def date(self) -> Expr | None:
        """A text that is nothing but a date is that date, with or without quotes."""
        text = self.text.strip()
        if not _DATE.fullmatch(text):
            return None
        try:
            return build.day(date.fromisoformat(text).toordinal())
        except ValueError:
            raise self.problem(
                "bad-date", f"{text} is not a date", self.text.index(text), "write it as 2026-01-31"
            ) from None

    def read(self) -> ast.expr:
        """The Python expression; problems of the text as a whole are found here."""
        text = self.text
        most = self.limits.expression_length
        if len(text) > most:
            raise self.problem(
                "expression-too-long",
                f"an expression of {len(text)} characters; the limit is {most}",
                0,
                self.limits.hint("expression_length", "cut it into facts"),
            )
        if not text.strip():
            raise self.problem("empty-expression", "an expression is missing here", 0)
        self._check_signs(text)
        try:
            with warnings.catch_warnings():
                # What Python only frowns at (`1if x`, `0xfor x`) is a slip.
                warnings.simplefilter("error")
                return ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise self._syntax_problem(self._stumbled(error), error) from None
        except (ValueError, RecursionError, MemoryError):
            raise self.problem(
                "bad-expression",
                "this can't be read as an expression",
                0,
                "it may be nested too deeply: cut it into facts",
            ) from None

    def _check_signs(self, text: str) -> None:
        at = slips.first_full_width(text)
        if at is not None:
            sign = text[at]
            raise self.problem(
                "full-width-sign",
                f"{sign} (U+{ord(sign):04X}, {unicodedata.name(sign, '?')}) is a full-width sign",
                at,
                f"write: {slips.corrected(text)}",
            )
        word = slips.first_word(text)
        if word is not None:
            raise self.problem(
                "unknown-operator",
                f"{word[1]} is not part of the language",
                word[0],
                f"write: {slips.corrected(text)}",
            )
        at = slips.first_comment_or_escape(text)
        if at is not None:
            raise self._stray(at)
        bare = _DATE.search(slips.without_strings(text))
        if bare is not None:
            raise self.problem(
                "bad-date",
                f"{bare[0]} would be read as a subtraction",
                bare.start(),
                f'write dates in quotes: "{bare[0]}"',
            )
        for at, char in enumerate("" if text.isprintable() else text):
            if not char.isprintable() and char not in "\n\t":
                raise self.problem(
                    "invisible-character",
                    f"an invisible character U+{ord(char):04X} stands here",
                    at,
                    "delete it",
                )

    def _stray(self, at: int) -> GroupbuyError:
        """A comment, which would silently drop what follows, or a backslash."""
        if self.text[at] == "#":
            return self.problem(
                "not-in-language",
                "# begins a comment, and what stands behind it would not count",
                at,
                "write the remark behind a # of the file, or under because:",
            )
        return self.problem(
            "not-in-language",
            "\\ has no meaning here",
            at,
            "a text in single quotes may hold double ones, and the other way round",
        )

    def _stumbled(self, error: SyntaxError) -> int:
        """The character at which Python gave up; it says 0 where something is missing behind."""
        last = len(self.text.rstrip()) - 1
        if not error.offset or error.offset < 0:
            return last
        return min(self._character(error.lineno or 1, 0) + error.offset - 1, last)

    def _syntax_problem(self, at: int, error: SyntaxError) -> GroupbuyError:
        mended = slips.corrected(self.text)
        hint = None
        if mended != self.text.strip():
            try:
                ast.parse(mended, mode="eval")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass
            else:
                hint = f"did you mean: {mended}"
        message = "this can't be read as an expression"
        if self.text[at : at + 2] in ("=>", "=<") or self.text[at - 1 : at + 1] in ("=>", "=<"):
            message = "at least is written >=, at most <="
        elif self.text[at - 1 : at + 1] == "==":
            if not self.text[at + 1 :].strip():
                message = "something is missing behind =="
        elif self.text[at : at + 1] == "=" or "'=='" in (error.msg or ""):
            message = "= sets a value; a comparison is written =="
        elif "was never closed" in (error.msg or ""):
            message = f"{self.text[at]} is never closed"
        elif "unterminated string" in (error.msg or ""):
            message = "a quote is never closed"
        elif "leading zeros" in (error.msg or ""):
            message = "a number can't start with 0 here"
        return self.problem("bad-expression", message, at, hint)

    # ── lowering ──

    def lower(self, node: ast.expr) -> Expr:
        """The tree of a node."""
        found = self.done.get(node)
        if found is not None:
            return found
        self.depth += 1
        try:
            if self.depth > self.limits.expression_nesting:
                raise self.problem(
                    "expression-too-deep",
                    f"nested more than {self.limits.expression_nesting} deep",
                    node,
                    self.limits.hint("expression_nesting", "cut it into facts"),
                )
            lower = self._LOWER.get(type(node))
            if lower is None:
                raise self.refuse(node, node)
            found = lower(self, node)
            self.done[node] = found
            return found
        except Misfit as misfit:
            raise self.problem(misfit.code, misfit.message, node, misfit.hint) from None
        finally:
            self.depth -= 1

    def refuse(self, kind: ast.AST, at: ast.AST) -> GroupbuyError:
        """What is not part of the language, by name."""
        message, hint = REFUSED.get(
            type(kind), (f"{type(kind).__name__} is not part of the language", "")
        )
        mended = slips.corrected(self.text)
        if isinstance(kind, ast.Tuple) and slips.grouped_number(self.text):
            hint = f"write numbers without separators: {mended}"
        return self.problem("not-in-language", message, at, hint)

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        start, end = self.span(node)
        raw = self.text[start:end]
        if isinstance(value, bool):
            return build.flag(value)
        if isinstance(value, (int, float)):
            return self._number(node, value, raw)
        if isinstance(value, str):
            if raw[:1] not in "\"'" or raw.count(raw[0]) != 2 or raw[0] != raw[-1]:
                raise self.problem(
                    "not-in-language",
                    "a text is written once, in plain quotes",
                    node,
                    "put a comma between two texts, and nothing before the first quote",
                )
            return build.text(unicodedata.normalize("NFC", value))
        if value is None:
            raise self.problem(
                "not-in-language",
                "None is not a value of the language",
                node,
                "ask for it: missing(…), known(…)",
            )
        raise self.problem("not-in-language", f"{raw} is not a value of the language", node)

    def _number(self, node: ast.Constant, value: float, raw: str) -> Expr:
        if not raw.replace(".", "", 1).isdigit() or not raw.isascii():
            raise self.problem(
                "bad-number",
                f"{raw} is not a number as people write it",
                node,
                "write digits and one point: 1200.5",
            )
        if raw[:1] == "0" and raw[1:].isdigit():
            raise self.problem(
                "bad-number",
                f"{raw} is not a number as people write it",
                node,
                "write numbers without separators: 1000",
            )
        if len(raw.split(".")[0]) > MAX_DIGITS or len(raw) > 40:
            raise self.problem("number-too-large", f"more than {MAX_DIGITS} digits", node)
        return build.number(float(value))

    def _name(self, node: ast.Name) -> Expr:
        name = self.raw(node)
        found = self.scope.value(name)
        if found is not None:
            return found
        table = self.scope.table(name)
        if table is not None:
            raise self.problem(
                "table-as-value",
                f"{name} is a table, not a value",
                node,
                f"count its rows: count({name}); or aggregate a column",
            )
        if name in FUNCTIONS:
            raise self.problem("unknown-name", f"{name} is a function", node, f"call it: {name}(…)")
        raise self.problem(
            "unknown-name", f'nothing is called "{name}"', node, self.suggestion(name)
        )

    def raw(self, node: ast.AST) -> str:
        """The text of a node as the author wrote it, composed (NFC) and not folded further."""
        start, end = self.span(node)
        return unicodedata.normalize("NFC", self.text[start:end])

    def suggestion(self, name: str) -> str | None:
        """Did you mean another name, or a word in quotes?"""
        if name in ("true", "false"):
            return f"write {name.capitalize()}"
        if name in ("null", "none", "nil"):
            return "ask for it: missing(…), known(…)"
        return did_you_mean(name, self.scope.names()) or (
            'a word is written in quotes: "…"' if not name.isascii() else None
        )

    def _attribute(self, node: ast.Attribute) -> Expr:
        if not isinstance(node.value, ast.Name):
            raise self.problem("not-in-language", "a dot joins a table and its column, once", node)
        table_name = self.raw(node.value)
        start, end = self.span(node)
        written = self.text[start:end].rpartition(".")[2].strip()
        column_name = unicodedata.normalize("NFC", written)
        table = self.scope.table(table_name)
        if table is None:
            known = self.scope.value(table_name) is not None
            message = (
                f"{table_name} is a value and has no columns"
                if known
                else f'no table is called "{table_name}"'
            )
            hint = None if known else did_you_mean(table_name, self.scope.names())
            raise self.problem("unknown-name", message, node.value, hint)
        column = self.scope.column(table[0], column_name)
        if column is None:
            columns = [name for name, _ in table[1].columns]
            raise self.problem(
                "unknown-name",
                f'{table_name} has no column "{column_name}"',
                node,
                did_you_mean(column_name, columns) or f"it has: {', '.join(columns)}",
            )
        if self.rows != table[0]:
            raise self.problem(
                "column-outside-rows",
                f"{table_name}.{column_name} is a column: one value for each row",
                node,
                f"aggregate it: sum({table_name}.{column_name}), last(…), any(…)"
                if self.rows is None
                else "one aggregate reads one table",
            )
        return Col(table[0], column[0], column[1])

    def _bool_op(self, node: ast.BoolOp) -> Expr:
        parts = [self.condition(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return build.conjunction(parts)
        return build.disjunction(parts)

    def condition(self, node: ast.expr) -> Expr:
        """The tree of a node that must be true or false; the place is the node's own."""
        tree = self.lower(node)
        try:
            return build.condition(tree)
        except Misfit as misfit:
            raise self.problem(misfit.code, misfit.message, node, misfit.hint) from None

    def _unary_op(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return build.negation(self.condition(node.operand))
        if isinstance(node.op, ast.USub):
            return build.negative(self.lower(node.operand))
        if isinstance(node.op, ast.UAdd):
            return self.lower(node.operand)
        raise self.refuse(node.op, node)

    def _bin_op(self, node: ast.BinOp) -> Expr:
        op = ARITHMETIC.get(type(node.op))
        if op is None:
            raise self.refuse(node.op, node)
        return build.arithmetic(op, self.lower(node.left), self.lower(node.right))

    def _compare(self, node: ast.Compare) -> Expr:
        parts = []
        left_node = node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            parts.append(self._one_comparison(op, left_node, right_node, node))
            left_node = right_node
        return build.conjunction(parts)

    def _one_comparison(
        self, op: ast.cmpop, left: ast.expr, right: ast.expr, whole: ast.expr
    ) -> Expr:
        if isinstance(op, (ast.In, ast.NotIn)):
            tree = self._membership(left, right)
            return build.negation(tree) if isinstance(op, ast.NotIn) else tree
        word = COMPARISONS.get(type(op))
        if word is None:
            raise self.refuse(op, whole)
        a, b = self.lower(left), self.lower(right)
        return build.compare(
            word, self._translated(a, b, left, right), self._translated(b, a, right, left)
        )

    def _translated(self, value: Expr, other: Expr, at: ast.expr, beside: ast.expr) -> Expr:
        """A word beside a choice: its title or alias becomes the proper word."""
        if other.type.kind not in (Kind.CHOICE, Kind.CHOICES):
            return value
        if not (isinstance(value, Lit) and isinstance(value.value, str)):
            return value
        if value.value in other.type.values:
            return value
        proper = self.scope.word(self.raw(beside), value.value)
        if proper is not None:
            return build.text(proper)
        if other.type.kind is Kind.CHOICE:
            raise self.problem(
                "unknown-word",
                f'"{value.value}" is none of the words of {self.raw(beside)}',
                at,
                did_you_mean(value.value, other.type.values)
                or f"one of: {', '.join(other.type.values)}",
            )
        return value

    def _membership(self, left: ast.expr, right: ast.expr) -> Expr:
        if isinstance(right, ast.List):
            value = self.lower(left)
            items: list[Lit] = []
            for item in right.elts:
                lowered = self._translated(self.lower(item), value, item, left)
                if not isinstance(lowered, Lit):
                    raise self.problem(
                        "not-in-language",
                        "a list holds words and numbers, nothing computed",
                        item,
                        "use == and or",
                    )
                items.append(lowered)
            if not items:
                raise self.problem("empty-list", "nothing is in an empty list", right)
            return build.one_of(value, items)
        words = None if isinstance(right, (ast.Constant, ast.Tuple)) else self.lower(right)
        if words is None or words.type.kind is not Kind.CHOICES:
            raise self.problem(
                "not-in-language",
                "behind `in` stands a list, or a many-valued choice",
                right,
                'write a list in square brackets: in ["a", "b"]; ask for a part of a text with '
                'contains(…, "…")',
            )
        word = self._translated(self.lower(left), words, left, right)
        if not (isinstance(word, Lit) and isinstance(word.value, str)):
            raise self.problem(
                "not-in-language",
                "before `in` stands one word here",
                left,
                f'"{words.type.values[0]}" in …' if words.type.values else None,
            )
        return build.has(words, word)

    def _if(self, node: ast.IfExp) -> Expr:
        test = self.condition(node.test)
        value, default = self.lower(node.body), self.lower(node.orelse)
        build.join([value.type, default.type])  # also where a constant condition drops one
        return build.case([(test, value)], default)

    def _call(self, node: ast.Call) -> Expr:
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            return self._external(node, node.func)
        if not isinstance(node.func, ast.Name):
            raise self.problem(
                "not-in-language",
                "only the listed functions can be called",
                node,
                'for a part of a text use contains(…, "…")',
            )
        name = self.raw(node.func)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.problem(
                "unknown-function",
                f'no function is called "{name}"',
                node.func,
                did_you_mean(unicodedata.normalize("NFKC", name), FUNCTIONS),
            )
        return function.build(Call(self, node, name, function))

    def _external(self, node: ast.Call, func: ast.Attribute) -> Expr:
        name = "".join(self.raw(func).split())
        external = self.scope.function(name)
        if external is None:
            why = self.scope.no_function(name)
            if why is None and self.scope.table(name.partition(".")[0]) is not None:
                why = 'for a part of a text use contains(…, "…")'
            raise self.problem("unknown-function", f'no function is called "{name}"', func, why)
        return call_external(self, node, external)

    def _list(self, node: ast.List) -> Expr:
        raise self.problem("not-in-language", "a list can only stand behind `in`", node)

    _LOWER: ClassVar[dict[type[ast.expr], Callable[[Parser, Any], Expr]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.BoolOp: _bool_op,
        ast.UnaryOp: _unary_op,
        ast.BinOp: _bin_op,
        ast.Compare: _compare,
        ast.IfExp: _if,
        ast.Call: _call,
        ast.List: _list,
    }


def parse(
    text: str,
    scope: Scope,
    place: Callable[[int], Location],
    rows: str | None = None,
    limits: Limits | None = None,
) -> Expr:
    """The tree of an expression.

    `place` gives the place in the file of the character at an offset of `text`. With `rows`, the
    columns of that table stand for their value in the row at hand; `limits` stand for those in
    force. Raises `GroupbuyError`.
    """
    # A text over several lines (a YAML block) is one expression.
    text = text.replace("\n", " ").replace("\t", " ")
    # Python takes a space in front for an indent.
    spaces = len(text) - len(text.lstrip(" ")) if text.strip() else 0
    parser = Parser(text[spaces:], scope, lambda at: place(at + spaces), rows, limits or current())
    return parser.date() or parser.lower(parser.read())
