"""Lazy modules: loaded on first attribute access, and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.lazy import at_first_use, at_first_use_by_others

NAME = "slow_module_of_a_test"


@pytest.fixture(autouse=True)
def slow_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that writes a file when it is loaded."""
    source = tmp_path / f"{NAME}.py"
    loaded = tmp_path / "loaded"
    source.write_text(
        f"open({str(loaded)!r}, 'a').write('x')\n"
        "number = 1\ndef double(value):\n    return 2 * value\nclass Thing:\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield loaded
    sys.modules.pop(NAME, None)


def test_a_module_loads_on_first_access_and_only_once(slow_module: Path) -> None:
    module = at_first_use(NAME)
    assert not slow_module.exists() and NAME not in sys.modules
    assert module.double(3) == 6
    assert module.double(4) == 8
    assert slow_module.read_text() == "x"
    assert sys.modules[NAME].double is module.double


def test_variables_are_always_current() -> None:
    module = at_first_use(NAME)
    assert module.number == 1
    sys.modules[NAME].number = 2  # type: ignore[attr-defined]
    assert module.number == 2


def test_classes_are_those_of_the_module() -> None:
    module = at_first_use(NAME)
    assert isinstance(module.Thing(), sys.modules[NAME].Thing)


def test_a_missing_module_or_attribute_is_an_error_on_access() -> None:
    with pytest.raises(ImportError):
        _ = at_first_use("no_such_module_anywhere").x
    with pytest.raises(AttributeError):
        _ = at_first_use(NAME).no_such_name


def test_a_later_import_by_others_is_lazy(slow_module: Path) -> None:
    at_first_use_by_others(NAME)
    imported = __import__(NAME)
    assert not slow_module.exists()
    assert imported.double(5) == 10
    assert slow_module.read_text() == "x"
    assert sys.modules[NAME] is not imported, "later imports get the module itself"


def test_a_module_that_is_loaded_already_stays(slow_module: Path) -> None:
    first = __import__(NAME)
    at_first_use_by_others(NAME)
    assert sys.modules[NAME] is first


CHOOSER = "chooser_of_a_test"


@pytest.fixture
def chooser(tmp_path: Path) -> Iterator[None]:
    """A module that prefers the slow module, and can do without it."""
    (tmp_path / f"{CHOOSER}.py").write_text(
        f"try:\n    import {NAME}\n    has_slow = True\nexcept ImportError:\n    has_slow = False\n"
    )
    yield
    sys.modules.pop(CHOOSER, None)


@pytest.mark.usefixtures("chooser")
def test_a_module_may_load_without_another_that_others_still_get(slow_module: Path) -> None:
    at_first_use_by_others(CHOOSER, without=NAME)
    assert not __import__(CHOOSER).has_slow
    assert not slow_module.exists()
    assert __import__(NAME).number == 1


@pytest.mark.usefixtures("chooser")
def test_a_module_that_is_loaded_already_is_never_missing() -> None:
    slow = __import__(NAME)
    at_first_use_by_others(CHOOSER, without=NAME)
    assert __import__(CHOOSER).has_slow
    assert sys.modules[NAME] is slow


def test_a_command_loads_structs_without_backports() -> None:
    code = (
        "import sys\nfrom forge.lazy import at_first_use_by_others as lazy\n"
        "from forge.__main__ import _BACKPORTS, _STRUCTS\nlazy(_STRUCTS, without=_BACKPORTS)\n"
        "from msgspec import Struct, json\n"
        "class Pair(Struct):\n    one: int\n    two: list[str] | None = None\n"
        "assert json.decode(json.encode(Pair(1, ['x'])), type=Pair) == Pair(1, ['x'])\n"
        "print('typing_extensions' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
