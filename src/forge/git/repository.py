"""The repository that a command works in: its folders, its HEAD, and whether forge supports it."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from forge import regular
from forge.errors import RepositoryError
from forge.git import program
from forge.git.discover import plain_root
from forge.git.failures import as_lines
from forge.git.lazy_pygit2 import pygit2
from forge.git.open import open_repository
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.git import status
    from forge.git.status import StatusEntry
else:
    status = at_first_use("forge.git.status")  # most commands read no status

_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or am",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
    "sequencer": "a sequence of picks",
}

_QUESTIONS = (
    "--path-format=absolute",
    "--git-dir",
    "--git-common-dir",
    "--is-bare-repository",
    "--show-object-format",
    "--show-toplevel",
)
_READ = ("index", "HEAD", "config", "packed-refs", "shallow", "info/exclude", "info/attributes")
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
    """The commit of HEAD (None: unborn) and its branch as a full ref (None: detached)."""

    commit: str | None
    branch: str | None

    @property
    def short(self) -> str:
        """The branch's short name, or `HEAD`."""
        return self.branch.removeprefix("refs/heads/") if self.branch else "HEAD"


class Repository:
    """A repository with a work tree at `root`; `git_dir` belongs to this work tree, `common_dir` to
    all work trees.
    """

    def __init__(self, root: Path, git_dir: Path, common_dir: Path) -> None:
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir

    @classmethod
    def discover(cls, start: Path) -> Repository:
        """Find the repository that contains `start`.

        Raises RepositoryError, with the reason, if it does not exist or forge does not support it:
        a bare repository, another format.
        """
        plain = plain_root(os.fspath(start))
        if plain is not None:
            return cls(Path(plain), Path(plain, ".git"), Path(plain, ".git"))
        done = program.attempt(start, "rev-parse", *_QUESTIONS)
        lines = os.fsdecode(done.stdout).splitlines()
        if done.returncode == 0 and len(lines) == 5:
            git_dir, common_dir, _, object_format, root = lines
            repository = cls(Path(root), Path(git_dir), Path(common_dir))
            repository._require_format(object_format)
            return repository
        raise _undiscovered(start, lines, done.stderr.decode("utf-8", "replace").strip())

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
        """A folder for unfinished files on the file system of the git directory."""
        folder = self.forge_dir / "tmp"
        if not os.path.isdir(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    @cached_property
    def objects(self) -> pygit2.Repository:
        """The repository opened by pygit2. Raises RepositoryError for a format that it cannot
        read.
        """
        return open_repository(self.git_dir)

    def git(self, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> bytes:
        """Run git without hooks in the root and return its output. Raises GitFailed."""
        return program.run(self.root, *words, stdin=stdin, env=env)

    def head(self) -> Head:
        """Read HEAD. Raises RepositoryError if it is damaged."""
        text = self.head_text()
        if _COMMIT.fullmatch(text):
            return Head(text, None)
        if not text.startswith("ref: refs/"):
            hint = (
                f"`echo 'ref: refs/heads/BRANCH' > {shlex.quote(f'{self.git_dir}/HEAD')}` "
                "restores the branch"
            )
            raise RepositoryError(
                f"{self.git_dir}/HEAD is damaged: it names neither a branch nor a commit", hint
            )
        branch = text.removeprefix("ref: ")
        return Head(self.commit_of(branch), branch)

    def head_text(self) -> str:
        """Return the text of the file HEAD.

        HEAD may be a symbolic link to its ref (core.preferSymlinkRefs); the text is the same then.
        """
        place = f"{self.git_dir}/HEAD"
        if os.path.islink(place) and (target := os.readlink(place)).startswith("refs/"):
            return f"ref: {target}"
        return os.fsdecode(regular.read(place, follow=True).strip())

    def head_fingerprint(self) -> str:
        """Return a text that changes whenever HEAD's commit does, without reading an object."""
        text = self.head_text()
        parts = [text]
        if text.startswith("ref: "):
            with contextlib.suppress(OSError):
                parts.append(
                    regular.read_text(self.common_dir / text.removeprefix("ref: ")).strip()
                )
            with contextlib.suppress(OSError):
                packed = (self.common_dir / "packed-refs").stat()
                parts.append(f"{packed.st_mtime_ns} {packed.st_size} {packed.st_ino}")
        return " ".join(parts)

    def commit_of(self, ref: str) -> str | None:
        """Return the commit of a full ref, or None. Raises RepositoryError if it is damaged."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            text = regular.read(f"{self.common_dir}/{ref}", follow=True).strip().decode("ascii")
            if _COMMIT.fullmatch(text):
                return text
        try:
            reference = self.objects.references.get(ref)
            return str(reference.resolve().target) if reference else None
        except pygit2.GitError as error:
            place = self.common_dir / ref
            logged = _last_logged(self.common_dir / "logs" / ref)
            path = shlex.quote(str(place))
            hint = f"`echo {logged} > {path}` restores the last commit of its reflog"
            raise RepositoryError(
                f"{place} is damaged: it names no commit",
                hint if logged else f"see `git fsck`: {error}",
            ) from error

    def lacks_history(self) -> bool:
        """Return whether this is a shallow or partial clone, which lacks a part of the history."""
        promised = any(entry.name.endswith(".promisor") for entry in self.objects.config)
        return promised or self.is_shallow()

    def is_shallow(self) -> bool:
        """Return whether this is a shallow clone, which lacks commits."""
        return (self.common_dir / "shallow").exists()

    def require_no_pipes(self) -> None:
        """Raise RepositoryError if there is a pipe or a device in the place of a file that git
        reads: git would wait for it for ever.
        """
        places = [
            f"{folder}/{name}" for folder in (self.git_dir, self.common_dir) for name in _READ
        ]
        for place in (*places, f"{self.root}/.gitignore", f"{self.root}/.gitattributes"):
            with contextlib.suppress(OSError):
                mode = os.stat(place).st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise RepositoryError(
                        f"{place} is not a regular file, and git would wait for it",
                        "remove it, and restore what was there",
                        [shlex.join(["rm", place])],
                    )

    def in_progress(self) -> str | None:
        """Return the operation in progress here (`a merge`, `a rebase`, …), or None."""
        operations = (
            operation for name, operation in _IN_PROGRESS.items() if (self.git_dir / name).exists()
        )
        return next(operations, None)

    def dirty(self) -> list[StatusEntry]:
        """Return the uncommitted paths, untracked files included, ignored ones not."""
        return status.parse_status(self.git(*status.STATUS))

    def relative(self, path: Path) -> str:
        """Return a path relative to the root, with `/`. Raises ValueError if it is outside."""
        return (
            Path(os.path.realpath(path.parent), path.name)
            .relative_to(os.path.realpath(self.root))
            .as_posix()
        )


def _undiscovered(start: Path, lines: list[str], message: str) -> RepositoryError:
    """Return the error for a place at which git found no usable repository."""
    if len(lines) >= 3 or "must be run in a work tree" in message:
        return RepositoryError(
            "this repository is bare: it has no work tree",
            "run forge in a clone or a `git worktree`",
        )
    if "not a git repository" not in message:
        hint = _TO_FILES if "refstorage" in message else "fix what git reports, then try again"
        return RepositoryError(as_lines(f"git does not open this repository: {message}"), hint)
    if (lost := _lost_repository_above(start)) is not None:
        tree, named = lost
        repair = shlex.join(["git", "worktree", "repair", str(tree)])
        return RepositoryError(
            f"{tree} is a work tree of a repository that is no longer at {named}",
            f"if that was moved, type `{repair}` in it",
        )
    damaged = _git_folder_above(start)
    if damaged is None:
        return RepositoryError(
            f"{start} is not in a git repository", "run `git init`, or go to a repository"
        )
    hint = (
        f"its HEAD has to read `ref: refs/heads/BRANCH`; check {damaged}/HEAD, and objects and refs"
        " beside it"
    )
    return RepositoryError(f"git does not accept {damaged} as a repository: it is damaged", hint)


def _lost_repository_above(start: Path) -> tuple[Path, str] | None:
    """Return the work tree around a place and the git directory that its file `.git` names, if that
    is gone.
    """
    place = Path(os.path.realpath(start))
    for folder in (place, *place.parents):
        if (folder / ".git").is_file():
            text = regular.read_text(folder / ".git", follow=True).strip()
            named = text.removeprefix("gitdir:").strip()
            return None if not named or (folder / named).exists() else (folder, named)
    return None


def _git_folder_above(start: Path) -> Path | None:
    """Return the nearest `.git` folder at or above a place, even if git rejects it."""
    place = Path(os.path.realpath(start))
    folders = (above / ".git" for above in (place, *place.parents))
    return next((folder for folder in folders if folder.is_dir()), None)


def _last_logged(log: Path) -> str:
    """Return the commit of the last line of a reflog, or an empty text."""
    try:
        words = regular.read_text(log).splitlines()[-1].split(" ")
    except (OSError, IndexError):
        return ""
    return words[1] if len(words) > 1 and _COMMIT.fullmatch(words[1]) else ""
