"""`groupbuy schema`: JSON Schemas for editors and other programs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from groupbuy.cli.opening import RunOptions, open_plugins, rules_options
from groupbuy.cli.options import output_option
from groupbuy.cli.running import DONE, deliver, next_step

NEXT = {
    "lead": "→ groupbuy blank yaml -o leads.yaml   (an empty lead file to fill in)",
    "pack": "→ first line of a pack:  # yaml-language-server: $schema=pack.schema.json",
    "cases": "→ first line of cases:  # yaml-language-server: $schema=cases.schema.json",
    "result": "→ groupbuy evaluate leads.yaml --format json",
}


@click.command()
@click.argument("what", type=click.Choice(("lead", "pack", "cases", "result")))
@output_option()
@rules_options
def schema(
    what: str,
    output: Path | None,
    run: RunOptions,
) -> int:
    """Print a JSON Schema (draft-07).

    lead: a lead file, by the model in force. pack: a file of rules, for editors, with the sections
    of active plugins. cases: a file of rule cases (NAME.test.yaml). result: what evaluate and
    explain give with --format json.
    """
    from groupbuy.authoring import schema as schemas
    from groupbuy.engine.workspace import CORE_SECTIONS

    if what == "lead":
        model = run.open().model
        made = schemas.lead_schema(model, run.lang)
    elif what == "cases":
        from groupbuy.authoring.cases.schema import case_schema

        made = case_schema()
    elif what == "pack":
        sections = open_plugins(run.rules).extensions(CORE_SECTIONS).sections
        made = schemas.pack_schema(sections, run.lang)
    else:
        made = schemas.result_schema()
    deliver(json.dumps(made, ensure_ascii=False, indent=2) + "\n", output)
    next_step(NEXT[what])
    return DONE
