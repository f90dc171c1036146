"""Which blanks leave a value unknown: only those that matter, given what is known."""

from __future__ import annotations

from groupbuy.engine.plan import Env, Plan
from groupbuy.tree import naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Agg, Call, Case, Col, Expr, Lit, Op, Ref, names, walk
from groupbuy.tree.types import Kind


class Missing:
    """Follows one lead's unknowns down to blank fields. Answers are kept by name."""

    def __init__(self, plan: Plan, env: Env) -> None:
        """`env` holds the lead's fields and everything that was worked out."""
        self.plan, self.env = plan, env
        self.found: dict[str, dict[str, None]] = {}

    def of_name(self, name: str) -> dict[str, None]:
        """The blank fields behind an unknown name."""
        found = self.found.get(name)
        if found is not None:
            return found
        self.found[name] = {}
        if name in self.plan.inputs:
            result: dict[str, None] = {} if self.env.get(name) is not None else {name: None}
        elif name in self.plan.populations:
            result = self.of_population(name)
        else:
            result = self.of_definition(name)
        self.found[name] = result
        return result

    def of_definition(self, name: str) -> dict[str, None]:
        """The blanks behind a definition; of an open score, those of its open lines."""
        definition = self.plan.stack.lookup(name)
        if definition is None:
            return {}
        result: dict[str, None] = {}
        base = naming.end_base(name)
        if self.plan.stack.lookup(naming.value(base)) is not None:
            for line in self.plan.lines.get(base, ()):
                if self.env.get(line) is None:
                    result.update(self.of_name(line))
        elif isinstance(definition.expression, Expr):
            result = self.of_tree(definition.expression)
        else:
            for read in definition.reads:
                if self.env.get(read) is None:
                    result.update(self.of_name(read))
        return result or self.any_blank(definition)

    def any_blank(self, definition: Definition) -> dict[str, None]:
        """Every blank below a definition: where facts contradict each other, any may decide."""
        result: dict[str, None] = {}
        seen: set[str] = set()
        pending = list(definition.reads)
        while pending:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name in self.plan.inputs:
                if self.env.get(name) is None:
                    result[name] = None
            else:
                found = self.plan.stack.lookup(name)
                pending.extend(found.reads if found is not None else ())
        return result

    def of_population(self, name: str) -> dict[str, None]:
        population = self.plan.populations[name]
        result: dict[str, None] = {}
        for part in (population.among, population.value, population.within, *population.costs):
            if part is not None and self.env.get(part) is None:
                result.update(self.of_name(part))
        return result

    def unknown(self, tree: Expr) -> bool:
        """Whether a tree has no value for lack of one below it."""
        if isinstance(tree, Lit):
            return self.plan.value(tree)(self.env) is None
        if isinstance(tree, Ref):
            if tree.name not in self.env:
                self.plan.extend(self.env, tree.name)
            return self.env[tree.name] is None
        return self.value(tree) is None

    def value(self, tree: Expr) -> object:
        """The value of a tree for this lead."""
        for name in names(tree):
            if name not in self.env and name not in self.plan.stack.constants:
                self.plan.extend(self.env, name)
        if tree.type.kind is Kind.FLAG:
            return self.plan.status(tree, self.env)
        return self.plan.value(tree)(self.env)

    def of_tree(self, tree: Expr) -> dict[str, None]:
        """The blank fields behind an unknown tree."""
        if isinstance(tree, Ref):
            return self.of_name(tree.name) if self.unknown(tree) else {}
        if isinstance(tree, Agg):
            return self.of_aggregate(tree)
        if isinstance(tree, Case):
            return self.of_case(tree)
        if isinstance(tree, Call):
            return self.of_call(tree)
        if isinstance(tree, Op):
            result: dict[str, None] = {}
            for arg in tree.args:
                if self.unknown(arg):
                    result.update(self.of_tree(arg))
            return result
        return {}

    def of_case(self, tree: Case) -> dict[str, None]:
        """The conditions that were unknown, up to the first that surely holds."""
        result: dict[str, None] = {}
        for test, value in tree.arms:
            holds = self.value(test)
            if holds is None:
                result.update(self.of_tree(test))
            if holds is not False and self.unknown(value):
                result.update(self.of_tree(value))
            if holds is True:
                return result
        if self.unknown(tree.default):
            result.update(self.of_tree(tree.default))
        return result or self.of_open_names(tree)

    def of_open_names(self, tree: Case) -> dict[str, None]:
        """Where every condition is decided but the ends of a score still lie apart."""
        result: dict[str, None] = {}
        for name in names(tree):
            base = naming.end_base(name)
            if base != name and self.env.get(base) is None:
                result.update(self.of_name(base))
        return result

    def of_aggregate(self, tree: Agg) -> dict[str, None]:
        """The table, if it is unknown; else the columns in which it has blanks."""
        rows = self.env.get(tree.table)
        if rows is None:
            return self.of_name(tree.table)
        result: dict[str, None] = {}
        for name in self.columns(tree):
            if any(row.get(name) is None for row in rows if isinstance(row, dict)):
                result[f"{tree.table}.{name}"] = None
        for child in tree.children():
            for node in walk(child):
                if isinstance(node, Ref) and node.type.kind is not Kind.TABLE:
                    result.update(self.of_tree(node))
        return result

    def of_call(self, tree: Call) -> dict[str, None]:
        """The unknown arguments of a plugin's routine, and the blanks in the tables it gets."""
        result: dict[str, None] = {}
        for arg, columns in zip(tree.args, tree.routine.columns, strict=True):
            if self.unknown(arg):
                result.update(self.of_tree(arg))
            elif columns is not None and isinstance(arg, Ref):
                rows = self.env.get(arg.name)
                for column in columns:
                    if isinstance(rows, list) and any(row.get(column) is None for row in rows):
                        result[f"{arg.name}.{column}"] = None
        return result

    def columns(self, tree: Expr) -> dict[str, None]:
        """The columns of the file that a tree reads, through facts made for each row."""
        found: dict[str, None] = {}
        for node in walk(tree):
            if isinstance(node, Col):
                derived = self.plan.stack.lookup(f"{node.table}.{node.name}")
                if derived is not None and isinstance(derived.expression, Expr):
                    found.update(self.columns(derived.expression))
                else:
                    found[node.name] = None
        return found
