"""What the active plugins bring, by full name; and which of them could not be used, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from groupbuy.plugins.guard import Guard
from groupbuy.rules.extensions import Extensions
from groupbuy.sections.base import Section

if TYPE_CHECKING:  # where no plugin is named, nothing of this is needed
    from groupbuy.language.scope import External
    from groupbuy.plugins.found import Found
    from groupbuy.plugins.interfaces import IncentiveProgram, ProposalGenerator, Scorer
    from groupbuy.source.nodes import Node


@dataclass
class Loaded:
    """One plugin, imported, with what each of its hooks gave."""

    found: Found
    seconds: float = 0.0
    scorers: dict[str, Scorer] = field(default_factory=dict)
    functions: dict[str, External] = field(default_factory=dict)
    incentives: dict[str, IncentiveProgram] = field(default_factory=dict)
    proposals: dict[str, ProposalGenerator] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    fields: Node | None = None
    rules: Path | None = None


@dataclass(frozen=True)
class Broken:
    """A plugin that could not be used: everything that is wrong with it."""

    name: str
    found: Found | None
    reasons: tuple[str, ...]
    seconds: float = 0.0

    def __str__(self) -> str:
        """The first reason, with the plugin named."""
        more = f" (and {len(self.reasons) - 1} more)" if len(self.reasons) > 1 else ""
        return self.reasons[0] + more


@dataclass
class Registry:
    """The plugins of one workspace."""

    guard: Guard = field(default_factory=Guard)
    loaded: dict[str, Loaded] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)

    def incentives(self) -> Mapping[str, IncentiveProgram]:
        """Kinds of incentive programs by full name (`cold_chain.rebate`)."""
        return {
            f"{name}.{kind}": program
            for name, plugin in self.loaded.items()
            for kind, program in plugin.incentives.items()
        }

    def proposals(self) -> Mapping[str, ProposalGenerator]:
        """Generators of packages by full name (`cold_chain.hamper`)."""
        return {
            f"{name}.{kind}": generator
            for name, plugin in self.loaded.items()
            for kind, generator in plugin.proposals.items()
        }

    def extensions(self, core: Sequence[Section]) -> Extensions:
        """What stands beside a project's files: the core's sections, and what plugins bring."""
        plugins = self.loaded.values()
        return Extensions(
            sections=(*core, *(each for plugin in plugins for each in plugin.sections.values())),
            functions={
                f"{name}.{short}": function
                for name, plugin in self.loaded.items()
                for short, function in plugin.functions.items()
            },
            folders={p.found.name: p.rules for p in plugins if p.rules is not None},
            fields=[(p.found.name, p.fields) for p in plugins if p.fields is not None],
            plugins=list(self.loaded),
            missing={name: str(broken) for name, broken in self.broken.items()},
        )

    def identities(self) -> list[dict[str, str]]:
        """Name, distribution and version of every active plugin, for the record of a run."""
        return [
            {
                "name": name,
                "distribution": self.loaded[name].found.distribution,
                "version": self.loaded[name].found.version,
            }
            for name in sorted(self.loaded)
        ]
