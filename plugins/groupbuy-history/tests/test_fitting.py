"""The fit finds what made the data, and the command says what it found."""

import json
import random
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from histories import DAY, Evaluate

from groupbuy_history.bgnbd import Model, expected, log_likelihood
from groupbuy_history.fitting import History, check, fit, history_of, likelihood_of

TRUTH = Model(r=0.8, alpha=40.0, a=0.9, b=3.0)


def customers(count: int, model: Model = TRUTH, seed: int = 5) -> list[list[float]]:
    """Buying days drawn as the model says: a rate each, and a chance to stop each time."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        rate = chance.gammavariate(model.r, 1 / model.alpha)
        stops = chance.betavariate(model.a, model.b)
        end = 900.0
        day = end - chance.randrange(30, 900)
        days = [day]
        while rate > 0:
            day += chance.expovariate(rate)
            if day > end:
                break
            days.append(day)
            if chance.random() < stops:
                break
        found.append(days)
    return found


def exact(days: list[float], end: float = 900.0) -> History:
    return History(len(days) - 1, days[-1] - days[0], end - days[0])


def test_the_fit_finds_the_parameters_that_made_the_data() -> None:
    histories = [exact(days) for days in customers(4000)]
    found = fit(histories)
    assert found.customers == 4000
    assert found.edges == ()
    model = found.model
    assert model.r == pytest.approx(TRUTH.r, rel=0.1)
    assert model.alpha == pytest.approx(TRUTH.alpha, rel=0.15)
    assert model.a / (model.a + model.b) == pytest.approx(0.9 / 3.9, rel=0.12)
    made_of = sum(log_likelihood(TRUTH, h.x, h.seen, h.age) for h in histories)
    assert found.log_likelihood >= made_of, "nothing is likelier than the fit"
    assert found.log_likelihood == pytest.approx(
        sum(log_likelihood(model, h.x, h.seen, h.age) for h in histories), rel=1e-9
    )


def test_no_parameter_can_be_moved_for_the_better() -> None:
    histories = [exact(days) for days in customers(600)]
    found = fit(histories)
    best = found.model
    for name in ("r", "alpha", "a", "b"):
        for factor in (0.97, 1.03):
            values = {n: getattr(best, n) for n in ("r", "alpha", "a", "b")}
            values[name] *= factor
            moved = Model(**values)
            assert (
                sum(log_likelihood(moved, h.x, h.seen, h.age) for h in histories)
                < found.log_likelihood
            )


def test_leads_in_any_order_give_the_same_fit() -> None:
    histories = [exact(days) for days in customers(300)]
    assert fit(histories) == fit(histories[::-1])


def test_likelihood_by_counts_is_the_sum() -> None:
    rows = [((0, 0.0, 10.0), 3), ((2, 30.0, 38.0), 2)]
    alone = 3 * log_likelihood(TRUTH, 0, 0, 10) + 2 * log_likelihood(TRUTH, 2, 30, 38)
    assert likelihood_of(rows)(TRUTH) == pytest.approx(alone)


def test_expectations_come_true_on_customers_of_the_model() -> None:
    """What the model expects of the second half of its own customers is what comes."""
    half, ahead = 600.0, 300.0
    hoped = came = 0.0
    for days in customers(6000, seed=11):
        past = [day for day in days if day <= half]
        if len(past) < 2:
            continue
        hoped += expected(TRUTH, len(past) - 1, past[-1] - past[0], half - past[0], ahead)
        came += sum(half < day <= half + ahead for day in days)
    assert hoped == pytest.approx(came, rel=0.05)


def test_the_check_compares_with_what_came() -> None:
    whole = [sorted({int(day) for day in days}) for days in customers(1500)]
    found = check(whole, 900, 200)
    assert found is not None
    later = [sum(700 < day <= 900 for day in d) for d in whole if sum(day <= 700 for day in d) > 1]
    assert (found.customers, found.came) == (len(later), sum(later))
    assert found.expected == pytest.approx(found.came, rel=0.15)


def test_nothing_to_check_before_there_were_repeat_buyers() -> None:
    assert check([[10, 20], [15]], 25, 30) is None
    assert history_of([10, 20], 5) is None


# ── the command ──


def leads_file(folder: Path, count: int) -> Path:
    first = DAY - timedelta(900)
    leads = [
        {
            "id": f"L{index:04}",
            "orders": [
                {"date": (first + timedelta(int(day))).isoformat(), "amount": 100} for day in days
            ],
        }
        for index, days in enumerate(customers(count))
    ]
    file = folder / "leads.json"
    file.write_text(json.dumps(leads))
    return file


def run(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from groupbuy.cli import main; main()", "history-fit"]
    command += [str(each) for each in (*args, "--as-of", DAY.isoformat(), "--lang", "en")]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_command_writes_a_pack_that_answers(tmp_path: Path, evaluate: Evaluate) -> None:
    pack = tmp_path / "repeat_fit.yaml"
    done = run(leads_file(tmp_path, 400), "-o", pack)
    assert done.returncode == 0, done.stderr
    assert re.search(r"check: a fit of 180 days ago expected [\d.,]+ buying days of", done.stderr)
    text = pack.read_text(encoding="utf-8")
    settings = yaml.safe_load(text)["changes"]["settings"]
    assert set(settings) == {"repeat_r", "repeat_alpha", "repeat_a", "repeat_b"}
    days = [DAY - timedelta(each) for each in (200, 120, 30)]
    (lead,) = evaluate(
        [{"id": "L1", "orders": [{"date": day, "amount": 100} for day in days]}],
        {"repeat_fit.yaml": text},
        layers=["history:repeat"],
    )
    model = Model(*(float(settings[f"repeat_{name}"]) for name in ("r", "alpha", "a", "b")))
    wanted = expected(model, 2, 170, 200, 365)
    assert lead["facts"]["expected_purchases"]["value"] == pytest.approx(wanted, abs=1e-6)


def test_too_little_history_is_said_and_nothing_written(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    done = run(leads_file(tmp_path, 10), "-o", pack)
    assert done.returncode == 2
    assert "too-little-history" in done.stderr
    assert "it takes 20" in done.stderr
    assert not pack.exists()


def test_undated_orders_are_left_out_and_said(tmp_path: Path) -> None:
    file = leads_file(tmp_path, 200)
    leads = json.loads(file.read_text())
    leads.append({"id": "X", "orders": [{"amount": 5}]})
    leads.append({"id": "Y"})
    file.write_text(json.dumps(leads))
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert "1 leads have orders without a date" in done.stderr
    assert yaml.safe_load(done.stdout)["pack"] == "repeat_fit"


def test_customers_who_never_stop_are_said(tmp_path: Path) -> None:
    """With nobody ever stopping, a or b has no end: the pack says so and still works."""
    every = [[{"date": (DAY - timedelta(30 * k + i % 7)).isoformat(), "amount": 1}
              for k in range(1, 20)] for i in range(30)]  # fmt: skip
    file = tmp_path / "leads.json"
    file.write_text(json.dumps([{"id": f"L{i}", "orders": o} for i, o in enumerate(every)]))
    done = run(file)
    assert done.returncode == 0, done.stderr
    assert "ran to the end of its range" in done.stderr
