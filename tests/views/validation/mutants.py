"""Real plans, damaged at random in the ways that files get damaged; a seed gives the same ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from forge.check.must_haves.artifacts import artifact
from forge.check.must_haves.links import key_link
from forge.check.rules.allow import silenced
from forge.check.rules.catalog import OF_A_DOCUMENT
from forge.front.cli.formats import Sheet, render
from forge.git.objects.tree import Tree, TreeEntry
from forge.planning.plan.plan import Plan, load
from forge.planning.proof import statement_hash
from forge.text.printable import plain_text
from forge.text.source import Source
from forge.text.yaml.parse import Value
from forge.views.validation.read_one import read as judged
from forge.views.validation.reading import Reading
from tests.conftest import ROOT

CORPUS = ROOT.parent / "shared/corpus/plans"
TOKENS = [
    "---\n",
    "\n---\n",
    "...\n",
    "<task>",
    "</task>",
    "<task type='auto'>\n",
    "<tasks>",
    "</verify>\n",
    "<!--",
    "-->",
    "```\n",
    '"',
    "'",
    "\\",
    "\\b",
    "\\x",
    "\\u12",
    "\t",
    "`",
    ": ",
    ":\n",
    "- ",
    "  - ",
    "&a ",
    "*a",
    "<<: *a\n",
    "{",
    "}",
    "[",
    "]",
    "[[[[",
    "{a: ",
    "|\n",
    ">-\n",
    "? ",
    "! ",
    "!!binary ",
    "%YAML 1.1\n",
    "@",
    "#",
    " #",
    "=",
    "~",
    "null",
    "contains: x\n",
    "must_haves:\n",
    "  truths:\n",
    "\0",
    "\x07",
    "\x1b[31m",
    "\ufeff",
    "\r\n",
    "\r",
    "\u2028",
    "\x85",
    "\u202e",
    "\U0001f600",
    "<<<<<<< HEAD\n",
    "=======\n",
    ">>>>>>> x\n",
    "${HOME}",
    "../../",
    "/etc/passwd",
    "(?:a+)+$",
    "9" * 400,
    " " * 400,
]
BYTES = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\0\0",
    b"\x80\x81",
]

SAMPLE = b"""\
import os, { a, b } from './b'; use crate::a::b; from a import b
def f(x): return "y" // # /* text */
export const x = <div>{a}</div>; pub fn g() {} func H() {} class C { public void m() {} }
\xff \xe5\x85\xa8 \0
"""

Mutation = Callable[[random.Random, bytes, bytes], bytes]


def _place(dice: random.Random, data: bytes) -> int:
    """Return a place in a document, more often in its front matter than below."""
    end = data.find(b"\n---", 4)
    return dice.randrange((end if end > 0 and dice.random() < 0.7 else len(data)) + 1)


def _insert(dice: random.Random, data: bytes, other: bytes) -> bytes:
    at = _place(dice, data)
    token = dice.choice(BYTES) if dice.random() < 0.1 else dice.choice(TOKENS).encode()
    return data[:at] + token * dice.choice((1, 1, 1, 2, 30)) + data[at:]


def _delete(dice: random.Random, data: bytes, other: bytes) -> bytes:
    at = _place(dice, data)
    return data[:at] + data[at + dice.choice((1, 1, 2, 5, 40, 400)) :]


def _double(dice: random.Random, data: bytes, other: bytes) -> bytes:
    at = _place(dice, data)
    piece = data[at : at + dice.choice((1, 10, 80, 500))]
    return data[:at] + piece * dice.choice((2, 2, 3, 50)) + data[at:]


def _flip(dice: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        if changed:
            changed[_place(dice, data) % len(changed)] = dice.randrange(256)
    return bytes(changed)


def _lines(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """Remove a line, move it, or change its indentation."""
    lines = data.split(b"\n")
    at = data.count(b"\n", 0, _place(dice, data))
    line = lines.pop(at)
    if dice.random() < 0.7:
        depth = dice.choice((b"", b"", b" ", b"  ", b"\t", b"      "))
        lines.insert(dice.choice((at, at, dice.randrange(len(lines) + 1))), depth + line)
    return b"\n".join(lines)


def _splice(dice: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(dice, data)] + other[_place(dice, other) :]


def _encode(dice: random.Random, data: bytes, other: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    kind = dice.choice(("utf-16", "utf-16-le", "utf-8-sig", "latin-1", "crlf", "cr"))
    if kind in ("crlf", "cr"):
        return data.replace(b"\n", b"\r\n" if kind == "crlf" else b"\r")
    return text.encode(kind, "replace")


MUTATIONS: tuple[Mutation, ...] = (
    _insert,
    _insert,
    _insert,
    _delete,
    _delete,
    _double,
    _flip,
    _lines,
    _splice,
    _encode,
)


def documents() -> list[bytes]:
    """Return the plans of the corpus."""
    return [path.read_bytes() for path in sorted(CORPUS.rglob("*PLAN.md"))]


def mutants(seed: int, number: int) -> Iterator[bytes]:
    """Yield damaged documents, the same ones for the same seed."""
    dice, plans = random.Random(seed), documents()
    for _ in range(number):
        data = dice.choice(plans)
        for _ in range(dice.choice((1, 1, 2, 3, 6))):
            data = dice.choice(MUTATIONS)(dice, data, dice.choice(plans))[:400_000]
        yield data


class Everything:
    """A tree in which every path is a file with some words of every language."""

    revision: str | None = None

    def entry(self, path: str) -> TreeEntry:
        return TreeEntry("file", len(SAMPLE), path)

    def read(self, path: str) -> bytes:
        return SAMPLE

    def files(self) -> list[str]:
        return ["a.py", "src/b.ts", "src/c.rs", "main.go"]

    def blob(self, path: str) -> str | None:
        return "0" * 40


TREE: Tree = Everything()


def read(data: bytes) -> Plan:
    """Read a document, check its must-haves and all rules of a document, and print it."""
    source = Source.of(".planning/phases/01-a/01-01-PLAN.md", data)
    plan = load(source, "01-01")
    must_haves = [(item.name, item.statement, item.command, item.span) for item in plan.must_haves]
    assert len({name for name, *_ in must_haves}) == len(must_haves)
    for item in plan.must_haves[:40]:
        assert statement_hash(item.statement)
        if item.kind in ("artifact", "key_link"):
            verdict = (artifact if item.kind == "artifact" else key_link).judge(item, TREE)
            assert verdict.verdict in ("pass", "fail", "unproven") and verdict.reason
    steps = [
        (step.name, step.checks, step.files, step.references, step.options, step.calls_runner)
        for step in plan.steps
    ]
    assert len(steps) == len(plan.steps)
    assert plan.title is not None
    assert [
        plan.verification,
        plan.references,
        plan.write_scope.covers("src/a.py"),
        plan.announced_deletes,
    ]
    places(source, plan.front)
    reading = judged("plan", Path("/nowhere/at/all"), source)
    assert Reading.decode(reading.encode(), reading.facts) == reading
    findings = silenced(reading.findings, reading.allows, OF_A_DOCUMENT, OF_A_DOCUMENT, source.path)
    lines = {(finding.path, finding.line): source.line_text(finding.line) for finding in findings}
    for finding in findings:
        assert finding.message and finding.hint
        assert 1 <= finding.line <= finding.end_line <= source.text.count("\n") + 2
        assert finding.column >= 1 and (finding.end_line, finding.end_column) >= (
            finding.line,
            finding.column,
        )
    for form in ("text", "sarif", "github", "junit"):
        plain_text(render(form, Sheet(findings, [(plan.path, "plan")], lines))).encode()
    return plan


def places(source: Source, value: Value) -> None:
    """Every value of the front matter, repaired or not, has a place in the document."""
    assert 0 <= value.span.start <= value.span.end <= len(source.text) + 1
    below = (
        list(value.data.values())
        if isinstance(value.data, dict)
        else value.data
        if isinstance(value.data, list)
        else []
    )
    for child in below:
        places(source, child)
