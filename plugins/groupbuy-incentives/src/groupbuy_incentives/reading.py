"""Files of deals, invoices, payments, refunds, referrals and purchases → facts of the ledger.

They are read as lead files are: CSV (also GB18030, with Chinese headers), Excel, YAML, JSON. A row
that can't be read stops the run: where money is concerned, nothing is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from groupbuy.api import NONE, GroupbuyError, Location, Problem, Source
from groupbuy.api.commands import (
    Concluded,
    Lead,
    LeadModel,
    read_in_blocks,
    read_model,
    read_yaml,
)
from groupbuy_incentives.ledger.accounts import Known, digest
from groupbuy_incentives.ledger.posting import Rules
from groupbuy_incentives.ledger.store import Fact, canonical
from groupbuy_incentives.money import cents_of
from groupbuy_incentives.programs import Program, as_json
from groupbuy_incentives.section import ProgramView

MODELS = Path(__file__).parent / "models"
MOST_TOLD = 20
KINDS = ("deals", "invoices", "payments", "refunds", "referrals", "purchases")
MOVED: Mapping[str, str] = {"invoices": "invoiced", "payments": "paid", "refunds": "refunded"}
OWN_COLUMNS = ("id", "date", "buyer", "amount", "quantity", "margin")


def model_of(kind: str, programs: Sequence[Program]) -> LeadModel:
    """What a file of a kind holds. Deals have a column for every role that a program pays."""
    name = "moved" if kind in MOVED else kind
    model = read_model(MODELS / f"{name}.yaml")
    if kind != "deals":
        return model
    lines = ["fields:"]
    for role, title in roles_of(programs).items():
        if role not in model.entries:
            called = f", title: {json.dumps(title, ensure_ascii=False)}" if title else ""
            lines.append(f"  {role}: {{type: text{called}}}")
    if len(lines) == 1:
        return model
    node = read_yaml(Source("programs", "\n".join(lines))).get("fields")  # type: ignore[attr-defined]
    return model.extended(node, owner="programs")


def roles_of(programs: Sequence[Program]) -> dict[str, Any]:
    """The roles that programs pay, with what they are called."""
    found: dict[str, Any] = {}
    for program in programs:
        role = program.terms.get("role")
        if isinstance(role, str) and role.isidentifier():
            found.setdefault(role, "")
        for name, part in program.terms.get("split", {}).items():
            if name.isidentifier():
                found[name] = part.get("title", "")
    return found


def facts_of(
    files: Mapping[str, Sequence[Path]], programs: Sequence[Program], notes: list[str]
) -> Iterator[Fact]:
    """The facts in files, by what the files hold. Raises `GroupbuyError` with all bad rows.

    Remarks about the files are added to `notes`.
    """
    problems: list[Problem] = []
    untold = 0
    for kind in KINDS:
        paths = files.get(kind, ())
        model = model_of(kind, programs) if paths else None
        for path in paths:
            assert model is not None
            for block in read_in_blocks(path, model):
                notes += block.notes
                for aside in block.set_aside:
                    untold += max(0, len(problems) + len(aside.problems) - MOST_TOLD)
                    problems += aside.problems[: max(0, MOST_TOLD - len(problems))]
                for record in block.leads:
                    try:
                        fact = fact_of(kind, record)
                    except GroupbuyError as error:
                        problems += error.problems
                        continue
                    if not problems:  # else nothing will be posted
                        yield fact
    if untold:
        problems.append(Problem("file-more-problems", f"and {untold:,} more in these files"))
    if problems:
        raise GroupbuyError(*problems)


def fact_of(kind: str, record: Lead) -> Fact:
    """One record as a fact."""
    values = record.values
    at, day = record.at, int(_float(values["date"]))
    if kind == "referrals":
        data = {"referrer": values["referrer"], "to_person": values["payee"] == "person"}
        party = str(values["referred"])
        return Fact("referred", record.id, day, 0, "", party, canonical(data), at)
    cents = _cents(record, "amount")
    if kind == "purchases":
        data = {"category": values["category"] or ""}
        party = str(values["account"])
        return Fact("purchased", record.id, day, cents, "", party, canonical(data), at)
    if kind in MOVED:
        return Fact(MOVED[kind], record.id, day, cents, str(values["deal"]), "", "{}", at)
    quantity = values["quantity"]
    data = {
        "quantity": "0" if quantity is None else str(Decimal(repr(quantity))),
        "margin": None if values["margin"] is None else _cents(record, "margin"),
        "parties": {
            name: value
            for name, value in values.items()
            if name not in OWN_COLUMNS and isinstance(value, str)
        },
    }
    buyer = str(values["buyer"])
    return Fact("won", record.id, day, cents, record.id, buyer, canonical(data), at)


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _cents(record: Lead, name: str) -> int:
    """An amount in cents: the shortest decimal that reads as the number is what was written."""
    try:
        return cents_of(Decimal(repr(_float(record.values[name]))))
    except ValueError as error:
        at: Location = record.place(name)
        hint = "amounts have at most two decimals"
        raise GroupbuyError(Problem("not-to-the-cent", f"{name}: {error}", at, hint)) from None


# ── leads ──


def rules_and_accounts(leads: Sequence[Concluded]) -> tuple[Rules, list[Known]]:
    """The programs as each stack of packs has them, and the organisations in them.

    Raises `GroupbuyError` where settings make terms that a kind refuses.
    """
    programs: list[Program] = []
    numbers: dict[str, int] = {}
    forms: dict[str, dict[str, int]] = {}
    accounts = []
    for lead in leads:
        stack = "+".join(lead.packs)
        open_to: dict[str, bool | None] = {}
        for lowered in lead.entries:
            view: ProgramView = lowered.view
            program = view.stated(lead.conclusions)
            value = True if view.when is None else lead.conclusions.value(view.when)
            open_to[program.id] = False if value is NONE else value
            if program.id in forms.get(stack, {}):
                continue
            text = as_json(program)
            if text not in numbers:
                numbers[text] = len(programs)
                programs.append(program)
            forms.setdefault(stack, {})[program.id] = numbers[text]
        accounts.append(known_lead(lead.lead, stack, open_to))
    return Rules(programs, forms), accounts


def known_lead(lead: Lead, stack: str, open_to: Mapping[str, bool | None]) -> Known:
    """What decides about rewards to a lead. Identifiers are kept as digests."""
    values = lead.values
    marks = {digest("code", str(values["uscc"]))} if values.get("uscc") else set()
    contacts: Any = values.get("contacts") or []
    for holder in (values, *contacts):
        for kind in ("phone", "email", "wechat"):
            if holder.get(kind):
                marks.add(digest(kind, str(holder[kind])))
    orders: Any = values.get("orders") or []
    days = [row["date"] for row in orders if row.get("date") is not None]
    names = {str(values["name"])} if values.get("name") else set()
    parent = values.get("parent")
    org_kind = values.get("org_kind")
    return Known(
        lead.id,
        org_kind if isinstance(org_kind, str) else None,
        date.fromordinal(int(min(days))) if days else None,
        stack,
        open_to,
        frozenset(marks),
        frozenset(names),
        None if parent is None else str(parent),
    )
