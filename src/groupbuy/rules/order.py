"""An order in which everything stands behind what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


class CircleError(Exception):
    """Names that wait for each other: `path` begins with the one that its last one reads."""

    def __init__(self, path: list[str]) -> None:
        """`path` has each name once."""
        self.path = path
        super().__init__(" → ".join(path))


def in_order(
    roots: Iterable[str], reads: Callable[[str], Iterable[str]], *, circles: bool = False
) -> Iterator[str]:
    """The roots and all that they read, each once and behind what it reads.

    Without recursion, so that a chain may be as long as it likes. Raises `CircleError`; with
    `circles` a name that is still waiting is passed over instead.
    """
    done: set[str] = set()
    for root in roots:
        waiting: dict[str, Iterator[str]] = {}
        coming: str | None = root
        while coming is not None or waiting:
            if coming is None:
                name = next(reversed(waiting))
            elif coming in done:
                coming = None
                continue
            elif coming in waiting:
                if not circles:
                    path = list(waiting)
                    raise CircleError(path[path.index(coming) :])
                coming = None
                continue
            else:
                name = coming
                waiting[name] = iter(reads(name))
            coming = next(waiting[name], None)
            if coming is None:
                del waiting[name]
                done.add(name)
                yield name
