"""Empty lead files to fill in: a header for a spreadsheet, or YAML that explains itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from groupbuy.errors import Problem, Problems, did_you_mean
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.texts import Text
from groupbuy.tree.types import Kind

BOM = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

_LINE = 90
_SAMPLE_ID = "L001"
_OBEYED = ("=", "+", "-", "@", "#")
"""What a spreadsheet would compute begins so; a column that begins with # is left out."""

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("text", "text", "文字"),
        ("integer", "whole number", "整数"),
        ("number", "number", "数字"),
        ("percent", "percent: 95%", "百分比，如 95%"),
        ("money", "money: 125000 or 12.5万", "金额，如 125000 或 12.5万"),
        ("flag", "true or false", "是或否（true / false）"),
        ("date", "date: 2026-01-31", "日期，如 2026-01-31"),
        ("choice", "one of: {words}", "单选：{words}"),
        ("choices", "any of: {words}, as in [{first}]", "多选：{words}，写成 [{first}]"),
        ("required", "required", "必填"),
        ("in_unit", "unit: {unit}", "单位：{unit}"),
        ("from_to", "{low} to {high}", "{low} 到 {high}"),
        ("at_least", "at least {low}", "不小于 {low}"),
        ("at_most", "at most {high}", "不大于 {high}"),
        ("default", "blank means {value}", "空白按 {value}"),
        ("comma", ", ", "、"),
        ("table", "table: without the # one row; more rows the same way",
         "表：去掉每行开头的 # 就是一行，其余各行照写"),
        ("none", "none at all: {name}: []", "确认没有，写 {name}: []"),
    )
}  # fmt: skip
_HEAD = {
    "en": """\
# Leads, one after the other. Fill in what is known behind the colons.
# What stays blank is not known yet, and becomes a question; delete lines as you like.
#
#   groupbuy evaluate leads.yaml
""",
    "zh": """\
# 客户资料，一条接一条。知道的写在冒号后面。
# 空着就是还不知道，会变成要问的问题；用不到的行可以删掉。
#
#   groupbuy evaluate leads.yaml
""",
}


def _say(key: str, lang: str, **values: object) -> str:
    text = _WORDS[key].get(lang)
    return text.format(**values) if values else text


def chosen_entries(model: LeadModel, names: Sequence[str], *, tables: bool = True) -> list[Entry]:
    """The entries called so, the id first; all of them where none is named.

    Raises `GroupbuyError` with every name that is none; where `tables` are not wanted, they are
    left out, and naming one is an error.
    """
    if not names:
        return [e for e in model if tables or isinstance(e, Field)]
    problems = Problems()
    found: dict[str, Entry] = {ID: model.entries[ID]}
    for name in names:
        proper = model.resolve(name)
        if proper is None:
            hint = did_you_mean(name, model.names) or "groupbuy rules names lists all fields"
            problems.add("unknown-name", f"--fields: there is no field {quote(name)}", None, hint)
        elif isinstance(entry := model.entries[proper], Table) and not tables:
            columns = ",".join(entry.fields)
            problems.found.append(
                Problem(
                    "bad-option",
                    f"--fields: {quote(name)} is a table, which doesn't fit into one row",
                    None,
                    f"write it into leads.{proper}.csv beside leads.csv: id,{columns}",
                )
            )
        else:
            found[proper] = entry
    problems.raise_any()
    return list(found.values())


# ── CSV ──


def blank_csv(model: LeadModel, lang: str, names: Sequence[str] = ()) -> str:
    """A byte-order mark and a header of titles in the language. Raises `GroupbuyError`."""
    entries = chosen_entries(model, names, tables=False)
    cells = (_cell(_header(entry, lang)) for entry in entries)
    return f"{BOM}{','.join(cells)}\r\n"


def _header(entry: Entry, lang: str) -> str:
    """The title, or the name where a title would be more than a header."""
    title = entry.title.get(lang).strip()
    harmless = title and title.isprintable() and not title.startswith(_OBEYED)
    return title if harmless else entry.name


