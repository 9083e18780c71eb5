"""`forge new item`: an item with a random id, so that no branch gives the same id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forge.errors import StorageFailed
from forge.git.intent.perform import changing
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.run.documents.create import TRIES, Created, clean_title, create_file
from forge.timeline.ids import short

if not TYPE_CHECKING:
    documents = at_first_use("forge.planning.names.documents")  # most items depend on none
else:  # not the other way round: import-linter ignores imports below `if TYPE_CHECKING`
    from forge.planning.names import documents

_LENGTH = 7  # a letter and six of thirty characters: sixteen billion ids


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Create a backlog item. Raises UsageError, UnknownName or StorageFailed."""
    title = clean_title(title)
    wishes = wishes._replace(
        depends_on=tuple(_item_id(repository.root, name, here) for name in wishes.depends_on)
    )
    with changing(repository):
        for _ in range(TRIES):
            item_id = _random_id()
            if paths.taken(repository.root, item_id):
                continue
            path = f"{paths.FOLDER}/{item_id}-{slug(title, 'item')}.md"
            if create_file(repository, path, new_documents.item(item_id, title, wishes)):
                return Created(item_id, path)
    raise StorageFailed(f"no id is free in {paths.FOLDER}", "archive items that are done")


def _item_id(root: Path, name: str, here: Path) -> str:
    """Return the id of the item that a name means. Raises UnknownName."""
    return documents.Documents(root).one(name, here, kinds=("item",)).id


def _random_id() -> str:
    """Return an id that starts with a letter, so that it is not the number of a phase or plan."""
    while (item_id := short(_LENGTH))[0].isdigit():
        pass
    return item_id
