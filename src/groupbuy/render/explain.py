"""One lead explained: what follows, from which rules, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from groupbuy.render import cells
from groupbuy.render.cells import (
    FAILED,
    NONE,
    UNKNOWN,
    Lead,
    lead_name,
    names,
    number,
    pairs,
    shown,
)
from groupbuy.render.inert import inert
from groupbuy.render.page import Block, Line, heading, section
from groupbuy.render.rows import plays_in_order, verdict_of
from groupbuy.render.view import View
from groupbuy.render.width import pad, width
from groupbuy.render.words import say, verdict
from groupbuy.sections.scores import CLAMPED

LEAST_TERMINAL = 60
_WIDEST_NAME = 32
_NAME = re.compile(r"[^\W\d]\w*(?![\w\"])")
NEAR = ("gate", "rule", "grade", "play")


def show_lead(lead: Lead, view: View, *, terminal: int = 100) -> str:
    """The whole tree of one lead, `terminal` cells wide; ends with a line end."""
    return "\n".join(_Explained(lead, view, max(terminal, LEAST_TERMINAL)).lines()) + "\n"


def explained(lead: Lead, view: View) -> list[tuple[str, list[Block]]]:
    """The explanation of one lead as sections of blocks, for pages of another kind."""
    return _Explained(lead, view, LEAST_TERMINAL).parts()


def example(question: Mapping[str, Any], view: View) -> list[str]:
    """What answers to a question would settle, as sentences."""
    return _Explained({}, view, LEAST_TERMINAL).example(question)


class _Explained:
    """Turns one lead's result into sections of blocks."""

    def __init__(self, lead: Lead, view: View, cells_: int) -> None:
        self.lead, self.view, self.cells = lead, view, cells_

    def say(self, key: str, **values: object) -> str:
        return say(key, self.view.lang, **values)

    def lines(self) -> Iterator[str]:
        """Header, then each section that has something."""
        yield from self.header()
        parts = self.parts()
        for title, blocks in parts:
            if blocks or title == parts[0][0]:
                yield ""
                yield from section(title, blocks, self.cells)

    def parts(self) -> list[tuple[str, list[Block]]]:
        """Each section with its title, the verdict first; some may be empty."""
        return [
            (self.verdict_title(), self.verdict()),
            (self.say("plays"), [self.play(play) for play in plays_in_order(self.lead)]),
            (self.say("questions"), [self.question(q) for q in self.lead.get("questions") or ()]),
            (self.say("grades"), self.grades()),
            (self.say("scores"), self.scores()),
            (self.say("nearly"), [self.near(near) for near in self.lead.get("nearly") or ()]),
            (self.say("facts"), self.values("facts")),
            (self.say("fields"), self.values("fields")),
            *self.plugin_sections(),
            (self.say("what_if"), self.what_if()),
            (self.say("worth"), self.worth()),
            (self.say("failures"), [Block(inert(each)) for each in self.lead.get("failed") or ()]),
        ]

    # ── who it is, and whether to go on ──────────────────────────────────────────────────────────

    def header(self) -> Iterator[str]:
        lead = self.lead
        name, id_ = lead_name(lead), inert(lead.get("id") or "")
        parts = []
        if lead.get("rank") is not None:
            parts.append(self.say("ranked", rank=lead["rank"]))
        if lead.get("packs"):
            own = [pack for pack in lead["packs"] if pack not in self.view.general]
            packs = [inert(self.view.heading(str(pack))) for pack in own]
            if len(own) < len(lead["packs"]):
                packs.insert(0, self.say("for_all"))
            parts.append(self.say("packs") + self.say("colon") + " › ".join(packs))
        if lead.get("at"):
            parts.append(inert(lead["at"]))
        yield from heading(name if id_ == name else f"{name}  {id_}", parts, self.cells)

    def verdict_title(self) -> str:
        word = verdict(verdict_of(self.lead), self.view.lang)
        return self.say("verdict") + self.say("colon") + word

    def verdict(self) -> list[Block]:
        found = self.lead.get("verdict") or {}
        return [
            *(self.reason(reason) for reason in found.get("reasons") or ()),
            *(self.open_gate(gate) for gate in found.get("unknown") or ()),
        ]

    def reason(self, reason: Mapping[str, Any]) -> Block:
        title = inert(reason.get("title") or self.view.title(str(reason.get("gate", ""))))
        word = reason.get("verdict")
        if word and word != verdict_of(self.lead):
            title += f" ({verdict(word, self.view.lang)})"
        because = inert(reason.get("because") or "")
        body = [self.line("do", reason["do"])] if reason.get("do") else []
        head = title + self.say("colon") + because if because else title
        return Block(head, _at(reason), [*body, *self.read(reason)])

    def open_gate(self, gate: Mapping[str, Any]) -> Block:
        title = inert(gate.get("title") or self.view.title(str(gate.get("gate", ""))))
        then = gate.get("then")
        after = self.say(f"then_{then}") if then in ("pass", "terms", "hold") else ""
        head = f"{UNKNOWN} {title}" + (self.say("semicolon") + after if after else "")
        return Block(head, _at(gate), self.missing(gate))

    # ── grades and scores ────────────────────────────────────────────────────────────────────────

    def in_view(self, section_: str) -> tuple[list[tuple[str, Mapping[str, Any]]], list[str]]:
        """A section's results, the view's columns first; and the names of what doesn't apply."""
        found: Mapping[str, Mapping[str, Any]] = self.lead.get(section_) or {}
        first = [column.name for column in self.view.columns if column.name in found]
        order = [*first, *(name for name in found if name not in first)]
        applies = [(name, found[name]) for name in order if found[name].get("status") != "none"]
        return applies, [name for name in order if found[name].get("status") == "none"]

    def grades(self) -> list[Block]:
        applies, without = self.in_view("grades")
        blocks = [self.grade(name, found) for name, found in applies]
        return blocks + self.not_applicable(without)

    def failed(self, name: str) -> Block:
        """A value that depends on what a plugin did not give."""
        return Block(f"{inert(self.view.title(name))}  {FAILED}", body=[Line(self.say("failed"))])

    def grade(self, name: str, found: Mapping[str, Any]) -> Block:
        if found.get("status") == "failed":
            return self.failed(name)
        value = found.get("value")
        title = inert(self.view.title(name))
        if value is not None:
            said = inert(found.get("title") or self.view.word(name, str(value)) or "")
            word = inert(value) if not said or said == inert(value) else f"{inert(value)} {said}"
            return Block(f"{title}  {word}", _at(found), [*self.because(found), *self.read(found)])
        cell = cells.grade({**found, "possible": ()}, name, self.view)
        parts = []
        if found.get("likely") is not None:
            parts.append(self.say("likely", word=self.word(name, found["likely"])))
        if found.get("possible"):
            words = [self.word(name, word) for word in found["possible"]]
            parts.append(self.say("possible", words=self.say("listing").join(words)))
        body = [Line(self.say("semicolon").join(parts))] if parts else []
        return Block(f"{title}  {cell.text}", _at(found), [*body, *self.missing(found)])

    def word(self, name: str, word: object) -> str:
        return NONE if word is None else shown(word, name, self.view)

    def scores(self) -> list[Block]:
        applies, without = self.in_view("scores")
        blocks = [self.score(name, found) for name, found in applies]
        return blocks + self.not_applicable(without)

    def score(self, name: str, found: Mapping[str, Any]) -> Block:
        """The sum as one writes it by hand: the points, a line, the total."""
        if found.get("status") == "failed":
            return self.failed(name)
        rules = list(found.get("rules") or ())
        value = found.get("value")
        points = _rounded([rule.get("points", 0) for rule in rules], value)
        total = UNKNOWN if value is None else _digits(value, points)
        figures = [f"{float(p):+.{_places(points)}f}" for p in points]
        column = max([3, len(total), *map(len, figures)])
        body: list[Line] = []
        for rule, figure in zip(rules, figures, strict=True):
            body += self.rule(rule, pad(figure, column, right=True), column + 2)
        if rules:
            body.append(Line("─" * column))
            body.append(Line(pad(total, column, right=True)))
        for rule in found.get("unknown") or ():
            mark = pad(UNKNOWN, column, right=True)
            title = inert(self.view.title(str(rule.get("id", ""))))
            lacking = names(rule.get("missing"), self.view)
            text = f"{mark}  {title}" + (self.say("semicolon") + self.say("missing") + lacking)
            body.append(Line(text if lacking else f"{mark}  {title}", _at(rule), column + 2))
        head = f"{inert(self.view.title(name))}  {UNKNOWN if value is None else number(value, 2)}"
        low, high = found.get("low"), found.get("high")
        if found.get("status") != "known" and low is not None and high is not None:
            ends = {"low": number(low, 2), "high": number(high, 2)}
            head += self.say("semicolon") + self.say("between", **ends)
        return Block(head, _at(found), [*body, *self.missing(found)])

    def rule(self, rule: Mapping[str, Any], figure: str, hang: int) -> list[Line]:
        id_ = str(rule.get("id", ""))
        read = pairs(rule.get("facts"), self.view)
        if rule.get("because"):
            text = inert(rule["because"])
        elif id_ in (rule.get("facts") or {}):
            text = read  # a component with its value
        else:
            text = self.say("clamped") if id_ == CLAMPED else inert(self.view.title(id_))
        lines = [Line(f"{figure}  {text}", _at(rule), hang)]
        if read and read != text:
            lines.append(Line(" " * hang + read, hang=hang))
        return lines

    # ── what to do and to ask ────────────────────────────────────────────────────────────────────

    def play(self, play: Mapping[str, Any]) -> Block:
        title = inert(play.get("title") or self.view.title(str(play.get("play", ""))))
        text = inert(play.get("do") or "") or title
        who = [inert(self.view.title(str(play["who"])))] if play.get("who") else []
        due = [self.say("by", due=inert(play["due"]))] if play.get("due") else []
        body = [Line(" · ".join([*due, *who]))] if due or who else []
        lead = play.get("lead")
        if isinstance(lead, Mapping):
            name = inert(str(lead.get("name") or lead.get("id") or ""))
            body.append(Line(self.say("new_lead", name=name)))
        return Block(text, _at(play), [*body, *self.because(play), *self.read(play)])

    def question(self, question: Mapping[str, Any]) -> Block:
        field = str(question.get("field", ""))
        text = inert(question.get("ask") or question.get("title") or self.view.title(field))
        settles = list(question.get("settles") or ())
        body = []
        if settles:
            body.append(Line(self.say("settles") + names(settles, self.view)))
        said = self.example(question)
        if said:
            body.append(Line(self.say("semicolon").join(said)))
        return Block(text, inert(field) if field != text else "", body)

    def example(self, question: Mapping[str, Any]) -> list[str]:
        """Answers, and the word that each would make of the first thing that it settles."""
        examples = question.get("example") or {}
        if not isinstance(examples, Mapping):
            return []
        field, settles = str(question.get("field", "")), list(question.get("settles") or ())
        target = str(settles[0]) if settles else ""
        return [
            self.say("example", answer=self.answer(field, answer), word=self.word(target, word))
            for answer, word in examples.items()
        ]

    def answer(self, field: str, answer: object) -> str:
        """An answer as people write it: keys of JSON are texts, of numbers too."""
        if isinstance(answer, str) and field in self.view.kinds:
            try:
                return shown(float(answer), field, self.view)
            except ValueError:
                pass
        # Nothing chosen is an answer, too.
        return shown(answer, field, self.view) if answer not in ("", "[]") else self.say("nothing")

    def near(self, near: Mapping[str, Any]) -> Block:
        what = str(near.get("what", ""))
        what = self.say(f"near_{what}") if what in NEAR else inert(self.view.title(what))
        id_ = inert(self.view.title(str(near.get("id", ""))))
        needs = near.get("needs")
        listed = [needs] if isinstance(needs, str) else list(needs or ())
        said = [inert(_NAME.sub(lambda name: self.view.title(name[0]), need)) for need in listed]
        body = [Line(self.say("needs") + "; ".join(said))]
        return Block(f"{what}  {id_}".strip(), _at(near), body if listed else [])

    # ── what would change it ─────────────────────────────────────────────────────────────────────

    def what_if(self) -> list[Block]:
        """What would be otherwise if a field were."""
        found = self.lead.get("what_if")
        if found is None or not found.get("looked_at"):
            return []
        changes = [self.change(change) for change in found.get("changes") or ()]
        return changes or [Block(self.say("nothing_moves"))]

    def change(self, change: Mapping[str, Any]) -> Block:
        target = str(change.get("target", ""))
        steps = [
            self.say(
                "set_to",
                field=inert(self.view.title(str(step["field"]))),
                old=self.answer(str(step["field"]), step["from"]),
                new=self.answer(str(step["field"]), step["to"]),
            )
            for step in change.get("set") or ()
        ]
        words = [
            verdict(change.get(end), self.view.lang)
            if target == "verdict"
            else self.word(target, change.get(end))
            for end in ("from", "to")
        ]
        title = self.say("verdict") if target == "verdict" else inert(self.view.title(target))
        moved = self.say("becomes", target=title, old=words[0], new=words[1])
        return Block(self.say("listing").join(steps), "", [Line(moved)])

    def worth(self) -> list[Block]:
        """How much each open question would settle."""
        blocks = []
        for question in (self.lead.get("what_if") or {}).get("questions") or ():
            body = [
                Line(
                    self.say(
                        "share_settles",
                        target=inert(self.view.title(str(name))),
                        share=f"{number(100 * share, 0)}%",
                    )
                )
                for name, share in (question.get("settles") or {}).items()
            ]
            if question.get("with"):
                body.append(Line(self.say("with_answer") + names(question["with"], self.view)))
            if body:
                blocks.append(Block(inert(question.get("title") or question["field"]), "", body))
        return blocks

    # ── what it all rests on ─────────────────────────────────────────────────────────────────────

    def values(self, section_: str) -> list[Block]:
        """Names and values in two columns; what rules call them stands at the right."""
        found: Mapping[str, Any] = self.lead.get(section_) or {}
        titles = {name: inert(self.view.title(name)) for name in found}
        column = max([width(title) for title in titles.values()], default=0)
        column = min(column, _WIDEST_NAME)
        blocks, without = [], []
        for name, value in found.items():
            full = value if isinstance(value, Mapping) else {"value": value}
            if full.get("status") == "none":
                without.append(name)
                continue
            if full.get("status") == "failed":
                blocks.append(self.failed(name))
                continue
            text = shown(full.get("value"), name, self.view)
            if full.get("value") is None and full.get("missing"):
                lacking = names(full["missing"], self.view)
                text += self.say("semicolon") + self.say("missing") + lacking
            margin = "" if titles[name] == name else inert(name)
            head = f"{pad(titles[name], column)}  {text}"
            blocks.append(Block(head, margin, hang=column + 2))
        return blocks + self.not_applicable(without)

    def not_applicable(self, found: Iterable[str]) -> list[Block]:
        text = names(found, self.view)
        return [Block(f"{NONE} {self.say('not_applicable')}{text}")] if text else []

    # ── what plugins add ─────────────────────────────────────────────────────────────────────────

    def plugin_sections(self) -> Iterator[tuple[str, list[Block]]]:
        """Sections of plugins under their titles: sentences where there are any, else the data."""
        for key in self.view.sections:
            part = self.lead.get(key)
            if isinstance(part, Mapping):
                blocks = [self.plugin_entry(id_, found) for id_, found in part.items()]
                yield inert(self.view.heading(key)), blocks

    def plugin_entry(self, id_: str, found: Any) -> Block:
        if not isinstance(found, Mapping):
            return Block(f"{inert(self.view.title(id_))}  {inert(found)}")
        if found.get("status") == "failed":
            return self.failed(id_)
        told = found.get("say")
        lines = [told] if isinstance(told, str) else list(told or ())
        if not lines:
            plain = {k: v for k, v in found.items() if isinstance(v, (str, int, float))}
            lines = [f"{key}: {value}" for key, value in plain.items() if key != "at"]
        return Block(inert(self.view.title(id_)), _at(found), [Line(inert(line)) for line in lines])

    # ── lines that many have ─────────────────────────────────────────────────────────────────────

    def line(self, key: str, text: object) -> Line:
        label = self.say(key)
        return Line(label + inert(text), hang=width(label))

    def because(self, found: Mapping[str, Any]) -> list[Line]:
        return [self.line("because", found["because"])] if found.get("because") else []

    def read(self, found: Mapping[str, Any]) -> list[Line]:
        """The facts that were read, but those that the words already are."""
        text = pairs(found.get("facts"), self.view)
        return [self.line("read", text)] if text and text != found.get("because") else []

    def missing(self, found: Mapping[str, Any]) -> list[Line]:
        lacking = names(found.get("missing"), self.view)
        return [self.line("missing", lacking)] if lacking else []


