"""From leads to wishes: who is to be contacted this week, how, by when, and what it is worth.

All of that is said by rules (`planner:visits`, or what a company puts over it); nothing here is a
number of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from groupbuy.api import GroupbuyError, Problem
from groupbuy.api.commands import Concluded, Workspace
from groupbuy_planner.areas import Area, area_of

NEEDED = (
    *("contact_way", "contact_worth", "contact_minutes", "contact_from", "contact_by"),
    *("time_class", "hours_weight", "acting"),
)
"""Names that the rules must have."""
STEP = "development"
SHOWN = ("contact_way", "time_class", "acting", STEP)
LAYER = "planner:visits"
DESK = "desk"
"""Plays with this tag are no reason for a contact."""
MASK = "***"


@dataclass(frozen=True)
class Play:
    """Something to do, as the rules say it."""

    key: str
    do: str
    due: date | None


@dataclass(frozen=True)
class Reason:
    """Why a lead has no slot: a key of `reasons` in words.yaml, and what fills it in."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Client:
    """A lead, as far as a plan needs to know it. `value` is the deal's, for escalations."""

    id: str
    name: str
    owner: str
    area: Area
    address: str = ""
    person: str = ""
    """Whom to ask for there, and their phone; masked unless they may be shown."""
    value: float | None = None
    step: str = ""
    step_title: str = ""
    group: str = "unclear"
    weight: float = 0.0
    """Of its class, for the salesperson's hours."""
    level: str = "salesperson"
    level_because: str = ""
    urgent: bool = False
    """Whether it comes before larger deals where slots are short."""


@dataclass(frozen=True)
class Wish:
    """A contact that is to be made this week, if there is time."""

    client: Client
    kind: str
    worth: float
    """Yuan."""
    minutes: int
    earliest: date | None
    due: date
    because: str = ""
    plays: tuple[Play, ...] = ()


@dataclass(frozen=True)
class Left:
    """A lead without a slot, and why."""

    client: Client
    reason: Reason
    wish: Wish | None = None


@dataclass
class Demand:
    """All leads of a run: what is wished, what is left out by rule, and the words of grades."""

    wishes: list[Wish] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    """Everybody who may be contacted at all."""
    groups: dict[str, str] = field(default_factory=dict)
    """Titles of the classes."""
    steps: dict[str, str] = field(default_factory=dict)
    """Titles of the steps of the development."""
    per_day: dict[str, int] = field(default_factory=dict)
    """Visits and calls a day, by the rules' settings."""


def check_rules(workspace: Workspace) -> None:
    """Raise `GroupbuyError` where the rules don't say what a plan is made of."""
    missing = [name for name in NEEDED if workspace.rules.scope.value(name) is None]
    if missing:
        message = f"these rules don't say {', '.join(missing)}"
        hint = f"add {LAYER} to layers: in groupbuy.yaml, over groupbuy:common"
        raise GroupbuyError(Problem("no-visits", message, None, hint))


