"""What a mapping file says, part by part, each with its place. Nothing is looked up yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from groupbuy.errors import Location
from groupbuy.source.nodes import Node, Scalar


@dataclass(frozen=True, eq=False)
class CellType:
    """What the cells of a column are: `text`, `number`, `flag` or `date`, and how dates look."""

    header: Scalar
    kind: str
    format: Scalar | None = None


@dataclass(frozen=True, eq=False)
class FileSpec:
    """Files given on the command line: a name or a pattern, perhaps one sheet of a workbook."""

    pattern: str
    sheet: str | None
    at: Location
    types: tuple[CellType, ...] = ()


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a look-up."""

    file: FileSpec
    key: Scalar
    take: Scalar
    at: Location
    by: ValueSpec | None = None
    where: Scalar | None = None
    pick: str = "only"
    order: Scalar | None = None


@dataclass(frozen=True, eq=False)
class ValueSpec:
    """How one field is filled: one of `column`, `constant`, `compute`, `lookup`, then the rest."""

    at: Location
    column: Scalar | None = None
    constant: Scalar | None = None
    compute: Scalar | None = None
    lookup: tuple[Step, ...] = ()
    values: tuple[tuple[Scalar, Scalar], ...] = ()
    others: Scalar | None = None
    format: Scalar | None = None
    unit: Scalar | None = None
    times: Scalar | None = None
    without: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    fallback: ValueSpec | None = None
    pick: Scalar | None = None


@dataclass(frozen=True, eq=False)
class Drop:
    """Rows that do not count, and why."""

    when: Scalar
    because: str


@dataclass(frozen=True, eq=False)
class Part:
    """The leads, or one table. `lead` tells whose a row is; `fields` are named as written."""

    name: str
    at: Location
    file: FileSpec
    lead: ValueSpec
    fields: tuple[tuple[Scalar, ValueSpec], ...]
    where: Scalar | None = None
    drop: tuple[Drop, ...] = ()
    group: bool = False


@dataclass(frozen=True, eq=False)
class MappingSpec:
    """A mapping file."""

    name: str
    leads: Part | None
    tables: tuple[Part, ...] = ()
    files: tuple[FileSpec, ...] = field(default=())


def is_blank(node: Node | None) -> bool:
    """Whether nothing stands there."""
    return node is None or (isinstance(node, Scalar) and node.value is None)
