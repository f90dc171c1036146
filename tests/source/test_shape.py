"""Data against a schema: the quick look agrees with the library, and what is said is of use."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry

from groupbuy.errors import Source
from groupbuy.sections import facts, gates, grades, plays, scores
from groupbuy.sections import settings as settings_section
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.shape import check_shape, fits, mismatches
from groupbuy.source.yaml import read_yaml

SCHEMAS: dict[str, Any] = {
    module.__name__.rpartition(".")[2]: module.SCHEMA
    for module in (facts, gates, grades, plays, scores, settings_section)
}
NOWHERE = Source("x.yaml", "")


def node_of(data: Any) -> Node:
    """Plain data as nodes that stand nowhere."""
    if isinstance(data, dict):
        items = {key: node_of(value) for key, value in data.items()}
        return Mapping(NOWHERE, 1, 1, items)
    if isinstance(data, list):
        return Sequence(NOWHERE, 1, 1, [node_of(item) for item in data])
    return Scalar(NOWHERE, 1, 1, data, str(data))


def library_fits(data: Any, schema: Any) -> bool:
    return bool(Draft7Validator(schema, registry=Registry()).is_valid(data))


def told(text: str, schema: Any) -> list[str]:
    """Each problem as `line:column(length) code message | hint`."""
    return [
        f"{p.at.line}:{p.at.column}({p.length}) {p.code} {p.message}"
        + (f" | {p.hint}" if p.hint else "")
        for p in check_shape(read_yaml(Source("x.yaml", text)), schema)
        if p.at is not None
    ]


# --- the quick look and the library agree --------------------------------------------------------

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70),
    st.sampled_from([0.0, 1.0, 0.5, -1.5, 60.0, 1e300]),
    st.sampled_from(["a == 1", "", "only", "hold", "stop", "pass", "terms", "month", "off", "值"]),
)


def words_of(schema: Any) -> set[str]:
    """The property names and words of a schema."""
    if isinstance(schema, dict):
        found = set(schema.get("properties", {}))
        found |= {word for word in schema.get("enum", ()) if isinstance(word, str)}
        return found.union(*(words_of(value) for value in schema.values()))
    return set().union(*map(words_of, schema)) if isinstance(schema, list) else set()


def data_like(schema: Any) -> st.SearchStrategy[Any]:
    """Data that fits here and there: the schema's own keys and words, and others."""
    words = sorted(words_of(schema)) or ["x"]
    keys = st.sampled_from([*words, "en", "zh", "x", "A"])
    leaves = st.one_of(scalars, st.sampled_from(words))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=12,
    )


def fitting(schema: Any, depth: int = 4) -> st.SearchStrategy[Any]:
    """Data that fits, or nearly: one level at a time by the schema's own words."""
    for group in ("anyOf", "oneOf"):
        if group in schema:
            return st.one_of([fitting(branch, depth) for branch in schema[group]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    type_ = schema.get("type", "object")
    if isinstance(type_, list):
        return st.one_of([fitting({**schema, "type": each}, depth) for each in type_])
    if type_ == "object":
        if depth == 0:
            return st.just({})
        properties = {key: fitting(part, depth - 1) for key, part in schema["properties"].items()}
        properties = properties if "properties" in schema else {}
        must = {key: properties[key] for key in schema.get("required", ()) if key in properties}
        may = {key: value for key, value in properties.items() if key not in must}
        fixed = st.fixed_dictionaries(must, optional=may) if len(may) < 4 else _some(must, may)
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            extra = st.dictionaries(st.sampled_from("ABC"), fitting(more, depth - 1), max_size=2)
            return st.builds(lambda a, b: {**b, **a}, fixed, extra)
        return fixed
    if type_ == "array":
        items = fitting(schema.get("items", {"type": "string"}), depth - 1)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=3)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from(["a", "a == 1"]),
        "number": st.sampled_from([1, 0.5]),
        "integer": st.integers(1, 12),
        "boolean": st.booleans(),
    }
    return kinds[type_]


