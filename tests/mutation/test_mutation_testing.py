"""`make mutate`: which mistakes it makes, where it leaves off, and that it sees who notices."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from project_tools import tool

ROOT = Path(__file__).parents[2]


MUTANTS = tool("mutants")


def changes(code: str) -> list[str]:
    tree = ast.parse(textwrap.dedent(code))
    return [mutant.key[2] for mutant in MUTANTS.mutants(tree, "m.py")]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("x = a < b", ["a < b → a <= b", "a < b → not a < b"]),
        ("x = a is None", ["a is None → a is not None"]),
        ("x = a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
        ("x = not a", ["not a → a"]),
        ("x = a + b", ["a + b → a - b"]),
        ("x = -a", ["-a → a"]),
        ("x = 1", ["1 → 2", "1 → 0"]),
        ("x = 0.5", ["0.5 → 1.0", "0.5 → 1.5"]),
        ("x = True", ["True → False"]),
        ("x = '<'", ["'<' → '<='"]),
        ("x = f'{a} is None and {b}'", ["' is None and ' → ' is None or '"]),
        ("x = max(a)", ["max(a) → min(a)"]),
        ("x = sorted(a, key=k)", ["sorted(a, key=k) → list(a)"]),
        ("x = a.get(b, c)", ["a.get(b, c) → a.get(b)"]),
        ("x = a[b:]", ["b: → :"]),
        ("x = b if a else c", ["a → not a"]),
        ("x = [a for a in b if a]", ["a → True"]),
        ("if a: x = b", ["a → not a"]),
        ("def f(): return a", ["return a → return None"]),
        ("f()", ["f() → pass"]),
        ("a.b = c", ["a.b = c → pass"]),
        ("a += b", ["a += b → pass", "a += b → a -= b"]),
        ("for a in b: continue", ["continue → pass", "continue → break"]),
        ("raise a", ["raise a → pass"]),
        ("a < b\na < b", ["a < b → a <= b", "a < b → not a < b"] * 2),
        # Nothing that a test should hold still:
        ('"""A docstring, and more."""', []),
        ("x = 'a sentence, and more of it'", []),
        ("x = f'{a} and then {b}'", []),
        ("x = 'a' + b", []),
        ("x: Literal[1]", []),
        ("@d(1)\ndef f(): pass", []),
        ("if TYPE_CHECKING:\n    x = 1", []),
        ("def f(): return None", []),
        ("def f(): return", ["return → pass"]),
    ],
)
def test_which_mistakes(code: str, made: list[str]) -> None:
    found = changes(code)
    assert [each.removesuffix(" (2)") for each in found] == made
    assert len(set(found)) == len(found), "each has a name of its own"


MODULE = """
MOST = 3

class Each:
    limit: int = 4

    @property
    def f(self):
        def inner():
            return 5
        return inner

g = [lambda: 6]
"""


def test_where_they_are() -> None:
    found = {
        mutant.before: (mutant.place, mutant.unit)
        for mutant in MUTANTS.mutants(ast.parse(MODULE), "m.py")
    }
    assert found["3"] == ("MOST", None)
    assert found["4"] == ("Each.limit", None)
    assert found["5"] == ("Each.f.inner", ("Each.f", 7)), "an inner function runs with the outer"
    assert found["return inner"] == ("Each.f", ("Each.f", 7))
    assert found["6"] == ("g", None)


def test_each_changes_the_code_and_goes_without_a_trace() -> None:
    for file in sorted((ROOT / "src" / "groupbuy" / "language").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        before = ast.unparse(tree)
        found = MUTANTS.mutants(tree, "m.py")
        assert len({mutant.key for mutant in found}) == len(found)
        for mutant in found[::25]:
            mutant.do()
            assert ast.unparse(tree) != before, mutant.key
            compile(tree, "m.py", "exec")
            mutant.undo()
        assert ast.unparse(tree) == before


def test_code_of_one_function() -> None:
    tree = ast.parse(MODULE)
    code = MUTANTS.code_of(tree, "m.py", ("Each.f", 7))
    assert code is not None
    assert code.co_qualname == "Each.f"
    assert MUTANTS.code_of(tree, "m.py", ("Each.f", 8)) is None


PROJECT = {
    "pyproject.toml": """
        [tool.mutate]
        source = "src/small"
        packages = ["p"]
        tests = ["tests"]
        leave_out = []
        preload = []
        slowest = 5.0
        most = 10.0
        patience = 0.1
        """,
    "src/small/__init__.py": "",
    "src/small/p/__init__.py": "",
    "src/small/p/m.py": """
        LIMIT = 3
        LEAST = 1

        def over(number):
            return number > LIMIT

        def halves(number):
            found = 0
            while number > LEAST:
                number = number // 2
                found += 1
            return found

        def unused(number):
            return number + number
        """,
    "tests/test_m.py": """
        from small.p.m import halves, over

        def test_over():
            assert over(5)
            assert not over(1)

        def test_halves():
            assert halves(8) == 3
        """,
    "tests/mutation/survivors.md": """
        ## src/small/p/m.py

        | place | mutation | judgement |
        |---|---|---|
        | over | `number > LIMIT → number >= LIMIT` | hole, kept for the test |
        | gone | `1 → 2` | equivalent |
        """,
}


def test_a_whole_run(tmp_path: Path) -> None:
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "mutate.py"), "--number", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
    )
    assert not done.stderr
    said = done.stdout.split("nobody has judged")[1]
    assert done.returncode == 1
    places = [line.split(": ", 2)[1:] for line in said.splitlines() if line.startswith("src/")]
    changes = {(place, change.split("  [")[0]) for place, change in places}
    assert ("LIMIT", "3 → 4") in changes, "at the module's level"
    assert ("unused", "return number + number → return None") in changes, "no test gets there"
    assert not [each for each in changes if each[0] == "over"], "found, or judged"
    assert "judged, and no longer there: src/small/p/m.py | gone | 1 → 2" in done.stdout
    (counts,) = (line.split() for line in done.stdout.splitlines() if line.startswith("p "))
    assert counts[4] != "0", "what goes round in circles is ended"
