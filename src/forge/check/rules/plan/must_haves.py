"""Rules about must-haves: some are declared, none is empty or bare, each can be decided."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules import known_keys as known
from forge.check.rules.model import Rule, shown
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import clean, leaves, placeholder
from forge.planning.plan.shell import cannot_fail
from forge.text.finding import Finding
from forge.text.source import Span
from forge.text.yaml.parse import Value

MISSING = Rule("must-haves-missing", "warning", False, "a plan declares must-haves")
EMPTY = Rule("must-have-empty", "warning", False, "no must-have is empty")
BARE = Rule(
    "must-have-bare",
    "note",
    False,
    "an artifact asks for more than a path, a key link for a connection",
)
UNDECIDABLE = Rule("must-have-undecidable", "warning", False, "each must-have can be decided")
_ASKING = (
    "contains",
    "exports",
    "min_lines",
    "max_lines",
    "should_not_exist",
    "not_contains",
    "forbidden",
)
_PLACES = ("/home/", "/Users/", "/root/", "/tmp/", "/var/", "/etc/", "/opt/", "/usr/")
_CONDITIONS = (
    "contain",
    "export",
    "line",
    "token",
    "exist",
    "forbid",
    "match",
    "pattern",
    "size",
    "must",
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each must-have that says nothing, too little, or nothing that can be
    looked up.
    """
    if not plan.front_closed or not plan.front.data:
        return
    if not plan.must_haves:
        key = plan.front.keys.get("must_haves")
        said = "the must-haves are empty" if key else "the plan declares no must-haves"
        yield MISSING.at(
            plan.source,
            key or Span(0, 3),
            f"{said}, so nothing can be proven",
            "say under `must_haves` what is true when the plan is done",
        )
    for item in plan.must_haves:
        if _empty(item.value):
            yield EMPTY.at(
                plan.source,
                item.span,
                f"{_called(item)} is empty",
                "say what has to be true, or take it away",
            )
        else:
            yield from {"truth": _truth, "artifact": _artifact, "key_link": _link}.get(
                item.kind, _nothing
            )(plan, item)


def _called(item: MustHave) -> str:
    return f"{item.kind.replace('_', ' ')} {item.index}"


def _empty(value: Value) -> bool:
    if isinstance(value.data, dict):
        return not value.data or all(_empty(below) for below in value.data.values())
    return value.data in (None, [], "") or (isinstance(value.data, str) and not value.data.strip())


def _nothing(plan: Plan, item: MustHave) -> Iterator[Finding]:
    return iter(())


def _truth(plan: Plan, item: MustHave) -> Iterator[Finding]:
    if isinstance(item.value.data, (dict, list)) and not item.raw("statement", "truth"):
        yield UNDECIDABLE.at(
            plan.source,
            item.span,
            f"{_called(item)} is no statement: a colon made it a mapping",
            "put the whole sentence in quotes",
        )
    elif item.command is not None and cannot_fail(item.command):
        value = item.value.get("verify")
        yield UNDECIDABLE.at(
            plan.source,
            value.span if value else item.span,
            f"the command of {_called(item)} cannot fail",
            "drop what hides its status; as it is it proves nothing",
        )


def _artifact(plan: Plan, item: MustHave) -> Iterator[Finding]:
    path = item.raw("path") if isinstance(item.value.data, dict) else item.value.raw
    value = item.value.get("path") or item.value
    if not path or not path.strip():
        yield EMPTY.at(
            plan.source, item.span, f"{_called(item)} has no path", "name the file in `path`"
        )
        return
    bare, _ = clean(path)
    if leaves(bare):
        yield UNDECIDABLE.at(
            plan.source,
            value.span,
            f"{shown(path)} lies outside the repository, where nothing is proven",
            "name a path relative to the repository's root",
        )
    elif " " in bare and "/" not in bare and "." not in bare:
        yield UNDECIDABLE.at(
            plan.source, value.span, f"{shown(path)} is no path", "name a file here"
        )
    elif stands_in := placeholder(bare):
        yield UNDECIDABLE.at(
            plan.source,
            value.span,
            f"{shown(stands_in)} stands for a name that is not known",
            "write the name as soon as it is known",
        )
    if not isinstance(item.value.data, dict) or not any(item.value.get(key) for key in _ASKING):
        yield from _unasked(plan, item)


def _unasked(plan: Plan, item: MustHave) -> Iterator[Finding]:
    for key, span in item.value.keys.items():
        if key not in known.ARTIFACT and any(word in key for word in _CONDITIONS):
            yield UNDECIDABLE.at(
                plan.source,
                span,
                f"{shown(key)} reads like a condition, and none of that name is checked",
                "use " + ", ".join(f"`{name}`" for name in _ASKING[:4]) + " …",
            )
            return
    yield BARE.at(
        plan.source,
        item.span,
        f"{_called(item)} asks for nothing but that the file is there",
        "add `contains`, `exports` or `min_lines`",
    )


def _link(plan: Plan, item: MustHave) -> Iterator[Finding]:
    if not isinstance(item.value.data, dict):
        yield UNDECIDABLE.at(
            plan.source,
            item.span,
            f"{_called(item)} names no two ends",
            "write `from`, `to` and `pattern`",
        )
        return
    if not known.LINK & set(item.value.keys):
        yield UNDECIDABLE.at(
            plan.source,
            item.span,
            f"{_called(item)} names no two ends: a colon made it a mapping",
            "write `from`, `to` and `pattern`",
        )
        return
    for key in ("from", "to"):
        if not (item.raw(key) or "").strip():
            yield EMPTY.at(
                plan.source,
                item.span,
                f"{_called(item)} has no `{key}`",
                f"say in `{key}` what it connects",
            )
    source = item.raw("from") or ""
    if source.strip() and leaves(clean(source)[0]) and not _route(source):
        value = item.value.get("from")
        yield UNDECIDABLE.at(
            plan.source,
            value.span if value else item.span,
            f"{shown(source)} lies outside the repository",
            "name a path relative to the repository's root",
        )
    elif not item.raw("pattern") and not (item.raw("via") or "").strip():
        yield BARE.at(
            plan.source,
            item.span,
            f"{_called(item)} says nothing of how its ends are connected",
            "add `via` in words, or a `pattern` that stands in `from`",
        )


def _route(text: str) -> bool:
    """Say whether an end that begins with a slash is a route of a web application rather than a
    place on a disk.
    """
    return text.startswith("/") and not text.startswith(_PLACES)
