"""Long CSV files in blocks: the same records as when they are read whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from groupbuy.errors import GroupbuyError, Source
from groupbuy.files import blocks
from groupbuy.files.leads import read_leads
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_yaml

MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true, title: {en: Number, zh: 编号}}
  note: {type: text, title: {en: Note, zh: 备注}}
  amount: {type: money, title: {en: Amount, zh: 金额}}
"""


@pytest.fixture
def model() -> LeadModel:
    return load_model(read_yaml(Source("model.yaml", MODEL)))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 200)


def written(path: Path, rows: int, encoding: str = "utf-8", **strange: str) -> Path:
    """A file with line breaks inside quotation marks; `r7="x"` is what stands in row 7."""
    lines = ["编号,备注,金额"]
    for n in range(rows):
        lines.append(strange.get(f"r{n}", f'D{n},"第{n}行\n续,行 ""引""",1.5万'))
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_blocks_hold_what_the_whole_file_holds(
    tmp_path: Path, model: LeadModel, encoding: str
) -> None:
    path = written(tmp_path / "deals.csv", 100, encoding)
    found = list(blocks.read_in_blocks(path, model))
    assert len(found) > 5 or encoding == "utf-16"  # that is read whole
    records = [record for block in found for record in block.leads]
    whole = read_leads([path], model)
    assert [r.values for r in records] == [r.values for r in whole.leads]
    assert [str(r.at) for r in records] == [str(r.at) for r in whole.leads]
    notes = [note for block in found for note in block.notes]
    assert bool(notes) == (encoding == "gb18030")


def test_a_row_that_cannot_be_read_has_its_own_line(tmp_path: Path, model: LeadModel) -> None:
    path = written(tmp_path / "deals.csv", 100, r80="D80,x,viel")
    aside = [each for block in blocks.read_in_blocks(path, model) for each in block.set_aside]
    assert [str(problem.at) for each in aside for problem in each.problems] == [f"{path}:162:7"]
    assert [str(each.at) for each in read_leads([path], model).set_aside] == [str(aside[0].at)]


def test_a_header_that_means_nothing_is_an_error(tmp_path: Path, model: LeadModel) -> None:
    path = written(tmp_path / "deals.csv", 100)
    path.write_text(path.read_text(encoding="utf-8").replace("金额", "金鹅", 1), encoding="utf-8")
    with pytest.raises(GroupbuyError, match="there is no field"):
        list(blocks.read_in_blocks(path, model))


def test_a_quotation_mark_that_nobody_closes_is_told(tmp_path: Path, model: LeadModel) -> None:
    path = written(tmp_path / "deals.csv", 300, r5='D5,"offen,1')
    with pytest.raises(GroupbuyError, match=r"deals\.csv:.*quot"):
        list(blocks.read_in_blocks(path, model))


def test_a_short_or_another_file_is_read_as_ever(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "deals.yaml"
    path.write_text("- {id: D1, 金额: 12.5万}\n" + "# so long\n" * 50, encoding="utf-8")
    (block,) = blocks.read_in_blocks(path, model)
    assert block.leads[0].values["amount"] == 125000
    with pytest.raises(GroupbuyError):
        list(blocks.read_in_blocks(tmp_path / "none.csv", model))
