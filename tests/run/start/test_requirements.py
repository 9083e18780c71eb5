"""Each precondition of a run by itself: what it lets pass, and what it refuses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from forge.errors import DirtyTree, RepositoryError, RunOpen, UnmetDependency, UsageError
from forge.planning.migrations import NewerVersion
from forge.planning.names.catalog import Catalog
from forge.run.engine.context import Context
from forge.run.start.carry_over import passed_over
from forge.run.start.preconditions import (
    require_as_committed,
    require_clean,
    require_dependencies,
    require_fit,
    require_no_open_run,
)
from tests.conftest import Sandbox
from tests.records.runs import PAUSED, card, put_live
from tests.run.in_process import enter, opened
from tests.run.plans import Case, Task, auto

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def fitness(sandbox: Sandbox, how: str) -> None:
    if how == "merge":
        (sandbox.root / ".git/MERGE_HEAD").write_text(f"{sandbox.head()}\n")
    elif how == "detached":
        sandbox.git("checkout", "-q", "--detach")
    elif how == "index":
        (sandbox.root / ".git/index").write_bytes(b"nothing")
    elif how == "gone":
        (sandbox.root / ".git/index").unlink()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("merge", "is in progress here"),
        ("detached", "HEAD is detached"),
        ("index", "the index"),
        ("gone", "is gone"),
    ],
)
def test_states_of_a_repository_that_are_refused(
    context: Context, sandbox: Sandbox, how: str, message: str
) -> None:
    require_fit(context)
    fitness(sandbox, how)
    with pytest.raises(RepositoryError, match=message):
        require_fit(context)


def test_uncommitted_changes_are_listed_with_the_ways_out(
    context: Context, sandbox: Sandbox
) -> None:
    require_clean(context)
    for number in range(23):
        sandbox.write(f"{number:02}.txt", "x")
    with pytest.raises(DirtyTree) as error:
        require_clean(context, ["git stash -u"])
    assert "?? 00.txt" in error.value.message and "and 3 more" in error.value.message
    assert error.value.next_commands == ["git stash -u"]


def test_a_repository_inside_is_marked(context: Context, sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "inner")
    with pytest.raises(DirtyTree, match="a git repository of its own"):
        require_clean(context)


def test_files_that_differ_from_head_are_named(context: Context, sandbox: Sandbox) -> None:
    sandbox.write("other.txt", "x")
    require_as_committed(context, PATH)
    sandbox.write(PATH, "changed")
    with pytest.raises(UsageError, match=f"{PATH} is not as committed") as error:
        require_as_committed(context, PATH)
    assert error.value.next_commands[0] == f"git add -f {PATH}"


def test_an_open_run_is_named(context: Context) -> None:
    require_no_open_run(context)
    with opened(context) as run:
        with pytest.raises(RunOpen) as error:
            require_no_open_run(context)
        assert error.value.next_commands == [
            f"forge resume {run.card.run}",
            f"forge stop {run.card.run}",
        ]


def test_an_open_run_of_a_newer_version_is_named(context: Context, sandbox: Sandbox) -> None:
    put_live(sandbox, replace(card(1), version=2), PAUSED)
    with pytest.raises(NewerVersion, match="version 2 is newer than version 1") as error:
        require_no_open_run(context)
    assert error.value.hint == "update forge" and error.value.exit_code == 2


@pytest.mark.parametrize(
    ("depends", "message"), [("01-09", "which does not exist"), ("01-02", "depends on 01-02")]
)
def test_unmet_dependencies_are_named(
    context: Context, sandbox: Sandbox, depends: str, message: str
) -> None:
    text = (sandbox.root / PATH).read_text()
    sandbox.write(PATH.replace("01-01", "01-02"), text.replace("plan: 01", "plan: 02"))
    sandbox.write(PATH, text.replace("depends_on: []", f"depends_on: ['{depends}']"))
    sandbox.commit("Depend")
    catalog = Catalog(context.repository.root)
    file = catalog.one("01-01")
    with pytest.raises(UnmetDependency, match=message):
        require_dependencies(context, catalog, file, catalog.load(file))


def test_steps_before_the_one_asked_for_are_passed_over(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(sandbox, [Task("One", verify=auto("true")), Task("Two", verify=auto("true"))]).set_up()
    repository = enter(sandbox, monkeypatch)
    catalog = Catalog(repository.root)
    plan = catalog.load(catalog.one("01-01"))
    assert passed_over(repository, plan, None, None) == []
    ((step, event),) = passed_over(repository, plan, None, "2")
    assert step == "01-01/1" and event.reason == "the run begins at 01-01/2, as asked"
    with pytest.raises(Exception, match="has no step `9`"):
        passed_over(repository, plan, None, "9")
