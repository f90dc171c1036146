"""For plugins with commands: the options, the opening of rules and leads, and the ways out.

A command is an entry point of the group `groupbuy.commands`, named as the user types it: a
`click.Command` whose result is an exit code.
"""

from __future__ import annotations

from groupbuy.cli.opening import LeadOptions, RunOptions, leads_options, rules_options
from groupbuy.cli.options import (
    columns_of,
    day_of,
    lang_of,
    lang_option,
    output_option,
    pii_option,
)
from groupbuy.cli.progress import progress
from groupbuy.cli.running import (
    DONE,
    FINDINGS,
    INCOMPLETE,
    INVALID,
    check_workbook,
    deliver,
    fail,
    next_step,
    tell,
    wants_colour,
    width,
    write_whole,
)
from groupbuy.engine.results import Result
from groupbuy.engine.workspace import Concluded, Options, Workspace
from groupbuy.extras import TEXTS_STAY, needed, xlsxwriter
from groupbuy.files.blocks import read_in_blocks
from groupbuy.files.leads import read_leads, read_model
from groupbuy.model.lead import Lead, LeadFile, SetAside
from groupbuy.model.model import LeadModel
from groupbuy.render.csv import csv_table
from groupbuy.render.inert import inert
from groupbuy.source.yaml import read_source, read_yaml

__all__ = [
    "DONE",
    "FINDINGS",
    "INCOMPLETE",
    "INVALID",
    "TEXTS_STAY",
    "Concluded",
    "Lead",
    "LeadFile",
    "LeadModel",
    "LeadOptions",
    "Options",
    "Result",
    "RunOptions",
    "SetAside",
    "Workspace",
    "check_workbook",
    "columns_of",
    "csv_table",
    "day_of",
    "deliver",
    "fail",
    "inert",
    "lang_of",
    "lang_option",
    "leads_options",
    "needed",
    "next_step",
    "output_option",
    "pii_option",
    "progress",
    "read_in_blocks",
    "read_leads",
    "read_model",
    "read_source",
    "read_yaml",
    "rules_options",
    "tell",
    "wants_colour",
    "width",
    "write_whole",
    "xlsxwriter",
]
