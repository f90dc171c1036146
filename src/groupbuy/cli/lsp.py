"""`groupbuy lsp`: the language server, which editors start."""

from __future__ import annotations

import sys

import click

from groupbuy.cli.opening import RunOptions, rules_options
from groupbuy.cli.options import day_of, plugins_dir, settings_of
from groupbuy.render.words import say


@click.command()
@rules_options
def lsp(run: RunOptions) -> int:
    """Serve an editor over standard input and output (Language Server Protocol).

    Editors start it and stop it; docs/editors.md says how to set them up. Each file belongs to the
    nearest groupbuy.yaml in or above its folder, unless --rules names one. Without --lang, the
    editor's language is used.

    Exit codes: 0 the editor ended it; 1 the editor hung up; 2 the extra `lsp` is missing.
    """
    from groupbuy.extras import pygls

    pygls()
    from groupbuy.lsp.folder import Setup
    from groupbuy.lsp.serve import serve

    day = None if run.as_of is None else day_of(run.as_of)
    setup = Setup(day, run.lang, settings_of(run.settings), plugins_dir())
    if sys.stdin.isatty():
        click.echo(say("lsp_waits", run.lang), err=True)
    return serve(setup, run.rules, lang_given=run.chosen_lang is not None)
