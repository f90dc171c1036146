"""`scores:` — points that add up, or weights that average."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    TEXT,
    Arm,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    as_mapping,
    items,
    mapping,
    optional_text,
    required,
    texts,
)
from groupbuy.sections.forms.form import Form, form_of
from groupbuy.sections.forms.lower import lower_form
from groupbuy.sections.schema import FORMS
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Sequence
from groupbuy.tree import build, naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Case, Expr, Lit, Ref
from groupbuy.tree.operations import close
from groupbuy.tree.types import COMPUTED, Kind, Type

_POINTS: JsonSchema = {"anyOf": [EXPRESSION, {"type": "object", "properties": FORMS}]}
_RULE: JsonSchema = {
    "type": "object",
    "properties": {**COMMON, **FORMS, "when": EXPRESSION, "points": _POINTS},
    "additionalProperties": False,
}
_WEIGHT: JsonSchema = {
    "anyOf": [
        EXPRESSION,
        {
            "type": "object",
            "properties": {"value": EXPRESSION, "because": TEXT},
            "required": ["value"],
            "additionalProperties": False,
        },
    ]
}
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        **COMMON,
        "if": EXPRESSION,
        "range": {"type": "array", "items": EXPRESSION, "minItems": 2, "maxItems": 2},
        "rules": {"type": "object", "additionalProperties": _RULE},
        "weights": {"type": "object", "additionalProperties": _WEIGHT},
    },
    "required": ["range"],
    "additionalProperties": False,
}
CLAMPED = "range"


@dataclass(frozen=True)
class Line:
    """One line of a score's sum: a rule, or a component with its weight."""

    id: str
    name: str
    tests: tuple[Expr, ...]
    at: Location
    because: Template | None
    arms: tuple[Arm, ...] = ()
    weighs: bool = False
    """A component counts even with no points; a rule without points did not fire."""


@dataclass(frozen=True)
class ScoreView:
    """What a score shows."""

    lines: tuple[Line, ...]
    rising: tuple[tuple[tuple[Expr, Location], ...], ...]


