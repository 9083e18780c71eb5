"""proof-unread: a file in proofs/ that is ignored when must-haves are judged."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.planning import proof
from forge.planning.migrations import WrongVersion
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml

PROOF = Rule("proof-unread", "warning", False, "each file of proofs/ is a proof that counts")
_HINT = "fix it, or give the proof again; as it is it proves nothing"


def check(source: Source) -> Iterator[Finding]:
    """Yield a finding if a proof cannot be used."""
    try:
        reading = proof.read(source)
    except yaml.YamlProblem as problem:
        span = Span(problem.offset, problem.offset + 1)
        yield PROOF.at(source, span, f"the proof is not valid YAML: {problem.message}", _HINT)
        return
    except WrongVersion as problem:
        yield PROOF.at(source, problem.span, f"the proof's {problem.message}", problem.hint)
        return
    if reading.missing:
        missing = ", ".join(reading.missing)
        yield PROOF.at(source, Span(0, 0), f"the proof has no {missing}", _HINT)
    for misfit in reading.misfits:
        yield PROOF.at(source, misfit.span, misfit.message, _HINT)
