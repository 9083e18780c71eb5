"""`forge new mission`: a file named by the mission's title."""

from __future__ import annotations

from pathlib import Path

from forge.errors import UsageError
from forge.git.intent.perform import changing
from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.planning.mission import mission
from forge.run.documents.create import Created, clean_title, create_file


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Create a mission. Raises UsageError if one of that name exists or is archived."""
    title = clean_title(title)
    mission_id = slug(title, "mission")
    path = f"{mission.FOLDER}/{mission_id}.yaml"
    with changing(repository):
        if (repository.root / paths.ARCHIVED_MISSIONS / f"{mission_id}.yaml").exists():
            raise UsageError(
                f"there is an archived mission {mission_id}, and no id is used twice",
                "give the new one another title",
            )
        text = new_documents.mission(mission_id, title, wishes)
        created = create_file(repository, path, text)
    if not created:
        raise UsageError(f"the mission {path} exists already", "give the new one another title")
    return Created(mission_id, path)
