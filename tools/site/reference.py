"""The reference of the site, written out from the code: nothing in it is typed by hand.

`pages` gives file name → Markdown. Pages named `*.zh.md` are in Chinese.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from words import SECTIONS, word

from groupbuy.authoring.cases.schema import case_schema
from groupbuy.authoring.names import Name, about, all_names
from groupbuy.authoring.schema import lead_schema, pack_schema, result_schema
from groupbuy.authoring.words import say
from groupbuy.cli.group import COMMANDS, groupbuy
from groupbuy.engine.workspace import CORE_SECTIONS, Options, Workspace
from groupbuy.sections.base import Section

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 22).toordinal()
LANGUAGES = ("en", "zh")
HELP_WIDTH = 80

PLACES = {
    "bands": "BAND", "rows": "ROW", "cuts": "CUT", "rules": "RULE", "weights": "COMPONENT",
    "cases": "WORD", "columns": "COLUMN", "lead": "FIELD",
}  # fmt: skip
"""What an entry of such a mapping is called in a path."""


def pages() -> dict[str, str]:
    """Every page of the reference, and the JSON Schemas that they link to."""
    workspace = Workspace(ROOT / "rules", Options(AS_OF, plugins=ours()))
    found = {"cli.md": commands_page(), "results.md": results_page(), "hooks.md": hooks_page()}
    for lang in LANGUAGES:
        ending = "" if lang == "en" else f".{lang}"
        names = all_names(workspace, lang)
        found[f"fields{ending}.md"] = fields_page(workspace, names, lang)
        found[f"names{ending}.md"] = names_page(names, lang)
        found[f"functions{ending}.md"] = functions_page(names, lang)
        found[f"sections{ending}.md"] = sections_page(CORE_SECTIONS, lang)
    schemas = {
        "lead": lead_schema(workspace.model),
        "pack": pack_schema(CORE_SECTIONS),
        "cases": case_schema(),
        "result": result_schema(),
    }
    for name, schema in schemas.items():
        found[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    return found


def ours() -> tuple[str, ...]:
    """The plugins of this repository, by name."""
    folders = ROOT.glob("plugins/*/pyproject.toml")
    return tuple(sorted(path.parent.name.removeprefix("groupbuy-") for path in folders))


def cell(text: str) -> str:
    """A text as a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("*", "\\*").replace("<", "&lt;")


