"""`packages:` — what a package for a lead must be, how packages are compared, what is said of them.

An entry says for whom it is (`if`), who pays how much for how many (`recipients`, `per_head`), what
counts (`objective`: weights of attributes), what must hold, which alternatives there are, and the
sentences of the proposal. All of it are expressions and texts of the rule language; the goods come
from a catalogue when `groupbuy propose` looks for packages. Results show the need.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from groupbuy.api import (
    COMMON,
    EXPRESSION,
    NONE,
    TEXT,
    Conclusions,
    Context,
    Definition,
    Entry,
    Expr,
    JsonSchema,
    Location,
    Lowered,
    Mapping,
    Node,
    Registry,
    Rows,
    Template,
    Texts,
    Type,
    did_you_mean,
    items,
    texts,
)
from groupbuy_proposals.catalogue import ATTRIBUTES
from groupbuy_proposals.need import BY_MONEY, BY_PIECE, COMPUTED
from groupbuy_proposals.statements import STATEMENTS, WORDS, Parts, Statement, Words

GENERATOR = "proposals.exact"
NUMBER, DATE = ("number",), ("date",)
WEIGHTS: JsonSchema = {
    "type": "object",
    "properties": dict.fromkeys((*ATTRIBUTES, *COMPUTED), EXPRESSION),
    "additionalProperties": False,
    "minProperties": 1,
}
SAID = ("need", "distinct", "service", "terms", "next_step", "promises")
"""Parts of a proposal that rules write; `promises` are for the salesperson only."""
LISTS = ("issued", "wanted", "theme", "avoid")

# Numbers that an entry may state, with what they are where it does not.
DEFAULTS: dict[str, float] = {
    "items.min": 1,
    "items.max": 8,
    "categories.min": 1,
    "categories.max_each": 0,
    "spend.from": 0,
    "spend.to": 1,
    "units": 1,
    "again": 0.3,
    "spare": 0,
    "shelf_life": 0,
    "valid_days": 30,
}


def _pair(*keys: str) -> JsonSchema:
    properties = dict.fromkeys(keys, EXPRESSION)
    return {"type": "object", "properties": properties, "additionalProperties": False}


TITLE: Texts = {"en": "Package wanted", "zh": "套餐需求"}
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        **COMMON,
        "if": EXPRESSION,
        "prices": {"enum": ["gross", "net"]},
        "measure": {"enum": [BY_MONEY, BY_PIECE]},
        # All the catalogue, or only what they ask for and what is tagged with it.
        "range": {"enum": ["all", "wanted"]},
        # Where it is not known what they ask for, or the catalogue has nothing of it: a proposal
        # all the same, or none.
        "unmet": {"enum": ["tell", "stop"]},
        "recipients": EXPRESSION,
        "per_head": EXPRESSION,
        "needed_by": EXPRESSION,
        "objective": WEIGHTS,
        "items": _pair("min", "max"),
        "categories": _pair("min", "max_each"),
        "spend": _pair("from", "to"),
        **{key: EXPRESSION for key in DEFAULTS if "." not in key},
        **dict.fromkeys(LISTS, WORDS),
        "certificates": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "alternatives": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "title": TEXT,
                    "because": TEXT,
                    "budget": EXPRESSION,
                    "objective": WEIGHTS,
                },
                "additionalProperties": False,
            },
        },
        "groups": {
            "type": "object",
            "properties": {
                "each": {"type": "string"},
                "name": EXPRESSION,
                "recipients": EXPRESSION,
                "per_head": EXPRESSION,
            },
            "required": ["each", "name", "recipients", "per_head"],
            "additionalProperties": False,
        },
        # What terms a generator takes, it says itself: they are checked against its own schema.
        "use": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {}},
        },
        **dict.fromkeys(SAID, STATEMENTS),
    },
    "required": ["recipients", "per_head", "objective"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Option:
    """One alternative: its texts, and the names of its share and its weights."""

    title: Template | None
    because: Template | None
    budget: str | None
    objective: dict[str, str] | None


@dataclass(frozen=True)
class View:
    """What an entry shows: names of definitions, texts, and what is stated as it is."""

    test: str | None
    values: dict[str, str]
    objective: dict[str, str]
    options: dict[str, Option]
    words: dict[str, list[Words]]
    said: dict[str, list[Statement]]
    groups: tuple[str, str, str] | None
    stated: dict[str, Any]
    used: dict[str, dict[str, Any]]
    inputs: dict[str, dict[str, Expr | None]]


class Packages:
    """What packages are wanted, as far as it is known."""

    name = "packages"
    title = TITLE
    schema = SCHEMA
    shared = False

    def __init__(self, plugins: Registry) -> None:
        """`plugins` has the generators that `use:` may name."""
        self.plugins = plugins

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids of packages are local."""
        return {}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A definition for every number, date and condition."""
        reader = _Reader(entry, ctx, self.plugins)
        view = reader.view()
        reader.problems.raise_any()
        return Lowered(entry, tuple(reader.definitions), view, **texts(entry, ctx))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all packages."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The need; what is missing of it; none where the package is not for this lead."""
        view: View = lowered.view
        holds = True if view.test is None else lead.value(view.test)
        if holds is False or holds is NONE:
            return None
        missing: list[str] = []
        if holds is None:
            assert view.test is not None
            missing += lead.missing(view.test)
        data = _Presented(view, lead, missing).data()
        ready = holds is True and data.pop("ready")
        data = {
            "status": "ready" if ready else "open",
            "title": lead.say(lowered.title) or lowered.entry.id,
            "because": lead.say(lowered.because),
            "missing": list(dict.fromkeys(missing)),
            **{key: value for key, value in data.items() if key != "ready"},
            "at": lowered.entry.at.short,
        }
        return {**data, "say": _told(data, lead.lang)}


