"""settings and settings-key: forge.yaml. Reading the settings finds what is wrong."""

from __future__ import annotations

from forge.check.rules.model import Rule

SETTINGS = Rule("settings", "error", False, "forge.yaml can be used")
SETTINGS_KEY = Rule(
    "settings-key", "warning", False, "forge.yaml has no unknown keys and names no unknown rules"
)
