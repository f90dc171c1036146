"""What is shipped works: wheels of all packages, in a new environment, far from this tree."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from fresh_world import AS_OF, PLUGINS, ROOT, Fresh, built, copied, done

from groupbuy.cli.plugins import KINDS

pytestmark = pytest.mark.packages


@pytest.fixture(scope="session")
def new_plugins(fresh: Fresh) -> dict[str, Path]:
    """A plugin of each kind, as `plugins new` writes it, built and installed."""
    folders = {}
    for kind in KINDS:
        fresh.run("groupbuy", "plugins", "new", f"new_{kind}", "--kind", kind)
        folders[kind] = fresh.folder / f"groupbuy-new-{kind}"
    # The wheels are built elsewhere, so that nothing is left in the folders.
    fresh.install(*built(folders.values(), fresh.folder / "wheels"))
    return folders


def test_the_main_job(fresh: Fresh) -> None:
    leads = copied_file(ROOT / "examples" / "leads.yaml", fresh.folder)
    args = ["evaluate", leads.name, "--as-of", AS_OF]
    assert "启衡电子科技集团" in fresh.run("groupbuy", *args)
    shipped = json.loads(fresh.run("groupbuy", *args, "--format", "json"))
    here = [sys.executable, "-m", "groupbuy", *args, "--format", "json"]
    assert shipped == json.loads(done(here, fresh.folder))
    assert len(shipped["leads"]) > 40


def copied_file(source: Path, folder: Path) -> Path:
    target = folder / source.name
    target.write_bytes(source.read_bytes())
    return target


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_tests_of_each_plugin(fresh: Fresh, plugin: Path) -> None:
    # `src` is on no path there: what is imported is the wheel.
    folder = copied(plugin, fresh.folder / plugin.name)
    assert "passed" in fresh.run("python", "-m", "pytest", "-p", "no:cacheprovider", cwd=folder)


@pytest.mark.parametrize("kind", KINDS)
def test_new_plugins_pass_their_tests(
    fresh: Fresh, new_plugins: dict[str, Path], kind: str
) -> None:
    out = fresh.run("python", "-m", "pytest", "-rA", cwd=new_plugins[kind])
    assert "PASSED" in out
    assert f"new_{kind}.test.yaml::" in out
    assert "nothing is wrong" in fresh.run("groupbuy", "plugins", "doctor", f"new_{kind}")


def test_new_plugins_go_together(fresh: Fresh, new_plugins: dict[str, Path]) -> None:
    names = [f"new_{kind}" for kind in new_plugins]
    rules = fresh.folder / "together"
    rules.mkdir()
    types = "[groupbuy:office, groupbuy:welfare, groupbuy:gift]"
    shipped = f"groupbuy:common, {types}, groupbuy:industries/*"
    own = ", ".join(f"{name}:{name}" for name in names)
    (rules / "groupbuy.yaml").write_text(
        f"groupbuy: 1\nplugins: [{', '.join(names)}]\nlayers: [{shipped}, {own}]\n",
        encoding="utf-8",
    )
    leads = copied_file(ROOT / "examples" / "leads.yaml", fresh.folder)
    args = ["--rules", "together", "--as-of", AS_OF, "--format", "json"]
    data = json.loads(fresh.run("groupbuy", "evaluate", leads.name, *args))
    assert [plugin["name"] for plugin in data["run"]["plugins"]] == sorted(names)
    assert "new_scorer_growth" in data["leads"][0]["facts"]
    listed = fresh.run("groupbuy", "plugins", "list", "--json")
    assert set(names) <= {plugin["name"] for plugin in json.loads(listed)}


def test_new_plugins_are_typed(fresh: Fresh, new_plugins: dict[str, Path]) -> None:
    """As an author's type checker sees them: by the types that the wheel ships."""
    sources = [str(folder / "src") for folder in new_plugins.values()]
    here = ["--python-executable", str(fresh.bin / "python"), "--cache-dir", "mypy"]
    done([sys.executable, "-m", "mypy", "--strict", *here, *sources], fresh.folder)
