"""Rules about must-haves: some are declared, none is empty or bare, each can be decided."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules import known_keys
from forge.check.rules.model import Rule, shown
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import clean, leaves, placeholder
from forge.planning.plan.shell import proves_nothing
from forge.text.finding import Finding
from forge.text.source import Span
from forge.text.yaml.parse import Value

MISSING = Rule("must-haves-missing", "warning", False, "a plan declares must-haves")
EMPTY = Rule("must-have-empty", "warning", False, "no must-have is empty")
BARE = Rule(
    "must-have-bare",
    "note",
    False,
    "an artifact has a condition besides its path, a key link says how it connects",
)
UNDECIDABLE = Rule("must-have-undecidable", "warning", False, "each must-have can be decided")
_CONDITIONS = (
    "contains",
    "exports",
    "min_lines",
    "max_lines",
    "should_not_exist",
    "not_contains",
    "forbidden",
)
_FOLDERS_ON_DISK = ("/home/", "/Users/", "/root/", "/tmp/", "/var/", "/etc/", "/opt/", "/usr/")
_WORDS_OF_CONDITIONS = (
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
_RELATIVE = "name a path relative to the repository's root"
_THREE_KEYS = "write `from`, `to` and `pattern`"


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each must-have that is empty, says too little, or cannot be decided."""
    if not plan.front_closed or not plan.front.data:
        return
    if not plan.must_haves:
        yield _missing(plan)
    for item in plan.must_haves:
        if _is_empty(item.value):
            yield EMPTY.at(
                plan.source,
                item.span,
                f"{_called(item)} is empty",
                "say what has to be true, or remove it",
            )
        elif item.kind == "truth":
            yield from _truth(plan, item)
        elif item.kind == "artifact":
            yield from _artifact(plan, item)
        elif item.kind == "key_link":
            yield from _link(plan, item)


def _missing(plan: Plan) -> Finding:
    key = plan.front.keys.get("must_haves")
    message = "the must-haves are empty" if key else "the plan declares no must-haves"
    return MISSING.at(
        plan.source,
        key or Span(0, 3),
        f"{message}, so nothing can be proven",
        "say under `must_haves` what is true when the plan is done",
    )


def _called(item: MustHave) -> str:
    return f"{item.kind.replace('_', ' ')} {item.index}"


def _is_empty(value: Value) -> bool:
    if isinstance(value.data, dict):
        return all(_is_empty(child) for child in value.data.values())
    return value.data in (None, [], "") or (isinstance(value.data, str) and not value.data.strip())


def _truth(plan: Plan, item: MustHave) -> Iterator[Finding]:
    if isinstance(item.value.data, (dict, list)) and not item.raw("statement", "truth"):
        yield UNDECIDABLE.at(
            plan.source,
            item.span,
            f"{_called(item)} is not a statement: a colon made it a mapping",
            "put the whole sentence in quotes",
        )
    elif item.command is not None and proves_nothing(item.command):
        value = item.value.get("verify")
        yield UNDECIDABLE.at(
            plan.source,
            value.span if value else item.span,
            f"the command of {_called(item)} cannot fail",
            "remove what hides its status; as it is it proves nothing",
        )


def _artifact(plan: Plan, item: MustHave) -> Iterator[Finding]:
    is_mapping = isinstance(item.value.data, dict)
    path = item.raw("path") if is_mapping else item.value.raw
    if not path or not path.strip():
        hint = "name the file in `path`"
        yield EMPTY.at(plan.source, item.span, f"{_called(item)} has no path", hint)
        return
    span = (item.value.get("path") or item.value).span
    yield from _path(plan, path, span)
    if not is_mapping or not any(item.value.get(key) for key in _CONDITIONS):
        yield _without_condition(plan, item)


def _path(plan: Plan, path: str, span: Span) -> Iterator[Finding]:
    """Yield a finding if an artifact's path is not the path of a file in the repository."""
    bare, _ = clean(path)
    if leaves(bare):
        message = f"{shown(path)} is outside the repository, where nothing is proven"
        yield UNDECIDABLE.at(plan.source, span, message, _RELATIVE)
    elif " " in bare and "/" not in bare and "." not in bare:
        message = f"{shown(path)} is not a path"
        yield UNDECIDABLE.at(plan.source, span, message, "name a file here")
    elif name := placeholder(bare):
        message = f"{shown(name)} is a placeholder for a name"
        hint = "write the name as soon as it is known"
        yield UNDECIDABLE.at(plan.source, span, message, hint)


def _without_condition(plan: Plan, item: MustHave) -> Finding:
    for key, span in item.value.keys.items():
        if key not in known_keys.ARTIFACT and any(word in key for word in _WORDS_OF_CONDITIONS):
            return UNDECIDABLE.at(
                plan.source,
                span,
                f"{shown(key)} reads like a condition, but forge checks none of that name",
                "use " + ", ".join(f"`{name}`" for name in _CONDITIONS[:4]) + " …",
            )
    return BARE.at(
        plan.source,
        item.span,
        f"{_called(item)} only requires that the file exists",
        "add `contains`, `exports` or `min_lines`",
    )


def _link(plan: Plan, item: MustHave) -> Iterator[Finding]:
    if not isinstance(item.value.data, dict):
        message = f"{_called(item)} does not name two ends"
        yield UNDECIDABLE.at(plan.source, item.span, message, _THREE_KEYS)
        return
    if not known_keys.LINK & set(item.value.keys):
        message = f"{_called(item)} does not name two ends: a colon made it a mapping"
        yield UNDECIDABLE.at(plan.source, item.span, message, _THREE_KEYS)
        return
    for key in ("from", "to"):
        if not (item.raw(key) or "").strip():
            message, hint = f"{_called(item)} has no `{key}`", f"say in `{key}` what it connects"
            yield EMPTY.at(plan.source, item.span, message, hint)
    source = item.raw("from") or ""
    if source.strip() and leaves(clean(source)[0]) and not _is_route(source):
        value = item.value.get("from")
        span = value.span if value else item.span
        message = f"{shown(source)} is outside the repository"
        yield UNDECIDABLE.at(plan.source, span, message, _RELATIVE)
    elif not item.raw("pattern") and not (item.raw("via") or "").strip():
        yield BARE.at(
            plan.source,
            item.span,
            f"{_called(item)} does not say how its ends are connected",
            "add `via` in words, or a `pattern` that `from` matches",
        )


def _is_route(text: str) -> bool:
    """Return whether an end is a route of a web application, not a path on a disk."""
    return text.startswith("/") and not text.startswith(_FOLDERS_ON_DISK)
