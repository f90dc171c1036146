"""A first draft of a mapping file, from a look at headers and values.

What is sure is written; what is likely, or needs a person, is a comment with TODO. The draft
loads as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from groupbuy.errors import Location, Problems
from groupbuy.files.mapping.book import identifier
from groupbuy.files.mapping.opening import open_sheet, titles_of
from groupbuy.files.mapping.survey import (
    ColumnSeen,
    FileSeen,
    Reference,
    Survey,
    hinted,
    id_of,
    leads_of,
    seen,
    survey,
    table_for,
)
from groupbuy.model.entries import Field, Table
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import listed, quote
from groupbuy.model.problem import ValueProblem
from groupbuy.source.scalars import core_value
from groupbuy.tree.types import Kind

_PLAIN = re.compile(r"[^\W\d][\w.]*(?:[ \-/][\w.]+)*")
_MOST_WORDS = 12
_MOST_VALUES = 40

_SAID: dict[str, tuple[str, str]] = {
    "draft": (
        "A first draft by `groupbuy map new`: look at each TODO, then try it out:",
        "由 `groupbuy map new` 生成的草稿：逐条处理 TODO，然后试运行：",
    ),
    "id": ("{rows} rows, each with its own", "{rows} 行，各不相同"),
    "group": (
        "TODO {rows} rows have {words} different ids: rows of one id become one lead",
        "TODO {rows} 行只有 {words} 个不同的编号：同一编号合并为一条线索",
    ),
    "format": ("TODO is this right? {others} fits, too", "TODO 请核对：{others} 也说得通"),
    "maybe": ("TODO is it? {text}", "TODO 是这一列吗？{text}"),
    "of": ("one of {of}", "可选 {of}"),
    "unused": ("TODO not used: {text}", "TODO 未使用：{text}"),
    "words": ("TODO {count}×", "TODO {count} 次"),
    "more": ("TODO and {count} more words", "TODO 另有 {count} 个词"),
    "unread": (
        "TODO {count} of its values can't be read: {first}",
        "TODO 有 {count} 个值读不懂：{first}",
    ),
    "joined": ("{found} of {words} are leads", "{words} 个值中有 {found} 个是线索"),
    "no_lead": ("no lead named", "没有写明线索"),
    "where": ("TODO which rows count? {text}", "TODO 哪些行算数？{text}"),
    "lookup": ("TODO looked up in {file}", "TODO 查自 {file}"),
    "alone": (
        "TODO no column of it is a key of the leads, so it is not used yet",
        "TODO 没有哪一列对应线索的编号，暂未使用",
    ),
    "no_table": (
        "TODO no table of the lead model looks like {file}",
        "TODO 模型里没有与 {file} 相似的表",
    ),
    "kind": ("{kind}, {words} different", "{kind}，{words} 个不同的值"),
    "blank": (", {blanks} blank", "，{blanks} 个空白"),
}


def draft_mapping(paths: Sequence[Path], model: LeadModel, notes: list[str], lang: str) -> str:
    """The text of a draft for the files at `paths`. Raises `GroupbuyError`."""
    problems = Problems()
    files = []
    for path in paths:
        with problems.collecting():
            for title in titles_of(path):
                at = Location(f"{path}:{title}" if title else str(path))
                sheet = open_sheet(path, title, at, problems, notes)
                if sheet is not None and not sheet.rows:
                    hint = "export it with its rows: the draft looks at the values"
                    problems.add("csv-empty", "there is a header here and no rows", at, hint)
                elif sheet is not None:
                    files.append(seen(path, title, sheet))
    problems.raise_any()
    return _Draft(survey(files), model, lang).text()


class _Draft:
    """Writes the lines of one draft."""

    def __init__(self, found: Survey, model: LeadModel, lang: str) -> None:
        self.survey, self.model, self.lang = found, model, lang
        self.leads = leads_of(found, model)
        self.tables: set[str] = set()
        self.names: dict[FileSeen, str] = {}
        for file in found.files:
            name = identifier(file.sheet or file.path.stem) or "file"
            while name in self.names.values():
                name += "_2"
            self.names[file] = name

    def say(self, key: str, **values: object) -> str:
        """A remark in the language of the draft."""
        shown = {k: f"{v:,}" if isinstance(v, int) else v for k, v in values.items()}
        return _SAID[key][self.lang == "zh"].format(**shown)

    def text(self) -> str:
        """The draft."""
        paths = dict.fromkeys(file.path.name for file in self.survey.files)
        files = " ".join(quote(name)[1:-1] for name in paths)
        lines = [
            f"# {self.say('draft')}",
            f"#   groupbuy check {files} --map THIS_FILE",
            "groupbuy: 1",
            f"mapping: {_scalar(self.names[self.leads])}",
            "",
            "files:",
            *(line for file in self.survey.files for line in self.file(file)),
            "",
            *self.lead_lines(),
        ]
        tables = [line for file in self.survey.files for line in self.table(file)]
        if any(not line.lstrip().startswith("#") for line in tables):
            lines += ["", "tables:"]
        return "\n".join([*lines, *tables]) + "\n"

    # ── files ──

    def file(self, file: FileSeen) -> Iterator[str]:
        """The name of a file, and the columns that are no text."""
        types = [line for column in file.columns for line in self.type(column)]
        if not types and file.sheet is None:
            yield f"  {_scalar(self.names[file])}: {_scalar(file.path.name)}"
            return
        yield f"  {_scalar(self.names[file])}:"
        yield f"    file: {_scalar(file.path.name)}"
        if file.sheet is not None:
            yield f"    sheet: {_scalar(file.sheet)}"
        if types:
            yield "    types:"
            yield from types

    def type(self, column: ColumnSeen) -> Iterator[str]:
        """What a column is, if it is no text."""
        if column.kind is Kind.TEXT:
            return
        kind: str = column.kind.value
        note = ""
        if column.formats:
            kind = f"{{type: date, format: {_scalar(column.formats[0])}}}"
            if column.formats[1:]:
                note = "   # " + self.say("format", others=listed(column.formats[1:]))
        yield f"      {_scalar(column.header)}: {kind}{note}"

    # ── leads ──

    def lead_lines(self) -> Iterator[str]:
        """The leads."""
        file, key = self.leads, id_of(self.leads, self.model)
        yield "leads:"
        yield f"  file: {_scalar(self.names[file])}"
        if key.is_key:
            note = self.say("id", rows=file.rows)
            yield f"  id: {_scalar(key.header)}   # {note}"
        else:
            yield f"  id: {_scalar(key.header)}"
            note = self.say("group", rows=file.rows, words=len(key.words))
            yield f"  group: true   # {note}"
            if key.blanks:
                yield from self.drop(key, "  ")
        yield "  fields:"
        pick = "" if key.is_key else "first"
        name = self.model.fields.get("name")
        skipped = [key] if self.model.resolve(key.header) == ID or name is None else []
        fields = [f for f in self.model.fields.values() if f.name != ID]
        columns = [column for column in file.columns if column not in skipped]
        yield from self.filled(columns, self.model, fields, pick)
        yield from self.lookups(file, fields)

    def drop(self, column: ColumnSeen, indent: str) -> Iterator[str]:
        because = _scalar(self.say("no_lead"))
        condition = f'{identifier(column.header)} == ""'
        yield f"{indent}drop:"
        yield f"{indent}  - {{when: {condition}, because: {because}}}"

    # ── tables ──

    def table(self, file: FileSeen) -> Iterator[str]:
        """A file that belongs to the leads; a remark where it does not, or can be looked up."""
        if file is self.leads:
            return
        mine = [r for r in self.survey.of(file) if r.to is self.leads]
        if not mine:
            if not any(reference.to is file for reference in self.survey.references):
                yield f"  # {file.path.name}: {self.say('alone')}"
            return
        reference = max(mine, key=lambda r: r.found)
        table = table_for(file, self.model)
        if table is None:
            yield f"  # {self.say('no_table', file=file.path.name)}"
            return
        yield from self.table_lines(file, table, reference)

    def table_lines(self, file: FileSeen, table: Table, reference: Reference) -> Iterator[str]:
        """A table."""
        column = reference.column
        note = self.say("joined", found=reference.found, words=len(column.words))
        if table.name in self.tables:
            yield f"  # {self.say('unused', text=file.path.name)}"
            return
        self.tables.add(table.name)
        yield f"  {table.name}:"
        yield f"    file: {_scalar(self.names[file])}"
        yield f"    lead: {_scalar(column.header)}   # {note}"
        if column.blanks:
            yield from self.drop(column, "    ")
        yield from self.where(file, table)
        yield "    columns:"
        fields = list(table.fields.values())
        columns = [each for each in file.columns if each is not column]
        yield from self.filled(columns, table, fields, "", indent="      ")
        yield from self.lookups(file, fields, indent="      ")

    def where(self, file: FileSeen, table: Table) -> Iterator[str]:
        """A column with few words, by which some rows may not count, such as lost deals."""
        few = [
            column
            for column in file.columns
            if 1 < len(column.words) <= _MOST_WORDS
            and column.kind is Kind.TEXT
            and table.resolve(column.header) is None
            and not self.refers(column)
        ]
        status = [each for each in table.fields.values() if each.name == "status"]
        few.sort(key=lambda column: hinted(column, status) is None)
        for column in few[:1]:
            words = ", ".join(f"{quote(w)} {n:,}" for w, n in column.words.most_common())
            first = next(iter(column.words.most_common(1)))[0]
            yield f"    # {self.say('where', text=f'{column.header}: {words}')}"
            yield f"    # where: {identifier(column.header)} == {_quoted(first)}"

    def refers(self, column: ColumnSeen) -> bool:
        return any(reference.column is column for reference in self.survey.references)

    # ── fields ──

    def filled(
        self,
        columns: Iterable[ColumnSeen],
        owner: LeadModel | Table,
        fields: list[Field],
        pick: str,
        indent: str = "    ",
    ) -> Iterator[str]:
        """A line for each column: a field that is filled, a hint, or that nothing fits."""
        columns = list(columns)
        taken: dict[str, ColumnSeen] = {}
        for column in columns:
            name = owner.resolve(column.header)
            if name is not None and any(each.name == name for each in fields):
                taken.setdefault(name, column)
        later = []
        for column in columns:
            name = next((n for n, c in taken.items() if c is column), None)
            if name is None:
                later.append(column)
                continue
            field = owner.entries[name]
            assert isinstance(field, Field)
            yield from (indent + line for line in self.field(field, column, pick))
        free = [each for each in fields if each.name not in taken]
        key = owner.key if isinstance(owner, Table) else None
        for column in later:
            field_hint = hinted(column, free, key)
            if field_hint is not None:
                line = f"{field_hint.name}: {_scalar(column.header)}"
                yield f"{indent}# {line}   # {self.say('maybe', text=self.described(column))}"
            else:
                text = f"{column.header} ({self.described(column)})"
                yield f"{indent}# {self.say('unused', text=text)}"

    def field(self, field: Field, column: ColumnSeen, pick: str) -> Iterator[str]:
        """One field that is filled by a column."""
        header = _scalar(column.header)
        bad = [word for word in column.words if not _reads(field, word)]
        if field.type.kind is Kind.DATE and column.kind is Kind.DATE:
            bad = []  # its type says how it is written
        more = f", pick: {pick}" if pick else ""
        plain = f"{{column: {header}{more}}}" if pick else header
        if not bad:
            yield f"{field.name}: {plain}"
        elif field.type.kind is Kind.CHOICE and len(column.words) <= 10 * _MOST_VALUES:
            yield f"{field.name}:"
            yield f"  column: {header}"
            if pick:
                yield f"  pick: {pick}"
            yield f"  values:   # {self.say('of', of=listed(field.type.values, 30))}"
            seen_well = [word for word in bad if word.isprintable()]
            for word in sorted(seen_well, key=lambda w: (-column.words[w], w))[:_MOST_VALUES]:
                note = self.say("words", count=column.words[word])
                yield f"    {_scalar(word)}:   # {note}"
            if len(bad) > _MOST_VALUES:
                yield f"    # {self.say('more', count=len(bad) - _MOST_VALUES)}"
        else:
            first = "…" if field.pii else quote(bad[0])
            yield f"# {field.name}: {plain}"
            yield f"#   {self.say('unread', count=len(bad), first=first)}"

    def described(self, column: ColumnSeen) -> str:
        """What a column holds, in a few words. Only few words, such as stages, are shown."""
        text = self.say("kind", kind=column.kind.value, words=len(column.words))
        text += self.say("blank", blanks=column.blanks) if column.blanks else ""
        if 0 < len(column.words) <= _MOST_WORDS and column.kind is Kind.TEXT:
            text += ": " + ", ".join(quote(word) for word, _ in column.words.most_common(5))
        return text

    def lookups(self, file: FileSeen, fields: list[Field], indent: str = "    ") -> Iterator[str]:
        """Other files in which a column of this one can be looked up."""
        for reference in self.survey.of(file):
            if reference.to is self.leads:
                continue
            for take in reference.to.columns:
                if take is reference.key:
                    continue
                to, key = self.names[reference.to], reference.key.header
                step = f"file: {_scalar(to)}, key: {_scalar(key)}, take: {_scalar(take.header)}"
                if reference.column.header != key:
                    step += f", by: {_scalar(reference.column.header)}"
                hint = hinted(take, fields)
                target = hint.name if hint else "FIELD"
                name = reference.to.path.name
                line = f"{target}: {{lookup: {{{step}}}}}"
                yield f"{indent}# {line}   # {self.say('lookup', file=name)}"


def _reads(field: Field, word: str) -> bool:
    try:
        field.read(word)
    except ValueProblem:
        return False
    return True


def _scalar(text: str) -> str:
    """A text as YAML, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and isinstance(core_value(text), str):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
