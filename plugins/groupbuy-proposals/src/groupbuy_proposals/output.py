"""The files of a run: a name for each lead's documents, and the list of all leads."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupbuy_proposals.template import plain

_SAFE = re.compile(r"[^\w.-]+")
_LONGEST = 60
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
COLUMNS = {
    "zh": ("客户编号", "客户名称", "状态", "原因", "方案", "价税合计", "是否最优", "文件"),
    "en": ("Lead", "Name", "Status", "Reason", "Package", "Total", "Best", "Files"),
}
STATUS = {
    "zh": {
        "proposed": "已出方案",
        "hold": "暂缓",
        "stop": "停止",
        "open": "缺信息",
        "none": "无对应方案",
        "unmet": "做不到",
        "infeasible": "配不出来",
        "failed": "出错",
    },
    "en": {
        "proposed": "proposed",
        "hold": "on hold",
        "stop": "stopped",
        "open": "facts missing",
        "none": "no package",
        "unmet": "cannot be met",
        "infeasible": "no package fits",
        "failed": "failed",
    },
}


@dataclass
class Outcome:
    """What became of one lead: a status, why, and what was written."""

    id: str
    name: str | None
    status: str
    reasons: list[str] = field(default_factory=list)
    packages: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """As plain data, for other programs."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "reasons": self.reasons,
            "packages": self.packages,
            "files": self.files,
        }


class Names:
    """File names for leads: safe on every system, and no two alike, however they are written."""

    def __init__(self) -> None:
        """None is taken."""
        self.taken: set[str] = set()

    def name(self, id: str) -> str:
        """A name for the files of a lead."""
        text = unicodedata.normalize("NFKC", plain(id))
        base = _SAFE.sub("_", text).strip("._-")[:_LONGEST].rstrip("._-") or "lead"
        if _RESERVED.fullmatch(base):
            base = f"_{base}"
        name, number = base, 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{base}_{number}"
        self.taken.add(name.casefold())
        return name


def summary_csv(outcomes: Sequence[Outcome], lang: str) -> str:
    """The list of all leads for a spreadsheet, which finds nothing in it to obey."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS[lang])
    for each in outcomes:
        first: Mapping[str, Any] = next(
            (p for p in each.packages if p["recommended"]),
            each.packages[0] if each.packages else {},
        )
        row = (
            each.id,
            each.name or "",
            STATUS[lang][each.status],
            " / ".join(each.reasons),
            first.get("title", ""),
            first.get("amount", ""),
            "" if not first else "✓" if first["optimal"] else "?",
            " ".join(each.files),
        )
        writer.writerow([_inert(cell) for cell in row])
    return out.getvalue()


def _inert(cell: object) -> str:
    text = plain(cell)
    return f"'{text}" if text.startswith(_ACTIVE) else text


def line_json(outcome: Outcome) -> str:
    """One line of `proposals.jsonl`."""
    return json.dumps(outcome.data(), ensure_ascii=False) + "\n"