def code(text: str) -> str:
    """Code as a cell of a table."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of Markdown; the cells are Markdown already."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


# ── names ──


def fields_page(workspace: Workspace, names: Sequence[Name], lang: str) -> str:
    """The lead model: fields by group, then tables with their columns."""
    model = workspace.model
    lines = [f"# {word('fields', lang)}", "", word("fields_about", lang), ""]
    told = {name.name: name for name in names if name.group in ("fields", "tables")}
    heads = [word(key, lang) for key in ("name", "called", "kind", "more")]
    groups: dict[str | None, list[Name]] = {key: [] for key in [*model.groups, None]}
    for field in model.fields.values():
        groups[field.group].append(told[field.name])
    for group, members in groups.items():
        if members:
            title = model.groups[group].get(lang) if group else word("others", lang)
            lines += [f"## {title}", "", *table(heads, (_row(name, lang) for name in members))]
    for entry in model.tables.values():
        owner = told[entry.name]
        lines += [
            f"## {owner.title or owner.name} `{entry.name}`",
            "",
            cell(about(owner, lang, True)),
            "",
        ]
        columns = [told[f"{entry.name}.{column}"] for column in entry.fields]
        lines += table(heads, (_row(name, lang) for name in columns))
    return "\n".join(lines)


def _row(name: Name, lang: str) -> list[str]:
    kind = say(name.type, lang)
    return [
        code(name.name),
        cell(name.title or ""),
        f"{kind} ({name.unit})" if name.unit else kind,
        cell(about(name, lang, True)),
    ]


def names_page(names: Sequence[Name], lang: str) -> str:
    """What the shipped packs define, by section, and by pack within the settings."""
    lines = [f"# {word('names', lang)}", "", word("names_about", lang), ""]
    for group in ("settings", "facts", "scores", "grades"):
        lines += [f"## {word(group, lang)}", ""]
        members = [name for name in names if name.group == group]
        heads = [word(key, lang) for key in ("name", "called", "kind", "more", "pack")]
        if group != "settings":
            lines += table(heads, (_defined(name, lang) for name in members))
            continue
        heads[3] = word("value", lang)
        for packs, settings in groupby(members, key=lambda name: name.packs):
            lines += [f"### {', '.join(packs)}", ""]
            lines += table(heads[:-1], (_defined(name, lang)[:-1] for name in settings))
    lines += [f"## {word('reserved', lang)}", ""]
    reserved = [name for name in names if name.group == "names"]
    heads = [word(key, lang) for key in ("name", "kind", "meaning")]
    lines += table(
        heads, ([code(n.name), say(n.type, lang), cell(about(n, lang, False))] for n in reserved)
    )
    return "\n".join(lines)


def _defined(name: Name, lang: str) -> list[str]:
    return [
        code(name.name),
        cell(name.title or ""),
        say(name.type, lang) if name.type else "",
        cell(about(name, lang, False)),
        ", ".join(name.packs),
    ]


def functions_page(names: Sequence[Name], lang: str) -> str:
    """The functions of the language, and of the plugins of this repository."""
    heads = [word("written", lang), word("meaning", lang)]
    lines = [f"# {word('functions', lang)}", "", word("functions_about", lang), ""]
    functions = [name for name in names if name.group == "functions"]
    for plugin, members in groupby(functions, key=lambda name: name.plugin):
        if plugin is not None:
            lines += [f"## {plugin}", ""]
        rows = ([code(n.signature or n.name), cell(n.meaning or "")] for n in members)
        lines += table(heads, rows)
    return "\n".join(lines)


# ── sections ──


def value_forms(sections: Sequence[Section]) -> set[str]:
    """The keys that may stand wherever a section takes a value."""
    schemas = {section.name: _entry_keys(section.schema) for section in sections}
    return set(schemas["facts"].keys() & schemas["grades"].keys()) - _common(schemas)


def _common(keys: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """What every entry of every section may have."""
    return set.intersection(*(set(own) for own in keys.values()))


def sections_page(sections: Sequence[Section], lang: str) -> str:
    """Every key of a pack: those of all entries, the value forms, and each section's own."""
    schema = pack_schema(sections, lang)
    keys = {section.name: _entry_keys(schema["definitions"][section.name]) for section in sections}
    common = _common(keys)
    forms = value_forms(sections)
    lines = [f"# {word('sections', lang)}", "", word("sections_about", lang), ""]
    top = {k: v for k, v in schema["properties"].items() if k not in keys and k != "changes"}
    top["changes"] = {"description": schema["properties"]["changes"].get("description", "")}
    lines += [f"## {word('file', lang)}", "", *_keys(top, set(schema["required"]), lang)]
    entry = {key: keys["gates"][key] for key in keys["gates"] if key in common}
    lines += [f"## {word('every', lang)}", "", *_keys(entry, set(), lang)]
    lines += [f"## {word('forms', lang)}", "", word("forms_about", lang), ""]
    value = {key: item for key, item in keys["facts"].items() if key in forms}
    lines += _keys(value, set(), lang, hide=common - {"title", "because", "source"})
    for section in sections:
        english = (section.__doc__ or "").partition("\n")[0]
        said = english if lang == "en" else SECTIONS.get(section.name, english)
        lines += [f"## `{section.name}:`", "", said, ""]
        own = {key: item for key, item in keys[section.name].items() if key not in common}
        if forms <= own.keys():
            lines += [word("takes_value", lang), ""]
            own = {key: item for key, item in own.items() if key not in forms}
        needed = _needed(schema["definitions"][section.name])
        lines += _keys(own, needed, lang, hide=common | forms - {"table"})
    return "\n".join(lines)


