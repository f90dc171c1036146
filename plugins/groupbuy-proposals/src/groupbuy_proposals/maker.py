"""One lead's proposal from its results: which packages, and every file of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from groupbuy.api import GroupbuyError, Item, Problem, ProposalGenerator
from groupbuy.api.documents import Fonts, docx_file, pdf_file
from groupbuy_proposals.document import (
    Offered,
    Seller,
    document,
    offered_of,
    shown_money,
)
from groupbuy_proposals.need import alternatives_of, need_of
from groupbuy_proposals.notes import explained, not_found, notes
from groupbuy_proposals.offers import Offer, asked_of, offer
from groupbuy_proposals.output import Names, Outcome
from groupbuy_proposals.template import DocumentTemplate

SAID = {
    "zh": {
        "none": "没有适用的套餐规则",
        "type": "类型未定，不知用哪套规则；缺：{what}",
        "open": "缺：{what}",
        "unmet": "客户要“{word}”，目录里没有，不出方案",
    },
    "en": {
        "none": "no package is defined for such a lead",
        "type": "the type is not known; missing: {what}",
        "open": "missing: {what}",
        "unmet": "they ask for “{word}”, which the catalogue does not have",
    },
}
FORMATS = ("docx", "pdf", "xlsx")

Write = Callable[[Path, "str | bytes"], None]


@dataclass
class Maker:
    """Everything that a run's proposals have in common."""

    items: Sequence[Item]
    generators: Mapping[str, ProposalGenerator]
    templates: Mapping[str, DocumentTemplate]
    today: date
    folder: Path
    formats: frozenset[str]
    write: Write
    company: str | None = None
    fonts: Fonts | None = None
    names: Names = field(default_factory=Names)

    def make(self, lead: Mapping[str, Any], lang: str, salesperson: str | None) -> Outcome:
        """Write one lead's files; where there are none, the outcome says why."""
        outcome = Outcome(lead["id"], lead["name"], "proposed")
        verdict = lead["verdict"]
        if verdict["value"] in ("hold", "stop"):
            outcome.status = verdict["value"]
            outcome.reasons = [
                each.get("because") or each.get("title") or each["gate"]
                for each in verdict["reasons"]
                if each["verdict"] == verdict["value"]
            ] or [
                each.get("title") or each["gate"]
                for each in verdict["unknown"]
                if each["then"] == verdict["value"]
            ]
            return outcome
        entries: Mapping[str, Any] = lead.get("packages") or {}
        entry = next((e for e in entries.values() if e.get("status") == "ready"), None)
        if entry is None:
            return self.without_need(outcome, entries, lang)
        return self.propose(
            outcome, lead, entry, Seller(self.today, self.company, salesperson), lang
        )

    def without_need(self, outcome: Outcome, entries: Mapping[str, Any], lang: str) -> Outcome:
        """No entry of `packages:` is ready: what is missing, or that none is for such a lead."""
        if not entries:
            outcome.status, outcome.reasons = "none", [SAID[lang]["none"]]
            return outcome
        outcome.status = "open"
        for each in entries.values():
            if each.get("status") == "failed":
                outcome.status = "failed"
            missing = ", ".join(each.get("missing") or ())
            outcome.reasons.append(SAID[lang]["open"].format(what=missing or "?"))
        return outcome

    def propose(
        self,
        outcome: Outcome,
        lead: Mapping[str, Any],
        entry: Mapping[str, Any],
        seller: Seller,
        lang: str,
    ) -> Outcome:
        """Find the packages and write the documents."""
        need = need_of(entry)
        unmet = [word for word in need.wanted if not self.named(word)]
        if unmet and entry["unmet"] == "stop":
            outcome.status = "unmet"
            outcome.reasons = [SAID[lang]["unmet"].format(word=word) for word in unmet]
            return outcome
        asked = [asked_of(name, self.generators[name], use) for name, use in entry["use"].items()]
        offers: list[Offer] = []
        offered: list[Offered]
        if entry["groups"]:
            from groupbuy_proposals.groups import offer_groups

            offered, clashes = offer_groups(entry, need, self.items, self.today, lang)
            outcome.reasons += clashes
        else:
            for alternative in alternatives_of(entry):
                offers.append(offer(alternative, need, self.items, self.today, asked))
            offered = offered_of(offers)
            if not any(each.alternative.budget <= 1 and each.best for each in offers):
                # What is beyond the budget is offered beside what is within it, never alone.
                offered = []
            failures = [failure for each in offers for failure in each.failures]
            outcome.reasons += dict.fromkeys(failures)
        if not offered:
            outcome.status = "failed" if outcome.reasons and not entry["groups"] else "infeasible"
            within = [each for each in offers if each.alternative.budget <= 1] or offers
            largest = next((each.clash for each in within[::-1] if each.clash), None)
            if largest is not None:
                outcome.status = "infeasible"
                outcome.reasons.append(explained(largest, lang))
            elif within and outcome.status == "infeasible":
                outcome.reasons.append(not_found(within[-1], lang))
        base = self.names.name(lead["id"])
        self.put(outcome, f"{base}.internal.md", notes(lead, entry, offers, unmet, lang) + "\n")
        if offered:
            data = document(lead, entry, offered, seller, lang)
            self.documents(outcome, base, data, offered, lang)
            outcome.packages = [_told(each) for each in offered]
        return outcome

    def named(self, word: str) -> bool:
        """Whether the catalogue has something that a customer's word means."""
        from groupbuy_proposals.catalogue import is_named

        return any(is_named(item, word) for item in self.items)

    # ── files ──

    def documents(
        self,
        outcome: Outcome,
        base: str,
        data: Mapping[str, Any],
        offered: Sequence[Offered],
        lang: str,
    ) -> None:
        """The documents for the customer. All are made before one is written."""
        from groupbuy_proposals.writers.blocks import blocks
        from groupbuy_proposals.writers.html import html_page

        text = self.templates[lang].fill(data)
        parts = blocks(text)
        made: dict[str, str | bytes] = {"md": text, "html": html_page(parts, lang)}
        if "docx" in self.formats:
            made["docx"] = docx_file(parts, lang, self.today)
        if "pdf" in self.formats:
            assert self.fonts is not None
            made["pdf"] = pdf_file(parts, lang, self.fonts, self.today)
        if "xlsx" in self.formats:
            from groupbuy_proposals.writers.xlsx import xlsx_file

            made["xlsx"] = xlsx_file(str(data["customer"]), offered, lang, self.today)
        for suffix, content in made.items():
            self.put(outcome, f"{base}.{suffix}", content)

    def put(self, outcome: Outcome, name: str, content: str | bytes) -> None:
        """Write one file."""
        self.write(self.folder / name, content)
        outcome.files.append(name)


