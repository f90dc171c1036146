"""Problems as they are printed."""

import subprocess
import sys

import pytest
from render_sample import check_golden
from wcwidth import wcswidth

from groupbuy.errors import Location, Problem, Source
from groupbuy.render.problems import LONGEST_LINE, show_problems

TEXT = """\
scores:
  fit: {title: 匹配度, pionts: 25}
\twhen: a
  because: "\x1b[31mred\x9b \u202eback"
"""
SOURCE = Source("rules/福利.yaml", TEXT)


def problems() -> list[Problem]:
    return [
        Problem(
            "unknown-key",
            '"pionts" is not a key here',
            SOURCE.at(2, 22),
            'did you mean "points"?',
            6,
        ),
        Problem("yaml-tab", "a tab can't indent a line", SOURCE.at(3, 2), None, 4),
        Problem("bad-text", "a text\nwith \x1b[2J in it", SOURCE.at(4, 13), "write\x07 it anew", 9),
        Problem("unused", "no lead had this", SOURCE.at(2), severity="warning"),
        Problem("no-file", "there is no such file", Location("leads\u202e.yaml")),
        Problem("usage", "give a file"),
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_golden(lang: str) -> None:
    check_golden(f"problems_{lang}", show_problems(problems(), colour=False, lang=lang))


def test_colours_only_if_asked() -> None:
    plain = show_problems(problems())
    assert "\x1b" not in plain
    coloured = show_problems(problems(), colour=True)
    check_golden("problems_coloured", coloured.replace("\x1b", "ESC"))


def caret(line: str, column: int, length: int = 1) -> tuple[str, str]:
    """The line as shown, and the part of it above the carets."""
    problem = Problem("x", "m", Source("f", line).at(1, column), None, length)
    _, shown, carets, *_ = show_problems([problem]).split("\n")
    start, end = carets.index("^"), len(carets)
    cells: list[str] = []
    for char in shown:
        cells += [char, ""][: wcswidth(char)]
    assert wcswidth(shown) <= LONGEST_LINE + 4
    return shown, "".join(cells[start:end])


@pytest.mark.parametrize(
    ("line", "column", "length", "above"),
    [
        ("abc def", 5, 3, "def"),
        ("预算：abc", 4, 3, "abc"),
        ("预算 人数 abc", 4, 2, "人数"),
        ("\t\ta\tbc", 5, 2, "bc"),
        ("abc", 2, 99, "bc"),
        ("x" * 500 + "预算" + "y" * 500, 501, 2, "预算"),
        ("预" * 500 + "ab" + "算" * 500, 501, 2, "ab"),
        ("a" * 90 + "bcd", 91, 3, "bcd"),
        ("e\u0301a b", 4, 1, " "),
        ("\x1b\x1bab", 3, 2, "ab"),
    ],
)
def test_carets_stand_below_what_is_meant(line: str, column: int, length: int, above: str) -> None:
    assert caret(line, column, length)[1] == above


def test_long_lines_are_cut_around_the_place() -> None:
    line = "a" * 300 + "HERE" + "b" * 300
    shown, above = caret(line, 301, 4)
    assert above == "HERE"
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


def test_caret_behind_the_end() -> None:
    _, shown, carets, *_ = show_problems([Problem("x", "m", Source("f", "ab").at(1, 9))]).split(
        "\n"
    )
    assert (shown, carets) == ("    ab", "      ^")


@pytest.mark.parametrize(
    ("errors", "warnings", "lang", "count"),
    [
        (1, 0, "en", "1 problem"),
        (3, 0, "en", "3 problems"),
        (2, 1, "en", "2 problems, 1 warning"),
        (0, 2, "zh", "2 个警告"),
    ],
)
def test_count(errors: int, warnings: int, lang: str, count: str) -> None:
    found = [Problem("x", "m")] * errors + [Problem("x", "m", severity="warning")] * warnings
    assert show_problems(found, lang=lang).split("\n")[-2:] == [count, ""]


def test_none() -> None:
    assert show_problems([]) == ""


def test_a_million_characters_on_a_line_take_no_time() -> None:
    source = Source("f", "预" * 1_000_000)
    assert len(show_problems([Problem("x", "m", source.at(1, 500_000), None, 400_000)])) < 1000


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\n"
        "from groupbuy.errors import Problem, Source\n"
        "from groupbuy.render.problems import show_problems\n"
        "show_problems([Problem('x', 'm', Source('f', 'abc').at(1, 2))])\n"
        "import groupbuy.render.table, groupbuy.render.markdown\n"
        "assert not {'wcwidth', 'tabulate', 'jsonschema'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_code_means_is_said_once() -> None:
    found = [
        Problem("unknown-key", '"a" is not a key here', None, 'did you mean "b"?'),
        Problem("unknown-key", '"c" is not a key here', None, "one of: d, e"),
        Problem("of-a-plugin", "no power", None, "write: budget > 3"),
    ]
    assert show_problems(found, lang="zh", means={"unknown-key": "这里没有这个键。"}) == (
        'unknown-key "a" is not a key here\n'
        "    说明：这里没有这个键。\n"
        "    提示：您是不是想写 b？\n\n"
        'unknown-key "c" is not a key here\n    提示：可选：d, e\n\n'
        "of-a-plugin no power\n    提示：改成：budget > 3\n\n"
        "3 个问题\n"
    )
