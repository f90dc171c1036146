"""`plugins new`: a plugin's package that installs and passes its tests as it is written."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from groupbuy.authoring.scaffold import templates
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.model.model import load_model
from groupbuy.plugins.discovery import installed
from groupbuy.rules.project import shipped_rules
from groupbuy.source.yaml import read_source, read_yaml

_NAME = re.compile("[a-z][a-z0-9_]*")
_LONGEST = 40
_IN = ".in"
"""Ends the names of templates, so that no tool takes them for what they are to become."""
_ABOUT, _USE = f"ABOUT{_IN}", f"USE{_IN}"
"""What the README says of a kind, and of how it is used beside the pack, if there is more to it."""


def distribution_of(name: str) -> str:
    """What the package is called, where it is installed from."""
    return f"groupbuy-{name.replace('_', '-')}"


def plugin_folder(name: str, kind: str) -> Iterator[tuple[Path, str]]:
    """The files of a plugin's package. Raises `GroupbuyError` where the name is no good."""
    check_name(name)
    words = {
        "name": name,
        "package": f"groupbuy_{name}",
        "distribution": distribution_of(name),
        "title": name.replace("_", " ").capitalize(),
    }
    own = dict(templates("plugin_templates", kind))
    words["about"] = _filled(own.pop(Path(_ABOUT)), words).strip()
    words["use"] = _filled(own.pop(Path(_USE), ""), words)
    for path, text in sorted({**dict(templates("plugin_templates", "every")), **own}.items()):
        yield Path(_filled(path.as_posix(), words).removesuffix(_IN)), _filled(text, words)


def _filled(text: str, words: dict[str, str]) -> str:
    """The text with `@word@` put in."""
    return re.sub("@([a-z]+)@", lambda match: words[match[1]], text)


def check_name(name: str) -> None:
    """Raise `GroupbuyError` where a plugin can't be called so, or something else is already."""
    hint = "letters a–z, digits and _, as it is written in rules: cold_chain"
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        near = re.sub("[^a-z0-9]+", "_", name.lower().removeprefix("groupbuy")).strip("_")
        usable = _NAME.fullmatch(near) and not keyword.iskeyword(near) and len(near) <= _LONGEST
        shown = name if len(name) <= _LONGEST else name[:_LONGEST] + "…"
        fault = "is a word of Python" if keyword.iskeyword(name) else "can't name a plugin"
        raise _bad(f'"{shown}" {fault}', f'did you mean "{near}"?' if usable else hint)
    if len(name) > _LONGEST:
        raise _bad(f"this name has {len(name)} characters", f"at most {_LONGEST}")
    if name == "groupbuy":
        raise _bad(
            '"groupbuy" is what the shipped packs are called by', "name it after its subject"
        )
    model = load_model(read_yaml(read_source(shipped_rules() / "lead.yaml")))
    if model.resolve(name) is not None:
        what = "table" if model.resolve(name) in model.tables else "field"
        raise _bad(f'"{name}" is a {what} of the lead model', f"{name}_rules, for example")
    for other in installed():
        if other.kind == "plugin" and other.name == name:
            raise _bad(f'"{name}" is taken: {other} is installed', "choose another name")


def _bad(message: str, hint: str) -> GroupbuyError:
    return GroupbuyError(Problem("bad-name", message, None, hint))
