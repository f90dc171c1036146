"""`programs:` — incentive programs in rule files.

programs:
year_end_rebate:
use: incentives.loyalty          # a kind: this plugin's, or another's (plugin.kind)
title: {en: Year-end rebate, zh: 年底返利}
version: "2026"                  # a new version posts true-ups
effective: {from: 2026-01-01, until: 2026-12-31}   # of the deals that belong to it
when: bought_ever                # to whom it is open
trigger: paid                    # won · invoiced · paid
hold_days: 30
caps: {deal: 5000, party: 20000, period: 20000, budget: 500000}
not_to: [government, public_institution]
terms: {per: year, tiers: {silver: {from: 500000, rate: 2%}}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from groupbuy.api import (
    COMMON,
    EXPRESSION,
    NONE,
    Conclusions,
    Context,
    Definition,
    Entry,
    GroupbuyError,
    IncentiveProgram,
    Location,
    Lowered,
    Node,
    Offer,
    Problem,
    Registry,
    Rows,
    Scalar,
    Sequence,
    Type,
    did_you_mean,
    inputs_seen,
    required,
    texts,
)
from groupbuy.api import Mapping as MappingNode
from groupbuy_incentives.introductions import (
    ASK_SCHEMA,
    Ask,
    Survey,
    ask_definitions,
    introductions_of,
    read_ask,
)
from groupbuy_incentives.money import CENT
from groupbuy_incentives.programs import PUBLIC, TRIGGERS, Caps, Program
from groupbuy_incentives.terms import Path, Terms, read_terms, setting_values

NAME = "programs"
NUMBER = {"type": "number"}
CAPS = ("deal", "party", "period", "budget")
COMMON_TERMS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "hold_days": {"type": "integer", "minimum": 0, "maximum": 3650},
        "caps": {
            "type": "object",
            "properties": {name: {"type": "number", "minimum": 0} for name in CAPS},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
"""Numbers beside the terms of a kind, which may be settings as well."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        **COMMON,
        "use": {"type": "string"},
        "version": {"type": ["string", "number"]},
        "when": EXPRESSION,
        "trigger": {"enum": list(TRIGGERS)},
        "hold_days": {"type": ["integer", "string"]},
        "caps": {
            "type": "object",
            "properties": {name: {"type": ["number", "string"]} for name in CAPS},
            "additionalProperties": False,
        },
        "not_to": {"type": "array", "items": {"type": "string"}},
        "ask": ASK_SCHEMA,
        "terms": {},
    },
    "required": ["use", "terms"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class ProgramView:
    """A program as it stands in the rules: what is worked out for each stack of packs."""

    program: Program
    kind: IncentiveProgram
    own: Terms
    """The terms of the kind."""
    common: Terms
    """Hold days and caps."""
    at: Location
    absent: frozenset[str] = frozenset()
    """Inputs that the lead model does not have: unknown for every lead."""
    when: str | None = None
    ask: Ask | None = None
    settings: Mapping[str, Mapping[Path, str]] = field(default_factory=dict)

    def stated(self, lead: Conclusions) -> Program:
        """The program with the settings as they are for a lead's packs.

        Raises `GroupbuyError` where the settings make terms that the kind refuses.
        """
        own = dict(setting_values(self.own, self.settings["own"], lead))
        common = dict(setting_values(self.common, self.settings["common"], lead))
        if not own and not common:
            return self.program
        stated = made(self.program, self.own.with_values(own), self.common.with_values(common))
        if own:
            check(self.kind, stated.terms, self.at)
        return stated


class Programs:
    """The section. A program of any kind: this plugin's own, and those of others."""

    name = NAME
    schema = SCHEMA
    shared = False
    keeps_dates = True
    title: Mapping[str, str] = {"en": "Programs", "zh": "激励计划"}

    def __init__(self, plugins: Registry) -> None:
        """`plugins` has all kinds, once all plugins are loaded."""
        self.plugins = plugins

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids of programs are local."""
        return {}

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all programs."""
        return ()

    # ── reading ──

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """The terms, read and checked; its conditions as definitions."""
        kind = self.kind(required(entry.fields, "use", entry.at, f"program {entry.id}"))
        node = required(entry.fields, "terms", entry.at, f"program {entry.id}")
        own = read_terms(node, kind.terms, ctx)
        common = read_terms(_common(entry), COMMON_TERMS, ctx)
        check(kind, own.data, node.at)
        program = made(_program(entry, ctx), own.data, common.data)
        base = f"{NAME}:{entry.id}"
        definitions: list[Definition] = []
        names: dict[str, dict[Path, str]] = {"own": {}, "common": {}}
        for which, terms in (("own", own), ("common", common)):
            for path, (setting, at) in terms.settings.items():
                name = f"{base}.{which}.{'.'.join(path)}"
                names[which][path] = name
                definitions.append(entry.define(name, setting, at))
        when = entry.get("when")
        if when is not None:
            definitions.append(entry.define(f"{base}.when", ctx.condition(when), when.at))
        ask = read_ask(entry, ctx, base)
        if ask is not None:
            definitions += ask_definitions(entry, ctx, ask)
        view = ProgramView(
            program,
            kind,
            own,
            common,
            node.at,
            self.absent(kind, entry, ctx),
            None if when is None else f"{base}.when",
            ask,
            names,
        )
        return Lowered(entry, tuple(definitions), view, **texts(entry, ctx))

    def kind(self, node: Node) -> IncentiveProgram:
        """The kind that `use:` names."""
        kinds = self.plugins.incentives()
        use = node.text if isinstance(node, Scalar) else ""
        if use in kinds:
            return kinds[use]
        hint = did_you_mean(use, kinds) or f"kinds: {', '.join(sorted(kinds))}"
        plugin = use.partition(".")[0]
        if plugin in self.plugins.broken:
            hint = f"the plugin {plugin} can't be used: {self.plugins.broken[plugin]}"
        elif "." in use and plugin not in self.plugins.loaded:
            hint = f"list the plugin in groupbuy.yaml: plugins: [incentives, {plugin}]"
        message = f'there is no kind of program "{use}"'
        raise GroupbuyError(Problem("unknown-kind", message, node.at, hint, len(use)))

    def absent(self, kind: IncentiveProgram, entry: Entry, ctx: Context) -> frozenset[str]:
        """The inputs of a kind that these rules have not. Raises where one is needed."""
        absent = set()
        for name, declared in kind.inputs.items():
            is_table = isinstance(declared, Rows)
            if (ctx.table(name) if is_table else ctx.value(name)) is not None:
                continue
            if not declared.pass_unknown:
                message = f"{kind.name} reads {name}, and nothing is called so"
                raise GroupbuyError(Problem("plugin-input", message, entry.at))
            absent.add(name)
        return frozenset(absent)

    # ── showing ──

    def survey(self, leads: list[tuple[list[Lowered], Conclusions]]) -> Survey:
        """Who could introduce whom, over all leads of the run."""
        return introductions_of(leads)

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """What is on offer to the lead today; nothing where the program is not for it."""
        view: ProgramView = lowered.view
        today = date.fromordinal(lead.today)
        program = view.program
        if not program.covers(today):
            return None
        is_open = True if view.when is None else lead.value(view.when)
        if is_open is False or is_open is NONE:
            return None
        shown: dict[str, Any] = {
            "use": program.use,
            "version": program.version,
            "title": lead.say(lowered.title),
            "because": lead.say(lowered.because),
            "at": lowered.entry.at.short,
        }
        sayings = [text for text in (shown["because"],) if text]
        if is_open is None and view.when is not None:
            shown |= {"status": "unknown", "missing": lead.missing(view.when)}
            words = {"en": "open, if known: {}", "zh": "是否适用待定，还缺：{}"}
            sayings.append(words[lead.lang].format("、".join(shown["missing"])))
        elif self.refused(program, lead):
            return None
        try:
            offer = view.kind.offer(view.stated(lead).terms, self.inputs(view, lead))
        except GroupbuyError as error:
            shown |= {"status": "refused", "say": [str(error.problems[0])]}
            return _filled(shown)
        if offer is not None:
            shown |= {**offer.details, **_numbers(offer)}
            sayings.append(_in(offer.because, lead.lang))
        asked = lead.survey.of(lowered.entry.id, lead) if lead.survey is not None else {}
        shown |= {key: value for key, value in asked.items() if key != "say"}
        sayings += asked.get("say", [])
        if not sayings or (offer is None and not asked and is_open is not None):
            return None
        return _filled({**shown, "say": sayings})

    def refused(self, program: Program, lead: Conclusions) -> bool:
        """Whether the lead is one of those that get nothing."""
        try:
            kind = lead.value("org_kind")
        except KeyError:  # a model without kinds of organisations
            return False
        return isinstance(kind, str) and kind in program.not_to

    def inputs(self, view: ProgramView, lead: Conclusions) -> dict[str, Any]:
        """What the kind sees of the lead: all of its inputs, those that are unknown as `None`."""

        def value_of(name: str) -> Any:
            if name == "today":
                return lead.today
            return None if name in view.absent else lead.value(name)

        seen: dict[str, Any] = {}
        for name, declared in view.kind.inputs.items():
            seen[name] = (inputs_seen({name: declared}, value_of) or {}).get(name)
        return seen


def check(kind: IncentiveProgram, terms: Mapping[str, Any], at: Location) -> None:
    """Raise `GroupbuyError` with all that the kind finds wrong with terms of the right form."""
    problems = [Problem("bad-terms", fault, at) for fault in kind.check(terms)]
    if problems:
        raise GroupbuyError(*problems)


def made(program: Program, own: Mapping[str, Any], common: Mapping[str, Any]) -> Program:
    """A program with its numbers."""
    caps = common.get("caps", {})
    return replace(
        program,
        terms=own,
        hold_days=int(common.get("hold_days", 0)),
        caps=Caps(**{name: Decimal(cap).quantize(CENT) for name, cap in caps.items()}),
    )


def _common(entry: Entry) -> Node:
    fields = entry.fields
    items = {key: item for key, item in fields.items.items() if key in ("hold_days", "caps")}
    return MappingNode(fields.source, fields.line, fields.column, items, fields.keys)


def _program(entry: Entry, ctx: Context) -> Program:
    """What needs no numbers."""
    fields = entry.fields
    trigger, version, use = fields.get("trigger"), fields.get("version"), fields.get("use")
    not_to = fields.get("not_to")
    start, end = _dates(fields.get("effective"))
    title = fields.get("title")
    return Program(
        entry.id,
        use.text if isinstance(use, Scalar) else "",
        version.text if isinstance(version, Scalar) else "1",
        start,
        end,
        next((t for t in TRIGGERS if isinstance(trigger, Scalar) and trigger.text == t), "paid"),
        not_to=_words(not_to, ctx) if isinstance(not_to, Sequence) else frozenset(PUBLIC),
        title=_title(title),
    )


def _words(node: Sequence, ctx: Context) -> frozenset[str]:
    """Kinds of organisations, by their words or titles."""
    found = set()
    for item in node:
        text = item.text if isinstance(item, Scalar) else ""
        word = ctx.word("org_kind", text) if ctx.value("org_kind") is not None else text
        if word is None:
            message = f'"{text}" is no kind of organisation'
            hint = "the words of org_kind in the lead model"
            raise GroupbuyError(Problem("unknown-word", message, item.at, hint, len(text)))
        found.add(word)
    return frozenset(found)


def _dates(node: Node | None) -> tuple[date | None, date | None]:
    ends = []
    for key in ("from", "until"):
        end = node.get(key) if isinstance(node, MappingNode) else None
        try:
            ends.append(date.fromisoformat(end.text) if isinstance(end, Scalar) else None)
        except ValueError:
            ends.append(None)  # it is told where packs are read
    return ends[0], ends[1]


def _title(node: Node | None) -> Mapping[str, str]:
    if isinstance(node, MappingNode):
        return {lang: text.text for lang, text in node.items.items() if isinstance(text, Scalar)}
    return {"en": node.text} if isinstance(node, Scalar) else {}


def _numbers(offer: Offer) -> dict[str, Any]:
    """The figures of an offer as results have them."""
    named = {
        "amount": offer.amount,
        "volume": offer.at,
        "next_at": offer.next_at,
        "next_amount": offer.next_amount,
    }
    found = {name: float(value) for name, value in named.items() if value is not None}
    if offer.next_at is not None and offer.at is not None:
        found["to_next"] = float(offer.next_at - offer.at)
    return found


def _in(said: Mapping[str, str], lang: str) -> str:
    return said.get(lang) or next(iter(said.values()), "")


def _filled(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if value is not None}
