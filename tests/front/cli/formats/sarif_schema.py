"""The part of SARIF 2.1.0 that forge writes, stricter than the standard's own schema: nothing else
may be there.

No package index carries the official schema, so the tests hold the output to this one. forge's
output was also held to the official one (sarif-schema-2.1.0.json, errata 01) when this was written.
"""

from __future__ import annotations

from typing import Any


def _closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": sorted(required),
        "additionalProperties": False,
    }


_LINE = {"type": "integer", "minimum": 1}
_TEXT = _closed({"text": {"type": "string", "minLength": 1}})
_URI = {
    "type": "string",
    "pattern": r"^(?:file:///)?[A-Za-z0-9._~!$&'()*+,;=:@%/-]+$",
    "not": {"pattern": "%(?![0-9A-F]{2})"},
}
_PLACE = _closed({"uri": _URI}, uriBaseId={"const": "%SRCROOT%"})
_REGION = _closed({"startLine": _LINE, "startColumn": _LINE, "endLine": _LINE, "endColumn": _LINE})
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_RULE = _closed(
    {
        "id": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "shortDescription": _TEXT,
        "fullDescription": _TEXT,
        "help": _closed(
            {
                "text": {"type": "string", "minLength": 1},
                "markdown": {"type": "string", "minLength": 1},
            }
        ),
        "defaultConfiguration": _closed({"level": _LEVEL}),
    }
)
_RESULT = _closed(
    {
        "ruleId": {"type": "string", "minLength": 1},
        "level": _LEVEL,
        "message": {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
        },
        "locations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": _closed(
                {"physicalLocation": _closed({"artifactLocation": _PLACE, "region": _REGION})}
            ),
        },
    },
    ruleIndex={"type": "integer", "minimum": 0},
)
_DRIVER = _closed(
    {
        "name": {"const": "forge"},
        "version": {"type": "string"},
        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
        "rules": {"type": "array", "items": _RULE, "uniqueItems": True},
    }
)
_RUN = _closed(
    {
        "tool": _closed({"driver": _DRIVER}),
        "columnKind": {"const": "unicodeCodePoints"},
        "originalUriBaseIds": _closed({"%SRCROOT%": _closed({"description": _TEXT})}),
        "artifacts": {
            "type": "array",
            "items": _closed({"location": _PLACE, "sourceLanguage": {"type": "string"}}),
        },
        "results": {"type": "array", "items": _RESULT},
    }
)
SARIF: dict[str, Any] = _closed(
    {
        "$schema": {"type": "string", "pattern": "^https://.*sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": _RUN},
    }
)
