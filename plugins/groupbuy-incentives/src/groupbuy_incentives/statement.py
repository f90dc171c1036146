"""The statement: what every party is owed by program and period, and why others get nothing.

It is read from the ledger's entries, so it says what was posted and nothing else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy_incentives.ledger.payouts import SETTLED
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.money import money
from groupbuy_incentives.programs import Program
from groupbuy_incentives.reasons import reason_text
from groupbuy_incentives.targets import Unit

WORDS: Mapping[str, Mapping[str, str]] = {
    "party": {"en": "Party", "zh": "对象"},
    "name": {"en": "Name", "zh": "名称"},
    "program": {"en": "Program", "zh": "激励计划"},
    "period": {"en": "Period", "zh": "期间"},
    "form": {"en": "Owed as", "zh": "形式"},
    "amount": {"en": "Owed in all", "zh": "累计应付"},
    "posted": {"en": "Posted now", "zh": "本次入账"},
    "because": {"en": "Because", "zh": "依据"},
    "key": {"en": "For", "zh": "对应"},
    "reason": {"en": "Reason", "zh": "原因"},
    "date": {"en": "Date", "zh": "日期"},
    "kind": {"en": "Entry", "zh": "类别"},
    "money": {"en": "money", "zh": "返利"},
    "purchase": {"en": "we buy", "zh": "回购"},
    "gift": {"en": "gifts", "zh": "赠品（件）"},
    "accrue": {"en": "accrue", "zh": "计提"},
    "adjust": {"en": "adjust", "zh": "调整"},
    "claw_back": {"en": "claw back", "zh": "扣回"},
    "reject": {"en": "reject", "zh": "不予"},
    "accrued": {"en": "Accrued", "zh": "已计提"},
    "approved": {"en": "Approved", "zh": "已审批"},
    "paid": {"en": "Paid", "zh": "已付"},
    "open": {"en": "To approve", "zh": "待审批"},
    "due": {"en": "Due", "zh": "待付"},
    "approve": {"en": "approve", "zh": "审批"},
    "pay": {"en": "pay", "zh": "付款"},
    "lapse": {"en": "lapse", "zh": "审批失效"},
    "unit": {"en": "Unit", "zh": "单位"},
    "target": {"en": "Target", "zh": "指标"},
    "achieved": {"en": "Achieved", "zh": "完成"},
}


def word(key: str, lang: str) -> str:
    """A heading or word of the statement."""
    return WORDS.get(key, {}).get(lang, key)


@dataclass(frozen=True)
class Line:
    """What a party is owed by a program for a period."""

    party: str
    name: str
    program: str
    title: str
    period: str
    form: str
    cents: int
    posted: int
    approved: int
    paid: int
    because: str

    def data(self) -> dict[str, Any]:
        """As plain data: money as texts, exact."""
        return {
            "party": self.party,
            "name": self.name,
            "program": self.program,
            "title": self.title,
            "period": self.period,
            "form": self.form,
            "amount": str(money(self.cents)),
            "posted": str(money(self.posted)),
            "approved": str(money(self.approved)),
            "paid": str(money(self.paid)),
            "because": self.because,
        }


@dataclass(frozen=True)
class Refusal:
    """Why a party gets nothing for something."""

    party: str
    name: str
    program: str
    title: str
    period: str
    key: str
    reason: str
    because: str

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return dict(vars(self))


class Statement:
    """The lines of a ledger, for one reader."""

    def __init__(
        self,
        ledger: Ledger,
        run: int | None,
        lang: str,
        names: Mapping[str, str],
        programs: Iterable[Program] = (),
        *,
        party: str | None = None,
        period: str | None = None,
    ) -> None:
        """`run` is the one whose postings are shown as new; `party` and `period` choose."""
        self.ledger, self.run, self.lang, self.names = ledger, run or 0, lang, names
        self.titles = {program.id: program.name(lang) for program in programs}
        self.chosen = {"party": party, "period": period}

    def _rows(self, query: str) -> Iterator[sqlite3.Row]:
        cursor = self.ledger.db.cursor()
        cursor.row_factory = sqlite3.Row
        yield from cursor.execute(query, {**self.chosen, "run": self.run})

    def lines(self) -> Iterator[Line]:
        """What is owed, by party, program and period; what came to nothing is left out."""
        for row in self._rows(
            "WITH owed AS (SELECT party, program, period, form, sum(cents) AS cents, "
            "sum(CASE WHEN run = :run THEN cents ELSE 0 END) AS posted, max(seq), because, "
            "count(DISTINCT key) AS keys FROM entries WHERE kind <> 'reject' "
            "AND (:party IS NULL OR party = :party) AND (:period IS NULL OR period = :period) "
            "GROUP BY party, program, period, form), "
            f"settled AS (SELECT *, 'money' AS form FROM ({SETTLED})) "
            "SELECT *, coalesce(approved, 0) AS approved_cents, coalesce(paid, 0) AS paid_cents "
            "FROM owed LEFT JOIN settled USING (party, program, period, form) "
            "WHERE cents <> 0 OR posted <> 0 OR paid_cents <> 0 "
            "ORDER BY party, program, period, form"
        ):
            more = {"en": f" … and {row['keys'] - 1} more", "zh": f" 等{row['keys']}笔"}
            because = self.said(row["because"]) + more[self.lang] * (row["keys"] > 1)
            yield Line(
                row["party"],
                self.names.get(row["party"], ""),
                row["program"],
                self.titles.get(row["program"], row["program"]),
                row["period"],
                row["form"],
                row["cents"],
                row["posted"],
                row["approved_cents"],
                row["paid_cents"],
                because,
            )

    def refusals(self) -> Iterator[Refusal]:
        """What comes to nothing, with the newest reason."""
        for row in self._rows(
            "SELECT party, program, period, key, max(seq), reason, because, sum(cents) AS cents "
            "FROM entries "
            "WHERE (:party IS NULL OR party = :party) AND (:period IS NULL OR period = :period) "
            "GROUP BY party, program, key HAVING sum(cents) = 0 AND reason <> '' "
            "ORDER BY party, program, key"
        ):
            yield Refusal(
                row["party"],
                self.names.get(row["party"], ""),
                row["program"],
                self.titles.get(row["program"], row["program"]),
                row["period"],
                row["key"],
                row["reason"],
                reason_text(row["reason"], self.lang),
            )

    def said(self, because: str) -> str:
        """A reason in the reader's language."""
        words = json.loads(because)
        return str(words.get(self.lang) or next(iter(words.values()), ""))


SUMS = ("cents", "posted", "approved", "paid")


def totals(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """What lines add up to by what is owed: in all, posted now, approved and paid."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        sums = found.setdefault(line.form, dict.fromkeys(SUMS, 0))
        for name in SUMS:
            sums[name] += getattr(line, name)
    return found


def targets_data(targets: Mapping[str, Sequence[Unit]]) -> list[dict[str, Any]]:
    """Targets as plain data."""
    return [
        {
            "program": program,
            "unit": unit.id,
            "of": unit.parent,
            "target": unit.target,
            "achieved": unit.achieved,
        }
        for program, units in targets.items()
        for unit in units
    ]
