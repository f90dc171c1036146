"""What a settlement came to: the statement, the targets, and the remarks beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from groupbuy.api import IncentiveProgram
from groupbuy.api.commands import Workspace, deliver
from groupbuy_incentives.graph import Kinship
from groupbuy_incentives.ledger.accounts import accounts_upto, members_of
from groupbuy_incentives.ledger.book import LedgerBook
from groupbuy_incentives.ledger.posting import Rules, Settled
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.money import money
from groupbuy_incentives.settling import counted
from groupbuy_incentives.statement import SUMS, Statement, targets_data, totals, word
from groupbuy_incentives.tables import SCREENFUL, Cell, Table, as_text, deliver_csv, workbook
from groupbuy_incentives.targets import Unit, with_achieved


class Report:
    """What a run came to, in the format that was asked for."""

    def __init__(
        self,
        ledger: Ledger,
        done: Settled,
        statement: Statement,
        lang: str,
        workspace: Workspace,
        rules: Rules,
        kinds: Mapping[str, IncentiveProgram],
        today: date,
    ) -> None:
        """Everything is read from the ledger, after it was posted."""
        self.ledger, self.done, self.statement, self.lang = ledger, done, statement, lang
        self.workspace, self.rules, self.kinds, self.today = workspace, rules, kinds, today

    # ── what is shown ──

    def owed(self) -> Table:
        """What is owed."""
        keys = (
            *("party", "name", "title", "period", "form"),
            *("amount", "posted", "approved", "paid", "because"),
        )
        heads = [word("program" if key == "title" else key, self.lang) for key in keys]
        rows: list[tuple[Cell, ...]] = [
            (
                *(line.party, line.name, line.title, line.period, word(line.form, self.lang)),
                *(money(getattr(line, name)) for name in SUMS),
                line.because,
            )
            for line in self.statement.lines()
        ]
        return Table({"en": "Statement", "zh": "结算单"}[self.lang], heads, rows)

    def rejected(self) -> Table:
        """What is not paid, and why."""
        keys = ("party", "name", "title", "key", "reason")
        heads = [word("program" if key == "title" else key, self.lang) for key in keys]
        rows = [(r.party, r.name, r.title, r.key, r.because) for r in self.statement.refusals()]
        return Table({"en": "Not paid", "zh": "未计奖"}[self.lang], heads, rows)

    @cached_property
    def targets(self) -> dict[str, list[Unit]]:
        """What units were to achieve, and did."""
        found = {}
        for number, program in enumerate(self.rules.programs):
            targets = program.terms.get("targets")
            if targets and program.id not in found:
                found[program.id] = with_achieved(targets, self.new_customers(number))
        return found

    def targets_sheet(self) -> list[Table]:
        """The targets of all programs as one table, if there are any."""
        rows = [
            (self.statement.titles.get(program, program), *_achieved(unit, self.lang))
            for program, units in self.targets.items()
            for unit in units
        ]
        heads = [word(key, self.lang) for key in ("program", "unit", "target", "achieved")]
        return [Table({"en": "Targets", "zh": "指标"}[self.lang], heads, rows)] if rows else []

    def new_customers(self, number: int) -> dict[str, int]:
        """How many customers each unit developed, of those that count."""
        program = self.rules.programs[number]
        facts = self.ledger.db.execute("SELECT count(*) FROM facts").fetchone()[0]
        book = LedgerBook(self.ledger, Kinship([]), self.rules.programs, facts)
        known = accounts_upto(self.ledger, 2**62)
        members = members_of(known, self.rules.forms or {})
        found = {}
        for group in book.groups("unit"):
            found[group.of] = sum(
                1
                for won, events in group.deals
                if won.first
                and won.parties["buyer"] in members
                and program.covers(won.date)
                and counted(won, events, program, self.today).counted > 0
            )
        return found

    def deliver(self, form: str, output: Path | None) -> None:
        """Print or write the statement."""
        if form == "json":
            deliver(json.dumps(self.data(), ensure_ascii=False, indent=2) + "\n", output)
        elif form == "csv":
            deliver_csv(self.owed(), output)
        elif form == "xlsx":
            deliver(workbook([self.owed(), self.rejected(), *self.targets_sheet()]), output)
        else:
            deliver(self.text(None if output is not None else SCREENFUL), output)

    def text(self, limit: int | None) -> str:
        """Tables for people."""
        owed, rejected = self.owed(), self.rejected()
        nothing = {"en": "Nothing is owed.\n", "zh": "没有应付。\n"}[self.lang]
        parts = [as_text(owed, limit) or nothing]
        sums = totals(self.statement.lines())
        for form, each in sums.items():
            told = "; ".join(
                f"{word('amount' if name == 'cents' else name, self.lang)} {money(each[name]):,}"
                for name in SUMS
            )
            parts[0] += f"{word(form, self.lang)}: {told}\n"
        parts.append(as_text(rejected, limit))
        for program, units in self.targets.items():
            heads_ = [word(key, self.lang) for key in ("unit", "target", "achieved")]
            rows = [_achieved(unit, self.lang) for unit in units]
            title = self.statement.titles.get(program, program)
            parts.append(as_text(Table(title, heads_, rows)))
        return "\n".join(part for part in parts if part)

    def data(self) -> dict[str, Any]:
        """The statement as plain data."""
        lines = list(self.statement.lines())
        return {
            "groupbuy": 1,
            "as_of": self.today.isoformat(),
            "lang": self.lang,
            "currency": self.workspace.project.currency,
            "run": self.done.run,
            "facts_added": self.done.facts,
            "entries_posted": self.done.entries,
            "head": self.done.head,
            "totals": {
                form: {
                    "amount" if name == "cents" else name: str(money(each[name])) for name in SUMS
                }
                for form, each in totals(lines).items()
            },
            "statement": [line.data() for line in lines],
            "rejected": [refusal.data() for refusal in self.statement.refusals()],
            "targets": targets_data(self.targets),
        }

    # ── what is said beside it ──

    def strangers(self) -> list[tuple[str, int]]:
        """Buyers that no lead file has said anything about, with the number of their deals."""
        return self.ledger.db.execute(
            "SELECT party, count(*) FROM facts WHERE kind = 'won' AND NOT EXISTS "
            "(SELECT 1 FROM accounts WHERE accounts.id = facts.party) GROUP BY party "
            "ORDER BY party"
        ).fetchall()

    def units_without_target(self) -> list[tuple[str, int]]:
        """Units that deals name and no target does, with the number of their deals."""
        named = {unit.id for units in self.targets.values() for unit in units}
        if not named:
            return []
        counts = self.ledger.db.execute(
            "SELECT data ->> '$.parties.unit' AS unit, count(*) FROM facts "
            "WHERE kind = 'won' AND unit IS NOT NULL GROUP BY unit ORDER BY unit"
        )
        return [(unit, count) for unit, count in counts if unit not in named]

    def remarks(self, strangers: list[tuple[str, int]]) -> list[str]:
        """Remarks for stderr."""
        done = self.done
        lines = []
        if done.run is None:
            lines.append("nothing new: nothing was posted")
        else:
            lines.append(
                f"run {done.run}: {done.facts:,} facts added, {done.entries:,} entries posted"
            )
        lines.append(f"head {done.head}")
        if strangers:
            count = sum(number for _, number in strangers)
            ids = ", ".join(id for id, _ in strangers[:5]) + ", …" * (len(strangers) > 5)
            lines.append(
                f"warning: no lead file has these customers, and their deals ({count:,}) "
                f"earn nothing: {ids}"
            )
        untargeted = self.units_without_target()
        if untargeted:
            few = ", ".join(
                f"{unit} ({count:,} deal{'s' * (count > 1)})" for unit, count in untargeted[:5]
            ) + ", …" * (len(untargeted) > 5)
            lines.append(f"warning: no target names these units, so nothing counts for them: {few}")
        for program in done.dormant:
            lines.append(f"note: {program} is in no rules any more; its entries stay as they are")
        return lines


def _achieved(unit: Unit, lang: str) -> tuple[str, int, int]:
    return (unit.called(lang), unit.target, unit.achieved)
