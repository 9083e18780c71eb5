"""Takes back what a killed command left half done; each command begins with it."""

from __future__ import annotations

from forge.errors import ForgeError, Held
from forge.git.intent import intent as intents
from forge.git.intent.place import document_lock, is_pending
from forge.git.intent.staging import clear_staged
from forge.git.intent.undo import is_committed, take_back
from forge.git.repository import Repository

_PATIENCE = 5.0  # seconds that a command waits for another one that changes documents


def recover(repository: Repository, *, crashed: bool) -> list[str]:
    """Take back what a killed command left, and return lines that report it.

    `crashed`: a forge process died here, so its unfinished files are removed too. No error is
    raised: what cannot be taken back now is left to the next command.
    """
    try:
        if crashed:
            clear_staged(repository)
        if not is_pending(repository):
            return []
        with document_lock(repository, _PATIENCE):
            return recover_held(repository)
    except Held:
        return ["another forge process is changing documents here: this may show a part of it"]
    except (OSError, ForgeError) as error:
        return [_not_yet(error)]


def _not_yet(error: OSError | ForgeError) -> str:
    reason = error.message if isinstance(error, ForgeError) else error.strerror or str(error)
    return f"a command that was killed is half done, and cannot be taken back yet: {reason}"


def recover_held(repository: Repository) -> list[str]:
    """Take back the pending intent, as `recover` does; the caller holds the document lock.

    Raises OSError, ForgeError.
    """
    try:
        intent = intents.load(repository)
    except (ValueError, TypeError, KeyError, AttributeError):
        return [f"an intent that cannot be read is kept in {intents.set_aside(repository)}"]
    if intent is None:
        return []
    done = intent.commit is not None and is_committed(repository, intent, intent.commit)
    changed = take_back(repository, intent)
    if changed:
        aside = intents.set_aside(repository)
        listed = ", ".join(sorted(set(changed)))
        return [
            f"`forge {intent.verb}` was killed and is taken back, except for what changed since:"
            f" {listed}; the bytes before and after are kept in {aside}"
        ]
    intents.remove(repository)
    if done:
        return [f"`forge {intent.verb}` was killed after its commit: it is done"]
    return [f"`forge {intent.verb}` was killed half way and is taken back: give it again"]
