"""What came of a lead, held against what a case expects of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from groupbuy.authoring.cases.case import STATES, Check, Failure
from groupbuy.authoring.cases.values import agrees, status_of, written
from groupbuy.authoring.cases.ways import Outline, Way, together, ways_of
from groupbuy.engine import wording
from groupbuy.engine.conclusions import MASKED, LeadConclusions
from groupbuy.engine.results import Presenter
from groupbuy.errors import Problem
from groupbuy.language.write import write
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.gates import VERDICT
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.texts import Text
from groupbuy.tree import naming
from groupbuy.tree.nodes import NONE, Expr, Lit
from groupbuy.tree.types import COMPUTED, Type

MOST_SHOWN = 8
LONGEST = 200


class Judge:
    """One lead's results, and the expectations of it one by one."""

    def __init__(self, outline: Outline, presenter: Presenter, lead: LeadConclusions) -> None:
        """`presenter` says how results are shown; `outline` which paths there are."""
        self.outline, self.presenter, self.lead = outline, presenter, lead
        self.rules = presenter.rules

    @cached_property
    def ways(self) -> dict[str, Way]:
        """The rules of the lead's packs, by path."""
        stack = self.lead.plan.stack
        return {
            way.path: way
            for section in self.rules.sections
            for lowered in stack.entries(section)
            for way in ways_of(lowered)
        }

    def states(self) -> dict[str, str]:
        """What each rule of the lead's packs did, by path."""
        return {path: way.state(self.lead) for path, way in self.ways.items()}

    def failure(self, check: Check) -> Failure | None:
        """How an expectation was missed; none where it was met."""
        kind = "state" if check.kind in STATES else check.kind
        judge: Callable[[Check], Failure | None] = getattr(self, f"judge_{kind}")
        return judge(check)

    # ── rules ──

    def judge_state(self, check: Check) -> Failure | None:
        """`fires`, `silent`, `unknown`."""
        paths = self.outline.meant(check.name)
        found = [self.ways[path] for path in paths if path in self.ways]
        states = [way.state(self.lead) for way in found]
        came = together(states)
        if came == check.kind:
            return None
        why: list[str] = []
        for way, state in zip(found, states, strict=True):
            if state != check.kind:
                why += self.why(way, state)
        if not found:
            why = [f"its pack does not apply; packs: {', '.join(self.lead.plan.stack.names)}"]
        if check.name.startswith("plays.") and self.lead.value(VERDICT) == "stop":
            why.append("the lead is stopped, so there is no play")
        return Failure(check, f"{check.name} {check.kind}", came, tuple(why[:MOST_SHOWN]))

    def why(self, way: Way, state: str) -> Iterator[str]:
        """What a rule asks, where it stands, and what it read."""
        asks = " and ".join(_shown(test) for test in way.tests if not isinstance(test, Lit))
        yield f"{way.path} is {state} at {way.at.short}" + (f": {asks}" if asks else "")
        yield from self.read(*way.tests)

    def read(self, *trees: Expr) -> Iterator[str]:
        """The values that trees read, and the blanks behind those that are unknown."""
        facts = self.lead.facts(*trees)
        if facts:
            yield "with " + ", ".join(f"{name} = {_plain(value)}" for name, value in facts.items())
        missing: dict[str, None] = {}
        for tree in trees:
            missing.update(self.lead.missing_fields.of_tree(tree))
        if missing:
            yield f"missing: {', '.join(missing)}"

    def judge_because(self, check: Check) -> Failure | None:
        """A reason contains a text."""
        said = self.said(check.name)
        wanted = [node.text for node in _scalars(check.expected)]
        if any(all(text in reason for text in wanted) for reason in said):
            return None
        expected = f"because of {check.name} with " + " and ".join(f'"{text}"' for text in wanted)
        if said:
            return Failure(check, expected, " / ".join(f'"{reason}"' for reason in said))
        paths = [path for path in self.outline.meant(check.name) if path in self.ways]
        why = [line for path in paths for line in self.why(self.ways[path], self.state(path))]
        return Failure(check, expected, "no reason is given", tuple(why[:MOST_SHOWN]))

    def state(self, path: str) -> str:
        return self.ways[path].state(self.lead)

    def said(self, path: str) -> list[str]:
        """The reasons given for a rule, in the case's language."""
        section, _, rest = path.partition(".")
        found: list[Any] = []
        for full in self.outline.meant(path) or (path,):
            entry, _, item = full.partition(".")[2].partition(".")
            if section == "gates":
                found += self.section("gates").get(rest, {}).get("reasons", [])
            elif section == "plays":
                found += [m for m in self.plays() if _is_play(m["key"], full.partition(".")[2])]
            elif section == "scores":
                rules = self.section("scores").get(entry, {}).get("rules", [])
                id = item.partition(".")[0]
                holds = full not in self.ways or self.state(full) == "fires"
                found += [rule for rule in rules if rule["id"] == id and holds]
            elif section == "grades" and (full not in self.ways or self.state(full) == "fires"):
                found.append(self.section("grades").get(entry, {}))
        return [each["because"] for each in found if each.get("because")]

    def section(self, name: str) -> dict[str, Any]:
        """A section as results show it."""
        return self.presenter.section(name, self.lead)

    def plays(self) -> list[dict[str, Any]]:
        """What there is to do."""
        if self.lead.value(VERDICT) == "stop":
            return []
        return [move for moves in self.section("plays").values() for move in moves]

    # ── values ──

    def judge_verdict(self, check: Check) -> Failure | None:
        """The worst of the gates."""
        assert isinstance(check.expected, Scalar)
        came = self.lead.value(VERDICT)
        if came == check.expected.text:
            return None
        why = []
        for gate, shown in self.section("gates").items():
            for reason in shown.get("reasons", ()):
                said = reason.get("because") or reason.get("title") or ""
                why.append(f"gates.{gate} gives {reason['verdict']} at {reason['at']}: {said}")
            for item in shown.get("unknown", ()):
                missing = ", ".join(item["missing"])
                why.append(f"gates.{gate} is unknown ({item['then']} meanwhile), missing {missing}")
        if not why:
            why = ["no gate fires, none is unknown"]
        return Failure(check, f"verdict {check.expected.text}", str(came), tuple(why[:MOST_SHOWN]))

    def judge_facts(self, check: Check) -> Failure | None:
        """A value, or its status."""
        name, type, words = named(self.rules, check.name)
        value = self.rows_or_value(name)
        parts = _parts(check.expected)
        right = all(
            status_of(value) == node.data() if key == "status" else agrees(node, value, type, words)
            for key, node in parts.items()
        )
        if right:
            return None
        definition = self.lead.plan.stack.lookup(name)
        why = list(self.worked_out(name))
        if definition is not None and value is None and not why:
            why = [f"missing: {', '.join(self.lead.missing(name))}"]
        came = MASKED if self.lead.hides(name) and value is not None else written(value, type)
        return Failure(check, f"{name} {_said(parts)}", came, tuple(why))

    def rows_or_value(self, name: str) -> Any:
        """A fact's value; for a fact per row, one value a row."""
        definition = self.lead.plan.stack.lookup(name)
        if definition is not None and definition.table is not None:
            return self.lead.rows(name)
        return self.lead.value(name)

    def worked_out(self, name: str) -> Iterator[str]:
        """How a name was worked out."""
        definition = self.lead.plan.stack.lookup(name)
        if definition is None or not isinstance(definition.expression, Expr):
            return
        tree = definition.expression
        if definition.table is None:
            yield f"{name} at {definition.at.short}: {_shown(tree)}"
            yield from self.read(tree)

    def judge_scores(self, check: Check) -> Failure | None:
        """A known number; or its value, low and high end while it is open."""
        name, _, _ = named(self.rules, check.name)
        closed = self.lead.value(name)
        value, low, high = (self.lead.value(f"{name}.{end}") for end in ("value", "low", "high"))
        ends = {"value": value, "low": low, "high": high}
        parts = _parts(check.expected)
        if isinstance(check.expected, Scalar):
            right = agrees(check.expected, closed, COMPUTED, {})
        else:
            right = all(
                status_of(closed) == node.data()
                if key == "status"
                else agrees(node, ends[key], COMPUTED, {})
                for key, node in parts.items()
            )
        if right:
            return None
        if closed is None:
            ends_shown = [f"{key} {written(end, COMPUTED)}" for key, end in ends.items()]
            came = f"unknown: {', '.join(ends_shown)}"
        else:
            came = written(closed, COMPUTED)
        return Failure(check, f"{name} {_said(parts)}", came, tuple(self.lines(name)))

    def lines(self, name: str) -> Iterator[str]:
        """The rules that made a score."""
        shown = self.section("scores").get(name, {})
        for line in shown.get("rules", ()):
            said = line.get("because") or ", ".join(
                f"{fact} = {_plain(value)}" for fact, value in line.get("facts", {}).items()
            )
            yield f"{line['points']:+} {line['id']} at {line['at']}" + (f": {said}" if said else "")
        for line in shown.get("unknown", ()):
            yield f"? {line['id']} at {line['at']}: missing {', '.join(line['missing'])}"

    def judge_grades(self, check: Check) -> Failure | None:
        """A word; or what is likely and possible while it is open."""
        name, type, words = named(self.rules, check.name)
        value = self.lead.value(name)
        parts = _parts(check.expected)
        if all(self.grade_part(name, k, n, value, type, words) for k, n in parts.items()):
            return None
        shown = self.section("grades").get(name, {})
        came, why = written(value, type), []
        if value is None:
            possible = ", ".join("none" if w is None else w for w in shown.get("possible", ()))
            came = f"unknown: likely {shown.get('likely') or 'unknown'}, possible {possible}"
            why = [f"missing: {', '.join(shown.get('missing', ()))}"]
        elif value is not NONE and shown.get("at"):
            said = shown.get("because")
            facts = shown.get("facts", {})
            why = [f"{name} is {value} at {shown['at']}" + (f": {said}" if said else "")]
            if facts:
                why.append("with " + ", ".join(f"{k} = {_plain(v)}" for k, v in facts.items()))
        return Failure(check, f"{name} {_said(parts)}", came, tuple(why))

    def grade_part(
        self, name: str, key: str, node: Node, value: Any, type: Type, words: Mapping[str, Text]
    ) -> bool:
        if key == "status":
            return bool(status_of(value) == node.data())
        if key == "likely":
            likely = value if value is not None else self.lead.value(naming.likely(name))
            return agrees(node, likely, type, words)
        if key == "missing":
            lacking = self.lead.missing(name) if value is None else []
            return {self.field(item.text) for item in _scalars(node)} == set(lacking)
        if key == "possible":
            left = self.lead.possible(name) if value is None else [value]
            return len(left) == len(_scalars(node)) and all(
                any(agrees(item, NONE if w is None else w, type, words) for item in _scalars(node))
                for w in left
            )
        return agrees(node, value, type, words)

    def judge_plays(self, check: Check) -> Failure | None:
        """Something to do, and its parts."""
        moves = [move for move in self.plays() if _is_play(move["key"], check.name)]
        parts = check.expected.items if isinstance(check.expected, MappingNode) else {}
        if any(all(_play_part(move, k, n) for k, n in parts.items()) for move in moves):
            return None
        wanted = ", ".join(f'{key} "{_text_of(node)}"' for key, node in parts.items())
        expected = f"play {check.name}" + (f" with {wanted}" if wanted else "")
        if moves:
            came = "; ".join(
                f"{move['key']}: " + ", ".join(f'{k} "{move.get(k)}"' for k in parts)
                for move in moves
            )
            return Failure(check, expected, came)
        paths = [path for path in self.outline.meant(f"plays.{check.name}") if path in self.ways]
        why = [line for path in paths for line in self.why(self.ways[path], self.state(path))]
        all_keys = ", ".join(move["key"] for move in self.plays()) or "nothing to do"
        return Failure(check, expected, all_keys, tuple(why[:MOST_SHOWN]))

    def judge_questions(self, check: Check) -> Failure | None:
        """A field is among those asked about."""
        columns = self.presenter.shown.columns
        wanted = [n for n in columns if n not in self.presenter.model.entries and n != VERDICT]
        stopped = self.lead.value(VERDICT) == "stop"
        most = self.presenter.shown.questions
        asked = [] if stopped else self.presenter.asker.ask(self.lead, wanted, most)
        if self.field(check.name) in [question["field"] for question in asked]:
            return None
        came = ", ".join(q["field"] for q in asked) or "nothing is asked"
        return Failure(check, f"a question about {check.name}", came)

    def field(self, name: str) -> str:
        """A field by its proper name."""
        return self.presenter.model.resolve(name) or name

    def judge_shows(self, check: Check) -> Failure | None:
        """What a section says of the lead in sentences, or that it shows nothing."""
        section, _, entry = check.name.partition(".")
        shown = self.section(section).get(entry)
        found = shown.get("say", ()) if isinstance(shown, Mapping) else ()
        said = " / ".join([found] if isinstance(found, str) else found)
        wanted = [node.text for node in _scalars(check.expected)]
        if wanted in (["none"], [""]):
            if shown is None:
                return None
            return Failure(check, f"{check.name} shows nothing", f'"{said}"')
        if shown is not None and all(text in said for text in wanted):
            return None
        expected = f"{check.name} shows " + " and ".join(f'"{text}"' for text in wanted)
        return Failure(check, expected, f'"{said}"' if shown is not None else "nothing is shown")

    def judge_packs(self, check: Check) -> Failure | None:
        """A pack applies."""
        names = self.lead.plan.stack.names
        if check.name in names:
            return None
        why: list[str] = []
        for pack in self.lead.case.open_packs:
            if pack.name == check.name:
                why = [f"missing: {', '.join(self.lead.missing(f'for:{pack.name}'))}"]
        return Failure(check, f"pack {check.name}", ", ".join(names), tuple(why))

    def judge_rank(self, check: Check) -> Failure | None:
        """The place in the order in which to call."""
        assert isinstance(check.expected, Scalar)
        came = self.lead.case.rank
        if came == check.expected.value:
            return None
        shown = "none, for the lead is stopped" if came is None else str(came)
        return Failure(check, f"rank {check.expected.text}", shown)


