"""Decides whether a file exports a name: by its syntax tree, or without a grammar by a whole word,
with evidence that says `text`.
"""

from __future__ import annotations

import posixpath
import re

from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.exports.model import Symbol
from forge.check.must_haves.exports.names import Wanted, wanted
from forge.check.must_haves.exports.outline import Outline, outline_of
from forge.check.must_haves.exports.re_exports import evidence, find_elsewhere
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome
from forge.check.must_haves.verdict import Evidence

__all__ = ["Wanted", "find", "wanted"]

_COMPONENTS = (".vue", ".svelte", ".astro")


def find(code: Code, name: Wanted, files: Files) -> Outcome:
    """Return whether a file exports a name; `files` are used to follow `export * from "./x"`."""
    is_source = lexicon_of(code.path) is not None
    if not name.guessed and not is_source and name.text in code.text:
        return _text_export(code, code.line(code.text.index(name.text)))
    if not name.names:
        reason = f"`{name.text}` is not the name of an export, so it cannot be looked up"
        return Outcome("unproven", reason)
    if len(code.text) > grammars.MOST_BYTES:
        return Outcome("unproven", "it is too large to be parsed as source code")
    own = outline_of(code.path, code.text)
    outcome = _in_text(code, name) if own is None else _in_tree(code, own, name, files)
    if outcome.verdict == "fail" and name.guessed:
        return Outcome("unproven", f"`{name.text}` is prose; {outcome.reason}")
    return outcome


def _in_tree(code: Code, own: Outline, name: Wanted, files: Files) -> Outcome:
    symbols = [symbol for parts in name.names if (symbol := _meant(own, parts, code.path))]
    public = next((symbol for symbol in symbols if symbol.public), None)
    if public is not None:
        return Outcome("pass", "", (evidence(code.path, public),))
    elsewhere, gaps = find_elsewhere(code, own, name, files)
    if elsewhere:
        return Outcome("pass", "", elsewhere)
    if symbols:
        return Outcome("fail", f"`{name.text}`, defined in line {symbols[0].line}, is not public")
    if gaps:
        return Outcome(
            "unproven", f"`{name.text}` may come from {gaps[0]}, which cannot be read here"
        )
    return _not_exported(code, own, name)


def _not_exported(code: Code, own: Outline, name: Wanted) -> Outcome:
    line = _word_line(code.bare, name.names[-1][-1])
    if own.broken and line:
        problem = f"the file does not parse (line {own.broken})"
        return Outcome("unproven", f"`{name.text}` occurs in line {line}, but {problem}")
    reason = f"`{name.text}` is not exported"
    if line:
        reason += f"; it occurs in line {line}, but not as an export or public definition"
    return Outcome("fail", reason)


def _meant(own: Outline, parts: tuple[str, ...], path: str) -> Symbol | None:
    """Return the symbol that a name means; the name of the module or package may precede it."""
    if parts == ("*",):
        return own.first()
    bare = tuple(part.lstrip("$@#") or part for part in parts)
    symbol = own.best(parts) or own.best(bare)
    if symbol is None and len(parts) > 1 and parts[0].lower() in _own_names(path):
        return own.best(parts[1:])
    return symbol


def _own_names(path: str) -> set[str]:
    """Return the names that a plan may use for the module itself: its file's, its folder's."""
    names = (
        posixpath.basename(path).partition(".")[0],
        posixpath.basename(posixpath.dirname(path)),
        "self",
        "module",
    )
    return {name.lower() for name in names}


def _text_export(code: Code, line: int | None) -> Outcome:
    return Outcome("pass", "", (Evidence(code.path, line, "export (text)"),))


def _in_text(code: Code, name: Wanted) -> Outcome:
    """Search for a name as a whole word outside comments and strings."""
    own = _own_names(code.path)
    if code.path.endswith(_COMPONENTS) and name.names[0][-1].lower() in {"default", *own}:
        return Outcome("pass", "", (Evidence(code.path, None, "component file"),))
    for parts in name.names:
        if grammars.language_of(code.path) == "python":
            return _in_broken_python(code, name, parts[-1])
        lines = [_word_line(code.bare, part) for part in parts[:-1] if part.lower() not in own]
        lines.append(_word_line(code.bare, parts[-1]))
        if all(lines) and parts != ("*",):
            return _text_export(code, lines[-1])
    return Outcome("fail", f"`{name.text}` does not occur outside comments and strings")


def _in_broken_python(code: Code, name: Wanted, word: str) -> Outcome:
    shape = rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{re.escape(word)}\b|^{re.escape(word)}[ \t]*[:=]"
    match = re.compile(shape, re.M).search(code.bare)
    if match and not word.startswith("_"):
        return _text_export(code, code.line(match.start()))
    reason = f"the file does not parse as Python, so it is unknown whether it exports `{name.text}`"
    return Outcome("unproven", reason)


def _word_line(text: str, word: str) -> int | None:
    """Return the first line, from 1, that contains a whole word."""
    match = re.search(rf"(?<![\w$]){re.escape(word)}(?![\w$])", text)
    return text.count("\n", 0, match.start()) + 1 if match else None
