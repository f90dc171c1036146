"""A text that YAML can't parse → what was probably meant, in plain words.

PyYAML says where it got stuck, and in its own terms why. What people did is nearly always visible
in that line or in the one before: each function of the table below looks for one slip. Its order
is from the particular to the general.
"""

from __future__ import annotations

from collections.abc import Callable

import yaml

from groupbuy.errors import Problem, Source
from groupbuy.source import slips_in_lines, slips_in_values
from groupbuy.source.stuck import Slip, Stuck


def explain(source: Source, text: str, error: yaml.YAMLError) -> Slip:
    """The problem behind PyYAML's `error` on `text`.

    `text` has the lines of `source`, character for character, but for stretches already mended.
    """
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Slip(Problem("yaml-syntax", "this can't be read as YAML", source.at(1, 1)))
    stuck = Stuck.of(source, text, error)
    for look in _SLIPS:
        slip = look(stuck)
        if slip is not None:
            return slip
    return _other(stuck)


def _other(stuck: Stuck) -> Slip:
    """Nothing that is known: the parser's words, below ours."""
    message = "this can't be read as YAML from here on"
    said = " ".join(part for part in (stuck.context, stuck.said) if part)
    hint = f"look at this line and the one above; the parser says: {said}"
    return Slip(Problem("yaml-syntax", message, stuck.at(stuck.line, stuck.column), hint))


_SLIPS: tuple[Callable[[Stuck], Slip | None], ...] = (
    slips_in_lines.documents,
    slips_in_lines.anchors,
    slips_in_lines.tab,
    slips_in_values.escape,
    slips_in_values.open_quote,
    slips_in_values.text_after_quotes,
    slips_in_values.text_after_bracket,
    slips_in_lines.tight_colon,
    slips_in_values.colon_in_value,
    slips_in_lines.fullwidth,
    slips_in_lines.invisible,
    slips_in_lines.directive,
    slips_in_lines.tight_dash,
    slips_in_values.start_character,
    slips_in_values.start_in_brackets,
    slips_in_lines.tag,
    slips_in_lines.line_without_colon,
    slips_in_lines.open_bracket,
    slips_in_lines.indentation,
)
