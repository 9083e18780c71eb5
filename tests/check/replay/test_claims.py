"""What events claim about commits."""

from __future__ import annotations

from typing import Any

from forge.check.replay.claims import Claim, claims, named_commits
from tests.check.replay.units import Log

ONE = "01-01/1"
BASE, CHECKPOINT, RESULT = "a" * 40, "b" * 40, "c" * 40


def checkpoint(log: Log, name: str = "c-1") -> Log:
    return log.add("checkpoint_created", ONE, checkpoint_id=name, base_commit=BASE, description="")


def called(log: Log, commit: str | None = CHECKPOINT) -> Log:
    return log.add(
        "runner_started", ONE, runner="x", command=[], prompt_sha256="", checkpoint_commit=commit
    )


def proposed(log: Log, **more: Any) -> Log:
    data = {
        "diff_id": "d-1",
        "diff_sha256": "1" * 64,
        "summary": "",
        "risk_level": "low",
        "files_changed": ["a.py"],
        "out_of_scope": [],
    }
    return log.add("diff_proposed", ONE, **{**data, **more})


def applied(log: Log, commit: str | None = RESULT, hook: tuple[str, ...] = ()) -> Log:
    return log.add("diff_applied", ONE, commit=commit, hook_changed=list(hook))


def trailers(checkpoint: str | None = "c-1") -> dict[str, str | None]:
    return {"Forge-Step": ONE, "Forge-Attempt": "1", "Forge-Checkpoint": checkpoint}


def test_a_checkpoint_and_its_result() -> None:
    log = applied(proposed(called(checkpoint(Log().start()))))
    assert claims(log.record()) == [
        Claim(3, CHECKPOINT, trailers(), 2, 2),
        Claim(5, RESULT, trailers(), 4, 4, ["a.py"], [], "1" * 64),
    ]


def test_files_that_a_hook_changed_may_be_in_the_commit() -> None:
    log = applied(proposed(called(checkpoint(Log().start()))), hook=("a.py", "b.py"))
    assert list(claims(log.record())[1].may_hold) == ["a.py", "b.py"]


def test_commits_of_the_runner() -> None:
    log = proposed(called(checkpoint(Log().start())), runner_commits=["d" * 40])
    claim = claims(applied(log).record())[1]
    assert claim.by_runner and claim.base == CHECKPOINT


def test_a_commit_without_a_proposal_is_checked_by_its_trailers_alone() -> None:
    (claim,) = claims(applied(checkpoint(Log().start())).record())
    assert claim == Claim(3, RESULT, trailers(), 1, 2)


def test_an_empty_diff_makes_no_claim() -> None:
    log = applied(proposed(checkpoint(Log().start())), commit=None)
    assert claims(log.record()) == []


def test_a_proposal_counts_for_one_result() -> None:
    log = applied(applied(proposed(called(checkpoint(Log().start())))), commit="d" * 40)
    first, second = claims(log.record())[1:]
    assert first.files == ["a.py"] and second.files is None


def test_a_runner_that_was_called_without_a_checkpoint() -> None:
    assert claims(called(Log().start()).record()) == []
    assert claims(called(checkpoint(Log().start()), None).record()) == []


def rollback(log: Log) -> Log:
    return log.add(
        "rollback_started",
        kind="step",
        run="r",
        to=ONE,
        base_commit=BASE,
        commit=BASE,
        snapshot="s",
        paths=["a.py"],
    )


def test_the_commit_of_a_rollback() -> None:
    log = rollback(Log().start()).add("checkpoint_restored", commit=BASE, reason="", made=RESULT)
    (claim,) = claims(log.record())
    assert claim.trailers == {"Forge-Step": ONE, "Forge-Rollback": "r"}
    assert (claim.commit, claim.least_seq, claim.most_seq) == (RESULT, 2, 2)
    assert claim.files == () and list(claim.may_hold) == ["a.py"]


def test_a_restore_that_makes_no_commit() -> None:
    log = rollback(Log().start()).add("checkpoint_restored", commit=BASE, reason="")
    assert claims(log.record()) == []
    alone = Log().start().add("checkpoint_restored", commit=BASE, reason="", made=RESULT)
    assert claims(alone.record()) == []


def test_named_commits_with_the_events_that_name_them() -> None:
    log = proposed(called(checkpoint(Log().start())), runner_commits=["d" * 40, "e" * 40])
    log = rollback(applied(log)).add("checkpoint_restored", commit=BASE, reason="", made="f" * 40)
    assert named_commits(log.record()) == [
        (2, BASE),
        (3, CHECKPOINT),
        (4, "d" * 40),
        (4, "e" * 40),
        (5, RESULT),
        (6, BASE),
        (7, "f" * 40),
    ]


def test_a_log_without_commits() -> None:
    assert named_commits(Log().start().record()) == [] == claims(Log().start().record())
