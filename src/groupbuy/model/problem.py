"""What is wrong with one value, before anybody knows where it stands."""

from __future__ import annotations

from collections.abc import Callable

NOT_KNOWN = frozenset(
    {"-", "--", "/", "?", "n/a", "na", "null", "none", "nil", "nan", "tbd", "unknown", "#n/a"}
    | {"未知", "不详", "不清楚", "待定", "待确认", "暂无", "无", "空"}
)
"""Words with which people say that they don't know; refused with the hint to leave a blank."""


class ValueProblem(Exception):  # noqa: N818 - a problem without a place, as `Problem` has one
    """A value that can't be read: a stable code, a message in plain words, and a hint."""

    def __init__(
        self, code: str, message: str, hint: str | Callable[[], str | None] | None = None
    ) -> None:
        """Keep the three; the caller adds the place and raises or collects a `Problem`.

        A hint that takes long to find is given as the function that finds it.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self._hint = hint

    @property
    def hint(self) -> str | None:
        """What mends it."""
        return self._hint() if callable(self._hint) else self._hint
