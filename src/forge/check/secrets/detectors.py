"""The detectors of secrets: a maintained library, which brings what speaks HTTP along and takes its
time to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector

# Detectors by entropy and by keyword call hashes and sample passwords secrets; in logs they would
# blank out what is needed.
_TOO_EAGER = {
    "Base64 High Entropy String",
    "Hex High Entropy String",
    "Secret Keyword",
    "Public IP (ipv4)",
}


@cache
def detectors() -> tuple[RegexBasedDetector, ...]:
    """Return the detectors that go by patterns."""
    classes: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    made = (cls() for name, cls in sorted(classes.items()) if name not in _TOO_EAGER)
    return tuple(detector for detector in made if isinstance(detector, RegexBasedDetector))
