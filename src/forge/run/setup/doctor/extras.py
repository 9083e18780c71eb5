"""Checks which optional parts of forge are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata

from forge.run.setup.doctor.check import Check, passed

_PACKAGE = "forge-tracker"
_FOR_DEVELOPERS = ("bench", "test")
_REQUIREMENT = re.compile(r"([\w.-]+).*;.*\bextra\s*==\s*[\"']([\w-]+)[\"']")


def check_extras() -> Iterator[Check]:
    try:
        requirements = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return
    yield from missing_extras(requirements, _is_installed)


def missing_extras(
    requirements: Iterable[str], installed: Callable[[str], bool]
) -> Iterator[Check]:
    """Yield a note for each extra that lacks a package, with the line that installs it.

    The requirements are those of the package's metadata (`starlette>=1; extra == "web"`).
    """
    missing: dict[str, list[str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, requirements)):
        package, extra = match.groups()
        if extra not in _FOR_DEVELOPERS and not installed(package):
            missing.setdefault(extra, []).append(package)
    for extra, packages in missing.items():
        names = ", ".join(packages)
        yield passed(
            f"extra-{extra}", f"not installed: {names}", f"pip install '{_PACKAGE}[{extra}]'"
        )


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
