"""Key links: whether the file that `from` names holds the connection to what `to` names."""

from __future__ import annotations

import posixpath
from difflib import get_close_matches

from msgspec import Struct

from forge.check.must_haves.code.file import Code, as_lines, read
from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.links import patterns as link_patterns
from forge.check.must_haves.links.ends import End, by_stem, end_of
from forge.check.must_haves.links.reach import goal_files, reach
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave

LIMIT = 16 << 20
_KEYS = ("from", "to", "via", "pattern")
_ALIASES = {"regex": "pattern", "regexp": "pattern", "source": "from", "target": "to"}
_CLOSE = 0.75
_MADE_ENDINGS = frozenset(
    (".json", ".xml", ".yaml", ".yml", ".env", ".ini", ".properties", ".plist", ".tex")
)
_MADE_FOLDERS = frozenset(
    (
        "dist",
        "build",
        "out",
        "target",
        "coverage",
        "node_modules",
        "generated",
        "gen",
        "logs",
        "tmp",
    )
)
_MOST_BYTES = 64 << 20
_MOST_TARGETS = 5


class _Link(Struct, frozen=True):
    """A link as declared; `pattern` is None where none is given."""

    start: str
    goal: str
    pattern: str | None


def judge(item: MustHave, tree: Tree, limit: int = LIMIT) -> Verdict:
    """Return the verdict on a key link at one tree; `limit` is the largest file, in bytes, that is
    read. Never raises.

    With `pattern`, a file that `from` names has to match it outside comments. Without, an import
    there has to lead to `to`; where a language has no imports that forge follows, a reference
    counts, and its evidence says `text`. A `to` that is a path has to exist. What cannot be decided
    is `unproven`, with the reason.
    """
    link = _declared(item)
    try:
        outcome = Outcome("unproven", link) if isinstance(link, str) else _decide(link, tree, limit)
    except GitFailed as error:
        outcome = Outcome("unproven", f"the files of the tree cannot be listed: {error.message}")
    return answer(item, outcome.verdict, outcome.reason, outcome.evidence)


def _declared(item: MustHave) -> _Link | str:
    """Return the link, or in words why it cannot be decided."""
    if not isinstance(item.value.data, dict):
        return (
            "the link is not written as `from`, `to` and `pattern`, so nothing in it can be"
            " looked up"
        )
    for key in item.value.data:
        meant = _meant(key)
        if meant:
            return f"the key {shown(key)} is unknown: did you mean `{meant}`?"
    for key in ("from", "to", "pattern"):
        value = item.value.get(key)
        if value is not None and isinstance(value.data, (dict, list)):
            return f"`{key}` is not one text"
    start, goal = (item.raw("from") or "").strip(), (item.raw("to") or "").strip()
    if not start or not goal:
        return f"the link has no `{'to' if start else 'from'}`"
    pattern = item.raw("pattern")
    return _Link(start, goal, None if pattern is None else as_lines(pattern))


def _meant(key: str) -> str | None:
    """Return the known key that an unknown one reads like."""
    if key in _KEYS:
        return None
    word = key.strip().lower()
    return _ALIASES.get(word) or next(iter(get_close_matches(word, _KEYS, 1, _CLOSE)), None)


def _decide(link: _Link, tree: Tree, limit: int) -> Outcome:
    trouble = link_patterns.trouble(link.pattern) if link.pattern is not None else None
    if trouble:
        return Outcome("unproven", trouble)
    start = end_of(link.start, tree)
    if start.kind == "words":
        start = by_stem(start.text, tree, limit) or start
    if start.kind != "files":
        return _no_source(start)
    goal = end_of(link.goal, tree, start.paths[0])
    if link.pattern is None and goal.kind in ("absent", "alike"):
        return _no_goal(goal)
    found = _in_any(start, goal, link.pattern, tree, limit)
    if found.verdict == "pass" and goal.kind == "absent":
        found = _matched_to_nothing(found, goal)
    return _noted(found, start, goal)


