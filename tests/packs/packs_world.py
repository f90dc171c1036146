"""Where the shipped packs lie, and the day that their examples are read on."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
EXAMPLES = ROOT / "examples"
AS_OF = "2026-11-22"
