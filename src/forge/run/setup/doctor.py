"""Whether everything that forge needs is there: the system, the repository, the settings and each
runner. Nothing is changed.

A program that the settings name is looked for and never started: a file of the repository names it,
and nobody approved it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from forge.errors import ForgeError
from forge.git import program, worktrees
from forge.git.commits.identity import identity
from forge.git.commits.stale_locks import blocking_locks
from forge.git.repository import Repository
from forge.planning.settings import RunnerSettings, Settings, load
from forge.records.record import open_runs
from forge.records.store import lock_path
from forge.run.approvals.plan_approval import resolve_runner, state_folder
from forge.run.processes import unstarted_worktrees
from forge.timeline.lock import holder_alive

_OLDEST_GIT = (2, 31)
_SCARCE, _LITTLE = 100 << 20, 1 << 30  # bytes of free disk
_SIGNERS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. Where it is not `ok`, `severity` says whether that stops forge
    (error) or not (warning).
    """

    name: str
    ok: bool
    message: str
    hint: str = ""
    severity: Literal["error", "warning", "note"] = "note"

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return asdict(self)


def _error(name: str, message: str, hint: str) -> Check:
    return Check(name, False, message, hint, "error")


def _warning(name: str, message: str, hint: str) -> Check:
    return Check(name, False, message, hint, "warning")


def examine(start: Path, found: Repository | None) -> list[Check]:
    """Look at everything that can be looked at from a folder; `found` is its repository, None where
    there is none to use.
    """
    checks = list(_system())
    if found is None:
        try:
            found = Repository.discover(start)
        except ForgeError as error:
            return [*checks, _error("repository", error.message, error.hint)]
    for look in (
        _repository,
        _head,
        _tree,
        _identity,
        _hooks,
        _signing,
        _room,
        _state_folder,
        _settings,
        _locks,
        _runs,
    ):
        checks += _looked(look, found)
    return checks


def _looked(look: Callable[[Repository], Iterator[Check]], repository: Repository) -> list[Check]:
    """Return the checks of one look; one that cannot be made is an error too."""
    try:
        return list(look(repository))
    except ForgeError as error:
        return [_error(look.__name__.strip("_").replace("_", "-"), error.message, error.hint)]
    except OSError as error:
        return [
            _error(
                look.__name__.strip("_").replace("_", "-"),
                f"{error.filename}: {error.strerror}",
                "see to its access",
            )
        ]


def _system() -> Iterator[Check]:
    if sys.platform == "win32":
        yield _error(
            "system",
            "forge does not execute plans on Windows",
            "use WSL; reading and validating work here",
        )
    if shutil.which("bash") is None:
        yield _error(
            "bash",
            "bash is not on PATH",
            "install it: verify commands run with `bash -o pipefail -c`",
        )
    try:
        said = program.run(Path("/"), "version").decode("utf-8", "replace").strip()
    except ForgeError as error:
        yield _error("git", error.message, error.hint)
        return
    match = re.search(r"(\d+)\.(\d+)", said)
    new = match is None or (int(match[1]), int(match[2])) >= _OLDEST_GIT
    yield (
        Check("git", True, said)
        if new
        else _error("git", f"{said} is too old", "install git 2.31 or newer")
    )


def _repository(repository: Repository) -> Iterator[Check]:
    kind = "a work tree" if repository.git_dir == repository.common_dir else "a linked work tree"
    told = [f"{repository.root}: {kind}, SHA-1, refs in files"]
    _ = repository.objects
    if (repository.common_dir / "shallow").exists():
        told.append("shallow: what lies before it is not looked at")
    elif repository.lacks_history():
        told.append("a partial clone: git fetches what is missing")
    if (repository.git_dir / "info/sparse-checkout").exists():
        told.append("a sparse checkout: what is left out stays out")
    yield Check("repository", True, "; ".join(told))


def _head(repository: Repository) -> Iterator[Check]:
    head, operation = repository.head(), repository.in_progress()
    if operation is not None:
        yield _error("head", f"{operation} is in progress", "finish or abort it")
    elif head.commit is None:
        yield _error("head", "there is no commit yet", "make a first commit")
    elif head.branch is None:
        yield _error(
            "head",
            "HEAD is detached: a run's commits would belong to no branch",
            "`git switch -c NAME`",
        )
    else:
        yield Check("head", True, f"on {head.short} at {head.commit[:10]}")


def _tree(repository: Repository) -> Iterator[Check]:
    dirty = repository.dirty()
    if dirty:
        told = f"{len(dirty)} uncommitted, {str(dirty[0]).strip()} the first"
        yield _warning("tree", told, "commit or `git stash -u` them: a run begins on a clean tree")
    else:
        yield Check("tree", True, "nothing is uncommitted")


def _identity(repository: Repository) -> Iterator[Check]:
    yield Check("identity", True, identity(repository))


def _hooks(repository: Repository) -> Iterator[Check]:
    asked = program.attempt(
        repository.root, "rev-parse", "--path-format=absolute", "--git-path", "hooks"
    )
    folder = Path(os.fsdecode(asked.stdout).strip())
    names = (
        sorted(path.name for path in folder.iterdir() if path.suffix != ".sample")
        if folder.is_dir()
        else []
    )
    idle = [name for name in names if not os.access(folder / name, os.X_OK) and "." not in name]
    if idle:
        yield _warning(
            "hooks",
            f"git passes over {', '.join(idle)} in {folder}: not executable",
            "`chmod +x` it, or remove it",
        )
    else:
        yield Check("hooks", True, f"{', '.join(names)} in {folder}" if names else "none")


