"""The page docs/footprint.md: whatever forge writes is on it, and forge opens no connection."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT, Sandbox
from tests.run.plans import Case, Task, auto, writes

PAGE = (ROOT / "docs/footprint.md").read_text("utf-8")
SOURCES = sorted((ROOT / "src/forge").rglob("*.py"))
NETWORK = {"asyncio", "ftplib", "http", "imaplib", "poplib", "requests", "smtplib", "socket", "ssl"}
NETWORK |= {"socketserver", "telnetlib", "urllib.request", "urllib3", "xmlrpc"}
FETCHING = {"bundle", "clone", "fetch", "fetch-pack", "ls-remote", "pull", "push", "send-pack"}
TRUTHS = (
    "must_haves:\n  truths:\n    - statement: it is there\n      verify: test -s a.txt\n"
    '    - "It feels right"\n'
)


def _listed(pattern: str) -> set[str]:
    return set(re.findall(pattern, PAGE))


def _files(folder: Path) -> Iterator[str]:
    return (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_a_day_with_forge_writes_is_on_the_page(sandbox: Sandbox) -> None:
    tasks = [
        Task("Task 0: Find", kind="auto", extra="  <read_first>README.md</read_first>"),
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt && seq 90000")),
    ]
    changes = {1: writes("a.txt", "x\n"), 2: writes("a.txt", "x\n")}
    Case(sandbox, tasks, changes, files=("a.txt",), must_haves=TRUTHS).set_up()
    before = {*_files(sandbox.home), *_files(sandbox.root.parent)}
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code in (0, 1), reply.err
    run = reply.data["run"]
    for words in (
        ["verify", "01-01", "--run"],
        ["attest", "01-01", "truth:2", "--evidence", "README.md"],
        ["new", "item", "Something"],
        ["search", "write"],
        ["status"],
        ["rollback", run],
        ["undo"],
    ):
        assert sandbox.call(*words).code in (0, 1, 2, 4)
    assert {path.split("/")[0] for path in _files(sandbox.root / ".git/forge")} <= {
        path.rstrip("/") for path in _listed(r"`\.git/forge/([^`/]+/?)`")
    }
    refs = sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge").split()
    kinds = tuple(_listed(r"`(refs/forge/[a-z]+/)`"))
    assert refs and all(ref.startswith(kinds) for ref in refs)
    written = {*_files(sandbox.home), *_files(sandbox.root.parent)} - before
    outside = [path for path in written if not path.startswith(("work/", ".local/state/forge/"))]
    assert [path for path in outside if ".local/state/forge/" not in path] == []
    changed = sandbox.git(
        "diff", "--name-only", "HEAD", sandbox.git("rev-list", "--max-parents=0", "HEAD").strip()
    )
    assert all(path == "a.txt" or path.startswith(".planning/") for path in changed.split())


def test_every_folder_in_the_source_is_on_the_page() -> None:
    named = {
        name
        for source in SOURCES
        for name in re.findall(r'forge_dir / "([a-z.]+)"', source.read_text("utf-8"))
    }
    assert named and named <= {path.rstrip("/") for path in _listed(r"`\.git/forge/([^`/]+/?)`")}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_no_module_opens_a_connection() -> None:
    for source in SOURCES:
        text = source.read_text("utf-8")
        only_local = "AF_UNIX" in text and "AF_INET" not in text
        allowed = {"socket"} if only_local or source.parent.name == "guard" else set()
        for name in _imports(ast.parse(text)):
            assert not {name, name.partition(".")[0]} & (NETWORK - allowed), (source, name)
        assert "AF_INET" not in text and "create_connection" not in text, source


def test_no_call_of_git_uses_the_network() -> None:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                words = {word.value for word in node.args if isinstance(word, ast.Constant)}
                assert not words & FETCHING, (source, node.lineno)
