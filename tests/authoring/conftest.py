"""A rules folder for each test."""

from pathlib import Path

import pytest
from cases_world import write_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "rules")