def named(rules: RuleSet, name: str) -> tuple[str, Type, Mapping[str, Text]]:
    """A fact, score, grade, setting or field by its name or a title, and what its words mean."""
    found = rules.scope.value(name)
    proper = getattr(found, "name", name)
    field = rules.project.model.fields.get(proper)
    if found is None:
        return name, Type(COMPUTED.kind), {}
    return proper, found.type, field.value_titles if field else grade_words(rules, proper)


def grade_words(rules: RuleSet, name: str) -> dict[str, Text]:
    """What the words of a grade are called."""
    found: dict[str, Text] = {}
    for section, entry in rules.scope.entries.get(name, ()):
        arms = getattr(section.lower(entry, rules.scope).view, "arms", ())
        for arm in arms if section.name in ("grades", "facts") else ():
            if arm.title is not None:
                found.setdefault(arm.word, arm.title.text())
    return found


def unmet_error(check: Check, problems: tuple[Problem, ...]) -> Failure | None:
    """Whether the problems that came are the expected ones; none if they are."""
    node = check.expected
    code = node.items["code"] if isinstance(node, MappingNode) else node
    texts = (
        [item.text for item in _scalars(node.get("says"))] if isinstance(node, MappingNode) else []
    )
    wanted = code.text if isinstance(code, Scalar) else ""
    for problem in problems:
        said = f"{problem.message}\n{problem.hint or ''}"
        if problem.code == wanted and all(text in said for text in texts):
            return None
    expected = f"the error {wanted}" + "".join(f' saying "{text}"' for text in texts)
    came = "no error" if not problems else "another error"
    return Failure(check, expected, came, told(problems))


