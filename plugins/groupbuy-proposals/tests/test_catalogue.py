"""Catalogue files: as people write them, and every mistake with its place, all in one run."""

from decimal import Decimal

import pytest

from groupbuy.api import GroupbuyError, Item, PriceBreak
from groupbuy_proposals.catalogue import (
    ATTRIBUTES,
    catalogue_model,
    find_catalogue,
    is_named,
    listed,
    read_catalogue,
)

CSV = (
    "货号,品名,品类,含税单价,税率,阶梯价,起订量,装箱数,库存,资质证书\n"
    'A1,保温杯,厨具,"1,098.50",13%,"100:95; 500:88.5",２０,6,,3C、ISO 9001\n'
)


def test_example_has_what_a_catalogue_needs(example):
    items = example.items.values()
    assert 110 <= len(items) <= 140
    assert all(set(item.attributes) == set(ATTRIBUTES) for item in items)
    assert all({"zh", "en"} <= set(item.name) for item in items)
    assert all(item.vat_rate in (Decimal("0.13"), Decimal("0.09")) for item in items)
    assert all(item.cost is not None and item.cost < item.list_price for item in items)
    assert all(item.price_breaks and item.lead_time_days is not None for item in items)
    assert {item.break_mode for item in items} == {"volume", "graduated"}


def test_csv_as_excel_saves_it_in_china(tmp_path):
    path = tmp_path / "catalogue.csv"
    text = CSV.replace("1,098.50", "98.50").replace("100:95", "100：95").replace("; 5", "；5")
    path.write_bytes(text.encode("gb18030"))
    item = read_catalogue(path).items["A1"]
    assert item.list_price == Decimal("98.50")
    assert item.price_breaks == (
        PriceBreak(100, Decimal("95.00")),
        PriceBreak(500, Decimal("88.50")),
    )
    assert (item.moq, item.order_multiple, item.stock) == (20, 6, None)
    assert item.vat_rate == Decimal("0.13")
    assert item.certificates == ("3C", "ISO 9001")


def test_price_breaks_in_a_file_beside_it(tmp_path):
    (tmp_path / "goods.csv").write_text("sku,品名,品类,单价,税率\nA1,杯,厨具,98,13%\n", "utf-8")
    (tmp_path / "goods.price_breaks.csv").write_text(
        "sku,min_quantity,unit_price\nA1,100,95\n", "utf-8"
    )
    item = read_catalogue(tmp_path / "goods.csv").items["A1"]
    assert item.price_breaks == (PriceBreak(100, Decimal("95.00")),)


def test_xlsx(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "catalogue.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("目录")
        for column, word in enumerate(("货号", "品名", "品类", "含税单价", "税率")):
            sheet.write(0, column, word)
            sheet.write(1, column, ("A1", "杯", "厨具", 98.5, 0.13)[column])
    assert read_catalogue(path).items["A1"].list_price == Decimal("98.50")


def test_all_mistakes_of_a_file_come_at_once_with_their_places(tmp_path):
    path = tmp_path / "catalogue.csv"
    path.write_text(
        "货号,品名,品类,含税单价,税率,阶梯价\n"
        "A1,杯,厨具,十块,13%,\n"
        "A2,碗,厨具,20,13%,100:25\n"
        "A3,锅,厨具,20.005,13%,\n"
        "A4,铲,厨具,20,13%,多买便宜\n"
        "A5,,厨具,20,1300%,\n",
        "utf-8",
    )
    with pytest.raises(GroupbuyError) as raised:
        read_catalogue(path)
    told = "\n".join(str(problem) for problem in raised.value.problems)
    for line, what in (
        (2, "list_price"),
        (3, "from 100 on the price is 25.00, not less than 20.00 before"),
        (4, "list_price 20.005 is not to the cent"),
        (5, '"多买便宜" is no step of a price ladder'),
        (6, "name is missing"),
        (6, "vat_rate"),
    ):
        assert any(f"catalogue.csv:{line}" in row and what in row for row in told.splitlines()), (
            line,
            what,
            told,
        )
    assert "lead" not in told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("货号,品名,品类,含税单价,税率,颜色\nA1,杯,厨具,20,13%,红\n", "item-unknown-field"),
        ("货号,品名,品类,含税单价,税率\nA1,杯,厨具,20,13%\nA1,碗,厨具,9,13%\n", "item-same-id"),
        ("货号,品名,品类,含税单价,税率\n", "item-none"),
    ],
)
def test_files_that_are_no_catalogue(tmp_path, content, code):
    path = tmp_path / "catalogue.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(GroupbuyError) as raised:
        read_catalogue(path)
    assert raised.value.problems[0].code == code
    assert "`fields:`" not in (raised.value.problems[0].hint or "")


def test_there_is_no_catalogue_but_ones_own(tmp_path):
    with pytest.raises(GroupbuyError) as raised:
        find_catalogue(None, tmp_path)
    assert raised.value.problems[0].code == "no-catalogue"
    (tmp_path / "catalogue.csv").write_text("", "utf-8")
    assert find_catalogue(None, tmp_path) == tmp_path / "catalogue.csv"


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("蒸汽挂烫机", True),
        ("某某牌手持蒸汽挂烫机", True),
        ("steamer", True),
        ("小家电", True),
        ("ap01", True),
        ("妇女节", True),
        ("冰箱", False),
        ("", False),
        ("机", False),  # one character says nothing
    ],
)
def test_what_a_word_of_a_customer_means(word, named):
    item = Item(
        "AP01",
        {"zh": "手持蒸汽挂烫机", "en": "Hand-held steamer"},
        "小家电",
        Decimal("9"),
        tags=("妇女节",),
    )
    assert is_named(item, word) is named


def test_words_of_a_cell():
    assert listed("3C、ISO 9001；无") == ("3C", "ISO 9001")
    assert listed(None) == ()


def test_every_field_of_the_model_has_titles_in_both_languages():
    for entry in catalogue_model().entries.values():
        assert dict(entry.title.by_language).keys() >= {"en", "zh"}
