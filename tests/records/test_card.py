"""Run cards read back what was written; a hostile one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forge.records.card import NotACard, RunCard
from forge.text.yaml import parse as yaml

TEXT = st.text(st.characters(), max_size=12)
CARD = RunCard(
    run="20261120T025549Z-01-01-k3f9",
    plan="v1.0/01-01",
    plan_path=".planning/phases/01-a/01-01-PLAN.md",
    plan_sha256="a" * 64,
    plan_blob="b" * 40,
    approval={"how": "recorded", "subject": "c" * 64},
    base_commit="d" * 40,
    branch="main",
    clone="01JCLONE",
    runner="manual",
    actor="Ada <ada@example.org>",
    execution="01JEXEC",
    started_at="2026-11-20T02:55:49.123456Z",
    goal="Make it work.",
    steps=[{"id": "01-01/1", "name": "Write: it", "stage": "edit"}],
    scope_contract={"paths": ["a.py"], "max_files": 50, "max_lines": 2000},
)


def test_a_card_reads_back() -> None:
    assert RunCard.decode("run.yaml", CARD.encode()) == CARD


def test_a_card_is_yaml_in_the_order_of_the_format() -> None:
    text = CARD.encode().decode()
    keys = [line.partition(":")[0] for line in text.splitlines() if line[0] not in " -"]
    assert keys == [
        "version",
        "run",
        "kind",
        "plan",
        "plan_path",
        "plan_sha256",
        "plan_blob",
        "approval",
        "base_commit",
        "branch",
        "clone",
        "runner",
        "actor",
        "execution",
        "started_at",
        "goal",
        "steps",
        "scope_contract",
        "prior_run",
    ]
    assert "unknown" not in text


@settings(deadline=None, max_examples=60)
@given(
    TEXT,
    TEXT,
    st.lists(st.dictionaries(st.sampled_from(["id", "name", "stage"]), TEXT), max_size=3),
)
def test_a_card_of_any_text_reads_back(goal: str, actor: str, steps: list[dict[str, str]]) -> None:
    card = replace(
        CARD, goal=goal, actor=actor, steps=steps, prior_run="20261119T025549Z-01-01-aaaa"
    )
    assert RunCard.decode("run.yaml", card.encode()) == card


def test_the_places_that_a_card_names() -> None:
    assert CARD.folder == f".planning/runs/{CARD.run}"
    assert CARD.short_plan == "01-01"
    assert replace(CARD, plan="01-01").short_plan == "01-01"


def test_unknown_keys_of_a_card_are_kept_apart() -> None:
    decoded = RunCard.decode("run.yaml", CARD.encode() + b"mood: good\n")
    assert decoded.unknown == {"mood": "good"}


def test_a_card_of_fewer_keys_is_read() -> None:
    text = "run: r1\nplan: 01-01\nplan_path: p\nsteps: []\nclone: c\nbranch: main\nbase_commit: d\n"
    decoded = RunCard.decode("run.yaml", text.encode())
    assert (decoded.kind, decoded.version, decoded.prior_run, decoded.goal) == (
        "execute",
        1,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (b"a: [1\n", "run.yaml:"),
        (b"- a\n", "not a mapping"),
        (b"", "it has no run, plan"),
        (b"run: x\n", "it has no plan, plan_path"),
    ],
)
def test_a_file_that_is_not_a_card_is_refused(change: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RunCard.decode("run.yaml", change)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("version", "2", "version 2 is newer than version 1.*update forge"),
        ("version", "one", "`version` is a whole number"),
        ("steps", "abc", "`steps` is a list"),
        ("steps", "[abc]", "`steps` is a list"),
        ("run", "[]", "`run` is a text"),
        ("run", "../../x", "cannot be the name of a run's folder"),
        ("run", ".hidden", "cannot be the name of a run's folder"),
        ("approval", "x", "`approval` is a mapping of keys"),
        ("prior_run", "3", "`prior_run` is a text or nothing"),
    ],
)
def test_a_hostile_card_is_refused(key: str, value: str, words: str) -> None:
    lines = [line for line in CARD.encode().decode().split("\n") if not line.startswith(f"{key}:")]
    kept = (
        yaml.parse("\n".join(lines)).plain()
        if key not in ("steps", "approval")
        else yaml.parse(CARD.encode().decode()).plain()
    )
    assert isinstance(kept, dict)
    kept.pop(key, None)
    with pytest.raises(ValueError, match=words):
        RunCard.decode("run.yaml", f"{yaml.dump(kept)}{key}: {value}\n".encode())


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(RunCard.__struct_fields__),
        st.one_of(st.none(), st.integers(), TEXT, st.lists(TEXT)),
    )
)
def test_any_yaml_is_a_card_or_refused(data: dict[str, object]) -> None:
    try:
        decoded = RunCard.decode("run.yaml", yaml.dump(data).encode())
    except ValueError as error:
        assert "run.yaml" in str(error)
    else:
        assert isinstance(decoded.steps, list)


def test_every_mistake_of_a_card_has_its_place() -> None:
    text = "run: r1\nplan: [a]\nsteps: x\nclone: c\nbranch: main\nbase_commit: d\n"
    with pytest.raises(NotACard) as caught:
        RunCard.decode("run.yaml", text.encode())
    assert [message for _, message in caught.value.problems] == [
        "it has no plan_path",
        "`plan` is a text",
        "`steps` is a list",
    ]
    assert [span.start for span, _ in caught.value.problems] == [0, 14, 25]
