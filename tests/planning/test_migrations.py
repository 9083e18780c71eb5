"""Versions of documents: older ones are converted when they are read, newer ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.planning import migrations, proof, settings
from forge.planning.backlog import item
from forge.planning.edits.fields import Change, changed
from forge.planning.migrations import FORMATS, WrongVersion, version_of
from forge.planning.mission import mission
from forge.planning.mission.scope_contract import contract_for
from forge.records.card import RunCard
from forge.text.edit import NotEditable
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block
from tests.planning.made_up import use_version_2
from tests.planning.test_proof import PROOF
from tests.records.test_card import CARD


@pytest.fixture
def version_2(monkeypatch: pytest.MonkeyPatch) -> None:
    use_version_2(monkeypatch)


def test_every_format_is_of_version_1_today() -> None:
    assert {kind: form.version for kind, form in FORMATS.items()} == dict.fromkeys(
        ("settings", "mission", "item", "run", "proof"), 1
    )
    assert [kind for kind, form in FORMATS.items() if not form.rewritable] == ["run", "proof"]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("a: 1", 1),
        ("version:", 1),
        ("version: 1", 1),
        ("version: 7", 7),
        ("version: true", 1),
        ("version: one", 1),
        ("version: 2.0", 1),
        ("[]", 1),
    ],
)
def test_a_document_declares_its_version(text: str, version: int) -> None:
    assert version_of(yaml.parse(text)) == version


def test_a_document_of_the_current_version_keeps_its_places() -> None:
    source = Source.of("a.yaml", b"x: 1\nversion: 1\n")
    top = migrations.parse("mission", source)
    assert top.keys["version"] == Span(5, 12)


@pytest.mark.usefixtures("version_2")
def test_an_older_document_is_converted_in_memory() -> None:
    source = Source.of("a.yaml", b"name: It  # called so\nphases: [01-a]\n")
    top = migrations.parse("mission", source)
    assert top.plain() == {"title": "It", "phases": ["01-a"], "version": 2}
    assert source.data == b"name: It  # called so\nphases: [01-a]\n"


@pytest.mark.usefixtures("version_2")
def test_only_the_lines_that_differ_change() -> None:
    text = b"# A comment\r\nid: a\r\nname: It\r\nphases: [01-a]  # first\r\n"
    source = Source.of("a.yaml", text)
    block = migrations.migrated("mission", Block.of(source, Span(0, len(source.text))))
    assert block.bytes() == (
        b"# A comment\r\nid: a\r\nphases: [01-a]  # first\r\ntitle: It\r\nversion: 2\r\n"
    )


@pytest.mark.usefixtures("version_2")
def test_a_document_of_the_current_version_is_not_migrated() -> None:
    source = Source.of("a.yaml", b"version: 2\nname: kept\n")
    block = Block.of(source, Span(0, len(source.text)))
    assert migrations.migrated("mission", block) is block


def test_a_newer_document_is_refused_with_its_place_and_a_next_step() -> None:
    with pytest.raises(WrongVersion) as caught:
        migrations.parse("mission", Source.of("a.yaml", b"title: It\nversion: 2\n"))
    assert "version 2 is newer than version 1" in caught.value.message
    assert caught.value.hint == "update forge"
    assert caught.value.span == Span(19, 20)


@pytest.mark.usefixtures("version_2")
def test_a_document_that_cannot_be_converted_is_refused() -> None:
    source = Source.of("a.yaml", b"{name: It, phases: []}\n")
    with pytest.raises(WrongVersion, match="version 1 cannot be converted"):
        migrations.parse("mission", source)


def write(root: Path, path: str, text: str) -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


@pytest.mark.usefixtures("version_2")
def test_every_reader_reads_the_older_version(tmp_path: Path) -> None:
    write(tmp_path, ".planning/forge.yaml", "who: agent\nrunners: {agent: {command: [a]}}\n")
    assert settings.load(tmp_path).runner == "agent"
    write(tmp_path, ".planning/missions/a.yaml", "name: A\naim: To win\n")
    loaded = mission.load(tmp_path, ".planning/missions/a.yaml")
    assert (loaded.title, loaded.goal, loaded.findings) == ("A", "To win", ())
    read = item.load(Source.of(".planning/backlog/k3f-a.md", b"---\nid: k3f\nname: A\n---\n"))
    assert (read.title, read.findings) == ("A", [])


@pytest.mark.usefixtures("version_2")
def test_evidence_is_converted_in_memory_and_never_rewritten(tmp_path: Path) -> None:
    old = CARD.encode().replace(b"goal: ", b"aim: ")
    card = RunCard.decode("run.yaml", old)
    assert (card.goal, card.version) == (CARD.goal, 2)
    text = PROOF.encode().replace(b"by: ", b"reporter: ").decode()
    place = write(tmp_path, f"{proof.FOLDER}/p.yaml", text)
    (read,) = proof.load_all(tmp_path)
    assert (read.by, read.version) == (PROOF.by, 2)
    assert place.read_text() == text


def test_every_reader_refuses_a_newer_version(tmp_path: Path) -> None:
    write(tmp_path, ".planning/forge.yaml", "version: 2\n")
    with pytest.raises(SettingsError, match=r"forge.yaml:1:10: version 2 is newer") as caught:
        settings.load(tmp_path)
    assert caught.value.hint == "update forge"
    path = ".planning/missions/a.yaml"
    write(tmp_path, path, "title: A\ngoal: b\nphases: [01-a]\nversion: 3\n")
    loaded = mission.load(tmp_path, path)
    assert not loaded.readable and [finding.rule for finding in loaded.findings] == ["unreadable"]
    assert (loaded.findings[0].line, loaded.findings[0].column) == (4, 10)
    with pytest.raises(SettingsError, match=r"a.yaml:4:10: version 3 is newer"):
        contract_for(tmp_path, ".planning/phases/01-a/01-01-PLAN.md")
    front = b"---\nid: k3f\ntitle: A\nversion: 2\n---\n"
    read = item.load(Source.of(".planning/backlog/k3f-a.md", front))
    assert [(finding.rule, finding.line) for finding in read.findings] == [("unreadable", 4)]
    with pytest.raises(ValueError, match="version 2 is newer than version 1"):
        RunCard.decode("run.yaml", replace(CARD, version=2).encode())
    write(tmp_path, f"{proof.FOLDER}/p.yaml", replace(PROOF, version=2).encode().decode())
    assert list(proof.load_all(tmp_path)) == []


ITEM = "---\nid: k3f\ntitle: A\n---\n"


def test_a_field_of_a_newer_document_is_not_changed() -> None:
    source = Source.of("k3f-a.md", ITEM.replace("title: A", "version: 2").encode())
    with pytest.raises(NotEditable, match=r"k3f-a.md:3:10: version 2 is newer.*update forge"):
        changed("item", source, [Change("status", "=", "done")])


@pytest.mark.usefixtures("version_2")
def test_a_field_of_an_older_document_is_not_changed_before_it_is_migrated() -> None:
    source = Source.of("k3f-a.md", ITEM.encode())
    with pytest.raises(NotEditable, match=r"version 1 is older than version 2.*forge migrate"):
        changed("item", source, [Change("status", "=", "done")])
