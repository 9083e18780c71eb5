"""The keys that plans can have, and the known key that a misspelled one most likely means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FRONT = frozenset(
    """
    phase plan type wave depends_on files_modified files_deleted autonomous requirements user_setup
    must_haves gap_closure formerly status estimate title name description
    """.split()
)
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
# Keys of real plans that resemble a known key and are not a misspelling of it.
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
_LONGEST_KEY = 40
_SHORTEST_KEY = 4


def closest(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that a key seems to misspell, None if it resembles none.

    Other spaces, hyphens, underscores and capitals always count as a misspelling. Other letters
    count only if the key is long enough, or if the same letters are in another order.
    """
    folded = {_folded(name): name for name in known}
    wanted = _folded(key)
    if wanted in folded:
        return folded[wanted]
    if key in OWN or not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        return None
    for form, name in folded.items():
        if sorted(form) == sorted(wanted) and form[0] == key[:1].lower():
            return name
    similar = difflib.get_close_matches(wanted, folded, 1, _CLOSEST)
    return folded[similar[0]] if similar and abs(len(similar[0]) - len(wanted)) <= 2 else None


def _folded(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "").replace(" ", "")
