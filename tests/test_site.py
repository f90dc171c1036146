"""What the site has beside the pages of the repository: the reference, and search in Chinese."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from groupbuy import api
from groupbuy.authoring.meanings import MEANINGS
from groupbuy.authoring.schema import pack_schema, result_schema
from groupbuy.cli.group import COMMANDS
from groupbuy.cli.group import groupbuy as command
from groupbuy.engine.workspace import CORE_SECTIONS, Options, Workspace
from groupbuy.language.functions import FUNCTIONS
from groupbuy.plugins import hooks
from groupbuy.rules import project

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools" / "site"))
import collect  # noqa: E402
import reference  # noqa: E402
import terms  # noqa: E402

sys.path.pop(0)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
GUIDES = [ROOT / "docs" / name for name in ("rules.md", "rules.zh.md")]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference.pages()


@pytest.mark.parametrize("ending", ["", ".zh"])
def test_everything_that_rules_can_say_is_in_the_reference(
    pages: dict[str, str], ending: str
) -> None:
    workspace = Workspace(ROOT / "rules", Options(reference.AS_OF))
    fields = [*workspace.model.fields, *workspace.model.tables]
    fields += [f"{t.name}.{c}" for t in workspace.model.tables.values() for c in t.fields]
    missing = {name for name in fields if f"| `{name}` |" not in pages[f"fields{ending}.md"]}
    assert missing == set(workspace.model.tables)  # a table is a heading
    defined = {
        entry
        for (section, entry) in workspace.rules.base
        if section in ("settings", "facts", "scores", "grades")
    }
    assert len(defined) > 200
    assert not {name for name in defined if f"| `{name}` |" not in pages[f"names{ending}.md"]}
    shown = pages[f"functions{ending}.md"]
    assert not {name for name in FUNCTIONS if f"| `{name}(" not in shown}
    sections = pages[f"sections{ending}.md"]
    for section in CORE_SECTIONS:
        assert f"## `{section.name}:`" in sections
    keys = set(re.findall(r"`(?:[\w.]+\.)?([a-z_]+)`\*{0,2} \|", sections))
    assert not {key for key in MEANINGS if key not in keys and key != "up_to"} - {
        section.name for section in CORE_SECTIONS
    }


def test_every_section_is_said_in_chinese() -> None:
    unsaid = {section.name for section in CORE_SECTIONS} - reference.SECTIONS.keys()
    assert not unsaid, f"SECTIONS in tools/site/words.py has no sentence for {unsaid}"


def test_chinese_pages_are_in_chinese(pages: dict[str, str]) -> None:
    for name in ("functions.zh.md", "sections.zh.md"):
        rows = re.findall(r"^\| (.+?) \| (.*?) \|", pages[name], re.M)[2:]
        english = [
            key for key, said in rows if said and "---" not in key and not CHINESE.search(said)
        ]
        assert not english


def test_commands_and_results_are_in_the_reference(pages: dict[str, str]) -> None:
    for name in COMMANDS:
        found = command.get_command(click.Context(command), name)
        assert found is not None
        inner = [f"{name} {each}" for each in getattr(found, "commands", ())]
        for path in [name, *inner]:
            assert re.search(rf"^#+ groupbuy {path}$", pages["cli.md"], re.M), path
        for option in found.params:
            for word in option.opts if isinstance(option, click.Option) else ():
                assert word in pages["cli.md"]
    for part in result_schema()["definitions"]:
        assert f"\n## {part}\n" in pages["results.md"]
    assert json.loads(pages["pack.schema.json"]) == pack_schema(CORE_SECTIONS)


def test_hooks_and_interfaces_are_in_the_reference(pages: dict[str, str]) -> None:
    names = [hook.__name__ for hook in hooks.HOOKS]
    names += [name for name in api.__all__ if isinstance(getattr(api, name), type)]
    assert not [name for name in names if f"\n### {name}\n" not in pages["hooks.md"]]


@pytest.mark.parametrize("page", GUIDES, ids=lambda path: path.name)
def test_both_guides_have_every_section_form_and_finding(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    schema = pack_schema(CORE_SECTIONS)
    for key in schema["properties"]:
        assert re.search(rf"\b{key}:", text), key
    for key in project.KEYS:
        assert re.search(rf"\b{key}:", text), key
    forms = reference.value_forms(CORE_SECTIONS) - {"within", "source", "because"}
    assert {"bands", "cases", "rows", "cuts", "rank", "table", "if"} <= forms
    for key in {*forms, "top", "next", "holds", "spend", "up_to", "before", "pick", "each", "lead"}:
        assert re.search(rf"\b{key}:", text), key
    for code in re.findall(r"^\| `([a-z-]+)`", GUIDES[0].read_text(encoding="utf-8"), re.M):
        if "-" in code:
            assert f"`{code}`" in text, code


def test_the_chinese_guide_has_every_function() -> None:
    text = GUIDES[1].read_text(encoding="utf-8")
    assert not [name for name in FUNCTIONS if f"`{name}`" not in text and f"`{name}(" not in text]


# ── links ──


def test_links_lead_to_pages() -> None:
    home = ROOT / "docs" / "x.md"
    text = "[a](rules.md#a-pack) [b](../examples/tables) [c](../README.md) [d](systems.yaml)\n"
    text += "[e](https://example.org/x) [f](#here)\n\n```text\n[g](nowhere.md)\n```\n"
    text += "[h](../examples/stories)\n"
    made, files = collect.linked(text, home)
    assert "[a](rules.md#a-pack) [b](../examples/tables/README.md) [c](../index.md)" in made
    assert "[d](systems.yaml.md)" in made
    assert "[e](https://example.org/x) [f](#here)\n\n```text\n[g](nowhere.md)\n```\n" in made
    assert made.endswith("[h](../examples/stories/files.md)\n")
    stories = set((ROOT / "examples" / "stories").glob("*.yaml"))
    assert files == {ROOT / "docs" / "systems.yaml", *stories}
    told = collect.listing(ROOT / "examples" / "stories", files)
    assert "- [tax_office.yaml](tax_office.yaml.md)\n" in told


def test_results_that_were_not_measured_here_have_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "MEASURED", ROOT / "benchmarks" / "NONE.md")
    monkeypatch.setattr(collect.reference, "pages", dict)
    monkeypatch.setattr(collect, "PAGES", ("docs/rules.zh.md",))
    collect.linked("[x](../benchmarks/NONE.md)", ROOT / "docs" / "x.md")
    collect.build(tmp_path / "source")
    made = tmp_path / "source" / "benchmarks" / "NONE.md"
    assert "make bench" in made.read_text(encoding="utf-8")
    assert (tmp_path / "source" / "docs" / "rules.zh.md").is_file()


def test_a_page_that_the_site_does_not_have_is_shown_as_a_file() -> None:
    made, files = collect.linked("[x](../tests/files/data/README.md)", ROOT / "docs" / "x.md")
    assert made == "[x](../tests/files/data/README.md.md)"
    assert files == {ROOT / "tests" / "files" / "data" / "README.md"}


@pytest.mark.parametrize("link", ["nowhere.md", "../src", "gone.yaml"])
def test_a_link_to_nothing_is_an_error(link: str) -> None:
    with pytest.raises(collect.BrokenLinkError, match=link.replace(".", r"\.")):
        collect.linked(f"[x]({link})", ROOT / "docs" / "x.md")


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "tools" / "site" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(
        r"^(?:docs|rules|examples|plugins|reference|benchmarks|CHANGELOG)\S*$", contents, re.M
    )
    pages = {str(path.relative_to(ROOT).with_suffix("")) for path in collect.pages()}
    forgotten = [page for page in pages if not any(fnmatch(page, each) for each in listed)]
    assert not forgotten, "add them to tools/site/index.md"


# ── search ──


QUERIES = ["现有客户", "忠诚度 grade", "groupbuy check --notes", "预算>=100000", "A类", "rank_by"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_cut_as_the_index_is(query: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    script = f"{terms.SPLIT_QUERY}\nconsole.log(JSON.stringify(splitQuery({json.dumps(query)})))"
    ran = subprocess.run([node, "-e", script], capture_output=True, check=True, encoding="utf-8")
    wanted = json.loads(ran.stdout)
    assert wanted
    assert set(wanted) <= set(terms.terms(f"前文{query}后文 and more"))


def test_terms_of_chinese_are_characters_and_pairs() -> None:
    assert list(terms.terms("看忠诚度: A级")) == [
        "看",
        "忠",
        "诚",
        "度",
        "看忠",
        "忠诚",
        "诚度",
        "A",
        "级",
    ]
