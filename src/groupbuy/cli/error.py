"""`groupbuy error`: what an error code means."""

from __future__ import annotations

import click

from groupbuy.cli.completing import codes
from groupbuy.cli.options import lang_of, lang_option
from groupbuy.cli.running import DONE, deliver, fail

FORMATS = ("text", "md")


@click.command()
@click.argument("code", required=False, shell_complete=codes)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@lang_option
def error(code: str | None, form: str, lang: str | None) -> int:
    """Explain an error code, with an example; without CODE, list all of them.

    CODE stands behind the place in every message: rules/ours.yaml:3:7: unknown-name …
    """
    from groupbuy.authoring.errors import explained, explanation, list_text, one_text, page

    if form == "md":
        if code is not None:
            fail("bad-option", "--format md is a page with all codes", "groupbuy error --format md")
        deliver(page(list(explained().values())), None)
    elif code is None:
        deliver(list_text(list(explained().values()), lang_of(lang)), None)
    else:
        deliver(one_text(explanation(code), lang_of(lang)), None)
    return DONE
