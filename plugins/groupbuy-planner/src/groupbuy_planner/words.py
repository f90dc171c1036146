"""What people read of a plan, in their language (`data/words.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from groupbuy.api.commands import read_source, read_yaml

FILE = Path(__file__).parent / "data" / "words.yaml"


@cache
def all_words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Group → key → language → text."""
    data: Any = read_yaml(read_source(FILE)).data()
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = data
    return found


def say(group: str, key: str, lang: str, **facts: object) -> str:
    """A text with its facts filled in."""
    text = all_words()[group][key][lang]
    return text.format(**facts) if facts else text


def hours(minutes: int) -> str:
    """Minutes as hours: 90 → 1.5."""
    return f"{round(minutes / 60, 1):g}"


def yuan(worth: float) -> str:
    """An amount as people read it."""
    return f"¥{worth:,.0f}"
