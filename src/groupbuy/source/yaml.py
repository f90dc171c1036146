"""YAML text → `Node`s with places; whatever YAML would silently read as something else is refused.

    source = read_source("rules/welfare.yaml")
    root = read_yaml(source)        # GroupbuyError with every problem of the file

One document, by YAML 1.2's core schema (see `scalars.core_value`), without tags and merge keys.
An empty file is a `Scalar` of None at 1:1.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source
from groupbuy.source import checks
from groupbuy.source.characters import REFUSED, named
from groupbuy.source.compose import Composed, compose, without_collector
from groupbuy.source.limits import Limits, current
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.scalars import core_value, place_in
from groupbuy.source.slips import explain
from groupbuy.source.text import read_source

__all__ = ["place_in", "read_source", "read_yaml"]

MOST_PROBLEMS = 100
"""Problems of one file that are told; a file with more has one cause."""

_ATTEMPTS = 20
"""How often a text that can't be parsed is read again without the line that stopped it."""


class _EnoughError(Exception):
    """No need to look further."""


def read_yaml(source: Source) -> Node:
    """The one document of `source`. Raises GroupbuyError with all the problems that it can find.

    Aliases share one `Node`; with each counted as what it stands for, the result stays within
    the limit of `values`, and within ten times the file's own nodes.
    """
    if source.text.startswith("\ufeff"):
        source = Source(source.name, source.text[1:])
    problems = Problems()
    with without_collector():
        root = _read(source, current(), problems)
    _raise_in_order(problems)
    return root


def _read(source: Source, limits: Limits, problems: Problems) -> Node:
    """The document as far as it can be read; PyYAML's nodes are gone on return."""
    text = _legible(source, problems)
    composed, text = _compose_mended(source, text, limits, problems)
    nothing = Scalar(source, 1, 1, None, "")
    if composed.root is None:
        return nothing
    try:
        return _Walk(source, text, limits, composed.nodes, problems).read(composed.root)
    except _EnoughError:
        return nothing


def _raise_in_order(problems: Problems) -> None:
    """Raise what was found, from the top of the file to its end, the first hundred."""
    found = list(dict.fromkeys(problems.found))
    if not found:
        return

    def place(problem: Problem) -> tuple[int, int]:
        at = problem.at
        return (at.line or 0, at.column or 0) if at else (0, 0)

    found.sort(key=place)
    if len(found) > MOST_PROBLEMS:
        message = f"this file has more than {MOST_PROBLEMS} problems; these are the first"
        found = [*found[:MOST_PROBLEMS], Problem("yaml-too-many-problems", message)]
    raise GroupbuyError(*found)


def _legible(source: Source, problems: Problems) -> str:
    """The text with an `x` for each character that may not stand in it; each is a problem."""
    text = source.text
    if REFUSED.search(text) is None:
        return text
    for number, line in enumerate(source.lines, 1):
        for match in REFUSED.finditer(line):
            at = source.at(number, match.start() + 1)
            message = f"the character {named(match.group())} may not stand in a YAML file"
            hint = "delete it, or type the line anew"
            problems.add("yaml-character", message, at, hint)
            if len(problems.found) > MOST_PROBLEMS:
                return REFUSED.sub("x", text)
    return REFUSED.sub("x", text)


def _compose_mended(
    source: Source, text: str, limits: Limits, problems: Problems
) -> tuple[Composed, str]:
    """The nodes, and the text that they were composed from.

    Where one line stops the parser for a reason that is understood, the faulty stretch is replaced
    by as many `x`, and the text is read again: so one run shows the faults of several lines, each
    in its true place.
    """
    for _ in range(_ATTEMPTS):
        composed = compose(text, source, limits)
        if composed.refused:
            problems.found.append(composed.refused)
        if composed.error is None:
            break
        slip = explain(source, text, composed.error)
        problems.found.append(slip.problem)
        if slip.span is None:
            break
        start, end = slip.span
        text = text[:start] + slip.filler * (end - start) + text[end:]
    return composed, text


