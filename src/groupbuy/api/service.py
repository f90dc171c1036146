"""For a service that judges leads one by one as they come: rules are opened once and kept.

from groupbuy.api.service import Service

service = Service("rules", cuts="cuts.json", lang="zh")
service.evaluate({"id": "A17", "name": "晨光电子", "headcount": 320})["leads"][0]["plays"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from groupbuy.api.given import day_given
from groupbuy.cli.opening import read_stored
from groupbuy.engine.standing import StoredCuts
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.from_data import leads_given

__all__ = ["Service"]

NOBODY = StoredCuts("", "", {})
"""A population in which no lead has a place."""


class Service:
    """Rules that stand ready. One object serves all threads of a process.

    Calls wait for each other: Python works on one lead at a time anyway, and plugins need not be
    made for threads. More processors take more processes, each with a service of its own.
    """

    def __init__(
        self,
        rules: Path | str | None = None,
        *,
        as_of: date | str | None = None,
        settings: Mapping[str, str] | None = None,
        columns: Sequence[str] = (),
        cuts: Path | str | None = None,
        lang: str = "en",
        show_pii: bool = False,
    ) -> None:
        """Read and check the rules. Raises `GroupbuyError` with all that is wrong with them.

        `rules` is a rules folder; without it ./rules, else the shipped rules. Without `as_of` every
        lead is judged by the day on which it comes. `cuts` is a file that `groupbuy evaluate
        --save-cuts` wrote: it says where a lead stands among all others. Without it, ranks, and
        grades by rank, are unknown. `columns` are what questions try to settle.
        """
        self.rules = rules
        self.as_of = None if as_of is None else day_given(as_of)
        self.settings = dict(settings or {})
        self.columns = tuple(columns)
        self.cuts = read_stored(None if cuts is None else Path(cuts)) or NOBODY
        self.lang, self.show_pii = lang, show_pii
        self._lock = Lock()
        self._workspace = self._opened()

    def evaluate(self, lead: Mapping[str, Any]) -> dict[str, Any]:
        """The results for one lead, in the form of `groupbuy evaluate --format json`.

        Keys and values are as in a lead file, or as Python has them. A lead that can't be read is
        in `set_aside`, with all that is wrong with it. Raises `GroupbuyError` where a new day has
        come and the rules can't be opened for it.
        """
        with self._lock:
            if self._today() != self._workspace.options.as_of:
                self._workspace = self._opened()
            return self._workspace.evaluate(leads_given([lead], self._workspace.model)).data

    def reload(self) -> None:
        """Read the rules anew. Raises `GroupbuyError` where they are wrong; then the old ones stay.

        Leads that come meanwhile are judged by the old ones.
        """
        opened = self._opened()
        with self._lock:
            self._workspace = opened

    def _today(self) -> int:
        return (self.as_of or date.today()).toordinal()

    def _opened(self) -> Workspace:
        return Workspace(
            self.rules,
            Options(
                self._today(),
                self.lang,
                self.settings,
                columns=self.columns,
                show_pii=self.show_pii,
                cuts=self.cuts,
            ),
        )
