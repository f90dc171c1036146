"""`groupbuy.lock`: what is written is read back, to the letter, with places in the lock itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.rules.lock import LOCK, Lock, lock_text, read_lock, text_of
from groupbuy.rules.project import Borrowed, packs_in, shipped_rules
from groupbuy.source.nodes import Mapping, Node, Sequence
from groupbuy.source.yaml import read_source, read_yaml

SHIPPED = [path for folder in (shipped_rules(), *shipped_rules().iterdir()) if folder.is_dir()
           for path in packs_in(folder)]  # fmt: skip


def borrowed(text: str, name: str = "groupbuy:a.yaml", version: str = "1") -> Borrowed:
    return Borrowed(name, "groupbuy:a", Source(name, text), version)


def locked(folder: Path, text: str) -> Lock:
    (folder / LOCK).write_text(text, encoding="utf-8", newline="\n")
    found = read_lock(folder, f"rules/{LOCK}")
    assert found is not None
    return found


def places(node: Node) -> list[tuple[object, str | None]]:
    """Every value below a node with the line on which it stands."""
    if isinstance(node, Mapping):
        keys = [(key, node.key_at(key).excerpt) for key in node.items]
        return keys + [place for item in node.items.values() for place in places(item)]
    if isinstance(node, Sequence):
        return [place for item in node.items for place in places(item)]
    return [(node.data(), node.at.excerpt)]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_kept_pack_means_the_same_and_points_into_the_lock(path: Path, tmp_path: Path) -> None:
    source = read_source(path)
    text = lock_text([borrowed("pack: first\n", "groupbuy:0.yaml"),
                      borrowed(source.text, "groupbuy:z.yaml")], {})  # fmt: skip
    kept = locked(tmp_path, text).files["groupbuy:z.yaml"]
    assert kept.text == text_of(source)
    was, now = read_yaml(source), read_yaml(Source(LOCK, kept.in_place))
    assert now.data() == was.data()
    moved = [(value, line.strip() if line else line) for value, line in places(now)]
    assert moved == [(value, line.strip() if line else line) for value, line in places(was)]
    shown = text.split("\n")
    line, column = now.at.line or 0, now.at.column or 0
    assert shown[line - 1][column - 1 :] == source.lines[(was.at.line or 0) - 1]


HIDDEN = ("Cc", "Cs", "Cn", "Zl", "Zp", "Co")
"""What may not stand in a pack."""
lines = st.text(
    st.characters(codec="utf-8", exclude_categories=HIDDEN, exclude_characters="\ufeff")
)


@given(st.lists(lines), st.lists(lines.filter(bool), min_size=1))
def test_any_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], last: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lock")
    text = "\n".join([*first, *last])
    found = locked(folder, lock_text([borrowed(text)], {"farm": "1.0"}))
    assert found.files["groupbuy:a.yaml"].text == text_of(Source("a", text))
    assert found.plugins == {"farm": "1.0"}
    assert found.fits([borrowed(text)])
    assert not found.fits([borrowed(text + "x")])


def test_the_same_packs_give_the_same_text_in_any_order() -> None:
    one, other = borrowed("a: 1\n", "b:x.yaml"), borrowed("b: 2\r\n\r\n", "a:y.yaml")
    text = lock_text([one, other], {"b": "1", "a": "2"})
    assert text == lock_text([other, one, one], {"a": "2", "b": "1"})
    assert "\r" not in text
    assert text.index('"a:y.yaml"') < text.index('"b:x.yaml"')
    assert lock_text([borrowed("b: 2\n", "a:y.yaml"), one], {"b": "1", "a": "2"}) == text


def test_a_change_of_a_pack_is_as_small_in_the_lock(tmp_path: Path) -> None:
    old, new = "pack: a\nsettings:\n  x: 1\n", "pack: a\nsettings:\n  x: 2\n"
    lines = [set(lock_text([borrowed(text)], {}).split("\n")) for text in (old, new)]
    assert sorted(line.strip().partition(":")[0] for line in lines[1] - lines[0]) == ["sha256", "x"]


def test_no_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path, LOCK) is None


GOOD = lock_text([borrowed("pack: a\nsettings: {x: 1}\n")], {"farm": "1.0"})


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "lock-damaged", 1),
        ("[1, 2]\n", "lock-damaged", 1),
        (GOOD[:-30], "lock-edited", 9),
        (changed("lock: 1\n", ""), "lock-damaged", 4),
        (changed("lock: 1", "lock: true"), "lock-damaged", 5),
        (changed("lock: 1", "lock: 0"), "lock-damaged", 5),
        (changed("lock: 1", "lock: 12"), "lock-newer", 5),
        (changed("x: 1", "x: 2"), "lock-edited", 9),
        (changed("sha256: ", "sha256: f"), "lock-edited", 9),
        (changed("    sha256: ", "    sha: "), "lock-damaged", 10),
        (changed("text: |", "text:"), "lock-damaged", 14),
        (changed('"groupbuy:a.yaml"', '"groupbuy:../../a.yaml"'), "lock-damaged", 9),
        (changed('"groupbuy:a.yaml"', '"groupbuy:/etc/a.yaml"'), "lock-damaged", 9),
        (changed('"groupbuy:a.yaml"', '"..:a.yaml"'), "lock-damaged", 9),
        (changed('"groupbuy:a.yaml"', '"a/b:a.yaml"'), "lock-damaged", 9),
        (changed('"groupbuy:a.yaml"', "a.yaml"), "lock-damaged", 9),
        (changed('"farm": "1.0"', '"farm": [1]'), "lock-damaged", 7),
        (changed("files:", "files: \t{"), "lock-damaged", 10),
        (f"<<<<<<< HEAD\n{GOOD}=======\n>>>>>>> theirs\n", "lock-conflict", 1),
        (changed("      settings", "<<<<<<< ours\n      settings"), "lock-conflict", 15),
        (changed("files:", "||||||| merged common\nfiles:"), "lock-conflict", 8),
    ],
)  # fmt: skip
def test_a_lock_that_is_no_good_says_so_and_where(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    with pytest.raises(GroupbuyError) as caught:
        locked(tmp_path, text)
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert (problem.code, problem.at and problem.at.file) == (code, f"rules/{LOCK}")
    assert problem.at is not None
    assert problem.at.line == line, str(problem)
    assert problem.hint


def test_a_row_of_equal_signs_in_a_pack_is_no_conflict(tmp_path: Path) -> None:
    text = "# =======\npack: a\nsettings:\n  x: |\n    =======\n    <<<<<<< a\n"
    assert locked(tmp_path, lock_text([borrowed(text)], {})).fits([borrowed(text)])


@pytest.mark.parametrize("start", ["---\n", "%YAML 1.2\n---\n", "\n  \n"])
def test_what_begins_a_document_is_kept(tmp_path: Path, start: str) -> None:
    text = f"{start}pack: a\n"
    kept = locked(tmp_path, lock_text([borrowed(text)], {})).files["groupbuy:a.yaml"]
    assert kept.text == text
    if not start.startswith("%"):
        assert read_yaml(Source(LOCK, kept.in_place)).data() == {"pack": "a"}
