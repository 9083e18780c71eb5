from __future__ import annotations

import pytest

from forge.git.pager import page, wants_color
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture(autouse=True)
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what git asks the environment about a terminal and its pager."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("GIT_PAGER", "PAGER", "LESS", "LV"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, True), ("always", True), ("auto", True), ("false", False), ("never", False)],
)
def test_color_follows_the_setting(
    sandbox: Sandbox, repository: Repository, value: str | None, expected: bool
) -> None:
    if value is not None:
        sandbox.git("config", "color.ui", value)
    assert wants_color(repository) is expected


def test_an_invalid_color_setting_is_ignored(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("config", "color.ui", "nonsense")
    assert wants_color(repository)


def test_the_pager_gets_the_text(sandbox: Sandbox, repository: Repository) -> None:
    shown = sandbox.root / "shown"
    sandbox.git("config", "core.pager", f"cat > {shown}")
    assert page(repository, "one\ntwo ü\udcff")
    assert shown.read_text() == "one\ntwo ü\\udcff\n"


def test_the_pager_quits_if_the_text_fits(sandbox: Sandbox, repository: Repository) -> None:
    shown = sandbox.root / "shown"
    sandbox.git("config", "core.pager", f"echo $LESS $LV > {shown}; cat > /dev/null")
    assert page(repository, "x")
    assert shown.read_text() == "FRX -c\n"


@pytest.mark.parametrize("pager", ["cat", "/nonexistent/pager", "''"])
def test_without_a_pager_nothing_is_shown(
    sandbox: Sandbox, repository: Repository, pager: str
) -> None:
    sandbox.git("config", "core.pager", pager)
    assert not page(repository, "x")


def test_a_pager_that_fails_has_shown_the_text(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("config", "core.pager", "cat > /dev/null; exit 3")
    assert page(repository, "x")
