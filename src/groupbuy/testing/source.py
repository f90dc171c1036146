"""A plugin's module from outside: what its source imports, and how long its import takes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from groupbuy.plugins.found import Found

PUBLIC = ("groupbuy.api", "groupbuy.testing")
"""What plugins may import, and their tests."""

SECONDS = 60
"""After which an import in a new process is given up."""

_IMPORT = """
import contextlib, importlib, io, json, sys, time
import groupbuy.api
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    start = time.perf_counter()
    importlib.import_module(sys.argv[1])
    seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "printed": printed.getvalue()}))
"""


@dataclass(frozen=True)
class Imported:
    """How long an import took beside that of `groupbuy.api`, and what it printed."""

    seconds: float
    printed: str


def imported_anew(module: str) -> Imported | None:
    """Import a module in a new process; none where it can't be imported at all."""
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _IMPORT, module],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    except (subprocess.SubprocessError, OSError):
        return None
    found = json.loads(ran.stdout.splitlines()[-1])
    return Imported(float(found["seconds"]), str(found["printed"]))


def module_of(plugin: Found) -> str | None:
    """The module that an entry point names; none for a file of the plugins folder."""
    return None if isinstance(plugin.target, Path) else plugin.target.module


def inner_imports(plugin: Found) -> Iterator[str]:
    """Where a plugin imports what is not public, and may be gone in the next version."""
    for file in source_files(plugin):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue  # what can't be read is told when it is imported
        for node in ast.walk(tree):
            for name in _imported(node):
                if name.split(".")[0] == "groupbuy" and not name.startswith(PUBLIC):
                    line = getattr(node, "lineno", 0)
                    yield f"{file.name}:{line} imports {name}; plugins import groupbuy.api"


def source_files(plugin: Found) -> list[Path]:
    """The Python files of the plugin's package, or its one module."""
    module = module_of(plugin)
    if module is None:
        assert isinstance(plugin.target, Path)
        is_package = plugin.target.name == "__init__.py"
        return sorted(plugin.target.parent.rglob("*.py")) if is_package else [plugin.target]
    spec = find_spec(module.partition(".")[0])
    if spec is None:
        return []
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    found = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return found or ([Path(spec.origin)] if spec.origin else [])


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            # `from groupbuy import api` names the module `groupbuy.api`.
            yield f"{node.module}.{alias.name}" if node.module == "groupbuy" else node.module
