"""`limits:` of a groupbuy.yaml: the bounds under which a rules folder and its leads are read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from groupbuy.errors import Problems, did_you_mean
from groupbuy.source import nodes
from groupbuy.source.limits import DEFAULT, GIB, KIB, KNOWN, MIB, Limits, shown
from groupbuy.source.nodes import Node, Scalar

_WRITTEN = re.compile(r"([0-9]{1,15})\s*([A-Za-z]*)")
_UNITS = {"": 1, "kib": KIB, "mib": MIB, "gib": GIB}
_DECIMAL = {"kb": "KiB", "mb": "MiB", "gb": "GiB", "k": "KiB", "m": "MiB", "g": "GiB"}


def read_limits(root: nodes.Mapping, file: Path, problems: Problems, *, own: bool) -> Limits:
    """The limits that `root` of the file sets, the others as they are without it.

    `own` says whether the file is the user's, and not one that comes with groupbuy.
    """
    set_in = file.name if own else f"a {file.name} of your own (groupbuy init)"
    node = root.get("limits")
    found: dict[str, int] = {}
    if isinstance(node, nodes.Mapping):
        for name, item in node.items.items():
            if name in KNOWN:
                value = _value(name, item, problems)
                if value is not None:
                    found[name] = value
            else:
                hint = did_you_mean(name, KNOWN) or f"limits: has {', '.join(KNOWN)}"
                problems.add(
                    "unknown-key",
                    f'there is no limit "{name}"',
                    node.key_at(name),
                    hint,
                    len(name),
                )
    elif node is not None:
        message = f"limits: holds names with numbers; this is {node.noun}"
        problems.add("wrong-shape", message, node.at, "limits: {lead_file: 1 GiB}")
    return replace(DEFAULT, **found, set_in=set_in)


def _value(name: str, node: Node, problems: Problems) -> int | None:
    """A limit as it is written, or none and a problem."""
    known = KNOWN[name]
    least, most = shown(known.least, known), shown(known.most, known)
    text = node.text.strip() if isinstance(node, Scalar) else ""
    written = _WRITTEN.fullmatch(text)
    unit = written[2].lower() if written else ""
    if written is None or (unit and (not known.in_bytes or unit not in _UNITS)):
        meant = _DECIMAL.get(unit) if known.in_bytes else None
        hint = f"a whole number from {least} to {most}"
        if written is not None and meant is not None:
            hint = f"write {written[1]} {meant}"
        what = f"{text} is none" if text else f"this is {node.noun}"
        problems.add("wrong-value", f"{name}: is a whole number; {what}", node.at, hint)
        return None
    value = int(written[1]) * _UNITS[unit]
    if not known.least <= value <= known.most:
        side = f"at least {least}" if value < known.least else f"at most {most}"
        message = f"{name}: goes from {least} to {most}"
        problems.add("wrong-value", message, node.at, f"write {side}", max(len(text), 1))
        return None
    return value
