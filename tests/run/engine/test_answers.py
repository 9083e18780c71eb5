"""An answer acts on exactly what was asked, whatever the user does while a run waits."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

MAKES = "test -s a.txt && mkdir -p cache && echo c > cache/one.bin && echo m > made.txt"


def waiting(sandbox: Sandbox, command: str = MAKES, **more: Any) -> str:
    """Start a run that waits for an answer about what its verify command changed."""
    task = Task("Write a", "a.txt", auto(command.replace("&", "&amp;").replace(">", "&gt;")))
    sandbox.write("notes.txt", "mine\n")
    Case(sandbox, [task], {1: writes("a.txt", "a")}, files=("a.txt", "docs/"), **more).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["waiting_for"]["kind"] == "command", result.err
    run: str = result.data["run"]
    return run


def committed(sandbox: Sandbox) -> set[str]:
    """Return the paths of all commits of the run but those of its records."""
    names = sandbox.git("log", "--format=", "--name-only", "HEAD", "--grep", "Forge-Run").split()
    return {name for name in names if not name.startswith(".planning/")}


def test_approve_commits_what_was_listed_and_asks_about_the_rest(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    sandbox.write("notes.txt", "mine, edited\n")
    sandbox.write(".env", "KEY=AKIAABCDEFGHIJKLMNOP\n")
    sandbox.write(".github/workflows/x.yml", "on: push\n")
    sandbox.write("docs/page.md", "harmless and in scope\n")
    assert sandbox.call("approve").code == 0
    result = sandbox.call("resume")
    assert result.data["waiting_for"]["kind"] == "scope"
    assert "looks like a secret" in result.data["waiting_for"]["text"]
    assert committed(sandbox) == {"a.txt", "cache/one.bin", "made.txt", "docs/page.md"}
    assert sandbox.call("reject").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt", "cache/one.bin", "made.txt", "docs/page.md"}
    assert (sandbox.root / "notes.txt").read_text() == "mine, edited\n"
    assert (sandbox.root / ".env").exists()
    assert sandbox.call("replay", run).code == 0


def test_reject_puts_back_what_was_listed_and_says_how_to_bring_it_back(sandbox: Sandbox) -> None:
    waiting(sandbox)
    sandbox.write("notes.txt", "mine, edited\n")
    sandbox.write("cache/mine.bin", "of the user\n")
    answered = sandbox.forge("reject")
    command = answered.out.partition("`git cherry-pick")[2].partition("`")[0]
    sandbox.call("resume")
    assert not (sandbox.root / "made.txt").exists()
    assert not (sandbox.root / "cache/one.bin").exists()
    assert (sandbox.root / "cache/mine.bin").read_text() == "of the user\n"
    assert (sandbox.root / "notes.txt").read_text() == "mine, edited\n"
    sandbox.git("cherry-pick", *shlex.split(command))
    assert (sandbox.root / "made.txt").read_text() == "m\n"


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_listed_file_that_changed_is_asked_about_anew(sandbox: Sandbox, answer: str) -> None:
    run = waiting(sandbox)
    sandbox.write("made.txt", "by the user\n")
    refused = sandbox.call(answer)
    assert refused.code == 4 and refused.json["error"]["kind"] == "changed_since_asked"
    assert "made.txt" in refused.json["error"]["message"]
    again = sandbox.call("resume").data["waiting_for"]
    assert again["kind"] == "command" and "made.txt" in again["text"].partition("asked anew")[2]
    assert (sandbox.root / "made.txt").read_text() == "by the user\n"
    assert sandbox.call("approve").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.git("show", "HEAD:made.txt") == "by the user\n"
    assert sandbox.call("replay", run).code == 0


def test_a_file_that_changed_after_the_answer_is_asked_about_anew(sandbox: Sandbox) -> None:
    waiting(sandbox)
    assert sandbox.call("approve").code == 0
    sandbox.write("made.txt", "later\n")
    assert sandbox.call("resume").data["waiting_for"]["kind"] == "command"
    assert "made.txt" not in committed(sandbox)


def test_a_question_whose_files_are_gone_is_withdrawn(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    (sandbox.root / "made.txt").unlink()
    (sandbox.root / "cache/one.bin").unlink()
    assert sandbox.call("resume").data["status"] == "completed"
    withdrawn = [
        event["data"] for event in sandbox.events(run) if event["type"] == "approval_withdrawn"
    ]
    assert [data["gone"] for data in withdrawn] == [True]
    assert sandbox.call("replay", run).code == 0


@pytest.mark.parametrize(("option", "tracked"), [("ignore", set()), ("gitignore", {".gitignore"})])
def test_new_files_can_be_ignored_and_are_not_asked_about_again(
    sandbox: Sandbox, option: str, tracked: set[str]
) -> None:
    run = waiting(sandbox, verification=f"```bash\n{MAKES}\n```")
    text = sandbox.call("resume").data["waiting_for"]["text"]
    assert "cache/ (1 file)" in text
    assert sandbox.call("approve", "--option", option).code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt", *tracked}
    assert (sandbox.root / "cache/one.bin").exists() and sandbox.status() == []
    assert sandbox.call("replay", run).code == 0


def test_what_is_left_stays_and_is_not_asked_about_again(sandbox: Sandbox) -> None:
    waiting(sandbox, verification=f"```bash\n{MAKES}\n```")
    assert sandbox.call("approve", "--option", "leave").code == 2
    assert sandbox.call("reject", "--option", "leave").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt"} and (sandbox.root / "made.txt").exists()


def test_edits_before_a_command_are_not_blamed_on_it(sandbox: Sandbox) -> None:
    verify = "<human>Is it pretty?</human>" + auto("test -s a.txt")
    Case(
        sandbox, [Task("Write a", "a.txt", verify)], {1: writes("a.txt", "a")}, files=("a.txt",)
    ).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.write("stray.txt", "by hand\n")
    sandbox.call("approve")
    sandbox.call("resume")
    changed = [
        event["data"]["changed"]
        for event in sandbox.events(run)
        if event["type"] == "test_completed"
    ]
    assert not any(changed)
    assert "stray.txt" not in committed(sandbox)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["notes.txt", "new.txt", "made.txt", "cache/one.bin", "cache/two", ".env"]),
        st.sampled_from(["x\n", "y\n", None]),
    ),
    max_size=4,
)


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EDITS, st.sampled_from(["approve", "reject"]), EDITS)
def test_no_answer_touches_what_it_was_not_asked_about(
    make_sandbox: Callable[[str], Sandbox],
    before: list[tuple[str, str | None]],
    answer: str,
    after: list[tuple[str, str | None]],
) -> None:
    """Whatever the user edits before and after an answer keeps its bytes unless it was listed."""
    sandbox = make_sandbox(f"repo-{next(NUMBERS)}")
    run = waiting(sandbox)
    listed = {"cache/one.bin": "c\n", "made.txt": "m\n"}

    def edit(edits: list[tuple[str, str | None]]) -> None:
        for path, text in edits:
            place = sandbox.root / path
            if text is None:
                place.unlink(missing_ok=True)
            else:
                sandbox.write(path, text)

    edit(before)
    sandbox.call(answer)
    edit(after)
    tree = {path: read(sandbox, path) for path in {path for path, _ in EVERY} | set(listed)}
    sandbox.call("resume")
    unchanged = {path for path, text in listed.items() if tree[path] == text}
    for path, text in tree.items():
        if path not in unchanged:
            assert read(sandbox, path) == text, path
    assert committed(sandbox) <= {"a.txt", *unchanged}
    assert sandbox.call("replay", run).code == 0


NUMBERS = itertools.count()
EVERY = [("notes.txt", ""), ("new.txt", ""), ("cache/two", ""), (".env", "")]


def read(sandbox: Sandbox, path: str) -> str | None:
    place = sandbox.root / path
    return place.read_text() if place.exists() else None
