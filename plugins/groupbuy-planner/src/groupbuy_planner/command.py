"""`groupbuy plan`: the week's visits and calls, and the list at the end of a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.api.commands import (
    DONE,
    INCOMPLETE,
    LeadOptions,
    RunOptions,
    deliver,
    fail,
    leads_options,
    next_step,
    output_option,
    pii_option,
    rules_options,
    tell,
    write_whole,
)

if TYPE_CHECKING:
    from groupbuy.api.commands import Concluded, SetAside, Workspace
    from groupbuy_planner.plans import Plan
    from groupbuy_planner.team import Team
    from groupbuy_planner.workdays import Week

PLUGIN = "planner"
LAYER = "planner:visits"
FORMS = ("table", "json", "csv", "ics")


@click.command()
@click.argument("leads", nargs=-1)
@click.option(
    "--team",
    "team_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Who there is, and when and where they work.",
)
@click.option(
    "--week", metavar="WEEK", help="2026-W48, or a day in it; else that of the next working day."
)
@click.option(
    "--review", metavar="DATE", help="Instead of a plan, what is left to do that evening."
)
@click.option("--person", metavar="NAME", help="Only this person's part.")
@click.option(
    "--write-team",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a team file to start from, with the owners of LEADS; nothing else is done.",
)
@click.option("--team-schema", is_flag=True, help="Print the JSON Schema of team files.")
@click.option("--format", "form", type=click.Choice(FORMS), default=FORMS[0], show_default=True)
@output_option()
@pii_option
@leads_options
@rules_options
def plan(
    leads: tuple[str, ...],
    team_file: Path | None,
    week: str | None,
    review: str | None,
    person: str | None,
    write_team: Path | None,
    team_schema: bool,
    form: str,
    output: Path | None,
    show_pii: bool,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Plan who visits or calls whom on which day of a week.

    The largest need and the clearest intent come first, areas together, within hours, territories
    and due dates, nobody twice; the bosses' slots go to the most valuable. Leads without a slot are
    listed with the reason.

    Exit codes: 0 done; 2 the input can't be used, nothing is written; 3 done, but some leads were
    set aside.
    """
    from groupbuy_planner.team import read_team
    from groupbuy_planner.wishes import check_rules

    if team_schema:
        from groupbuy_planner.team import team_schema as schema

        deliver(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", output)
        return DONE
    _check_options(leads, team_file, week, review, write_team, form)
    team = read_team(team_file) if team_file is not None else None
    if team is not None and person is not None and team.named(person) is None:
        from groupbuy.api import did_you_mean

        hint = did_you_mean(person, team.people) or f"people: {', '.join(team.people)}"
        fail("bad-option", f'--person: nobody is called "{person}"', hint)
    workspace = replace(run, as_of=review or run.as_of).open(
        plugins=(PLUGIN,), layers=(LAYER,), show_pii=show_pii
    )
    check_rules(workspace)
    concluded, aside = workspace.concluded(reading.read(workspace, leads), "day_end")
    job = _Run(workspace, concluded, aside, team, person)
    if write_team is not None:
        return job.write_team(write_team)
    if review is not None:
        job.review(form, output)
    else:
        assert team is not None
        job.plan(team, week, form, output)
        if output is None and form == "table":
            next_step(f"→ groupbuy plan {leads[0]} --team {team_file} --format ics -o week.ics")
    for each in aside:
        tell(each.problems)
    return INCOMPLETE if aside else DONE


def _check_options(
    leads: Sequence[str],
    team: Path | None,
    week: str | None,
    review: str | None,
    write_team: Path | None,
    form: str,
) -> None:
    """Raise `GroupbuyError` where options don't go together."""
    from groupbuy_planner.workdays import read_week

    if not leads:
        fail("bad-option", "name lead files", "groupbuy plan LEADS --team team.yaml")
    if review is not None:
        try:
            date.fromisoformat(review.strip())
        except ValueError:
            fail("bad-date", f'--review: "{review}" is not a date', "write it as 2026-11-23")
        if week is not None:
            fail("bad-option", "--review is about one day, --week about a plan", "leave one out")
        if form == "ics":
            fail("bad-option", "the list of an evening is no calendar", "--format table, json, csv")
    elif team is None and write_team is None:
        hint = f"--team FILE; groupbuy plan {leads[0]} --write-team team.yaml writes one"
        fail("bad-option", "a plan needs to know the team", hint)
    if week is not None:
        read_week(week)


class _Run:
    """One run of the command: leads that were evaluated, and the team."""

    def __init__(
        self,
        workspace: Workspace,
        concluded: list[Concluded],
        aside: list[SetAside],
        team: Team | None,
        person: str | None,
    ) -> None:
        self.workspace, self.concluded, self.aside, self.team = workspace, concluded, aside, team
        found = team.named(person) if team is not None and person is not None else None
        self.person = person if found is None else found.name
        self.lang = workspace.options.lang
        self.today = date.fromordinal(workspace.options.as_of)

    def about(self) -> dict[str, Any]:
        """What the results say of the run."""
        return {
            "as_of": self.today.isoformat(),
            "rules_hash": self.workspace.project.digest,
            "plugins": self.workspace.plugins.identities(),
        }

    def planned(self, team: Team, week: Week, since: date) -> Plan:
        """The plan of a week."""
        from groupbuy_planner.planner import planned
        from groupbuy_planner.wishes import Reader

        demand = Reader(self.workspace, week.days[-1]).read(self.concluded)
        return planned(team, demand, week, since)

    def note(self, key: str, **facts: object) -> None:
        """A remark on stderr."""
        from groupbuy_planner.words import say

        hint = facts.pop("hint", "")
        said = say("notes", key, self.lang, **facts)
        click.echo(f"note: {said}{f'; {hint}' if hint else ''}", err=True)

    def plan(self, team: Team, week: str | None, form: str, output: Path | None) -> None:
        """Plan a week, and print or write it."""
        from groupbuy_planner.ics import plan_ics
        from groupbuy_planner.output import plan_csv, plan_data
        from groupbuy_planner.screen import plan_text
        from groupbuy_planner.workdays import Week, read_week

        chosen = (
            read_week(week) if week is not None else Week.of(team.calendar.next_worked(self.today))
        )
        if chosen.days[-1] < self.today:
            hint = "--as-of says which day is today"
            fail("bad-option", f"--week: {chosen} is over on {self.today}", hint)
        whole = self.planned(team, chosen, max(chosen.days[0], self.today))
        for key, facts in whole.notes:
            self.note(key, **facts)
        shown = self.only(whole)
        if form == "json":
            text = plan_data(shown, self.lang, self.about(), self.aside)
        elif form == "csv":
            text = plan_csv(shown, self.lang)
        elif form == "ics":
            text = plan_ics(shown, self.lang, self.today)
        else:
            text = plan_text(shown, self.lang, whole=output is not None)
        deliver(text, output)

    def only(self, plan: Plan) -> Plan:
        """One person's part of a plan, where that is asked for."""
        if self.person is None:
            return plan
        team, name = plan.team, self.person

        def is_theirs(owner: str) -> bool:
            found = team.named(owner) if owner else None
            return found is not None and found.name == name

        return replace(
            plan,
            weeks=[each for each in plan.weeks if each.person.name == name],
            left=[each for each in plan.left if is_theirs(each.client.owner)],
            escalations=[
                each
                for each in plan.escalations
                if each.person == name or is_theirs(each.wish.client.owner)
            ],
        )

    def review(self, form: str, output: Path | None) -> None:
        """The list of an evening."""
        from groupbuy_planner.review import (
            items_of,
            review_csv,
            review_data,
            review_text,
            titles_needing_plan,
        )
        from groupbuy_planner.wishes import Reader

        tomorrow = self.tomorrow()
        if tomorrow is None:
            titles = titles_needing_plan(self.concluded)
            if titles:
                self.note("needs_team", titles=" / ".join(titles))
        reader = Reader(self.workspace, self.today)
        clients = {each.lead.id: reader.client(each) for each in self.concluded}
        items = items_of(self.concluded, clients, tomorrow)
        if self.person is not None:
            items = [each for each in items if self.is_named(each.owner)]
        if form == "json":
            text = review_data(items, self.today, self.lang, self.about())
        elif form == "csv":
            text = review_csv(items, self.lang)
        else:
            text = review_text(items, self.today, self.lang)
        deliver(text, output)

    def is_named(self, owner: str) -> bool:
        """Whether an item is the chosen person's."""
        found = self.team.named(owner) if self.team is not None and owner else None
        return (owner if found is None else found.name) == self.person

    def tomorrow(self) -> dict[str, tuple[str, str]] | None:
        """Kind and person of each contact on the next working day, if there is a team."""
        from groupbuy_planner.workdays import Week

        if self.team is None:
            return None
        day = self.team.calendar.next_worked(self.today)
        plan = self.planned(self.team, Week.of(day), day)
        return {
            each.wish.client.id: (each.wish.kind, each.person)
            for each in plan.contacts
            if each.day == day
        }

    def write_team(self, target: Path) -> int:
        """A team file to start from."""
        from groupbuy_planner.drafts import team_draft

        if target.exists():
            fail("file-exists", f"{target} is there already", "name another file")
        owners = [str(each.lead.values.get("owner") or "").strip() for each in self.concluded]
        write_whole(target, team_draft(sorted({name for name in owners if name}), self.lang))
        next_step(f"→ groupbuy plan LEADS --team {target}")
        return DONE
