"""What is exported and read again is the same rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tables_world import AS_OF, as_tables, entry, opened, trees, write_rules

from groupbuy.authoring.tables.export import exported
from groupbuy.authoring.tables.into import imported
from groupbuy.authoring.tables.write import csv_of
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.rules.project import shipped_rules

OPTIONS = Options(AS_OF)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_every_shipped_table_lowers_to_the_same_tree(
    suffix: str, lang: str, tmp_path: Path
) -> None:
    workspace = opened(shipped_rules())
    rules, names = as_tables(shipped_rules(), workspace, suffix, lang, tmp_path)
    assert len(names) > 45
    assert trees(rules) == trees(workspace.rules)


# ── any table ──

NUMBERS = ["a", "budget", "share"]
NUMBER = st.sampled_from(["0", "0.1", "0.95", "1", "12.5", "100000", "limit", "-3", "1 + 2 * 3"])
WORDS = st.text(
    st.sampled_from("ab 9%#=*{}[],:;'\"-。，“”万至.>\n|&!?@`~办公"), min_size=1, max_size=12
).filter(lambda text: text == text.strip() and "{" not in text and "}" not in text)
KIND = ["office", "welfare", "gift"]
CAUSES = ["novelty", "competitor", "dissatisfied"]

ATOMS = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(NUMBERS),
        st.sampled_from([">=", "<", "==", "!=", "<=", ">"]),
        NUMBER,
    ),
    st.builds("0 <= {} < {}".format, st.sampled_from(NUMBERS), NUMBER),
    st.builds('kind {} "{}"'.format, st.sampled_from(["==", "!="]), st.sampled_from(KIND)),
    st.builds('团购类型 == "{}"'.format, st.sampled_from(["福利", "办公类"])),
    st.builds(
        "kind {} {}".format,
        st.sampled_from(["in", "not in"]),
        st.lists(st.sampled_from(KIND), min_size=1, unique=True).map(json.dumps),
    ),
    st.builds('"{}" in causes'.format, st.sampled_from(CAUSES)),
    st.builds(
        '"{}" in causes or "{}" in causes'.format, st.sampled_from(CAUSES), st.sampled_from(CAUSES)
    ),
    st.builds('level {} "{}"'.format, st.sampled_from([">=", "<"]), st.just("middle")),
    st.builds('due_on {} "2026-{}"'.format, st.sampled_from([">=", "=="]), st.just("01-20")),
    st.builds(
        'region == "{}"'.format, st.sampled_from(["贵州", "*", "10-20", "无", ">= 3", "a、b"])
    ),
    st.sampled_from(["f", "not f", "g", "known(f)", "missing(budget)", "known(kind)"]),
    st.sampled_from(
        ["source == 'web'", "known(name)", "count(orders) > 3", "(a + budget) / 2 > 3"]
    ),
)
CONDITIONS = st.one_of(
    ATOMS,
    st.lists(ATOMS, min_size=2, max_size=4).map(
        lambda parts: " and ".join(f"({p})" for p in parts)
    ),
    st.lists(ATOMS, min_size=2, max_size=4).map(" and ".join),
    st.lists(ATOMS, min_size=2, max_size=3).map(" or ".join),
)
TEXTS = st.one_of(
    WORDS, st.fixed_dictionaries({}, optional={"en": WORDS, "zh": WORDS}).filter(bool)
)
ITEMS = st.fixed_dictionaries(
    {
        "value": st.one_of(
            st.integers(-5, 10**6), st.floats(-9, 9).map(lambda f: round(f, 4)), NUMBER
        )
    },
    optional={"when": CONDITIONS, "title": TEXTS, "because": TEXTS, "source": WORDS},
)
NAMES = WORDS.filter(lambda name: name[:1] not in "#＃")


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    items=st.dictionaries(NAMES, ITEMS, min_size=1, max_size=5),
    suffix=st.sampled_from([".csv", ".xlsx"]),
    lang=st.sampled_from(["en", "zh"]),
)
def test_any_rows_are_the_same_after_export_and_import(
    items: dict[str, dict[str, object]],
    suffix: str,
    lang: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    others = [name for name, item in items.items() if "when" not in item]
    for name in others[1:]:
        items[name]["when"] = "f"
    folder = tmp_path_factory.mktemp("rules")
    pack = {"settings": {"limit": 100}, "facts": {"x": {"rows": items}}}
    write_rules(folder, yaml.safe_dump(pack, allow_unicode=True, sort_keys=False))
    try:
        workspace = opened(folder)
    except GroupbuyError:
        assume(False)  # a trap of YAML, a name that texts can't quote
    rules, names = as_tables(folder, workspace, suffix, lang, folder)
    assert names == ["p1.x"]
    assert trees(rules) == trees(workspace.rules)
    # What is taken back leaves the file as it is: nothing says anything else.
    old, new = imported(str(folder / f"0{suffix}"), folder / "p1.yaml", "x", folder, OPTIONS)
    assert old == new


def _valid(folder: Path, items: dict[str, dict[str, object]], text: str = "") -> Workspace:
    """Rules with these rows; an example that is a trap of YAML is left out."""
    for name in [name for name, item in items.items() if "when" not in item][1:]:
        items[name]["when"] = "f"
    pack = {"settings": {"limit": 100}, "facts": {"x": {"rows": items, "title": "X"}}}
    written = text or yaml.safe_dump(pack, allow_unicode=True, sort_keys=False)
    write_rules(folder, written)
    try:
        return opened(folder)
    except GroupbuyError:
        assume(False)
        raise


ROWS = st.dictionaries(NAMES, ITEMS, min_size=1, max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=ROWS, new=ROWS, kept=st.integers(0, 3), flow=st.booleans())
def test_any_rows_can_take_the_place_of_any_others(
    old: dict[str, dict[str, object]],
    new: dict[str, dict[str, object]],
    kept: int,
    flow: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The file then says what the table says, and all else in it stays."""
    new |= dict(list(old.items())[:kept])
    wanted = _valid(tmp_path_factory.mktemp("new"), new)
    target = tmp_path_factory.mktemp("old")
    _valid(target, old)
    path = target / "p1.yaml"
    if flow:
        root = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = json.dumps(root["facts"]["x"]["rows"], ensure_ascii=False)
        text = "# above\nsettings: {limit: 100}\nfacts:\n  x: {rows: ROWS, title: X}  # behind\n"
        text = text.replace("ROWS", rows)
        _valid(target, old, text)
    else:
        text = path.read_text(encoding="utf-8").replace(
            "    title: X\n", "    # below\n    title: X\n"
        )
        path.write_text(text, encoding="utf-8")
    table = target / "x.csv"
    table.write_bytes(csv_of(exported(wanted, "x", "en")))
    before, after = imported(str(table), path, None, target, OPTIONS)
    path.write_text(after, encoding="utf-8")
    assert trees(opened(target).rules) == trees(wanted.rules)
    assert entry(target, "facts", "x")["title"] == "X"
    assert [line for line in before.splitlines() if line[:1] == "#" or "# b" in line[-9:]] == [
        line for line in after.splitlines() if line[:1] == "#" or "# b" in line[-9:]
    ] or flow
    assert "# behind" in after or not flow


