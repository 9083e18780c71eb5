"""Marks for the types of arguments."""

from __future__ import annotations

from typing import NamedTuple


class AtLeast(NamedTuple):
    """The smallest value of a number, as `Annotated[int, AtLeast(1)]`."""

    value: int
