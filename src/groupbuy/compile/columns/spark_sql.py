"""Expressions of the column back end as Spark SQL text.

narwhals makes a call to the Java virtual machine for every operation of an expression, several of
them for each; a rule set of a few hundred rules takes minutes to plan. Spark reads the same
expressions as text in one call for each column. The text also says what Spark does otherwise than
other engines: `floor` gives a whole number of 64 bits there, which large numbers leave.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw

from groupbuy.errors import GroupbuyError, Problem

WHOLE = 2.0**52
"""From here on every float is a whole number."""
TYPES: dict[Any, str] = {
    nw.Float64: "DOUBLE",
    nw.Int64: "BIGINT",
    nw.Boolean: "BOOLEAN",
    nw.String: "STRING",
}


def select(frame: Any, carried: Sequence[str], made: Mapping[str, nw.Expr]) -> Any:
    """`frame.select(*carried, **made)` on any engine; on Spark by way of text."""
    if not on_spark(frame):
        return frame.select(*carried, **made)
    texts = [*map(name, carried), *(f"{sql(e)} AS {name(n)}" for n, e in made.items())]
    return nw.from_native(nw.to_native(frame).selectExpr(*texts))


def filtered(frame: Any, test: nw.Expr) -> Any:
    """`frame.filter(test)` on any engine.

    Spark pushes a filter down through every stage, and puts what columns stand for in the place
    of their names; a rule set of forty stages then fills any memory. It does not push one through
    a column that is numbered as it goes.
    """
    if not on_spark(frame):
        return frame.filter(test)
    placed = nw.to_native(frame).selectExpr("*", "MONOTONICALLY_INCREASING_ID() AS _place")
    return nw.from_native(placed.where(f"{sql(test)} AND _place >= 0").drop("_place"))


def repeated(frame: Any, number: str, times: int) -> Any:
    """Every row so many times, with a column that counts them from 0."""
    if not on_spark(frame):
        rows = [frame.with_columns(**{number: nw.lit(n).cast(nw.Int64)}) for n in range(times)]
        return nw.concat(rows, how="vertical")
    # A union would plan, and read, the frame as many times.
    count = f"EXPLODE(SEQUENCE(0L, {times - 1}L)) AS {name(number)}"
    return nw.from_native(nw.to_native(frame).selectExpr("*", count))


def used_twice(frame: Any) -> Any:
    """A frame that is joined to what is worked out from it.

    Spark's plan holds such a frame twice, and one more stage doubles it again. A checkpoint ends
    the plan; its rows stay with the executors, or in the checkpoint folder where there is one.
    """
    if not on_spark(frame):
        return frame
    native = nw.to_native(frame)
    if frame.implementation.is_pyspark() and native.sparkSession.sparkContext.getCheckpointDir():
        return nw.from_native(native.checkpoint(eager=False))
    return nw.from_native(native.localCheckpoint(eager=False))


def on_spark(frame: Any) -> bool:
    """Whether a frame is one of Spark's."""
    found: nw.Implementation = frame.implementation
    return found.is_pyspark() or found.is_pyspark_connect()


def sql(expr: Any) -> str:
    """The text of an expression, in brackets where it needs them."""
    if not isinstance(expr, nw.Expr):
        return literal(expr)
    text = ""
    for node in expr._nodes:
        if node.name in SOURCES:
            text = SOURCES[node.name](node)
        elif node.name in STEPS:
            text = STEPS[node.name](text, node)
        else:
            raise GroupbuyError(
                Problem(
                    "not-in-columns",
                    f"{node.name}(…) has no expression on Spark",
                    None,
                    "use --engine columns",
                )
            )
    return text


def name(column: str) -> str:
    """A column's name."""
    return "`" + column.replace("`", "``") + "`"


def literal(value: Any, dtype: Any = None) -> str:
    """A constant."""
    if value is None:
        return f"CAST(NULL AS {TYPES[dtype]})" if dtype is not None else "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if dtype is nw.Float64:
        value = float(value)
    if isinstance(value, float):
        # Spark reads a text for what has no digits.
        return f"{value!r}D" if math.isfinite(value) else f"CAST('{value}' AS DOUBLE)"
    if isinstance(value, int):
        return f"{value}L" if dtype is nw.Int64 else str(value)
    assert isinstance(value, str), value
    if "'" in value or "\\" in value:
        # How Spark reads these depends on its settings; bytes are bytes.
        return f"CAST(X'{value.encode().hex()}' AS STRING)"
    return f"'{value}'"