def _cell(text: str) -> str:
    if any(sign in text for sign in ',;\t"'):
        return '"' + text.replace('"', '""') + '"'
    return text


# ── YAML ──


def blank_yaml(model: LeadModel, lang: str, names: Sequence[str] = ()) -> str:
    """One lead with all its fields, each under a comment that explains it.

    Raises `GroupbuyError` where `names` has one that is no field.
    """
    lines = [_HEAD.get(lang, _HEAD["en"])]
    group = None
    for number, entry in enumerate(chosen_entries(model, names)):
        start = "- " if number == 0 else "  "
        if isinstance(entry, Field) and not names and entry.group not in (None, group):
            group = entry.group
            title = _line(model.groups[group or ""].get(lang))
            lines += [f"# ── {title} ──"] if number == 0 else ["", f"  # ── {title} ──"]
        if isinstance(entry, Table):
            lines.extend(_table(entry, lang))
            continue
        lines += _comment("# " if number == 0 else "  # ", _about(entry, lang))
        lines.append(f"{start}{entry.name}:{f' {_SAMPLE_ID}' if entry.name == ID else ''}")
    return "\n".join(lines) + "\n"


def _table(table: Table, lang: str) -> Iterator[str]:
    """A table with one row, commented out."""
    parts = [_title(table, lang), _say("table", lang), _say("none", lang, name=table.name)]
    if table.ask:
        parts.append(_line(table.ask.get(lang)))
    yield from _comment("  # ", " · ".join(part for part in parts if part))
    yield f"  # {table.name}:"
    for number, column in enumerate(table.fields.values()):
        yield from _comment("  #     # ", _about(column, lang))
        yield f"  #   {'-' if number == 0 else ' '} {column.name}:"


def _comment(start: str, text: str) -> list[str]:
    """A comment in lines that fit on a screen."""
    lines = wrap(text, _LINE, break_long_words=False, break_on_hyphens=False)
    return [f"{start}{'  ' if number else ''}{line}" for number, line in enumerate(lines)]


def _about(field: Field, lang: str) -> str:
    """Title, type, words, bounds and question on one line."""
    comma = _say("comma", lang)
    parts = [_title(field, lang)]
    if field.type.kind in (Kind.CHOICE, Kind.CHOICES):
        words = comma.join(_word(field, word, lang) for word in field.type.values)
        first = ", ".join(field.type.values[:2])
        parts.append(_say(str(field.type), lang, words=words, first=first))
    else:
        parts.append(_say(str(field.type), lang))
    if field.unit:
        parts.append(_say("in_unit", lang, unit=_line(field.unit.get(lang))))
    parts += _bounds(field, lang)
    if field.required:
        parts.append(_say("required", lang))
    if field.default is not None:
        parts.append(_say("default", lang, value=_default(field)))
    if field.ask:
        parts.append(_line(field.ask.get(lang)))
    return " · ".join(part for part in parts if part)


def _title(entry: Entry, lang: str) -> str:
    title = _line(entry.title.get(lang))
    return "" if title == entry.name else title


def _word(field: Field, word: str, lang: str) -> str:
    title = field.value_titles.get(word)
    return f"{word} ({_line(title.get(lang))})" if title else word


def _bounds(field: Field, lang: str) -> Iterable[str]:
    """The declared bounds; those that every percent has are not worth saying."""
    low, high = (None if end is None else f"{end:.12g}" for end in (field.min, field.max))
    if low is not None and high is not None:
        return [_say("from_to", lang, low=low, high=high)]
    if low is not None:
        return [_say("at_least", lang, low=low)]
    return [] if high is None else [_say("at_most", lang, high=high)]


def _default(field: Field) -> str:
    value = field.default
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _line(text: str) -> str:
    """A text on one line of a comment."""
    return " ".join(text.split())
