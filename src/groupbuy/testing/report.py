"""What was checked of a plugin, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and all that is wrong with it."""

    what: str
    failures: tuple[str, ...] = ()


@dataclass
class Report:
    """All checks of one plugin; `seconds` is how long its import took in a new process."""

    plugin: str
    seconds: float | None = None
    checks: list[Check] = field(default_factory=list)

    def add(self, what: str, failures: Iterable[str] = ()) -> None:
        """Note a check; the same failure is told once."""
        self.checks.append(Check(what, tuple(dict.fromkeys(failures))))

    @property
    def failures(self) -> list[str]:
        """Everything that is wrong, one line each."""
        return [f"{check.what}: {each}" for check in self.checks for each in check.failures]

    def __str__(self) -> str:
        """The plugin, how long its import took, and a line for each check and failure."""
        took = "" if self.seconds is None else f", imported in {self.seconds * 1000:.0f} ms"
        lines = [f"{self.plugin}{took}"]
        for check in self.checks:
            lines.append(f"{'✗' if check.failures else '✓'} {check.what}")
            lines += [f"    {failure}" for failure in check.failures]
        return "\n".join(lines)
