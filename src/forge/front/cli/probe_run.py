"""What `forge validate --probe` needs beyond `forge validate`; loaded only where it is asked for,
as verbs are.
"""

from __future__ import annotations

from pathlib import Path

from forge.front.cli.answer import App
from forge.front.cli.context import run_context
from forge.run.proofs.probe import Probe, probe
from forge.views.validation.validate import plans_among


def probe_plans(app: App, paths: list[Path]) -> Probe:
    """Run the verify commands of approved plans among files and folders; raises as `probe` does."""
    return probe(run_context(app), frozenset(plans_among(app.repository.root, paths)))
