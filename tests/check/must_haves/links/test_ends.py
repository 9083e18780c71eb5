"""What `from` and `to` name: paths, notes after them, globs, bare names, types, folders, and paths
that lead outside.
"""

from __future__ import annotations

import pytest

from forge.check.must_haves.links.key_link import judge
from tests.check.must_haves.links.key_links import item, judged, shown
from tests.check.must_haves.memory_tree import MemoryTree

FILES = {"src/app.ts": "start(server)\n", "src/server.ts": "", "README.md": "start\n"}


@pytest.mark.parametrize(
    "start",
    [
        "src/app.ts",
        "./src/app.ts",
        "`src/app.ts`",
        "src/app.ts (new)",
        "src/app.ts main()",
        "src/app.ts:main",
        "src/app.ts::main",
        "src/app.ts#main",
        "src/app.ts:12-40",
        "src/app.ts the handler of requests",
        "- src/app.ts",
    ],
)
def test_a_path_is_read_with_any_text_after_it(start: str) -> None:
    assert shown(judged(FILES, start, "src/server.ts", r"start\(")) == ["src/app.ts:1 pattern"]


def test_the_reason_names_the_text_that_was_left_out() -> None:
    assert (
        "`from` without the note `(new)`"
        in judged(FILES, "src/app.ts (new)", "src/server.ts", "start").reason
    )
    assert (
        "not `main()` alone" in judged(FILES, "src/app.ts main()", "src/server.ts", "start").reason
    )


def test_a_path_with_blanks_is_a_path() -> None:
    assert (
        judged({"my app/a b.py": "start\n", "b.py": ""}, "my app/a b.py", "b.py", "start").verdict
        == "pass"
    )


@pytest.mark.parametrize(
    "glob",
    ["src/*.ts", "src/**", "**/app.ts", "src/{app,server}.ts", "src/{app,none}", "src/a?p.ts"],
)
def test_any_file_that_a_glob_matches_may_hold_the_link(glob: str) -> None:
    assert shown(judged(FILES, glob, "README.md", r"start\(")) == ["src/app.ts:1 pattern"]


def test_a_glob_fails_if_none_of_its_files_contains_the_link() -> None:
    verdict = judged(FILES, "src/*.ts", "README.md", "stop")
    assert verdict.verdict == "fail"
    assert "none of the 2 files" in verdict.reason


def test_a_glob_is_undecided_if_one_of_its_files_is() -> None:
    verdict = judged({**FILES, "src/lost.ts": None}, "src/*.ts", "README.md", "stop")
    assert verdict.verdict == "unproven"


def test_a_glob_without_files_fails() -> None:
    verdict = judged(FILES, "lib/*.ts", "README.md", "start")
    assert verdict.verdict == "fail" and "no file matches" in verdict.reason


@pytest.mark.parametrize(
    "start", ["src/gone.ts", "gone.ts", "src/gone.ts (new)", "src/app.ts/", "src\\app.ts"]
)
def test_a_from_that_is_not_there_fails(start: str) -> None:
    verdict = judged(FILES, start, "README.md", "start")
    assert verdict.verdict == "fail" and "is not there" in verdict.reason


def test_a_path_that_exists_elsewhere_is_undecided_with_a_hint() -> None:
    verdict = judged({"web/src/app.ts": "start\n", "b.ts": ""}, "src/app.ts", "b.ts", "start")
    assert verdict.verdict == "unproven" and "is `web/src/app.ts` meant?" in verdict.reason


def test_a_bare_name_means_the_only_file_called_so() -> None:
    verdict = judged(FILES, "app.ts main()", "README.md", "start")
    assert verdict.verdict == "pass" and "the only file of that name" in verdict.reason


def test_a_bare_name_of_several_files_is_undecided() -> None:
    verdict = judged({"a/x.md": "start\n", "b/x.md": "start\n"}, "x.md", "prose about it", "start")
    assert verdict.verdict == "unproven" and "2 files" in verdict.reason


def test_a_type_means_the_only_file_called_like_it() -> None:
    files = {
        "src/auth_service.py": "class AuthService:\n    def login(self): check()\n",
        "b.py": "",
    }
    assert shown(judged(files, "AuthService.login()", "b.py", "check")) == [
        "src/auth_service.py:2 pattern"
    ]


