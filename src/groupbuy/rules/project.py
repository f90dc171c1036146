"""A rules folder: `groupbuy.yaml`, the lead model, and the packs in layers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.model.model import LeadModel, load_model
from groupbuy.rules.pack import Pack, check_version, read_pack
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.yaml import read_source, read_yaml

FILE = "groupbuy.yaml"
SHIPPED = "groupbuy:"
KEYS = ("groupbuy", "model", "currency", "layers", "rank_by", "columns", "plugins", "title")
DEFAULT_COLUMNS = ("priority",)


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
    plugins: tuple[str, ...]
    digest: str
    problems: tuple[Problem, ...] = ()
    """What is wrong inside packs that could be read all the same."""

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


def load_project(path: Path, sections: Iterable[str], as_of: int) -> Project:
    """Read a rules folder. Raises `GroupbuyError` with every problem of every file."""
    return _Loader(path, list(sections), as_of).load()


class _Loader:
    """Reads a folder's files, each once, and keeps going when one is faulty."""

    def __init__(self, path: Path, sections: list[str], as_of: int) -> None:
        self.path, self.sections, self.as_of = path, sections, as_of
        self.problems = Problems()
        self.inside = Problems()
        self.hash = hashlib.sha256()

    def load(self) -> Project:
        source = read_source(self.path / FILE, name=self.name(self.path / FILE))
        root = self.parsed(source)
        if not isinstance(root, Mapping):
            raise GroupbuyError(
                Problem("wrong-shape", f"{FILE} is a mapping; this is {root.noun}", root.at)
            )
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
            model = self.model(root)
        layers = self.layers(root)
        self.check_names(layers)
        if model is not None:
            for pack in (pack for layer in layers for pack in layer):
                if pack.fields is not None:
                    with self.problems.collecting():
                        model = model.extended(pack.fields, owner=pack.name)
        currency = "CNY"
        with self.problems.collecting():
            currency = self.word(root, "currency", currency)
        rank_by, columns = self.words(root, "rank_by"), self.words(root, "columns")
        plugins = tuple(word for word, _ in self.words(root, "plugins"))
        if self.problems.found:
            # Without all packs, names would be missed that are only out of reach.
            raise GroupbuyError(*self.problems.found, *self.inside.found)
        assert model is not None
        return Project(
            self.path,
            source,
            model,
            layers,
            currency,
            rank_by,
            columns,
            plugins,
            self.hash.hexdigest()[:16],
            tuple(self.inside),
        )

    def name(self, path: Path) -> str:
        """How a file is named to the user: relative to where they are, or to what is shipped."""
        try:
            return SHIPPED + path.resolve().relative_to(shipped_rules().resolve()).as_posix()
        except ValueError:
            pass
        try:
            return path.resolve().relative_to(Path.cwd()).as_posix()
        except ValueError:
            return path.as_posix()

    def parsed(self, source: Source) -> Node:
        self.hash.update(source.text.encode())
        return read_yaml(source)

    def read(self, path: Path) -> Node:
        return self.parsed(read_source(path, name=self.name(path)))

    def model(self, root: Mapping) -> LeadModel:
        node = root.get("model")
        if node is None:
            return load_model(self.read(shipped_rules() / "lead.yaml"))
        return load_model(self.read(self.resolved(_text(node), node)))

    def layers(self, root: Mapping) -> tuple[tuple[Pack, ...], ...]:
        node = root.get("layers")
        if not isinstance(node, Sequence) or not node.items:
            at = node.at if node is not None else root.at
            self.problems.add(
                "missing-key",
                f"{FILE} lists its packs under layers:",
                at,
                "layers: [groupbuy:common, ours/*]",
            )
            return ()
        layers = []
        for number, item in enumerate(node.items):
            members = item.items if isinstance(item, Sequence) else [item]
            packs: list[Pack] = []
            for member in members:
                with self.problems.collecting():
                    for path in self.files(member):
                        with self.problems.collecting():
                            pack, found = read_pack(
                                self.read(path), number, self.sections, self.as_of
                            )
                            packs.append(pack)
                            self.inside.extend(found)
            layers.append(tuple(packs))
        return tuple(layers)

    def files(self, node: Node) -> list[Path]:
        """The pack files that one item of `layers:` names; a pattern may name none."""
        text = _text(node)
        if "*" in text:
            folder = self.resolved(text.rsplit("/", 1)[0] if "/" in text else ".", node)
            pattern = text.rsplit("/", 1)[-1]
            found = sorted(folder.glob(pattern if "." in pattern else f"{pattern}.yaml"))
            return [
                path
                for path in found
                if not path.name.endswith(".test.yaml") and path.name not in (FILE, "lead.yaml")
            ]
        path = self.resolved(text, node)
        if path.is_dir():
            raise GroupbuyError(
                Problem(
                    "not-a-file",
                    f"{text} is a folder",
                    node.at,
                    f"all packs in it: {text.rstrip('/')}/*",
                )
            )
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
        """A path inside this folder, or inside the shipped rules."""
        folder, rest = self.path, text
        if text.startswith(SHIPPED):
            folder, rest = shipped_rules(), text[len(SHIPPED) :]
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
        return folder / parts

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
                )

    def words(self, root: Mapping, key: str) -> tuple[tuple[str, Location], ...]:
        node = root.get(key)
        if node is None:
            return ()
        nodes = node.items if isinstance(node, Sequence) else [node]
        found = []
        for item in nodes:
            with self.problems.collecting():
                found.append((_text(item), item.at))
        return tuple(found)

    def word(self, root: Mapping, key: str, default: str) -> str:
        node = root.get(key)
        return default if node is None else _text(node)


def _text(node: Node) -> str:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value.strip()
    raise GroupbuyError(
        Problem("wrong-shape", f"a name is expected here; this is {node.noun}", node.at)
    )