# ── where an expression begins ─────────────────────────────────────────────────────────────────


def _when(node: Any) -> str:
    arms = []
    while True:
        test, value, *rest = node.exprs
        arms.append(f"WHEN {sql(test)} THEN {sql(value)}")
        if not rest:
            return f"CASE {' '.join(arms)} END"
        (other,) = rest
        nodes = other._nodes if isinstance(other, nw.Expr) else ()
        if len(nodes) != 1 or nodes[0].name != "when_then":
            return f"CASE {' '.join(arms)} ELSE {sql(other)} END"
        (node,) = nodes


def _all(node: Any) -> str:
    return _joined(" AND ", [sql(expr) for expr in node.exprs])


def _joined(between: str, texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"({between.join(texts)})"


def _call(function: str, *texts: str) -> str:
    return f"{function}({', '.join(texts)})"


SOURCES: dict[str, Callable[[Any], str]] = {
    "col": lambda node: name(node.kwargs["names"][0]),
    "lit": lambda node: literal(node.kwargs["value"], node.kwargs["dtype"]),
    "when_then": _when,
    "all_horizontal": _all,
    "coalesce": lambda node: _call("COALESCE", *map(sql, node.exprs)),
    "concat_str": lambda node: _call(
        "CONCAT_WS", literal(node.kwargs["separator"]), *map(sql, node.exprs)
    ),
}


# ── what is done to it ─────────────────────────────────────────────────────────────────────────


def _binary(sign: str) -> Callable[[str, Any], str]:
    return lambda text, node: f"({text} {sign} {sql(node.exprs[0])})"


def _function(function: str) -> Callable[[str, Any], str]:
    return lambda text, node: _call(function, text, *map(sql, node.exprs))


def _floor(text: str, node: Any) -> str:
    whole = f"CAST(FLOOR({text}) AS DOUBLE)"
    return f"CASE WHEN ABS({text}) < {WHOLE!r}D THEN {whole} ELSE {text} END"


def _part_replaced(text: str, node: Any) -> str:
    """A text with another put in the place of a part."""
    assert node.kwargs["literal"], "patterns differ from engine to engine"
    return _call("REPLACE", text, literal(node.kwargs["pattern"]), *map(sql, node.exprs))


def _over(text: str, node: Any) -> str:
    return f"{text} OVER (PARTITION BY {', '.join(map(name, node.kwargs['partition_by']))})"


STEPS: dict[str, Callable[[str, Any], str]] = {
    "__add__": _binary("+"),
    "__sub__": _binary("-"),
    "__mul__": _binary("*"),
    "__truediv__": _binary("/"),
    "__and__": _binary("AND"),
    "__or__": _binary("OR"),
    "__lt__": _binary("<"),
    "__le__": _binary("<="),
    "__gt__": _binary(">"),
    "__ge__": _binary(">="),
    "__eq__": _binary("="),
    "__invert__": lambda text, node: f"(NOT {text})",
    "alias": lambda text, node: text,
    "cast": lambda text, node: f"CAST({text} AS {TYPES[node.kwargs['dtype']]})",
    "is_null": lambda text, node: f"({text} IS NULL)",
    "is_in": lambda text, node: f"({text} IN ({', '.join(map(literal, node.kwargs['other']))}))",
    "fill_null": _function("COALESCE"),
    "abs": _function("ABS"),
    "floor": _floor,
    "exp": _function("EXP"),
    "min": _function("MIN"),
    "max": _function("MAX"),
    "over": _over,
    "str.to_lowercase": _function("LOWER"),
    "str.len_chars": _function("CHAR_LENGTH"),
    "str.replace_all": _part_replaced,
    "str.contains": _function("CONTAINS"),
    "str.starts_with": _function("STARTSWITH"),
    "str.ends_with": _function("ENDSWITH"),
}
