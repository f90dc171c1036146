"""Measuring and telling: rounds in turn, ratios by round, tables."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from benchmarks.__main__ import BENCHMARKS, all_measured, main
from benchmarks.measure import CommandError, Loop, Spread, interleaved, process
from benchmarks.results import (
    CantRunError,
    Finding,
    Report,
    Section,
    Table,
    Target,
    markdown,
    number,
)
from benchmarks.world import QUICK, World


def test_rounds_are_interleaved_after_one_to_warm_up() -> None:
    calls: list[str] = []

    def contestant(name: str) -> int:
        calls.append(name)
        return len(calls)

    found = interleaved({n: lambda n=n: contestant(n) for n in "ABC"}, 2)
    assert "".join(calls) == "ABCABCABC"
    assert found == {"A": [4, 7], "B": [5, 8], "C": [6, 9]}


def test_ratios_are_taken_within_a_round() -> None:
    # A slow second round does not show: both were slow.
    assert Spread.ratio([1, 10, 3], [2, 20, 2]) == Spread(0.5, 0.5, 1.5)


def test_a_loop_calls_for_each_item() -> None:
    seen: list[int] = []
    loop = Loop(seen.append, range(5), 0)
    seen.clear()
    assert loop() >= 0
    assert seen == list(range(5))


def test_a_process_is_measured_with_its_memory() -> None:
    small = process([sys.executable, "-c", "pass"])
    large = process([sys.executable, "-c", "len(bytearray(200_000_000))"])
    assert large.peak > small.peak + 150
    assert small.cpu > 0
    assert small.wall > 0


@pytest.mark.parametrize("code", ["import sys; sys.exit('no leads')", "raise SystemExit(3)"])
def test_a_command_that_fails_is_no_measurement(code: str) -> None:
    with pytest.raises(CommandError, match="it ended with"):
        process([sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (Target(2), 2.0, "reached"),
        (Target(2), 2.01, "**missed**"),
        (Target(5, at_least=True), 5.2, "reached"),
        (Target(5, at_least=True), 4.9, "**missed**"),
        (None, 1.0, ""),
    ],
)
def test_verdicts(target: Target | None, value: float, verdict: str) -> None:
    assert Finding("x", Spread.of([value]), target=target).verdict == verdict


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1"), (12.34, "12.3"), (0.456, "0.46"), (0.00123, "0.00123"), (26055.4, "26,055")],
)
def test_numbers_have_the_digits_that_mean_something(value: float, shown: str) -> None:
    assert number(value) == shown


def test_results_as_markdown() -> None:
    sections = [
        Section(
            "Rows",
            [
                Finding("fast", Spread(6.2, 5.1, 7.3), target=Target(5, at_least=True)),
                Finding("spark", None, target=Target(2), remark="there is no Java"),
                Finding("5,000", None, target=Target(9), remark="not in 900 s", failed=True),
                Finding("threads", Spread(1.1, 1.0, 1.2), remark="one lock"),
            ],
            [Table("Engines", ("", "µs"), [("a | b", "3"), ("c", "not timed")])],
        ),
    ]
    text = markdown(Report([("processor", "two cores")], sections))
    assert text.partition("| machine")[2] == dedent(
        """\
         |  |
        |---|---|
        | processor | two cores |

        ## Targets

        | what | found | target |  | distance to the limit |
        |---|---|---|---|---|
        | fast | 6.20 × (5.10–7.30) | ≥ 5 × | reached |  |
        | spark | not run: there is no Java | ≤ 2 × | not run |  |
        | 5,000 | failed: not in 900 s | ≤ 9 × | **missed** |  |

        ## Rows

        | what | found | remark |
        |---|---|---|
        | threads | 1.10 × (1–1.20) | one lock |

        Engines:

        |  | µs |
        |---|---|
        | a \\| b | 3 |
        | c | not timed |
        """
    )
    assert "quick run" not in text
    assert "quick run" in markdown(Report([], sections, quick=True))


def test_a_benchmark_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "rows"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("there is no benchmark rows: row, ")
    assert all(name in told for name in BENCHMARKS)


def test_what_can_t_run_or_fails_does_not_vanish(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def without_java(_: World) -> Section:
        raise CantRunError("there is no Java")

    def broken(_: World) -> Section:
        raise ZeroDivisionError

    def whole(_: World) -> Section:
        return Section("Rows", [Finding("fast", Spread.of([1.5]), target=Target(2))])

    runs = {"row": whole, "spark_leads": without_java, "seam": broken}
    monkeypatch.setattr(
        "benchmarks.__main__.import_module",
        lambda name: SimpleNamespace(run=runs[name.rpartition(".")[2]]),
    )
    monkeypatch.setattr("benchmarks.__main__.SO_FAR", tmp_path / "so-far.md")
    text, good = all_measured(list(runs), World(QUICK, tmp_path), [], quick=True)
    assert not good
    assert text == (tmp_path / "so-far.md").read_text(encoding="utf-8")
    told = text.partition("## Targets")[2].partition("##")[0]
    assert "| fast | 1.50 × | ≤ 2 × | reached |" in told
    assert "| Spark | not run: there is no Java |  | not run |" in told
    assert f"| {BENCHMARKS['seam']} | failed: ZeroDivisionError |  | **missed** |" in told
