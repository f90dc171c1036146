"""The shipped packs as text, and opened once for all tests."""

from __future__ import annotations

from datetime import date

import pytest
from packs_world import AS_OF, RULES

from groupbuy.engine.workspace import Options, Workspace


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shipped rules, in Chinese."""
    options = Options(as_of=date.fromisoformat(AS_OF).toordinal(), lang="zh")
    return Workspace(RULES, options, tmp_path_factory.mktemp("shipped"))
