"""Reads what a Python module defines, from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from forge.check.must_haves.exports.model import DEEPEST, Symbol

_BLOCKS = (
    ast.If,
    ast.Try,
    ast.TryStar,
    ast.With,
    ast.AsyncWith,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Match,
)


def symbols(tree: ast.Module, *, package: bool) -> Iterator[Symbol]:
    """Yield what a module defines and re-exports; `package` says that it is an `__init__`, whose
    imports are public.

    A name with a leading underscore, and a plain import elsewhere, are public only if `__all__`
    lists them.
    """
    listed = frozenset(_listed(tree))
    for statement in _statements(tree.body):
        for symbol in _defined(statement, "", public=True):
            yield _with_all(symbol, listed)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for symbol in _imported(statement, package=package):
                yield _with_all(symbol, listed)
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            yield from (Symbol(name, statement.lineno, how="__all__") for name in sorted(listed))


def _with_all(symbol: Symbol, listed: frozenset[str]) -> Symbol:
    public = symbol.public or symbol.name.partition(".")[0] in listed
    return Symbol(symbol.name, symbol.line, public, symbol.how, symbol.source)


def _statements(body: list[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    """Yield the statements of a module or class, including those inside `if`, `try`, `with` and
    loops.
    """
    for statement in body:
        yield statement
        if isinstance(statement, _BLOCKS) and depth < DEEPEST:
            for block in _blocks(statement):
                yield from _statements(block, depth + 1)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        yield getattr(statement, field, None) or []
    for holder in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield holder.body


def _defined(statement: ast.stmt, prefix: str, *, public: bool, depth: int = 0) -> Iterator[Symbol]:
    for name in _names(statement):
        yield Symbol(prefix + name, statement.lineno, public and _is_public(name))
    if isinstance(statement, ast.ClassDef) and depth < DEEPEST:
        inside = public and _is_public(statement.name)
        for member in _statements(statement.body):
            yield from _defined(
                member, f"{prefix}{statement.name}.", public=inside, depth=depth + 1
            )


def _names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds, except imports."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _targets(target)
    elif isinstance(statement, ast.AnnAssign):
        yield from _targets(statement.target)
    elif type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
        yield from _targets(getattr(statement, "name", None))


def _targets(target: ast.expr | None, depth: int = 0) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, depth)
    elif isinstance(target, (ast.Tuple, ast.List)) and depth < DEEPEST:
        for element in target.elts:
            yield from _targets(element, depth + 1)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _imported(statement: ast.Import | ast.ImportFrom, *, package: bool) -> Iterator[Symbol]:
    source = (
        "." * statement.level + (statement.module or "")
        if isinstance(statement, ast.ImportFrom)
        else ""
    )
    for alias in statement.names:
        local = alias.asname or alias.name.partition(".")[0]
        re_exported = package or (alias.asname is not None and alias.asname == alias.name)
        yield Symbol(
            local,
            statement.lineno,
            local == "*" or (re_exported and _is_public(local)),
            "re-export",
            source,
        )


def _listed(tree: ast.Module) -> Iterator[str]:
    """Yield the names that `__all__` lists, by assignment, `+=`, `extend` and `append`."""
    for statement in _statements(tree.body):
        if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any("__all__" in _targets(target) for target in targets):
                yield from _strings(statement.value)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = statement.value.func
            if isinstance(called, ast.Attribute) and "__all__" in _targets(called.value):
                for argument in statement.value.args:
                    yield from _strings(argument)


def _strings(value: ast.expr | None, depth: int = 0) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, (ast.List, ast.Tuple, ast.Set)) and depth < DEEPEST:
        for element in value.elts:
            yield from _strings(element, depth + 1)
    elif isinstance(value, ast.BinOp) and depth < DEEPEST:
        yield from _strings(value.left, depth + 1)
        yield from _strings(value.right, depth + 1)
