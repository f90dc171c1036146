"""A plan: who contacts whom, when, and what became of every other lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from groupbuy_planner.allotment import Share
from groupbuy_planner.escalation import Escalation
from groupbuy_planner.team import Person, Team
from groupbuy_planner.wishes import Left, Wish
from groupbuy_planner.workdays import Week


@dataclass(frozen=True)
class Contact:
    """A contact that is made: by whom, and when (local time)."""

    wish: Wish
    person: str
    start: datetime
    end: datetime
    worth: float
    """Yuan, less what waiting took."""
    answers: str = ""
    """Who answers for the step of the development."""

    @property
    def day(self) -> date:
        """The day."""
        return self.start.date()

    @property
    def is_late(self) -> bool:
        """Whether it is made after it was due."""
        return self.day > self.wish.due


@dataclass(frozen=True)
class PersonWeek:
    """A person's week. Minutes: what they have, what is with customers, what is on the road."""

    person: Person
    days: Sequence[date]
    capacity: int
    contacts: Sequence[Contact]
    with_customers: int
    road: int
    shares: Mapping[str, Share] = field(default_factory=dict)
    planned: Mapping[str, int] = field(default_factory=dict)
    """Minutes with customers by class, escalated contacts left out."""


@dataclass(frozen=True)
class Plan:
    """The whole of it."""

    week: Week
    since: date
    team: Team
    weeks: Sequence[PersonWeek]
    left: Sequence[Left]
    escalations: Sequence[Escalation]
    groups: Mapping[str, str]
    objective: float
    """Yuan: what the contacts are worth, less what the ways cost."""
    unpublished: Sequence[int] = ()
    """Years of the week whose holidays are not known."""
    notes: Sequence[tuple[str, Mapping[str, object]]] = ()
    """Remarks for stderr: keys of `notes` in words.yaml, and their facts."""

    @property
    def contacts(self) -> list[Contact]:
        """All contacts, by person and time."""
        return [contact for each in self.weeks for contact in each.contacts]
