"""`forge validate` at the command line: formats, --quiet, colors, and the standard streams."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conftest import FORGE, Sandbox
from tests.text.yaml.plans import PATH, document

BROKEN = document(
    '  truths:\n    - `全角` is there\n  artifacts:\n    - path: ../a.py\n      contains: "a\\.b"\n'
)
OTHER = ".planning/phases/01-a/01-02-PLAN.md"


@pytest.fixture
def broken(sandbox: Sandbox) -> Sandbox:
    sandbox.write(PATH, BROKEN)
    sandbox.write(OTHER, "no front matter\n<task>\n</task>\n")
    return sandbox


def places(broken: Sandbox) -> list[tuple[str, int, int, str]]:
    return places_in(broken.call("validate").json["findings"])


def places_in(findings: list[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    return [
        (finding["path"], finding["line"], finding["column"], finding["rule"])
        for finding in findings
    ]


def test_every_format_holds_the_same_findings(broken: Sandbox) -> None:
    expected = places(broken)
    assert len(expected) >= 3
    printed = {
        form: broken.forge("validate", "--format", form)
        for form in ("text", "json", "sarif", "github", "junit")
    }
    assert {result.code for result in printed.values()} == {1}
    text = printed["text"].out
    heads = re.findall(r"^(\S+):(\d+):(\d+): (?:error|warning|note) (\S+) ", text, re.M)
    assert [(path, int(line), int(column), rule) for path, line, column, rule in heads] == expected
    envelope = printed["json"].json
    assert places_in(envelope["findings"]) == expected
    assert envelope["schema"] == "forge.validate/1" and envelope["ok"] is False
    results = printed["sarif"].json["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [rule for *_, rule in expected]
    assert len(printed["github"].out.splitlines()) == len(expected)
    cases = ElementTree.fromstring(printed["junit"].out).iter("testcase")
    assert {PATH, OTHER} <= {case.get("name") for case in cases}


def test_text_is_the_default_and_has_a_caret_and_a_summary(broken: Sandbox) -> None:
    result = broken.forge("validate")
    assert result.out == broken.forge("validate", "--format", "text").out
    assert f"{PATH}:12:7: error front-matter-yaml" in result.out
    assert "        - `全角` is there\n          ^\n" in result.out
    assert re.fullmatch(
        r"\d+ files, \d+ steps, \d+ errors, \d+ warnings", result.out.splitlines()[-1]
    )
    assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize("form", ["text", "sarif", "json"])
def test_a_format_and_json_exclude_each_other(broken: Sandbox, form: str) -> None:
    result = broken.forge("validate", "--format", form, "--json")
    assert result.code == 2 and result.json["error"]["kind"] == "usage"
    assert broken.forge("validate", "--format", "xml").code == 2


def test_quiet_prints_errors_only_and_no_summary(broken: Sandbox) -> None:
    result = broken.forge("validate", "--quiet")
    assert (
        result.code == 1
        and "warning" not in result.out
        and "errors" not in result.out
        and f"{PATH}:12" in result.out
    )
    assert {
        finding["severity"]
        for finding in broken.forge("validate", "--quiet", "--format", "json").json["findings"]
    } == {"error"}
    fine = broken.write(
        ".planning/phases/02-b/02-01-PLAN.md", document("  truths: []\n").replace("01-a", "02-b")
    )
    assert (
        broken.forge("validate", "--quiet", str(fine)).out,
        broken.forge("validate", "--quiet", str(fine)).code,
    ) == ("", 0)


def test_an_encoding_without_some_characters_is_not_an_error(broken: Sandbox) -> None:
    broken.write(PATH, BROKEN.encode() + b"\xff")
    for form in ("text", "json", "sarif", "github", "junit"):
        assert (
            broken.forge("validate", "--format", form, env={"PYTHONIOENCODING": "ascii"}).code == 1
        )


def at_a_terminal(sandbox: Sandbox, *words: str, **env: str) -> str:
    """Return what a command prints if standard output is a terminal."""
    master, slave = pty.openpty()
    environment = sandbox.environment({"TERM": "xterm", **env})
    child = subprocess.Popen(
        [*FORGE, *words], cwd=sandbox.root, env=environment, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    read = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        read += piece
    child.wait(timeout=60)
    os.close(master)
    return read.decode()


def test_colors_only_at_a_terminal_that_wants_them(broken: Sandbox) -> None:
    assert "\x1b[31m" in at_a_terminal(broken, "validate")
    assert "\x1b" not in at_a_terminal(broken, "validate", "--no-color")
    assert "\x1b" not in at_a_terminal(broken, "validate", NO_COLOR="1")
    assert "\x1b" not in at_a_terminal(broken, "validate", TERM="dumb")
    json.loads(at_a_terminal(broken, "validate", "--format", "sarif"))
