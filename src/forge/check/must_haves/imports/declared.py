"""Reads the names that a source file declares at its top level, from its text alone."""

from __future__ import annotations

import re

from forge.check.must_haves.code.file import Code

_DECLARED = re.compile(
    r"\b(?:def|class|function|func|const|let|var|type|interface|enum|struct|trait|fn|static|mod|union|namespace)\b"
    r"[\s*]*(?P<after>[^\W\d][\w$]*)|^(?P<set>[^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)",
    re.M,
)
_GO_GROUP = re.compile(r"^(?:const|var|type)[ \t]*\((?P<body>[^)]*)\)", re.M)
_GO_ENTRY = re.compile(r"^[ \t]+(?P<name>[^\W\d]\w*)\b", re.M)


def declared(code: Code) -> set[str]:
    """Return the names that a file declares outside comments and strings, without methods of Go
    types.
    """
    names = {match["after"] or match["set"] for match in _DECLARED.finditer(code.bare)}
    if code.path.endswith(".go"):
        groups = _GO_GROUP.finditer(code.bare)
        names |= {entry["name"] for group in groups for entry in _GO_ENTRY.finditer(group["body"])}
    return names
