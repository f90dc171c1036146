"""What every name means, over all the stacks that the leads of a file have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from groupbuy.compile.columns.leads import Variant
from groupbuy.engine.plan import Plan, Population
from groupbuy.rules.stack import Stack
from groupbuy.tree.definitions import Definition


class Union(Mapping[str, Sequence[Variant]]):
    """Definitions by name, each with the stacks in which it is meant; found when asked for."""

    def __init__(self, stacks: Mapping[int, Stack], plans: Mapping[int, Plan]) -> None:
        """Stacks by number; `plans` give names to the parts of values over the population."""
        self.stacks, self.plans = stacks, plans
        self._found: dict[str, tuple[Variant, ...]] = {}

    def __getitem__(self, name: str) -> Sequence[Variant]:
        """The meanings of a name."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self.variants(name)
        if not found:
            raise KeyError(name)
        return found

    def variants(self, name: str) -> tuple[Variant, ...]:
        """The different definitions of a name, each with its stacks."""
        groups: list[tuple[Definition, list[int]]] = []
        for number, stack in self.stacks.items():
            definition = self.definition(number, stack, name)
            if definition is None:
                continue
            for first, numbers in groups:
                if first.expression == definition.expression and first.table == definition.table:
                    numbers.append(number)
                    break
            else:
                groups.append((definition, [number]))
        if len(groups) == 1 and len(groups[0][1]) == len(self.stacks):
            return (Variant(groups[0][0]),)
        return tuple(Variant(definition, tuple(numbers)) for definition, numbers in groups)

    def definition(self, number: int, stack: Stack, name: str) -> Definition | None:
        """What a name means in one stack."""
        plan = self.plans.get(number)
        found = plan.definitions.get(name) if plan is not None else None
        return found or stack.lookup(name)

    def population(self, name: str) -> Population | None:
        """The value over the population that a name stands for, which is one for all stacks."""
        for plan in self.plans.values():
            if name in plan.populations:
                return plan.populations[name]
        return None

    def __iter__(self) -> Iterator[str]:
        """The names met so far."""
        return iter(self._found)

    def __len__(self) -> int:
        """How many names were met so far."""
        return len(self._found)