def _matched_to_nothing(found: Outcome, goal: End) -> Outcome:
    """Answer where the pattern matches but `to` is not there: no proof, and a fail for source code,
    which nothing makes.
    """
    reason = f"{found.reason}, but {_no_goal(goal).reason}"
    folder, name = posixpath.split(goal.text)
    by_hand = (
        lexicon_of(name) is not None and posixpath.splitext(name)[1].lower() not in _MADE_ENDINGS
    )
    if by_hand and not _MADE_FOLDERS & set(folder.split("/")) and not set("*?{") & set(goal.text):
        return Outcome("fail", reason, found.evidence)
    return Outcome("unproven", f"{reason}: it may be made by a build or a run", found.evidence)


def _no_source(start: End) -> Outcome:
    """Answer for a `from` that names no file to look in."""
    name, note = shown(start.text), f" ({start.note})" if start.note else ""
    match start.kind:
        case "absent":
            return Outcome("fail", f"{name} is not there{note}")
        case "outside":
            return Outcome("fail", f"{name} leads out of the repository")
        case "folder":
            return Outcome("unproven", f"{name} is a folder: name the file that holds the link")
        case "broken":
            return Outcome(
                "unproven",
                f"{name} cannot be read: it is no regular file, or not in this repository",
            )
        case "several":
            return Outcome(
                "unproven", f"{len(start.paths)} files are called {name}: give the folder as well"
            )
        case "alike":
            return Outcome("unproven", f"{name} is not there; is `{start.paths[0]}` meant?")
    return Outcome(
        "unproven", f"{name} names no file of the tree, so there is no source to look in"
    )


def _no_goal(goal: End) -> Outcome:
    """Answer for a `to` that is a path where nothing is."""
    hint = (
        f"; is `{goal.paths[0]}` meant?"
        if goal.kind == "alike"
        else f" ({goal.note})"
        if goal.note
        else ""
    )
    return Outcome("fail", f"{shown(goal.text)}, to which the link leads, is not there{hint}")


def _in_any(start: End, goal: End, pattern: str | None, tree: Tree, limit: int) -> Outcome:
    """Look in each file that `from` names; any of them may hold the link."""
    files = goal_files(goal, tree, limit)
    outcomes: list[Outcome] = []
    room = _MOST_BYTES
    for path in start.paths:
        code = read(tree, path, limit)
        if isinstance(code, str):
            outcomes.append(Outcome("unproven", code))
            continue
        found = (
            link_patterns.match(pattern, code) if pattern is not None else reach(code, goal, files)
        )
        if found.verdict == "pass":
            return found
        outcomes.append(found)
        room -= len(code.text)
        if room < 0 and path != start.paths[-1]:
            outcomes.append(Outcome("unproven", f"{shown(start.text)} matches more than is read"))
            break
    return _worst(outcomes, start, _only_in_goal(pattern, goal, tree, limit))


def _worst(outcomes: list[Outcome], start: End, remark: str) -> Outcome:
    """Return one answer for files none of which holds the link: what is undecided in one is
    undecided for all.
    """
    first = next((outcome for outcome in outcomes if outcome.verdict == "unproven"), outcomes[0])
    many = f"none of the {len(outcomes)} files that {shown(start.text)} matches holds the link: "
    reason = (many if len(outcomes) > 1 else "") + first.reason + remark
    return Outcome("unproven" if start.guessed else first.verdict, reason, first.evidence)


def _only_in_goal(pattern: str | None, goal: End, tree: Tree, limit: int) -> str:
    """Say so where the pattern is found in `to` alone."""
    for path in goal.paths[:_MOST_TARGETS] if pattern is not None and goal.kind == "files" else ():
        code = read(tree, path, limit)
        found = (
            link_patterns.match(pattern, code)
            if isinstance(code, Code) and pattern is not None
            else None
        )
        if found and found.verdict == "pass":
            return (
                f"; only `{path}` does, on line {found.evidence[0].line}, and the link has to stand"
                " in `from`"
            )
    return ""


def _noted(found: Outcome, start: End, goal: End) -> Outcome:
    """Add how `from` and `to` were read where that was not to the letter."""
    where = f"; the whole file was searched, not {shown(start.rest)} alone" if start.rest else ""
    known = [
        (key, end.note) for key, end in (("from", start), ("to", goal)) if end.kind != "absent"
    ]
    notes = [f"; `{key}` {note}" for key, note in known if note]
    return Outcome(found.verdict, found.reason + where + "".join(notes), found.evidence)
