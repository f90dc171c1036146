"""Problems and findings as an editor shows them beside the text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
)

from groupbuy.authoring.errors import Explained, explained, one_text
from groupbuy.errors import Problem
from groupbuy.lsp.positions import Positions, uri_of
from groupbuy.render.words import say
from groupbuy.rules.project import FILE

SEVERITIES = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "note": DiagnosticSeverity.Hint,
}
FADED = frozenset(("unused-setting", "unused-fact", "unused-allow", "unreachable-row"))
"""What has no effect; editors show it faded."""

Uri = Callable[[Path], str]


class Explanations:
    """What each code means, as files that an editor can open: the text of `groupbuy error CODE`.

    They lie in a temporary folder, which goes when the server does.
    """

    def __init__(self, lang: str) -> None:
        """Nothing is written until a code is shown."""
        self.lang = lang
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._codes: dict[str, Explained] | None = None
        self._written: dict[str, str] = {}

    def uri(self, code: str) -> str | None:
        """The file about a code; none for a code that a plugin made up."""
        if code not in self._written:
            if self._codes is None:
                self._codes = explained()
            found = self._codes.get(code)
            if found is None:
                return None
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="groupbuy-errors-")
            file = Path(self._folder.name) / f"{code}.txt"
            file.write_text(one_text(found, self.lang), encoding="utf-8")
            self._written[code] = uri_of(file)
        return self._written[code]

    def close(self) -> None:
        """Take the files away."""
        if self._folder is not None:
            self._folder.cleanup()


class Diagnostics:
    """Turns problems into diagnostics by file."""

    def __init__(self, positions: Positions, explanations: Explanations, lang: str) -> None:
        """`lang` is the user's language."""
        self.positions, self.explanations, self.lang = positions, explanations, lang

    def by_file(
        self, folder: Path, problems: Iterable[Problem], files: Mapping[str, Path], uri: Uri
    ) -> dict[Path, list[Diagnostic]]:
        """The diagnostics of each file; what has no place stands at the top of groupbuy.yaml."""
        found: dict[Path, list[Diagnostic]] = {}
        for problem in problems:
            path = files.get(problem.at.file) if problem.at is not None else None
            made = self.diagnostic(problem, files, uri, placed=path is not None)
            found.setdefault(path or folder / FILE, []).append(made)
        return found

    def diagnostic(
        self, problem: Problem, files: Mapping[str, Path], uri: Uri, *, placed: bool
    ) -> Diagnostic:
        """One problem: what is wrong, an example lead, and what was probably meant."""
        at = problem.at
        lines = [problem.message if placed or at is None else f"{at}: {problem.message}"]
        if problem.example:
            lines.append(f"{say('for_example', self.lang)}{problem.example}")
        if problem.hint:
            lines.append(f"{say('hint', self.lang)}{problem.hint}")
        href = self.explanations.uri(problem.code)
        where = self.positions.of_location(at, problem.length) if placed and at else None
        related = [
            DiagnosticRelatedInformation(
                self.positions.place(uri(files[other.file]), other), str(other)
            )
            for other in problem.related
            if other.file in files
        ]
        return Diagnostic(
            where or self.positions.range([""], 0, 0, 0),
            "\n".join(lines),
            severity=SEVERITIES[problem.severity],
            code=problem.code,
            code_description=CodeDescription(href) if href is not None else None,
            source="groupbuy",
            tags=[DiagnosticTag.Unnecessary] if problem.code in FADED else None,
            related_information=related or None,
        )
