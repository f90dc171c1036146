"""For the tests of plugins and of rules.

    from groupbuy.testing import Rules, check_plugin

    def test_plugin():
        check_plugin("cold_chain")              # everything that can be checked of any plugin

    def test_spoilage():
        rules = Rules("facts: {risk: cold_chain.spoilage()}", plugins=["cold_chain"])
        assert rules.lead({"storage_days": 3})["facts"]["risk"]["value"] == 0.15

    def test_command():
        assert run_command("cold-rooms", "leads.yaml", "--format", "json").json == []

pytest finds the fixture `groupbuy_rules` by itself, and collects rule cases (`*.test.yaml`) where a
project's configuration says `groupbuy_cases = true`.
"""

from __future__ import annotations

from groupbuy.testing.checks import check_plugin
from groupbuy.testing.command import Ran, run_command
from groupbuy.testing.report import Check, Report
from groupbuy.testing.rules import Rules

__all__ = ["Check", "Ran", "Report", "Rules", "check_plugin", "run_command"]
