"""One lead at a time: groupbuy's compiled rules, ifs written by hand, and other engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks import ours
from benchmarks.by_hand import by_hand
from benchmarks.measure import Loop, Spread, interleaved
from benchmarks.peers import Evaluate, peers
from benchmarks.peers.on_node import Node, NodeError
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import Answer, Lead, Value, leads, workload
from benchmarks.world import NODE, World

OURS = "groupbuy, compiled rules: score, class, fired ids"
TRACE = "groupbuy, compiled rules: everything, with unknowns"
PLAIN = "Python ifs by hand, `lead[…]` where it is needed"
LOCAL = "Python ifs by hand, fields in local variables"
WHAT = "row, score + class + fired ids"


def run(world: World) -> Section:
    """Measure."""
    work = workload()
    some = list(leads(world.size.agreed))
    opened = ours.workspace(world.rules(work, tiers=False))
    hand = by_hand(work, locals=True)
    right = [hand(lead) for lead in some]
    candidates: dict[str, Callable[[], Evaluate]] = {
        OURS: lambda: ours.answering(opened, work),
        TRACE: lambda: ours.everything(opened, work),
        PLAIN: lambda: by_hand(work, locals=False),
        LOCAL: lambda: hand,
    }
    engines = []
    for peer in peers():
        candidates[peer.name] = partial(peer.build, work)
        engines.append(peer.name)
    timers: dict[str, Callable[[], float]] = {}
    out: list[tuple[str, str]] = []
    for name, make in candidates.items():
        try:
            evaluate = make()
            wrong = disagreement(evaluate, some, right)
        except Exception as error:
            out.append((name, _why(error)))
            continue
        if wrong:
            out.append((name, wrong))
        else:
            timers[name] = Loop(evaluate, some, world.size.seconds)
    node, on_node = _node(world, some, right, timers, out)
    try:
        found = interleaved(timers, world.size.rounds * 2)
    finally:
        if node is not None:
            node.close()
    return _section(found, [name for name in engines if name in found], on_node, out)


def disagreement(evaluate: Evaluate, some: Sequence[Lead], right: Sequence[Answer]) -> str:
    """What is said otherwise than it is, for the first lead with which that happens; or nothing."""
    for lead, answer in zip(some, right, strict=True):
        score, word, fired = evaluate(lead)
        if (score, word, list(fired)) != answer:
            return f"{lead['id']}: {score:g} {word} in place of {answer[0]:g} {answer[1]}"
    return ""


def _why(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return "is not installed"
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}"[:160]


def _next(answers: Iterator[Answer], lead: Lead) -> Answer:
    return next(answers)


def _seconds_each(node: Node, name: str, count: int) -> float:
    return node.seconds(name, count) / count


def _node(
    world: World,
    some: list[dict[str, Value]],
    right: Sequence[Answer],
    timers: dict[str, Callable[[], float]],
    out: list[tuple[str, str]],
) -> tuple[Node | None, list[str]]:
    """Add the engines on Node that agree."""
    try:
        node = Node(NODE, world.folder, workload(), some)
    except NodeError as error:
        out.append(("engines on Node", str(error)))
        return None, []
    names = []
    for name in node.names():
        shown = f"{name} (Node)"
        try:
            answers = iter(node.answers(name))
            wrong = disagreement(partial(_next, answers), some, right)
            if wrong:
                out.append((shown, wrong))
                continue
            one = node.seconds(name, 100) / 100
            count = max(100, int(world.size.seconds / one))
        except NodeError as error:
            out.append((shown, str(error)))
            continue
        timers[shown] = partial(_seconds_each, node, name, count)
        names.append(shown)
    return node, names


def _section(
    found: dict[str, list[float]], engines: list[str], node: list[str], out: list[tuple[str, str]]
) -> Section:
    mine = found[OURS]
    best = min(engines, key=lambda name: Spread.of(found[name]).median, default=None)
    by_hand_ratio = Spread.ratio(found[LOCAL], mine)
    distance = f"{1 / by_hand_ratio.median:.1f} × ifs by hand"
    findings = [
        Finding(
            f"{WHAT}: times as fast as the fastest engine callable from Python",
            None if best is None else Spread.ratio(found[best], mine),
            target=Target(5, at_least=True),
            distance=distance,
            remark=best or "no engine is installed and agrees",
        ),
        Finding(
            f"{WHAT}: times as fast as ifs by hand, as most people write them",
            Spread.ratio(found[PLAIN], mine),
            target=Target(1.3, at_least=True),
            distance=distance,
        ),
        Finding(
            f"{WHAT}: times as fast as the fastest ifs by hand (fields in local variables)",
            by_hand_ratio,
            target=Target(1.3, at_least=True),
            distance=distance,
        ),
        Finding(
            "row with full trace and unknowns, against without",
            Spread.ratio(found[TRACE], mine),
            target=Target(2),
            distance=f"{Spread.ratio(found[TRACE], found[LOCAL]).median:.1f} × ifs by hand",
        ),
    ]
    order = sorted(found, key=lambda name: Spread.of(found[name]).median)
    base = found[best] if best is not None else mine
    rows = [
        (
            name,
            spread(Spread.of([s * 1e6 for s in found[name]])),
            spread(Spread.ratio(base, found[name])),
        )
        for name in order
    ]
    rows += [(name, "not timed", reason) for name, reason in out]
    head = ("", "µs a lead", f"times as fast as {best or OURS}")
    return Section(
        "One lead at a time",
        findings,
        [Table("50 rules, a table of 8 rows, every answer compared first", head, rows)],
        "Processor time, in one process; engines on Node in theirs, by its own clock. The peers "
        "get the null guards that the question needs.",
    )