def test_a_guessed_type_never_fails() -> None:
    files = {"src/AuthService.php": "<?php class AuthService {}\n", "b.py": ""}
    assert judged(files, "AuthService", "b.py", "check").verdict == "unproven"


@pytest.mark.parametrize(
    "start",
    [
        "AuthService",
        "the login flow",
        "POST /api/login",
        "server boot",
        "run_export()",
        "数据",
        "src/{name}.ts",
        "/output/ handler",
    ],
)
def test_words_that_name_no_file_are_undecided(start: str) -> None:
    verdict = judged({"server.ts": "login\n", "b.ts": "login\n"}, start, "b.ts", "login")
    assert verdict.verdict == "unproven" and "names no file" in verdict.reason


@pytest.mark.parametrize(
    "start", ["/etc/passwd", "../other/a.py", "a/../../b.py", "~/x.py", "C:\\x.py", "C:/x.py"]
)
def test_a_from_outside_the_repository_fails(start: str) -> None:
    verdict = judged(FILES, start, "README.md", "root")
    assert verdict.verdict == "fail" and "leads out of the repository" in verdict.reason


def test_a_folder_as_from_is_undecided() -> None:
    verdict = judged(FILES, "src", "README.md", "start")
    assert verdict.verdict == "unproven" and "is a folder" in verdict.reason


def test_an_object_that_is_missing_is_undecided() -> None:
    assert judged({"a.py": None, "b.py": ""}, "a.py", "b.py", "x").verdict == "unproven"


def test_a_file_beyond_the_limit_is_undecided_and_not_read() -> None:
    tree = MemoryTree({"a.py": "start" * 100, "b.py": ""})
    verdict = judged(tree, "a.py", "b.py", "start", limit=100)
    assert verdict.verdict == "unproven" and "too large" in verdict.reason
    assert "a.py" not in tree.reads


def test_a_binary_file_is_undecided() -> None:
    assert (
        judged({"a.bin": b"start\0\1", "b.py": ""}, "a.bin", "b.py", "start").verdict == "unproven"
    )


def test_bytes_that_do_not_decode_do_not_hide_a_match() -> None:
    assert shown(judged({"a.py": b"x = '\xff'\nstart\n", "b.py": ""}, "a.py", "b.py", "start")) == [
        "a.py:2 pattern"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_are_read(encoding: str) -> None:
    assert (
        judged(
            {"a.py": "x\nstart\n".encode(encoding), "b.py": ""}, "a.py", "b.py", "^start$"
        ).verdict
        == "pass"
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("main wires config and storage", "not written as"),
        ("[a, b]", "not written as"),
        ("{from: README.md, to: src/app.ts, patern: start}", "did you mean `pattern`"),
        ("{form: README.md, to: src/app.ts}", "did you mean `from`"),
        ("{from: README.md, to: src/app.ts, regex: start}", "did you mean `pattern`"),
        ("{from: README.md, to: src/app.ts, Pattern: start}", "did you mean `pattern`"),
        ("{to: src/app.ts, pattern: start}", "no `from`"),
        ("{from: README.md, pattern: start}", "no `to`"),
        ("{from: '', to: src/app.ts, pattern: start}", "no `from`"),
        ("{from: [README.md], to: src/app.ts, pattern: start}", "`from` is not one text"),
        ("{from: README.md, to: {path: src/app.ts}, pattern: start}", "`to` is not one text"),
    ],
)
def test_a_link_that_is_not_well_declared_is_undecided(text: str, word: str) -> None:
    verdict = judge(item(text), MemoryTree(FILES))
    assert verdict.verdict == "unproven" and word in verdict.reason


def test_other_unknown_keys_do_not_matter() -> None:
    text = (
        "{from: README.md, to: src/app.ts, via: a note, pattern: start, verification: by hand,"
        " note: x}"
    )
    assert judge(item(text), MemoryTree(FILES)).verdict == "pass"


def test_a_null_pattern_counts_as_missing() -> None:
    files = {"a.py": "import b\n", "b.py": ""}
    verdict = judge(item("{from: a.py, to: b.py, pattern: null}"), MemoryTree(files))
    assert shown(verdict) == ["a.py:1 import"]