class Scores:
    """A number in a range, with a low and a high end while something is unknown."""

    name = "scores"
    schema = SCHEMA
    shared = True

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """One name: a number that can be open."""
        low, high = self.range(entry, ctx)
        return {
            entry.id: Type(Kind.NUMBER, low=ctx.constant(low), high=ctx.constant(high), open=True)
        }

    def range(self, entry: Entry, ctx: Context) -> tuple[Expr, Expr]:
        """Low and high end, which are numbers or settings."""
        node = required(entry.fields, "range", entry.at, f"score {entry.id}")
        if not isinstance(node, Sequence) or len(node.items) != 2:
            raise GroupbuyError(
                Problem("wrong-shape", "range: is a list of two numbers: [0, 100]", node.at)
            )
        ends = []
        for item in node.items:
            end = ctx.parse(item)
            if ctx.constant(end) is None:
                raise GroupbuyError(
                    Problem(
                        "edge-not-constant", "the ends of a range are numbers or settings", item.at
                    )
                )
            ends.append(end)
        low, high = (ctx.constant(end) or 0.0 for end in ends)
        if low >= high:
            raise GroupbuyError(
                Problem(
                    "wrong-value",
                    "the range ends before it begins",
                    node.at,
                    "the lower number comes first",
                )
            )
        return ends[0], ends[1]

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A definition a line, and the sum, its ends and its known value."""
        rules, weights = entry.get("rules"), entry.get("weights")
        if rules is not None and weights is not None:
            raise GroupbuyError(
                Problem(
                    "two-forms",
                    f"score {entry.id} has rules: and weights:",
                    weights.at,
                    "rules add points up, weights average components: keep one, or make two scores",
                )
            )
        low, high = self.range(entry, ctx)
        if weights is not None:
            lowering: _Rules | _Weights = _Weights(entry, ctx, low, high)
            lowering.read(weights)
        else:
            lowering = _Rules(entry, ctx, low, high)
            if rules is not None:
                lowering.read(rules)
        return self.assemble(entry, ctx, lowering, low, high)

    def assemble(
        self, entry: Entry, ctx: Context, lines: _Rules | _Weights, low: Expr, high: Expr
    ) -> Lowered:
        """The sum within the range, its ends, and the value where they meet."""
        type = replace(COMPUTED, low=ctx.constant(low), high=ctx.constant(high))
        node = entry.get("if")
        test = None if node is None else ctx.condition(node)

        def within(tree: Expr) -> Expr:
            clamped = build.smallest([high, build.largest([low, tree])])
            if not lines.lines:
                clamped = build.unknown(type)
            return clamped if test is None else build.case([(test, clamped)], build.none(type))

        names = {end: f"{entry.id}.{end}" for end in ("value", "low", "high")}
        total = entry.define(naming.total(entry.id), lines.value())
        # What unknown rules surely add or take counts, though they themselves add nothing.
        least, most = Ref(names["low"], type), Ref(names["high"], type)
        value = build.smallest([most, build.largest([least, Ref(total.name, type)])])
        defined = [
            *lines.definitions,
            total,
            entry.define(names["value"], within(value)),
            entry.define(names["low"], within(lines.low_end())),
            entry.define(names["high"], within(lines.high_end())),
        ]
        ends = [Ref(names[end], type) for end in ("low", "high")]
        closed = build.case(
            [(build.compare("==", *ends), Ref(names["value"], type))], build.unknown(type)
        )
        if test is not None:
            closed = build.case([(test, closed)], build.none(type))
        defined.append(entry.define(entry.id, closed))
        at = required(entry.fields, "range", entry.at, "").at
        view = ScoreView(tuple(lines.lines), (*lines.rising, ((low, at), (high, at))))
        return Lowered(entry, tuple(defined), view, **texts(entry, ctx))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all scores."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The value with its ends, the lines that made it, and those still unknown."""
        id, view = lowered.entry.id, lowered.view
        value, low, high = (lead.value(f"{id}.{end}") for end in ("value", "low", "high"))
        if lead.value(id) is NONE:
            return {"value": None, "status": "none"}
        lines, unknown = [], []
        for line in view.lines:
            points = lead.value(line.name)
            if points is None:
                unknown.append(
                    {"id": line.id, "missing": lead.missing(line.name), "at": line.at.short}
                )
            elif points is not NONE and (points or line.weighs):
                lines.append(self.line(line, points, lead))
        # The most telling first: the order of rules means nothing.
        lines.sort(key=lambda line: (-abs(line["points"]), line["id"]))
        total = lead.value(naming.total(id))
        if isinstance(total, float) and isinstance(value, float) and not close(total, value):
            lines.append(
                {
                    "id": CLAMPED,
                    "points": lead.shown(value - total, COMPUTED),
                    "at": lowered.entry.at.short,
                }
            )

        def end(number: Any) -> Any:
            return lead.shown(number, COMPUTED) if isinstance(number, float) else None

        shown = {
            "value": end(value),
            "low": end(low),
            "high": end(high),
            "status": "known" if isinstance(lead.value(id), float) else "unknown",
            "rules": lines,
            "unknown": sorted(unknown, key=lambda line: str(line["id"])),
        }
        if shown["value"] is None:
            shown["missing"] = lead.missing(id)
        return shown

    def line(self, line: Line, points: float, lead: Conclusions) -> dict[str, Any]:
        """One line: its points, why, and the facts it read."""
        because = line.because
        at = line.at
        for arm in line.arms:
            if lead.holds(arm.test):
                because, at = arm.because or because, arm.at
                break
        shown = {
            "id": line.id,
            "points": lead.shown(points, COMPUTED),
            "because": lead.say(because),
            "facts": lead.facts(*line.tests),
            "at": at.short,
        }
        return {key: value for key, value in shown.items() if value is not None}


class _Lines:
    """What rules and weights have in common."""

    def __init__(self, entry: Entry, ctx: Context, low: Expr, high: Expr) -> None:
        self.entry, self.ctx, self.low, self.high = entry, ctx, low, high
        self.problems = Problems()
        self.lines: list[Line] = []
        self.definitions: list[Definition] = []
        self.rising: list[tuple[tuple[Expr, Location], ...]] = []

    def refs(self) -> list[Ref]:
        return [Ref(line.name, COMPUTED) for line in self.lines]

    def value(self) -> Expr:
        """What is known of the sum."""
        return build.total([build.coalesce([ref, build.number(0)]) for ref in self.refs()])


