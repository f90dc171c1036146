"""`groupbuy refer`: which customer to ask for which introduction, so that all together is best."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from groupbuy.api import did_you_mean
from groupbuy.api.commands import (
    DONE,
    INCOMPLETE,
    LeadOptions,
    RunOptions,
    Workspace,
    deliver,
    fail,
    leads_options,
    next_step,
    rules_options,
    tell,
)
from groupbuy_incentives.commands.options import output_options
from groupbuy_incentives.introductions import TITLES, Field, Survey, Tie, introductions_of
from groupbuy_incentives.matching import matched
from groupbuy_incentives.money import CENT
from groupbuy_incentives.tables import SCREENFUL, Table, as_text, deliver_csv

HEADS = {
    "en": ("Ask", "Name", "To introduce us to", "Name", "Tie", "Worth"),
    "zh": ("请谁引荐", "名称", "引荐给", "名称", "关系", "价值"),
}


@click.command()
@click.argument("leads", nargs=-1, required=True)
@click.option("--program", metavar="ID", help="The program with `ask:`, where there are several.")
@click.option(
    "-k", "--most", type=click.IntRange(min=1), metavar="K", help="How often one customer is asked."
)
@output_options("table", "json", "csv")
@leads_options
@rules_options
def refer(
    leads: tuple[str, ...],
    program: str | None,
    most: int | None,
    form: str,
    output: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Match customers who may be asked (`ask: who`) to prospects (`ask: whom`).

    Every prospect gets one introducer at most, every customer is asked K times at most, and the
    values of all introductions add up to the most that is possible (min-cost flow, exact). The
    value of one is the prospect's times the strength of the tie between the two.
    """
    workspace = run.open(plugins=("incentives",))
    concluded, aside = workspace.concluded(reading.read(workspace, leads), "programs")
    survey = introductions_of([(each.entries, each.conclusions) for each in concluded])
    id = _program(survey, program, workspace)
    found = survey.fields.get(id)
    ties = _best(found, most) if found is not None else []
    unmatched = sorted(set(found.prospects if found else ()) - {tie.prospect.id for tie in ties})
    language = workspace.options.lang
    if form == "json":
        deliver(
            json.dumps(_data(id, ties, unmatched, language), ensure_ascii=False, indent=2) + "\n",
            output,
        )
    elif form == "csv":
        deliver_csv(_table(ties, language), output)
    else:
        nobody = {"en": "Nobody to ask.\n", "zh": "没有可引荐的客户。\n"}[language]
        deliver(as_text(_table(ties, language), None if output else SCREENFUL) or nobody, output)
    for each in aside:
        tell(each.problems)
    total = sum((tie.value for tie in ties), Decimal(0)).quantize(CENT)
    click.echo(f"{len(ties)} introductions, worth {total:,}", err=True)
    if unmatched:
        few = ", ".join(unmatched[:5]) + ", …" * (len(unmatched) > 5)
        click.echo(f"{len(unmatched)} prospects without an introducer: {few}", err=True)
    if ties:
        next_step(f"→ groupbuy explain {leads[0]} {ties[0].prospect.id}")
    return INCOMPLETE if aside else DONE


def _program(survey: Survey, wanted: str | None, workspace: Workspace) -> str:
    """The program whose `ask:` is meant."""
    known = sorted(
        lowered.entry.id
        for lowered in workspace.rules.every_entry()
        if lowered.entry.section == "programs" and lowered.view.ask is not None
    )
    known = sorted(set(known))
    if not known:
        hint = "ask: {who: satisfied, whom: not bought_ever, value: expected_value}"
        fail("no-programs", "no program of the rules says whom to ask", hint)
    if wanted is None:
        if len(known) > 1:
            fail("bad-option", f"several programs say whom to ask: {', '.join(known)}", "--program")
        return known[0]
    if wanted not in known:
        hint = did_you_mean(wanted, known) or f"programs: {', '.join(known)}"
        fail("bad-option", f'no program "{wanted}" says whom to ask', hint)
    return wanted


def _best(found: Field, most: int | None) -> list[Tie]:
    """The introductions to ask for, the most valuable first."""
    ties = {id: found.ties_of(found.prospects[id]) for id in sorted(found.prospects)}
    values = {
        id: {tie.customer.id: tie.value for tie in sorted(each, key=lambda t: t.customer.id)}
        for id, each in ties.items()
    }
    chosen = matched(values, most or found.ask.most)
    kept = [tie for id, each in ties.items() for tie in each if chosen.get(id) == tie.customer.id]
    return sorted(kept, key=lambda tie: (-tie.value, tie.customer.id, tie.prospect.id))


def _table(ties: list[Tie], lang: str) -> Table:
    rows = [
        (
            *(tie.customer.id, tie.customer.name, tie.prospect.id, tie.prospect.name),
            *(TITLES[tie.kind][lang], tie.value.quantize(CENT)),
        )
        for tie in ties
    ]
    return Table("", HEADS[lang], rows)


def _data(program: str, ties: list[Tie], unmatched: list[str], lang: str) -> dict[str, Any]:
    return {
        "groupbuy": 1,
        "program": program,
        "method": "min-cost flow, exact",
        "value": str(sum((tie.value for tie in ties), Decimal(0)).quantize(CENT)),
        "introductions": [
            {
                "ask": tie.customer.id,
                "ask_name": tie.customer.name,
                "to_introduce": tie.prospect.id,
                "name": tie.prospect.name,
                "tie": tie.kind,
                "why": TITLES[tie.kind][lang],
                "value": str(tie.value.quantize(CENT)),
            }
            for tie in ties
        ],
        "unmatched": unmatched,
    }
