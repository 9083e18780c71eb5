"""The fingerprint of forge's code: a change of any module makes every cached answer void."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import forge
from forge.cache import fingerprint as module
from forge.cache.fingerprint import fingerprint, of_folders

PACKAGE = Path(forge.__file__).parent
MODULES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))
ANSWERING = ("cache", "check", "git", "planning", "records", "text", "timeline", "views")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, with its times."""
    place = tmp_path_factory.mktemp("copy") / "forge"
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, place, copy_function=shutil.copy2, ignore=ignored))


def test_the_same_code_has_the_same_fingerprint(copy: Path) -> None:
    assert fingerprint() == fingerprint()
    assert of_folders(copy) == of_folders(PACKAGE), "the place does not matter"


def test_touching_any_module_changes_it(copy: Path) -> None:
    """Every module that a cached answer may depend on is among them, and the rest of forge too."""
    before = of_folders(copy)
    for name in MODULES:
        path = copy / name
        times = path.stat()
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
        assert of_folders(copy) != before, name
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert of_folders(copy) == before
    assert {*ANSWERING} <= {name.partition("/")[0] for name in MODULES}


@pytest.mark.parametrize(
    "name",
    [
        "views/outline/entries.py",
        "timeline/run/events/runs.py",
        "check/must_haves/verdict.py",
        "planning/plan/plan.py",
        "text/yaml/parse.py",
        "records/card.py",
        "git/objects/store.py",
    ],
)
def test_other_text_of_the_same_time_changes_it(copy: Path, name: str) -> None:
    before, path = of_folders(copy), copy / name
    text, times = path.read_bytes(), path.stat()
    path.write_bytes(text + b"\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert of_folders(copy) != before
    path.write_bytes(text)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_module_that_is_added_moved_or_removed_changes_it(copy: Path) -> None:
    seen = {of_folders(copy)}
    (copy / "views/new_room").mkdir()
    (copy / "views/new_room/page.py").write_text("")
    seen.add(of_folders(copy))
    (copy / "views/new_room/page.py").rename(copy / "views/new_room/leaf.py")
    seen.add(of_folders(copy))
    (copy / "views/new_room/leaf.py").unlink()
    assert of_folders(copy) in seen, "an empty folder is nothing"
    assert len(seen) == 3
    (copy / "views/new_room").rmdir()


def test_compiled_modules_do_not_count(copy: Path) -> None:
    before = of_folders(copy)
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/lazy.cpython-311.pyc").write_bytes(b"")
    assert of_folders(copy) == before


def test_schemas_count_as_code(tmp_path: Path) -> None:
    (tmp_path / "plan.schema.json").write_text("{}")
    before = of_folders(tmp_path)
    (tmp_path / "plan.schema.json").write_text("[1]")
    assert of_folders(tmp_path) != before


def test_another_version_has_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = of_folders(PACKAGE)
    monkeypatch.setattr(module.forge, "__version__", "9.9")
    assert of_folders(PACKAGE) != before


def test_nothing_heavy_is_loaded_for_it() -> None:
    code = (
        "import sys, forge.cache.fingerprint as f; f.fingerprint();"
        "print([m for m in ('hashlib', 'msgspec', 'sqlite3', 'subprocess')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
