from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_world import GOOD, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An environment with one good plugin; what a test imports from it is forgotten afterwards."""
    made = World(tmp_path)
    made.install("good", GOOD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(made.site))
    monkeypatch.setenv("GROUPBUY_PLUGIN_TIMEOUT", "0.3")
    made.forget()
    yield made
    made.forget()
