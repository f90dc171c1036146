"""What is owed by programs, worked out from all that is known: a pure function of the facts.

    owed = entitlements(programs, kinds, accounts, book, today)

Nothing here depends on the order in which facts came in, nor on what was posted before. The ledger
posts what the result differs from its entries; so the same facts twice post nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from groupbuy.api import Account, Accrual, Case, Deal, IncentiveProgram, Purchase, Referral
from groupbuy_incentives.money import cents_of, money, part_of, rounded, split
from groupbuy_incentives.programs import Program
from groupbuy_incentives.reasons import REASONS

BUYER, DEAL = "buyer", "deal"
MILLIONTH = 10**6


@dataclass(frozen=True, slots=True)
class Event:
    """Money of a deal that moved: it was invoiced, paid or refunded. Positive cents."""

    kind: str
    date: date
    cents: int


@dataclass(frozen=True, slots=True)
class Won:
    """A deal as it was won. `parties` has the buyer among the roles."""

    id: str
    date: date
    cents: int
    quantity: Decimal = Decimal(0)
    margin: Decimal | None = None
    parties: Mapping[str, str] = field(default_factory=dict)
    first: bool = False


@dataclass(frozen=True)
class Group:
    """All deals that are settled together, each with its events, by date and id."""

    of: str
    deals: Sequence[tuple[Won, Sequence[Event]]] = ()
    referrals: Sequence[Referral] = ()
    purchases: Sequence[Purchase] = ()


class Book(Protocol):
    """The facts, grouped as programs need them."""

    def groups(self, together: str) -> Iterator[Group]:
        """Deals one by one (`deal`), or those of each party in a role."""

    def in_order(self, raw: Iterable[Earned]) -> Iterator[Earned]:
        """What was earned, sorted by `order_of`."""


@dataclass(frozen=True)
class Member:
    """What is known of an organisation, and which program in which form it is in.

    `open_to` has, for each program that its rules know, the number of the program among all forms
    of programs, and whether it is open to this organisation; none where that is not known.
    """

    account: Account
    open_to: Mapping[str, tuple[int, bool | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Earned:
    """An accrual under its program; `hint` says what took away from it, if anything did."""

    program: Program
    accrual: Accrual
    hint: str | None = None


def order_of(earned: Earned) -> tuple[str, date, str, str]:
    """Caps are used up in this order: by program, then the earliest first."""
    accrual = earned.accrual
    return (earned.program.id, accrual.date, accrual.key, accrual.party)


def entitlements(
    programs: Sequence[Program],
    kinds: Mapping[str, IncentiveProgram],
    members: Mapping[str, Member],
    book: Book,
    today: date,
) -> Iterator[Earned]:
    """What everybody has earned by all programs, after caps.

    `programs` are all forms in which programs stand in the rules; which of them is a customer's,
    its `Member` says.
    """
    settler = Settler(programs, kinds, members, today)
    raw = (earned for together in settler.together for earned in settler.raw(book, together))
    return within_caps(book.in_order(raw))


class Settler:
    """Works out what groups of deals earn."""

    def __init__(
        self,
        programs: Sequence[Program],
        kinds: Mapping[str, IncentiveProgram],
        members: Mapping[str, Member],
        today: date,
    ) -> None:
        """Sort the programs by what they settle together."""
        self.programs, self.kinds, self.members, self.today = programs, kinds, members, today
        self.together: dict[str, list[int]] = {}
        for number, program in enumerate(programs):
            together = kinds[program.use].together(program.terms)
            self.together.setdefault(together, []).append(number)

    def raw(self, book: Book, together: str) -> Iterator[Earned]:
        """What is earned by all programs with one way of grouping, before caps over all."""
        for group in book.groups(together):
            for number in self.together[together]:
                yield from self.earned(number, together, group)

    def earned(self, number: int, together: str, group: Group) -> Iterator[Earned]:
        """What one group earns by one program."""
        program = self.programs[number]
        mine = [deal for deal in group.deals if self.is_in(deal[0].parties.get(BUYER), number)]
        referrals = [r for r in group.referrals if self.is_in(group.of, number)]
        if not mine and not referrals:
            return
        if not referrals and together == BUYER and self.is_closed(group.of, number):
            return  # the program is not theirs; to who handed in a referral it is said
        deals = [
            counted(won, events, program, self.today)
            for won, events in mine
            if won.date <= self.today and program.covers(won.date)
        ]
        case = Case(
            group.of,
            self.today,
            [self.with_first(deal) for deal in deals],
            [r for r in referrals if r.date <= self.today and program.covers(r.date)],
            [p for p in group.purchases if p.date <= self.today],
            self.accounts(group, together),
        )
        if case.deals or case.referrals:
            accruals = list(self.kinds[program.use].accrue(program.terms, case))
            refunded = {deal.id for deal in deals if deal.refunded}
            for accrual in within_deal_cap(accruals, program.caps.deal):
                fair = self.with_faults(accrual, program, group.of, together)
                hint = "refunded" if refunded.intersection(accrual.deals) else None
                yield Earned(program, fair, hint)

    def is_in(self, buyer: str | None, number: int) -> bool:
        """Whether a buyer's rules have the program in this form."""
        member = self.members.get(buyer or "")
        if member is None:
            return False
        form = member.open_to.get(self.programs[number].id)
        return form is not None and form[0] == number

    def is_closed(self, buyer: str, number: int) -> bool:
        """Whether a program is surely not open to a buyer."""
        return self.members[buyer].open_to[self.programs[number].id][1] is False

    def with_first(self, deal: Deal) -> Deal:
        """A first deal is none where the buyer is known to have bought before."""
        member = self.members.get(deal.parties.get(BUYER, ""))
        since = member.account.customer_since if member is not None else None
        if deal.first and since is not None and since < deal.date:
            return replace(deal, first=False)
        return deal

    def accounts(self, group: Group, together: str) -> dict[str, Account]:
        """The organisations that a case is about."""
        ids = [group.of] if together == BUYER else []
        ids += [referral.referrer for referral in group.referrals]
        return {id: self.members[id].account for id in ids if id in self.members}

    def with_faults(self, accrual: Accrual, program: Program, of: str, together: str) -> Accrual:
        """An accrual, or its rejection where its party may not be paid."""
        if accrual.rejected is not None:
            if accrual.rejected == "not_paid" and program.trigger == "invoiced":
                return rejection(accrual, "not_invoiced")
            return accrual
        concerned = [accrual.party, of] if together == BUYER else [accrual.party]
        for party in concerned:
            member = self.members.get(party)
            if member is None:
                if together == BUYER:  # else it is one of us
                    return rejection(accrual, "unknown_party")
                continue
            if member.account.kind in program.not_to:
                return rejection(accrual, "government_buyer")
        buyer = self.members.get(of) if together == BUYER else None
        if buyer is not None and buyer.open_to[program.id][1] is not True:
            return rejection(accrual, "not_eligible")
        return accrual