def _nothing_for_none(tree: Expr) -> Expr:
    """The points with 0 where no band or case fits: what does not apply adds nothing."""
    if isinstance(tree, Case):
        arms = [(test, _nothing_for_none(value)) for test, value in tree.arms]
        return build.case(arms, _nothing_for_none(tree.default))
    return build.number(0) if build.is_absent(tree, NONE) else tree


class _Rules(_Lines):
    """Rules add points up; one that is unknown adds nothing, and widens the ends."""

    def read(self, node: Node) -> None:
        for id, item, at in items(node, "rules:"):
            with self.problems.collecting():
                self.rule(id, mapping(item, f"rule {id}"), at)
        self.problems.raise_any()

    def rule(self, id: str, fields: Mapping, at: Location) -> None:
        when = fields.get("when")
        test = build.TRUE if when is None else self.ctx.condition(when)
        form = self.points(id, fields, at)
        if form.tree.type.kind is not Kind.NUMBER:
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"points are a number; these are {build.describe(form.tree.type)}",
                    at,
                )
            )
        tree = build.case([(test, _nothing_for_none(form.tree))], build.number(0))
        name = naming.line(self.entry.id, id)
        self.definitions.append(self.entry.define(name, tree, at))
        read = [test] if when is not None else []
        if not isinstance(form.tree, Lit):
            read.append(form.tree)
        because = optional_text(fields, "because", self.ctx)
        self.lines.append(Line(id, name, tuple(read), at, because, form.arms))
        self.rising.extend(form.rising)

    def points(self, id: str, fields: Mapping, at: Location) -> Form:
        """The points of a rule: under `points:`, or in a form of its own."""

        def leaf(key: str, node: Node) -> Expr:
            if isinstance(node, Mapping):
                return self.ctx.parse(required(node, "points", node.at, f"{key or id}"))
            return self.ctx.parse(node)

        points = fields.get("points")
        if points is not None:
            if form_of(fields):
                key = next(key for key in fields.items if key in (form_of(fields) or ()))
                raise GroupbuyError(
                    Problem(
                        "two-forms",
                        f"rule {id} has points: and {key}:",
                        fields.key_at(key),
                        "keep one of them",
                    )
                )
            if isinstance(points, Mapping):
                form = lower_form(points, leaf, self.ctx, f"rule {id}", at)
                if form is not None:
                    return form
            return Form(self.ctx.parse(points))
        form = lower_form(fields, leaf, self.ctx, f"rule {id}", at)
        if form is None:
            raise GroupbuyError(
                Problem(
                    "missing-key",
                    f"rule {id} gives no points",
                    at,
                    "write points: 10; or of: and bands: with points",
                )
            )
        return form

    def low_end(self) -> Expr:
        return self.end("low", self.low)

    def high_end(self) -> Expr:
        return self.end("high", self.high)

    def end(self, end: str, limit: Expr) -> Expr:
        """The sum of the rules' least or most; the range's where nothing bounds one of them."""
        bounds = [Ref(f"{ref.name}.{end}", COMPUTED) for ref in self.refs()]
        unbounded = build.disjunction(build.missing(bound) for bound in bounds)
        total = build.total([build.coalesce([bound, build.number(0)]) for bound in bounds])
        return build.case([(unbounded, limit)], total)


