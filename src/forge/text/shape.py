"""Whether plain data, as it comes out of a file, has the shape that a record says its fields
have.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct


@cache
def shape_of(cls: type[Struct]) -> Mapping[str, object]:
    """Return the fields of a record and their types."""
    hints = get_type_hints(cls)
    return {name: hints[name] for name in cls.__struct_fields__}


def misfit(cls: type[Struct], data: Mapping[str, object]) -> str | None:
    """Return the name of the first field of `cls` whose value in `data` is of another type; None
    where all fit.

    Names that `cls` does not have, and fields that `data` does not have, are passed over.
    """
    shape = shape_of(cls)
    return next(
        (name for name, value in data.items() if name in shape and not fits(value, shape[name])),
        None,
    )


def fits(value: object, kind: Any) -> bool:
    """Say whether a value is of a type: a plain one, a literal, a union, a list or a dict of such.
    A bool is no int.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in inner)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in inner)
    if origin is list:
        return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            fits(key, inner[0]) and fits(each, inner[1]) for key, each in value.items()
        )
    if isinstance(value, bool):
        return kind in (bool, object)
    return isinstance(value, kind)
