"""Row back end ≡ column back end: random expressions over random leads, on every engine."""

from typing import Any

import pytest
from columns_world import ENGINES, alike, tree_in_columns
from compile_world import TABLES, Grammar, Lead, leads, read
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.compile.python import compile_value

EXAMPLES = {"polars": 60, "duckdb": 25, "pyarrow": 25}


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_are_rows(engine: str) -> None:
    @settings(max_examples=EXAMPLES[engine], deadline=None)
    @given(data=st.data(), some=st.lists(leads, min_size=1, max_size=20))
    def check(data: st.DataObject, some: list[dict[str, Any]]) -> None:
        grammar = Grammar(data.draw, none=True)
        text = data.draw(st.sampled_from([grammar.flag, grammar.number]))(3).text
        tree = read(text)
        row = compile_value(tree, TABLES)
        found = tree_in_columns(tree, some, engine)
        for lead, value in zip(some, found, strict=True):
            wanted = row(Lead(lead))
            assert alike(value, wanted), f"{text}\n{lead}\nrow {wanted}, columns {value}"

    check()
