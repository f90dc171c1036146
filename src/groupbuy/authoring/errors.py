"""What each error code means: the table behind `groupbuy error` and docs/errors.md."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files

from groupbuy.authoring.words import say
from groupbuy.errors import GroupbuyError, Problem, Source, did_you_mean
from groupbuy.source.nodes import Mapping
from groupbuy.source.yaml import read_source, read_yaml
from groupbuy.texts import Text

PLACES = ("expr", "pack", "yaml", "layer", "project", "lock", "model", "modelfile", "cases", "csv",
          "lead", "json", "table", "map", "run")  # fmt: skip
"""Where an example stands: in an expression, a pack, a whole file, a command …"""


@dataclass(frozen=True)
class Explained:
    """One code. `place` is one of `PLACES`; `said` is what groupbuy says of `wrong`."""

    code: str
    means: Text
    place: str | None = None
    wrong: str = ""
    said: str = ""


def explained(codes: Collection[str] | None = None) -> dict[str, Explained]:
    """Every code, in alphabetical order; or some of them, of which unknown ones are left out."""
    with as_file(files("groupbuy.authoring") / "errors.yaml") as path:
        source = read_source(path)
    if codes is not None:
        # The whole file takes longer to read than most runs take.
        blocks = re.findall(r"^([\w-]+):\n((?:  .*\n)+)", source.text, re.MULTILINE)
        wanted = "".join(f"{code}:\n{lines}" for code, lines in blocks if code in codes)
        source = Source(source.name, wanted or "{}")
    root = read_yaml(source)
    assert isinstance(root, Mapping)
    found = {}
    for code, node in root.items.items():
        assert isinstance(node, Mapping)
        means = node.items["means"]
        assert isinstance(means, Mapping)
        text = Text.of(**{lang: str(item.data()) for lang, item in means.items.items()})
        parts = {key: str(item.data()) for key, item in node.items.items() if key != "means"}
        found[code] = Explained(
            code, text, parts.get("in"), parts.get("wrong", ""), parts.get("said", "")
        )
    return found


def explanation(code: str) -> Explained:
    """What a code means. Raises `GroupbuyError` where there is none of that name."""
    known = explained()
    found = known.get(code.strip().strip(":"))
    if found is None:
        hint = did_you_mean(code, known) or "groupbuy error lists them all"
        raise GroupbuyError(Problem("unknown-code", f'no error has the code "{code}"', None, hint))
    return found


def meanings(codes: Collection[str], lang: str) -> dict[str, str]:
    """What some codes mean, in one language; those that plugins made up have none."""
    return {code: found.means.get(lang) for code, found in explained(codes).items()}


def one_text(found: Explained, lang: str) -> str:
    """A code in full, for a terminal."""
    lines = [found.code, "", found.means.get(lang)]
    if found.place is not None:
        lines += ["", say(f"error_in_{found.place}", lang)]
        lines += [f"    {line}" for line in found.wrong.rstrip("\n").split("\n")]
        lines += ["", say("error_said", lang)]
        lines += [f"    {line}" for line in found.said.rstrip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def list_text(found: Sequence[Explained], lang: str) -> str:
    """All codes, a line each."""
    widest = max(len(each.code) for each in found)
    return "".join(f"{each.code.ljust(widest)}  {each.means.get(lang)}\n" for each in found)


def page(found: Sequence[Explained]) -> str:
    """All codes as a page of the documentation."""
    lines = [
        "# Errors",
        "",
        "What each code means, and an example. `groupbuy error CODE` shows the same. This page is",
        "made from `src/groupbuy/authoring/errors.yaml`; a test runs every example.",
    ]
    for each in found:
        lines += ["", f"## {each.code}", "", each.means.get("en"), "", each.means.get("zh")]
        if each.place is not None:
            lines += ["", say(f"error_in_{each.place}", "en"), "", "```text"]
            lines += [*each.wrong.rstrip("\n").split("\n"), "```", "", "```text"]
            lines += [*each.said.rstrip("\n").split("\n"), "```"]
    return "\n".join(lines) + "\n"
