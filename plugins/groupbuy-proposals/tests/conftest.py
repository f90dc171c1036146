"""What several tests need: a catalogue, needs, and the command line."""

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run
from groupbuy_proposals.catalogue import EXAMPLE, Catalogue, read_catalogue

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def ran(*args: object) -> Ran:
    """Run `groupbuy` as a user does."""
    out, err = io.StringIO(), io.StringIO()
    texts = [str(arg) for arg in args]
    before = sys.argv
    sys.argv = ["groupbuy", *texts]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run(groupbuy, texts)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def command() -> Callable[..., Ran]:
    """Runs `groupbuy`."""
    return ran


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
