"""The schemas are valid, match what forge reads and writes, and refuse wrong documents."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import fields, replace

from forge.check.schema import front_matter, validator
from forge.errors import SettingsError
from forge.planning.plan.plan import load
from forge.planning.settings import PATH
from forge.planning.settings import load as load_settings
from forge.shipped import resource
from forge.text.source import Source
from forge.text.yaml import parse as yaml
from forge.timeline.event import Data
from forge.timeline.run.events import RUN_EVENTS
from tests.conftest import Sandbox
from tests.planning.test_proof import PROOF
from tests.planning.test_settings import KEYS, VALUES
from tests.records.test_card import CARD
from tests.timeline.run.samples import SAMPLES, chained

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared/corpus/plans"
NAMES = ("event", "forge", "item", "mission", "plan", "proof", "run", "summary")


def wrong(name: str, data: object) -> list[str]:
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(name).iter_errors(data)
    ]


def read(path: Path) -> object:
    """Return the data of a YAML file, or of the front matter of a Markdown file."""
    text = path.read_text()
    return yaml.parse(text.split("---\n")[1] if path.suffix == ".md" else text).plain()


def test_these_are_all_schemas() -> None:
    assert sorted(path.name for path in (ROOT / "schemas").iterdir()) == [
        f"{name}.schema.json" for name in NAMES
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_schema_with_a_versioned_id(name: str) -> None:
    schema = json.loads(resource("schemas", f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert re.fullmatch(rf"https://[^/]+/schemas/[0-9]+/{name}\.schema\.json", schema["$id"])
    assert schema["title"]
    assert schema["description"]
    assert wrong(name, [])  # every document is a mapping


def references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (value for key, value in schema.items() if key == "$ref")
        schema = list(schema.values())
    for below in schema if isinstance(schema, list) else []:
        yield from references(below)


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_exists_and_every_definition_is_used(name: str) -> None:
    schema = json.loads(resource("schemas", f"{name}.schema.json").read_text())
    assert set(references(schema)) == {
        f"#/$defs/{definition}" for definition in schema.get("$defs", {})
    }


EXAMPLES = [
    ("forge", "templates/forge.yaml"),
    ("forge", "templates/demo/planning/forge.yaml"),
    ("forge", ".planning/forge.yaml"),
    ("plan", "templates/plan.md"),
    ("plan", "templates/demo/planning/phases/01-calculator/01-01-PLAN.md"),
    ("mission", "templates/demo/planning/missions/calculator.yaml"),
    *(
        ("mission", str(path.relative_to(ROOT)))
        for path in sorted((ROOT / ".planning/missions").glob("*.yaml"))
    ),
    *(
        ("plan", str(path.relative_to(ROOT)))
        for path in sorted((ROOT / ".planning/phases").glob("*/*PLAN.md"))
    ),
]


@pytest.mark.parametrize(("name", "path"), EXAMPLES)
def test_templates_and_forges_own_documents_fit(name: str, path: str) -> None:
    assert wrong(name, read(ROOT / path)) == []


def test_what_forge_writes_fits() -> None:
    assert wrong("run", yaml.parse(CARD.encode().decode()).plain()) == []
    assert (
        wrong(
            "run",
            yaml.parse(
                replace(CARD, prior_run=CARD.run, kind="rollback").encode().decode()
            ).plain(),
        )
        == []
    )
    assert wrong("proof", yaml.parse(PROOF.encode().decode()).plain()) == []
    waiver = replace(
        PROOF,
        kind="waiver",
        about="artifact:2",
        command=None,
        tree="",
        blobs={},
        reason="not needed",
    )
    assert wrong("proof", yaml.parse(waiver.encode().decode()).plain()) == []
    evidence: list[dict[str, str | None]] = [{"path": "shot.png", "blob": None}]
    oath = replace(PROOF, kind="attestation", command=None, tree="", blobs={}, evidence=evidence)
    assert wrong("proof", yaml.parse(oath.encode().decode()).plain()) == []


def test_a_run_leaves_documents_that_fit(sandbox: Sandbox, tmp_path: Path) -> None:
    assert sandbox.forge("demo", str(tmp_path / "demo")).code == 0
    folder = tmp_path / "demo/.planning"
    (card,), (log,) = folder.glob("runs/*/run.yaml"), folder.glob("runs/*/timeline.jsonl")
    (summary,) = folder.glob("phases/*/*SUMMARY.md")
    assert wrong("run", read(card)) == []
    assert wrong("summary", read(summary)) == []
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(events) > 20
    assert [message for event in events for message in wrong("event", event)] == []


EVENT = json.loads(resource("schemas", "event.schema.json").read_text())


def test_every_event_type_has_a_branch_and_no_other() -> None:
    branches = [
        (case["if"]["properties"]["type"]["const"], case["then"]["properties"]["data"])
        for case in EVENT["allOf"]
    ]
    assert sorted(name for name, _ in branches) == sorted(RUN_EVENTS.classes)
    assert all(leads == {"$ref": f"#/$defs/{name}"} for name, leads in branches)


@pytest.mark.parametrize("cls", RUN_EVENTS.classes.values(), ids=RUN_EVENTS.classes)
def test_a_branch_names_the_fields_of_its_type(cls: type[Data]) -> None:
    branch = EVENT["$defs"][cls.type]
    named = {item.encode_name: item.required for item in fields(cls)}
    assert list(branch["properties"]) == list(named)
    assert branch["required"] == [name for name, needed in named.items() if needed]
    assert branch["description"]


@pytest.mark.parametrize("event", chained(SAMPLES), ids=lambda event: event.type)
def test_an_event_fits_and_a_broken_one_does_not(event: Any) -> None:
    data = event.as_data()
    assert wrong("event", data) == []
    branch = EVENT["$defs"][event.type]
    for key in branch["properties"]:
        assert wrong(
            "event", {**data, "data": {**data["data"], key: {"a": {}} if key == "blobs" else 1.5}}
        ), key
        fewer = {name: value for name, value in data["data"].items() if name != key}
        assert bool(wrong("event", {**data, "data": fewer})) is (key in branch["required"]), key
    assert (
        wrong("event", {**data, "data": {**data["data"], "mood": "good"}}) == []
    )  # a newer forge may add


def test_an_unknown_type_may_hold_anything() -> None:
    assert (
        wrong(
            "event",
            {**chained(SAMPLES[:1])[0].as_data(), "type": "coffee_made", "data": {"cups": 2}},
        )
        == []
    )


TABLE: Any = yaml.parse((ROOT / "tests/golden/schemas.yaml").read_text()).plain()
GOOD: dict[str, Any] = TABLE["good"] | {
    "event": chained(SAMPLES[:1])[0].as_data(),
    "run": yaml.parse(CARD.encode().decode()).plain(),
    "proof": yaml.parse(PROOF.encode().decode()).plain(),
}
BAD = [(name, change) for name, changes in TABLE["wrong"].items() for change in changes]


@pytest.mark.parametrize("name", NAMES)
def test_a_good_document_is_good(name: str) -> None:
    assert wrong(name, GOOD[name]) == []


@pytest.mark.parametrize(
    ("name", "change"), BAD, ids=lambda item: item if isinstance(item, str) else json.dumps(item)
)
def test_a_wrong_document_is_wrong(name: str, change: dict[str, Any]) -> None:
    assert wrong(name, {**GOOD[name], **change})


@pytest.mark.parametrize("name", ["event", "run", "proof", "mission", "item", "summary"])
def test_a_required_key_is_required(name: str) -> None:
    schema = json.loads(resource("schemas", f"{name}.schema.json").read_text())
    required = schema.get("required") or schema["then"]["required"]
    for key in required:
        if key != "generated_by":
            assert wrong(name, {at: value for at, value in GOOD[name].items() if at != key}), key


def test_a_summary_of_other_tools_needs_few_keys() -> None:
    assert wrong("summary", {"phase": 1, "status": "done", "tags": [], "provides": {}}) == []
    assert wrong("summary", {"phase": []})


@settings(deadline=None, max_examples=150)
@given(lines=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=4))
def test_settings_that_fit_can_be_used(
    tmp_path_factory: pytest.TempPathFactory, lines: dict[str, str]
) -> None:
    root = tmp_path_factory.mktemp("work")
    (root / ".planning").mkdir()
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (root / PATH).write_text(text)
    try:
        usable = not [
            warning for warning in load_settings(root).warnings if warning.startswith(PATH)
        ]
    except SettingsError:
        usable = False
    try:
        fits = wrong("forge", yaml.parse(text).plain()) == []
    except yaml.YamlProblem:
        fits = False
    assert fits <= usable


def test_a_finding_is_placed_at_the_wrong_value() -> None:
    text = "---\nwave: 1\nmust_haves:\n  artifacts:\n    - path: a\n      min_lines: many\n---\n"
    plan = load(Source.of("x-PLAN.md", text.encode()), "x")
    (finding,) = front_matter(plan.source, plan.front)
    assert (finding.line, finding.column, finding.severity) == (6, 18, "warning")
    assert "must_haves.artifacts.0.min_lines" in finding.message


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real plans is not at ../shared/corpus"
)
def test_in_real_plans_only_mistakes_are_found() -> None:
    """Mappings made by an unquoted colon, words for a number, lists for a mapping: measured, 26
    values in 1,878 plans.
    """
    paths = [Path(folder, name) for folder, _, files in os.walk(CORPUS) for name in files]
    mistakes = re.compile(
        r"must_haves(\.(truths|key_links|artifacts)\.\d+(\.contains)?)?: |type: |wave: "
    )
    number = 0
    for path in sorted(paths)[::8]:
        plan = load(Source.of(path.name, path.read_bytes()), "x")
        if all(finding.rule != "front-matter-yaml" for finding in plan.findings):
            problems = wrong("plan", plan.front.plain())
            assert all(mistakes.match(message) for message in problems), (path, problems)
            number += len(problems)
    assert number <= 13