def rejection(accrual: Accrual, reason: str) -> Accrual:
    """The same accrual refused."""
    return replace(accrual, amount=Decimal("0.00"), rejected=reason, because=REASONS[reason])


def counted(won: Won, events: Iterable[Event], program: Program, today: date) -> Deal:
    """A deal with what of it counts for a program.

    No more than was agreed counts, and refunds take away from what is there already: what was
    refunded within the hold days never counts.
    """
    agreed, reached, matured, refunded = won.cents, 0, 0, 0
    ripe = today - timedelta(days=program.hold_days)
    if program.trigger == "won":
        reached = agreed
        matured = agreed if won.date <= ripe else 0
    for event in events:
        if event.date > today:
            continue
        if event.kind == "refunded":
            refunded += event.cents
        elif event.kind == program.trigger:
            reached += event.cents
            matured += event.cents if event.date <= ripe else 0
    counts = max(0, min(agreed, matured - refunded))
    held = max(0, min(agreed, reached - refunded)) - counts
    part, whole = money(counts), money(agreed)
    quantity = part_of(won.quantity, part, whole) * MILLIONTH
    return Deal(
        won.id,
        won.date,
        whole,
        part,
        money(held),
        money(refunded),
        Decimal(round(quantity)) / MILLIONTH,
        None if won.margin is None else rounded(part_of(won.margin, part, whole)),
        won.parties,
        won.first,
    )


