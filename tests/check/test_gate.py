"""Whether a plan may run: only blocking findings refuse it."""

from __future__ import annotations

import pytest

from forge.check.gate import Allow, Refuse, gate
from forge.planning.plan.plan import load
from forge.text.source import Source
from tests.check.rules.plan_texts import PATH, SOUND, changed


def decision(text: str | bytes) -> Allow | Refuse:
    data = text.encode() if isinstance(text, str) else text
    return gate(load(Source.of(PATH, data), "01-01"))


def test_a_sound_plan_may_run() -> None:
    assert decision(SOUND) == Allow(())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("---\nphase: 01\n---\nno steps\n", "no-steps"),
        ("---\nphase: 01\n<task>\n</task>\n", "front-matter-unclosed"),
        (b"---\n---\n\xff<task>\n</task>\n", "unreadable"),
        (changed("[docs/notes.md]", "[../notes.md]"), "path-outside"),
        (
            changed("</tasks>", '<task id="a">\n</task>\n<task id="a">\n</task>\n</tasks>'),
            "duplicate-step-id",
        ),
    ],
)
def test_a_blocking_finding_refuses(text: str | bytes, rule: str) -> None:
    result = decision(text)
    assert isinstance(result, Refuse)
    assert rule in {finding.rule for finding in result.findings}
    assert all(finding.blocks for finding in result.findings)


@pytest.mark.parametrize(
    "text",
    [
        changed("wave: 1", "wave: 1\nnote: a: b"),
        changed('type="auto"', 'type="auto" stage="review"'),
        "<task>\n</task>\n",
    ],
)
def test_other_findings_are_kept_and_allow_the_run(text: str) -> None:
    result = decision(text)
    assert isinstance(result, Allow) and result.findings