class Reader:
    """Reads the demand of a week off the leads' conclusions."""

    def __init__(self, workspace: Workspace, last: date) -> None:
        """`last` is the last day of the week."""
        self.workspace, self.last = workspace, last
        self.today = date.fromordinal(workspace.options.as_of)
        self.presenter = workspace.presenter(only=SHOWN)
        self.demand = Demand()

    def read(self, leads: Sequence[Concluded]) -> Demand:
        """The demand of all leads, in the order of their ids."""
        for each in sorted(leads, key=lambda each: each.lead.id):
            self.one(each)
        self.name_steps()
        self.demand.per_day = self.per_day(leads)
        return self.demand

    def name_steps(self) -> None:
        """Give steps their titles, which the rules state in one of the places that lead there."""
        titles = self.demand.steps
        self.demand.wishes = [
            replace(wish, client=replace(wish.client, step_title=titles.get(wish.client.step, "")))
            for wish in self.demand.wishes
        ]

    def one(self, each: Concluded) -> None:
        """One lead."""
        lead = each.conclusions
        client = self.client(each)
        if lead.value("verdict") == "stop":
            gates = self.presenter.section("gates", lead)
            reasons = self.presenter.verdict(lead, gates)["reasons"]
            because = next((r["because"] for r in reasons if r.get("because")), "")
            self.leave(client, "stopped", because=because)
            return
        grades = self.presenter.section("grades", lead)
        client = self.graded(client, grades, each)
        self.demand.clients.append(client)
        way = grades["contact_way"]
        kind = way.get("value") or way.get("likely")
        because = str(way.get("because") or "")
        if kind is None:
            missing = ", ".join(map(str, way.get("missing") or ())) or "–"
            self.leave(client, "undecided", missing=missing)
            return
        if kind not in ("visit", "call"):
            self.leave(client, "letter", because=because)
            return
        earliest, by = self.day(each, "contact_from"), self.day(each, "contact_by")
        if earliest is not None and earliest > self.last:
            last = self.day(each, "contact_last")
            self.leave(client, "recent", day=earliest, last=last or "?")
            return
        plays = self.plays(each)
        due = min([by or self.today, *(play.due for play in plays if play.due is not None)])
        if due > self.last:
            self.leave(client, "not_due", day=due)
            return
        worth = self.number(each, "contact_worth") or 0.0
        if worth <= 0:
            self.leave(client, "no_worth")
            return
        self.demand.wishes.append(
            Wish(
                client,
                str(kind),
                worth,
                max(1, round(self.number(each, "contact_minutes") or 1)),
                earliest,
                due if earliest is None else max(due, earliest),
                because,
                plays,
            )
        )

    def leave(self, client: Client, code: str, **facts: object) -> None:
        """A lead that is not to be contacted this week."""
        self.demand.left.append(Left(client, Reason(code, facts)))

    # ── reading ──

    def number(self, each: Concluded, name: str) -> float | None:
        """A number of the rules; none where it is unknown or does not apply."""
        if self.workspace.rules.scope.value(name) is None:
            return None
        value = each.conclusions.value(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number else None

    def holds(self, each: Concluded, name: str) -> bool:
        """Whether a condition of the rules is known to hold."""
        known = self.workspace.rules.scope.value(name) is not None
        return known and each.conclusions.value(name) is True

    def day(self, each: Concluded, name: str) -> date | None:
        """A date of the rules."""
        number = self.number(each, name)
        return None if number is None else date.fromordinal(int(number))

    def text(self, each: Concluded, name: str) -> str:
        """A field of the lead as it may be shown."""
        value = each.lead.values.get(name)
        if not isinstance(value, str) or not value.strip():
            return ""
        entry = self.workspace.model.fields.get(name)
        hidden = entry is not None and entry.pii and not self.workspace.options.show_pii
        return MASK if hidden else value.strip()

    def client(self, each: Concluded) -> Client:
        """What the lead file says."""
        said = [self.text(each, name) for name in ("contact_name", "phone")]
        return Client(
            each.lead.id,
            self.text(each, "name"),
            self.text(each, "owner"),
            area_of(each.lead.values),
            self.text(each, "address"),
            " ".join(part for part in said if part),
        )

    def graded(self, client: Client, grades: Mapping[str, Any], each: Concluded) -> Client:
        """What the rules say of it."""
        group, acting, step = grades["time_class"], grades["acting"], grades.get(STEP) or {}
        word = str(group.get("value") or "unclear")
        self.demand.groups.setdefault(word, str(group.get("title") or word))
        if step.get("title"):
            self.demand.steps[str(step["value"])] = str(step["title"])
        return replace(
            client,
            value=self.number(each, "value"),
            step=str(step.get("value") or ""),
            group=word,
            weight=max(0.0, self.number(each, "hours_weight") or 0.0),
            level=str(acting.get("value") or "salesperson"),
            level_because=str(acting.get("because") or ""),
            urgent=self.holds(each, "contact_urgent"),
        )

    def plays(self, each: Concluded) -> tuple[Play, ...]:
        """What is to be done by the end of the week, the most urgent first."""
        found = [
            Play(move["key"], str(move.get("do") or ""), _date(move.get("due")))
            for moves in self.presenter.section("plays", each.conclusions).values()
            for move in moves
            if DESK not in move.get("tags", ())
        ]
        due = [play for play in found if play.due is not None and play.due <= self.last]
        return tuple(sorted(due, key=lambda play: (play.due or self.last, play.key)))

    def per_day(self, leads: Sequence[Concluded]) -> dict[str, int]:
        """The settings `visits_per_day` and `calls_per_day`, which are the same for all leads."""
        found: dict[str, int] = {}
        for kind, name in (("visit", "visits_per_day"), ("call", "calls_per_day")):
            stated = {self.number(each, name) for each in leads} - {None}
            if len(stated) > 1:
                message = f"packs set {name} to {', '.join(f'{n:g}' for n in sorted(_(stated)))}"
                hint = "say it in the team file: day: {visits: 4, calls: 20}"
                raise GroupbuyError(Problem("team-value", message, None, hint))
            if stated:
                found[kind] = int(next(iter(_(stated))))
        return found


def _(numbers: set[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


def _date(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