CASES = st.dictionaries(
    st.sampled_from([*KIND, "else"]),
    st.dictionaries(
        st.sampled_from(["low", "middle", "high", "else"]),
        st.one_of(
            st.integers(0, 9),
            NUMBER,
            st.fixed_dictionaries({"value": st.integers(0, 9), "title": TEXTS}),
        ),
        min_size=1,
    ),
    min_size=1,
)
BANDS = st.lists(st.integers(-9, 99), min_size=1, max_size=5, unique=True).map(sorted)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cases=CASES,
    edges=BANDS,
    falling=st.booleans(),
    suffix=st.sampled_from([".csv", ".xlsx"]),
    lang=st.sampled_from(["en", "zh"]),
)
def test_any_cases_and_bands_are_the_same(
    cases: dict[str, Any],
    edges: list[int],
    falling: bool,
    suffix: str,
    lang: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bands = [("floor", {}), *((f"b{edge}", {"from": edge}) for edge in edges)]
    pack = {
        "settings": {"limit": 100},
        "facts": {"x": {"by": ["kind", "level"], "cases": cases}},
        "grades": {"y": {"of": "a", "bands": dict(reversed(bands) if falling else bands)}},
    }
    folder = tmp_path_factory.mktemp("rules")
    write_rules(folder, yaml.safe_dump(pack, allow_unicode=True, sort_keys=False))
    try:
        workspace = opened(folder)
    except GroupbuyError:
        assume(False)
        raise
    rules, names = as_tables(folder, workspace, suffix, lang, folder)
    assert names == ["p1.x", "p1.y"]
    assert trees(rules) == trees(workspace.rules)
