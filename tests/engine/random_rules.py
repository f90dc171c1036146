"""Random rule sets over the model of `rules_world`, and random leads for them. Seeded."""

# ruff: noqa: E501 - a line of a rule is one line

import random
import re
from datetime import date, timedelta
from typing import Any

NUMBERS = ("a", "b", "x", "y", "u", "v", "budget", "(share * 100)")
KINDS = ("office", "welfare", "gift")
ORGS = ("government", "private", "school")
CAUSES = ("novelty", "competitor", "dissatisfied")
REGIONS = ("华东", "华南", "north", "Ünï")


class Maker:
    """Draws packs as YAML texts. Every entry reads fields and entries above it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers: list[str] = [*NUMBERS]
        self.flags: list[str] = ["f", "g", "quiet"]
        self.words: dict[str, tuple[str, ...]] = {"kind": KINDS, "org": ORGS}
        self.count = 0

    def pick(self, *items: Any) -> Any:
        return self.random.choice(items)

    def name(self, start: str) -> str:
        self.count += 1
        return f"{start}{self.count}"

    # ── expressions ──

    def number(self, depth: int = 2) -> str:
        if depth == 0 or self.random.random() < 0.25:
            return self.pick(*self.numbers, "2", "0.5", "10")
        a, b = self.number(depth - 1), self.number(depth - 1)
        form = self.random.randrange(13)
        if form < 4:
            return f"({a} {self.pick('+', '-', '*', '/')} {b})"
        return [
            f"({a} if {self.flag(depth - 1)} else {b})",
            f"coalesce({a}, {b})",
            f"min({a}, {b})",
            f"max({a}, {b})",
            f"round({a}, {self.pick(0, 1, 2)})",
            f"floor({a} / 2)",
            f"sum(orders.amount{self.where()})",
            f"count(orders{self.where()})",
            f"days_since({self.pick('due_on', 'max(orders.date)')})",
        ][form - 4]

    def where(self) -> str:
        return self.pick(
            "",
            ", where=within(orders.date, months=12)",
            ', where=orders.category == "茶"',
            ", where=orders.amount > 100",
        )

    def flag(self, depth: int = 2) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return self.pick(*self.flags)
        form = self.random.randrange(12)
        if form < 3:
            op = self.pick("<", "<=", ">", ">=", "==", "!=")
            return f"{self.number(depth - 1)} {op} {self.number(depth - 1)}"
        if form < 5:
            word = self.pick(*self.words)
            values = self.words[word]
            if self.random.random() < 0.5:
                return f'{word} {self.pick("==", "!=")} "{self.pick(*values)}"'
            some = self.random.sample(values, min(2, len(values)))
            shown = ", ".join(f'"{one}"' for one in some)
            return f"{word} {self.pick('in', 'not in')} [{shown}]"
        return [
            f"({self.flag(depth - 1)} and {self.flag(depth - 1)})",
            f"({self.flag(depth - 1)} or {self.flag(depth - 1)})",
            f"not ({self.flag(depth - 1)})",
            f"{self.pick('known', 'missing')}({self.pick(*self.numbers)})",
            f'"{self.pick(*CAUSES)}" in causes',
            self.pick('contains(region, "华")', 'region == "华东"', 'startswith(region, "n")'),
            self.pick('due_on < "2026-12-31"', "any(orders.amount > a)", "any(needs.must)"),
        ][form - 5]

    # ── entries ──

    def facts(self, many: int) -> list[str]:
        lines = []
        for _ in range(many):
            name = self.name("n")
            form = self.random.randrange(4)
            if form == 0:
                lines.append(f"  {name}: {{value: '{self.number()}', if: '{self.flag(1)}'}}")
            elif form == 1:
                text = self.bands(lambda n: f"value: '{self.number(1)}'")
                lines.append(f"  {name}: {{of: '{self.number(1)}', bands: {text}}}")
            else:
                lines.append(f"  {name}: '{self.number(3)}'")
            self.numbers.append(name)
            name = self.name("q")
            lines.append(f"  {name}: '{self.flag(3)}'")
            self.flags.append(name)
        return lines

    def bands(self, make: Any) -> str:
        edges = sorted(self.random.sample(range(-3, 90), self.random.randrange(1, 4)))
        parts = [f"low: {{{make(0)}}}"] if self.random.random() < 0.8 else []
        parts += [f"b{n}: {{from: {edge}, {make(n)}}}" for n, edge in enumerate(edges)]
        return "{" + ", ".join(parts) + "}"

    def gates(self, many: int) -> list[str]:
        lines = []
        for _ in range(many):
            each = self.random.random() < 0.3
            test = self.pick("needs.must and not needs.can", "needs.must") if each else self.flag()
            lines.append(
                f"  {self.name('g')}: {{when: '{test}', verdict: {self.pick('stop', 'hold', 'terms')}, "
                f"unknown: {self.pick('pass', 'terms', 'hold')}{', each: needs' if each else ''}}}"
            )
        return lines

    def scores(self, many: int) -> list[str]:
        lines = []
        made: list[str] = []
        for _ in range(many):
            name = self.name("s")
            if len(made) >= 2 and self.random.random() < 0.4:
                weights = ", ".join(
                    f"{part}: '{self.pick('2', '3', 'x', '1 if f else 4')}'" for part in made[-2:]
                )
                lines.append(f"  {name}: {{range: [0, 100], weights: {{{weights}}}}}")
            else:
                rules = []
                for _ in range(self.random.randrange(1, 5)):
                    rule = self.name("r")
                    form = self.random.randrange(4)
                    if form == 0:
                        text = self.bands(lambda n: f"points: {self.pick(0, 5, 10, 25)}")
                        rules.append(f"{rule}: {{of: '{self.number(1)}', bands: {text}}}")
                    elif form == 1:
                        rules.append(
                            f"{rule}: {{when: '{self.flag(1)}', points: '{self.number(1)}'}}"
                        )
                    else:
                        points = self.pick(5, 10, 30, -10)
                        rules.append(f"{rule}: {{when: '{self.flag()}', points: {points}}}")
                condition = f"if: '{self.flag(1)}', " if self.random.random() < 0.2 else ""
                lines.append(
                    f"  {name}: {{{condition}range: [0, 100], rules: {{{', '.join(rules)}}}}}"
                )
            made.append(name)
            self.numbers.append(name)
        return lines

    def grades(self, many: int, rank: bool) -> list[str]:
        lines = []
        for _ in range(many):
            name = self.name("k")
            form = self.random.randrange(3)
            if form == 0:
                lines.append(f"  {name}: {{of: '{self.number(1)}', bands: {self.letters()}}}")
                words: tuple[str, ...] = ("C", "B", "A")
            elif form == 1:
                rows = ", ".join(
                    f"r{n}: {{when: '{self.flag()}', value: {self.pick('A', 'B', 'C')}}}"
                    for n in range(self.random.randrange(1, 5))
                )
                rest = ", rest: {value: C}" if self.random.random() < 0.6 else ""
                pick = ", pick: only" if self.random.random() < 0.2 else ""
                lines.append(f"  {name}: {{rows: {{{rows}{rest}}}{pick}}}")
                words = ("C",) if rest else ()
            else:
                kind = ", ".join(f"{word}: {self.pick('P1', 'P2', 'P3')}" for word in KINDS)
                lines.append(f"  {name}: {{by: kind, cases: {{{kind}}}}}")
                words = ()
            if words:
                self.words[name] = words
        if rank:
            for _ in range(2):
                name = self.name("k")
                among = f"among: '{self.flag(1)}', " if self.random.random() < 0.5 else ""
                within = (
                    f"within: {self.pick('region', 'kind')}, " if self.random.random() < 0.4 else ""
                )
                cuts = self.pick(
                    "{top: {top: 10%}, mid: {next: 30%}, rest: {}}",
                    "{top: {top: 2}, mid: {next: 3}}",
                    "{top: {holds: 50%}, rest: {}}",
                    "{top: {spend: x, up_to: 20}, rest: {}}",
                    "{top: {top: 5%}, mid: {next: 2}, low: {next: 20%}}",
                )
                lines.append(
                    f"  {name}: {{rank: '{self.pick(*self.numbers, self.number(1))}', {among}{within}cuts: {cuts}}}"
                )
        return lines

    def letters(self) -> str:
        low, high = sorted(self.random.sample(range(90), 2))
        return f"{{C: {{}}, B: {{from: {low}}}, A: {{from: {high}}}}}"

    def plays(self, many: int) -> list[str]:
        lines = []
        for _ in range(many):
            name = self.name("p")
            if self.random.random() < 0.3:
                cases = ", ".join(f"{cause}: {{do: d}}" for cause in CAUSES)
                lines.append(f"  {name}: {{when: '{self.flag()}', by: causes, cases: {{{cases}}}}}")
            elif self.random.random() < 0.2:
                lines.append(f"  {name}: {{when: needs.must, each: needs, do: d}}")
            else:
                lines.append(f"  {name}: {{when: '{self.flag()}', do: d, due: 7}}")
        return lines

    def pack(
        self, name: str, condition: str | None = None, rank: bool = False, more: str = ""
    ) -> str:
        head = [f"pack: {name}"] + ([f"for: '{condition}'"] if condition else [])
        sections = {
            "facts": self.facts(3),
            "gates": self.gates(2),
            "scores": self.scores(2),
            "grades": self.grades(2, rank),
            "plays": self.plays(2),
        }
        text = "".join(f"{key}:\n" + "\n".join(lines) + "\n" for key, lines in sections.items())
        return "\n".join(head) + "\n" + text + more


def random_layers(seed: int) -> list[Any]:
    """A common pack, packs for kinds, and one over a name that the common pack defines."""
    maker = Maker(seed)
    common = maker.pack("common", rank=True, more="settings:\n  edge: {value: 20}\n")
    share = maker.random.random() < 0.5
    if share:
        common = common.replace("facts:\n", "facts:\n  part: share(budget, within=region)\n", 1)
        maker.numbers.append("(part * 100)")
    flag = next(name for name in maker.flags if name.startswith("q"))
    numbers, flags, words = [*maker.numbers], [*maker.flags], {**maker.words}
    kinds = []
    for kind in ("office", "welfare"):
        maker.numbers, maker.flags, maker.words = [*numbers], [*flags], {**words}
        gate, play = (re.search(rf"  ({start}[0-9]+):", common) for start in ("g", "p"))
        assert gate
        assert play
        # What a rank reads may not be changed by a pack with `for`, so gates and plays are.
        changes = (
            f"changes:\n  gates: {{{gate[1]}: {{verdict: stop}}}}\n  plays: {{{play[1]}: off}}\n"
        )
        kinds.append(maker.pack(kind, f'kind == "{kind}"', more=changes * (kind == "office")))
    maker.numbers, maker.flags, maker.words = numbers, flags, words
    top = maker.pack("top", f'{flag} and org != "school"')
    return [common, kinds, top]


def random_leads(seed: int, many: int) -> list[dict[str, Any]]:
    """Leads with blanks, ties, edges, zeros and Chinese text."""
    draw = random.Random(seed)
    today = date(2026, 11, 22)

    def maybe(value: Any, blank: float = 0.2) -> Any:
        return None if draw.random() < blank else value

    def day() -> str:
        return (today - timedelta(days=draw.choice([-40, 0, 1, 30, 365, 366, 700]))).isoformat()

    leads = []
    for _ in range(many):
        lead: dict[str, Any] = {
            "a": maybe(draw.choice([-2, 0, 0, 1, 2, 20.5, 60])),
            "b": maybe(draw.choice([0, 0.1, 0.3, 1, 3, 50])),
            "x": maybe(draw.choice([0, 1, 2.5, 10])),
            "y": maybe(draw.choice([0, 3, 10])),
            "u": maybe(draw.choice([0, 50, 100, 33.3])),
            "v": maybe(draw.choice([0, 50, 100, 66.7])),
            "budget": maybe(draw.choice([0, 1000, 1000, 2500.5, 99999])),
            "share": maybe(draw.choice([0, 0.5, 0.95, 1])),
            "f": maybe(draw.random() < 0.5),
            "g": maybe(draw.random() < 0.5),
            "quiet": maybe(draw.random() < 0.3, 0.5),
            "kind": maybe(draw.choice(KINDS)),
            "org": maybe(draw.choice(ORGS)),
            "causes": maybe(draw.sample(CAUSES, draw.randrange(0, 3))),
            "due_on": maybe(day()),
            "region": maybe(draw.choice(REGIONS), 0.1),
        }
        if draw.random() < 0.8:
            lead["orders"] = [
                {
                    "date": maybe(day(), 0.05),
                    "amount": maybe(draw.choice([0, 50, 100, 1000.1]), 0.05),
                    "category": maybe(draw.choice(["茶", "油", "tea"]), 0.05),
                }
                for _ in range(draw.choice([0, 1, 2, 3]))
            ]
        if draw.random() < 0.7:
            lead["needs"] = [
                {
                    "what": f"w{n}",
                    "must": maybe(draw.random() < 0.5, 0.1),
                    "can": maybe(draw.random() < 0.5, 0.1),
                }
                for n in range(draw.choice([0, 1, 2]))
            ]
        leads.append({key: value for key, value in lead.items() if value is not None})
    return leads
