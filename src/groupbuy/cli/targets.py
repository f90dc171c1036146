"""Where results go: the screen, a file, a folder, an address of a file system, a database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATABASES = ("postgresql://", "postgres://", "sqlite://")


def is_database(text: str) -> bool:
    """Whether leads, or results, are in a database."""
    return text.startswith(DATABASES)


def is_address(text: str) -> bool:
    """Whether a name is an address that only some engines know: `s3a://…`, `hdfs://…`."""
    return "://" in text and not is_database(text)


@dataclass(frozen=True)
class Target:
    """What `-o` says."""

    text: str

    @property
    def is_folder(self) -> bool:
        """Whether it is written as a folder, or is one."""
        return self.text.endswith("/") or (not is_database(self.text) and self.path.is_dir())

    @property
    def is_file(self) -> bool:
        """Whether it is one file on this machine."""
        return not (self.is_folder or is_database(self.text) or is_address(self.text))

    @property
    def path(self) -> Path:
        """The file or folder."""
        return Path(self.text)
