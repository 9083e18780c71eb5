"""Converted content, unusual names and unusual files: a rollback restores path, mode and bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.conftest import CommandResult, Sandbox
from tests.run.engine.actions.test_rollback import tree
from tests.run.plans import Case, Task, auto, writes

LFS = """\
import hashlib, pathlib, sys
store = pathlib.Path(sys.argv[2]); store.mkdir(exist_ok=True)
data = sys.stdin.buffer.read()
if sys.argv[1] == "clean":
    name = hashlib.sha256(data).hexdigest()
    (store / name).write_bytes(data)
    print("version https://git-lfs.github.com/spec/v1", f"oid sha256:{name}", f"size {len(data)}", sep="\\n")
else:
    sys.stdout.buffer.write((store / data.split(b"sha256:")[1].split(b"\\n")[0].decode()).read_bytes())
"""


def run(sandbox: Sandbox, work: str, *files: str) -> CommandResult:
    """Execute a plan of one step that runs some Python, and approve every question."""
    case = Case(
        sandbox, [Task("Change", ", ".join(files) or "src")], {1: work}, files=files or ("src",)
    )
    case.set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    for _ in range(3):
        if result.data["waiting_for"]:
            assert sandbox.call("approve").code == 0
            result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.out
    return result


def files(sandbox: Sandbox) -> dict[str, tuple[int, bytes]]:
    """Return the files outside `.planning/`."""
    return {
        path: entry for path, entry in tree(sandbox).items() if not path.startswith(".planning/")
    }


def roll_back_and_undo(sandbox: Sandbox, work: str) -> None:
    """Commit a step; its rollback and the undo of that restore every path, mode and byte."""
    before = tree(sandbox)
    run(sandbox, work)
    planning = {path for path in tree(sandbox) if path.startswith(".planning/")}
    before |= {
        path: entry
        for path, entry in tree(sandbox).items()
        if path in planning and "SUMMARY" not in path
    }
    after, status = files(sandbox), sandbox.status()
    assert tree(sandbox) != before
    result = sandbox.call("rollback")
    assert result.code == 0, result.out
    assert tree(sandbox) == before and sandbox.status() == status == []
    assert sandbox.call("undo").code == 0 and files(sandbox) == after
    assert sandbox.git("fsck", "--no-dangling", "--strict") == ""


def test_filters_and_pointers_to_large_files(sandbox: Sandbox, tmp_path: Path) -> None:
    program = tmp_path / "lfs.py"
    program.write_text(LFS)
    for name in ("clean", "smudge"):
        sandbox.git(
            "config", f"filter.lfs.{name}", f"python3 {program} {name} {tmp_path / 'store'}"
        )
    sandbox.git("config", "filter.lfs.required", "true")
    sandbox.git("config", "filter.case.clean", "tr a-z A-Z")
    sandbox.git("config", "filter.case.smudge", "tr A-Z a-z")
    sandbox.write(".gitattributes", "*.bin filter=lfs -text\n*.low filter=case\n")
    sandbox.write("src/big.bin", bytes(range(256)) * 64)
    sandbox.write("src/gone.bin", b"\0gone")
    sandbox.write("src/words.low", "quiet words\n")
    sandbox.commit("Filtered")
    roll_back_and_undo(
        sandbox,
        "open('src/big.bin', 'ab').write(b'more'); os.unlink('src/gone.bin'); "
        "open('src/new.bin', 'wb').write(b'new'); open('src/words.low', 'a').write('more\\n')",
    )
    assert sandbox.git("show", "HEAD:src/big.bin").startswith("version https://git-lfs")
    assert sandbox.git("show", "HEAD:src/words.low") == "QUIET WORDS\nMORE\n"


def test_line_endings_and_encodings(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.autocrlf", "true")
    sandbox.write(
        ".gitattributes",
        "*.unix eol=lf\n*.dos eol=crlf\n*.utf16 text working-tree-encoding=UTF-16LE eol=lf\n*.raw"
        " -text\n",
    )
    sandbox.write("src/a.txt", "one\r\ntwo\r\n")
    sandbox.write("src/a.unix", "one\ntwo\n")
    sandbox.write("src/a.dos", "one\r\ntwo\r\n")
    sandbox.write("src/a.utf16", "größe\n".encode("utf-16-le"))
    sandbox.write("src/a.raw", "one\r\ntwo\nthree\r\n")
    sandbox.write("src/no-end.txt", "no line end")
    sandbox.git("add", "-A")
    roll_back_and_undo(
        sandbox,
        "[open(f'src/a.{end}', 'ab').write(text) for end, text in (('txt', b'x\\r\\n'), ('unix',"
        " b'x\\n'), ('dos', b'x\\r\\n'), ('utf16', 'ü\\n'.encode('utf-16-le')), ('raw', b'\\r'))];"
        " os.unlink('src/no-end.txt')",
    )
    assert sandbox.git("show", "HEAD:src/a.utf16") == "größe\nü\n"


def test_rules_that_the_step_changed(sandbox: Sandbox) -> None:
    """Files are restored with the attributes of their own commit."""
    sandbox.write("src/.gitattributes", "*.dos eol=crlf\n")
    sandbox.write("src/a.dos", "one\r\n")
    sandbox.write("src/b.dos", "one\r\n")
    sandbox.commit("Rules")
    roll_back_and_undo(
        sandbox,
        "open('src/.gitattributes', 'w').write('*.dos -text\\n'); open('src/a.dos',"
        " 'wb').write(b'two\\n')",
    )


def test_links_modes_and_kinds(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    sandbox.write("src/file", "file\n")
    sandbox.write("src/tool", "#!/bin/sh\n").chmod(0o755)
    sandbox.write("src/folder/deep/file", "deep\n")
    sandbox.write("src/becomes-folder", "file\n")
    (sandbox.root / "src/link").symlink_to("file")
    (sandbox.root / "src/outside").symlink_to(tmp_path / "outside")
    (sandbox.root / "src/dangling").symlink_to("nowhere")
    sandbox.commit("Kinds")
    roll_back_and_undo(
        sandbox,
        "; ".join(
            [
                "import shutil",
                "os.chmod('src/file', 0o755)",
                "os.chmod('src/tool', 0o644)",
                "os.unlink('src/link')",
                "open('src/link', 'w').write('now a file')",
                "os.unlink('src/dangling')",
                "os.symlink('tool', 'src/dangling')",
                "shutil.rmtree('src/folder')",
                f"os.symlink({str(tmp_path / 'outside')!r}, 'src/folder')",
                "os.unlink('src/becomes-folder')",
                "os.mkdir('src/becomes-folder')",
                "open('src/becomes-folder/file', 'w').write('below')",
                "os.unlink('src/outside')",
                "os.makedirs('src/outside/a')",
                "open('src/outside/a/b', 'w').write('inside')",
            ]
        ),
    )
    assert list((tmp_path / "outside").iterdir()) == []
    assert stat.S_IMODE((sandbox.root / "src/file").stat().st_mode) & 0o100


def test_names(sandbox: Sandbox) -> None:
    """Names that differ in case, in both normal forms, with blanks and line ends, not UTF-8."""
    names = [
        b"Case",
        "caf\u00e9".encode(),
        "cafe\u0301".encode(),
        b"latin-\xe9",
        b"two words",
        b"line\nend",
        b"-dash",
        b":(top)x",
        b"*",
    ]
    folder = os.fsencode(sandbox.root) + b"/src/"
    os.makedirs(folder)
    for name in names:
        Path(os.fsdecode(folder + name)).write_bytes(name)
    sandbox.commit("Names")
    roll_back_and_undo(
        sandbox,
        "; ".join(
            [
                "os.rename('src/Case', 'src/case')",
                "os.rename('src/caf\\u00e9', 'src/other')",
                "open('src/cafe\\u0301', 'a').write('x')",
                "open(b'src/latin-\\xe9', 'ab').write(b'x')",
                "open(b'src/new-\\xff', 'wb').write(b'x')",
                "os.unlink('src/line\\nend')",
                "open('src/-dash', 'a').write('x')",
                "open('src/:(top)x', 'a').write('x')",
                "open('src/*', 'a').write('x')",
            ]
        ),
    )


def test_ignored_files_are_left_alone_and_never_stored(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", ".env\n*.log\nbuild/\n")
    sandbox.write("src/a.txt", "one\n")
    sandbox.commit("Ignore")
    secret = "PASSWORD=4711-never-stored\n"
    sandbox.write(".env", secret)
    sandbox.write("build/out/file", "4711-never-stored built\n")
    sandbox.write("src/debug.log", "4711-never-stored log\n")
    roll_back_and_undo(sandbox, "open('src/a.txt', 'a').write('two\\n')")
    objects = sandbox.git(
        "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"
    ).splitlines()
    blobs = [line.split()[1] for line in objects if line.startswith("blob")]
    assert blobs and not any(
        "4711-never-stored" in sandbox.git("cat-file", "blob", blob) for blob in blobs
    )


def hook(sandbox: Sandbox, name: str, script: str) -> None:
    place = sandbox.root / ".git/hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


def test_hooks_may_rewrite_files(sandbox: Sandbox) -> None:
    sandbox.write("src/a.txt", "one\n")
    sandbox.commit("A file")
    hook(
        sandbox,
        "pre-commit",
        "if test -f src/a.txt; then sed -i 's/two/TWO/' src/a.txt && git add src/a.txt; fi",
    )
    roll_back_and_undo(sandbox, "open('src/a.txt', 'a').write('two\\n')")
    assert (
        (sandbox.root / "src/a.txt").read_text()
        == sandbox.git("show", "HEAD:src/a.txt")
        == "one\nTWO\n"
    )


def test_a_rollback_needs_neither_hooks_nor_signing(sandbox: Sandbox) -> None:
    """A refusing hook or a broken gpg pauses a step's commit, but never a rollback."""
    sandbox.write("src/a.txt", "one\n")
    sandbox.commit("A file")
    before = tree(sandbox)
    run(sandbox, "open('src/a.txt', 'a').write('two\\n')")
    hook(sandbox, "pre-commit", "echo never; exit 1")
    sandbox.git("config", "commit.gpgsign", "true")
    sandbox.git("config", "gpg.program", "/nonexistent/gpg")
    assert sandbox.call("rollback").code == 0
    assert {
        path: entry for path, entry in tree(sandbox).items() if path in before
    } == before and sandbox.status() == []
    result = sandbox.call("execute", "01-01", "--approve")
    assert (result.code, result.data["failure"]["kind"]) == (1, "commit") and sandbox.status() == [
        " M src/a.txt"
    ]
    assert sandbox.call("rollback", "--to", "1").code == 0 and sandbox.status() == []
    assert (sandbox.root / "src/a.txt").read_text() == "one\n"


