"""Settings and facts that nothing reads, and texts without one of the pack's languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groupbuy.authoring.findings.finding import Finding
from groupbuy.model.names import fold
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.base import TEXT_KEYS
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.texts import LANGUAGES

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SLOT = re.compile(r"\{([^{}]+)\}")
TEXTS = TEXT_KEYS | {"unit"}


def check_names(rules: RuleSet) -> Iterator[Finding]:
    """What is defined and read by no expression, text, column or ranking."""
    used = set(_used(rules))
    codes = {"settings": "unused-setting", "facts": "unused-fact"}
    for (section, id), found in rules.base.items():
        if section not in codes or id in used:
            continue
        for pack, entry in found:
            noun = "setting" if section == "settings" else "fact"
            yield Finding(
                codes[section],
                f"nothing reads {noun} {id}",
                entry.at,
                "use it, or take it out",
                len(id),
                owner=(pack.name, (section, id)),
            )


def _used(rules: RuleSet) -> Iterator[str]:
    """Every name that is written anywhere, and the names that titles stand for."""
    for word in _words(rules):
        yield word
        yield word.partition(".")[0]
        named = rules.scope.titles.get(fold(word))
        if named is not None:
            yield named


def _words(rules: RuleSet) -> Iterator[str]:
    project = rules.project
    for word, _ in (*project.rank_by, *project.columns):
        yield word
    for pack in project.packs:
        if pack.condition is not None:
            yield from names_in(pack.condition)
        for sections in (pack.sections, pack.changes):
            for entries in sections.values():
                for entry in entries.values():
                    yield from names_in(entry.node)


def names_in(node: Node, key: str = "", *, keys: bool = True) -> Iterator[str]:
    """The words in a value that may be names; of texts only what they quote.

    Without `keys` only those keys that are read: the components of a score. Words in quotes, which
    are values, are left out then, too.
    """
    if isinstance(node, Mapping):
        for name, item in node.items.items():
            if keys or key == "weights":
                yield name
            yield from names_in(item, key if key in TEXTS else name, keys=keys)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from names_in(item, key, keys=keys)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        text = node.value if keys else _QUOTED.sub(" ", node.value)
        texts = _SLOT.findall(node.value) if key in TEXTS else [text]
        for text in texts:
            yield from _NAME.findall(text)


# ── languages ──


def check_languages(rules: RuleSet) -> Iterator[Finding]:
    """Texts that lack a language in which other texts of their pack are written."""
    for pack in rules.project.packs:
        texts = [
            (key, node, section, id)
            for sections in (pack.sections, pack.changes)
            for section, entries in sections.items()
            for id, entry in entries.items()
            for key, node in _texts(entry.node)
        ]
        spoken = {lang for _, node, _, _ in texts for lang in node.items if lang in LANGUAGES}
        for key, node, section, id in texts:
            lacking = [lang for lang in LANGUAGES if lang in spoken and lang not in node.items]
            if lacking:
                yield Finding(
                    "missing-language",
                    f"this {key} is not written in {' and '.join(lacking)}",
                    next(iter(node.keys.values())).at if node.keys else node.at,
                    "readers of that language get it in the other one",
                    owner=(pack.name, (section, id)),
                )


def _texts(node: Node, key: str = "") -> Iterator[tuple[str, Mapping]]:
    if isinstance(node, Mapping):
        if key in TEXTS:
            yield key, node
            return
        for name, item in node.items.items():
            yield from _texts(item, name)
