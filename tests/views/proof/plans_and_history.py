"""Plans with must-haves, and histories made in one go, for the tests of audit and verify."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from tests.conftest import Sandbox

PLAN = ".planning/phases/01-first/01-01-PLAN.md"
SUMMARY = ".planning/phases/01-first/01-01-SUMMARY.md"
Tree = Mapping[str, str]


def plan(
    must_haves: str, *, files: Sequence[str] = (), number: str = "01", phase: str = "01-first"
) -> str:
    """Return a plan with the given lines under `must_haves:`, indented by two."""
    listed = "".join(f"  - {path}\n" for path in files)
    modified = f"files_modified:\n{listed}" if files else "files_modified: []\n"
    return (
        f"---\nphase: {phase}\nplan: {number}\ntype: execute\nwave: 1\ndepends_on:"
        f" []\n{modified}autonomous: true\nmust_haves:\n{must_haves}---\n\n<objective>\nMake it"
        ' so.\n</objective>\n\n<tasks>\n\n<task type="auto">\n  <name>Write</name>\n '
        " <files>src/a.py</files>\n</task>\n\n</tasks>\n"
    )


def artifact(path: str, contains: str = "") -> str:
    return f"  artifacts:\n    - path: {path}\n" + (
        f'      contains: "{contains}"\n' if contains else ""
    )


def artifacts(*paths: str) -> str:
    return "  artifacts:\n" + "".join(f"    - path: {path}\n" for path in paths)


def truth(statement: str, command: str = "") -> str:
    verify = f"      verify: {command}\n" if command else ""
    return f"  truths:\n    - statement: {statement}\n{verify}"


def history(
    sandbox: Sandbox, trees: Sequence[Tree], parents: Mapping[int, Sequence[int]] | None = None
) -> list[str]:
    """Make a commit of each tree, a child of the one before unless `parents` names others.

    A tree has all its files. The branch `main` and the work tree are at the last commit afterwards.
    Return the ids of the commits.
    """
    lines: list[bytes] = []
    for number, tree in enumerate(trees, 1):
        above = (parents or {}).get(number - 1, [number - 2] if number > 1 else [])
        message = f"commit {number}"
        lines.append(
            f"commit refs/heads/made\nmark :{number}\ncommitter Ada <ada@example.org>"
            f" {1767323045 + number} +0000\n".encode()
        )
        lines.append(f"data {len(message)}\n{message}\n".encode())
        lines += [
            f"{'from' if place == 0 else 'merge'} :{parent + 1}\n".encode()
            for place, parent in enumerate(above)
        ]
        lines.append(b"deleteall\n")
        for path, text in tree.items():
            mode, data = (
                ("120000", text[5:].encode())
                if text.startswith("link:")
                else ("100644", text.encode())
            )
            lines.append(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        if not above and number > 1:
            raise ValueError("only the first commit has no parents here")
    marks = sandbox.root / ".git/made-marks"
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
        cwd=sandbox.root,
        env=sandbox.environment(),
        input=b"".join(lines),
        check=True,
    )
    ids = dict(line.split() for line in marks.read_text().splitlines())
    sandbox.git("reset", "-q", "--hard", "made")
    return [ids[f":{number}"] for number in range(1, len(trees) + 1)]
