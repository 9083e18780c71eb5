"""`forge validate --fix`: two repairs, byte for byte, and nothing else."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from forge.views.validation.fix import fix
from tests.conftest import Sandbox
from tests.text.yaml.plans import PATH, document

BROKEN = document(
    "  truths:\n    - `a` is there\n  artifacts:\n    - path: a.py   # why\n      contains:"
    ' "a\\.b\\\\.c"\n'
)
MENDED = BROKEN.replace("- `a` is there", "- '`a` is there'").replace("a\\.b", "a\\\\.b")


def fixed(root: Path, data: bytes, name: str = "01-01-PLAN.md") -> bytes:
    (root / name).write_bytes(data)
    fix(root, [name])
    return (root / name).read_bytes()


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n\n", "  "])
def test_only_the_repaired_characters_change(
    tmp_path: Path, mark: bytes, line_end: str, end: str
) -> None:
    coded = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(mark, "utf-8")
    before, after = (
        mark + (text.replace("\n", line_end) + "全 \t" + end).encode(coded)
        for text in (BROKEN, MENDED)
    )
    assert fixed(tmp_path, before) == after
    assert fixed(tmp_path, after) == after
    assert os.listdir(tmp_path) == ["01-01-PLAN.md"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o666])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    (tmp_path / "PLAN.md").write_text(BROKEN)
    (tmp_path / "PLAN.md").chmod(mode)
    assert len(fix(tmp_path, ["PLAN.md"]).made) == 2
    assert (tmp_path / "PLAN.md").stat().st_mode & 0o7777 == mode


@pytest.mark.parametrize(
    "lines",
    [
        '  artifacts:\n    - path: "a", "b"\n',
        "  truths:\n    - a: b: c\n",
        "  truths:\n    - 'a' b\n",
        "\ttruths: []\n",
        "  truths:\n    - @a\n",
        "  truths: []\n  truths: []\n",
        "  truths:\n    - `a`: b\n",
        "  truths:\n    - `a` # b\n",
        '  truths:\n    - "\\ba\\("\n',
        '  truths:\n    - "it\\\'s"\n',
        "  truths:\n    - [`a`, b: c: d]\n",
        '  truths:\n    - "a\\.b"\n    - c: d: e\n',
        '  truths:\n    - "a\\.b"\n  truths:\n    - c\n',
    ],
)
def test_a_repair_that_is_not_safe_is_only_shown(tmp_path: Path, lines: str) -> None:
    before = document(lines).encode()
    assert fixed(tmp_path, before) == before


@pytest.mark.parametrize(
    "text",
    [
        BROKEN.replace("---\n\n<obj", "\n\n<obj"),
        "text\n" + BROKEN.replace("phase", "x"),
        BROKEN.replace("objective", "\0"),
        document("  truths: []\n", '"\\." - `x`\n'),
        "",
        "---\n---\n",
    ],
)
def test_documents_without_readable_front_matter_are_left_alone(tmp_path: Path, text: str) -> None:
    assert fixed(tmp_path, text.encode()) == text.encode()


def test_invalid_utf8_is_left_alone(tmp_path: Path) -> None:
    assert fixed(tmp_path, BROKEN.encode() + b"\xff") == BROKEN.encode() + b"\xff"


def test_a_backtick_in_a_flow_list_is_quoted(tmp_path: Path) -> None:
    before = document("  truths: [`a`, b, `c d`]\n").encode()
    assert fixed(tmp_path, before) == before.replace(b"`a`", b"'`a`'").replace(b"`c d`", b"'`c d`'")


def test_links_are_followed_inside_and_never_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.md"
    root.mkdir()
    outside.write_text(BROKEN)
    (root / "target.md").write_text(BROKEN)
    (root / "out-PLAN.md").symlink_to(outside)
    (root / "in-PLAN.md").symlink_to("target.md")
    (root / "gone-PLAN.md").symlink_to("nowhere")
    (root / "folder-PLAN.md").mkdir()
    os.mkfifo(root / "pipe-PLAN.md")
    names = sorted(os.listdir(root))
    fixed = fix(root, [*names, "../outside.md", "missing.md"])
    assert {repair.path for repair in fixed.left} == {"out-PLAN.md", "../outside.md"}
    assert all("outside" in repair.reason for repair in fixed.left)
    assert outside.read_text() == BROKEN and (root / "target.md").read_text() == MENDED
    assert (root / "in-PLAN.md").is_symlink() and sorted(os.listdir(root)) == names


def test_it_reports_its_changes_and_validates_the_rest(sandbox: Sandbox) -> None:
    sandbox.write(PATH, BROKEN)
    other = ".planning/phases/01-a/01-02-PLAN.md"
    sandbox.write(other, document('  truths:\n    - "\\."\n    - a: b: c\n'))
    result = sandbox.forge("validate", "--fix")
    assert result.code == 1 and (sandbox.root / PATH).read_text() == MENDED
    assert (
        f"{PATH}:12:7: fixed" in result.err
        and "-     - `a` is there\n  +     - '`a` is there'" in result.err
    )
    assert f"{other}: not fixed: its front matter would still not parse" in result.err
    assert f"{PATH}:" not in result.out and f"{other}:12" in result.out
    sandbox.write(other, document('  truths:\n    - "\\."\n'))
    again = sandbox.call("validate", "--fix")
    assert [fix["path"] for fix in again.data["fixed"]] == [other] and again.data["not_fixed"] == []
    assert {
        "line": 12,
        "column": 8,
        "kind": "backslash",
        "after": '    - "\\\\."',
    }.items() <= again.data["fixed"][0].items()
    assert not [
        finding for finding in again.json["findings"] if finding["rule"] == "front-matter-yaml"
    ]


def test_a_plan_repaired_in_memory_is_never_proven(sandbox: Sandbox) -> None:
    sandbox.write("a.py", "a.b\n")
    sandbox.write(
        PATH,
        document('  artifacts:\n    - path: a.py\n      contains: "a\\.b", "x"\n').replace(
            "\\.", "."
        ),
    )
    reply = sandbox.call("verify", "01-01")
    (plan,) = reply.data["plans"]
    assert plan["verdict"] == "failed" and plan["counts"]["declared"] == 1
    sandbox.write(PATH, document('  artifacts:\n    - path: a.py\n      contains: "a", "b"\n'))
    reply = sandbox.call("verify", "01-01")
    (plan,) = reply.data["plans"]
    assert reply.code == 1 and plan["verdict"] == "unproven" and plan["counts"]["pass"] == 1


def test_the_hint_names_the_option_only_if_it_helps(sandbox: Sandbox) -> None:
    sandbox.write(PATH, BROKEN)
    assert sandbox.forge("validate").out.count("`forge validate --fix` writes it so") == 2
    sandbox.write(PATH, BROKEN.replace("is there", "is: there: now"))
    assert "--fix" not in sandbox.forge("validate").out
