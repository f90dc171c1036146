"""What stands beside a project's own files: sections, and what plugins bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groupbuy.language.scope import External
from groupbuy.sections.base import Section
from groupbuy.source.nodes import Node


@dataclass(frozen=True)
class Extensions:
    """Everything by name, whoever brings it.

    `functions` are called by their full names (`history.churn_risk`). `folders` hold the packs that
    `layers:` names with the plugin before a colon (`history:churn`). `fields` are added to the
    lead model, each with the plugin that declares them. `missing` says why a plugin that the
    project lists could not be used.
    """

    sections: Sequence[Section]
    functions: Mapping[str, External] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    fields: Sequence[tuple[str, Node]] = ()
    plugins: Sequence[str] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of the sections, in the order in which results show them."""
        return [section.name for section in self.sections]

    @property
    def keeping(self) -> frozenset[str]:
        """The sections whose entries stay outside their dates, which mean something else there."""
        return frozenset(s.name for s in self.sections if getattr(s, "keeps_dates", False))

    def why_missing(self) -> str | None:
        """Why some plugin could not be used: it may explain what is unknown."""
        for name, reason in self.missing.items():
            return f"the plugin {name} can't be used: {reason}"
        return None

    def no_function(self, name: str) -> str | None:
        """Why there is no function with this full name."""
        plugin = name.partition(".")[0]
        if plugin in self.missing:
            return f"the plugin {plugin} can't be used: {self.missing[plugin]}"
        theirs = [known for known in self.functions if known.startswith(f"{plugin}.")]
        if plugin in self.plugins:
            return (
                f"{plugin} has: {', '.join(theirs)}" if theirs else f"{plugin} brings no functions"
            )
        return f"if {plugin} is a plugin, list it in groupbuy.yaml: plugins: [{plugin}]"
