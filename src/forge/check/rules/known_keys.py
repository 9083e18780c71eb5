"""The keys that documents of this kind have, and which of them a person may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FRONT = frozenset(
    """
    phase plan type wave depends_on files_modified files_deleted autonomous requirements user_setup
    must_haves gap_closure formerly status estimate title name description
    """.split()
)
MUST_HAVES = frozenset(("truths", "artifacts", "key_links", "prohibitions"))
TRUTH = frozenset(("statement", "truth", "verify"))
ARTIFACT = frozenset(
    """
    path provides contains exports min_lines max_lines should_not_exist not_contains forbidden
    """.split()
)
LINK = frozenset(("from", "to", "via", "pattern"))
PROHIBITION = frozenset(("statement", "category", "requirement_id", "status", "verification"))
TASK = frozenset(("type", "gate", "tdd", "id", "stage", "depends_on"))
PARTS = frozenset(
    """
    name files read_first action verify acceptance_criteria done behavior precondition
    what-built how-to-verify decision context options instructions resume-signal implementation
    automated human-check
    """.split()
)
# Keys of real plans that look like another known key and are not: they are what they say.
OWN = frozenset(
    """
    files files_created files_read tag tags task tasks types title titles names waves phases
    plans plan_id phase_id phase_name phase_slug requirement_ids requirements_addressed requires
    provides verification verify_command via_pattern patterns no_contains max_tokens min_tokens
    pattern note notes modifies regenerated_by structure required test tests form forms topic
    tool token tokens state stats statement dates date path paths parts exported imports
    """.split()
)
_CLOSEST = 0.8


def meant(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that a key seems to be a slip of, None where it resembles none.

    Blanks, hyphens and capitals in place of the real ones always count as a slip; other letters
    only where the key is long enough for one wrong letter to be told from another word, or where
    they only changed places.
    """
    folded = {_folded(each): each for each in known}
    if _folded(key) in folded:
        return folded[_folded(key)]
    if key in OWN or len(key) > 40:
        return None
    swapped = [
        name
        for name in folded
        if sorted(name) == sorted(_folded(key)) and name[0] == key[:1].lower()
    ]
    if swapped and len(key) > 3:
        return folded[swapped[0]]
    close = difflib.get_close_matches(_folded(key), folded, 1, _CLOSEST)
    return (
        folded[close[0]]
        if close and len(key) > 3 and abs(len(close[0]) - len(_folded(key))) <= 2
        else None
    )


def _folded(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "").replace(" ", "")
