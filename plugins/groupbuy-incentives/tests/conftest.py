"""Fast, and the same in every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import World
from hypothesis import settings

settings.register_profile("incentives", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("incentives")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Rules, leads and money in a folder."""
    return World(tmp_path)
