"""Grades of leads with blanks against the grades of every way to fill the blanks in (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_world import rules

DOMAINS: dict[str, list[Any]] = {
    "f": [True, False],
    "g": [True, False],
    "kind": ["office", "welfare", "gift"],
    "x": [0, 2, 10],
    "causes": [[], ["novelty"], ["novelty", "competitor"]],
}
CONDITIONS = (
    "f", "not g", "f and g", "x > 1", "kind == 'gift'", "kind != 'office' and f", "f != g", "s >= 10",
    "s < 20", "one == 'A'", "one in ['A', 'B']", "one != 'C'", "known(kind)", "missing(x)", "'novelty' in causes",
    "per > 0.3",
)  # fmt: skip

condition = st.sampled_from(CONDITIONS)
rows = st.builds(
    '{{{} rows: {{A: {{when: "{}"}}, B: {{when: "{}"}}, C: {{{}}}}}}}'.format,
    st.sampled_from(("", "pick: only,", 'if: "f",')),
    condition,
    condition,
    st.one_of(st.just(""), st.builds('when: "{}"'.format, condition)),
)
forms = st.one_of(
    rows,
    st.sampled_from(
        [
            "{of: x, bands: {low: {}, mid: {from: 2}, high: {from: 5}}}",
            "{of: s, bands: {low: {}, mid: {from: 10}, high: {from: 25}}}",
            "{of: per, bands: {some: {from: 0.1}, much: {from: 1}}}",
            "{of: per, bands: {none: {}, some: {from: 0.1}}}",
            "{of: ratio, bands: {none: {}, some: {from: 2}}}",
            "{by: word, cases: {few: A, many: A}}",
            "{by: word, cases: {few: A, else: B}}",
            "{by: kind, cases: {office: A, welfare: B, gift: A}}",
            "{by: kind, cases: {office: A, else: B}}",
            "{by: one, cases: {A: X, B: Y, C: Z}}",
            "{by: one, cases: {A: X, B: Y}}",
            "{by: one, cases: {A: X, else: Z}}",
            "{by: [one, f], cases: {A: {true: X, false: Y}, B: {true: Y, false: Z}, C: {true: Z, else: Y}}}",
            "{by: [f, one], cases: {true: {A: X, B: Y, C: Z}, false: {C: X, else: W}}}",
            "{by: kind, cases: {office: {of: x, bands: {few: {}, many: {from: 2}}}, else: other}}",
        ]
    ),
)
leads = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(v) for name, v in DOMAINS.items()}
)


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(rows.filter(lambda text: "one" not in text), forms, leads)
def test_every_way_to_fill_the_blanks_in_was_possible(
    one: str, form: str, lead: dict[str, Any]
) -> None:
    ruled = rules(f"""
facts: {{per: 1 / x, ratio: {{value: x * 2, if: f}}, word: {{if: g, of: x, bands: {{few: {{}}, many: {{from: 5}}}}}}}}
scores:
  s: {{range: [0, 30], rules: {{r: {{when: f, points: 10}}, q: {{points: x}}}}}}
grades:
  one: {one}
  q: {form}
""")
    blanks = [name for name in DOMAINS if name not in lead]
    filled = [dict(zip(blanks, v, strict=True)) for v in product(*(DOMAINS[b] for b in blanks))]
    # What asks whether something is known does not hold once everything is.
    texts = one + form
    if "known" in texts or "missing" in texts:
        filled = [lead] if blanks else filled
    found = ruled.leads([lead, *({**lead, **more} for more in filled)])
    for name in ("one", "q"):
        open_grade, *known = (each["grades"][name] for each in found.values())
        if open_grade["status"] == "unknown":
            possible = open_grade["possible"]
            assert len(possible) > 1
            assert open_grade["likely"] is None or open_grade["likely"] in possible
        else:
            possible = [open_grade["value"]]
        for grade in known:
            values = grade["possible"] if grade["status"] == "unknown" else [grade["value"]]
            assert set(values) <= set(possible), (lead, grade)
