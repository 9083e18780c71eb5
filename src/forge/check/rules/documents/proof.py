"""Rules about forge's own documents: settings, missions and proofs."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.planning.proof import Proof
from forge.text import shape
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml

SETTINGS = Rule("settings", "error", False, "forge.yaml can be used")
SETTINGS_KEY = Rule(
    "settings-key", "warning", False, "forge.yaml has no unknown keys and names no unknown rules"
)
MISSION = Rule("mission-yaml", "error", False, "a mission is YAML 1.2")
CONTRACT = Rule(
    "mission-contract", "error", False, "a mission's phases and scope contract can be read"
)
PROOF = Rule("proof-unread", "warning", False, "each file of proofs/ is a proof that counts")
_NEEDED = ("kind", "plan_path", "about", "statement_sha256", "by", "at")
_HINT = "mend it, or give the proof anew; as it is it proves nothing"


def check_proof(source: Source) -> Iterator[Finding]:
    """Yield a finding for a proof that is passed over when must-haves are judged."""
    try:
        top = yaml.parse(source.text)
    except yaml.YamlProblem as problem:
        place = Span(problem.offset, problem.offset + 1)
        yield PROOF.at(source, place, f"the proof is no YAML: {problem.message}", _HINT)
        return
    found = top.plain()
    if not isinstance(found, dict):
        yield PROOF.at(source, Span(0, 0), "the proof is no mapping of keys", _HINT)
        return
    missing = [key for key in _NEEDED if key not in found]
    wrong = shape.misfit(
        Proof, {key: value for key, value in found.items() if key in Proof.__struct_fields__}
    )
    if missing:
        yield PROOF.at(source, Span(0, 0), f"the proof has no {', '.join(missing)}", _HINT)
    elif wrong:
        place = top.keys.get(wrong, Span(0, 0))
        yield PROOF.at(source, place, f"`{wrong}` is not what it is in a proof", _HINT)
