"""Shipped files: found in an installed wheel, and at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge import shipped
from forge.shipped import resource, template


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    package, checkout = tmp_path / "package", tmp_path / "checkout"
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    monkeypatch.setattr(shipped, "_CHECKOUT", checkout)
    return package / "_shipped", checkout


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_checkout_has_them_at_its_top() -> None:
    assert resource("schemas", "plan.schema.json").is_file()
    assert resource("docs", "rules.md").is_file()
    assert template("plan.md")


def test_an_installed_package_comes_first(places: tuple[Path, Path]) -> None:
    package, checkout = places
    put(checkout, "templates/a.md", "checkout")
    assert template("a.md") == "checkout"
    put(package, "templates/a.md", "wheel")
    assert template("a.md") == "wheel"


def test_a_missing_file_is_named(places: tuple[Path, Path]) -> None:
    with pytest.raises(FileNotFoundError, match=r"docs/none\.md is neither"):
        resource("docs", "none.md")
