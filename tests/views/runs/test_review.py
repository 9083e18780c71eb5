"""The review of a run: its log, its diffs and its report."""

from __future__ import annotations

import html.parser
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes

SECOND = "---\nphase: 01-first\nplan: 02\n---\n\n<objective>\nMore.\n</objective>\n"
HOSTILE = "Task 1: <script>alert(1)</script> | `x`"


@pytest.fixture
def reviewed(sandbox: Sandbox) -> tuple[Sandbox, str]:
    """A run of three steps: an edit, a test, and an edit whose check fails until the user fixes
    it.
    """
    tasks = [
        Task(HOSTILE, "a.txt", auto("test -s a.txt")),
        Task("Task 2: Test it", "", auto("echo seen; grep one a.txt")),
        Task("Task 3: Write b", "b.txt", auto("grep -q right b.txt")),
    ]
    work = {1: writes("a.txt", "one\n</pre><b>bold\x1b[31m\n"), 3: writes("b.txt", "wrong\n")}
    must_haves = "must_haves:\n  artifacts:\n    - path: a.txt\n      contains: one\n    - b.txt\n"
    Case(sandbox, tasks, work, files=("a.txt", "b.txt"), must_haves=must_haves).set_up()
    failed = sandbox.call("execute", "01-01", "--approve")
    assert failed.code == 1
    sandbox.write("b.txt", "right\n")
    return sandbox, str(failed.data["run"])


def test_diff_of_a_run_and_of_a_step_is_gits_diff(reviewed: tuple[Sandbox, str]) -> None:
    sandbox, run = reviewed
    open_one = sandbox.call("diff").data
    assert (open_one["run"], [entry["path"] for entry in open_one["files"]]) == (
        run,
        ["a.txt", "b.txt"],
    )
    assert open_one["uncommitted"] == [" M b.txt"]
    assert sandbox.forge("resume").code == 0
    first, third = sandbox.call("diff", f"{run}/1").data, sandbox.call("diff", "01-01/3").data
    assert first["step"] == "01-01/1"
    assert first["files"] == [{"path": "a.txt", "added": 2, "removed": 0}]
    assert "+one" in first["patch"]
    assert len(third["commits"]) == 2, "the work of the runner, and the fix of the user"
    assert "+right" in third["patch"] and "wrong" not in third["patch"]
    whole = sandbox.call("diff", run).data
    assert [entry["path"] for entry in whole["files"]] == ["a.txt", "b.txt"]
    assert whole["uncommitted"] == []
    result = sandbox.forge("diff", run)
    assert "+++ b/a.txt" in result.out and ".planning" not in result.out
    assert (
        sandbox.forge("diff", run, "--stat")
        .out.splitlines()[-1]
        .strip()
        .startswith("2 files changed")
    )
    assert sandbox.forge("diff", f"{run}/2").err.strip().endswith("changed no file")
    unknown = sandbox.call("diff", f"{run}/9")
    assert (unknown.code, unknown.json["error"]["kind"]) == (2, "unknown_name")


def test_a_file_that_others_changed_meanwhile_is_shown_commit_by_commit(sandbox: Sandbox) -> None:
    tasks = [
        Task("Task 1: Write a", "a.txt"),
        Task("Look", kind="checkpoint:human-verify"),
        Task("Task 3: Write a", "a.txt"),
    ]
    work = {1: writes("a.txt", "one\n"), 3: "open('a.txt', 'a').write('three\\n')"}
    Case(sandbox, tasks, work, files=("a.txt",)).set_up()
    assert sandbox.forge("execute", "01-01", "--approve").code == 4
    sandbox.write("a.txt", "one\nmine\n")
    sandbox.commit("Mine")
    sandbox.forge("approve")
    sandbox.forge("resume")
    sandbox.forge("resume")
    data = sandbox.call("diff", "01-01").data
    assert len(data["commits"]) == 2
    assert "+one" in data["patch"] and "+three" in data["patch"] and "+mine" not in data["patch"]


def test_log_shows_steps_with_their_commits_newest_run_first(reviewed: tuple[Sandbox, str]) -> None:
    sandbox, run = reviewed
    result = sandbox.forge("log")
    assert re.search(r"x 3 +edit +Task 3", result.out), result.out
    sandbox.forge("resume")
    data = sandbox.call("log", "01-01").data["runs"]
    steps = data[0]["steps"]
    assert (data[0]["run"], data[0]["verdict"]) == (run, "proven")
    assert [(step["status"], len(step["commits"])) for step in steps] == [
        ("completed", 1),
        ("completed", 0),
        ("completed", 2),
    ]
    assert all(
        step["commits"][0][:12] in sandbox.forge("log").out for step in steps if step["commits"]
    )
    kinds = [deed["kind"] for deed in steps[2]["deeds"]]
    assert kinds[:2] == ["checkpoint", "runner"] and "failure" in kinds and "resumed" in kinds
    assert sandbox.call("log", "-n", "1").data["runs"] == data
    assert sandbox.call("log", "nothing-like-it").json["error"]["kind"] == "no_open_run"


