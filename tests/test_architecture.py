"""The shape of the house: imports point down, in no circle, and `--help` loads nothing heavy.

Every explicit import counts alike: at the top of a module, inside a function, or for types only.
"""

import ast
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "groupbuy"

# Lowest first. A module imports from its own package and from lower layers; the packages of one
# layer don't know each other. `groupbuy` is the package's own `__init__`, which runs before every
# other module and therefore imports none.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("groupbuy",),
    ("errors",),  # places, problems, hints
    # What people read; YAML → data with places; optional libraries; who watches long work.
    ("texts", "source", "extras", "watch"),
    ("tree",),  # types, nodes, constructors
    ("language", "model"),  # text ↔ tree; the lead model
    ("sheets",),  # CSV and Excel → cells with places
    ("compile",),  # tree → Python, tree → dataframe expressions
    ("reason",),  # possible worlds, questions, static analysis
    ("sections",),  # one module per section of a pack: entries → definitions
    ("rules",),  # project, layers, merge, validation
    ("plugins",),  # hooks, discovery, loading, isolation
    ("engine",),  # plan, run, explain; `Workspace`
    ("files", "render"),  # read leads; write results
    ("authoring",),  # check, test, diff, fmt
    ("lsp", "decisions"),  # the language server; the decision log
    ("cli",),
    ("testing",),  # the test kit of plugins, which also runs commands
    ("pytest_plugin",),
    ("api",),  # the one import of plugin authors: a façade over all of it
    ("__main__",),
)

# Not needed to say what `groupbuy` can do.
HEAVY = {"jsonschema", "tabulate", "yaml"}


@dataclass(frozen=True)
class Import:
    """One module imports another, at `file:line`."""

    importer: str
    imported: str
    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.importer} → {self.imported}  ({self.file}:{self.line}, {self.kind})"


# --- reading imports ---------------------------------------------------------------------------


def modules(package: Path) -> dict[str, Path]:
    """Every module of the package, packages' `__init__` included, and its file."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = [package.name, *file.relative_to(package).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = file
    return found


def imports(package: Path) -> list[Import]:
    """Every import of one module of the package by another (or by itself)."""
    known = modules(package)
    found = []
    for name, file in known.items():
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        base = name if file.name == "__init__.py" else name.rpartition(".")[0]
        shown = file.relative_to(package.parents[1]).as_posix()
        for node, kind in statements(tree, "at the top"):
            # In the order in which they stand, each target once.
            for target in dict.fromkeys(targets(node, base, known)):
                found.append(Import(name, target, shown, node.lineno, kind))
    return found


def statements(node: ast.AST, kind: str) -> Iterator[tuple[ast.stmt | ast.Call, str]]:
    """The import statements and calls below a node, and how each is executed."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
            yield child, kind
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from statements(child, "in a function")
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from statements(child, "for types only")
        else:
            yield from statements(child, kind)


def targets(node: ast.stmt | ast.Call, base: str, known: dict[str, Path]) -> Iterator[str]:
    """The known modules that a statement of a module in the package `base` imports."""
    if isinstance(node, ast.Import):
        yield from (nearest(alias.name, known) for alias in node.names if ours(alias.name, known))
    elif isinstance(node, ast.ImportFrom):
        origin = absolute(node, base)
        if ours(origin, known):
            for alias in node.names:
                yield nearest(f"{origin}.{alias.name}", known)
    elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func) and node.args:
        name = node.args[0]
        if isinstance(name, ast.Constant) and ours(str(name.value), known):
            yield nearest(str(name.value), known)


def absolute(node: ast.ImportFrom, base: str) -> str:
    """The module after `from`, its leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = base.split(".")[: len(base.split(".")) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def ours(name: str, known: dict[str, Path]) -> bool:
    """Whether a name stands in the package."""
    return name.partition(".")[0] in {module.partition(".")[0] for module in known}


def nearest(name: str, known: dict[str, Path]) -> str:
    """The module that a dotted name is, or is defined in."""
    while name not in known and "." in name:
        name = name.rpartition(".")[0]
    return name


# --- judging them ------------------------------------------------------------------------------


def circles(found: list[Import]) -> list[list[Import]]:
    """The shortest circle through each module that is in one, each circle once."""
    outgoing: dict[str, list[Import]] = {}
    for edge in found:
        outgoing.setdefault(edge.importer, []).append(edge)
    result: dict[frozenset[str], list[Import]] = {}
    for start in outgoing:
        circle = way_back(start, outgoing)
        if circle:
            result.setdefault(frozenset(edge.importer for edge in circle), circle)
    return list(result.values())


def way_back(start: str, outgoing: dict[str, list[Import]]) -> list[Import] | None:
    """The shortest chain of imports from a module to itself, if there is one."""
    reached: set[str] = set()
    paths: deque[list[Import]] = deque([edge] for edge in outgoing[start])
    while paths:
        path = paths.popleft()
        last = path[-1].imported
        if last == start:
            return path
        if last not in reached:
            reached.add(last)
            paths.extend([*path, edge] for edge in outgoing.get(last, []))
    return None


def part(module: str) -> str:
    """The part of the table that a module belongs to: `a.b.c` to `b`, the root to itself."""
    return module.split(".")[1] if "." in module else module


def wrong_layers(found: list[Import], layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """The imports that point up or sideways, in words."""
    level = {name: number for number, names in enumerate(layers) for name in names}
    wrong = []
    for edge in found:
        above, below = part(edge.importer), part(edge.imported)
        if above == below or above not in level or below not in level:
            continue
        if level[below] >= level[above]:
            side = "a layer above" if level[below] > level[above] else "the same layer as"
            wrong.append(f"{edge}: {below} is {side} {above}")
    return wrong


def without_layer(package: Path, layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """What stands in the package and not in the table."""
    placed = {name for names in layers for name in names}
    return sorted({part(module) for module in modules(package)} - placed)


# --- the house ---------------------------------------------------------------------------------


def test_no_import_circles() -> None:
    found = circles(imports(PACKAGE))
    drawn = "\n\n".join("\n".join(f"  {edge}" for edge in circle) for circle in found)
    assert not found, f"{len(found)} import circle(s), each the shortest there is:\n\n{drawn}\n"


def test_layers_point_down() -> None:
    wrong = wrong_layers(imports(PACKAGE), LAYERS)
    assert not wrong, "imports that don't point down (see LAYERS):\n  " + "\n  ".join(wrong)


def test_every_package_has_a_layer() -> None:
    missing = without_layer(PACKAGE, LAYERS)
    assert not missing, (
        f"no layer for {', '.join(missing)}: add it to LAYERS in {Path(__file__).name}, "
        "above all that it imports and below all that import it"
    )


def test_help_is_light() -> None:
    code = """
