"""`groupbuy error`: what a code means."""

from command_line import Call


def test_one_code(call: Call) -> None:
    ran = call("error", "unknown-name")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "unknown-name\n\nNothing has this name: no field, setting, fact, score or grade.\n\n"
        "For example, a fact in a pack:\n    budgt / people\n\ngroupbuy says:\n"
    )
    assert 'hint: did you mean "budget"?' in ran.out
    assert call("error", "unknown-name:").out == ran.out
    assert "没有东西叫这个名字。" in call("error", "unknown-name", "--lang", "zh").out


def test_all_codes(call: Call) -> None:
    lines = call("error").out.splitlines()
    assert len(lines) > 150
    assert lines == sorted(lines)
    assert call("error", "--format", "md").out.startswith("# Errors\n")


def test_unknown_code(call: Call) -> None:
    ran = call("error", "unknown-nme")
    assert (ran.code, ran.out) == (2, "")
    assert 'unknown-code no error has the code "unknown-nme"' in ran.err
    assert 'did you mean "unknown-name"?' in ran.err
    assert call("error", "unknown-name", "--format", "md").code == 2


def test_a_chinese_reader_is_told_what_the_code_means(call: Call) -> None:
    ran = call("check", "nowhere.csv", "--lang", "zh")
    assert "file-missing" in ran.err
    assert "\n    说明：没有这个文件。\n" in ran.err
    assert "说明" not in call("check", "nowhere.csv").err