def _signing(repository: Repository) -> Iterator[Check]:
    if _config(repository, "commit.gpgsign", "--bool") != "true":
        yield Check("signing", True, "commits are not signed")
        return
    kind = _config(repository, "gpg.format") or "openpgp"
    own = _config(repository, f"gpg.{kind}.program") or (
        _config(repository, "gpg.program") if kind == "openpgp" else ""
    )
    signer = own or _SIGNERS.get(kind, kind)
    if shutil.which(signer) is None:
        hint = "install it, or set `gpg.program`: result commits are signed, as yours are"
        yield _error("signing", f"commits are signed with {signer}, which is not found", hint)
    elif kind == "ssh" and not _config(repository, "user.signingkey"):
        yield _error(
            "signing",
            "commits are signed by ssh, and no key is named",
            "`git config user.signingkey FILE`",
        )
    else:
        yield Check(
            "signing",
            True,
            f"with {signer}; whether it asks for a passphrase shows at the first commit",
        )


def _config(repository: Repository, *words: str) -> str:
    done = program.attempt(repository.root, "config", "--get", *words[1:], words[0])
    return done.stdout.decode("utf-8", "replace").strip()


def _room(repository: Repository) -> Iterator[Check]:
    for name in dict.fromkeys(
        (
            repository.root,
            repository.git_dir,
            repository.common_dir,
            repository.common_dir / "objects",
        )
    ):
        if not os.access(name, os.W_OK | os.X_OK):
            yield _error(
                "writing",
                f"{name} cannot be written to",
                "see to its access, or mount it for writing",
            )
            return
    yield Check("writing", True, "the work tree and git's folder can be written to")
    free = shutil.disk_usage(repository.common_dir).free
    told = f"{free >> 20} MiB free"
    if free < _SCARCE:
        yield _error("disk", told, "make room: a run that cannot be recorded pauses")
    elif free < _LITTLE:
        yield _warning("disk", told, "make room before a long run")
    else:
        yield Check("disk", True, told)


def _state_folder(repository: Repository) -> Iterator[Check]:
    folder = state_folder()
    above = next(place for place in (folder, *folder.parents) if place.exists())
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(repository.root)):
        hint = "set XDG_STATE_HOME to a folder outside it: approvals never lie in a repository"
        yield _error("state-folder", f"{folder} lies inside the repository", hint)
    elif not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        yield _error(
            "state-folder",
            f"{folder} cannot be made or written to",
            "see to its access: approvals lie there",
        )
    else:
        yield Check("state-folder", True, str(folder))


def _settings(repository: Repository) -> Iterator[Check]:
    settings = load(repository.root)
    if settings.warnings:
        yield _warning(
            "settings",
            "\n".join(settings.warnings),
            "mend these lines; `forge help settings` has every key",
        )
    else:
        yield Check("settings", True, "they can be used")
    yield from _runners(repository, settings)


def _runners(repository: Repository, settings: Settings) -> Iterator[Check]:
    try:
        resolve_runner(settings, None)
    except ForgeError as error:
        yield _error(f"runner {settings.runner}", error.message, error.hint)
    for name, runner in {"manual": RunnerSettings(), **settings.runners}.items():
        if runner.command or name in ("manual", settings.runner):
            yield _runner(repository, name, runner, chosen=name == settings.runner)


def _runner(repository: Repository, name: str, runner: RunnerSettings, *, chosen: bool) -> Check:
    label, complain = f"runner {name}", _error if chosen else _warning
    if not runner.command:
        return Check(
            label,
            True,
            "the person who works here" if name == "manual" else "a runner of a package",
        )
    for word in dict.fromkeys((runner.command[0], *runner.resume_command[:1])):
        place = shutil.which(str(repository.root / word) if "/" in word else word)
        if place is None:
            return complain(
                label,
                f"{word} is not found",
                "install it, or mend its `command` in .planning/forge.yaml",
            )
    unset = [variable for variable in runner.env if variable not in os.environ]
    told = f"{shutil.which(runner.command[0]) or runner.command[0]}, not started"
    return Check(label, True, told + (f"; not set: {', '.join(unset)}" if unset else ""))


def _locks(repository: Repository) -> Iterator[Check]:
    holder = holder_alive(lock_path(repository))
    if holder is not None:
        yield Check("locks", True, f"process {holder.process.pid} is at work here ({holder.what})")
        return
    found = blocking_locks(repository)
    if found:
        hint = (
            "wait for that git; if none is at work here, remove the file. The next run removes what"
            " is provably forge's own"
        )
        yield _error("locks", f"{', '.join(map(str, found))}", hint)
    else:
        yield Check("locks", True, "none")


def _runs(repository: Repository) -> Iterator[Check]:
    for name in unstarted_worktrees.unstarted_runs(repository):
        told = (
            f"forge was killed while it made the work tree of {name}, which never began; the next"
            " run takes it away"
        )
        place = worktrees.git_dir_of_branch(repository, f"{unstarted_worktrees.PREFIX}{name}")
        remove = f"`git worktree remove -f -f {name}`, then " if place else ""
        yield Check(
            "runs",
            True,
            told,
            f"if it stays: {remove}`git branch -D {unstarted_worktrees.PREFIX}{name}`",
        )
    for record in open_runs(repository):
        told = f"{record.card.run} of {record.card.plan} is {record.status}"
        yield Check("runs", True, told, f"forge resume {record.card.run}")
    torn = repository.forge_dir / "torn"
    if torn.is_dir() and any(torn.iterdir()):
        yield Check(
            "runs",
            True,
            f"damaged or foreign lines of timelines were set aside in {torn}",
            "look through them, then remove",
        )
