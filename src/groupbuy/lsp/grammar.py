"""What may stand where in a rule file, by the JSON Schemas that editors without a server use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.authoring.cases.schema import case_schema
from groupbuy.authoring.schema import pack_schema
from groupbuy.lsp.outline import Path
from groupbuy.rules.project import FILE
from groupbuy.sections.base import EXPRESSION, TEXT_KEYS, Section
from groupbuy.source.limits import KNOWN
from groupbuy.texts import Text

Schema = dict[str, Any]

_EXPRESSION = frozenset(EXPRESSION["type"])

_PROJECT = {
    "groupbuy": Text.of(en="The version of the rule language.", zh="规则语言的版本。"),
    "title": Text.of(en="What people see instead of the folder's name.", zh="显示给人看的名称。"),
    "model": Text.of(
        en="A lead model of your own; without it, the shipped one.",
        zh="自己的客户模型；不写则用自带的。",
    ),
    "currency": Text.of(en="The currency of money; CNY.", zh="金额的币种；默认 CNY。"),
    "layers": Text.of(
        en="The packs, lowest layer first: files, folders, groupbuy:…, or lists of these.",
        zh="规则包，从最低层开始：文件、文件夹、groupbuy:…，或它们的列表。",
    ),
    "rank_by": Text.of(
        en="What leads are ranked by, highest first.", zh="按什么给客户排名，大的在前。"
    ),
    "columns": Text.of(
        en="What the table shows, and what questions try to settle.",
        zh="表格显示哪些列；提问也围绕它们。",
    ),
    "plugins": Text.of(en="The plugins that these rules use.", zh="这套规则使用的插件。"),
    "limits": Text.of(
        en="How large files and expressions may be, where the usual limits are too narrow.",
        zh="文件和算式的大小限制；默认的不够用时再写。",
    ),
}


@dataclass(frozen=True)
class KeyInfo:
    """A key that may stand in a mapping, and what it means."""

    name: str
    means: str


class Grammar:
    """The keys and values that a file may have at each of its paths."""

    def __init__(self, schema: Schema) -> None:
        """`schema` is a draft-07 schema with its definitions."""
        self.schema = schema

    def at(self, path: Path) -> list[Schema]:
        """Every schema that the value at a path may fit, without references and branches."""
        found = list(self._flat(self.schema))
        for part in path:
            found = [inner for schema in found for inner in self._step(schema, part)]
        return found

    def keys(self, path: Path) -> list[KeyInfo]:
        """The keys of the mapping at a path."""
        found: dict[str, KeyInfo] = {}
        for schema in self.at(path):
            for name, item in schema.get("properties", {}).items():
                found.setdefault(name, KeyInfo(name, self._means(item)))
        return list(found.values())

    def means(self, path: Path) -> str:
        """What a key means; nothing where its name is the author's."""
        name = path[-1]
        for key in self.keys(path[:-1]):
            if key.name == name:
                return key.means
        return ""

    def words(self, path: Path) -> list[str]:
        """The words that the value at a path may be."""
        found: dict[str, None] = {}
        for schema in self.at(path):
            words = schema.get("enum", [schema["const"]] if "const" in schema else [])
            found.update(dict.fromkeys(str(word) for word in words))
        return list(found)

    def is_expression(self, path: Path) -> bool:
        """Whether an expression may stand there."""
        if path and path[0] == "grades" and path[-1] == "value":
            return False
        return any(_types(schema) == _EXPRESSION for schema in self.at(path))

    def is_text(self, path: Path) -> bool:
        """Whether a text for people stands there, which may quote names in braces."""
        return any(part in TEXT_KEYS for part in path[1:]) and "fields" not in path[:1]

    def _step(self, schema: Schema, part: str | int) -> Iterator[Schema]:
        if isinstance(part, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
        if isinstance(inner, dict):
            yield from self._flat(inner)

    def _flat(self, schema: Schema) -> Iterator[Schema]:
        """A schema and the branches of it, references followed."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            yield from self._flat(self.schema["definitions"][name])
            return
        branches = [b for key in ("anyOf", "oneOf", "allOf") for b in schema.get(key, ())]
        yield schema
        for branch in branches:
            yield from self._flat(branch)

    def _means(self, schema: Schema) -> str:
        return next((s["description"] for s in self._flat(schema) if "description" in s), "")


def _types(schema: Schema) -> frozenset[str]:
    types = schema.get("type", ())
    return frozenset(types) if isinstance(types, list) else frozenset((types,))


@dataclass(frozen=True)
class Grammars:
    """The grammar of each kind of file, in the user's language."""

    pack: Grammar
    cases: Grammar
    project: Grammar
    model: Grammar

    @classmethod
    def of(cls, sections: Sequence[Section], lang: str) -> Grammars:
        """The grammars for rules with these sections."""
        pack = pack_schema(sections, lang)
        field = {"$ref": "#/definitions/field"}
        fields = {"fields": {"additionalProperties": field}}
        model = {"properties": fields, "definitions": pack["definitions"]}
        return cls(Grammar(pack), Grammar(case_schema()), _project(lang), Grammar(model))


def _project(lang: str) -> Grammar:
    said = {name: {"description": text.get(lang)} for name, text in _PROJECT.items()}
    lists = {"layers", "rank_by", "columns", "plugins"}
    properties = {
        name: {**schema, **({"items": {"items": {}}} if name in lists else {})}
        for name, schema in said.items()
    }
    properties["groupbuy"]["const"] = "1"
    properties["limits"]["properties"] = {
        name: {"description": known.means_zh if lang == "zh" else known.means}
        for name, known in KNOWN.items()
    }
    return Grammar({"properties": properties, "title": FILE})
