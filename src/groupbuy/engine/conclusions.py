"""One lead's results as sections ask for them (`sections.base.Conclusions`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from groupbuy.engine import wording
from groupbuy.engine.missing import Missing
from groupbuy.engine.run import Case
from groupbuy.model.model import LeadModel
from groupbuy.sections.template import RANK, Slot, Template
from groupbuy.tree import naming
from groupbuy.tree.derived import NOT_APPLICABLE
from groupbuy.tree.nodes import NONE, Expr, names
from groupbuy.tree.types import Kind, Type

MASKED = "***"


class LeadConclusions:
    """Reads one lead's values. Everything beyond them is worked out when it is asked for."""

    survey: Any = None

    def __init__(
        self,
        case: Case,
        model: LeadModel,
        lang: str,
        currency: str,
        today: int,
        *,
        show_pii: bool = False,
    ) -> None:
        """`lang` is the reader's language."""
        assert case.plan is not None
        self.case, self.plan, self.model = case, case.plan, model
        self.lang, self.currency, self.today = lang, currency, today
        self.show_pii = show_pii
        self.env = case.env

    @cached_property
    def missing_fields(self) -> Missing:
        """The search for blanks, with what it found so far."""
        return Missing(self.plan, self.env)

    def value(self, name: str) -> Any:
        """The value of a name: itself, `None` unknown, `NONE` does not apply."""
        if name in self.env:
            return self.env[name]
        constant = self.plan.stack.constants.get(name)
        if constant is not None:
            return constant.value
        self.plan.extend(self.env, name)
        return self.env[name]

    def holds(self, test: Expr) -> bool | None:
        """Whether a condition holds."""
        for name in names(test):
            self.value(name)
        return self.plan.status(test, self.env)

    def rows(self, name: str) -> list[Any] | None:
        """The values of a definition made for each row."""
        found = self.value(name)
        return found if isinstance(found, list) else None

    def shown(self, value: Any, type: Type) -> Any:
        """A value as plain data."""
        return wording.plain(value, type)

    def told(self, name: str, value: Any, type: Type) -> Any:
        """The value of a name as plain data; personal data is masked."""
        return MASKED if self.hides(name) and value is not None else self.shown(value, type)

    def hides(self, name: str) -> bool:
        """Whether the value of a name is personal data that nobody asked to see."""
        return not self.show_pii and name in self.plan.private

    def due(self, day: int | None) -> str | None:
        """A date in ISO form."""
        return None if day is None else wording.iso(day)

    def row_key(self, table: str, index: int) -> str:
        """The row's key column, or its number from 1."""
        declared = self.model.tables.get(table)
        rows = self.env.get(table)
        if declared is not None and declared.key is not None and isinstance(rows, list):
            key, column = rows[index].get(declared.key), declared.fields[declared.key]
            if key is not None and (self.show_pii or not column.pii):
                return str(wording.plain(key, column.type))
        return str(index + 1)

    # ── facts ──

    def facts(self, *tests: Expr) -> dict[str, Any]:
        """The names that expressions read, with their values; blanks are left out."""
        found: dict[str, Any] = {}
        for test in tests:
            for name in names(test):
                shown = naming.base(name)
                if shown in found or ":" in shown or "." in shown or shown in self.model.tables:
                    continue
                value, type = self.value(shown), self.type_of(shown)
                if type is None or type.kind is Kind.TABLE or value is None or value is NONE:
                    continue
                found[shown] = self.told(shown, value, type)
        return found

    def type_of(self, name: str) -> Type | None:
        """The type of a field or definition."""
        field = self.model.fields.get(name)
        if field is not None:
            return field.type
        constant = self.plan.stack.constants.get(name)
        if constant is not None:
            return constant.type
        definition = self.plan.stack.lookup(name)
        return None if definition is None else definition.type

    def missing(self, name: str) -> list[str]:
        """The fields whose blanks leave a name unknown, in the model's order."""
        found = self.missing_fields.of_name(name)
        if len(found) < 2:
            return list(found)
        order = self.plan.field_order
        return sorted(found, key=lambda field: (order.get(field.partition(".")[0], 0), field))

    def possible(self, name: str) -> list[Any]:
        """The words that an open grade can still be; `None` stands for "does not apply"."""
        definition = self.plan.stack.lookup(name)
        if definition is None:
            return []
        words: list[Any] = [
            word
            for word in definition.type.values
            if self.value(naming.within(name, (word,))) is not False
        ]
        if self.value(naming.within(name, (NOT_APPLICABLE,))) is not False:
            words.append(None)
        return words

    # ── texts ──

    def say(
        self,
        template: Template | None,
        row: tuple[str, int] | None = None,
        rank: str | None = None,
    ) -> str | None:
        """A text in the reader's language, with the facts it quotes."""
        if template is None:
            return None
        return "".join(
            part if isinstance(part, str) else self.quoted(part, row, rank)
            for part in template.parts(self.lang)
        )

    def quoted(self, slot: Slot, row: tuple[str, int] | None, rank: str | None) -> str:
        """One fact inside a sentence."""
        words = None
        if slot.name == RANK and slot.table is None:
            value = self.value(rank) if rank else self.case.rank
            value = float(value) if isinstance(value, int) else value
        elif slot.table is not None:
            value = self.cell(slot.table, slot.name, row)
            if value is not None and self.hides(f"{slot.table}.{slot.name}"):
                return MASKED
            table = self.model.tables.get(slot.table)
            field = table.fields.get(slot.name) if table else None
            if field is not None:
                words = field.value_titles
        else:
            value = self.value(slot.name)
            if value is not None and self.hides(slot.name):
                return MASKED
            if value is None and slot.type.open:
                value = self.open_value(slot)
            field = self.model.fields.get(slot.name)
            if field is not None:
                words = field.value_titles
            elif slot.type.kind is Kind.CHOICE:
                words = self.plan.word_titles(slot.name)
        return wording.spoken(value, slot.type, self.lang, self.currency, words)

    def open_value(self, slot: Slot) -> Any:
        """What stands in a sentence for an open score: what is known of it so far."""
        suffix = "value" if slot.type.kind is Kind.NUMBER else "likely"
        return self.value(f"{slot.name}.{suffix}")

    def cell(self, table: str, column: str, row: tuple[str, int] | None) -> Any:
        """A column of the row at hand."""
        if row is None:
            return None
        derived = f"{table}.{column}"
        if self.plan.stack.lookup(derived) is not None:
            values = self.rows(derived)
            return None if values is None else values[row[1]]
        rows = self.env.get(table)
        return rows[row[1]].get(column) if isinstance(rows, list) else None
