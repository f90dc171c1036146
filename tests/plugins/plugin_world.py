"""Plugins for tests: distributions written into a folder, as an installer would leave them."""

import importlib
import io
import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run

AS_OF = "2026-11-22"
MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true}
  headcount: {type: integer, min: 0}
  budget: {type: money}
  orders: {type: table, order: date, fields: {date: {type: date}, amount: {type: money}}}
"""
LEADS = """
- {id: big, headcount: 500, budget: 90000, orders: [{date: 2026-10-01, amount: 700}]}
- {id: blank}
- {id: small, headcount: 20, budget: 1000, orders: []}
"""
GOOD = """
    from groupbuy.api import Scorer, Value, Rows, hookimpl

    def total(orders):
        return sum(row["amount"] for row in orders)

    @hookimpl
    def groupbuy_scorers():
        orders = Rows({"amount": Value("money")})
        return [
            Scorer("total", Value("money"), total, {"orders": orders}),
            Scorer("per_head", Value("money"), "budget / headcount",
                   {"budget": Value("money"), "headcount": Value("integer")}),
        ]
"""
PACK = """
groupbuy: 1
pack: ours
facts:
  spent: good.total()
  each: good.per_head()
scores:
  fit: {range: [0, 10], rules: {spends: {when: spent > 500, points: 4}}}
"""


@dataclass
class World:
    """A site-packages folder, a rules folder and leads."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def install(
        self,
        name: str,
        code: str,
        *,
        distribution: str | None = None,
        version: str = "1.0",
        requires: str = "groupbuy>=0.1",
        entry: str | None = None,
        group: str = "groupbuy",
        files: Mapping[str, str] = {},
    ) -> None:
        """Write a distribution with one entry point, which names its module."""
        distribution = distribution or f"groupbuy-{name}"
        module = f"plugin_{distribution.replace('-', '_')}"
        package = self.site / module
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(dedent(code), encoding="utf-8")
        for path, text in files.items():
            target = package / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        info = self.site / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
            f"Summary: For tests.\nRequires-Dist: {requires}\n"
        )
        target_of = entry if entry is not None else module
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target_of}\n")

    def rules(self, plugins: str, more: str = "") -> None:
        """Write the rules folder: the plugins it lists, and a second pack with `more`."""
        folder = self.folder / "rules"
        folder.mkdir(exist_ok=True)
        (folder / "lead.yaml").write_text(MODEL)
        (folder / "groupbuy.yaml").write_text(
            "groupbuy: 1\nmodel: lead.yaml\nlayers: [ours.yaml, theirs.yaml]\nrank_by: [fit]\n"
            f"columns: [fit]\nplugins: [{plugins}]\n"
        )
        (folder / "ours.yaml").write_text(PACK)
        (folder / "theirs.yaml").write_text(f"groupbuy: 1\npack: theirs\n{dedent(more)}")
        (self.folder / "leads.yaml").write_text(LEADS)

    def forget(self) -> None:
        """Let go of the plugins' modules, as a new process would."""
        for name in list(sys.modules):
            if name.startswith(("plugin_", "groupbuy_plugins_dir_")):
                del sys.modules[name]
        importlib.invalidate_caches()

    def call(self, *args: str) -> "Outcome":
        """Run a command in the folder."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(groupbuy, list(args))
        return Outcome(code, out.getvalue(), err.getvalue())

    def evaluate(self, *more: str) -> "Outcome":
        """Evaluate the leads, as JSON."""
        return self.call("evaluate", "leads.yaml", "--as-of", AS_OF, "--format", "json", *more)


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict:
        """The results."""
        return json.loads(self.out)

    @property
    def leads(self) -> str:
        """What there is about leads, byte for byte."""
        return json.dumps(self.data["leads"], ensure_ascii=False)

    def lead(self, id: str) -> dict:
        """One lead."""
        return next(lead for lead in self.data["leads"] if lead["id"] == id)
