"""settings and settings-key: forge.yaml. Reading the settings finds what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.known_keys import closest
from forge.check.rules.model import Rule
from forge.text.finding import Finding
from forge.text.source import Source
from forge.text.yaml import parse as yaml

SETTINGS = Rule("settings", "error", False, "forge.yaml can be used")
SETTINGS_KEY = Rule(
    "settings-key", "warning", False, "forge.yaml has no unknown keys and names no unknown rules"
)


def check_rule_names(source: Source, ids: set[str]) -> Iterator[Finding]:
    """Yield a finding for each key of `rules` that is not the id of a rule."""
    try:
        block = yaml.parse(source.text).get("rules")
    except yaml.YamlProblem:
        return
    for key, span in (block.keys if block else {}).items():
        if key not in ids:
            similar = closest(key, ids)
            hint = f"did you mean `{similar}`?" if similar else "`forge rules` lists them"
            yield SETTINGS_KEY.at(source, span, f"there is no rule `{key}`", hint)
