"""must-haves-unread: a block or a condition that forge does not read keeps a plan from being
proven.
"""

from __future__ import annotations

import pytest

from forge.check.rules.plan.unread_must_haves import RULE, check
from forge.planning.plan.plan import load
from forge.text.source import Source
from tests.conftest import Sandbox

PATH = ".planning/phases/01-start/01-01-PLAN.md"
READ = "must_haves:\n  artifacts:\n    - path: a.txt\n"


def text(front: str) -> str:
    return f"---\nphase: 01-start\nplan: 01\n{front}---\n<task type='auto'><name>Do</name></task>\n"


@pytest.mark.parametrize(
    ("front", "key"),
    [
        (READ + "  artefacts:\n    - path: b.txt\n", "artefacts"),
        (READ + "  artifact:\n    - path: b.txt\n", "artifact"),
        (READ + "  Truths: [it works]\n", "Truths"),
        (READ + "  truth: it works\n", "truth"),
        (READ + "  keylinks: [a]\n", "keylinks"),
        (READ + "  key-links: [a]\n", "key-links"),
        (READ + "  tests: [a]\n", "tests"),
        (READ + "must_have:\n  truths: [it works]\n", "must_have"),
        (READ + "must-haves:\n  truths: [it works]\n", "must-haves"),
        (READ + "mustHaves:\n  truths: [it works]\n", "mustHaves"),
        (READ + "truths: [it works]\n", "truths"),
        (READ + "artefacts: [b.txt]\n", "artefacts"),
        (READ + "artifact: b.txt\n", "artifact"),
        (READ + "truth: it works\n", "truth"),
        (READ + "meta:\n  must_haves:\n    truths: [it works]\n", "must_haves"),
        (READ + "      contians: x\n", "contians"),
        (READ + "      truths: [it works]\n", "truths"),
        ("must_haves:\n  truths:\n    - statement: it\n      verfy: make\n", "verfy"),
        ("must_haves:\n  - artefacts: [b.txt]\n  - truths: [it]\n", "artefacts"),
        ("must_haves:\n  key_links:\n    - from: a\n      to: b\n      patern: x\n", "patern"),
    ],
)
def test_what_is_not_read_is_found_and_the_plan_is_not_proven(
    front: str, key: str, sandbox: Sandbox
) -> None:
    plan = load(Source.of(PATH, text(front).encode()), "01-01")
    found = list(check(plan))
    assert [(finding.rule, f"`{key}`" in finding.message) for finding in found] == [(RULE.id, True)]
    sandbox.write(PATH, text(front))
    sandbox.write("a.txt", "text")
    sandbox.write("b.txt", "text")
    sandbox.commit("Plan")
    judged = sandbox.call("verify", "01-01")
    assert (judged.code, judged.data["plans"][0]["verdict"]) == (1, "unproven")
    assert RULE.id in {finding["rule"] for finding in judged.json["findings"]}


@pytest.mark.parametrize(
    "front",
    [
        READ,
        READ + "      provides: the text\n      notes: mine\n",
        READ + "  truths: []\n  key_links: []\n  other: []\n",
        READ + "tests: [a]\nfiles: [a.txt]\nlinks: [b]\nname: x\nartifact_store: s3\n",
        READ + "artifact: plan\n",
        "must_haves:\n  - it works\n  - truths: [it does]\n",
        "must_haves:\n  truths:\n    - One thing: another\n",
    ],
)
def test_what_is_read_or_the_users_own_is_not_found(front: str) -> None:
    assert list(check(load(Source.of(PATH, text(front).encode()), "01-01"))) == []