class _Reader(Parts):
    """Lowers one entry."""

    def __init__(self, entry: Entry, ctx: Context, plugins: Registry) -> None:
        super().__init__(entry, ctx)
        self.plugins = plugins

    def view(self) -> View:
        entry, id = self.entry, self.entry.id
        test = None
        node = entry.get("if")
        if node is not None:
            with self.problems.collecting():
                test = self.condition(node, f"{id}.if")
        values: dict[str, str] = {}
        for key in ("recipients", "per_head", "needed_by", *DEFAULTS):
            node = self.at(key)
            if node is not None:
                with self.problems.collecting():
                    kinds = DATE if key == "needed_by" else NUMBER
                    values[key] = self.value(node, f"{id}.{key}", kinds)
        used, use = self.used(), self.entry.get("use")
        return View(
            test,
            values,
            self.weights(entry.get("objective"), f"{id}.objective"),
            self.options(),
            {key: self.words(key) for key in LISTS},
            {key: self.statements(key) for key in SAID},
            self.groups(),
            {
                "prices": self.plain("prices") or "gross",
                "measure": self.plain("measure") or BY_MONEY,
                "unmet": self.plain("unmet") or "tell",
                "range": self.plain("range") or "all",
                "certificates": self.plain("certificates") or {},
            },
            used,
            {name: self.inputs(name, self.entry.at if use is None else use.at) for name in used},
        )

    def at(self, key: str) -> Node | None:
        """The node of `items.min` and the like."""
        outer, dot, inner = key.partition(".")
        node = self.entry.get(outer)
        if not dot:
            return node
        return node.get(inner) if isinstance(node, Mapping) else None

    def plain(self, key: str) -> Any:
        node = self.entry.get(key)
        return None if node is None else node.data()

    def weights(self, node: Node | None, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        if node is None:
            return found
        for key, item, _ in items(node, "objective:"):
            with self.problems.collecting():
                found[key] = self.value(item, f"{name}.{key}", NUMBER)
        return found

    def options(self) -> dict[str, Option]:
        node = self.entry.get("alternatives")
        if node is None:
            return {}
        found: dict[str, Option] = {}
        for id, item, _ in items(node, "alternatives:"):
            name = f"{self.entry.id}.alternatives.{id}"
            with self.problems.collecting():
                assert isinstance(item, Mapping)  # the schema says so
                title, because = item.get("title"), item.get("because")
                budget, weights = item.get("budget"), item.get("objective")
                found[id] = Option(
                    None if title is None else self.ctx.text(title),
                    None if because is None else self.ctx.text(because),
                    None if budget is None else self.value(budget, f"{name}.budget", NUMBER),
                    None if weights is None else self.weights(weights, f"{name}.objective"),
                )
        return found

    def groups(self) -> tuple[str, str, str] | None:
        node = self.entry.get("groups")
        if not isinstance(node, Mapping):
            return None
        names: list[str] = []
        with self.problems.collecting():
            table = self.table(node)
            for key, kinds in (
                ("name", ("text",)),
                ("recipients", NUMBER),
                ("per_head", NUMBER),
            ):
                item = node.get(key)
                assert item is not None  # the schema requires it
                names.append(self.value(item, f"{self.entry.id}.groups.{key}", kinds, table))
        return (names[0], names[1], names[2]) if len(names) == 3 else None

    # ── generators ──

    def used(self) -> dict[str, dict[str, Any]]:
        """The generators to ask, each with its terms."""
        node = self.entry.get("use")
        if node is None:
            return {GENERATOR: {}}
        known = self.plugins.proposals()
        found: dict[str, dict[str, Any]] = {}
        for name, item, at in items(node, "use:"):
            if name not in known:
                hint = did_you_mean(name, known) or f"there are: {', '.join(sorted(known))}"
                message = f'no plugin generates packages as "{name}"'
                self.problems.add("unknown-generator", message, at, hint, len(name))
                continue
            terms = item.data()
            assert isinstance(terms, dict)  # the schema says so
            with self.problems.collecting():
                self.check_terms(name, known[name].terms, terms, item)
            found[name] = terms
        return found

    def check_terms(self, name: str, schema: JsonSchema, terms: dict[str, Any], node: Node) -> None:
        from jsonschema import Draft7Validator
        from referencing import Registry as Schemas

        validator = Draft7Validator(dict(schema), registry=Schemas())
        for error in sorted(validator.iter_errors(terms), key=str):
            place = node
            for step in error.absolute_path:
                inner = place.get(str(step)) if isinstance(place, Mapping) else None
                place = inner or place
            message = f"{name}: {error.message[:200]}"
            self.problems.add("wrong-value", message, place.at)

    def inputs(self, generator: str, at: Location) -> dict[str, Expr | None]:
        """What a generator sees of a lead, none where these rules have nothing for it."""
        found: dict[str, Expr | None] = {}
        for name, declared in self.plugins.proposals()[generator].inputs.items():
            table = isinstance(declared, Rows)
            found[name] = tree = None if table else self.ctx.value(name)
            if tree is None and not declared.pass_unknown:
                why = "tables are not handed to generators" if table else "nothing is called so"
                hint = None if table else did_you_mean(name, self.ctx.fields())
                self.problems.add("plugin-input", f"{generator} reads {name}: {why}", at, hint)
        return found


class _Presented:
    """One entry for one lead as plain data."""

    def __init__(self, view: View, lead: Conclusions, missing: list[str]) -> None:
        self.view, self.lead, self.missing = view, lead, missing
        self.ready = True

    def data(self) -> dict[str, Any]:
        view, lead = self.view, self.lead
        recipients, per_head = self.wanted("recipients"), self.wanted("per_head")
        objective = self.weights(view.objective)
        numbers = {key: self.number(key) for key in DEFAULTS}
        day = lead.value(view.values["needed_by"]) if "needed_by" in view.values else None
        groups = self.groups()
        words = {
            key: list(dict.fromkeys(w for each in view.words[key] for w in each.found(lead)))
            for key in LISTS
        }
        if groups:
            recipients = sum(each["recipients"] for each in groups)
            total = sum(each["recipients"] * each["per_head"] for each in groups)
            per_head = total / recipients
            self.ready, self.missing[:] = True, []
        if view.stated["unmet"] == "stop" and not words["wanted"]:
            # Who buys what was asked for must be asked what it is.
            self.ready = False
            self.missing += [m for each in view.words["wanted"] for m in lead.missing(each.value)]
        return {
            "ready": self.ready,
            "recipients": recipients,
            "per_head": per_head,
            "needed_by": lead.due(day) if isinstance(day, int) else None,
            **view.stated,
            "objective": objective,
            "items": {"min": numbers["items.min"], "max": numbers["items.max"]},
            "categories": {"min": numbers["categories.min"]},
            "most_per_category": numbers["categories.max_each"] or None,
            "spend": {"from": numbers["spend.from"], "to": numbers["spend.to"]},
            **{key: numbers[key] for key in DEFAULTS if "." not in key},
            **words,
            "alternatives": self.options(objective),
            "groups": groups,
            "use": {
                name: {
                    "terms": terms,
                    "lead": {key: self.seen(tree) for key, tree in view.inputs[name].items()},
                }
                for name, terms in view.used.items()
            },
            **{key: [text for each in view.said[key] for text in each.said(lead)] for key in SAID},
        }

    def seen(self, tree: Expr | None) -> Any:
        """An input of a generator; none where it is unknown, or personal data that is masked."""
        facts = {} if tree is None else self.lead.facts(tree)
        return next((value for name, value in facts.items() if not self.lead.hides(name)), None)

    def wanted(self, key: str) -> float | None:
        """A number without which there is no package."""
        name = self.view.values[key]
        value = self.lead.value(name)
        if isinstance(value, (int, float)) and value > 0:
            whole = key != "recipients" or float(value).is_integer()
            if whole:
                return int(value) if key == "recipients" else float(value)
        self.ready = False
        if value is None:
            self.missing += self.lead.missing(name) or [key]
        return None

    def number(self, key: str) -> float:
        """A number that the entry states, or what it is without."""
        name = self.view.values.get(key)
        value = DEFAULTS[key] if name is None else self.lead.value(name)
        if isinstance(value, (int, float)):
            return value
        self.ready = False
        if name is not None and value is None:
            self.missing += self.lead.missing(name)
        return DEFAULTS[key]

    def weights(self, names: dict[str, str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for key, name in names.items():
            value = self.lead.value(name)
            if isinstance(value, (int, float)) and value >= 0:
                found[key] = float(value)
            else:
                self.ready = False
                if value is None:
                    self.missing += self.lead.missing(name)
        return found

    def options(self, objective: dict[str, float]) -> dict[str, Any]:
        if not self.view.options:
            return {"recommended": {"title": None, "budget": 1.0, "objective": objective}}
        found: dict[str, Any] = {}
        for id, option in self.view.options.items():
            budget = 1.0 if option.budget is None else self.lead.value(option.budget)
            if not isinstance(budget, (int, float)) or budget <= 0:
                continue
            weights = objective if option.objective is None else self.weights(option.objective)
            found[id] = {
                "title": self.lead.say(option.title),
                "because": self.lead.say(option.because),
                "budget": float(budget),
                "objective": weights,
            }
        return found

    def groups(self) -> list[dict[str, Any]]:
        if self.view.groups is None:
            return []
        names, recipients, per_heads = (self.lead.rows(each) or [] for each in self.view.groups)
        found = []
        for name, number, per_head in zip(names, recipients, per_heads, strict=True):
            known = all(isinstance(each, (int, float)) and each > 0 for each in (number, per_head))
            if known and isinstance(name, str):
                found.append({"name": name, "recipients": int(number), "per_head": per_head})
            else:
                self.ready = False
        return found


def _told(data: dict[str, Any], lang: str) -> list[str]:
    """The need in a sentence or two, for `groupbuy explain`."""
    zh = lang == "zh"
    told = []
    if data["recipients"] and data["per_head"]:
        people, money = f"{data['recipients']:,}", f"{data['per_head']:,.2f}"
        first = f"{people} 人，人均 {money} 元" if zh else f"{people} people, {money} a head"
        if data["needed_by"]:
            first += f"，{data['needed_by']} 前到货" if zh else f", there by {data['needed_by']}"
        told.append(first)
    if data["issued"]:
        told.append(
            ("不再发：" if zh else "not again: ") + ("、" if zh else ", ").join(data["issued"])
        )
    if data["status"] == "open":
        what = ("、" if zh else ", ").join(data["missing"])
        told.append(("还缺：" if zh else "missing: ") + what if what else "…")
    return told
