"""`forge validate` at the command line: formats, --quiet, colors, and the standard streams."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
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
    found = broken.call("validate").json["findings"]
    return [(each["path"], each["line"], each["column"], each["rule"]) for each in found]


def test_every_format_holds_the_same_findings(broken: Sandbox) -> None:
    expected = places(broken)
    assert len(expected) >= 3
    said = {
        form: broken.forge("validate", "--format", form)
        for form in ("text", "json", "sarif", "github", "junit")
    }
    assert {each.code for each in said.values()} == {1}
    heads = re.findall(r"^(\S+):(\d+):(\d+): (?:error|warning|note) (\S+) ", said["text"].out, re.M)
    assert [(path, int(line), int(column), rule) for path, line, column, rule in heads] == expected
    findings = said["json"].json["findings"]
    assert [
        (each["path"], each["line"], each["column"], each["rule"]) for each in findings
    ] == expected
    assert said["json"].json["schema"] == "forge.validate/1" and said["json"].json["ok"] is False
    results = said["sarif"].json["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == [rule for *_, rule in expected]
    assert len(said["github"].out.splitlines()) == len(expected)
    cases = ElementTree.fromstring(said["junit"].out).iter("testcase")
    assert {PATH, OTHER} <= {case.get("name") for case in cases}


def test_text_is_the_default_and_has_a_caret_and_a_summary(broken: Sandbox) -> None:
    said = broken.forge("validate")
    assert said.out == broken.forge("validate", "--format", "text").out
    assert f"{PATH}:12:7: error front-matter-yaml" in said.out
    assert "        - `全角` is there\n          ^\n" in said.out
    assert re.fullmatch(
        r"\d+ files, \d+ steps, \d+ errors, \d+ warnings", said.out.splitlines()[-1]
    )
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("form", ["text", "sarif", "json"])
def test_a_format_and_json_exclude_each_other(broken: Sandbox, form: str) -> None:
    said = broken.forge("validate", "--format", form, "--json")
    assert said.code == 2 and said.json["error"]["kind"] == "usage"
    assert broken.forge("validate", "--format", "xml").code == 2


def test_quiet_prints_errors_only_and_no_summary(broken: Sandbox) -> None:
    said = broken.forge("validate", "--quiet")
    assert (
        said.code == 1
        and "warning" not in said.out
        and "errors" not in said.out
        and f"{PATH}:12" in said.out
    )
    assert {
        each["severity"]
        for each in broken.forge("validate", "--quiet", "--format", "json").json["findings"]
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
    """Return what a command prints where standard output is a terminal."""
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
