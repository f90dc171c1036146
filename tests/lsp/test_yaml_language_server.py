"""Our JSON Schemas in the server that editors use for YAML, as docs/editors.md sets it up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lsp_world import CASES, OURS, Client, place

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run

ROOT = Path(__file__).parents[2]
SERVER = Path(sys.prefix) / "node/node_modules/yaml-language-server/bin/yaml-language-server"
SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False},
    }
}
Write = Callable[[str, str, str], Path]


def node() -> str:
    """The program that runs the server; skips where it or the server is missing."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node to run yaml-language-server")
    if not SERVER.is_file():
        pytest.skip("yaml-language-server is not installed; `make test` does it where npm is")
    version = subprocess.run(
        [found, "--version"], capture_output=True, encoding="utf-8", check=True
    )
    if int(version.stdout.lstrip("v").split(".")[0]) < 16:
        pytest.skip(f"node {version.stdout.strip()} is too old for yaml-language-server")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the schemas, as a user writes them."""
    found = tmp_path_factory.mktemp("schemas")
    for what in ("pack", "cases"):
        target = found / f"{what}.schema.json"
        assert run(groupbuy, ["schema", what, "--lang", "zh", "-o", str(target)]) == 0
        assert json.loads(target.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def yaml(folder: Path) -> Iterator[Client]:
    """The server; which schema counts is said by the first line of each file."""
    client = Client(folder, "--stdio", command=(node(), str(SERVER)))
    client.initialize(textDocument={"hover": {"contentFormat": ["markdown"]}})
    client.notify("workspace/didChangeConfiguration", settings=SETTINGS)
    yield client
    client.kill()


def write(folder: Path, name: str, schema: str, text: str) -> tuple[Path, str]:
    """A file whose first line names its schema."""
    path = folder / name
    whole = f"# yaml-language-server: $schema={schema}.schema.json\n{text}"
    path.write_text(whole, encoding="utf-8")
    return path, whole


def test_keys_are_completed(yaml: Client, folder: Path) -> None:
    text = "groupbuy: 1\npack: mine\ngates:\n  a:\n    when: budget > 1\n    ver\n"
    path, whole = write(folder, "keys.yaml", "pack", text)
    uri = yaml.open(path)
    line, column = place(whole, "    ver|\n")
    offered = {i["label"]: i for i in yaml.at("completion", uri, line, column)["items"]}
    assert {"verdict", "unknown", "because"} <= set(offered)
    assert "when" not in offered
    line, column = place(whole.replace("ver\n", "verdict: \n"), "verdict: |\n")
    yaml.change(uri, whole.replace("ver\n", "verdict: \n"))
    words = {i["label"] for i in yaml.at("completion", uri, line, column)["items"]}
    assert words == {"stop", "hold", "terms"}


def test_keys_are_explained_in_the_users_language(yaml: Client, folder: Path) -> None:
    path, whole = write(folder, "hover.yaml", "pack", OURS)
    uri = yaml.open(path)
    line, column = place(whole, "    wh|o: {en")
    told = yaml.at("hover", uri, line, column)
    assert "谁来做" in json.dumps(told["contents"], ensure_ascii=False)


def test_a_misspelt_key_is_an_error(yaml: Client, folder: Path) -> None:
    path, whole = write(folder, "wrong.yaml", "pack", OURS.replace("    who:", "    whoo:"))
    (found,) = yaml.diagnostics(yaml.open(path), bool)
    line, column = place(whole, "    |whoo:")
    assert found["range"]["start"] == {"line": line, "character": column}
    assert "whoo" in found["message"]


def test_a_misspelt_expectation_is_an_error(yaml: Client, folder: Path) -> None:
    path, _ = write(folder, "wrong.test.yaml", "cases", CASES.replace("fires:", "fire:"))
    assert any("fire" in each["message"] for each in yaml.diagnostics(yaml.open(path), bool))


@pytest.mark.parametrize(
    "file", ["common/customers.yaml", "common/moves.yaml", "gift.yaml", "industries/trade.yaml"]
)
def test_shipped_packs_have_no_errors(yaml: Client, folder: Path, file: str) -> None:
    text = (ROOT / "rules" / file).read_text(encoding="utf-8")
    path, _ = write(folder, Path(file).name, "pack", text)
    assert yaml.diagnostics(yaml.open(path)) == []


def test_the_pages_name_the_line(folder: Path) -> None:
    text = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    for what in ("pack", "cases"):
        assert f"# yaml-language-server: $schema={what}.schema.json" in text
        assert f"groupbuy schema {what}" in text
