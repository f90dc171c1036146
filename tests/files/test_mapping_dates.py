"""Dates as exports write them."""

import pytest

from groupbuy.files.mapping.dates import ambiguous, date_reader, fitting
from groupbuy.model.problem import ValueProblem


@pytest.mark.parametrize(
    ("format", "cell", "day"),
    [
        ("DD-MM-YY", "01-03-17", "2017-03-01"),
        ("MM-DD-YY", "01-03-17", "2017-01-03"),
        ("DD-MM-YY", "01-03-71", "1971-03-01"),
        ("M/D/YYYY", "3/1/2017", "2017-03-01"),
        ("DD.MM.YYYY", "01.03.2017", "2017-03-01"),
        ("DD/MM/YYYY hh:mm", "01/03/2017  9:30", "2017-03-01"),
        ("MM/DD/YYYY hh:mm:ss AM", "03/01/2017 9:30:01 pm", "2017-03-01"),
        ("DD MMM YYYY", "1 March 2017", "2017-03-01"),
        ("MMM DD, YYYY", "Sep. 1, 2017", "2017-09-01"),
        ("YYYY年M月D日", "２０１７年3月1日", "2017-03-01"),
        ("YYYYMMDD", "20170301", "2017-03-01"),
        ("excel", "42795", "2017-03-01"),
        ("excel", "42795.75", "2017-03-01"),
        ("DD-MM-YY", "  ", None),
    ],
)
def test_formats(format: str, cell: str, day: str | None) -> None:
    assert date_reader(format)(cell) == day


@pytest.mark.parametrize(
    ("format", "cell"),
    [
        ("DD-MM-YY", "31-02-17"),
        ("DD-MM-YY", "01/03/17"),
        ("DD-MM-YY", "01-03-2017"),
        ("DD MMM YYYY", "1 Foo 2017"),
        ("excel", "2017-03-01"),
        ("excel", "99999999"),
        ("DD-MM-YY", "1" * 10_000),
    ],
)
def test_what_is_no_such_date(format: str, cell: str) -> None:
    with pytest.raises(ValueProblem, match=r"date|day"):
        date_reader(format)(cell)


@pytest.mark.parametrize("format", ["", "DD/MM", "DD-MM-YY-YY", "yyyy-mm-dd", "x", "(" * 50])
def test_what_is_no_format(format: str) -> None:
    with pytest.raises(ValueProblem, match="is not a format of dates"):
        date_reader(format)


@pytest.mark.parametrize(
    ("cell", "told"),
    [("01-03-17", True), ("1/3/2017", True), ("13.04.17 10:00", True), ("2017-03-01", False),
     ("3.14", False), ("", False), ("1-2-3-4", False)],
)  # fmt: skip
def test_what_could_be_several_days(cell: str, told: bool) -> None:
    assert ambiguous(cell) is told


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["31/12/2017", "", "01/02/2017"], ["DD/MM/YYYY"]),
        (["12/31/2017"], ["MM/DD/YYYY"]),
        (["01-03-17"], ["DD-MM-YY", "MM-DD-YY", "YY-MM-DD"]),
        (["1 Mar 2017"], ["DD MMM YYYY"]),
        (["31/12/2017 10:30", "1/2/2017 9:00"], ["DD/MM/YYYY hh:mm"]),
        (["x"], []),
        ([], []),
    ],
)
def test_formats_that_fit(cells: list[str], formats: list[str]) -> None:
    assert fitting(cells) == formats
