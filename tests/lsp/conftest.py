"""Fixtures for the language server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lsp_world import Client, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rules folder of two layers, without errors."""
    return write_folder(tmp_path / "规则 😀")


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    """A server in the rules folder that was asked to begin."""
    found = Client(folder)
    found.initialize()
    yield found
    found.kill()


Start = Callable[..., Client]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start servers in the rules folder; none is left over."""
    started: list[Client] = []

    def start(*options: str, **environment: str) -> Client:
        started.append(Client(folder, *options, **environment))
        return started[-1]

    yield start
    for client in started:
        client.kill()


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rules folder that several tests use one after the other."""
    return write_folder(tmp_path_factory.mktemp("shared") / "rules")


@pytest.fixture(scope="module")
def shared(shared_folder: Path) -> Iterator[Client]:
    """A server that has every file of that folder open."""
    found = Client(shared_folder)
    found.initialize()
    for file in sorted(shared_folder.glob("*.yaml")):
        found.open(file)
    yield found
    found.kill()
