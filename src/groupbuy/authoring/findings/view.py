"""One stack of packs as formulas: its definitions with settings put in, and what its leads meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from groupbuy.engine.plan import inputs_of
from groupbuy.reason.formulas import Formula, Variable, variables
from groupbuy.reason.meaning import TODAY, Meaning, Memory
from groupbuy.reason.values import among, exactly
from groupbuy.rules.pack import Pack
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.stack import Stack
from groupbuy.sections.gates import VERDICT
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.derived import derive
from groupbuy.tree.nodes import Absent, Expr, Lit, Op, Periods, Ref, names, rewrite
from groupbuy.tree.operations import COMPARE
from groupbuy.tree.types import FLAG, Kind


class Shared:
    """What the views of one rule set have in common."""

    def __init__(self) -> None:
        """Nothing is worked out yet."""
        self.memory = Memory()
        self.switches: dict[Expr, str] = {}
        """Conditions over settings alone, and the names that stand for them."""
        self._variables: dict[Formula, frozenset[Variable]] = {}

    def variables(self, formula: Formula) -> frozenset[Variable]:
        """The variables that a formula is about."""
        found = self._variables.get(formula)
        if found is None:
            found = self._variables[formula] = variables(formula)
        return found


class View:
    """The meaning of one stack.

    Conditions over settings alone are left open: they are switches, and what a switch turns off is
    no mistake. Today's date is left open too, so that a finding does not come and go with the day.
    """

    def __init__(
        self,
        rules: RuleSet,
        stack: Stack,
        without: Iterable[Pack] = (),
        shared: Shared | None = None,
    ) -> None:
        """`without` are packs that do not apply to the leads at hand.

        `shared` is what was worked out for other stacks of the same rules.
        """
        self.rules, self.stack, self.shared = rules, stack, shared or Shared()
        self.settings = {name: lit for name, lit in stack.constants.items() if name != TODAY}
        self._prepared: dict[str, Definition | None] = {}
        self._marked: dict[Expr, Expr] = {}
        self._folded: dict[Expr, Expr] = {}
        self._switches: dict[str, bool] = {}
        self._fixed: dict[Variable, float | bool | str | None] = {}
        self.inputs = dict(inputs_of(rules.project.model))
        memory = self.shared.memory
        self.formulas = memory.formulas
        self.meaning = Meaning(self.lookup, self.inputs, memory, opaque=(VERDICT,))
        self.assumed: list[Formula] = []
        for pack in stack.packs:
            test = rules.condition(pack)
            if test is not None:
                self.assumed.append(self.true(test))
        for pack in without:
            test = rules.condition(pack)
            if test is not None:
                self.assumed.append(self.formulas.negated(self.true(test)))

    # ── trees ──

    def lookup(self, name: str) -> Definition | None:
        """The definition behind a name, made ready for formulas."""
        if name not in self._prepared:
            found = self.stack.defined.get(name)
            if found is None and not self.stack.plain(name):
                found = derive(name, self.lookup)
            if found is not None and not isinstance(found.expression, Periods):
                found = replace(found, expression=self.prepared(found.expression))
            self._prepared[name] = found
        return self._prepared[name]

    def prepared(self, tree: Expr) -> Expr:
        """The tree with settings put in and switches marked."""
        return build.specialise(
            rewrite(tree, self._mark, self._marked), self.settings, self._folded
        )

    def _mark(self, node: Expr) -> Expr:
        switch = isinstance(node, Op) and node.op in COMPARE
        switch = switch or (isinstance(node, Ref) and node.type.kind is Kind.FLAG)
        read = names(node) if switch else ()
        if not read or not all(name in self.settings for name in read):
            return node
        value = build.specialise(node, self.settings, {})
        if not isinstance(value, Lit) or isinstance(value.value, Absent):
            return node
        name = self.shared.switches.setdefault(node, f"switch {len(self.shared.switches)}")
        self._switches[name] = value.value is True
        self.inputs[name] = False
        return Ref(name, FLAG)

    # ── formulas ──

    def true(self, test: Expr) -> Formula:
        """For whom a condition surely holds."""
        return self.meaning.true(self.prepared(test))

    def false(self, test: Expr) -> Formula:
        """For whom a condition surely does not hold."""
        return self.meaning.false(self.prepared(test))

    def negated(self, formula: Formula) -> Formula:
        """Not `formula`."""
        return self.formulas.negated(formula)

    def given(self, formulas: Iterable[Formula]) -> list[Formula]:
        """What is so on this day and with these settings, for an example of `formulas`."""
        asked = {variable for formula in formulas for variable in self.shared.variables(formula)}
        found = []
        for variable in sorted(asked, key=lambda variable: variable.number):
            value = self.fixed(variable)
            if value is not None:
                inside = among([value]) if isinstance(value, (bool, str)) else exactly(value)
                found.append(self.formulas.atom(variable, inside))
        return found

    def fixed(self, variable: Variable) -> float | bool | str | None:
        """The value of a variable that is the same for every lead."""
        if variable not in self._fixed:
            self._fixed[variable] = self._fixed_value(variable)
        return self._fixed[variable]

    def _fixed_value(self, variable: Variable) -> float | bool | str | None:
        kind, tree = variable.key[:2]
        if kind != "tree" or not isinstance(tree, Expr):
            return None
        if isinstance(tree, Ref) and tree.name in self._switches:
            return self._switches[tree.name]
        if any(name not in self.stack.constants for name in names(tree)) or not names(tree):
            return None
        folded = build.specialise(tree, self.stack.constants, {})
        if not isinstance(folded, Lit) or isinstance(folded.value, (Absent, tuple)):
            return None
        return folded.value
