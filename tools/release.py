"""Everything that must pass before a release (make release-check).

python tools/release.py [STEP …]     all steps, or those named; `list` names them

What can't be tried on this machine (Spark without Java, a Python that is not to be had) is no
failure, but is told at the end, so that nobody takes it for tried. The wheels, their hashes and the
message of the tag are in build/release.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "release"
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Those that requirements/*.txt are pinned for, the oldest first."""
AS_OF = "2026-11-22"
COPIED = ("README.md", "CHANGELOG.md", "pyproject.toml", "docs", "examples", "rules", "tests")
PIP = [sys.executable, "-m", "pip", "-qq", "--no-input", "--disable-pip-version-check"]


class FailedError(Exception):
    """A step did not pass; the text says why."""


class NotHereError(Exception):
    """A step can't be tried on this machine, or not all of it: `tried` says what was."""

    def __init__(self, missing: str, tried: str = "") -> None:
        super().__init__(missing)
        self.tried = tried


# ── what is released ──


def project(folder: Path) -> dict[str, Any]:
    """The `[project]` of a package."""
    data = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    found = data["project"]
    assert isinstance(found, dict)
    return found


def version() -> str:
    """The version of the core, from the one place that has it."""
    text = (ROOT / "src" / "groupbuy" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "([^"]+)"$', text, re.M)
    assert match is not None
    return match[1]


def notes(release: str) -> str:
    """The section of the change log for a release. Raises `FailedError` where there is none."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    match = re.search(
        rf"^## \[{re.escape(release)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## \[|\Z)", text, re.M | re.S
    )
    if match is None or not match[1].strip():
        raise FailedError(f"CHANGELOG.md has no section [{release}] with a date")
    return match[1].strip()


def inconsistencies() -> list[str]:
    """What versions, packages and pages say differently of the release that stands here."""
    release = version()
    major = int(release.partition(".")[0])
    found = []
    for folder in PLUGINS:
        wanted = f"groupbuy>={major},<{major + 1}"
        needs = project(folder)["dependencies"]
        if wanted not in needs:
            found.append(f"{folder.name} needs {', '.join(needs)}, and not {wanted}")
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[^\]]*)\]", text, re.M)
    if releases[:1] != [release]:
        found.append(f"the newest release of CHANGELOG.md is {releases[:1]}, and not {release}")
    for page in sorted((ROOT / "docs").glob("*.md")):
        for named in re.findall(r"groupbuy-([\d.]+)-py3", page.read_text(encoding="utf-8")):
            if named != release:
                found.append(f"docs/{page.name} names a wheel of {named}, and not {release}")
    return found


# ── steps ──


def check_version() -> str:
    """One version everywhere, and a section of the change log for it."""
    found = inconsistencies()
    if found:
        raise FailedError("\n".join(found))
    notes(version())
    changed = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--porcelain"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    left = len(changed.stdout.splitlines())
    return f"{version()}" + (f"; {left} files are not committed" if left else "")


def has_task(name: str) -> bool:
    """Whether the Makefile has a task of that name."""
    return bool(re.search(rf"^{name}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def task(name: str) -> Callable[[], str]:
    """A task of the Makefile."""

    def run() -> str:
        done(["make", "--no-print-directory", name], ROOT, quiet=False)
        return ""

    return run


def check_spark() -> str:
    """The tests that need Java."""
    if shutil.which("java") is None:
        raise NotHereError("Spark: there is no Java")
    return task("spark")()


def check_benchmarks() -> str:
    """Every benchmark runs, in its quick form; what it measures is no verdict."""
    if not has_task("bench"):
        raise NotHereError("the Makefile has no bench")
    done(["make", "--no-print-directory", "bench", "BENCH_ARGS=--quick"], ROOT, quiet=False)
    return ""


def check_installed() -> str:
    """The wheels, in new environments, on the oldest and the newest Python that is here."""
    wheels = build_wheels()
    pythons = {name: found for name in PYTHONS if (found := python_of(name)) is not None}
    if not pythons:
        raise FailedError(f"none of Python {', '.join(PYTHONS)} is here")
    tried = sorted({min(pythons, key=PYTHONS.index), max(pythons, key=PYTHONS.index)})
    for name in tried:
        as_user(name, pythons[name], wheels)
        as_documented(name, pythons[name], wheels)
    told = f"tried on Python {' and '.join(tried)}"
    edges = [name for name in (PYTHONS[0], PYTHONS[-1]) if name not in tried]
    if edges:
        raise NotHereError(f"Python {' and '.join(edges)} is not to be had here", told)
    return told


def build_wheels() -> list[Path]:
    """Every package as a wheel in build/release/dist, the core first."""
    dist = OUT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    where = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(dist)]
    done([*PIP, "wheel", *where, str(ROOT), *map(str, PLUGINS)])
    return sorted(
        dist.glob("*.whl"), key=lambda path: (not path.name.startswith("groupbuy-"), path)
    )


def python_of(name: str) -> str | None:
    """A Python of that version: on the path, of pyenv, or one that uv has or can get."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{name}"), sys.executable]
    candidates += map(str, sorted(home.glob(f"versions/{name}.*/bin/python"), reverse=True))
    for candidate in filter(None, candidates):
        if _is(name, candidate):
            return candidate
    uv = ROOT / "build" / "tools" / "bin" / "uv"
    if not uv.is_file():
        return None
    kept = {**os.environ, "UV_PYTHON_INSTALL_DIR": str(OUT / "pythons")}
    for command in (["python", "install", "--quiet", name], ["python", "find", name]):
        ran = subprocess.run(
            [str(uv), *command], capture_output=True, encoding="utf-8", check=False, env=kept
        )
    found = ran.stdout.strip()
    return found if ran.returncode == 0 and _is(name, found) else None