class _Weights(_Lines):
    """Weights average components that have the score's range."""

    def __init__(self, entry: Entry, ctx: Context, low: Expr, high: Expr) -> None:
        super().__init__(entry, ctx, low, high)
        self.parts: list[tuple[Expr, Expr, Expr, Expr]] = []

    def read(self, node: Node) -> None:
        pending: list[tuple[str, Location, Expr, Expr]] = []
        because: dict[str, Template | None] = {}
        for id, item, at in items(node, "weights:"):
            with self.problems.collecting():
                component = self.component(id, at)
                fields = as_mapping(item)
                weight = self.ctx.parse(required(fields, "value", at, f"weight {id}"))
                because[id] = optional_text(fields, "because", self.ctx)
                default = self.ctx.constant(weight)
                if weight.type.kind is not Kind.NUMBER or (default is not None and default < 0):
                    raise GroupbuyError(
                        Problem("wrong-value", "a weight is a number from 0", item.at)
                    )
                if not isinstance(weight, Lit):
                    weight = build.largest([weight, build.number(0)])
                pending.append((id, at, component, weight))
        self.problems.raise_any()
        for _, _, component, weight in pending:
            value, low, high = self.ends(component)
            self.parts.append((value, low, high, weight))
        weight_of_known = self.weight_total([value for value, *_ in self.parts])
        for (id, at, component, weight), (value, *_) in zip(pending, self.parts, strict=True):
            name = naming.line(self.entry.id, id)
            part = build.arithmetic("/", build.arithmetic("*", weight, value), weight_of_known)
            self.definitions.append(self.entry.define(name, part, at))
            read = (component,) if isinstance(weight, Lit) else (component, weight)
            self.lines.append(Line(id, name, read, at, because[id], weighs=True))

    def component(self, id: str, at: Location) -> Expr:
        found = self.ctx.value(id)
        if found is None:
            raise GroupbuyError(
                Problem(
                    "unknown-name", f'nothing is called "{id}"', at, did_you_mean(id, self.names())
                )
            )
        if found.type.kind is not Kind.NUMBER:
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"{id} is {build.describe(found.type)}; a component is a number",
                    at,
                )
            )
        low, high = self.ctx.constant(self.low), self.ctx.constant(self.high)
        type = found.type
        if type.exact and (type.low, type.high) != (low, high):
            raise GroupbuyError(
                Problem(
                    "component-range",
                    f"{id} does not have the score's range [{low:g}, {high:g}]",
                    at,
                    "declare its min and max in the lead model, or turn it into that range by a "
                    "fact",
                )
            )
        return found

    def names(self) -> Iterable[str]:
        scope_names = getattr(self.ctx, "names", None)
        return scope_names() if callable(scope_names) else ()

    def ends(self, component: Expr) -> tuple[Expr, Expr, Expr]:
        """A component's value, least and most, all within the range."""
        if isinstance(component, Ref) and component.type.open:
            closed = replace(component.type, open=False)
            value: Expr = Ref(naming.value(component.name), closed)
            low, high = build.ends(component)
            return value, low, high
        value = component
        if not component.type.exact:
            value = build.smallest([self.high, build.largest([self.low, component])])
        absent = build.missing(value)
        return (
            value,
            build.case([(absent, self.low)], value),
            build.case([(absent, self.high)], value),
        )

    def weight_total(self, values: list[Expr]) -> Expr:
        """The weights of the components that have a value."""
        return build.total(
            [
                build.case(
                    [(build.known(build.arithmetic("*", weight, value)), weight)], build.number(0)
                )
                for (_, _, _, weight), value in zip(self.parts, values, strict=True)
            ]
        )

    def value(self) -> Expr:
        """The average over what is known; unknown where nothing weighs anything."""
        weighed = build.compare(">", self.weight_total([p[0] for p in self.parts]), build.number(0))
        return build.case([(weighed, super().value())], build.unknown(COMPUTED))

    def low_end(self) -> Expr:
        return self.average([low for _, low, _, _ in self.parts], build.smallest)

    def high_end(self) -> Expr:
        return self.average([high for _, _, high, _ in self.parts], build.largest)

    def average(self, values: list[Expr], extreme: Any) -> Expr:
        """The average of one end; with an unknown weight, the worst or best component."""
        weights = [weight for *_, weight in self.parts]
        sums = build.total(
            [
                build.coalesce([build.arithmetic("*", weight, value), build.number(0)])
                for weight, value in zip(weights, values, strict=True)
            ]
        )
        divisor = self.weight_total(values)
        average = build.case(
            [(build.compare(">", divisor, build.number(0)), build.arithmetic("/", sums, divisor))],
            build.unknown(COMPUTED),
        )
        open_weights = [
            build.conjunction([build.missing(weight), build.known(value)])
            for weight, value in zip(weights, values, strict=True)
            if not isinstance(weight, Lit)
        ]
        if not open_weights:
            return average
        some = [build.coalesce([value, *values]) for value in values]
        return build.case([(build.disjunction(open_weights), extreme(some))], average)
