"""How a text becomes terms to search for, in Python for the index and in JavaScript for a query.

English words stand between blanks. Chinese text has none: each character and each pair of
neighbours is a term of the index, and a query is cut in pairs, so that 现有客户 is found wherever
现有, 有客 and 客户 stand. No dictionary is needed, and no server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

CHINESE = "\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{CHINESE}]+|[^\\W{CHINESE}]+")
_CHINESE = re.compile(f"[{CHINESE}]")

SPLIT_QUERY = f"""
var splitQuery = (query) =>
  (query.match(/[{CHINESE}]+|(?:(?![{CHINESE}])[\\p{{L}}\\p{{N}}_])+/gu) || []).flatMap((run) =>
    /[{CHINESE}]/.test(run) && run.length > 1
      ? [...run].slice(1).map((second, n) => run[n] + second)
      : [run]);
"""
"""The function that Sphinx's search calls with what somebody typed."""


def terms(text: str) -> Iterator[str]:
    """Words, Chinese characters and pairs of them."""
    for run in _RUN.findall(text):
        if _CHINESE.match(run):
            yield from run
            yield from (first + second for first, second in pairwise(run))
        else:
            yield run
