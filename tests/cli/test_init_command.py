"""`groupbuy init`: the folder works at once, and nothing is ever overwritten."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from command_line import Call

from groupbuy.authoring import scaffold
from groupbuy.authoring.scaffold import dated, make_folder, rules_folder, templates

FILES = [
    "README.md",
    "leads.yaml",
    "rules/groupbuy.lock",
    "rules/groupbuy.yaml",
    "rules/ours/our_company.test.yaml",
    "rules/ours/our_company.yaml",
]


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_folder_works_at_once(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = call("init", "mine", "--lang", lang)
    assert ran.code == 0
    assert sorted(ran.out.split()) == [f"mine/{name}" for name in FILES]
    assert files_of(tmp_path) == [f"mine/{name}" for name in FILES]
    monkeypatch.chdir(tmp_path / "mine")
    assert call("check", "leads.yaml").code == 0
    assert (call("test").code, call("test", "rules/ours").code) == (0, 0)
    result = call("evaluate", "leads.yaml", "--format", "json", "--lang", lang)
    assert (result.code, result.err) == (0, "")
    leads = {lead["id"]: lead for lead in result.json["leads"]}
    assert [leads[id]["verdict"]["value"] for id in sorted(leads)] == ["go", "go", "stop", "go"]
    assert "send_samples" in [play["play"] for play in leads["L002"]["plays"]]
    # 720,000 a year: A by our threshold, B by the shipped one.
    assert leads["L001"]["grades"]["contribution"]["value"] == "A"
    assert leads["L001"]["grades"]["existing"]["value"] == "EI"
    assert leads["L004"]["questions"]
    (entry,) = call("rules", "show", "key_contribution", "--format", "json").json["entries"]
    (change,) = entry["changes"]
    assert (change["pack"], change["value"]) == ("our_company", 600000)
    assert change["instead_of"]["pack"] == "customers"
    assert call("evaluate", "leads.yaml").code == 0


def test_the_environment_says_the_language(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert call("init", tmp_path / "mine").code == 0
    assert "我们" in (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")


def test_both_languages_have_the_same_files() -> None:
    assert [p for p, _ in templates("templates", "en")] == [
        p for p, _ in templates("templates", "zh")
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_samples_do_not_go_stale(tmp_path: Path, lang: str) -> None:
    day = date(2031, 2, 28)
    make_folder(tmp_path / "mine", rules_folder(lang, day))
    text = (tmp_path / "mine" / "leads.yaml").read_text(encoding="utf-8")
    assert (day + timedelta(days=60)).isoformat() in text
    assert "@" not in text
    assert dated("@-1@ @+1@ a@b", date(2024, 3, 1)) == "2024-02-29 2024-03-02 a@b"


def test_an_empty_folder_is_filled(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("init", ".").code == 0
    assert files_of(tmp_path) == FILES


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("mine/keep.txt", "there is something in this folder: keep.txt"),
        ("mine/.git", "there is something in this folder: .git"),
        ("mine", "this is a file"),
    ],
)
def test_what_is_in_the_way_is_named_and_kept(
    call: Call, tmp_path: Path, there: str, said: str
) -> None:
    taken = tmp_path / there
    taken.parent.mkdir(exist_ok=True)
    taken.write_text("precious", encoding="utf-8")
    ran = call("init", tmp_path / "mine")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert files_of(tmp_path) == [there]
    assert taken.read_text(encoding="utf-8") == "precious"


def test_no_folder_above(call: Call, tmp_path: Path) -> None:
    ran = call("init", tmp_path / "a" / "b")
    assert ran.code == 2
    assert "there is no folder" in ran.err
    assert files_of(tmp_path) == []


@pytest.mark.parametrize("empty", [False, True])
def test_nothing_is_half_written(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: bool
) -> None:
    if empty:
        (tmp_path / "mine").mkdir()
    days = []

    def fails(text: str, today: date) -> str:
        days.append(today)
        if len(days) > 2:
            raise OSError(28, "No space left on device")
        return text

    monkeypatch.setattr(scaffold, "dated", fails)
    ran = call("init", tmp_path / "mine")
    assert ran.code == 2
    assert "No space left" in ran.err
    assert [p.name for p in tmp_path.rglob("*")] == (["mine"] if empty else [])


def test_a_move_that_fails_is_undone(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name == "rules":
            raise PermissionError(13, "Permission denied", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    ran = call("init", tmp_path / "mine")
    assert ran.code == 2
    assert [p.name for p in tmp_path.rglob("*")] == ["mine"]
