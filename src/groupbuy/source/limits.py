"""How much may be asked of one run before it is refused: every bound, in one place.

    with within(limits):            # those of a rules folder, while its files and leads are read
        node = read_yaml(source)

Bounds are in steps, not seconds, so that an input is refused alike on every machine. What a rules
folder may change is in `KNOWN`, each within a range of its own: the ranges end where this program
still holds. The ratios (`expansion`, and how far a workbook unpacks) can't be changed, so that a
small file never becomes a large one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

KIB, MIB, GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True)
class Limits:
    """The bounds of a run. `set_in` is the file in which a user can change them, if there is one.

    Bounds of files are bytes.
    """

    rule_file: int = 64 * MIB
    lead_file: int = 512 * MIB
    nesting: int = 50
    values: int = 2_000_000
    expression_length: int = 4096
    expression_nesting: int = 50
    table_file: int = 8 * MIB
    table_rows: int = 10_000
    table_cells: int = 500_000
    workbook: int = 128 * MIB
    workbook_unpacked: int = GIB
    workbook_cells: int = 10_000_000
    workbook_characters: int = 200_000_000
    json_line: int = 64 * MIB
    spellings: int = 200_000
    plugin_calls: int = 1_000_000

    expansion: int = 10
    """How many times more nodes the aliases of a YAML file may make than it has of its own."""

    expansion_floor: int = 10_000
    """Nodes that aliases may always make, however small the file is."""

    set_in: str | None = None

    def hint(self, name: str, otherwise: str) -> str:
        """What to do where the bound `name` was passed: `otherwise`, or to raise it."""
        known, now = KNOWN[name], int(getattr(self, name))
        if self.set_in is None or now >= known.most:
            return otherwise
        raised = shown(min(2 * now, known.most), known)
        return f"{otherwise}, or write limits: {{{name}: {raised}}} in {self.set_in}"


@dataclass(frozen=True)
class Known:
    """A bound that a rules folder may set: from where to where, and what is told beyond it."""

    least: int
    most: int
    codes: tuple[str, ...]
    means: str
    means_zh: str
    in_bytes: bool = False


KNOWN: dict[str, Known] = {
    "rule_file": Known(
        4 * KIB,
        GIB,
        ("file-too-large",),
        "bytes of a rule file, a mapping file or a file of cases",
        "规则文件、对照文件、测试文件的字节数",
        in_bytes=True,
    ),
    "lead_file": Known(
        KIB,
        64 * GIB,
        ("file-too-large",),
        "bytes of a lead file that is no workbook, and of standard input",
        "客户文件（工作簿除外）和标准输入的字节数",
        in_bytes=True,
    ),
    "nesting": Known(
        10,
        100,
        ("yaml-depth", "json-depth"),
        "lists and mappings inside one another, in YAML and JSON",
        "YAML、JSON 里列表和映射的层数",
    ),
    "values": Known(
        1000,
        50_000_000,
        ("yaml-too-large", "yaml-aliases"),
        "values and keys of a YAML file, aliases counted as what they stand for; a million takes "
        "400 MB while it is read",
        "一个 YAML 文件里的值和键的个数（引用按展开后计）；一百万个约占 400 MB 内存",
    ),
    "expression_length": Known(
        200, 16_384, ("expression-too-long",), "characters of an expression", "一个算式的字符数"
    ),
    "expression_nesting": Known(
        10,
        75,
        ("expression-too-deep",),
        "brackets, functions and operators of an expression inside one another",
        "算式里括号、函数、运算的层数",
    ),
    "table_file": Known(
        KIB,
        128 * MIB,
        ("file-too-large",),
        "bytes of a table of the rules (CSV or Excel)",
        "规则表格（CSV 或 Excel）的字节数",
        in_bytes=True,
    ),
    "table_rows": Known(
        10,
        100_000,
        ("file-too-large",),
        "rows of a table of the rules",
        "规则表格的行数",
    ),
    "table_cells": Known(
        100,
        5_000_000,
        ("file-too-large",),
        "cells of a table of the rules that show something",
        "规则表格里有内容的单元格数",
    ),
    "workbook": Known(
        4 * KIB,
        4 * GIB,
        ("file-too-large",),
        "bytes of a workbook of leads; 128 MiB hold about five million filled cells",
        "客户工作簿的字节数；128 MiB 约有五百万个有内容的单元格",
        in_bytes=True,
    ),
    "workbook_unpacked": Known(
        MIB,
        64 * GIB,
        ("xlsx-too-large",),
        "bytes of all that is read of a workbook, unpacked; never more than a hundredfold",
        "工作簿解压后读取的字节数；不会超过一百倍",
        in_bytes=True,
    ),
    "workbook_cells": Known(
        1000,
        100_000_000,
        ("xlsx-too-large",),
        "cells of a sheet that show something",
        "一张工作表里有内容的单元格数",
    ),
    "workbook_characters": Known(
        10_000,
        2_000_000_000,
        ("xlsx-too-large",),
        "characters that a sheet shows",
        "一张工作表显示的字符数",
    ),
    "json_line": Known(
        KIB,
        GIB,
        ("file-format",),
        "characters of a line of JSON Lines that is read in columns",
        "按列读取时 JSON Lines 一行的字符数",
    ),
    "spellings": Known(
        100,
        5_000_000,
        ("too-many-spellings",),
        "different texts of a column that are no plain values, read in columns",
        "按列读取时一列里不能直接读的不同写法",
    ),
    "plugin_calls": Known(
        100,
        50_000_000,
        ("not-in-columns",),
        "different calls of a plugin's function in Python, run in columns",
        "按列运行时插件函数（Python）的不同调用次数",
    ),
}

DEFAULT = Limits()

_current: ContextVar[Limits] = ContextVar("limits", default=DEFAULT)


def current() -> Limits:
    """The bounds in force."""
    return _current.get()


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Run the block under `limits`."""
    before = _current.set(limits)
    try:
        yield
    finally:
        _current.reset(before)


def shown(value: int, known: Known) -> str:
    """A bound as one writes it: `64 MiB`, `4096`."""
    if not known.in_bytes:
        return str(value)
    for unit, size in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)):
        if value % size == 0:
            return f"{value // size} {unit}"
    return str(value)
