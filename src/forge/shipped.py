"""Finds `schemas/`, `templates/` and `docs/` in an installed wheel or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def resource(kind: str, name: str) -> Path:
    """Return the path of a shipped file.

    `kind` is `schemas`, `templates` or `docs`, `name` a path below it. Raises FileNotFoundError if
    it is in neither place.
    """
    for base in (_PACKAGE / "_shipped", _CHECKOUT):
        candidate = base / kind / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{kind}/{name} is neither in the installed package nor in a checkout")


def template(name: str) -> str:
    """Return the text of a template."""
    return resource("templates", name).read_text(encoding="utf-8")
