"""`forge new mission`: a file called by its title."""

from __future__ import annotations

from pathlib import Path

from forge.errors import UsageError
from forge.git.repository import Repository
from forge.planning import backlog, drafts, mission
from forge.planning.backlog import slug
from forge.planning.drafts import Wishes
from forge.run.documents.making import Created, make, titled


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Make a mission, called by its title. Raises UsageError where there is one of that name."""
    title = titled(title)
    mission_id = slug(title, "mission")
    path = f"{mission.FOLDER}/{mission_id}.yaml"
    if (repository.root / backlog.ARCHIVED_MISSIONS / f"{mission_id}.yaml").exists():
        raise UsageError(f"a mission {mission_id} was put away: ids are not given twice", "give the new one another title")
    if not make(repository.root, path, drafts.mission(mission_id, title, wishes)):
        raise UsageError(f"there is a mission {path} already", "give the new one another title")
    return Created(mission_id, path)
