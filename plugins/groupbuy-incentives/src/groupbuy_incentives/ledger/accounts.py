"""Organisations in the ledger: what decides whether they may be rewarded, and for whom.

Codes, phones and e-mails are kept as digests only: they are compared, never shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from groupbuy.api import Account
from groupbuy_incentives.graph import Identity
from groupbuy_incentives.ledger.store import START, Ledger, canonical, chained
from groupbuy_incentives.settling import Member


@dataclass(frozen=True)
class Known:
    """What a run knows of an organisation.

    `stack` names the packs of rules that apply to it; `open_to` says for each program whether it
    is open to this organisation, none where that is not known.
    """

    id: str
    kind: str | None = None
    since: date | None = None
    stack: str = ""
    open_to: Mapping[str, bool | None] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    parent: str | None = None

    def data(self) -> str:
        """As the ledger keeps it."""
        return canonical(
            {
                "kind": self.kind,
                "since": self.since and self.since.isoformat(),
                "stack": self.stack,
                "open_to": dict(self.open_to),
                "marks": sorted(self.marks),
                "names": sorted(self.names),
                "parent": self.parent,
            }
        )


def digest(kind: str, text: str) -> str:
    """What stands for an identifier: letters and digits only, case folded."""
    plain = "".join(char for char in text.casefold() if char.isalnum())
    return hashlib.sha256(f"{kind}:{plain}".encode()).hexdigest()[:24]


def known_of(id: str, data: str) -> Known:
    """What the ledger keeps of an organisation."""
    plain: dict[str, Any] = json.loads(data)
    return Known(
        id,
        plain["kind"],
        plain["since"] and date.fromisoformat(plain["since"]),
        plain["stack"],
        plain["open_to"],
        frozenset(plain["marks"]),
        frozenset(plain["names"]),
        plain["parent"],
    )


def add_accounts(ledger: Ledger, accounts: Iterable[Known]) -> int:
    """Add what is new or has changed; how many."""
    now = {known.id: known.data() for known in accounts}
    for id, data in ledger.db.execute(
        "SELECT id, data FROM accounts WHERE seq IN (SELECT max(seq) FROM accounts GROUP BY id)"
    ):
        if now.get(id) == data:
            del now[id]
    ledger.db.executemany("INSERT INTO accounts (id, data) VALUES (?, ?)", sorted(now.items()))
    return len(now)


def accounts_upto(ledger: Ledger, upto: int) -> dict[str, Known]:
    """Every organisation as the first `upto` rows have it."""
    rows = ledger.db.execute(
        "SELECT id, data FROM accounts WHERE seq IN "
        "(SELECT max(seq) FROM accounts WHERE seq <= ? GROUP BY id) ORDER BY id",
        (upto,),
    )
    return {id: known_of(id, data) for id, data in rows}


def accounts_hash(ledger: Ledger, after: int, upto: int, before: str = START) -> str:
    """The hash of the rows `after` … `upto`, going on from the hash `before`."""
    rows = ledger.db.execute(
        "SELECT seq, id, data FROM accounts WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, upto),
    )
    return chained(before, rows)


def members_of(
    accounts: Mapping[str, Known], forms: Mapping[str, Mapping[str, int]]
) -> dict[str, Member]:
    """Organisations as programs see them. `forms` numbers each stack's forms of programs."""
    return {
        id: Member(
            Account(id, known.kind, known.since),
            {
                program: (number, known.open_to.get(program))
                for program, number in forms.get(known.stack, {}).items()
            },
        )
        for id, known in accounts.items()
    }


def identities(accounts: Mapping[str, Known]) -> list[Identity]:
    """What organisations are recognised by."""
    return [
        Identity(known.id, known.marks, known.parent, known.names) for known in accounts.values()
    ]
