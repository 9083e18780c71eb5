"""No secret reaches anything that forge writes, whatever its source."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task

TOKEN = "github_pat_" + "a1B2c3D4e5F" * 2 + "_" + "Zy9Xw8Vu7" * 7
TRUTHS = (
    'must_haves:\n  truths:\n    - "It feels right"\n    - "It is fast"\n'
    "    - statement: it passes\n      verify: cat token.txt README.md; test -e never\n"
)


def _written(sandbox: Sandbox) -> list[str]:
    """Return the files and committed objects that show the token or a part of it."""
    part = TOKEN[20:40]
    files = [
        str(path.relative_to(sandbox.root))
        for path in sandbox.root.rglob("*")
        if path.is_file() and path.name != "token.txt" and part.encode() in path.read_bytes()
    ]
    commits = sandbox.git("log", "--all", f"-S{part}", "--format=%s").splitlines()
    messages = sandbox.git("log", "--all", f"--grep={part}", "--format=%s").splitlines()
    return [*files, *commits, *messages]


def test_words_of_the_user_are_written_without_secrets(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", "token.txt\n")
    sandbox.write("token.txt", TOKEN + "\n")
    tasks = [Task("Task 1: Write it", "a.txt"), Task("Task 2: More", "b.txt")]
    Case(sandbox, tasks, files=("a.txt", "b.txt"), must_haves=TRUTHS).set_up()
    note = ("--evidence", "README.md", "--note", f"seen with {TOKEN}")
    assert sandbox.call("attest", "01-01", "truth:1", *note).code == 0
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", f"see {TOKEN}").code == 0
    assert sandbox.call("approve", "01-01").code == 0
    verify = sandbox.call("verify", "01-01", "--run")
    assert TOKEN not in verify.out + verify.err and "[secret removed]" in verify.out
    manual = ("--approve", "--runner", "manual")
    run = sandbox.call("execute", "01-01", *manual).data["run"]
    assert sandbox.call("skip", run, "--reason", f"as {TOKEN} says").code == 4
    assert sandbox.call("stop", run, "--reason", f"because of {TOKEN}").code == 0
    assert sandbox.call("show", f"no-such-{TOKEN}").code == 2
    assert _written(sandbox) == []
    assert "[secret removed]" in (sandbox.root / ".git/forge/executions.jsonl").read_text()