def _at(found: Mapping[str, Any]) -> str:
    return inert(found.get("at") or "")


# ── sums that add up as they are printed ─────────────────────────────────────────────────────────


def _rounded(points: list[float], total: float | None) -> list[float]:
    """Points to at most two places so that what is printed adds up to the printed total.

    Rounding each alone could miss the total by a hundredth; the points that lost or won most by it
    are rounded the other way.
    """
    if total is None or all(abs(p - round(p)) < 1e-9 for p in [*points, total]):
        return [round(p, 2) for p in points]
    hundredths = [p * 100 for p in points]
    made = [round(h) for h in hundredths]
    missing = round(total * 100) - sum(made)
    if abs(missing) <= len(made):  # else the points were never meant to be all of it
        sign = 1 if missing > 0 else -1
        order = sorted(range(len(made)), key=lambda n: sign * (made[n] - hundredths[n]))
        for n in order[: abs(missing)]:
            made[n] += sign
    return [m / 100 for m in made]


def _places(points: list[float]) -> int:
    """Places behind the point that all the points are printed with."""
    return max((len(number(p, 2).partition(".")[2]) for p in points), default=0)


def _digits(value: float, points: list[float]) -> str:
    places = max(_places(points), len(number(value, 2).partition(".")[2]))
    return f"{value:.{min(places, 2)}f}"
