"""The packs as a lock has them, in a temporary folder, in place of those that are installed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groupbuy.rules.lock import Lock, LockedFile, text_of
from groupbuy.rules.project import Kept, Project


@contextmanager
def kept_by(lock: Lock, project: Project) -> Iterator[Kept]:
    """The folders of all owners as they were.

    What groupbuy.yaml names only since the lock was written is there as it is installed: it has
    no past. Places in kept files are places in the lock, where their text stands.
    """
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as made:
        top = Path(made).resolve()
        known = lock.items
        texts = {name: file.in_place for name, file in lock.files.items()}
        for file in project.borrowed:
            if file.item not in known:
                texts[file.name] = text_of(file.source)
        owners = {name.partition(":")[0] for name in texts}
        for owner in sorted(owners):
            (top / owner).mkdir()
        for name, text in texts.items():
            owner, _, inside = name.partition(":")
            path = top / owner / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        yield Kept({owner: top / owner for owner in sorted(owners)}, lock.source.name)


def versions(lock: Lock, project: Project) -> Iterator[tuple[str, str | None, str | None]]:
    """Files of packs whose text is another: name, version then and now; none where it was not."""
    now = {file.name: file for file in project.borrowed}
    used = {file.item for file in project.borrowed}
    for name in sorted({*lock.files, *now}):
        old: LockedFile | None = lock.files.get(name)
        new = now.get(name)
        if old is None:
            assert new is not None
            if new.item in lock.items:
                yield name, None, new.version
        elif new is None:
            if old.item in used:
                yield name, old.version, None
        elif old.text != text_of(new.source):
            yield name, old.version, new.version
