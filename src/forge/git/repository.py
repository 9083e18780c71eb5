"""The repository that a command works in: where it is, what HEAD is, and whether forge can work on
it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from forge.errors import RepositoryError
from forge.git import program
from forge.git.discover import plain_root
from forge.git.lazy_pygit2 import pygit2
from forge.git.open import open_repository
from forge.git.status import STATUS, StatusEntry, parse_status

_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or am",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
    "sequencer": "a sequence of picks",
}

_COMMIT = re.compile(r"[0-9a-f]{40}")
_TO_SHA1 = (
    "`git init --object-format=sha1 NEW`, then `git fast-export --all | git -C NEW fast-import`:"
    " forge works in NEW"
)
_TO_FILES = (
    "`git refs migrate --ref-format=files` (git 2.46 or newer), or keep a clone with refs in files"
    " for forge"
)


class Head(NamedTuple):
    """What HEAD is: its commit (None while unborn) and its branch's full ref (None while
    detached).
    """

    commit: str | None
    branch: str | None

    @property
    def short(self) -> str:
        """The branch's short name, or `HEAD`."""
        return self.branch.removeprefix("refs/heads/") if self.branch else "HEAD"


class Repository:
    """A repository with a work tree at `root`; `git_dir` is this work tree's own, `common_dir` that
    of all of them.
    """

    def __init__(self, root: Path, git_dir: Path, common_dir: Path) -> None:
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir

    @classmethod
    def discover(cls, start: Path) -> Repository:
        """Find the repository that `start` lies in.

        Raises RepositoryError, by name, where there is none, or one that forge does not work on: a
        bare one, another format.
        """
        root = plain_root(os.fspath(start))
        if root is not None:
            return cls(Path(root), Path(root, ".git"), Path(root, ".git"))
        words = (
            "rev-parse",
            "--path-format=absolute",
            "--git-dir",
            "--git-common-dir",
            "--is-bare-repository",
        )
        done = program.attempt(start, *words, "--show-object-format", "--show-toplevel")
        lines = os.fsdecode(done.stdout).splitlines()
        if done.returncode == 0 and len(lines) == 5:
            found = cls(Path(lines[4]), Path(lines[0]), Path(lines[1]))
            found._require_format(lines[3])
            return found
        said = done.stderr.decode("utf-8", "replace").strip()
        if len(lines) >= 3 or "must be run in a work tree" in said:
            raise RepositoryError(
                "this repository is bare: it has no work tree",
                "run forge in a clone or a `git worktree`",
            )
        if "not a git repository" in said and (damaged := _git_above(start)) is not None:
            hint = (
                f"its HEAD has to read `ref: refs/heads/BRANCH`; look at {damaged}/HEAD, and at"
                " objects and refs beside it"
            )
            raise RepositoryError(
                f"git does not take {damaged} for a repository: it is damaged", hint
            )
        if "not a git repository" in said:
            raise RepositoryError(
                f"{start} is not in a git repository", "run `git init`, or go to a repository"
            )
        hint = _TO_FILES if "refstorage" in said else "mend what git names, then try again"
        raise RepositoryError(f"git does not open this repository: {said}", hint)

    def _require_format(self, object_format: str) -> None:
        if object_format != "sha1":
            raise RepositoryError(
                f"this repository names its objects by {object_format}, which forge does not read",
                _TO_SHA1,
            )
        if (self.common_dir / "reftable").exists():
            raise RepositoryError(
                "this repository keeps its refs in a reftable, which forge does not read", _TO_FILES
            )

    @cached_property
    def forge_dir(self) -> Path:
        """The local folder of forge, never committed: live logs, locks, caches."""
        return self.common_dir / "forge"

    @property
    def scratch(self) -> Path:
        """A folder for half-made files on the file system of the git directory."""
        folder = self.forge_dir / "tmp"
        if not os.path.isdir(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    @cached_property
    def objects(self) -> pygit2.Repository:
        """The repository as pygit2 opens it. Raises RepositoryError, by name, for a format that it
        does not read.
        """
        return open_repository(self.git_dir)

    def git(self, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> bytes:
        """Run git in the work tree's root, without hooks, and return its output. Raises
        GitFailed.
        """
        return program.run(self.root, *words, stdin=stdin, env=env)

    def head(self) -> Head:
        """Read HEAD."""
        text = self.head_text()
        if _COMMIT.fullmatch(text):
            return Head(text, None)
        if not text.startswith("ref: refs/"):
            hint = (
                f"`echo 'ref: refs/heads/BRANCH' > {shlex.quote(f'{self.git_dir}/HEAD')}` names the"
                " branch again"
            )
            raise RepositoryError(
                f"{self.git_dir}/HEAD is damaged: it names neither a branch nor a commit", hint
            )
        branch = text.removeprefix("ref: ")
        return Head(self.commit_of(branch), branch)

    def head_text(self) -> str:
        """Return what the file HEAD says. One that is a symbolic link, which git makes on demand,
        names the ref it leads to.
        """
        place = f"{self.git_dir}/HEAD"
        if os.path.islink(place) and (target := os.readlink(place)).startswith("refs/"):
            return f"ref: {target}"
        with open(place, "rb", buffering=0) as file:
            return os.fsdecode(file.read().strip())

    def head_fingerprint(self) -> str:
        """Return what changes whenever HEAD's commit does, from the files alone; no object is
        read.
        """
        text = self.head_text()
        signs = [text]
        if text.startswith("ref: "):
            with contextlib.suppress(OSError):
                signs.append(
                    (self.common_dir / text.removeprefix("ref: "))
                    .read_text("utf-8", "surrogateescape")
                    .strip()
                )
            with contextlib.suppress(OSError):
                packed = (self.common_dir / "packed-refs").stat()
                signs.append(f"{packed.st_mtime_ns} {packed.st_size} {packed.st_ino}")
        return " ".join(signs)

    def commit_of(self, ref: str) -> str | None:
        """Return the commit that a full ref names, None where there is none. Raises RepositoryError
        for a damaged one.
        """
        with (
            contextlib.suppress(OSError, UnicodeDecodeError),
            open(f"{self.common_dir}/{ref}", "rb", buffering=0) as file,
        ):
            text = file.read().strip().decode("ascii")
            if _COMMIT.fullmatch(text):
                return text
        try:
            found = self.objects.references.get(ref)
            return str(found.resolve().target) if found else None
        except pygit2.GitError as error:
            place = self.common_dir / ref
            was = _last_logged(self.common_dir / "logs" / ref)
            hint = (
                f"`echo {was} > {shlex.quote(str(place))}` puts it back to where its reflog says"
                " that it was"
            )
            raise RepositoryError(
                f"{place} is damaged: it names no commit",
                hint if was else f"see `git fsck`: {error}",
            ) from error

    def lacks_history(self) -> bool:
        """Say whether this clone was made without a part of the history: a shallow or a partial
        one.
        """
        promised = any(entry.name.endswith(".promisor") for entry in self.objects.config)
        return promised or self.is_shallow()

    def is_shallow(self) -> bool:
        """Say whether this clone was cut off at a depth: commits are missing."""
        return (self.common_dir / "shallow").exists()

    def in_progress(self) -> str | None:
        """Name an operation that is under way in this work tree (a merge, a rebase, …), or return
        None.
        """
        return next(
            (what for name, what in _IN_PROGRESS.items() if (self.git_dir / name).exists()), None
        )

    def dirty(self) -> list[StatusEntry]:
        """Return the uncommitted paths, untracked files included, ignored ones not."""
        return parse_status(self.git(*STATUS))

    def relative(self, path: Path) -> str:
        """Return a path relative to the root, with `/`. Raises ValueError where it lies
        elsewhere.
        """
        return (
            Path(os.path.realpath(path.parent), path.name)
            .relative_to(os.path.realpath(self.root))
            .as_posix()
        )


def _git_above(start: Path) -> Path | None:
    """Return the `.git` folder that a place seems to belong to, whatever git says of it."""
    place = Path(os.path.realpath(start))
    return next(
        (found for above in (place, *place.parents) if (found := above / ".git").is_dir()), None
    )


def _last_logged(log: Path) -> str:
    """Return the commit that a reflog ends with, empty where it tells none."""
    try:
        words = log.read_text("utf-8", "surrogateescape").splitlines()[-1].split(" ")
    except (OSError, IndexError):
        return ""
    return words[1] if len(words) > 1 and _COMMIT.fullmatch(words[1]) else ""
