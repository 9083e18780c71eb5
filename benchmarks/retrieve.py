"""Cost of full-text search: building, updating and querying the index of a large repository.

The floor of a build is reading every blob through the same pygit2; of an update, the `git
diff-tree` that lists the changed files. Run: python benchmarks/retrieve.py [--files N]
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.views.lookup.full_text import FullText, words_of

WORDS = [
    f"{first}{second}{third}"
    for first in "bdfgkl"
    for second in ("an", "er", "io", "ost")
    for third in ("ta", "mi", "ro", "x")
]


def make_repository(base: Path, files: int) -> Path:
    """Create a repository of files with about 1 KB of words each, by fast-import."""
    root, chance = base / "work", random.Random(1)
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    lines = ["commit refs/heads/main", "committer A <a@b.c> 1700000000 +0000", "data 1", "x"]
    for number in range(files):
        text = " ".join(chance.choices(WORDS, k=150)) + f"\nnumber{number}\n"
        lines += [
            f"M 100644 inline src/{number // 100}/file{number}.txt",
            f"data {len(text)}",
            text,
        ]
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=root,
        input="\n".join(lines).encode() + b"\n",
        check=True,
    )
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    return root


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def read_all(repository: Repository, commit: str) -> None:
    store = ObjectStore(repository)
    for _, _, after in store.changes(None, store.root(commit) or ""):
        store.data((after or (0, ""))[1])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=20)
    options = parser.parse_args()
    os.environ.update(
        GIT_AUTHOR_NAME="A",
        GIT_AUTHOR_EMAIL="a@b.c",
        GIT_COMMITTER_NAME="A",
        GIT_COMMITTER_EMAIL="a@b.c",
    )
    with tempfile.TemporaryDirectory() as base:
        root = make_repository(Path(base), options.files)
        repository = Repository.discover(root)
        words = words_of("Fix the banta in number4711 and the kostro of fermi")

        def query() -> object:
            index = FullText(Repository.discover(root))
            return index.best(str(repository.head().commit), words, 12)

        rows = [
            (
                "build",
                seconds(query),
                seconds(lambda: read_all(repository, str(repository.head().commit))),
            )
        ]
        rows.append(("query again", seconds(query), 0.0))
        for number in range(options.changed):
            (root / f"src/{number}/file{number * 100}.txt").write_text(f"changed {number} banta\n")
        subprocess.run(["git", "commit", "-qam", "Change"], cwd=root, check=True)
        floor = seconds(
            lambda: subprocess.run(
                ["git", "diff-tree", "-r", "HEAD~1", "HEAD"],
                cwd=root,
                capture_output=True,
                check=True,
            )
        )
        rows.append((f"{options.changed} files changed", seconds(query), floor))
        size = FullText(repository).path.stat().st_size >> 20
    print(f"{options.files} files, an index of {size} MB", file=sys.stderr)
    print(f"{'operation':<24}{'forge s':>10}{'floor s':>10}{'ratio':>8}")
    for name, ours, floor in rows:
        print(f"{name:<24}{ours:>10.3f}{floor:>10.3f}{f'{ours / floor:.1f}' if floor else '':>8}")


if __name__ == "__main__":
    main()
