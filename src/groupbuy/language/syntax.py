"""Expressions as Python sees them, for what looks at their shape before they are checked."""

from __future__ import annotations

import ast
import warnings

LONGEST = 4_000
"""Characters; the language takes no more."""


def python_of(text: str) -> ast.expr | None:
    """The Python expression of a text; none where it is none, or one that Python frowns at."""
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        return None
