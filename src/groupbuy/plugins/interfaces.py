"""What plugins may bring, as types: scorers, incentive programs, proposal generators and more.

Fields are only ever added to these types, with defaults, and hooks only ever gain parameters: what
was written for one version of groupbuy works in later ones of the same major version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from groupbuy.plugins.values import Rows, Value
from groupbuy.sections.base import JsonSchema

Texts = Mapping[str, str]
"""A text by language: `{"en": "Churn risk", "zh": "流失风险"}`."""

# ── scoring rules ──


@dataclass(frozen=True)
class Example:
    """A documented example of a scorer: what it is given by name, and what it gives for that.

    What is not given is a parameter's default; an input has to be given. `UNKNOWN` may stand on
    both sides. Numbers agree within 1e-9.
    """

    given: Mapping[str, Any]
    gives: Any


@dataclass(frozen=True)
class Scorer:
    """A value for rules to use: `history.churn_risk()` in any expression.

    `inputs` are read from the lead by name (`today` is the day of the run) unless the rule gives
    others. `params` are numbers that a rule may set: `history.churn_risk(slack=2)`. The body is an
    expression over these names, which runs on every back end; or a function that takes them by
    name and gives a value of the type `gives`, `UNKNOWN` or `NONE`. It sees nothing else of the
    lead, and must give the same for the same.
    """

    name: str
    gives: Value
    body: str | Callable[..., Any]
    inputs: Mapping[str, Value | Rows] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)
    title: Texts = field(default_factory=dict)
    source: str = ""
    examples: Sequence[Example] = ()


def scorer(
    gives: Value,
    inputs: Mapping[str, Value | Rows],
    params: Mapping[str, Value] | None = None,
    *,
    title: Texts | None = None,
    source: str = "",
    examples: Sequence[Example] = (),
) -> Callable[[Callable[..., Any]], Scorer]:
    """Make a scorer of a function, which it is named after."""

    def made(body: Callable[..., Any]) -> Scorer:
        return Scorer(
            body.__name__, gives, body, inputs, params or {}, title or {}, source, examples
        )

    return made


# ── incentives ──

Form = Literal["money", "purchase", "gift"]


@dataclass(frozen=True)
class Account:
    """An organisation that deals are made with. `kind` is the word of the lead model's `org_kind`.

    `customer_since` is the day of its first purchase as far as it is known.
    """

    id: str
    kind: str | None = None
    customer_since: date | None = None


@dataclass(frozen=True)
class Deal:
    """A deal that was won, and what of it counts for a program now.

    `amount` is what was agreed. `counted` is the part of it that counts on the day of settlement:
    what the program's trigger (won, invoiced, paid) has reached, once its hold days are over, less
    what was refunded; `held` is what will count when they are. `quantity` and `margin` are the
    counted part's, in proportion. `parties` says who had which role: `{"buyer": "L001",
    "sales": "wang"}`; `first` whether it is its buyer's first.
    """

    id: str
    date: date
    amount: Decimal
    counted: Decimal
    held: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    margin: Decimal | None = None
    parties: Mapping[str, str] = field(default_factory=dict)
    first: bool = False


@dataclass(frozen=True)
class Referral:
    """One customer brought another. `rejected` is why it can't be credited, whatever is bought.

    Self-referrals, related parties, rings, payees who are persons and all introductions of one
    customer but the first are found before any program is asked.
    """

    id: str
    date: date
    referrer: str
    referred: str
    rejected: str | None = None


@dataclass(frozen=True)
class Purchase:
    """We bought from an account."""

    id: str
    date: date
    account: str
    amount: Decimal
    category: str = ""


@dataclass(frozen=True)
class Case:
    """What is settled together: one deal, or all deals in which a party has the same role.

    `of` is the deal or the party. Deals are in the order of date and id. `referrals` are those of
    the buyer, `purchases` ours from the buyer; both only where the role is `buyer`. `today` is the
    day of settlement; nothing later is in the case.
    """

    of: str
    today: date
    deals: Sequence[Deal]
    referrals: Sequence[Referral] = ()
    purchases: Sequence[Purchase] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)


@dataclass(frozen=True)
class Accrual:
    """What a party has earned so far, or why it has not.

    `key` tells the accruals of one party and program apart (a deal, a year), and `period` says
    when it was earned. `amount` is the whole that is owed now, to the cent and never negative: the
    ledger posts what it differs from before, so the same deals twice post nothing twice. Where
    caps don't leave enough for all, the earlier `date` comes first. A rejection has the amount 0
    and a `rejected` reason. `form` says whether money is owed, that we buy for as much, or so many
    gifts, which caps of money leave alone.
    """

    party: str
    key: str
    amount: Decimal
    because: Texts
    date: date
    period: str = ""
    deals: Sequence[str] = ()
    rejected: str | None = None
    form: Form = "money"


@dataclass(frozen=True)
class Offer:
    """What a program has for a lead now, in words, and what the next step would bring.

    `amount` is what is earned at the present volume `at`, `next_at` the volume at which more is,
    `next_amount` what is earned there; none where it does not apply. `details` are plain data of
    the kind's own that results show beside them.
    """

    because: Texts
    amount: Decimal | None = None
    at: Decimal | None = None
    next_at: Decimal | None = None
    next_amount: Decimal | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class IncentiveExample:
    """Terms with the offer they make to a lead, and what a case comes to."""

    terms: Mapping[str, Any]
    lead: Mapping[str, Any]
    offer: Offer | None
    case: Case
    accruals: Sequence[Accrual]


@runtime_checkable
class IncentiveProgram(Protocol):
    """A kind of incentive: what its terms are, whom it offers what, and what is owed.

    Numbers in terms are `Decimal`, exactly as a rule file has them, and dates texts. Caps, hold
    days, triggers, effective dates and the checks of referrals are the same for all kinds and
    done around them. All functions are pure: they give the same for the same, in any order.
    """

    @property
    def name(self) -> str:
        """What rule files call it behind the plugin's name: `use: cold_chain.rebate`."""

    @property
    def title(self) -> Texts:
        """What it is, in words."""

    @property
    def terms(self) -> JsonSchema:
        """The terms that a rule file states, as a closed JSON Schema of a mapping."""

    @property
    def inputs(self) -> Mapping[str, Value | Rows]:
        """What `offer` sees of a lead; `today` is the day of the run."""

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """Cases that show what it does; the test kit runs them."""

    def check(self, terms: Mapping[str, Any]) -> Iterable[str]:
        """What is wrong with terms that have the right form: a ladder that falls, say."""

    def together(self, terms: Mapping[str, Any]) -> str:
        """What is settled together: `deal`, or the role of a party, `buyer` for example."""

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer | None:
        """What there is for a lead; none where there is nothing to say. Unknown inputs are None."""

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterable[Accrual]:
        """What everybody has earned by a case."""


# ── proposal packages ──


@dataclass(frozen=True)
class PriceBreak:
    """From a quantity on, another unit price."""

    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class Item:
    """Something that can be sold. Prices include VAT and are for one `unit`.

    `attributes` are what a buyer may want of it (practicality, novelty …), each from 0 to 100.
    `break_mode` says whether a break's price is for all units (`volume`) or for those beyond it
    (`graduated`). Quantities are `moq` or more, in multiples of `order_multiple`. `not_for` and
    `only_for` are words of leads: their type, kind of organisation, occasion.
    """

    sku: str
    name: Texts
    category: str
    list_price: Decimal
    unit: str = ""
    price_breaks: Sequence[PriceBreak] = ()
    break_mode: Literal["volume", "graduated"] = "volume"
    moq: int = 1
    order_multiple: int = 1
    lead_time_days: int | None = None
    vat_rate: Decimal | None = None
    cost: Decimal | None = None
    stock: int | None = None
    shelf_life_days: int | None = None
    attributes: Mapping[str, float] = field(default_factory=dict)
    certificates: Sequence[str] = ()
    not_for: Sequence[str] = ()
    only_for: Sequence[str] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Choice:
    """One way to have an item in a package: so many for each recipient, ordered as `quantity`.

    `quantity` is what can be ordered, with what is spare; `amount` is its price in all, VAT
    included. `worth` is what the objective gives for it, in thousandths of a point.
    """

    sku: str
    category: str
    per_head: int
    quantity: int
    amount: Decimal
    worth: int


@dataclass(frozen=True)
class PackageLimits:
    """What holds for a package as a whole. Totals include VAT, for all recipients together.

    A package has from `least_items` to `most_items` different items of at least `least_categories`
    categories, and at most `most_per_category` of any. Of each set in `one_of` it has one or more.
    """

    least_total: Decimal = Decimal(0)
    most_total: Decimal | None = None
    least_items: int = 1
    most_items: int = 8
    least_categories: int = 1
    most_per_category: int | None = None
    one_of: Sequence[frozenset[str]] = ()


@dataclass(frozen=True)
class ProposalRequest:
    """What a package is wanted for. `lead` has the generator's inputs; the unknown ones are None.

    `catalogue` has the items that may be proposed to this lead at all: in stock, in time, with the
    certificates, not issued before. `choices` are the ways to order them, priced and weighed, so
    that a generator need only choose: the sum of their worth is what packages are compared on.
    `objective` weighs the items' attributes; `issued` are names and SKUs not to be given again.
    """

    lead: Mapping[str, Any]
    terms: Mapping[str, Any]
    catalogue: Sequence[Item]
    recipients: int
    today: date
    budget_per_head: Decimal | None = None
    needed_by: date | None = None
    issued: frozenset[str] = frozenset()
    objective: Mapping[str, float] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    limits: PackageLimits = PackageLimits()


@dataclass(frozen=True)
class PackageLine:
    """So many of an item: for each recipient, and in all."""

    sku: str
    per_head: int
    quantity: int


@dataclass(frozen=True)
class Package:
    """A proposal: what is in it, and why. Prices and worth are worked out by whoever asked.

    `bound` is the most worth that any package can have, where the generator has proved it, in
    thousandths of a point: a package that reaches its bound is the best there is.
    """

    lines: Sequence[PackageLine]
    title: Texts = field(default_factory=dict)
    because: Texts = field(default_factory=dict)
    bound: int | None = None


@dataclass(frozen=True)
class ProposalExample:
    """A request, and the packages for it."""

    request: ProposalRequest
    packages: Sequence[Package]


@runtime_checkable
class ProposalGenerator(Protocol):
    """A way to put packages together. Pure: the same packages for the same request."""

    name: str
    title: Texts
    terms: JsonSchema
    """The terms that a rule file states, as a closed JSON Schema of a mapping."""
    inputs: Mapping[str, Value | Rows]
    """What it sees of a lead."""
    examples: Sequence[ProposalExample]

    def propose(self, request: ProposalRequest) -> Iterable[Package]:
        """Packages, the best first; none where nothing fits.

        Each line is one of `request.choices`, at most one of an item. A package outside the limits
        is not shown to the customer; whoever asked says which limit it breaks.
        """


# ── files ──


@dataclass(frozen=True)
class Reader:
    """Reads lead files of a format, which it is found by: the suffix of their names.

    `read` gives the records of a file: raw values by header, tables as lists of such records. It
    raises `GroupbuyError` with what is wrong. Names and values are then read as in every file.
    """

    read: Callable[[Path], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Renderer:
    """Shows results (`groupbuy schema result` is their form) as text, for `--format NAME`."""

    render: Callable[[Mapping[str, Any]], str]
