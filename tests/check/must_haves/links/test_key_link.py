"""Key links on real trees: links of the file system, entries that are not files, revisions, missing
objects, arbitrary text.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.git.objects.tree import RevisionTree, WorkTree
from forge.git.repository import Repository
from tests.check.must_haves.links.key_links import imported, judged, shown
from tests.check.must_haves.memory_tree import MemoryTree
from tests.conftest import Sandbox


def work_tree(sandbox: Sandbox) -> WorkTree:
    return WorkTree(Repository.discover(sandbox.root))


def test_the_work_tree_is_judged_with_its_uncommitted_files(sandbox: Sandbox) -> None:
    sandbox.write("app.py", "from lib import util\n")
    sandbox.write("lib/util.py", "")
    assert shown(judged(work_tree(sandbox), "app.py", "lib/util.py")) == ["app.py:1 import"]


def test_a_revision_is_judged_without_the_work_tree(sandbox: Sandbox) -> None:
    sandbox.write("app.py", "from lib import util\n")
    sandbox.write("lib/util.py", "")
    held = sandbox.commit()
    sandbox.write("app.py", "\n")
    broken = sandbox.commit()
    (sandbox.root / "app.py").unlink()
    repository = Repository.discover(sandbox.root)
    assert judged(RevisionTree(repository, held), "app.py", "lib/util.py").verdict == "pass"
    assert judged(RevisionTree(repository, broken), "app.py", "lib/util.py").verdict == "fail"
    assert not (sandbox.root / "app.py").exists()


def test_links_are_followed_inside_the_repository_only(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("import util\n")
    sandbox.write("real.py", "import util\n")
    sandbox.write("util.py", "")
    (sandbox.root / "inside.py").symlink_to("real.py")
    (sandbox.root / "out.py").symlink_to("../secret.py")
    (sandbox.root / "round.py").symlink_to("round.py")
    for tree in (
        work_tree(sandbox),
        RevisionTree(Repository.discover(sandbox.root), sandbox.commit()),
    ):
        assert judged(tree, "inside.py", "util.py").verdict == "pass"
        assert judged(tree, "inside.py", "util.py", "import").verdict == "pass"
        outside = judged(tree, "out.py", "util.py", "import")
        assert outside.verdict == "fail" and "out of the repository" in outside.reason
        assert judged(tree, "round.py", "util.py", "import").verdict != "pass"


def test_an_import_is_followed_through_a_link(sandbox: Sandbox) -> None:
    sandbox.write("app.py", "import util\n")
    sandbox.write("lib/real.py", "")
    (sandbox.root / "util.py").symlink_to("lib/real.py")
    assert judged(work_tree(sandbox), "app.py", "lib/real.py").verdict == "pass"


def test_special_files_are_undecided_and_never_opened(sandbox: Sandbox) -> None:
    os.mkfifo(sandbox.root / "pipe.py")
    sandbox.write("util.py", "")
    assert judged(work_tree(sandbox), "pipe.py", "util.py", "import").verdict == "unproven"
    assert judged(work_tree(sandbox), "util.py", "pipe.py").verdict == "unproven"


def test_a_lost_object_is_undecided(sandbox: Sandbox) -> None:
    sandbox.write("app.py", "import util\n")
    sandbox.write("deep/down/util.py", "")
    revision = sandbox.commit()
    repository = Repository.discover(sandbox.root)
    for name in ("app.py", "deep/down"):
        lost = sandbox.git("rev-parse", f"{revision}:{name}").strip()
        (sandbox.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    tree = RevisionTree(repository, revision)
    assert judged(tree, "app.py", "README.md", "import").verdict == "unproven"
    assert judged(tree, "README.md", "deep/down/util.py").verdict == "unproven"
    listing = judged(tree, "**/*.py", "README.md", "import")
    assert listing.verdict == "unproven" and "cannot be listed" in listing.reason


TEXT = st.text(max_size=80) | st.text("ab/.*?{}[],:# ()\\|`'\"~$_\n", max_size=40)


@settings(max_examples=300, deadline=None)
@given(start=TEXT, goal=TEXT, pattern=st.none() | TEXT)
def test_no_text_in_a_link_raises(start: str, goal: str, pattern: str | None) -> None:
    files = {
        "a.py": "import b\n",
        "b.py": "",
        "b/a.ts": "import '../a'\n",
        "a": "b",
        "c/d.rs": "use crate::x;\n",
    }
    tree = MemoryTree(files)
    assert judged(tree, start, goal, pattern).verdict in ("pass", "fail", "unproven")


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from(
        "a.py a.ts a.tsx a.js a.vue a.rs src/lib.rs a.go a.md a.sh a.cs a.xyz".split()
    ),
    content=st.binary(max_size=200) | TEXT.map(str.encode),
    manifest=TEXT,
)
def test_no_content_of_a_file_raises(path: str, content: bytes, manifest: str) -> None:
    names = ("tsconfig.json", "package.json", "Cargo.toml", "go.mod")
    tree = MemoryTree(
        {
            path: content,
            "b.py": content,
            "b.ts": content,
            "b.rs": "",
            **dict.fromkeys(names, manifest),
        }
    )
    for goal in ("b.py", "b.ts", "b.rs", "words and more", "/api/x"):
        assert judged(tree, path, goal).verdict in ("pass", "fail", "unproven")
    assert judged(tree, path, "b.py", "[ab]+x?b").verdict in ("pass", "fail", "unproven")


WORDS = st.lists(
    st.sampled_from(
        [
            "import ",
            "from ",
            "'./b'",
            "* as x ",
            "{x} ",
            "export ",
            "use ",
            "crate::",
            "super::",
            "self::",
            "mod b;",
            "b",
            "{",
            "}",
            ";",
            "pub ",
            "*",
            "(",
            ")",
            ".",
            "..",
            "\n",
            '"b"',
            "require(",
            "as ",
            ",",
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(text=WORDS, start=st.sampled_from(["a.py", "x/a.ts", "src/a.rs", "a.go"]))
def test_no_shape_of_an_import_raises(text: str, start: str) -> None:
    files = dict.fromkeys((start, "b.py", "x/b.ts", "src/lib.rs", "src/b.rs", "b/b.go"), text) | {
        "go.mod": "module b"
    }
    for goal in ("b.py", "x/b.ts", "src/b.rs", "b/b.go"):
        link = imported(files, start, goal)
        assert link is None or link.target == goal


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "f" + "()" * 100_000),
        ("a.js", "a" + ".b" * 100_000),
        ("a.rs", "use " + "a::" * 50_000 + "b;"),
        ("a.rs", "mod m { use super::x; " * 1500),
        ("a.rs", "use a::{" * 1500),
        ("a.rs", "fn f() { " + "a::b(); " * 50_000),
        ("a.py", "import b.c\n" * 20_000),
        ("a.go", 'import "x/y"\n' * 20_000),
        ("a.md", "x/b.py.bak " * 100_000),
        ("a.md", "'" * 500_000),
        ("a.sh", "/" * 500_000 + "b.py"),
    ],
)
@pytest.mark.timeout(60)
def test_long_and_deep_sources_are_read_in_bounded_time(path: str, text: str) -> None:
    files = {path: text, "x/b.py": "", "y/b.py": "", "c.js": "", "c.rs": "", "c.go": ""}
    for goal in ("x/b.py", "c.js", "c.rs", "c.go", "the someName in a.b", "/a/b/:c"):
        assert judged(files, path, goal).verdict in ("pass", "fail", "unproven")
