"""The report: one page of HTML that needs nothing else, for a manager to open every Monday."""

from __future__ import annotations

from groupbuy.render.report.page import show_report

__all__ = ["show_report"]
