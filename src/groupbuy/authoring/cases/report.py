"""Outcomes of cases for people (text) and for other programs (JSON, JUnit's XML)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from groupbuy.authoring.cases.case import Failure, Outcome
from groupbuy.authoring.layout import Paint
from groupbuy.authoring.words import say
from groupbuy.render.inert import inert


def report_text(outcomes: Sequence[Outcome], lang: str, paint: Paint) -> str:
    """Each case that failed, with what was expected, what came and why; then the counts."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    lines: list[str] = []
    for outcome in failed:
        case = outcome.case
        source = f"  [{case.source}]" if case.source else ""
        heading = f"{say('case_failed', lang)} {case.at.short}  {case.name}{source}"
        lines.append(paint(inert(heading), "loud"))
        for failure in outcome.failures:
            lines += failure_lines(failure, lang)
        lines.append("")
    key = "cases_failed" if failed else "cases_passed"
    lines.append(say(key, lang, n=len(outcomes), failed=len(failed)))
    return "\n".join(lines) + "\n"


def failure_lines(failure: Failure, lang: str) -> list[str]:
    """One expectation that was not met: where it stands, what was expected, what came, and why."""
    check = failure.check
    lead = f"{check.lead}: " if check.lead is not None else ""
    lines = [
        f"  {check.at.short}",
        f"    {say('expected', lang)}{lead}{failure.expected}",
        f"    {say('came', lang)}{failure.came}",
    ]
    lines += [f"      {line}" for line in failure.why]
    return [inert(line) for line in lines]


def report_data(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Outcomes as plain data."""
    return {
        "groupbuy": 1,
        "summary": {
            "cases": len(outcomes),
            "failed": sum(not outcome.passed for outcome in outcomes),
        },
        "cases": [
            {
                "case": outcome.case.name,
                "at": outcome.case.at.short,
                "source": outcome.case.source,
                "passed": outcome.passed,
                "failures": [
                    {
                        "at": failure.check.at.short,
                        "lead": failure.check.lead,
                        "expected": failure.expected,
                        "came": failure.came,
                        "why": list(failure.why),
                    }
                    for failure in outcome.failures
                ],
            }
            for outcome in outcomes
        ],
    }


def report_junit(outcomes: Sequence[Outcome]) -> str:
    """Outcomes as JUnit's XML, one suite for each file. No times: the same run, the same bytes."""
    root = ElementTree.Element("testsuites", name="groupbuy")
    suites: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        suites.setdefault(outcome.case.at.file, []).append(outcome)
    for file, members in suites.items():
        failed = sum(not outcome.passed for outcome in members)
        suite = ElementTree.SubElement(root, "testsuite", name=file, tests=str(len(members)))
        suite.set("failures", str(failed))
        for outcome in members:
            at = outcome.case.at
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=inert(outcome.case.name),
                classname=file,
                file=file,
                line=str(at.line),
            )
            if not outcome.passed:
                lines = [line for f in outcome.failures for line in failure_lines(f, "en")]
                first = outcome.failures[0]
                message = inert(f"{first.expected}, came {first.came}")
                body = ElementTree.SubElement(case, "failure", message=message)
                body.text = "\n".join(lines)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + (
        ElementTree.tostring(root, encoding="unicode") + "\n"
    )
