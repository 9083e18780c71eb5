"""Artifacts: which path is meant and what has to be there; every other case is a verdict with a
reason.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from forge.check.must_haves.artifacts.artifact import judge
from forge.check.must_haves.verdict import Verdict
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import StoredTree
from forge.git.objects.tree import RevisionTree, Tree, WorkTree
from forge.git.repository import Repository
from forge.planning.plan.must_haves import declared
from forge.text.yaml.parse import parse

if TYPE_CHECKING:
    from tests.conftest import Sandbox

FILES = {
    "src/a.py": "import os\n\n\ndef run():\n    return 1\n",
    "src/b.py": "def run():\n    return 2\n",
    "src/app/[id]/page.tsx": "export default function Page() {}\n",
    "docs/My notes (old).md": "notes\n",
    "empty.txt": "",
}


@pytest.fixture(params=["work tree", "revision"])
def tree(request: pytest.FixtureRequest, sandbox: Sandbox) -> Tree:
    """The same files as they lie in a work tree, and in a commit whose work tree is gone."""
    for path, text in FILES.items():
        sandbox.write(path, text)
    os.symlink("a.py", sandbox.root / "src/link.py")
    os.symlink("/etc/hostname", sandbox.root / "src/out.py")
    os.symlink("nowhere", sandbox.root / "src/dangling.py")
    os.symlink("src", sandbox.root / "linked")
    sandbox.commit()
    repository = Repository.discover(sandbox.root)
    if request.param == "work tree":
        return WorkTree(repository)
    revision = sandbox.head()
    sandbox.git("rm", "-q", "-r", "src", "docs", "empty.txt", "linked")
    sandbox.commit()
    return RevisionTree(repository, revision)


def verdict(written: str, tree: Tree, limit: int = 16 << 20) -> Verdict:
    """Judge one artifact, given as a plan has it after the dash."""
    lines = written.strip("\n").split("\n")
    body = "\n".join(["    - " + lines[0], *("      " + line for line in lines[1:])])
    return judge(declared(parse(f"must_haves:\n  artifacts:\n{body}\n"))[0], tree, limit)


@pytest.mark.parametrize(
    "written",
    [
        "path: src/a.py",
        "src/a.py",
        "path: ./src/a.py",
        "path: src/./a.py",
        "path: src/app/../a.py",
        'path: "`src/a.py`"',
        "path: src/link.py",
        "path: linked/a.py",
        "path: empty.txt",
        "path: src/app/[id]/page.tsx",
        "path: docs/My notes (old).md",
        "path: src/*.py",
        "path: src/**/page.tsx",
        "path: '**/a.p?'",
        "path: src/app/[id]/*.tsx",
    ],
)
def test_a_regular_file_of_the_repository_is_there(written: str, tree: Tree) -> None:
    outcome = verdict(written, tree)
    assert outcome.verdict == "pass", outcome.reason
    assert outcome.evidence[0].how == "file"


def test_a_name_inside_a_file_has_to_be_there_as_code(tree: Tree) -> None:
    outcome = verdict("path: src/a.py::run", tree)
    assert outcome.verdict == "pass"
    assert [(piece.path, piece.line, piece.how) for piece in outcome.evidence][1:] == [
        ("src/a.py", 4, "name (text)")
    ]


def test_an_annotation_after_the_path_is_left_out_and_noted(tree: Tree) -> None:
    outcome = verdict("path: src/a.py (new file)", tree)
    assert outcome.verdict == "pass"
    assert "(new file)" in outcome.reason
    assert outcome.evidence[0].path == "src/a.py"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("path: src/none.py", "is not there"),
        ("path: src/a.py/b", "is not there"),
        ("path: src", "a folder"),
        ("path: src/", "names a folder"),
        ("path: src/a.py/", "final `/`"),
        ("path: src\\a.py", "backslash"),
        ("path: ../x.py", "leaves the repository"),
        ("path: src/../../x.py", "leaves the repository"),
        ("path: /etc/hostname", "leaves the repository"),
        ("path: ~/x.py", "leaves the repository"),
        ("path: C:/x.py", "leaves the repository"),
        ("path: src/out.py", "leads out of the repository"),
        ("path: src/dangling.py", "is not there"),
        ("path: .git/config", "git's own"),
        ("path: src/*.rs", "no file matches"),
        ("path: '[ab].py'", "is not there"),
        ("path: SRC/A.py", "upper and lower case"),
        ("path: lib/b.py", "src/b.py"),
        ("path: src/app/[slug]/page.tsx", "is not there"),
        ("path: 'src/{{name}}.py'", "is not there"),
        ("path: src/a.py::walk", "`walk` does not occur"),
        ("path: src/none.py::run", "is not there"),
    ],
)
def test_an_entry_that_is_not_a_regular_file_fails_with_its_reason(
    written: str, says: str, tree: Tree
) -> None:
    outcome = verdict(written, tree)
    assert outcome.verdict == "fail", outcome.reason
    assert says in outcome.reason


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("path:", "names no path"),
        ("path: ''", "names no path"),
        ("path: [src/a.py]", "names no path"),
        ("provides: something", "names no path"),
        ("[src/a.py]", "names no path"),
        ("''", "names no path"),
        ('path: "src\\0a.py"', "names no path"),
        ("a release that was announced", "prose"),
        ("path: 'runs/<run-id>/log.txt'", "`<run-id>` stands for a name"),
        ("path: 'notes/{date}.md'", "`{date}` stands for a name"),
        ("path: db/YYYYMMDD_add/up.sql", "`YYYYMMDD_add` stands for a name"),
        ("path: db/XXX_add.sql", "`XXX` stands for a name"),
    ],
)
def test_what_names_no_path_is_unproven(written: str, says: str, tree: Tree) -> None:
    outcome = verdict(written, tree)
    assert outcome.verdict == "unproven", outcome.reason
    assert says in outcome.reason


def test_every_match_of_a_glob_has_to_meet_the_conditions(tree: Tree) -> None:
    assert verdict("path: src/*.py\ncontains: def run", tree).verdict == "pass"
    outcome = verdict("path: src/*.py\ncontains: import os", tree)
    assert outcome.verdict == "fail"
    assert "src/b.py" in outcome.reason
    assert "src/a.py" not in outcome.reason


def test_a_glob_that_is_made_to_be_slow_is_not(tree: Tree) -> None:
    assert verdict(f"path: src/{'*a' * 40}b", tree).verdict == "fail"


def test_a_file_larger_than_the_limit_is_not_read(tree: Tree) -> None:
    assert verdict("path: src/a.py", tree, limit=10).verdict == "pass"
    outcome = verdict("path: src/a.py\nmin_lines: 1", tree, limit=10)
    assert outcome.verdict == "unproven"
    assert "too large" in outcome.reason


def test_any_entry_fails_should_not_exist(tree: Tree) -> None:
    assert verdict("path: src/gone.py\nshould_not_exist: true", tree).verdict == "pass"
    assert verdict("path: gone/\nshould_not_exist: true", tree).verdict == "pass"
    assert verdict("path: src/*.rs\nshould_not_exist: true", tree).verdict == "pass"
    for there in ("src/a.py", "src", "src/", "src/out.py", "src/dangling.py", "src/*.py"):
        assert verdict(f"path: {there}\nshould_not_exist: true", tree).verdict == "fail", there
    assert verdict("path: ../x\nshould_not_exist: true", tree).verdict == "fail"
    assert verdict("path: src/gone.py\nshould_not_exist: false", tree).verdict == "fail"
    assert verdict("path: src/a.py\nshould_not_exist: false", tree).verdict == "pass"


@pytest.mark.parametrize(
    "written",
    [
        "path: src/a.py\nshould_not_exist: 'yes'",
        "path: src/a.py\nshould_not_exist:",
        "path: src/gone.py\nshould_not_exist: true\ncontains: x",
        "path: src/gone.py\nshould_not_exist: true\ncontain: x",
        "path: src\\gone.py\nshould_not_exist: true",
        "path: the old module and all\nshould_not_exist: true",
        "path: 'src/{name}.py'\nshould_not_exist: true",
        "path: src/a.py::run\nshould_not_exist: true",
    ],
)
def test_an_unknown_absence_is_unproven(written: str, tree: Tree) -> None:
    assert verdict(written, tree).verdict == "unproven"


def test_special_files_fail_and_are_not_opened(sandbox: Sandbox) -> None:
    os.mkfifo(sandbox.root / "pipe")
    outcome = verdict("path: pipe\ncontains: x", WorkTree(Repository.discover(sandbox.root)))
    assert outcome.verdict == "fail"
    assert "not a regular file" in outcome.reason


def test_a_file_that_cannot_be_read_is_unproven(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    tree = WorkTree(Repository.discover(sandbox.root))
    monkeypatch.setattr("forge.regular.os.open", refuse)
    outcome = verdict("path: README.md\ncontains: repository", tree)
    assert outcome.verdict == "unproven"
    assert "Permission denied" in outcome.reason


def test_a_missing_git_object_is_unproven(sandbox: Sandbox) -> None:
    blob = sandbox.git("rev-parse", "HEAD:README.md").strip()
    Path(sandbox.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    tree = RevisionTree(Repository.discover(sandbox.root), "HEAD")
    for more in ("", "\ncontains: x", "\nshould_not_exist: true"):
        outcome = verdict("path: README.md" + more, tree)
        assert outcome.verdict == "unproven", more
        assert "missing" in outcome.reason


def test_a_folder_whose_tree_is_missing_does_not_stop_the_look(sandbox: Sandbox) -> None:
    sandbox.write("deep/a.py", "x = 1\n")
    sandbox.commit()
    folder = sandbox.git("rev-parse", "HEAD:deep").strip()
    Path(sandbox.root / ".git/objects" / folder[:2] / folder[2:]).unlink()
    tree = RevisionTree(Repository.discover(sandbox.root), "HEAD")
    assert verdict("path: deep/a.py", tree).verdict == "unproven"
    assert verdict("path: '**/*.py'", tree).verdict == "unproven"
    assert verdict("path: none.py", tree).verdict == "fail"
    assert verdict("path: README.md", tree).verdict == "pass"


def test_a_submodule_is_not_a_file(sandbox: Sandbox) -> None:
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{sandbox.head()},module")
    sandbox.git("commit", "-q", "-m", "Submodule")
    tree = RevisionTree(Repository.discover(sandbox.root), "HEAD")
    outcome = verdict("path: module", tree)
    assert outcome.verdict == "fail"
    assert "not a regular file" in outcome.reason
    for stored in (tree, StoredTree.at(ObjectStore(tree.repository), sandbox.head())):
        for more in ("", "\nshould_not_exist: true"):
            outcome = verdict("path: module/src/a.py" + more, stored)
            assert outcome.verdict == "unproven"
            assert "is in a submodule" in outcome.reason


def test_names_that_are_not_utf_8_do_not_stop_a_glob(sandbox: Sandbox) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    sandbox.write(name, "x\n")
    sandbox.write("plain.txt", "x\n")
    sandbox.commit()
    repository = Repository.discover(sandbox.root)
    trees = cast("list[Tree]", [WorkTree(repository), RevisionTree(repository, "HEAD")])
    for tree in trees:
        assert verdict("path: '*.txt'\ncontains: x", tree).verdict == "pass"
