"""Everything that people read is there in English and in Chinese; nothing shows an id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packs_world import EXAMPLES, RULES

from groupbuy.engine.workspace import Workspace
from groupbuy.files.leads import read_leads
from groupbuy.sections.forms.form import Form
from groupbuy.sections.scores import Scores

TEXTS = ("title", "because", "do", "who")
PACKS = sorted(
    path
    for path in RULES.rglob("*.yaml")
    if not path.name.endswith(".test.yaml") and path.name != "groupbuy.yaml"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Z]{1,4}|[A-Z]")


def texts(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every text of a file, with where it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in TEXTS and not (isinstance(value, dict) and "type" in value):
                yield f"{path}/{key}", value
            else:
                yield from texts(value, f"{path}/{key}")


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_every_text_is_in_both_languages(pack: Path) -> None:
    found = list(texts(yaml.safe_load(pack.read_text(encoding="utf-8")), ""))
    assert found
    for path, text in found:
        assert isinstance(text, dict), f"{path}: {text}"
        assert set(text) == {"en", "zh"}, path
        assert CHINESE.search(text["zh"]) or LETTERS.fullmatch(text["zh"]), path
        assert not CHINESE.search(text["en"]), path
        slots = [set(re.findall(r"{([\w.]+)}", text[lang])) for lang in ("en", "zh")]
        # What one language quotes and the other does not is a fact that somebody isn't told.
        assert slots[0] == slots[1], path


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_chinese_is_written_with_chinese_signs(pack: Path) -> None:
    for path, text in texts(yaml.safe_load(pack.read_text(encoding="utf-8")), ""):
        zh = re.sub(r"{[\w.]+}", "", text["zh"])
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!]|[,;:?!] ?[\u4e00-\u9fff]", zh), path
        assert "..." not in zh, path


def test_every_field_and_word_of_the_model_has_both_languages(shipped: Workspace) -> None:
    for entry in shipped.model:
        for field in getattr(entry, "fields", {}).values() or [entry]:
            titles = [field.title, *getattr(field, "value_titles", {}).values()]
            for title in titles:
                assert {lang for lang, _ in title.by_language} >= {"en", "zh"}, (
                    f"{entry.name} {field}"
                )


def test_every_entry_has_a_title(shipped: Workspace) -> None:
    bare = []
    for lowered in shipped.rules.every_entry():
        entry = lowered.entry
        hidden = entry.get("per") is not None  # tables of periods are not shown
        if lowered.title is None and not hidden:
            bare.append(f"{entry.section}.{entry.id}")
    assert bare == []


def test_every_word_and_every_rule_has_a_title(shipped: Workspace) -> None:
    bare = []
    for lowered in shipped.rules.every_entry():
        entry = lowered.entry
        if entry.section == "grades" and isinstance(lowered.view, Form):
            titled = {arm.word for arm in lowered.view.arms if arm.title is not None}
            words = {arm.word for arm in lowered.view.arms} - titled
            bare += [f"{entry.id}.{word}" for word in words if not LETTERS.fullmatch(word)]
        if entry.section == Scores.name:
            for id, rule in getattr(entry.fields.get("rules"), "items", {}).items():
                if rule.get("title") is None:
                    bare.append(f"{entry.id}.{id}")
    assert bare == []


def shown(data: Any) -> Iterator[str]:
    """The texts of results that people read."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str):
                if key in (*TEXTS, "ask"):
                    yield value
            else:
                yield from shown(value)
    elif isinstance(data, list):
        for item in data:
            yield from shown(item)


def test_no_id_is_read_by_a_chinese_reader(shipped: Workspace) -> None:
    leads = [EXAMPLES / "leads.yaml"]
    leads += sorted((EXAMPLES / "stories").glob("*[a-z].yaml"))
    names = {lowered.entry.id for lowered in shipped.rules.every_entry()} | set(
        shipped.model.entries
    )
    for path in leads:
        if path.name.endswith(".test.yaml"):
            continue
        result = shipped.evaluate(read_leads([path], shipped.model)).data
        found = {
            f"{word}: {text}"
            for text in shown(json.loads(json.dumps(result)))
            for word in re.findall(r"[A-Za-z_]{3,}", text)
            if word in names
        }
        assert found == set(), path.name