def told(problems: Iterable[Problem]) -> tuple[str, ...]:
    """Problems as lines of a failure."""
    return tuple(f"{p}" + (f" (hint: {p.hint})" if p.hint else "") for p in problems)


def _parts(node: Node) -> Mapping[str, Node]:
    """`{value: …, low: …}`, or a lone value."""
    return node.items if isinstance(node, MappingNode) else {"value": node}


def _said(parts: Mapping[str, Node]) -> str:
    if list(parts) == ["value"]:
        return f"= {_text_of(parts['value'])}"
    return ", ".join(f"{key} {_text_of(node)}" for key, node in parts.items())


def _text_of(node: Node) -> str:
    if isinstance(node, Sequence):
        return f"[{', '.join(_text_of(item) for item in node.items)}]"
    return node.text if isinstance(node, Scalar) else str(node.data())


def _scalars(node: Node | None) -> list[Scalar]:
    nodes = node.items if isinstance(node, Sequence) else [node]
    return [item for item in nodes if isinstance(item, Scalar)]


def _is_play(key: str, wanted: str) -> bool:
    return key == wanted or key.startswith(f"{wanted}/")


def _play_part(move: Mapping[str, Any], key: str, node: Node) -> bool:
    """`do` and `because` contain a text; who, until when and the title are told in full."""
    came = str(move.get(key) or "")
    if key in ("do", "because"):
        return all(item.text in came for item in _scalars(node))
    return came == _text_of(node)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return str(wording.tidy(float(value)))
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _shown(tree: Expr) -> str:
    text = write(tree)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"
