"""Properties of shell commands without running them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.shell import cannot_fail, foreign_folder, proves_nothing

HARMLESS = [
    "npm test || true",
    "npm test || :",
    "npm test || echo failed",
    "npm test || exit 0",
    "npm test; echo done",
    "npm test; true",
    "npm test; exit 0",
    "npm test\necho done",
    "npm test ;\n echo done",
    "for f in a b; do npm test; echo $f; done",
    "npm test || printf 'no'",
    "a && b || true",
    "npm test & true",
    "npm test; # remark\necho done",
    "a; echo 'x; y'",
    "npm test || true # don't 'tell",
    "# a\nnpm test || true",
    'grep -q x a || echo "no; it is not"',
    "false || echo a || echo b",
    "(npm test || exit 1) || true",
    "ls | while read f; do npm test || exit 1; done || true",
    "true && exit 0 || true",
    "{ npm test || exit 1; } | tail || true",
    "npm test | exit 1 || true",
    "true && exit 1 & wait || true",
    "echo exit 1 || true",
]
HONEST = [
    "npm test",
    "npm test && echo done",
    "echo start; npm test",
    "npm test | tail -5",
    "npm test || exit 1",
    "npm test || false",
    "npm test || echo no && false",
    "npm test || (echo no; exit 1)",
    "echo 'a; true' | grep b",
    "true && npm test",
    "! grep -q x a",
    "grep -q 'x || true' a",
    'test "$(echo 1; true)" = 1',
    "npm test; exit 1",
    "cd src; npm test",
    "echo a | grep b",
    "",
    "\n",
    "npm test || exit $?",
    "npm test # || true",
    "npm test\n# || true",
    "npm test # it's fine\n",
    "true",
    "echo done",
    "# a; b\nnpm test",
    "echo '#'; npm test",
    "for f in a b; do npm test; done",
    "npm test 2>&1 | grep error && exit 1 || true",
    "npm test | tee log; grep -q error log && exit 1 || echo fine",
]


@pytest.mark.parametrize("command", HARMLESS)
def test_a_command_that_cannot_fail(command: str) -> None:
    assert cannot_fail(command)


@pytest.mark.parametrize("command", HONEST)
def test_a_command_that_can_fail(command: str) -> None:
    assert not cannot_fail(command)


@pytest.mark.parametrize("command", HARMLESS)
def test_bash_agrees_that_it_cannot_fail(command: str, tmp_path: Path) -> None:
    failing = command.replace("npm test", "false").replace("a &&", "false &&")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", failing], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0


SAYS_NOTHING = [
    "true",
    ":",
    "exit 0",
    "echo all tests pass",
    "# to be written",
    "bash -c 'npm test || true'",
    "bash -lc 'npm test | tail'",
    "sh -c true",
    "env A=1 true",
    "npm test || echo failed && true",
    'echo "$(npm test)"',
    "! false",
    "[ 1 -eq 1 ]",
    "set +o pipefail; npm test | cat",
    "trap 'exit 0' EXIT; npm test",
    "if npm test; then echo fine; else echo sad; fi",
    "eval 'npm test; true'",
    "run() { npm test; }; true",
    "npm test <<END || true\nit's\nEND\n",
    "case x in y) npm test;; esac; true",
    "echo fine > log.txt",
    "timeout 5 true",
]
SAYS_SOMETHING = [
    *(command for command in HONEST if command.strip() not in ("", "true", "echo done")),
    "bash -c 'npm test'",
    "bash -ec 'npm test; echo done'",
    "set -e; npm test; echo done",
    "! true",
    "test -s a",
    ": < a",
    "x=$(npm test)",
    "if npm test; then echo fine; else exit 1; fi",
    "bash check.sh",
    '[ "$COUNT" = 1 ]',
    "[ -f a ]",
    "npm test | tee log",
    "bash -o pipefail -c 'npm test | tail'",
    "case x in y) npm test;; esac",
]


@pytest.mark.parametrize("command", [*HARMLESS, *SAYS_NOTHING])
def test_a_command_that_proves_nothing(command: str) -> None:
    assert proves_nothing(command)


@pytest.mark.parametrize("command", SAYS_SOMETHING)
def test_a_command_that_proves_something(command: str) -> None:
    assert not proves_nothing(command)


@pytest.mark.parametrize("command", SAYS_NOTHING)
def test_bash_agrees_that_it_proves_nothing(command: str, tmp_path: Path) -> None:
    failing = command.replace("npm test", "false")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", failing], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0


@settings(deadline=None)
@given(st.text(st.sampled_from("ab '\"\\;|&()\n#$`true echo"), max_size=40))
def test_any_text_can_be_checked(command: str) -> None:
    assert cannot_fail(command) in (True, False)
    foreign_folder(command, Path("/tmp"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "repository"
    (place / "src/deep").mkdir(parents=True)
    (place / "out").symlink_to(tmp_path)
    (place / "in").symlink_to("src")
    return place


@pytest.mark.parametrize(
    "command",
    [
        "npm test",
        "cd src && npm test",
        "cd src/deep && cd .. && npm test",
        "cd src; cd ..",
        "cd ./src",
        "cd 'src' && ls",
        'cd "src" && ls',
        "cd in && ls",
        'cd "$DIR" && ls',
        "cd - && ls",
        "cd `pwd`",
        "echo cd /tmp",
        "mycd /tmp",
        "cd",
        "cd no/such/folder",
        "pushd src && ls && popd",
        "(cd src && ls)",
        "(cd src/deep && ls) && cd src && ls",
        "echo ')' && cd src && cd .. && ls",
        "x=$(cd src; pwd) && ls",
        "if true; then cd src; fi",
    ],
)
def test_commands_that_stay_in_the_repository(command: str, root: Path) -> None:
    assert foreign_folder(command, root) is None


@pytest.mark.parametrize(
    ("command", "folder", "rest"),
    [
        ("cd /tmp && npm test", "/tmp", "npm test"),
        ("cd .. && npm test", "..", "npm test"),
        ("cd src/../.. && npm test", "src/../..", "npm test"),
        ("cd src && cd ../.. ; npm test", "../..", "cd src && npm test"),
        ("cd ~/project && npm test", "~/project", "npm test"),
        ("cd $HOME/project && npm test", "$HOME/project", "npm test"),
        ("cd '/opt/my project' && npm test", "/opt/my project", "npm test"),
        ("cd /opt/my\\ project && npm test", "/opt/my project", "npm test"),
        ("cd C:/work && npm test", "C:/work", "npm test"),
        ("cd out && npm test", "out", "npm test"),
        ("pushd /tmp && npm test", "/tmp", "npm test"),
        ("echo abcd; pushd /tmp && npm test", "/tmp", "echo abcd; npm test"),
        ("for x in a; do cd /tmp; ls; done", "/tmp", "for x in a; do ls; done"),
        ("ls\ncd /tmp\nls", "/tmp", "ls\nls"),
        ("(cd /tmp && make)", "/tmp", "(make)"),
        ("make && (cd /tmp && make) && make", "/tmp", "make && (make) && make"),
        ("(cd src && ls) && cd .. && ls", "..", "(cd src && ls) && ls"),
        (
            "(cd src && (cd deep && ls)); (cd src && cd ../..; ls)",
            "../..",
            "(cd src && (cd deep && ls)); (cd src && ls)",
        ),
        ("cd a\0b && ls", "a\0b", "ls"),
    ],
)
def test_commands_that_leave_the_repository(
    command: str, folder: str, rest: str, root: Path
) -> None:
    assert foreign_folder(command, root) == (folder, rest)


def test_the_root_by_another_name_is_inside(root: Path) -> None:
    assert foreign_folder(f"cd {root} && ls", root) is None
    assert foreign_folder(f"cd {root}/src && ls", root) is None
    assert foreign_folder(f"cd {root}-other && ls", root) == (f"{root}-other", "ls")


def test_everything_is_inside_the_root_of_all() -> None:
    assert foreign_folder("cd /tmp && ls", Path("/")) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "command",
    [
        "x" + "\n" * 150_000 + "y",
        "cd a;" * 50_000,
        "cd " * 50_000,
        ";" * 150_000,
        "'" * 150_000,
        "(" * 150_000,
        "(cd a)" * 25_000,
        "\"'" * 75_000 + "\\",
    ],
)
def test_hostile_commands_take_linear_time(command: str, root: Path) -> None:
    foreign_folder(command, root)
    assert cannot_fail(command) in (True, False)
