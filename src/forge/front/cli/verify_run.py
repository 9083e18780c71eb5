"""What `forge verify --run` needs beyond `forge verify`; loaded only where it is asked for, as
verbs are.
"""

from __future__ import annotations

from collections.abc import Sequence

from forge.front.cli.answer import App
from forge.front.cli.context import run_context
from forge.planning.plan.plan import Plan
from forge.run.proofs.run_truths import TruthResult, run_truths


def run_plans(app: App, plans: Sequence[Plan]) -> list[TruthResult]:
    """Run the truths' commands of approved plans and keep what they prove; raises as `run_truths`
    does.
    """
    return run_truths(run_context(app), plans)
