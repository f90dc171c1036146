"""One new environment for all tests of packages."""

import pytest
from fresh_world import Fresh, made_fresh


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return made_fresh(tmp_path_factory.mktemp("packages"))
