"""Reports as Markdown and HTML: escaping, fences, diffs, and a whole report of each kind."""

from __future__ import annotations

import re

import pytest

from forge.errors import NoOpenRun
from forge.git.repository import Repository
from forge.text.markdown import Written
from forge.views.reports import pages
from forge.views.reports.pages import FORMATS, render
from forge.views.reports.report import report_on
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes


def test_a_diff_is_split_by_classes() -> None:
    diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n+more\n same\n"
    assert [(kind, text.count("\n")) for kind, text in pages._diff_lines(diff)] == [
        ("head", 3),
        ("place", 1),
        ("removed", 1),
        ("added", 2),
        ("plain", 1),
    ]


def test_what_no_filter_has_written_is_text() -> None:
    assert pages._on_page("a\x1b[31m") == "a<U+001B>[31m"
    assert pages._in_markdown("a <b>") == "`a <b>`"
    assert pages._in_markdown(Written("a <b>")) == "a <b>"
    assert pages._on_page(3) == pages._in_markdown(3) == 3
    assert pages._anchor('evidence-1"><img>') == "evidence-1-img-"


def executed(sandbox: Sandbox) -> str:
    """Execute a plan with one step, and return its run."""
    must_haves = "must_haves:\n  artifacts: [a.txt]\n"
    task = Task("Write <b>it</b>", "a.txt", auto("echo checked; test -s a.txt"))
    case = Case(
        sandbox,
        [task],
        {1: writes("a.txt", "<i>one</i>\n")},
        must_haves=must_haves,
        files=("a.txt",),
    )
    case.set_up()
    sandbox.write(".planning/missions/win.yaml", "title: Win\nstatus: active\ngoal: To win\n")
    sandbox.commit("A mission")
    return str(sandbox.call("execute", "01-01", "--approve").data["run"])


def test_a_report_of_each_kind(sandbox: Sandbox) -> None:
    run = executed(sandbox)
    repository = Repository.discover(sandbox.root)
    reports = {
        name: report_on(repository, name, sandbox.root) for name in ("win", "1", "01-01", run)
    }
    assert {name: (made.kind, made.name) for name, made in reports.items()} == {
        "win": ("mission", "win"),
        "1": ("phase", "01-first"),
        "01-01": ("plan", "01-01"),
        run: ("run", run),
    }
    assert report_on(repository, None, sandbox.root) == reports[run]
    assert all(len(made.plans) == 1 and len(made.plans[0].runs) == 1 for made in reports.values())
    with pytest.raises(NoOpenRun):
        report_on(repository, "99-99", sandbox.root)

    (part,) = reports[run].plans[0].runs
    diffs = [diff for _, diff in part.chapters if diff]
    assert [[stat.path for stat in diff.files] for diff in diffs] == [["a.txt"]]
    assert "+<i>one</i>" in diffs[0].text and diffs[0].left_out == 0
    assert any(entry.text and "checked" in entry.text for entry in part.evidence)

    for form in FORMATS:
        page = render(reports["win"], form)
        assert page == render(report_on(repository, "win", sandbox.root), form), "reproducible"
        assert "To win" in page and "Make it so." in page
    html, markdown = render(reports[run], "html"), render(reports[run], "md")
    assert "&lt;i&gt;one&lt;/i&gt;" in html and "<i>one</i>" not in html
    assert not re.search(r"<script|https?://", html)
    assert "+<i>one</i>" in markdown and "`1. Write <b>it</b>`" in markdown
    anchors = set(re.findall(r"\(#(evidence-\w+)\)", markdown))
    assert anchors and anchors <= set(re.findall(r'<a id="([^"]+)"', markdown))


def test_evidence_outside_the_run_is_never_shown(sandbox: Sandbox) -> None:
    run = executed(sandbox)
    secret = sandbox.root.with_name("secret.txt")
    secret.write_text("do not show this")
    folder = sandbox.root / ".planning/runs" / run / "evidence"
    for file in folder.iterdir():
        file.unlink()
        file.symlink_to(secret)
    (part,) = report_on(Repository.discover(sandbox.root), run, sandbox.root).plans[0].runs
    assert part.evidence and all(entry.text is None for entry in part.evidence)