class Page(html.parser.HTMLParser):
    """Holds an HTML page to what it promises: balanced, no script, nothing loaded from elsewhere,
    every link resolves.
    """

    void = frozenset(("meta", "br", "i"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.open == []
        assert {link[1:] for link in self.links} <= self.ids

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        assert tag not in ("script", "link", "img", "iframe", "b"), tag
        assert not any(name.startswith("on") or name == "src" for name in known)
        self.ids |= {known["id"] or ""} if "id" in known else set()
        self.links += [known["href"] or ""] if "href" in known else []
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_report_is_one_reproducible_page(reviewed: tuple[Sandbox, str], tmp_path: Path) -> None:
    sandbox, run = reviewed
    sandbox.forge("resume")
    made = sandbox.forge("report", run, "--format", "html", "--output", "../page.html")
    assert made.out.strip() == "wrote ../page.html"
    page = (sandbox.root.parent / "page.html").read_text(encoding="utf-8")
    parsed = Page(page)
    text = "".join(parsed.texts)
    for expected in (
        "<script>alert(1)</script>",
        "</pre><b>bold",
        "proven",
        "Ada <ada@example.org>",
        "seen",
        "+right",
    ):
        assert expected in text, expected
    assert "\x1b" not in page and 'name="viewport"' in page
    assert "http://" not in page and "https://" not in page
    os.mkfifo(sandbox.root.parent / "pipe")
    reader = os.open(sandbox.root.parent / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert sandbox.forge("report", "--output", "../pipe").code == 0 and os.read(reader, 2) == b"# "
    os.close(reader)
    clone = tmp_path / "clone"
    sandbox.git("clone", "-q", str(sandbox.root), str(clone))
    other = Sandbox(clone, sandbox.home)
    other.git("config", "diff.algorithm", "patience")
    other.git("config", "diff.noprefix", "true")
    other.git("config", "core.abbrev", "40")
    assert other.call("report", run, "--format", "html").data["page"] == page
    markdown = sandbox.call("report", run).data["page"]
    assert other.call("report", run).data["page"] == markdown
    words = re.sub(r"``.*?``|`[^`\n]*`", "", re.sub(r"(?s)```.*?```", "", markdown))
    assert "```diff" in markdown and "<script>" not in words
    assert re.search(r"^  3 \[.*x.*\]$", markdown, re.M), "the failure is drawn"


def test_reports_on_plans_phases_and_missions(reviewed: tuple[Sandbox, str]) -> None:
    sandbox, run = reviewed
    sandbox.write(".planning/phases/01-first/01-02-PLAN.md", SECOND)
    sandbox.write(
        ".planning/missions/start.yaml",
        "id: start\ntitle: Start well\ngoal: A start\nphases: ['01']\n",
    )
    for name, kind in (("01-01", "plan"), ("01-first", "phase"), ("start", "mission")):
        page = sandbox.call("report", name, "--format", "html").data["page"]
        Page(page)
        assert f"{kind} <code>" in page and run in page
        assert ("01-02" in page) is (kind != "plan")
    assert "Start well" in sandbox.call("report", "start").data["page"]
    assert sandbox.call("report", "no-such-thing").code == 2


def at_a_terminal(sandbox: Sandbox, *words: str, **env: str) -> bytes:
    """Call forge on a terminal and return all that it showed there."""
    outer, inner = pty.openpty()
    settings = sandbox.environment({"TERM": "xterm", **env})
    done = subprocess.Popen(
        [*FORGE, *words], cwd=sandbox.root, env=settings, stdin=inner, stdout=inner, stderr=inner
    )
    os.close(inner)
    shown = b""
    while True:
        try:
            chunk = os.read(outer, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    assert done.wait(30) == 0
    os.close(outer)
    return shown


def test_diff_and_log_at_a_terminal_use_gits_colors_and_pager(
    reviewed: tuple[Sandbox, str],
) -> None:
    sandbox, run = reviewed
    for words in (("diff", f"{run}/1"), ("log", run)):
        sandbox.git("config", "core.pager", "sed s/^/paged:/")
        shown = at_a_terminal(sandbox, *words)
        assert (
            b"paged:" in shown
            and b"\x1b[1m" in shown
            and (b"one" in shown or run.encode() in shown)
        )
        assert b"\x1b[1m" not in at_a_terminal(sandbox, *words, NO_COLOR="1")
        sandbox.git("config", "color.ui", "never")
        shown = at_a_terminal(sandbox, *words, GIT_PAGER="cat")
        assert b"\x1b[1m" not in shown and b"paged:" not in shown and shown
        sandbox.git("config", "--unset", "color.ui")


def test_evidence_outside_of_the_run_is_not_read(reviewed: tuple[Sandbox, str]) -> None:
    sandbox, run = reviewed
    sandbox.forge("resume")
    sandbox.write("secret.log", "TOP")
    folder = sandbox.root / ".planning/runs" / run
    lines = (folder / "timeline.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    for event in events:
        for entry in event["evidence"]:
            entry["path"] = "../../../secret.log"
    (folder / "timeline.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    assert "TOP" not in sandbox.call("report", run).data["page"]


def test_show_describes_a_run(reviewed: tuple[Sandbox, str]) -> None:
    sandbox, run = reviewed
    opened = sandbox.forge("show", run).out
    assert (
        f"run {run}: paused\n  asked     " in opened
        and "nothing yet: must-haves are judged after the last step" in opened
    )
    assert sandbox.forge("resume").code == 0
    output = sandbox.forge("show", run).out
    assert f"run {run}: completed, proven\n" in output
    assert "\n            3. Task 3: Write b (edit): completed, checks 1 passed\n" in output
    assert (
        "2 declared, 2 passed" in output
        and "pass      artifact:1  a.txt" in output
        and "\x1b" not in output
    )
    assert (
        "\n  by        Ada <ada@example.org>\n            runner " in output
        and f"  evidence  .planning/runs/{run}/evidence/" in output
    )
    data = sandbox.call("show", run[-12:]).data
    assert (data["run"], data["verdict"], len(data["steps"]), data["people"]) == (
        run,
        "proven",
        3,
        ["Ada <ada@example.org>"],
    )
    assert sandbox.call("show", "01-01").data["kind"] == "plan"
    assert sandbox.call("show", "nothing").json["error"]["kind"] == "unknown_name"