def _told(offered: Offered) -> dict[str, Any]:
    """A package in `proposals.jsonl`: amounts as texts, so that they stay exact."""
    package = offered.package
    return {
        "title": offered.title,
        "group": offered.group,
        "recommended": offered.recommended,
        "generator": package.generator,
        "amount": str(package.total.gross),
        "net": str(package.total.net),
        "vat": str(package.total.vat),
        "shown": shown_money(package.total.gross),
        "worth": package.worth / 1000,
        "bound": None if package.bound is None else package.bound / 1000,
        "optimal": package.optimal,
        "lines": [
            {
                "sku": line.item.sku,
                "per_head": line.per_head,
                "quantity": line.quantity,
                "spare": line.spare,
                "unit_price": None if line.unit_price is None else str(line.unit_price),
                "amount": str(line.amount.gross),
                "net": str(line.amount.net),
                "vat_rate": str(line.vat_rate),
            }
            for line in package.lines
        ],
    }


def in_model_words(
    items: Sequence[Item], words: Mapping[str, str], places: Mapping[str, Any]
) -> list[Item]:
    """The items with the words of leads in them as rules know them (`政府机关`: `government`).

    A word in `not_for` or `only_for` that no field of leads has is an error: what it was to keep
    away would be sold.
    """
    from groupbuy.api import Problems, did_you_mean

    problems = Problems()
    found: list[Item] = []
    for item in items:
        known: dict[str, list[str]] = {}
        for key, stated in (("not_for", item.not_for), ("only_for", item.only_for)):
            known[key] = []
            for word in stated:
                proper = words.get(word.casefold())
                if proper is None:
                    message = f'{item.sku}: {key} names "{word[:40]}", which no lead is'
                    hint = did_you_mean(word, words) or "words of customer_type, org_kind, occasion"
                    problems.found.append(Problem("item-word", message, places.get(item.sku), hint))
                else:
                    known[key].append(proper)
        tags = tuple(words.get(tag.casefold(), tag) for tag in item.tags)
        found.append(
            replace(
                item,
                not_for=tuple(known["not_for"]),
                only_for=tuple(known["only_for"]),
                tags=tags,
            )
        )
    if problems.found:
        raise GroupbuyError(*problems.found)
    return found
