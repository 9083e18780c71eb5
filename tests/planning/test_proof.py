"""Proofs read back what was written; a file that is not a proof is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forge.planning.proof import FOLDER, Proof, file_name, load_all, read, statement_hash
from forge.text.source import Source

TEXT = st.text(st.characters(), max_size=12)

PROOF = Proof(
    "command",
    ".planning/phases/01-a/01-01-PLAN.md",
    "truth:1",
    "a" * 64,
    "Ada <ada@example.org>",
    "2026-11-20T02:55:49.123456Z",
    command="npm test",
    tree="b" * 40,
    blobs={"a.py": "c" * 40, "gone.py": None},
)


def kept(root: Path, *texts: bytes) -> list[Proof]:
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (root / FOLDER / f"p{number}.yaml").write_bytes(text)
    return list(load_all(root))


def test_a_proof_reads_back_with_its_file(tmp_path: Path) -> None:
    assert kept(tmp_path, PROOF.encode()) == [replace(PROOF, source=f"{FOLDER}/p0.yaml")]
    assert b"version: 1" in PROOF.encode()
    assert b"source" not in PROOF.encode()


@pytest.mark.parametrize(
    "proof",
    [
        replace(
            PROOF,
            kind="attestation",
            command=None,
            tree="",
            blobs={},
            reason="I looked: it is so.",
            commit="d" * 40,
            evidence=[{"path": "shot.png", "blob": "e" * 40}, {"path": "x", "blob": None}],
        ),
        replace(
            PROOF,
            kind="waiver",
            command=None,
            tree="",
            blobs={},
            about="artifact:2",
            reason="not\nneeded",
        ),
    ],
)
def test_every_kind_of_proof_reads_back(tmp_path: Path, proof: Proof) -> None:
    assert kept(tmp_path, proof.encode()) == [replace(proof, source=f"{FOLDER}/p0.yaml")]


@settings(deadline=None, max_examples=60)
@given(reason=TEXT, by=TEXT, command=st.one_of(st.none(), TEXT))
def test_a_proof_of_any_text_reads_back(
    tmp_path_factory: pytest.TempPathFactory, reason: str, by: str, command: str | None
) -> None:
    proof = replace(PROOF, reason=reason, by=by or "x", command=command or None)
    root = tmp_path_factory.mktemp("work")
    assert kept(root, proof.encode()) == [replace(proof, source=f"{FOLDER}/p0.yaml")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a: [1\n",
        b"- a\n",
        b"\xff\xfe\0",
        b"kind: oath\n",
        b"kind: command\n",
        b"kind: [command]\n",
        PROOF.encode() + b"evidence: abc\n",
        PROOF.encode().replace(b"blobs:", b"blobs: []\nother:"),
        PROOF.encode().replace(b"about: truth:1", b"about: 3"),
        PROOF.encode().replace(b"npm test", b"[npm, test]"),
        PROOF.encode().replace(b"by: Ada", b"was_by: Ada"),
    ],
)
def test_a_file_that_is_not_a_proof_is_skipped(tmp_path: Path, text: bytes) -> None:
    good = replace(PROOF, about="truth:2")
    assert [proof.about for proof in kept(tmp_path, text, good.encode())] == ["truth:2"]


def test_folders_and_broken_links_are_skipped(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "a.yaml").mkdir(parents=True)
    (tmp_path / FOLDER / "b.yaml").symlink_to("nowhere")
    assert list(load_all(tmp_path)) == []
    assert list(load_all(tmp_path / "nothing")) == []


def test_unknown_keys_of_a_proof_are_skipped(tmp_path: Path) -> None:
    assert len(kept(tmp_path, PROOF.encode() + b"mood: good\n")) == 1


def test_a_statement_is_identified_by_its_words() -> None:
    assert statement_hash("It  works\n well") == statement_hash("It works well")
    assert statement_hash("It works") != statement_hash("it works")


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ("01-01", "01-01-waiver-ab12.yaml"),
        ("v1.0/01-01", "v1.0-01-01-waiver-ab12.yaml"),
        ("ä b", "-b-waiver-ab12.yaml"),
        ("x" * 300, "x" * 120 + "-waiver-ab12.yaml"),
    ],
)
def test_a_proofs_file_has_a_safe_name(plan: str, name: str) -> None:
    assert file_name(plan, "waiver", "ab12") == f"{FOLDER}/{name}"


def test_every_mistake_of_a_proof_is_reported() -> None:
    text = "kind: oath\nplan_path: a\nabout: 3\nby: A\nat: now\nevidence: [1]\n"
    reading = read(Source.of("p.yaml", text.encode()))
    assert reading.value is None and reading.missing == ["statement_sha256"]
    assert [(misfit.route, misfit.message) for misfit in reading.misfits] == [
        (("kind",), "`kind` is one of attestation, waiver, command, not `oath`"),
        (("about",), "`about` is a text"),
        (("evidence",), "`evidence` is a list"),
    ]