def _some(must: dict[str, Any], may: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The keys that must be there and at most three others."""
    chosen = st.lists(st.sampled_from(sorted(may)), unique=True, max_size=3)
    return chosen.flatmap(
        lambda keys: st.fixed_dictionaries({**must, **{key: may[key] for key in keys}})
    )


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_agrees_with_the_library_on_anything(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    drawn = data.draw(data_like(schema))
    assert fits(node_of(drawn), schema) is library_fits(drawn, schema)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", SCHEMAS)
def test_agrees_with_the_library_on_what_nearly_fits(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    drawn = data.draw(fitting(with_properties(schema)))
    agreed = library_fits(drawn, schema)
    assert fits(node_of(drawn), schema) is agreed
    assert bool(check_shape(node_of(drawn), schema)) is not agreed


def with_properties(schema: Any) -> Any:
    """The schema with `properties` in every object, which spares `fitting` a case."""
    if isinstance(schema, dict):
        made = {key: with_properties(value) for key, value in schema.items()}
        return {"properties": {}, **made} if made.get("type") == "object" else made
    return [with_properties(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 1, "maximum": 60},
        {"type": ["null", "boolean"]},
        {"enum": [1, "a", True, None]},
        {"const": 0},
        {"const": False},
        {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 2},
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "number"}},
        {"required": ["a"], "properties": {"a": True, "b": False}},
        {"$ref": "#/definitions/n", "type": "string", "definitions": {"n": {"type": "number"}}},
        {"oneOf": [{"type": "number"}, {"minimum": 5}]},
        {"oneOf": [{"type": "string"}, {"maxLength": 1}, {"type": "object"}]},
        {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/x"}], "definitions": {"x": False}},
        {"title": "T", "description": "d", "default": 1},
        True,
        False,
    ],
)
@given(
    drawn=st.one_of(
        scalars,
        st.lists(scalars, max_size=3),
        st.dictionaries(st.sampled_from("abc"), scalars, max_size=3),
    )
)
def test_each_keyword_agrees_with_the_library(schema: Any, drawn: Any) -> None:
    agreed = library_fits(drawn, schema)
    if fits(node_of(drawn), schema):
        assert agreed
    assert bool(check_shape(node_of(drawn), schema)) is not agreed


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^a"},
        {"properties": {"a": {"format": "date"}}},
        {"$ref": "other.json"},
        {"items": [{"type": "string"}]},
        {"not": {"type": "string"}},
        {"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": False},
    ],
)
def test_what_is_not_understood_is_left_to_the_library(schema: Any) -> None:
    assert not fits(node_of({"a": "a"} if "pattern" not in schema else "a"), schema) or (
        "items" in schema
    )


# --- what is said --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "text", "problems"),
    [
        (
            "gates",
            "when: a == 1\nverdcit: hold\nunknown: pass\n",
            ['2:1(7) unknown-key "verdcit" is not a key here | did you mean "verdict"?'],
        ),
        (
            "gates",
            "when: a == 1\nunknown: pass\nwhy: because\n",
            [
                "1:1(1) missing-key `verdict:` is missing here | verdict: one of terms, hold, stop",
                '3:1(3) unknown-key "why" is not a key here | what may stand here: title, because,'
                " source, owner, locked, allow, tags, effective, each, verdict, do",
            ],
        ),
        (
            "gates",
            "when: [a, b]\nverdict: stpo\nunknown: \n",
            [
                "1:7(1) wrong-shape a text, a number, or true or false is expected here; "
                "this is a list",
                '2:10(4) wrong-value "stpo" is not one of the words allowed here | '
                'did you mean "stop"? one of: terms, hold, stop',
                "3:9(1) wrong-value a word is missing here | one of: pass, terms, hold",
            ],
        ),
        (
            "gates",
            "{when: true, verdict: {a: 1}, unknown: pass, source: 2018, tags: urgent}",
            [
                "1:23(1) wrong-shape a single word is expected here; this is a mapping"
                " | one of: terms, hold, stop",
                "1:54(4) wrong-shape a text is expected here; this is a number"
                ' | a text that looks like something else is put in quotes: "2018"',
                "1:66(6) wrong-shape a list of texts is expected here; this is a text"
                " | a list of one is written so: [urgent]",
            ],
        ),
        (
            "scores",
            "range: [0]\nrules:\n  novelty: {when: a, points: 5, becuase: {en: x, fr: y}}\n",
            [
                "1:8(1) wrong-length exactly 2 items must stand here; there is one",
                '3:33(7) unknown-key "becuase" is not a key here | did you mean "because"?',
            ],
        ),
        (
            "scores",
            "range: [0, 9]\nrules: {a: {points: {bands: {}}, because: {en: x, fr: y}}}\n",
            [
                "2:22(5) wrong-length at least 1 entry must stand here; there is none",
                '2:51(2) unknown-key "fr" is not a key here | what may stand here: zh',
            ],
        ),
        (
            "scores",
            "rules: {}\nrnage: [0, 100]\n",
            ['2:1(5) unknown-key "rnage" is not a key here | did you mean "range"?'],
        ),
        (
            "facts",
            "table: orders\nper: week\nlast: 99\ncolumns: {}\n",
            [
                '2:6(4) wrong-value "week" is not one of the words allowed here'
                " | one of: month, quarter, year",
                "3:7(2) wrong-value a number from 1 to 60 is expected here; this is 99",
            ],
        ),
        (
            "facts",
            "[a, b]",
            [
                "1:1(1) wrong-shape a text, a number, true or false, or a mapping is expected"
                " here; this is a list"
            ],
        ),
        (
            "settings",
            "value: 1\ntype: moeny\nbecause: x\n",
            [
                '2:7(5) wrong-value "moeny" is not one of the words allowed here'
                ' | did you mean "money"? one of: number, integer, percent, money, flag, text,'
                " date, dates",
                '3:1(7) unknown-key "because" is not a key here | what may stand here: title,'
                " source, owner, locked, allow, tags, effective, unit, min, max",
            ],
        ),
        (
            "grades",
            "rows:\n  A: {when: a, titel: x}\n  'B': 5\nby: 7\n",
            [
                '2:16(5) unknown-key "titel" is not a key here | did you mean "title"?',
                "3:8(1) wrong-shape a mapping is expected here; this is a number"
                " | what may stand here: {from, when, value, points, before, allow … (3 more)},"
                " or {} for none",
                "4:5(1) wrong-shape a text or a list of texts is expected here; this is a number"
                ' | a text that looks like something else is put in quotes: "7"',
            ],
        ),
        (
            "plays",
            "cases: {}\neffective: {form: 2026-01-01}\n",
            [
                "1:1(5) wrong-length at least 1 entry must stand here; there is none",
                '2:13(4) unknown-key "form" is not a key here | did you mean "from"?',
            ],
        ),
    ],
)
def test_what_is_said(section: str, text: str, problems: list[str]) -> None:
    assert told(text, SCHEMAS[section]) == problems


KINDS = {
    "oneOf": [
        {
            "properties": {"use": {"const": "cold"}, "hours": {"type": "number"}},
            "required": ["use", "hours"],
            "additionalProperties": False,
        },
        {
            "properties": {"use": {"const": "warm"}, "degrees": {"type": "number"}},
            "additionalProperties": False,
        },
    ]
}


@pytest.mark.parametrize(
    ("schema", "text", "problems"),
    [
        (
            KINDS,
            "use: cold\ndegrees: 4\n",
            [
                "1:1(1) missing-key `hours:` is missing here | hours: a number",
                '2:1(7) unknown-key "degrees" is not a key here | what may stand here: hours',
            ],
        ),
        (
            KINDS,
            "use: warm\ndegrees: '4'\n",
            [
                "2:10(3) wrong-shape a number is expected here; this is a text"
                " | a number is written without quotes"
            ],
        ),
        (
            {"type": "array", "items": {"type": "number"}},
            "many",
            [
                "1:1(4) wrong-shape a list of numbers is expected here; this is a text"
                " | a list of one is written so: [many]"
            ],
        ),
        ({"oneOf": [{}, {}]}, "a", ["1:1(1) wrong-shape this can be read in more than one way"]),
        (
            {"pattern": "^[a-z]+$", "description": "a name in small letters"},
            "A1",
            ["1:1(2) wrong-value this text is not written as it must be | a name in small letters"],
        ),
        (
            {"propertyNames": {"enum": ["north", "south"]}},
            "{noth: 1, south: 2}",
            ['1:2(4) unknown-key "noth" can\'t be a key here | did you mean "north"?'],
        ),
        (
            {"dependencies": {"spend": ["up_to"]}},
            "spend: cost",
            ["1:1(5) missing-key `spend:` needs `up_to:` beside it"],
        ),
        ({"properties": {"a": False}}, "a: 1", ["1:4(1) wrong-value this may not stand here"]),
        (
            {"$ref": "https://example.com/secret.json"},
            "a: 1",
            [
                "1:1(1) bad-schema what may stand here is not described rightly"
                " | report this to whoever made the section: its schema can't be used"
            ],
        ),
        (
            {"type": "txet"},
            "a: 1",
            [
                "1:1(1) bad-schema what may stand here is not described rightly"
                " | report this to whoever made the section: its schema can't be used"
            ],
        ),
    ],
)
def test_what_is_said_of_other_schemas(schema: Any, text: str, problems: list[str]) -> None:
    assert told(text, schema) == problems


def test_long_values_are_cut_and_many_problems_are_counted() -> None:
    long = "x" * 10_000
    (problem,) = check_shape(
        read_yaml(Source("x", f"a: {long}")), {"properties": {"a": {"enum": ["b"]}}}
    )
    assert len(problem.message) < 120
    many = Source("x", "\n".join(f"k{n}: 1" for n in range(500)))
    problems = check_shape(read_yaml(many), {"additionalProperties": False})
    assert len(problems) == 101
    assert problems[-1].code == "too-many-problems"


def test_one_problem_where_an_alias_repeats_it() -> None:
    text = "a: &x {colour: 1}\nb: *x\n"
    schema = {"additionalProperties": {"type": "object", "additionalProperties": False}}
    assert told(text, schema) == ['1:8(6) unknown-key "colour" is not a key here']


def test_mismatches_of_what_fits() -> None:
    assert (
        mismatches(node_of({"when": "a", "verdict": "hold", "unknown": "pass"}), gates.SCHEMA) == []
    )


def test_library_is_not_loaded_for_what_fits() -> None:
    code = (
        "import sys\n"
        "from groupbuy.errors import Source\n"
        "from groupbuy.source.nodes import Scalar\n"
        "from groupbuy.source.shape import check_shape\n"
        "assert check_shape(Scalar(Source('x', ''), 1, 1, 'a', 'a'), {'type': 'string'}) == []\n"
        "assert 'jsonschema' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