# ── caps ──


def within_deal_cap(accruals: Sequence[Accrual], cap: Decimal | None) -> Iterator[Accrual]:
    """All that one deal earns is cut in proportion, so that the parts make up the cap."""
    by_deal: dict[str, list[int]] = {}
    for n, accrual in enumerate(accruals):
        if cap is not None and len(accrual.deals) == 1 and accrual.amount and is_capped(accrual):
            by_deal.setdefault(accrual.deals[0], []).append(n)
    found = list(accruals)
    for numbers in by_deal.values():
        amounts = [accruals[n].amount for n in numbers]
        if cap is not None and sum(amounts) > cap:
            parts = split(cap, [Fraction(amount) for amount in amounts])
            for n, part in zip(numbers, parts, strict=True):
                found[n] = cut(accruals[n], part)
    yield from found


def is_capped(accrual: Accrual) -> bool:
    """Caps are of money; gifts are counted."""
    return accrual.form != "gift"


def within_caps(ordered: Iterable[Earned]) -> Iterator[Earned]:
    """Accruals in the order in which caps are used up; what is beyond them is cut."""
    spent: dict[tuple[str, ...], int] = {}
    for earned in ordered:
        accrual, program = earned.accrual, earned.program
        caps = program.caps
        if not (accrual.amount and is_capped(accrual)):
            yield earned
            continue
        party, form = accrual.party, accrual.form
        limits = [
            (cap, (program.id, form, name, *which))
            for cap, name, which in (
                (caps.party, "party", (party,)),
                (caps.period, "period", (party, accrual.period)),
                (caps.budget, "budget", ()),
            )
            if cap is not None
        ]
        cents = cents_of(accrual.amount)
        left = min((cents_of(cap) - spent.get(key, 0) for cap, key in limits), default=cents)
        paid = max(0, min(cents, left))
        for _, key in limits:
            spent[key] = spent.get(key, 0) + paid
        yield replace(earned, accrual=cut(accrual, money(paid)))


def cut(accrual: Accrual, amount: Decimal) -> Accrual:
    """An accrual of which a cap leaves less."""
    if amount == accrual.amount:
        return accrual
    if not amount:
        return rejection(accrual, "cap")
    because = {
        lang: text + ("; capped" if lang == "en" else "；已封顶")
        for lang, text in accrual.because.items()
    }
    return replace(accrual, amount=amount, because=because)


# ── facts in memory ──


class MemoryBook:
    """Facts that fit into memory, in whatever order they came."""

    def __init__(
        self,
        deals: Iterable[Won],
        events: Iterable[tuple[str, Event]] = (),
        referrals: Iterable[Referral] = (),
        purchases: Iterable[Purchase] = (),
    ) -> None:
        """`events` come with the deals that they are of."""
        by_deal: dict[str, list[Event]] = {}
        for deal, event in events:
            by_deal.setdefault(deal, []).append(event)
        ordered = sorted(deals, key=lambda won: (won.date, won.id))
        seen: set[str | None] = set()
        self.deals = []
        for won in ordered:
            buyer = won.parties.get(BUYER)
            self.deals.append((replace(won, first=buyer not in seen), by_deal.get(won.id, [])))
            seen.add(buyer)
        self.referrals = sorted(referrals, key=lambda each: (each.date, each.id))
        self.purchases = sorted(purchases, key=lambda each: (each.date, each.id))

    def groups(self, together: str) -> Iterator[Group]:
        """Groups in the order of their names."""
        found: dict[str, list[tuple[Won, Sequence[Event]]]] = {}
        for won, events in self.deals:
            of = won.id if together == DEAL else won.parties.get(together)
            if of is not None:
                found.setdefault(of, []).append((won, events))
        names = set(found)
        if together == BUYER:
            names |= {referral.referred for referral in self.referrals}
        for of in sorted(names):
            referrals = [each for each in self.referrals if each.referred == of]
            purchases = [each for each in self.purchases if each.account == of]
            mine = together == BUYER
            yield Group(of, found.get(of, []), referrals * mine, purchases * mine)

    def in_order(self, raw: Iterable[Earned]) -> Iterator[Earned]:
        """Sorted in memory."""
        return iter(sorted(raw, key=order_of))
