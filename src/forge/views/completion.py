"""Which plans are done, by what anybody says (`claimed`) and by what runs have shown (`proven`); never mixed up."""

from __future__ import annotations

from forge.git.repository import Repository
from forge.planning.plan_files import PlanFile
from forge.views.rollbacks import completed_runs
from forge.views.runs import all_runs


def is_claimed(repository: Repository, file: PlanFile) -> bool:
    """Say whether a summary of the plan exists."""
    return (repository.root / file.summary_path).is_file()


def is_done(repository: Repository, file: PlanFile) -> bool:
    """Say whether a plan counts as completed for those that depend on it: a summary, or a completed run that stands."""
    if is_claimed(repository, file):
        return True
    return any(record.card.plan_path == file.path for record in completed_runs(all_runs(repository)))
