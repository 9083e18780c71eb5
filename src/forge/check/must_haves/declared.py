"""The paths that a plan declares. git has to keep them, since verdicts depend on them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from forge.check.must_haves.links.globs import is_glob
from forge.check.must_haves.verdict import Verdict
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import clean, leaves, placeholder
from forge.planning.plan.shell_status import programs_of

_READERS = frozenset("test [ [[ grep egrep fgrep rg cat ls wc diff cmp head tail stat file".split())
_PATH = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*")


def declared_paths(plan: Plan) -> list[str]:
    """Return the paths that a plan writes or that its must-haves name, without what it deletes."""
    deleted = {clean(path)[0] for path in plan.announced_deletes}
    gone = {
        item.statement
        for item in plan.must_haves
        if item.kind == "artifact" and item.value.get("should_not_exist")
    }
    named = [path for item in plan.must_haves for path in _named(item)]
    paths = [clean(path)[0].removeprefix("./") for path in (*plan.write_scope.paths, *named)]
    return [
        path
        for path in dict.fromkeys(paths)
        if path
        and path not in deleted | gone
        and not leaves(path)
        and not placeholder(path)
        and "\0" not in path
        and "\n" not in path
    ]


def _named(item: MustHave) -> list[str]:
    if item.kind == "key_link":
        ends = (item.raw("from") or "", item.raw("to") or "")
        return [end for end in ends if "/" in end and (is_glob(end) or _PATH.fullmatch(end))]
    return _read_by(item.command) if item.kind == "truth" and item.command else []


def _read_by(command: str) -> list[str]:
    """Return the files that a command names, if it does nothing but look at files: another one may
    make what it looks at.
    """
    programs = programs_of(command) or []
    if not programs or any(words[0] not in _READERS for words in programs):
        return []
    return [
        word for words in programs for word in words[1:] if "/" in word and _PATH.fullmatch(word)
    ]


def unproven_by(verdict: Verdict, reasons: dict[str, str], *, alone: bool) -> Verdict:
    """Return a passed verdict as unproven if it depends on a path that git does not keep.

    `reasons` has those paths. With `alone` no must-have names one of them, so each is in doubt.
    """
    mine = [path for path in reasons if alone or verdict.kind == "truth" or path in verdict.target]
    if verdict.verdict != "pass" or not mine:
        return verdict
    reason = f"{mine[0]}, which the plan names, is not kept: {reasons[mine[0]]}"
    return replace(verdict, verdict="unproven", reason=reason)
