"""Known answers: what is found in each file of `corpus`, and nothing else.

A finding is written behind the line at which it points, as `# code`. `--- layer` begins a pack of
the next layer, `--- beside` one of the same.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from findings_world import opened

from groupbuy.authoring.findings.run import find
from groupbuy.reason.kinds import KINDS

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
PROVED = sorted((Path(__file__).parent / "proved").glob("*.yaml"))
COMMENT = re.compile(r"\s#\s*([a-z-]+(?:\s+[a-z-]+)*)\s*$")
Expected = Counter[tuple[str, int, str]]


def read(path: Path) -> tuple[list[list[str]], Expected]:
    """The packs by layer, and what is to be found: file, line and code."""
    layers: list[list[str]] = [[""]]
    number = 1
    expected: Expected = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("---"):
            number += 1
            if "beside" in line:
                layers[-1].append("")
            else:
                layers.append([""])
            continue
        text = layers[-1][-1]
        # Two lines are put in front of every pack: its version and, where it has none, its name.
        if not text:
            text = "groupbuy: 1\n" + ("" if line.startswith("pack:") else f"pack: p{number}\n")
        codes = COMMENT.search(line)
        if codes and all(code in KINDS for code in codes[1].split()):
            place = text.count("\n") + 1
            expected.update((f"p{number}", place, code) for code in codes[1].split())
        layers[-1][-1] = f"{text}{line}\n"
    return layers, expected


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_what_is_found(path: Path) -> None:
    layers, expected = read(path)
    found = find(opened(*layers).workspace)
    got = Counter((Path(f.at.file).stem, f.at.line or 0, f.code) for f in found.findings)
    assert found.open == 0
    assert got == expected, "\n".join(str(finding) for finding in found.findings)


@pytest.mark.parametrize("path", [*CORPUS, *PROVED], ids=[p.stem for p in [*CORPUS, *PROVED]])
def test_what_is_proved(path: Path) -> None:
    """With z3: all that intervals find, and what only arithmetic shows (`proved`)."""
    pytest.importorskip("z3", reason="the extra `prove`")
    layers, expected = read(path)
    found = find(opened(*layers).workspace, prove=True)
    got = Counter((Path(f.at.file).stem, f.at.line or 0, f.code) for f in found.findings)
    assert found.open == 0
    assert got == expected, "\n".join(str(finding) for finding in found.findings)


@pytest.mark.parametrize("path", PROVED, ids=[path.stem for path in PROVED])
def test_intervals_alone_find_a_part_of_it(path: Path) -> None:
    layers, expected = read(path)
    found = find(opened(*layers).workspace)
    codes = Counter(f.code for f in found.findings if f.code in ("never-true", "unreachable-row"))
    assert found.open == 0
    assert 0 < codes.total() < Counter(code for _, _, code in expected.elements()).total()


def test_every_kind_is_in_the_corpus() -> None:
    told = {code for path in CORPUS for _, _, code in read(path)[1]}
    assert told == set(KINDS)
