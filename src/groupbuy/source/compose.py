"""A text → PyYAML's nodes, by libyaml where it is there, within limits."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.nodes import Node as YamlNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from groupbuy.errors import Problem, Source
from groupbuy.source.limits import Limits


class _RefusedError(Exception):
    """A limit was passed below this node."""

    def __init__(self, code: str, message: str, hint: str, parent: YamlNode | None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.parent = code, message, hint, parent


class _Bounded:
    """What PyYAML asks of a resolver; here it only counts."""

    def bound(self, limits: Limits) -> Callable[[], tuple[YamlNode | None, int]]:
        """Start counting; the function returned tells the root met so far, and how many nodes.

        The three functions are called for every node, and closures take half the time of methods.
        """
        nodes = depth = 0
        # The root is one level, and a value in the deepest list is one more.
        most, deepest = limits.values, limits.nesting + 1
        root: YamlNode | None = None

        def descend(parent: YamlNode | None, _index: object) -> None:
            # libyaml's composer recurses in C, so that depth is bounded here.
            nonlocal nodes, depth, root
            nodes += 1
            depth += 1
            if depth == 2:
                # Kept for when the text breaks off: what was read before is looked at all the same.
                root = parent
            elif depth > deepest:
                message = f"this is nested more than {deepest - 1} levels deep"
                hint = limits.hint("nesting", "write it flatter")
                raise _RefusedError("yaml-depth", message, hint, parent)
            if nodes > most:
                message = f"this file has more than {most:,} values"
                hint = limits.hint("values", "split it, or keep many leads in CSV or JSON Lines")
                raise _RefusedError("yaml-too-large", message, hint, parent)

        def ascend() -> None:
            nonlocal depth
            depth -= 1

        def resolve(_kind: object, _value: object, _implicit: object) -> str:
            # No tag: what a node is, is decided in the walk.
            return ""

        self.descend_resolver, self.ascend_resolver, self.resolve = descend, ascend, resolve
        return lambda: (root, nodes)


class PureComposer(_Bounded, Reader, Scanner, Parser, Composer):
    """PyYAML's own parser, twenty times slower."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


if TYPE_CHECKING:
    COMPOSER: type[PureComposer] = PureComposer
else:
    try:
        from yaml.cyaml import CParser
    except ImportError:  # PyYAML was built without libyaml
        COMPOSER = PureComposer
    else:

        class FastComposer(_Bounded, CParser):
            """libyaml's parser and composer, in C."""

        COMPOSER = FastComposer


@dataclass(frozen=True)
class Composed:
    """The nodes, as far as the text could be read; how many; and why it broke off, if it did."""

    root: Any
    """PyYAML's node, None for an empty text. Untyped, since its `value` is."""
    nodes: int
    error: yaml.YAMLError | None = None
    refused: Problem | None = None


def compose(text: str, source: Source, limits: Limits) -> Composed:
    """Compose the only document of `text`; `source` is for the places of problems.

    Marks count characters of `text`, in which nothing of `characters.REFUSED` may stand.
    """
    composer = COMPOSER(text)
    met = composer.bound(limits)
    try:
        root = composer.get_single_node()
    except yaml.YAMLError as error:
        return Composed(*met(), error=error)
    except _RefusedError as error:
        mark = error.parent.start_mark if error.parent else None
        place = source.at(mark.line + 1, mark.column + 1) if mark else source.at(1, 1)
        problem = Problem(error.code, error.message, place, error.hint)
        return Composed(*met(), refused=problem)
    return Composed(root, met()[1])


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause Python's search for circles of garbage, which triples the time of building a tree.

    The trees have no circles (an alias that leads to itself is refused), so nothing is kept that
    the search would have freed. On leaving, what was built counts as old, or else the next search
    would walk through all of it.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()
