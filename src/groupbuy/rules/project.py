"""A rules folder: `groupbuy.yaml`, the lead model, and the packs in layers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Protocol

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.model.model import LeadModel, load_model
from groupbuy.rules.extensions import Extensions
from groupbuy.rules.limits import read_limits
from groupbuy.rules.pack import Pack, check_version, read_pack
from groupbuy.rules.tables.expand import Tables
from groupbuy.rules.tables.vocabulary import Vocabulary, named_entries
from groupbuy.source import nodes
from groupbuy.source.limits import DEFAULT, Limits, within
from groupbuy.source.nodes import Node, Scalar
from groupbuy.source.nodes import Sequence as Nodes
from groupbuy.source.yaml import read_source, read_yaml

FILE = "groupbuy.yaml"
SHIPPED = "groupbuy:"
KEYS = (
    "groupbuy",
    "model",
    "currency",
    "layers",
    "rank_by",
    "columns",
    "plugins",
    "limits",
    "title",
)
DEFAULT_COLUMNS = ("priority",)
MODEL_ITEM = "model"

_LONGEST_NAME = 255
"""Bytes in the name of a file, on the systems there are."""


class ReadSource(Protocol):
    """Gives the text of a file: `read_source`, or one that knows what an editor has not saved."""

    def __call__(self, path: Path, *, name: str) -> Source:
        """The text, called `name` in messages. Raises `GroupbuyError`."""


@dataclass(frozen=True, eq=False)
class ProjectFile:
    """`groupbuy.yaml`, read; `plugins` are the names it lists, as written, with their places.

    `shown` is how problems and results name the folder, where that is not where it lies. All its
    other files are read with `read`.
    """

    path: Path
    source: Source
    root: nodes.Mapping
    plugins: tuple[tuple[str, Location], ...]
    shown: str | None = None
    read: ReadSource = read_source


@dataclass(frozen=True, eq=False)
class Borrowed:
    """A file that a rules folder uses where it is: one of groupbuy's own, or of a plugin.

    `name` is `groupbuy:common/terms.yaml`, `item` what names it in groupbuy.yaml (an item of
    `layers:`, or `model`), `version` what the pack says of itself.
    """

    name: str
    item: str
    source: Source
    version: str


@dataclass(frozen=True)
class Kept:
    """Files of an earlier day that stand for the borrowed ones.

    `folders` are by owner (`groupbuy`, a plugin's name); `shown` is how messages name each file.
    """

    folders: Mapping[str, Path]
    shown: str


@dataclass(frozen=True, eq=False)
class Project:
    """Everything that a rules folder says, read and not yet put together."""

    path: Path
    source: Source
    model: LeadModel
    layers: tuple[tuple[Pack, ...], ...]
    currency: str
    rank_by: tuple[tuple[str, Location], ...]
    columns: tuple[tuple[str, Location], ...]
    digest: str
    limits: Limits = DEFAULT
    """Under which its files were read, and leads are to be."""
    problems: tuple[Problem, ...] = ()
    """What is wrong inside packs that could be read all the same."""
    warnings: tuple[Problem, ...] = ()
    """Fields of plugins that the lead model can't take; rules that need them say so themselves."""
    borrowed: tuple[Borrowed, ...] = ()
    """The files that do not lie in the folder."""

    @property
    def packs(self) -> list[Pack]:
        """Every pack, lowest layer first."""
        return [pack for layer in self.layers for pack in layer]

    def in_order(self, packs: Iterable[Pack]) -> tuple[Pack, ...]:
        """The same packs, lowest layer first."""
        wanted = set(packs)
        return tuple(pack for pack in self.packs if pack in wanted)


def shipped_rules() -> Path:
    """The folder of the rules that come with groupbuy."""
    installed = Path(str(files("groupbuy"))) / "_rules"
    if installed.is_dir():
        return installed
    # A source checkout, installed editable: the rules lie at the top of the repository.
    return Path(__file__).resolve().parents[3] / "rules"


def find_rules(given: str | Path | None, here: Path) -> Path:
    """The rules folder to use: the one given, else `./rules`, else the shipped one."""
    if given is not None:
        path = Path(given)
        return path.parent if path.name == FILE and path.is_file() else path
    return here / "rules" if (here / "rules" / FILE).is_file() else shipped_rules()


def read_project_file(
    path: Path, shown: str | None = None, read: ReadSource = read_source
) -> ProjectFile:
    """The `groupbuy.yaml` of a rules folder, which says what else there is to read.

    `shown` is another name for the folder in messages. Raises `GroupbuyError` where there is no
    such file.
    """
    name = shown_name(path / FILE) if shown is None else f"{shown}{FILE}"
    source = read(path / FILE, name=name)
    root = read_yaml(source)
    if not isinstance(root, nodes.Mapping):
        raise GroupbuyError(
            Problem("wrong-shape", f"{FILE} is a mapping; this is {root.noun}", root.at)
        )
    problems = Problems()
    plugins = _words(root, "plugins", problems)
    problems.raise_any()
    return ProjectFile(path, source, root, plugins, shown, read)


def shown_name(path: Path) -> str:
    """How a file is named to the user: relative to where they are, or to what is shipped."""
    try:
        return SHIPPED + path.resolve().relative_to(shipped_rules().resolve()).as_posix()
    except ValueError:
        pass
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def load_project(
    file: ProjectFile,
    extensions: Extensions,
    as_of: int,
    more: Sequence[str] = (),
    faults: Problems | None = None,
    instead: dict[Path, Node] | None = None,
    kept: Kept | None = None,
) -> Project:
    """Read a rules folder. Raises `GroupbuyError` with every problem of every file.

    `more` are layers over those that the project names: `proposals:packages`. With `faults`,
    problems are noted there, and what could be read is given all the same; only a lead model that
    can't be read is still an error. `instead` are roots that stand for what files hold, by their
    resolved paths; `kept` stands for the shipped packs and those of plugins.
    """
    loader = _Loader(file, extensions, as_of, more, instead or {}, kept)
    with within(loader.limits):
        return loader.load(faults)


class _Loader:
    """Reads a folder's files, each once, and keeps going when one is faulty."""

    def __init__(
        self,
        file: ProjectFile,
        extensions: Extensions,
        as_of: int,
        more: Sequence[str],
        instead: dict[Path, Node],
        kept: Kept | None,
    ) -> None:
        self.file, self.path, self.extensions, self.as_of = file, file.path, extensions, as_of
        self.more, self.instead, self.kept = more, instead, kept
        self.folders = {SHIPPED.rstrip(":"): shipped_rules(), **extensions.folders}
        if kept is not None:
            self.folders.update(kept.folders)
        self.borrowed: list[Borrowed] = []
        self.problems = Problems()
        self.inside = Problems()
        self.warnings = Problems()
        self.hash = hashlib.sha256(file.source.text.encode())
        self.roots: list[Node] = []
        self.lead_model: LeadModel | None = None
        self._vocabulary: Vocabulary | None = None
        own = file.path.resolve() != shipped_rules().resolve()
        self.limits = read_limits(file.root, file.path / FILE, self.problems, own=own)

    def load(self, faults: Problems | None) -> Project:
        root = self.file.root
        for key in root.items:
            if key not in KEYS:
                self.problems.add(
                    "unknown-key",
                    f'{FILE} has no "{key}:"',
                    root.key_at(key),
                    did_you_mean(key, KEYS) or f"it has: {', '.join(KEYS)}",
                    len(key),
                )
        check_version(root, self.problems)
        model = None
        with self.problems.collecting():
            model = self.lead_model = self.model(root)
        layers = self.layers(root)
        self.check_names(layers)
        if model is not None:
            for plugin, fields in self.extensions.fields:
                with self.warnings.collecting():
                    model = model.extended(fields, owner=plugin)
            packs = [pack for layer in layers for pack in layer]
            for pack in packs:
                if pack.fields is not None:
                    with self.problems.collecting():
                        model = model.extended(pack.fields, owner=pack.name, title=pack.title)
        currency = "CNY"
        with self.problems.collecting():
            currency = self.word(root, "currency", currency)
        rank_by = _words(root, "rank_by", self.problems)
        columns = _words(root, "columns", self.problems)
        if self.problems.found and (faults is None or model is None):
            # Without all packs, names would be missed that are only out of reach.
            raise GroupbuyError(*self.problems.found, *self.inside.found)
        if faults is not None:
            faults.extend(self.problems)
        assert model is not None
        return Project(
            self.path,
            self.file.source,
            model,
            layers,
            currency,
            rank_by,
            columns,
            self.hash.hexdigest()[:16],
            self.limits,
            tuple(self.inside),
            tuple(replace(problem, severity="warning") for problem in self.warnings),
            tuple(self.borrowed),
        )

    def name(self, path: Path) -> str:
        """How a file is named to the user; those of plugins by the plugin's name."""
        if self.kept is not None and any(
            path.is_relative_to(folder) for folder in self.kept.folders.values()
        ):
            return self.kept.shown
        for plugin, folder in self.extensions.folders.items():
            try:
                return f"{plugin}:{path.resolve().relative_to(folder.resolve()).as_posix()}"
            except ValueError:
                continue
        if self.file.shown is not None and path.is_relative_to(self.path):
            return self.file.shown + path.relative_to(self.path).as_posix()
        return shown_name(path)

    def parsed(self, source: Source) -> Node:
        self.hash.update(source.text.encode())
        return read_yaml(source)

    def read(self, path: Path) -> Node:
        if self.instead and path.resolve() in self.instead:
            return self.instead[path.resolve()]
        return self.parsed(self.file.read(path, name=self.name(path)))

    def model(self, root: nodes.Mapping) -> LeadModel:
        node = root.get("model")
        if node is None:
            path = self.folders[SHIPPED.rstrip(":")] / "lead.yaml"
        else:
            path = self.resolved(_text(node), node)
        read = self.read(path)
        self.borrow(path, MODEL_ITEM, read, "")
        return load_model(read)

    def borrow(self, path: Path, item: str, read: Node, version: str) -> None:
        """Note a file that does not lie in the folder, with the name by which rules know it."""
        if path.resolve().is_relative_to(self.path.resolve()):
            return
        for owner, folder in self.folders.items():
            if path.is_relative_to(folder):
                name = f"{owner}:{path.relative_to(folder).as_posix()}"
                self.borrowed.append(Borrowed(name, item, read.source, version))
                return

    def layers(self, root: nodes.Mapping) -> tuple[tuple[Pack, ...], ...]:
        node = root.get("layers")
        if not isinstance(node, Nodes) or not node.items:
            at = node.at if node is not None else root.at
            self.problems.add(
                "missing-key",
                f"{FILE} lists its packs under layers:",
                at,
                "layers: [groupbuy:common, ours/*]",
            )
            return ()
        layers: list[tuple[Pack, ...]] = []
        brought = [Scalar(Source(FILE, text), 1, 1, text, text) for text in self.more]
        found: list[list[tuple[Path, str, Node]]] = []
        for item in [*node.items, *brought]:
            members: list[tuple[Path, str, Node]] = []
            for member in item.items if isinstance(item, Nodes) else [item]:
                with self.problems.collecting():
                    for path in self.files(member):
                        with self.problems.collecting():
                            members.append((path, _text(member), self.read(path)))
            found.append(members)
        # What the heads of tables mean can stand in any pack: all of them are read before.
        self.roots = [node for members in found for _, _, node in members]
        for number, members in enumerate(found):
            packs: list[Pack] = []
            for path, named, node in members:
                if "table" in node.source.text or self.instead:
                    with self.problems.collecting():
                        self.tables(path).expand(node, path.parent, self.extensions.names)
                with self.problems.collecting():
                    pack, inside = read_pack(node, number, self.extensions, self.as_of)
                    self.borrow(path, named, node, pack.version)
                    packs.append(pack)
                    self.inside.extend(inside)
            layers.append(tuple(packs))
        return tuple(layers)

    def tables(self, path: Path) -> Tables:
        """Where the pack at `path` finds its tables: in the folder that it came from."""
        homes = [home for home in (self.path, *self.folders.values()) if path.is_relative_to(home)]
        home = homes[0] if homes else path.parent
        return Tables(home, self.name, self.vocabulary, self.keep, self.inside)

    def vocabulary(self) -> Vocabulary:
        """What the heads of tables can mean; worked out when the first table is met."""
        if self._vocabulary is None:
            shared = {section.name for section in self.extensions.sections if section.shared}
            model = self.lead_model
            for root in self.roots:
                fields = root.get("fields") if isinstance(root, nodes.Mapping) else None
                if fields is not None and model is not None:
                    # What is wrong with them is told where the model itself is extended.
                    with Problems().collecting():
                        model = model.extended(fields, owner="")
            entries = (entry for root in self.roots for entry in named_entries(root, shared))
            self._vocabulary = Vocabulary(model, entries)
        return self._vocabulary

    def keep(self, content: str) -> None:
        """A table is a part of the rules, and of what their hash covers."""
        self.hash.update(content.encode())

    def files(self, node: Node) -> list[Path]:
        """The pack files that one item of `layers:` names; a folder is all the packs in it."""
        text = _text(node)
        if "*" in text:
            owner, colon, inside = text.rpartition(":")
            above, _, pattern = inside.rpartition("/")
            folder = self.resolved(f"{owner}{colon}{above or '.'}", node)
            try:
                return packs_in(folder, pattern)
            except ValueError:
                problem = f'"{text}" names no files'
                raise GroupbuyError(
                    Problem("no-such-file", problem, node.at, "ours/* is all packs in ours")
                ) from None
        path = self.resolved(text, node)
        if path.is_dir():
            return packs_in(path)
        if not path.is_file() and path.suffix != ".yaml":
            path = path.with_name(path.name + ".yaml")
        if not path.is_file():
            siblings = [p.stem for p in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
            raise GroupbuyError(
                Problem(
                    "no-such-file",
                    f"there is no pack {text}",
                    node.at,
                    did_you_mean(path.stem, siblings),
                    len(text),
                )
            )
        return [path]

    def resolved(self, text: str, node: Node) -> Path:
        """A path inside this folder, inside the shipped rules, or inside a plugin's."""
        folder, rest = self.path, text
        owner, colon, inside = text.partition(":")
        if colon:
            if owner not in self.folders:
                raise GroupbuyError(self.no_folder(owner, node))
            folder, rest = self.folders[owner], inside
        parts = PurePosixPath(rest)
        if not rest or parts.is_absolute() or ".." in parts.parts or "\\" in rest:
            raise GroupbuyError(
                Problem(
                    "outside-folder",
                    f'"{text}" is not a path inside the rules folder',
                    node.at,
                    "copy the file into the folder",
                )
            )
        if any(len(part.encode()) > _LONGEST_NAME for part in parts.parts):
            raise GroupbuyError(Problem("no-such-file", f"there is no pack {text[:40]}…", node.at))
        return folder / parts

    def no_folder(self, owner: str, node: Node) -> Problem:
        """Why no packs can be had from `owner`."""
        if owner in self.extensions.missing:
            hint = self.extensions.missing[owner]
        elif owner in self.extensions.plugins:
            hint = f"{owner} brings functions or sections, to be used in packs of your own"
        else:
            known = did_you_mean(owner, self.folders)
            hint = known or f"if {owner} is a plugin, list it: plugins: [{owner}]"
        return Problem("unknown-plugin", f"no packs come from {owner}", node.at, hint, len(owner))

    def check_names(self, layers: tuple[tuple[Pack, ...], ...]) -> None:
        seen: dict[str, Pack] = {}
        for pack in (pack for layer in layers for pack in layer):
            other = seen.setdefault(pack.name, pack)
            if other is not pack:
                self.problems.add(
                    "duplicate-pack",
                    f"two packs are called {pack.name}: the other is {other.at}",
                    pack.at,
                    "rename one of them",
                    related=(other.at,),
                )

    def word(self, root: nodes.Mapping, key: str, default: str) -> str:
        node = root.get(key)
        return default if node is None else _text(node)


def packs_in(folder: Path, pattern: str = "*") -> list[Path]:
    """The packs of a folder, by name; there may be none. Their tests are no packs."""
    found = sorted(folder.glob(pattern if "." in pattern else f"{pattern}.yaml"))
    return [
        path
        for path in found
        if not path.name.endswith(".test.yaml") and path.name not in (FILE, "lead.yaml")
    ]


def _text(node: Node) -> str:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value.strip()
    raise GroupbuyError(
        Problem("wrong-shape", f"a name is expected here; this is {node.noun}", node.at)
    )


def _words(root: nodes.Mapping, key: str, problems: Problems) -> tuple[tuple[str, Location], ...]:
    """A word or a list of words, with their places."""
    node = root.get(key)
    if node is None:
        return ()
    found = []
    for item in node.items if isinstance(node, Nodes) else [node]:
        with problems.collecting():
            found.append((_text(item), item.at))
    return tuple(found)
