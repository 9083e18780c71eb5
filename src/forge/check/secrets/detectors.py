"""The detectors of detect-secrets. Import lazily: the library takes a while to load."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector

# Detectors by entropy and keyword also report hashes and sample passwords: in logs they would blank
# out useful lines.
_TOO_EAGER = {
    "Base64 High Entropy String",
    "Hex High Entropy String",
    "Secret Keyword",
    "Public IP (ipv4)",
}


@cache
def detectors() -> tuple[RegexBasedDetector, ...]:
    """Return the detectors that match patterns."""
    classes: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    instances = (cls() for name, cls in sorted(classes.items()) if name not in _TOO_EAGER)
    return tuple(detector for detector in instances if isinstance(detector, RegexBasedDetector))