class _Walk:
    """PyYAML's nodes → ours, in one go, with every check of a single node."""

    def __init__(
        self, source: Source, text: str, limits: Limits, own: int, problems: Problems
    ) -> None:
        self.source, self.text, self.problems = source, text, problems
        self.limits = limits
        self.most = min(limits.values, max(limits.expansion_floor, limits.expansion * own))
        # Most files have none of these, and then need not look for them at every node.
        self.has_aliases = "*" in text
        self.has_properties = "&" in text or "!" in text
        self.lost = checks.lost_comments(text)
        self.clean_keys: set[str] = set()
        self.count = 0
        # By id of PyYAML's collection: our node, its size and its height; None while it is open.
        self.made: dict[int, tuple[Node, int, int] | None] = {}

    def read(self, root: Any) -> Node:
        """The document."""
        node = self.node(root, 1)
        if type(root) is ScalarNode and isinstance(node, Scalar):
            self.report(checks.text_for_block(node))
        return node

    def report(self, problem: Problem | None) -> None:
        """Record a problem, if it is one."""
        if problem is not None:
            self.problems.found.append(problem)
            if len(self.problems.found) > MOST_PROBLEMS:
                raise _EnoughError

    def place(self, node: Any) -> Location:
        """The place of PyYAML's node."""
        mark = node.start_mark
        return self.source.at(mark.line + 1, mark.column + 1)

    def node(self, node: Any, depth: int) -> Node:
        """Any node."""
        if type(node) is ScalarNode:
            return self.scalar(node)
        if self.has_aliases:
            return self.shared(node, depth)
        return self.collection(node, depth)

    def collection(self, node: Any, depth: int) -> Node:
        """A list or a mapping."""
        if depth > self.limits.nesting:
            # The composer's own bound lets a last empty one pass.
            message = f"this is nested more than {self.limits.nesting} levels deep"
            self.report(self.too_deep(message, node))
        if self.has_properties:
            self.report(checks.tag_of_collection(node, self.text, self.place(node)))
        if type(node) is SequenceNode:
            return self.sequence(node, depth)
        return self.mapping(node, depth)

    def shared(self, node: Any, depth: int) -> Node:
        """A list or a mapping to which aliases may lead: made once, counted each time."""
        key = id(node)
        if key in self.made:
            made = self.made[key]
            if made is None:
                self.report(checks.endless_alias(self.place(node)))
                return Scalar(self.source, node.start_mark.line + 1, 1, None, "")
            known, size, height = made
            self.counted(size, node)
            if depth + height - 1 > self.limits.nesting:
                message = f"with its aliases, this is nested more than {self.limits.nesting} levels"
                self.report(self.too_deep(message, node))
            return known
        if self.count + len(node.value) > self.most:
            self.counted(len(node.value), node)
        self.made[key] = None
        before = self.count
        made_node = self.collection(node, depth)
        self.counted(1, node)
        children = node.value if type(node) is SequenceNode else [v for _, v in node.value]
        below = [m[2] for child in children if (m := self.made.get(id(child)))]
        self.made[key] = (made_node, self.count - before, 1 + max(below, default=0))
        return made_node

    def counted(self, size: int, node: Any) -> None:
        """Count nodes, with aliases followed."""
        self.count += size
        if self.count > self.most:
            message = f"the aliases of this file make more than {self.most:,} values of it"
            hint = "write the values out, without anchors (&) and aliases (*)"
            if self.most == self.limits.values:
                hint = self.limits.hint("values", hint)
            self.report(Problem("yaml-aliases", message, self.place(node), hint))
            raise _EnoughError

    def too_deep(self, message: str, node: Any) -> Problem:
        """Lists and mappings inside one another, more than may be."""
        hint = self.limits.hint("nesting", "write it flatter")
        return Problem("yaml-depth", message, self.place(node), hint)

    def scalar(self, node: Any) -> Scalar:
        """A value."""
        mark = node.start_mark
        text: str = node.value
        style: str = node.style or ""
        self.count += 1
        if style:
            scalar = Scalar(self.source, mark.line + 1, mark.column + 1, text, text, style)
            if style == '"' and REFUSED.search(text):
                self.report(checks.refused_escape(scalar))
        else:
            value = core_value(text)
            scalar = Scalar(self.source, mark.line + 1, mark.column + 1, value, text)
            if type(value) is float and not isfinite(value):
                self.report(checks.no_number(scalar))
            elif text and text[0] in checks.QUOTES:
                self.report(checks.fullwidth_quotes(scalar))
            if self.lost and isinstance(value, str | bool):
                self.report(checks.lost_comment(self.source, node, self.lost))
        if self.has_properties and self.text[mark.index : mark.index + 1] in ("&", "!"):
            self.report(checks.properties(scalar, self.text, mark.index))
        return scalar

    def sequence(self, node: Any, depth: int) -> Sequence:
        """A list."""
        mark = node.start_mark
        items: list[Node] = []
        for child in node.value:
            item = self.node(child, depth + 1)
            if node.flow_style and isinstance(item, Scalar) and not item.style:
                self.report(checks.fullwidth_comma(item))
            items.append(item)
        return Sequence(self.source, mark.line + 1, mark.column + 1, items)

    def mapping(self, node: Any, depth: int) -> Mapping:
        """A mapping, without the pairs whose keys can't be used."""
        mark = node.start_mark
        mapping = Mapping(self.source, mark.line + 1, mark.column + 1)
        items, keys = mapping.items, mapping.keys
        for key_node, value_node in node.value:
            key = self.key(key_node)
            value = self.node(value_node, depth + 1)
            if type(value_node) is ScalarNode:
                if node.flow_style and value_node.value == "" and key is not None:
                    self.report(checks.missing_colon(key, key_node, value_node, self.text))
                elif isinstance(value, Scalar) and key is not None and value.line > key.line:
                    self.report(checks.text_for_block(value))
            if key is None:
                continue
            name = key.text
            if name in items:
                self.report(checks.duplicate(key, keys[name]))
            else:
                items[name] = value
                keys[name] = key
        return mapping

    def key(self, node: Any) -> Scalar | None:
        """A key: its text as written, or None where it can't be one."""
        if type(node) is not ScalarNode:
            self.report(checks.collection_as_key(self.place(node), type(node) is MappingNode))
            return None
        mark = node.start_mark
        name: str = node.value
        self.count += 1
        key = Scalar(self.source, mark.line + 1, mark.column + 1, name, name, node.style or "")
        if name not in self.clean_keys:
            problem = checks.key(key)
            if problem is None and not key.style:
                self.clean_keys.add(name)
            self.report(problem)
        if self.has_properties and self.text[mark.index : mark.index + 1] in ("&", "!"):
            self.report(checks.properties(key, self.text, mark.index))
        return key
