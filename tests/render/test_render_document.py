"""Blocks as Word and PDF: texts stay texts, tables keep their heads and widths."""

import io
from datetime import date

import pytest

from groupbuy.render.document.blocks import (
    Block,
    Bullet,
    Cell,
    Heading,
    Paragraph,
    Rule,
    Run,
    Table,
    title_of,
)
from groupbuy.render.document.docx import docx_file
from groupbuy.render.document.pdf import find_fonts, pdf_file, quoted, typst_source

DAY = date(2026, 11, 22)
HOSTILE = (
    '#eval("1")', "$x$", "\\", '"#a', "*b* _c_", "[d]", "<e>", "@f", "// g", "= h", "- i",
    "\x00\x1b",
)  # fmt: skip


def cells(*texts: str, head: bool = False) -> list[Cell]:
    return [Cell((Run(text),), head=head) for text in texts]


BLOCKS: list[Block] = [
    Heading(1, (Run("江澜"),)),
    Paragraph((Run("a ", bold=True), Run("b", italic=True), Run("c", soft=True))),
    Bullet((Run("first"),)),
    Bullet((Run("deep"),), depth=2),
    Bullet((Run("numbered"),), number=3),
    Table([cells("x", "y", head=True), cells("1", "2")], (1, 3)),
    Table([cells("no", "head"), cells("1")]),
    Rule(),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typst_gets_strings_and_no_code(text: str) -> None:
    made = typst_source([Heading(1, (Run(text),))], "zh", ["F"], DAY)
    body = made[made.rindex("#heading(level: 1)") :]
    assert body == f"#heading(level: 1)[#text({quoted(text)})]\n"
    assert quoted(text).startswith('"')
    assert quoted(text)[1:-1].replace("\\\\", "").replace('\\"', "").find('"') == -1


@pytest.mark.parametrize("dense", [False, True])
def test_a_pdf_of_everything(dense: bool) -> None:
    pytest.importorskip("typst")
    pytest.importorskip("pylopdf_fonts_zh_cn")
    hostile: list[Block] = [Paragraph((Run(text),)) for text in HOSTILE]
    data = pdf_file([*BLOCKS, *hostile], "zh", find_fonts(), DAY, dense=dense)
    assert data.startswith(b"%PDF")


def test_widths_and_heads_in_typst() -> None:
    made = typst_source(BLOCKS, "en", ["F"], DAY)
    assert "#table(columns: (1fr, 3fr,)" in made
    assert made.count("table.header(") == 1
    assert title_of(BLOCKS) == "江澜"


@pytest.mark.parametrize("dense", [False, True])
def test_word_of_everything(dense: bool) -> None:
    docx = pytest.importorskip("docx")
    data = docx_file([*BLOCKS, Paragraph((Run("\x00b\ud800"),))], "zh", DAY, dense=dense)
    document = docx.Document(io.BytesIO(data))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert styles == [
        ("Heading 1", "江澜"),
        ("Normal", "a bc"),
        ("List Bullet", "first"),
        ("List Bullet 3", "deep"),
        ("List Number", "numbered"),
        ("Normal", "b"),
    ]
    headed, plain = document.tables
    assert "tblHeader" in headed.rows[0]._tr.xml
    assert "tblHeader" not in plain.rows[0]._tr.xml
    assert headed.columns[1].width == pytest.approx(3 * headed.columns[0].width, rel=0.001)
    assert plain.columns[0].width == pytest.approx(plain.columns[1].width, rel=0.01)
    assert "NUMPAGES" in document.sections[0].footer._element.xml
