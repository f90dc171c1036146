"""The questions to ask about a lead: its open targets, and the answers worth trying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from groupbuy.engine import wording
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.plan import Plan
from groupbuy.model.entries import Field
from groupbuy.model.model import LeadModel
from groupbuy.reason.questions import Question, Target, World, questions, telling_answers
from groupbuy.tree.nodes import NONE
from groupbuy.tree.types import TABLE, Kind, Type

OPEN_PACK = "packs"


class Asker:
    """Works out questions; what does not depend on the lead is kept for each plan."""

    def __init__(self, model: LeadModel, today: int) -> None:
        """`today` is a day number."""
        self.model, self.today = model, today
        self._answers: WeakKeyDictionary[Plan, dict[str, list[Any]]] = WeakKeyDictionary()

    def ask(self, lead: LeadConclusions, targets: list[str], most: int) -> list[dict[str, Any]]:
        """The `most` telling questions whose answers would settle `targets`."""
        gates = self.pack_fields(lead)
        return [self.shown(question, lead, gates) for question in self.search(lead, targets)[:most]]

    def search(self, lead: LeadConclusions, targets: list[str]) -> list[Question]:
        """Every question that bears on `targets`, the most telling first."""
        unknown = [name for name in targets if lead.value(name) is None]
        gates = self.pack_fields(lead)
        if not unknown and not gates:
            return []
        opened = [self.target(lead, name) for name in unknown]
        opened = [target for target in opened if target.blanks]
        blanks = dict.fromkeys(blank for target in opened for blank in target.blanks)
        answers = {name: self.answers(lead.plan, name) for name in blanks}

        def solve(world: World, changed: Sequence[str]) -> None:
            tables = any(name in self.model.tables for name in changed)
            lead.plan.solver(targets, tables=tables)(world)

        before = {name: lead.env.get(name) for name in targets}
        found = questions(opened, lead.env, answers, solve)
        lead.env.update(before)
        # What decides which rules apply comes first: every other answer hangs on it.
        asked = {question.name for question in found}
        found += [Question(name) for name in gates if name not in asked and self.can_ask(name)]
        found.sort(key=lambda question: question.name not in gates)
        return found

    def target(self, lead: LeadConclusions, name: str) -> Target:
        """Something open, with the blanks behind it that can be asked about."""
        fields = [*lead.missing(name), *self.pack_fields(lead)]
        asked = (field.partition(".")[0] for field in fields)
        return Target(name, tuple(dict.fromkeys(field for field in asked if self.can_ask(field))))

    def pack_fields(self, lead: LeadConclusions) -> dict[str, list[str]]:
        """The blanks that leave open whether a pack applies, with those packs."""
        found: dict[str, list[str]] = {}
        for pack in lead.case.open_packs:
            for field in lead.missing(f"for:{pack.name}"):
                found.setdefault(field, []).append(pack.name)
        return found

    def can_ask(self, name: str) -> bool:
        """Whether the model says how to ask about a field."""
        entry = self.model.entries.get(name)
        return entry is not None and entry.ask is not None

    def answers(self, plan: Plan, name: str) -> list[Any]:
        """The answers worth trying for a field."""
        known = self._answers.setdefault(plan, {})
        if name not in known:
            field = self.model.fields.get(name)
            type = field.type if field is not None else TABLE
            known[name] = telling_answers(name, type, plan.edges, self.today)
        return known[name]

    # ── showing ──

    def shown(
        self, question: Question, lead: LeadConclusions, gates: dict[str, list[str]]
    ) -> dict[str, Any]:
        """A question in the reader's language."""
        entry = self.model.entries[question.name]
        assert entry.ask is not None
        result: dict[str, Any] = {
            "field": question.name,
            "title": entry.title.get(lead.lang),
            "ask": entry.ask.get(lead.lang),
            "settles": list(question.settles),
            "narrows": [name for name in question.narrows if name not in question.settles],
            "example": {
                self.answer(
                    entry.type if isinstance(entry, Field) else TABLE, answer
                ): self.outcome(value)
                for answer, value in question.example.values()
            },
        }
        if question.others:
            result["with"] = list(question.others)
        if question.name in gates:
            result["packs"] = gates[question.name]
        return result

    def answer(self, type: Type, value: Any) -> str:
        """An answer as a key of an example."""
        if type.kind is Kind.TABLE:
            return "[]"
        plain = wording.plain(value, type)
        if isinstance(plain, bool):
            return "true" if plain else "false"
        return ", ".join(plain) if isinstance(plain, list) else str(plain)

    def outcome(self, value: Any) -> Any:
        """What an answer leads to."""
        if value is NONE:
            return None
        return wording.tidy(value) if isinstance(value, float) else value
