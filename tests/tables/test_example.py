"""The example in `examples/tables` does what its page says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from groupbuy.cli.group import groupbuy
from groupbuy.sheets.grid import read_grid

EXAMPLE = Path(__file__).parents[2] / "examples" / "tables"


def test_the_page_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "tables")
    shutil.copy(EXAMPLE.parent / "leads.yaml", tmp_path)
    monkeypatch.chdir(tmp_path / "tables")
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
        for line in block.splitlines()
    ]
    ran = {}
    for line in lines:
        words = shlex.split(line)
        if words[0] == "cp":
            shutil.copytree(words[2], words[3])
        elif words[0] == "groupbuy":
            result = CliRunner().invoke(groupbuy, words[1:], standalone_mode=False)
            assert result.exception is None, f"{line}\n{result.output}{result.exception}"
            ran[line] = (result.return_value, result.output)
    said = list(ran.values())
    assert re.fullmatch(r"packs: \d+; no errors; \d+ notes, --notes shows them\n", said[0][1])
    assert said[0][0] == 0
    assert said[1] == (0, "cases: 6, all passed\n")
    assert "gift_season" in said[2][1]
    heads = read_grid(Path("discount.xlsx"), "discount.xlsx").rows[0].cells
    assert heads[2] == "采购预算\nbudget"
    # Only where the rows stand has changed: the rules say what they said.
    assert said[4][0] == 1
    assert "-    table: discount.csv" in said[4][1]
    assert said[6][0] == 0
    assert "+      key_loyal:" in said[5][1]
