"""Retrieval: what is found reaches the record and later prompts."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

PROMPT = (
    "pathlib.Path('a.txt').write_text(pathlib.Path(os.environ['FORGE_PROMPT_FILE']).read_text())"
)


def test_what_was_found_is_on_record_and_in_later_prompts(library: Sandbox) -> None:
    library.write(".env", "TOKEN=1\n")
    tasks = [
        Task(
            "Read how sessions expire",
            extra="<read_first>docs/guide.md, .env, gone.md</read_first>",
        ),
        Task("Task 2: Write it", "a.txt", auto("grep -q session a.txt")),
    ]
    sandbox = Case(library, tasks, {2: PROMPT}, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    started, completed = (
        event["data"] for event in sandbox.events(run) if event["type"].startswith("retrieval_")
    )
    assert started["query"] == "read sessions expire"
    whys = {entry["path"]: entry["why"] for entry in completed["paths"]}
    assert whys == {
        "docs/guide.md": "read first",
        "src/expiry.py": "matches: expire",
        "src/session.py": "matches: sessions, expire",
    }
    assert [entry["blob"] for entry in completed["paths"]] == [
        sandbox.git("rev-parse", f"HEAD:{entry['path']}").strip() for entry in completed["paths"]
    ]
    assert (
        completed["result_count"] == 3
        and "gone.md" in completed["summary"]
        and ".env" in completed["summary"]
    )
    prompt = (sandbox.root / "a.txt").read_text()
    blob = sandbox.git("rev-parse", "HEAD:src/session.py")[:12]
    assert (
        f"- src/session.py (matches: sessions, expire, blob {blob})" in prompt
        and "- .env" not in prompt
    )
