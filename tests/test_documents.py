"""What the README and the docs say is tried."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import polars
import pytest
from click.testing import CliRunner

from groupbuy.cli.group import groupbuy
from groupbuy.engine.standing import StoredCuts, write_cuts
from groupbuy.engine.workspace import Options, Workspace

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
AS_OF_DAY = "2025-11-22"
AS_OF = 739577  # 2025-11-22, any day will do


def blocks(language: str) -> list[tuple[str, str]]:
    """Each fenced block of a language, with where it stands."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(rf"^```{language}\n(.*?)^```", text, re.M | re.S):
            line = text[: match.start()].count("\n") + 1
            found.append((f"{path.relative_to(ROOT)}:{line}", match[1]))
    return found


@pytest.mark.parametrize(("place", "text"), blocks("yaml"), ids=lambda value: str(value)[:40])
def test_yaml_examples_load(place: str, text: str, tmp_path: Path) -> None:
    if "\ncases:" in text:
        (tmp_path / "example.test.yaml").write_text(text, encoding="utf-8")
        ran = CliRunner().invoke(groupbuy, ["test", str(tmp_path)], standalone_mode=False)
        assert ran.return_value == 0, f"{place}\n{ran.output}"
        return
    for table in re.findall(r"table: (\S+\.csv)", text):
        # The table is the next block of the page.
        (tmp_path / table).write_text(_csv_behind(text), encoding="utf-8")
    layers = "[groupbuy:common, [groupbuy:office, groupbuy:welfare, groupbuy:gift], {}]"
    if "layers:" in text:
        (tmp_path / "groupbuy.yaml").write_text(text, encoding="utf-8")
    else:
        pack = text if "pack:" in text else f"groupbuy: 1\npack: example\n{text}"
        if "loyalty:" in pack:
            # The README shows a grade as the shipped pack could have it: stand it alone.
            layers = "[{}]"
            pack += "\nfacts: {bought_ever: count(orders) > 0}\n"
        (tmp_path / "example.yaml").write_text(pack, encoding="utf-8")
        project = f"groupbuy: 1\nlayers: {layers.replace('{}', 'example')}\n"
        (tmp_path / "groupbuy.yaml").write_text(project, encoding="utf-8")
    assert Workspace(tmp_path, Options(AS_OF)).project.packs, place


def _csv_behind(text: str) -> str:
    """The block of CSV that follows an example."""
    pages = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    behind = next(page.partition(text)[2] for page in pages if text in page)
    found = re.search(r"^```csv\n(.*?)^```", behind, re.M | re.S)
    assert found is not None
    return found[1]


COMMANDS = [
    (place, line.split("#")[0].strip())
    for place, text in [
        *blocks("sh"),
        *[
            ("README.md", f"{c}\n")
            for c in re.findall(
                r"`(groupbuy [^`]*)`", (ROOT / "README.md").read_text(encoding="utf-8")
            )
        ],
    ]
    for line in text.splitlines()
    if line.startswith("groupbuy ")
    # These need a server or Java: tests/cli/test_databases.py, tests/spark.
    and not re.search("postgresql://|--engine spark", line)
]


@pytest.mark.parametrize(("place", "line"), COMMANDS, ids=lambda value: str(value)[:60])
def test_commands_of_the_readme_run(
    place: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner()
    monkeypatch.chdir(tmp_path)
    runner.invoke(groupbuy, ["init", "my-rules"], catch_exceptions=False)
    if "old-rules" in line:
        runner.invoke(groupbuy, ["init", "old-rules"], catch_exceptions=False)
    examples = ROOT / "examples" / "leads.yaml"
    (tmp_path / "leads.yaml").write_bytes(examples.read_bytes())
    (tmp_path / "leads.csv").write_text("客户编号,团购类型\nL1,福利性\n", encoding="utf-8")
    (tmp_path / "one-lead.yaml").write_text(
        "- {id: L001, customer_type: office}\n", encoding="utf-8"
    )
    (tmp_path / "team.yaml").write_text(
        "groupbuy: 1\npeople: {周敏: {role: salesperson}}\n", encoding="utf-8"
    )
    polars.read_csv(tmp_path / "leads.csv").write_parquet(tmp_path / "leads.parquet")
    (tmp_path / "cuts.json").write_text(write_cuts(StoredCuts("", AS_OF_DAY)), encoding="utf-8")
    (tmp_path / "decisions.jsonl").touch()
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        database.execute("CREATE TABLE leads AS SELECT 'L1' AS id, '华东' AS region")
        database.commit()
    words = [word.replace("examples/leads.yaml", str(examples)) for word in shlex.split(line)[1:]]
    if words[:2] == ["init", "my-rules"]:
        words[1] = "other-rules"
    if "-o" in words:
        (tmp_path / words[words.index("-o") + 1]).unlink(missing_ok=True)
    result = runner.invoke(groupbuy, words, standalone_mode=False, catch_exceptions=False)
    assert (result.return_value or result.exit_code or 0) == 0, f"{place}: {line}\n{result.output}"


def test_columns_from_python_as_the_page_has_it(tmp_path: Path) -> None:
    (code,) = [text for place, text in blocks("python") if "import narwhals" in text]
    (tmp_path / "leads.csv").write_text("客户编号,采购预算\nL1,12.5万\n", encoding="utf-8")
    workspace = Workspace(ROOT / "rules", Options(AS_OF))
    names: dict[str, object] = {"workspace": workspace, "path": tmp_path / "leads.csv"}
    # The frame is lazy: it is read while the files are open.
    exec(f"{code}    rows = frame.collect()\n", names)
    assert isinstance(rows := names["rows"], polars.DataFrame)
    assert rows["id"].to_list() == ["L1"]
