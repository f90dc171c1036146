"""Collect the pages of the site in one folder, laid out as the repository is (make docs).

python tools/site/collect.py FOLDER

Pages keep the paths that they have here, so that their links hold. Files that they link to become
pages, too; what the code knows best (`reference.py`) is written out from it.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import reference

from groupbuy import __version__

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PAGES = (
    "docs/*.md",
    "rules/README.md",
    "plugins/README.md",
    "plugins/*/README.md",
    "examples/*/README.md",
    "benchmarks/*.md",
    "CHANGELOG.md",
)
LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^(`{3,})(\w+)?[^\n]*\n.*?^\1$", re.M | re.S)


LANGUAGES = {".yaml": "yaml", ".py": "python", ".json": "json", ".csv": "text"}
"""Files that are shown as pages, and what their text is."""
MEASURED = ROOT / "benchmarks" / "RESULTS.md"
NOT_MEASURED = """\
# Results of the benchmarks

There are none in this tree: `make bench` measures, and writes them here.
"""
LISTING = "files.md"
"""The page of a folder that has no README."""


class BrokenLinkError(Exception):
    """A page links to what is not there."""


def build(target: Path) -> None:
    """Write everything that Sphinx reads to `target`, which is made anew.

    Raises `BrokenLinkError` where a page links to a file that the repository does not have.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("conf.py", "search.py", "terms.py"):
        shutil.copy(HERE / name, target / name)
    (target / "_static").mkdir()
    shutil.copy(HERE / "site.css", target / "_static")
    (target / "version.txt").write_text(f"{__version__}\n", encoding="utf-8")
    shown: set[Path] = set()
    for path in pages():
        text, files = linked(path.read_text(encoding="utf-8"), path)
        _write(target / path.relative_to(ROOT), text)
        shown |= files
    for path in sorted(shown):
        _write(target / f"{path.relative_to(ROOT)}.md", source_page(path))
    for folder in {path.parent for path in shown}:
        _write(target / folder.relative_to(ROOT) / LISTING, listing(folder, shown))
    text, _ = linked((HERE / "index.md").read_text(encoding="utf-8"), ROOT / "index.md")
    _write(target / "index.md", text)
    if not MEASURED.is_file():
        _write(target / MEASURED.relative_to(ROOT), NOT_MEASURED)
    for name, text in reference.pages().items():
        _write(target / "reference" / name, text)


def pages() -> list[Path]:
    """The Markdown pages of the repository that the site shows."""
    return sorted(path for pattern in PAGES for path in ROOT.glob(pattern))


def linked(text: str, path: Path) -> tuple[str, set[Path]]:
    """A page whose links lead to pages, and the files that are to become pages for it."""
    files: set[Path] = set()

    def target(match: re.Match[str]) -> str:
        name, anchor = match[1], match[2] or ""
        file = (path.parent / name).resolve()
        if file.is_dir():
            page = "README.md" if (file / "README.md").is_file() else LISTING
            if page == LISTING:
                files.update(shown_files(file))
                if not shown_files(file):
                    raise BrokenLinkError(f"{path.relative_to(ROOT)}: nothing to show in {name}")
            return f"{name.rstrip('/')}/{page}{anchor}"
        if name.startswith("reference/") or "/reference/" in name:
            return match[0]  # Sphinx says if it is not there
        if not file.is_file() and file != MEASURED:
            raise BrokenLinkError(f"{path.relative_to(ROOT)}: there is no {name}")
        if file == ROOT / "README.md":
            return f"{name.removesuffix('README.md')}index.md{anchor}"
        if file == MEASURED or any(file.match(str(ROOT / pattern)) for pattern in PAGES):
            return match[0]
        files.add(file)
        return f"{name}.md{anchor}"

    parts = list(_outside_of_code(text, lambda prose: LINK.sub(target, prose)))
    return "".join(parts), files


def _outside_of_code(text: str, change: Callable[[str], str]) -> Iterator[str]:
    end = 0
    for fence in FENCE.finditer(text):
        yield change(text[end : fence.start()])
        yield fence[0]
        end = fence.end()
    yield change(text[end:])


def shown_files(folder: Path) -> list[Path]:
    """The files of a folder that can be read as they are."""
    return sorted(path for path in folder.iterdir() if path.suffix in LANGUAGES)


def listing(folder: Path, shown: Collection[Path]) -> str:
    """A folder as a page: its files that are pages."""
    files = sorted(path.name for path in shown if path.parent == folder)
    items = "".join(f"- [{name}]({name}.md)\n" for name in files)
    return f"---\norphan: true\n---\n\n# {folder.relative_to(ROOT).as_posix()}\n\n{items}"


def source_page(path: Path) -> str:
    """A file of the repository as a page."""
    name = path.relative_to(ROOT).as_posix()
    language = LANGUAGES.get(path.suffix, "text")
    body = path.read_text(encoding="utf-8").rstrip("\n")
    return f"---\norphan: true\n---\n\n# {name}\n\n````{language}\n{body}\n````\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(Path(sys.argv[1]))
