"""`forge new mission`: a file called by its title."""

from __future__ import annotations

from pathlib import Path

from forge.errors import UsageError
from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.planning.mission import mission
from forge.run.documents.create import Created, make, titled


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Make a mission, called by its title. Raises UsageError where there is one of that name."""
    title = titled(title)
    mission_id = slug(title, "mission")
    path = f"{mission.FOLDER}/{mission_id}.yaml"
    if (repository.root / paths.ARCHIVED_MISSIONS / f"{mission_id}.yaml").exists():
        raise UsageError(
            f"a mission {mission_id} was put away: ids are not given twice",
            "give the new one another title",
        )
    if not make(repository.root, path, new_documents.mission(mission_id, title, wishes)):
        raise UsageError(f"there is a mission {path} already", "give the new one another title")
    return Created(mission_id, path)
