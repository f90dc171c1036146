"""What several tests need: a catalogue, needs, and the command line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from groupbuy.testing import Ran, run_command
from groupbuy_proposals.catalogue import EXAMPLE, Catalogue, read_catalogue

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def command() -> Callable[..., Ran]:
    """Runs `groupbuy`."""
    return run_command


@pytest.fixture(scope="session")
def example() -> Catalogue:
    """The example catalogue."""
    return read_catalogue(EXAMPLE)


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rules folder with the plugin's packs and its case base."""
    folder = tmp_path_factory.mktemp("rules")
    shipped = EXAMPLE.parent.parent / "rules" / "groupbuy.yaml"
    (folder / "groupbuy.yaml").write_bytes(shipped.read_bytes())
    return folder