def _is(name: str, program: str) -> bool:
    """Whether a program is that Python, and one that can make environments."""
    code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        ran = subprocess.run(
            [program, "-c", code], capture_output=True, encoding="utf-8", check=False
        )
    except OSError:
        return False
    return ran.stdout.strip() == name


def as_user(name: str, python: str, wheels: Sequence[Path]) -> None:
    """The core alone as pip installs it, and what somebody does with it first; then all plugins."""
    home = OUT / f"user-{name}"
    shutil.rmtree(home, ignore_errors=True)
    program, run = environment(home, python)
    done([*PIP, "--python", program, "install", str(wheels[0])])
    shutil.copy(ROOT / "examples" / "leads.yaml", home)
    if run("groupbuy", "--version").strip() != f"groupbuy {version()}":
        raise FailedError(f"Python {name}: the wheel has another version")
    told = run("groupbuy", "evaluate", "leads.yaml", "--as-of", AS_OF, "--lang", "zh")
    if "启衡电子科技集团" not in told:
        raise FailedError(f"Python {name}: the example leads are not ranked:\n{told}")
    run("groupbuy", "init", "my-rules", "--lang", "zh")
    run("groupbuy", "check", "my-rules/rules", "my-rules/leads.yaml")
    run("groupbuy", "test", "my-rules")
    run("groupbuy", "report", "leads.yaml", "-o", "report.html", "--as-of", AS_OF)
    done([*PIP, "--python", program, "install", *map(str, wheels)])
    listed = run("groupbuy", "plugins", "list")
    missing = [p.name for p in PLUGINS if p.name.removeprefix("groupbuy-") not in listed]
    if missing:
        raise FailedError(f"Python {name}: {', '.join(missing)} is installed and not listed")


