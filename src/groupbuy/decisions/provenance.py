"""Which rules these are: their folder as messages name it, and their git revision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groupbuy.authoring.diff.revision import standing
from groupbuy.rules.project import FILE, SHIPPED, Project


@dataclass(frozen=True)
class Provenance:
    """Where rules come from. `changed` says that the folder is not as the revision has it.

    `path` is the folder inside its repository; without a revision it is not under version control.
    """

    folder: str
    revision: str | None = None
    path: str | None = None
    changed: bool = False

    def data(self) -> dict[str, object]:
        """As a record holds it."""
        found: dict[str, object] = {"folder": self.folder}
        if self.revision is not None:
            found |= {"revision": self.revision, "path": self.path, "changed": self.changed}
        return found


def provenance(project: Project) -> Provenance:
    """Where the rules of a project come from. Git is asked, and nothing is changed."""
    folder = project.source.name.removesuffix(FILE)
    if folder.startswith(SHIPPED):
        return Provenance(folder)
    found = standing(Path(project.path))
    if found is None:
        return Provenance(folder)
    return Provenance(folder, found.commit, found.path, found.changed)