def _entry_keys(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that an entry may have, whichever of its forms it takes."""
    found = dict(definition.get("properties", {}))
    for branch in definition.get("anyOf", ()):
        found.update(_entry_keys(branch))
    return found


def _needed(definition: Mapping[str, Any]) -> set[str]:
    needed = set(definition.get("required", ()))
    for branch in definition.get("anyOf", ()):
        needed |= _needed(branch)
    return needed


def _keys(
    keys: Mapping[str, Any], needed: set[str], lang: str, hide: Iterable[str] = ()
) -> list[str]:
    heads = [word(key, lang) for key in ("key", "meaning", "example")]
    if not keys:
        return []
    return table(heads, _paths(keys, needed, (), frozenset(hide)))


def _paths(
    keys: Mapping[str, Any], needed: set[str], above: tuple[str, ...], hide: frozenset[str]
) -> Iterator[list[str]]:
    """A row for each key, and behind it those of the entries that it holds."""
    for key, schema in keys.items():
        if above and key in hide:
            continue
        path = code(".".join((*above, key)))
        said = schema.get("description", "")
        words = schema.get("enum")
        if words and all(isinstance(each, str) for each in words):
            said = f"{said} {' · '.join(code(str(each)) for each in words)}".strip()
        examples = "  ".join(code(_yaml(each)) for each in schema.get("examples", ()))
        yield [f"**{path}**" if key in needed else path, said.replace("|", "\\|"), examples]
        inner = schema.get("additionalProperties")
        if key in PLACES and isinstance(inner, Mapping) and (held := _entry_keys(inner)):
            yield from _paths(held, _needed(inner), (*above, key, PLACES[key]), hide)


def _yaml(value: Any) -> str:
    """A value on one line, as it stands in YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return str(value)


# ── results ──


def results_page() -> str:
    """What `--format json` gives, part by part."""
    schema = result_schema()
    lines = ["# Results", "", str(schema["description"]), ""]
    lines += [
        "What `groupbuy evaluate --format json` and `explain --format json` write. **Bold** keys",
        "are always there. `groupbuy schema` prints the schemas for programs:",
        "[results](result.schema.json), [leads](lead.schema.json), [packs](pack.schema.json),",
        "[cases](cases.schema.json).",
        "",
        "## The document",
        "",
        *_object(schema),
    ]
    for name, definition in schema["definitions"].items():
        lines += [f"## {name}", "", cell(definition.get("description", "")), ""]
        branches = definition.get("anyOf", (definition,))
        for branch in branches:
            if "properties" in branch:
                lines += _object(branch)
        if not any("properties" in branch for branch in branches):
            lines += [_kind(definition), ""]
    return "\n".join(lines)


def _object(schema: Mapping[str, Any]) -> list[str]:
    needed = set(schema.get("required", ()))
    rows = []
    for key, item in schema["properties"].items():
        shown = f"**{code(key)}**" if key in needed else code(key)
        rows.append([shown, _kind(item), cell(item.get("description", ""))])
    return table(("key", "holds", "meaning"), rows)


def _kind(schema: Mapping[str, Any]) -> str:
    """What a schema allows, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "const" in schema:
        return code(json.dumps(schema["const"], ensure_ascii=False))
    if "enum" in schema:
        return " · ".join(code(str(each)) for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(inner := schema.get("additionalProperties"), Mapping):
        return f"name → {_kind(inner)}"
    if kind == "object":
        inner_keys = ", ".join(code(key) for key in schema.get("properties", {}))
        return f"object of {inner_keys}" if inner_keys else "object"
    return " or ".join(kind) if isinstance(kind, list) else str(kind or "anything")


# ── the command line ──


def commands_page() -> str:
    """Every command as its `--help` says it, subcommands and those of our plugins included."""
    lines = [
        "# Command line",
        "",
        "What each command says with `--help`. What exit codes mean stands in",
    ]
    lines += ["[versions](../docs/versions.md#exit-codes).", ""]
    top = click.Context(groupbuy, info_name="groupbuy", **groupbuy.context_settings)
    for name in groupbuy.list_commands(top):
        command = groupbuy.get_command(top, name)
        if command is not None:
            lines += _command(command, top, name, 2, name not in COMMANDS)
    return "\n".join(lines)


def _command(
    command: click.Command, parent: click.Context, name: str, level: int, brought: bool = False
) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=parent, max_content_width=HELP_WIDTH) as ctx:
        ctx.terminal_width = HELP_WIDTH
        yield from (f"{'#' * level} {ctx.command_path}", "")
        if brought:
            owners = " and ".join(groupbuy.brought()[name])
            yield from (f"From the plugin {owners}.", "")
        yield from ("```text", command.get_help(ctx).rstrip(), "```", "")
        if isinstance(command, click.Group):
            for each in command.list_commands(ctx):
                inner = command.get_command(ctx, each)
                if inner is not None:
                    yield from _command(inner, ctx, each, level + 1)


# ── the public API ──


def hooks_page() -> str:
    """Every hook, and every name of `groupbuy.api`, with all that it says of itself."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import signatures  # what the page for plugin authors shows is written the same way
    finally:
        sys.path.pop(0)
    from groupbuy import api

    lines = ["# Hooks and interfaces", ""]
    lines += ["What a plugin can import from `groupbuy.api`, and which hooks it may have. The way"]
    lines += ["there, with examples: [Writing plugins](../docs/plugins.md).", "", "## Hooks", ""]
    for name, hook in signatures.HOOKS.items():
        lines += [f"### {name}", "", "```python", signatures.shown(name), "```", "", *_rest(hook)]
    lines += ["## groupbuy.api", ""]
    for name in api.__all__:
        thing = getattr(api, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)) or name in signatures.HOOKS:
            continue
        lines += [f"### {name}", "", "```python", signatures.shown(name), "```", "", *_rest(thing)]
    return "\n".join(lines)


def _rest(thing: Any) -> list[str]:
    """What a docstring says behind its first line."""
    rest = (inspect.getdoc(thing) or "").partition("\n")[2].strip()
    return [rest, ""] if rest else []
