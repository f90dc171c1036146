"""How much a text may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds in steps, not seconds, so that an input is refused alike on every machine."""

    file_bytes: int = 64 * 2**20
    """Bytes of one file."""

    depth: int = 50
    """Lists and mappings inside one another, with aliases followed."""

    nodes: int = 2_000_000
    """Values and keys of one file, with each alias counted as what it stands for. A million takes
    about 400 MB while a file is read."""

    expansion: int = 10
    """How many times more nodes the aliases may make than the file has of its own."""

    expansion_floor: int = 10_000
    """Nodes that aliases may always make, however small the file is."""


DEFAULT = Limits()
