"""proof-unread: a file in proofs/ that is ignored when must-haves are judged."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.planning.proof import Proof
from forge.text import shape
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml

PROOF = Rule("proof-unread", "warning", False, "each file of proofs/ is a proof that counts")
_REQUIRED = ("kind", "plan_path", "about", "statement_sha256", "by", "at")
_HINT = "fix it, or give the proof again; as it is it proves nothing"
_START = Span(0, 0)


def check(source: Source) -> Iterator[Finding]:
    """Yield a finding if a proof cannot be used."""
    try:
        top = yaml.parse(source.text)
    except yaml.YamlProblem as problem:
        span = Span(problem.offset, problem.offset + 1)
        yield PROOF.at(source, span, f"the proof is not valid YAML: {problem.message}", _HINT)
        return
    data = top.plain()
    if not isinstance(data, dict):
        yield PROOF.at(source, _START, "the proof is not a mapping of keys", _HINT)
        return
    missing = [key for key in _REQUIRED if key not in data]
    wrong = shape.misfit(
        Proof, {key: value for key, value in data.items() if key in Proof.__struct_fields__}
    )
    if missing:
        yield PROOF.at(source, _START, f"the proof has no {', '.join(missing)}", _HINT)
    elif wrong:
        span = top.keys.get(wrong, _START)
        yield PROOF.at(source, span, f"`{wrong}` has the wrong type", _HINT)