def as_documented(name: str, python: str, wheels: Sequence[Path]) -> None:
    """Every command and example of the README and the pages, with all extras, as pinned."""
    home = OUT / f"pages-{name}"
    shutil.rmtree(home, ignore_errors=True)
    program, run = environment(home, python)
    pins = ROOT / "requirements" / "ci.txt"
    done([*PIP, "--python", program, "install", "--require-hashes", "-r", str(pins)])
    done([*PIP, "--python", program, "install", "--no-deps", "--no-index", *map(str, wheels)])
    for each in COPIED:
        source, target = ROOT / each, home / each
        ignore = shutil.ignore_patterns("__pycache__", ".*_cache")
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignore)
        else:
            shutil.copy(source, target)
    options = ("-p", "no:cacheprovider", "-n", "auto")
    run("python", "-m", "pytest", *options, "tests/test_documents.py")


def environment(home: Path, python: str) -> tuple[str, Callable[..., str]]:
    """A new environment in a folder: its Python, and what runs a program of it there."""
    done([python, "-m", "venv", "--without-pip", str(home / "env")])
    bin = home / "env" / "bin"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
    kept |= {"PATH": os.pathsep.join([str(bin), kept.get("PATH", "")]), "LANG": "C.UTF-8"}

    def run(program: str, *args: str) -> str:
        return done([str(bin / program), *args], home, env=kept)

    return str(bin / "python"), run


def write_tag() -> str:
    """The message of the tag: what the change log says, and the hashes of the wheels."""
    release = version()
    lines = [f"groupbuy {release}", "", notes(release), ""]
    wheels = sorted((OUT / "dist").glob("*.whl")) or build_wheels()
    for wheel in wheels:
        lines.append(f"sha256 {hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}")
    target = OUT / "tag-message.txt"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = target.relative_to(ROOT)
    return f"git tag -a v{release} -F {shown} --cleanup=verbatim"


STEPS: dict[str, Callable[[], str]] = {
    "version": check_version,
    "lint": task("lint"),
    "docs": task("docs"),
    "install": check_installed,
    "test": task("test"),
    "packages": task("packages"),
    "supply": task("supply"),
    "spark": check_spark,
    "benchmarks": check_benchmarks,
    "tag": write_tag,
}
"""In this order: what fails soon comes first."""


def done(
    command: Sequence[str],
    folder: Path = ROOT,
    env: dict[str, str] | None = None,
    *,
    quiet: bool = True,
) -> str:
    """Standard output of a command that must succeed. Raises `FailedError` with what it said."""
    ran = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=quiet,
        encoding="utf-8",
        check=False,
    )
    if ran.returncode != 0:
        said = f"\n{ran.stdout}\n{ran.stderr}" if quiet else ""
        raise FailedError(f"{' '.join(command)} ended with {ran.returncode}{said}")
    return ran.stdout or ""


def main(args: list[str]) -> int:
    """Run the steps, and say what passed, what failed, and what could not be tried."""
    if args == ["list"]:
        print("\n".join(STEPS))
        return 0
    unknown = [name for name in args if name not in STEPS]
    if unknown:
        sys.exit(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    OUT.mkdir(parents=True, exist_ok=True)
    told: list[tuple[str, str, str, str]] = []
    for name in args or STEPS:
        print(f"── {name} ──", flush=True)
        start = time.monotonic()
        try:
            state, said = "passed", STEPS[name]()
        except NotHereError as missing:
            state, said = "NOT TRIED", str(missing)
            if missing.tried:
                state, said = "passed", f"{missing.tried}; NOT TRIED: {missing}"
        except FailedError as failed:
            state, said = "FAILED", str(failed)
            print(said, flush=True)
        told.append((name, state, f"{time.monotonic() - start:.0f} s", said))
        if state == "FAILED":
            break
    print()
    for name, state, took, said in told:
        first = said.partition("\n")[0]
        print(f"{name:<11} {state:<10} {took:>6}  {first}".rstrip())
    left = [name for name in args or STEPS if name not in [row[0] for row in told]]
    if left:
        print(f"not reached: {', '.join(left)}")
    return int(any(row[1] == "FAILED" for row in told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
