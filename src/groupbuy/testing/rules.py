"""Rules and leads given in a test, instead of in files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.from_data import leads_given
from groupbuy.rules.project import FILE

AS_OF = "2026-01-31"


class Rules:
    """Rules as YAML text, with plugins active, and leads as dicts: results as plain data."""

    def __init__(
        self,
        *packs: str,
        plugins: Sequence[str] = (),
        layers: Sequence[str | Sequence[str]] = (),
        as_of: str = AS_OF,
        settings: Mapping[str, object] | None = None,
        lang: str = "en",
        model: str | None = None,
        plugins_dir: Path | None = None,
    ) -> None:
        """Read and check the packs. Raises `GroupbuyError` with all that is wrong.

        `packs` are texts, the lowest first; `groupbuy: 1` and `pack:` may be left out. They lie
        over `layers`, written as in `groupbuy.yaml`. `model` is a lead model, else the
        shipped one is used. In problems and results the packs are called `pack1.yaml` and so on.
        """
        names = [f"pack{number}" for number in range(1, len(packs) + 1)]
        options = Options(
            date.fromisoformat(as_of).toordinal(),
            lang,
            {name: str(value) for name, value in (settings or {}).items()},
            plugins_dir=plugins_dir,
        )
        with TemporaryDirectory() as written:
            folder = Path(written)
            for name, text in zip(names, packs, strict=True):
                (folder / f"{name}.yaml").write_text(_whole(text, name), encoding="utf-8")
            if model is not None:
                (folder / "lead.yaml").write_text(_headed(model), encoding="utf-8")
            project: dict[str, object] = {"groupbuy": 1, "plugins": [*plugins]}
            project["layers"] = [*layers, *(f"{name}.yaml" for name in names)]
            if model is not None:
                project["model"] = "lead.yaml"
            (folder / FILE).write_text(json.dumps(project), encoding="utf-8")
            self.workspace = Workspace(folder, options, shown="")

    def evaluate(self, *leads: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about the leads, as `groupbuy evaluate --format json` gives it.

        Values are as in a lead file, or as Python has them: dates, numbers, lists of rows.
        """
        return self.workspace.evaluate(leads_given(leads, self.workspace.model)).data

    def lead(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The results for one lead. Raises `AssertionError` where it is set aside."""
        data = self.evaluate(values)
        problems = [problem for lead in data["set_aside"] for problem in lead["problems"]]
        if problems:
            raise AssertionError("the lead is set aside:\n" + "\n".join(problems))
        found: dict[str, Any] = data["leads"][0]
        return found


def _whole(text: str, name: str) -> str:
    """A pack with its head, which goes to the end: lines keep their numbers."""
    plain = _headed(text)
    return plain if re.search("^pack:", plain, re.M) else f"{plain}pack: {name}\n"


def _headed(text: str) -> str:
    plain = dedent(text).rstrip() + "\n"
    return plain if re.search("^groupbuy:", plain, re.M) else f"{plain}groupbuy: 1\n"
