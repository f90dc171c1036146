"""Laws that hold for whatever rules there are: on random rule sets, over random leads.

`make fuzz` tries many more of both. Laws of single expressions are in tests/compile.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_rules import KINDS, Maker, random_layers, random_leads
from rules_world import MODEL, rules
from test_promises import numbered, plain

from groupbuy.authoring.fmt import formatted
from groupbuy.errors import Source

MANY = 20
"""Leads of an example."""
FIELDS = ("budget", "region", "kind", "org", "causes", "due_on", "orders", "needs")
law = settings(
    max_examples=max(5, settings.default.max_examples // 20) if settings.default else 5,
    deadline=None,
    # A smaller seed is no simpler example.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 100_000)

Lead = dict[str, Any]
Layers = list[Any]


def each_pack(layers: Layers, change: Callable[[str], str]) -> Layers:
    """The same layers with every pack changed."""
    return [
        [change(pack) for pack in layer] if isinstance(layer, list) else change(layer)
        for layer in layers
    ]


def results(layers: Layers, leads: Sequence[Lead], model: str = MODEL) -> Any:
    """All that is said of the leads, without places."""
    return plain(rules(*layers, model=model).result(leads).data)


def by_id(data: Any) -> dict[str, Any]:
    return {lead["id"]: lead for lead in data["leads"]}


def alone(lead: Any) -> Any:
    """What is said of a lead without its place among the others."""
    return {key: value for key, value in lead.items() if key != "rank"}


def unranked_layers(seed: int) -> Layers:
    """Random layers in which no lead is compared with others."""
    maker = Maker(seed)
    common = maker.pack("common")
    numbers, flags, words = [*maker.numbers], [*maker.flags], {**maker.words}
    kinds = []
    for kind in KINDS[:2]:
        maker.numbers, maker.flags, maker.words = [*numbers], [*flags], {**words}
        kinds.append(maker.pack(kind, f'kind == "{kind}"'))
    return [common, kinds]


# ── names ──


@law
@given(seeds)
def test_another_name_for_a_field_changes_nothing_but_the_name(seed: int) -> None:
    leads, layers = numbered(random_leads(seed, MANY)), random_layers(seed)
    wanted = results(layers, leads)
    for field in random.Random(seed).sample(FIELDS, 2):

        def renamed(text: str, field: str = field) -> str:
            return re.sub(rf"\b{field}\b", f"{field}zz", text)

        others = [json.loads(renamed(json.dumps(lead))) for lead in leads]
        # The words of `kind` are names of packs, too: only the field is renamed.
        found = results(each_pack(layers, renamed), others, renamed(MODEL))
        assert json.loads(json.dumps(found).replace(f"{field}zz", field)) == wanted


@law
@given(seeds)
def test_another_name_for_an_entry_changes_nothing_but_the_name(seed: int) -> None:
    leads, layers = random_leads(seed, MANY), random_layers(seed)
    wanted = results(layers, leads)
    text = json.dumps(layers)
    names = sorted(set(re.findall(r"\b[nqsk][0-9]+\b", text)))
    name = random.Random(seed).choice(names)

    def renamed(pack: str) -> str:
        return re.sub(rf"\b{name}\b", f"{name}zz", pack)

    found = results(each_pack(layers, renamed), leads)
    assert json.loads(json.dumps(found).replace(f"{name}zz", name)) == wanted


# ── what nobody reads ──


@law
@given(seeds)
def test_a_field_that_no_rule_reads_changes_nothing(seed: int) -> None:
    leads, layers = numbered(random_leads(seed, MANY)), random_layers(seed)
    model = f"{MODEL.rstrip()}\n  unread: {{type: number, min: 0, ask: 'unread?'}}\n"
    draw = random.Random(seed)
    more = [lead | ({"unread": draw.randrange(9)} if draw.random() < 0.7 else {}) for lead in leads]
    assert results(layers, more, model) == results(layers, leads)


UNREAD = {
    "facts": "  unread: 'budget + a'\n",
    "scores": "  unread: {range: [0, 9], rules: {unread_rule: {when: 'f', points: 9}}}\n",
    "grades": "  unread: {rows: {A: {when: 'g'}, B: {}}}\n",
}


@law
@given(seeds, st.sampled_from(sorted(UNREAD)))
def test_an_entry_that_no_rule_reads_adds_itself_and_nothing_else(seed: int, section: str) -> None:
    leads, layers = random_leads(seed, MANY), random_layers(seed)
    wanted = results(layers, leads)
    more = [layers[0].replace(f"{section}:\n", f"{section}:\n{UNREAD[section]}", 1), *layers[1:]]
    found = results(more, leads)
    for lead in found["leads"]:
        assert lead[section].pop("unread") is not None
    assert found == wanted


@law
@given(seeds)
def test_a_pack_that_applies_to_nobody_changes_nothing(seed: int) -> None:
    leads, layers = random_leads(seed, MANY), random_layers(seed)
    nobody = 'pack: nobody\nfor: id == "nobody"\nfacts: {unread: budget}\n'
    nobody += "plays: {unread_play: {when: unread > 3, do: d}}\n"
    assert results([*layers, nobody], leads) == results(layers, leads)


# ── order, and the others ──


@law
@given(seeds)
def test_the_order_of_entries_and_sections_does_not_matter(seed: int) -> None:
    leads, layers, draw = random_leads(seed, MANY), random_layers(seed), random.Random(seed)

    def mixed(pack: str) -> str:
        head, *sections = re.split(r"(?m)^(?=[a-z]+:$)", pack)
        shuffled = []
        for section in draw.sample(sections, len(sections)):
            first, *entries = section.splitlines()
            shuffled.append("\n".join([first, *draw.sample(entries, len(entries))]) + "\n")
        return head + "".join(shuffled)

    changed = each_pack(layers, mixed)
    assert results(changed, leads) == results(layers, leads)


@law
@given(seeds)
def test_the_order_of_leads_does_not_matter(seed: int) -> None:
    leads, layers = numbered(random_leads(seed, MANY)), random_layers(seed)
    shuffled = random.Random(seed).sample(leads, len(leads))
    assert results(layers, shuffled) == results(layers, leads)


@law
@given(seeds, st.integers(0, MANY))
def test_a_batch_is_its_parts(seed: int, cut: int) -> None:
    leads, layers = numbered(random_leads(seed, MANY)), unranked_layers(seed)
    whole = by_id(results(layers, leads))
    parts: dict[str, Any] = {}
    for part in (leads[:cut], leads[cut:]):
        if part:
            parts |= by_id(results(layers, part))
    assert {id: alone(lead) for id, lead in parts.items()} == {
        id: alone(lead) for id, lead in whole.items()
    }


# ── what is learnt ──


class Steady(Maker):
    """Draws rules that ask nowhere whether something is known, and weigh nothing."""

    def number(self, depth: int = 2) -> str:
        while "coalesce" in (text := super().number(depth)):
            pass
        return text

    def flag(self, depth: int = 2) -> str:
        while re.search("known|missing", text := super().flag(depth)):
            pass
        return text

    def scores(self, many: int) -> list[str]:
        while True:
            numbers, count = [*self.numbers], self.count
            lines = super().scores(many)
            if not any("weights" in line for line in lines):
                return lines
            self.numbers, self.count = numbers, count


@law
@given(seeds, seeds)
def test_what_was_decided_stays_when_more_is_known(seed: int, luck: int) -> None:
    """Facts, scores and grades that were known; gates that held, with an open one never `go`."""
    ruled = rules(Steady(seed).pack("common"))
    leads = numbered([{"quiet": False, **lead} for lead in random_leads(seed, MANY)])
    donors, draw = random_leads(seed + 1, MANY), random.Random(luck)
    learnt = []
    for lead, donor in zip(leads, donors, strict=True):
        blanks = sorted(donor.keys() - lead.keys())
        some = draw.sample(blanks, draw.randint(0, len(blanks)))
        learnt.append(lead | {name: donor[name] for name in some})
    before, after = (by_id(ruled.result(each).data) for each in (leads, learnt))
    for id, was in before.items():
        for section in ("facts", "scores", "grades"):
            for name, old in was[section].items():
                new = after[id][section][name]
                if old["status"] in ("known", "none"):
                    assert (new["status"], new["value"]) == (old["status"], old["value"]), name
                elif section == "scores" and new["status"] == "known":
                    # An end that is not told has none.
                    low, high = old["low"], old["high"]
                    assert low is None or low - 1e-6 <= new["value"], name
                    assert high is None or new["value"] <= high + 1e-6, name
                elif section == "grades" and new["status"] == "known":
                    assert new["value"] in old["possible"], name
        held = {reason["gate"] for reason in was["verdict"]["reasons"] if not reason.get("open")}
        still = {reason["gate"] for reason in after[id]["verdict"]["reasons"]}
        opened = {gate["gate"] for gate in was["verdict"]["unknown"]}
        assert held - opened <= still
        plays = {play["play"] for play in was["plays"]}
        if not held ^ still:
            assert plays <= {play["play"] for play in after[id]["plays"]}


# ── another spelling ──


@law
@given(seeds)
def test_another_spelling_says_the_same(seed: int) -> None:
    leads, layers = random_leads(seed, MANY), random_layers(seed)

    def tidy(pack: str) -> str:
        text = formatted(Source("pack", f"groupbuy: 1\n{pack}"))
        assert formatted(Source("pack", text)) == text
        return text

    assert results(each_pack(layers, tidy), leads) == results(layers, leads)


@law
@given(seeds, st.sampled_from(["\r\n", "\r"]))
def test_line_ends_say_nothing(seed: int, end: str) -> None:
    leads, layers = random_leads(seed, MANY), random_layers(seed)

    def ended(pack: str) -> str:
        return pack.replace("\n", end)

    changed = rules(*layers)
    for path in changed.folder.glob("*.yaml"):
        path.write_bytes(ended(path.read_text(encoding="utf-8")).encode())
    again = type(changed.workspace)(changed.folder, changed.workspace.options)
    found = plain(type(changed)(again, changed.folder).result(leads).data)
    assert found == results(layers, leads)
