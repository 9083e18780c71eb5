"""A record that is not what was first committed proves nothing, in any view, and is named; merges,
squash merges, rebases and moves alter nothing.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.records.first_versions import first_versions
from forge.records.lines import run_lines
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.records.runs import PAUSED, card, put_tracked, rechained, run_id
from tests.run.plans import Case, Task, auto

TRUTH = 'must_haves:\n  truths:\n    - statement: "It is there"\n      verify: "{}"\n'
WRITE = {1: "pathlib.Path('a.txt').write_text('x')"}


def executed(sandbox: Sandbox, verify: str = "test -s a.txt") -> Path:
    """Execute a plan with one truth; return the folder of its record."""
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt"))]
    Case(sandbox, tasks, WRITE, files=("a.txt",), must_haves=TRUTH.format(verify)).set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
    (folder,) = (path for path in (sandbox.root / ".planning/runs").iterdir() if path.is_dir())
    return folder


def made_to_pass(event: dict[str, object]) -> None:
    data = event["data"]
    assert isinstance(data, dict)
    if event["type"] == "truth_failed":
        event["type"] = "truth_proven"
        event["data"] = {key: data[key] for key in ("truth", "statement", "command", "tree")}
        event["data"]["blobs"] = {}  # type: ignore[index]
    if event["type"] == "must_haves_verified":
        data.update(failed=0, passed=1, verdict="proven")
        for verdict in data["verdicts"]:
            verdict["verdict"] = "pass"
    if event["type"] == "final":
        data["verdict"] = "proven"


def answers(sandbox: Sandbox) -> tuple[int, int, str]:
    """Return the exit codes of verify and audit, and the word of status."""
    (plan,) = sandbox.call("status").data["plans"]
    codes = (sandbox.call("verify", "01-01").code, sandbox.call("audit").code)
    return (*codes, plan["word"])


@pytest.mark.parametrize("committed", [True, False])
def test_a_timeline_with_a_new_chain_proves_nothing(sandbox: Sandbox, *, committed: bool) -> None:
    folder = executed(sandbox, "grep -q works a.txt")
    assert answers(sandbox) == (1, 1, "failed")
    rechained(folder / "timeline.jsonl", made_to_pass)
    if committed:
        sandbox.commit("Tidy up")
    assert answers(sandbox)[::2] == (1, "altered")
    for verb in (("verify", "01-01"), ("log",), ("show", folder.name), ("runs",), ("status",)):
        assert "altered" in (text := sandbox.forge(*verb).out) or "proves nothing" in text
    sandbox.git("checkout", "-q", "HEAD~1" if committed else "HEAD", "--", ".planning/runs")
    assert answers(sandbox)[::2] == (1, "failed")


@pytest.mark.parametrize("what", ["run.yaml", "evidence", "proof"])
@pytest.mark.parametrize("committed", [True, False])
def test_an_edited_card_evidence_or_proof_proves_nothing(
    sandbox: Sandbox, what: str, *, committed: bool
) -> None:
    folder = executed(sandbox)
    if what == "proof":
        sandbox.write("b.txt", "changed")
        sandbox.git("rm", "-q", "a.txt")
        sandbox.commit("Remove")
        sandbox.call("waive", "01-01", "truth:1", "--reason", "later")
    assert sandbox.call("verify", "01-01").code == 0
    place = {
        "run.yaml": folder / "run.yaml",
        "evidence": next((folder / "evidence").iterdir(), folder),
        "proof": next((sandbox.root / ".planning/proofs").glob("*.yaml"), folder),
    }[what]
    text = place.read_text()
    place.write_text(text.replace("later", "never") if what == "proof" else text + "\n")
    if committed:
        sandbox.commit("Tidy up")
    reply = sandbox.call("verify", "01-01")
    assert reply.code == 1 and "record-altered" in {item["rule"] for item in reply.json["findings"]}
    if what != "proof":
        assert answers(sandbox) == (1, 1, "altered")
    found = {item["rule"] for item in sandbox.call("validate").json["findings"]}
    assert "record-altered" in found
    place.write_text(text)
    assert sandbox.call("verify", "01-01").code == 0


def squash(sandbox: Sandbox) -> None:
    """Squash the whole run into a commit with a message of its own."""
    (card,) = (sandbox.root / ".planning/runs").glob("*/run.yaml")
    (base,) = re.findall(r"^base_commit: (\w+)$", card.read_text(), re.M)
    sandbox.git("checkout", "-q", "-b", "other", base)
    sandbox.git("merge", "-q", "--squash", "main")
    sandbox.git("commit", "-qm", "All of it")


def squash_the_rest(sandbox: Sandbox) -> None:
    """Squash a run of which the branch has a part already; git lists the messages."""
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.git("merge", "-q", "--squash", "main")
    sandbox.git("commit", "-q", "--no-edit")


def merge(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.write("c.txt", "c")
    sandbox.commit("Another")
    sandbox.git("merge", "-q", "--no-ff", "-m", "Merge", "main")


def rebase(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.write("c.txt", "c")
    sandbox.commit("Another")
    sandbox.git("checkout", "-q", "main")
    sandbox.git("rebase", "-q", "other")


def line_ends(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.autocrlf", "true")
    sandbox.call("waive", "01-01", "truth:1", "--reason", "later")
    sandbox.git("rm", "-rqf", "--cached", ".planning/proofs")
    sandbox.git("reset", "-q", "--hard")


@pytest.mark.parametrize("way", [squash, squash_the_rest, merge, rebase, line_ends])
def test_no_way_of_git_alters_a_record(sandbox: Sandbox, way: Callable[[Sandbox], None]) -> None:
    executed(sandbox)
    way(sandbox)
    assert sandbox.call("verify", "01-01").data["plans"][0]["altered"] == []
    (run,) = sandbox.call("runs").data["runs"]
    assert run["status"] == "completed"


def test_a_shallow_clone_and_new_commits_are_read(sandbox: Sandbox) -> None:
    folder = executed(sandbox)
    log = f".planning/runs/{folder.name}/timeline.jsonl"
    data = (folder / "timeline.jsonl").read_bytes()
    versions = first_versions(Repository.discover(sandbox.root))
    assert versions.why_altered(log, data) == ""
    assert versions.why_altered(log, data + b"{}\n") == (
        "timeline.jsonl is not what was first committed"
    )
    assert versions.why_altered(log, None) == "timeline.jsonl is gone"
    sandbox.write("d.txt", "d")
    sandbox.commit("More")
    assert versions.why_altered(log, data) == ""
    assert versions.why_altered(".planning/runs/other/run.yaml", b"x") == ""


ATTESTED = ev.TruthAttested(1, "It is there", "Ada <ada@example.org>", "seen", [], "c" * 40)


def altered_of(sandbox: Sandbox) -> tuple[str, str]:
    """Return the status of the only run, and why its record proves nothing."""
    (line,) = run_lines(Repository.discover(sandbox.root))
    return line.status, line.altered


def test_a_timeline_grows_by_commits_of_forge_alone(sandbox: Sandbox) -> None:
    run = card(1, base_commit=sandbox.head(), branch="main")
    put_tracked(sandbox, run, PAUSED)
    put_tracked(sandbox, run, PAUSED, ATTESTED)
    assert altered_of(sandbox) == ("elsewhere", "")
    put_tracked(sandbox, run, PAUSED, ATTESTED, PAUSED, committed=False)
    assert altered_of(sandbox) == ("altered", "the last events of timeline.jsonl are not committed")
    by_hand = sandbox.commit("Tidy up")
    expected = (f"the commit {by_hand[:12]} added events to timeline.jsonl, and it is not forge's",)
    assert altered_of(sandbox) == ("altered", *expected)
    findings = sandbox.call("validate").json["findings"]
    assert [item["message"] for item in findings if item["rule"] == "record-altered"] == [
        f"this record proves nothing: {expected[0]}"
    ]
    assert expected[0] in sandbox.forge("resume", "--adopt", run_id(1)).err
    sandbox.git("checkout", "-q", "HEAD~1", "--", ".planning/runs")
    assert altered_of(sandbox) == ("elsewhere", "")


@pytest.mark.parametrize("count", [2, 4])
def test_an_amended_commit_of_forge_does_not_say_how_many_events_it_holds(
    sandbox: Sandbox, count: int
) -> None:
    put_tracked(sandbox, card(1), PAUSED)
    put_tracked(sandbox, card(1), PAUSED, *[ATTESTED] * count)
    put_tracked(sandbox, card(1), PAUSED, *[ATTESTED] * (count + 1), committed=False)
    sandbox.git("commit", "-qa", "--amend", "--no-edit")
    assert "is not forge's" in altered_of(sandbox)[1]


def test_what_no_commit_holds_proves_nothing(sandbox: Sandbox) -> None:
    folder = executed(sandbox)
    assert answers(sandbox) == (0, 0, "proven")
    at = f".planning/runs/{folder.name}"
    sandbox.git("rm", "-rq", "--cached", at)
    sandbox.git("commit", "-qm", "Forget it")
    assert answers(sandbox)[2] == "proven"  # history still holds it
    sandbox.git("checkout", "-q", "--orphan", "other")
    sandbox.git("add", "-A")
    sandbox.git("rm", "-rqf", "--cached", at)
    sandbox.git("commit", "-qm", "Another history")
    assert answers(sandbox) == (1, 1, "altered")
    assert "it is not committed" in sandbox.forge("status").out
    sandbox.git("checkout", "-qf", "main")


def test_a_proof_that_no_commit_holds_counts_on_a_detached_head_alone(sandbox: Sandbox) -> None:
    executed(sandbox, "grep -q works a.txt")
    assert sandbox.call("waive", "01-01", "truth:1", "--reason", "later").code == 0
    assert sandbox.call("verify", "01-01").code == 0
    sandbox.git("reset", "-q", "HEAD~1")
    assert sandbox.call("verify", "01-01").code == 1
    assert "it is not committed" in sandbox.forge("verify", "01-01").out
    sandbox.git("checkout", "-q", "--detach")
    assert sandbox.call("verify", "01-01").code == 0


def test_a_run_copied_under_another_id_or_for_another_plan_proves_nothing(sandbox: Sandbox) -> None:
    folder = executed(sandbox, "grep -q works a.txt")
    names = [f"20991231T000000Z-01-01-{word * 4}" for word in "ab"]
    for name in names:
        shutil.copytree(folder, folder.parent / name)
        rechained(folder.parent / name / "timeline.jsonl", made_to_pass)
    place = folder.parent / names[1] / "run.yaml"
    place.write_text(place.read_text().replace(f"run: {folder.name}", f"run: {names[1]}"))
    sandbox.commit("Copies")
    assert answers(sandbox) == (1, 1, "altered")
    text = sandbox.forge("runs").out
    assert (
        f"{names[0]}  cannot be read" in text
        and f"it is the card of the run `{folder.name}`" in text
    )
    assert "timeline.jsonl is of another run" in sandbox.forge("status").out
    shutil.rmtree(folder.parent / names[1])
    assert answers(sandbox) == (1, 1, "failed")
    rules = {item["path"]: item["rule"] for item in sandbox.call("validate").json["findings"]}
    assert rules[f".planning/runs/{names[0]}/run.yaml"] == "run-card"


@pytest.mark.parametrize("way", ["graft", "replace", "shallow", "assume-unchanged", "link"])
def test_no_trick_of_git_hides_an_altered_record(sandbox: Sandbox, way: str) -> None:
    folder = executed(sandbox, "grep -q works a.txt")
    log = folder / "timeline.jsonl"
    rechained(log, made_to_pass)
    if way == "assume-unchanged":
        sandbox.git("update-index", "--assume-unchanged", str(log))
    elif way == "link":
        sandbox.git("checkout", "-q", "--", ".")
        evidence = next((folder / "evidence").iterdir())
        same = sandbox.root / "same.log"
        evidence.rename(same)
        evidence.symlink_to(same)
    else:
        head = sandbox.commit("Tidy up")
    if way == "graft":
        (sandbox.root / ".git/info").mkdir(exist_ok=True)
        (sandbox.root / ".git/info/grafts").write_text(f"{head}\n")
    elif way == "replace":
        tree = sandbox.git("rev-parse", "HEAD^{tree}").strip()
        root = sandbox.git("commit-tree", tree, "-m", "All of it").strip()
        sandbox.git("replace", head, root)
    elif way == "shallow":
        (sandbox.root / ".git/shallow").write_text(f"{head}\n")
        assert answers(sandbox)[2] == "proven"  # of what is here, this is the oldest
        (sandbox.root / ".git/shallow").unlink()
    assert answers(sandbox)[::2] == (1, "altered")
