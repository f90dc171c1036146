"""A project's rules, checked as a whole, and the stacks that they form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from groupbuy.errors import Problems
from groupbuy.rules.assembling import Assembler
from groupbuy.rules.checking import Checks
from groupbuy.rules.entries import Entries, Key
from groupbuy.rules.extensions import Extensions
from groupbuy.rules.locks import locked_by
from groupbuy.rules.merge import Merged
from groupbuy.rules.overrides import read_overrides
from groupbuy.rules.pack import Pack
from groupbuy.rules.project import Project
from groupbuy.rules.stack import Stack
from groupbuy.sections.base import Entry, Lowered
from groupbuy.source.nodes import Node
from groupbuy.tree.nodes import Expr, Lit


class RuleSet:
    """Every pack of a project, read and checked; stacks are put together when first met."""

    def __init__(
        self,
        project: Project,
        extensions: Extensions,
        as_of: int,
        overrides: Mapping[str, str] | None = None,
        faults: Problems | None = None,
    ) -> None:
        """Check every pack. Raises `GroupbuyError` with all that is wrong.

        With `faults` it is noted there instead, for those who only look names and places up.
        """
        faulty = Problems() if faults is None else faults
        self.project, self.as_of = project, as_of
        self.calls_plugins = bool(extensions.functions)
        self.entries = Entries(project, extensions)
        self.sections, self.scope = self.entries.sections, self.entries.scope
        self.base = self.entries.base
        self.overrides: Mapping[str, Lit] = {}
        with faulty.collecting():
            self.overrides = read_overrides(overrides or {}, self.entries)
        self.assembler = Assembler(self.entries, as_of, self.overrides)
        checks = Checks(self.entries, self.assembler)
        with faulty.collecting():
            checks.check()
        self.conditions = checks.conditions
        """The `for` of packs, by their names."""
        if faults is None:
            faulty.raise_any()

    def condition(self, pack: Pack) -> Expr | None:
        """The `for` of a pack; none if it applies to every lead."""
        return self.conditions.get(pack.name)

    def in_order(self, packs: Iterable[Pack]) -> tuple[Pack, ...]:
        """The same packs, lowest layer first."""
        return self.project.in_order(packs)

    def stack(self, packs: tuple[Pack, ...], open_packs: tuple[Pack, ...] = ()) -> Stack:
        """The stack of `packs` (lowest layer first), while `open_packs` might apply as well."""
        return self.assembler.stack(packs, open_packs)

    def every_entry(self) -> Iterator[Lowered]:
        """Every entry as its own pack defines it, in the order of definition."""
        return self.entries.every_entry()

    def merged(
        self, key: Key, entry: Entry, version: tuple[str, ...], changers: list[Pack]
    ) -> tuple[Node | None, list[Merged]]:
        """The entry with the changes of `changers` applied in order, and what each did."""
        return self.entries.merged(key, entry, version, changers)

    def locked_by(self, setting: str) -> str | None:
        """Why a setting can't be changed: it is locked, or something locked reads it."""
        return locked_by(self.entries, setting)