def test_a_failing_filter_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.git("config", "filter.once.clean", "cat")
    sandbox.git("config", "filter.once.smudge", "cat")
    sandbox.git("config", "filter.once.required", "true")
    sandbox.write(".gitattributes", "*.f filter=once\n")
    sandbox.write("src/a.f", "one\n")
    sandbox.write("src/b.txt", "one\n")
    sandbox.commit("Filtered")
    before = tree(sandbox)
    run(sandbox, "open('src/a.f', 'a').write('two\\n'); open('src/b.txt', 'a').write('two\\n')")
    after = tree(sandbox)
    sandbox.git("config", "filter.once.smudge", "false")
    result = sandbox.call("rollback")
    assert (result.code, result.data["status"], result.data["failure"]["kind"]) == (
        1,
        "paused",
        "error",
    ), result.out
    assert tree(sandbox) == after
    sandbox.git("config", "filter.once.smudge", "cat")
    assert sandbox.call("resume").code == 0
    assert {
        path: entry for path, entry in tree(sandbox).items() if path in before
    } == before and sandbox.status() == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_file_of_a_gigabyte(sandbox: Sandbox) -> None:
    place = sandbox.write("src/huge.dat", b"begin")
    os.truncate(place, 1 << 30)
    sandbox.commit("Huge")
    run(sandbox, "open('src/huge.dat', 'r+b').write(b'BEGIN'); open('src/new', 'w').write('new')")
    assert sandbox.call("rollback").code == 0
    with place.open("rb") as file:
        assert (file.read(5), place.stat().st_size, sandbox.status()) == (b"begin", 1 << 30, [])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_files(sandbox: Sandbox) -> None:
    for number in range(100_000):
        folder = sandbox.root / f"src/{number // 1000}"
        if number % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"{number}.txt").write_text(f"{number}\n")
    sandbox.commit("Many")
    before = tree(sandbox)
    run(
        sandbox,
        "[open(f'src/{n // 1000}/{n}.txt', 'a').write('x') for n in range(0, 100_000, 500)];"
        " os.unlink('src/7/7001.txt')",
    )
    assert sandbox.call("rollback").code == 0
    assert {
        path: entry for path, entry in tree(sandbox).items() if path in before
    } == before and sandbox.status() == []


def test_an_ascii_locale_changes_nothing(sandbox: Sandbox) -> None:
    task = Task("Größe schreiben", "straße/ü.txt", auto("echo größe; grep -q grüß straße/ü.txt"))
    must = "must_haves:\n  artifacts:\n    - path: straße/ü.txt\n      contains: grüß\n"
    Case(
        sandbox,
        [task],
        {1: writes("straße/ü.txt", "grüß\n")},
        files=("straße/ü.txt",),
        must_haves=must,
    ).set_up()
    sandbox.git("switch", "-qc", "größe")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = sandbox.call("execute", "01-01", "--approve", env=ascii_only)
    assert result.code == 0 and result.data["verdict"] == "proven", result.err
    assert sandbox.status() == [] and "größe" in sandbox.forge("log", "01-01").out + sandbox.git(
        "branch"
    )
    assert "Größe schreiben" in sandbox.subjects()