import json, sys
from groupbuy.cli import main
sys.argv = ["groupbuy", "--help"]
status = 0
try:
    main()
except SystemExit as end:
    status = end.code or 0
sys.stdout.flush()
print(json.dumps({"status": status, "modules": sorted(sys.modules)}), file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "evaluate" in run.stdout
    report = json.loads(run.stderr.splitlines()[-1])
    assert report["status"] == 0, run.stderr
    plugins = {point.module for point in entry_points(group="groupbuy")}
    loaded = sorted((HEAVY | plugins).intersection(report["modules"]))
    assert not loaded, f"`groupbuy --help` imports {', '.join(loaded)}; import it where it's used"


# --- the test itself, on small packages --------------------------------------------------------

Build = Callable[[dict[str, str]], Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write a package `house` from file names and texts."""

    def write(files: dict[str, str]) -> Path:
        package = tmp_path / "src" / "house"
        for name, text in {"__init__.py": "", **files}.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text, encoding="utf-8")
        return package

    return write


@pytest.mark.parametrize(
    ("back", "kind"),
    [
        ("import house.a", "at the top"),
        ("import house.a as other", "at the top"),
        ("from house import a", "at the top"),
        ("from house.a import name", "at the top"),
        ("from . import a", "at the top"),
        ("from .a import name", "at the top"),
        ("try:\n    import house.a\nexcept ImportError: ...", "at the top"),
        ("def f():\n    from house.a import name", "in a function"),
        ("class C:\n    async def f(self):\n        from house import a", "in a function"),
        ("def f():\n    return importlib.import_module('house.a')", "in a function"),
        ("if TYPE_CHECKING:\n    from house.a import name", "for types only"),
        ("if typing.TYPE_CHECKING:\n    from . import a", "for types only"),
    ],
)
def test_circle_of_any_kind_is_found(build: Build, back: str, kind: str) -> None:
    package = build({"a.py": "from house.b import name", "b.py": back})
    (circle,) = circles(imports(package))
    line = 1 + back[: max(back.find("import "), back.find("import_"))].count("\n")
    assert [str(edge) for edge in circle] == [
        "house.a → house.b  (src/house/a.py:1, at the top)",
        f"house.b → house.a  (src/house/b.py:{line}, {kind})",
    ]


def test_circles_through_inits_are_found(build: Build) -> None:
    package = build(
        {
            "p/__init__.py": "from house.p.x import name",
            "p/x.py": "from house.p import other",
            "q/__init__.py": "from . import name",
            "r/y.py": "from ..s import name",
            "s.py": "from .r.y import name",
        }
    )
    assert [[edge.importer for edge in circle] for circle in circles(imports(package))] == [
        ["house.p", "house.p.x"],
        ["house.q"],
        ["house.r.y", "house.s"],
    ]


def test_submodules_are_not_their_package(build: Build) -> None:
    package = build(
        {
            "p/__init__.py": "from house.p import x, y",
            "p/x.py": "from house.p import y",
            "p/y.py": "import os.path\nfrom housekeeping import a",
            "a.py": "",
        }
    )
    assert circles(imports(package)) == []


def test_imports_up_and_sideways_are_found(build: Build) -> None:
    package = build(
        {
            "low.py": "from house.left import name",
            "left/__init__.py": "from house.left.x import y\nimport house.right",
            "left/x.py": "from house import low",
            "right.py": "from house import __version__",
        }
    )
    assert wrong_layers(imports(package), (("house",), ("low",), ("left", "right"))) == [
        "house.left → house.right  (src/house/left/__init__.py:2, at the top): "
        "right is the same layer as left",
        "house.low → house.left  (src/house/low.py:1, at the top): left is a layer above low",
    ]


def test_package_without_layer_is_found(build: Build) -> None:
    package = build({"a.py": "", "new/deep/x.py": ""})
    assert without_layer(package, (("house",), ("a",))) == ["new"]
