"""Settings: `.planning/forge.yaml` of the repository over the user's own. Each key has a default
that works.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import asdict, replace

from forge import regular
from forge.errors import SettingsError
from forge.git.objects.tree import Tree, Unreadable
from forge.planning import migrations
from forge.text import typed
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.typed import Typed, UnknownKey
from forge.text.yaml import parse as yaml

PATH = ".planning/forge.yaml"
DiffPolicy = Literal["never", "risky", "always"]
RuleSeverity = Literal["error", "warning", "note", "off"]
_STRICTNESS = ("never", "risky", "always")
_EVERY_KEY = "`forge help settings` has every key"
PROTECTED = (
    ".git*",
    "**/.git*",
    ".git*/**",
    "**/.gitlab-ci.yml",
    ".circleci/**",
    "Jenkinsfile",
    ".travis.yml",
    "azure-pipelines.yml",
    ".planning/forge.yaml",
    "**/*.lock",
    "**/package-lock.json",
    "**/pnpm-lock.yaml",
    "**/go.sum",
    "**/npm-shrinkwrap.json",
    ".husky/**",
    ".pre-commit-config.yaml",
    "**/hooks/pre-commit",
    "**/hooks/commit-msg",
    ".planning/runs/**",
    ".planning/proofs/**",
    ".planning/missions/**",
)

_NUMBER = "a number, 0 or more"
_WORDS = "a list of words: the program and its arguments"
_PATTERN = r"^\s*\S*=\S*(?:\s+\S*=\S*)*\s*$"

Word = Annotated[str, Meta(description="a word")]
Count = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]
Amount = Annotated[
    Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0, le=sys.float_info.max)],
    Meta(description=_NUMBER),
]
Command = Annotated[tuple[str, ...], Meta(min_length=1, description=_WORDS)]
Names = Annotated[tuple[str, ...], Meta(description="a list of texts", extra={"lone": True})]
Patterns = Annotated[
    tuple[Annotated[str, Meta(pattern=_PATTERN)], ...],
    Meta(description="a list of patterns like `type=result`", extra={"lone": True}),
]


SandboxKind = Literal["none", "bubblewrap"]


class Confinement(Struct, frozen=True):
    """How a program is confined: in a sandbox or not, with a network or not (None: not said), and
    the paths that it may write and read there besides the work tree and the system.
    """

    sandbox: SandboxKind = "none"
    network: Annotated[bool | None, Meta(description="true or false")] = None
    writable: Names = ()
    readable: Names = ()

    def tightened(self, user: Confinement) -> Confinement:
        """Return the stricter of this and of what the user's own settings say."""
        said = [value for value in (self.network, user.network) if value is not None]
        writable, readable = self.writable, self.readable
        if user.sandbox != "none":
            writable = _allowed(self.writable, user.writable)
            readable = _allowed(self.readable, user.readable)
        sandbox: SandboxKind = (
            "bubblewrap" if "bubblewrap" in (self.sandbox, user.sandbox) else "none"
        )
        network = all(said) if said else None
        return Confinement(sandbox, network, writable, readable)


def _allowed(paths: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if path in allowed) if paths else allowed


class RunnerSettings(Struct, frozen=True):
    """A named runner: its argument vector, how it gets the prompt, the environment names that it
    may read, its own timeout.

    `resume_command` continues a session; `litter` are globs of files that the runner does not clean
    up. `done` and `failed` are patterns of lines of JSON that end its work, `session` and `message`
    keys in them.
    """

    command: Command = ()
    prompt: Literal["stdin", "file", "arg"] = "stdin"
    env: Names = ()
    timeout: Annotated[Amount | None, Meta(description=_NUMBER)] = None
    resume_command: Command = ()
    output: Literal["text", "json-lines"] = "text"
    done: Patterns = ("type=result",)
    failed: Patterns = ("type=result is_error=true", "type=result status=error")
    session: Names = ("session_id",)
    message: Names = ("result", "error.message")
    litter: Names = ()
    sandbox: SandboxKind = "none"
    network: Annotated[bool | None, Meta(description="true or false")] = None
    writable: Names = ()
    readable: Names = ()

    @property
    def confinement(self) -> Confinement:
        """How its program is confined."""
        return Confinement(self.sandbox, self.network, self.writable, self.readable)

    def tightened(self, user: RunnerSettings) -> RunnerSettings:
        """Return these settings with the stricter of both confinements and timeouts."""
        confinement = self.confinement.tightened(user.confinement)
        timeout = _shorter(user.timeout, self.timeout)
        return replace(self, timeout=timeout, **asdict(confinement))


class Approvals(Struct, frozen=True):
    """What needs approval: a plan always does, a diff by policy."""

    plan: Literal["always"] = "always"
    diff: DiffPolicy = "risky"


class ScopeLimits(Struct, frozen=True):
    """How much one step may change before its diff is of high risk, and the paths that always
    are.
    """

    max_files: Count = 50
    max_lines: Count = 2000
    protect: Names = PROTECTED


class Repair(Struct, frozen=True):
    """What happens when a step's verification fails."""

    attempts: Count = 0


class Limits(Struct, frozen=True):
    """Seconds for a runner or a verify command, seconds of silence for a runner, and bytes."""

    step_timeout: Amount = 3600
    idle_timeout: Amount = 900
    evidence_bytes: Count = 65536
    artifact_bytes: Count = 16 << 20


Runner = Annotated[RunnerSettings, Meta(description="a runner: a mapping with `command`")]


class SettingsFields(Struct, frozen=True):
    """The keys of a settings file."""

    runner: Word = "manual"
    runners: Mapping[str, Runner] = field(default_factory=dict)
    approvals: Approvals = field(default_factory=Approvals)
    scope: ScopeLimits = field(default_factory=ScopeLimits)
    repair: Repair = field(default_factory=Repair)
    limits: Limits = field(default_factory=Limits)
    commands: Confinement = field(default_factory=Confinement)
    rules: Mapping[str, RuleSeverity] = field(default_factory=dict)
    version: Count = 1


class Settings(SettingsFields, frozen=True):
    """The settings of a repository and its user together, with warnings about unknown keys."""

    warnings: tuple[str, ...] = ()

    @property
    def repair_attempts(self) -> int:
        """How often a runner may try to fix a failed verification."""
        return self.repair.attempts


def user_path() -> Path:
    """Return the path of the user's own settings: `forge/forge.yaml` below the XDG configuration
    folder.
    """
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "forge" / "forge.yaml"


def load_user() -> Settings:
    """Return the user's own settings. Raises SettingsError with file, line and column."""
    name = str(user_path())
    try:
        source = Source.of(name, regular.read(user_path(), follow=True))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise _unreadable(name, error.strerror) from error
    return _merged(Settings(), source)


def load(root: Path) -> Settings:
    """Return the settings of a repository over the user's own. Raises SettingsError with file, line
    and column.
    """
    user = load_user()
    try:
        source = Source.of(PATH, regular.read_inside(root, PATH))
    except FileNotFoundError:
        return user
    except OSError as error:
        raise _unreadable(PATH, error.strerror) from error
    return _tightened(user, _merged(user, source))


def load_at(tree: Tree) -> Settings:
    """Return the settings with those of a tree in place of the repository's own. Raises
    SettingsError.
    """
    user = load_user()
    if tree.entry(PATH).kind == "absent":
        return user
    try:
        return _tightened(user, _merged(user, Source.of(PATH, tree.read(PATH))))
    except Unreadable as error:
        raise _unreadable(PATH, str(error)) from error


def findings(source: Source) -> list[Finding]:
    """Return everything that is wrong with a settings file: one finding for each wrong key or
    value.
    """
    try:
        reading = _read(Settings(), source)
    except _Refused as error:
        return [source.finding("settings", "error", error.span, error.message, error.hint)]
    return [
        *(
            source.finding("settings", "error", misfit.span, misfit.message, _EVERY_KEY)
            for misfit in reading.misfits
        ),
        *(
            source.finding("settings-key", "warning", key.span, _unknown(key), _EVERY_KEY)
            for key in reading.unknown
        ),
    ]


class _Refused(Exception):
    """A settings file of which nothing can be used: why, the next step, and the place."""

    def __init__(self, message: str, hint: str, span: Span) -> None:
        super().__init__(message)
        self.message, self.hint, self.span = message, hint, span


def _read(base: Settings, source: Source) -> Typed[SettingsFields]:
    """Read a settings file over other settings. Raises _Refused."""
    if source.problem:
        at = Span(source.problem_offset, source.problem_offset + 1)
        raise _Refused(f"the file {source.problem}", "save it as UTF-8 text", at)
    try:
        top = migrations.parse("settings", source)
    except yaml.YamlProblem as problem:
        at = Span(problem.offset, problem.offset + 1)
        raise _Refused(problem.message, "fix this line", at) from problem
    except migrations.WrongVersion as problem:
        raise _Refused(problem.message, problem.hint, problem.span) from problem
    if top.data is not None and not isinstance(top.data, dict):
        raise _Refused("the settings are a mapping of keys", _EVERY_KEY, top.span)
    return typed.read(SettingsFields, top, base)


def _merged(base: Settings, source: Source) -> Settings:
    """Return the settings of a file over others. Raises SettingsError, which lists every wrong
    value.
    """
    try:
        reading = _read(base, source)
    except _Refused as error:
        raise SettingsError(f"{_at(source, error.span)}: {error.message}", error.hint) from error
    if reading.misfits:
        wrong = sorted(reading.misfits, key=lambda misfit: misfit.span.start)
        lines = [f"{_at(source, misfit.span)}: {misfit.message}" for misfit in wrong]
        raise SettingsError([*lines], _EVERY_KEY)
    settings = reading.value
    assert isinstance(settings, Settings), "a base is of the same type"
    warnings = [f"{_at(source, key.span)}: {_unknown(key)}" for key in reading.unknown]
    protect = tuple(dict.fromkeys((*base.scope.protect, *settings.scope.protect)))
    scope = replace(settings.scope, protect=protect)
    return replace(settings, scope=scope, warnings=(*base.warnings, *warnings))


def _tightened(user: Settings, repository: Settings) -> Settings:
    """Return the repository's settings with the stricter of both policies for diffs, of both
    sandboxes, and of both limits: a tracked file can only tighten the user's own.
    """
    diff = max(user.approvals.diff, repository.approvals.diff, key=_STRICTNESS.index)
    runners = {
        name: runner.tightened(user.runners[name]) if name in user.runners else runner
        for name, runner in repository.runners.items()
    }
    own = _own_limits()
    limits = {
        name: _shorter(getattr(own.limits, name), getattr(repository.limits, name))
        for name in Limits.__struct_fields__
    }
    sizes = {
        name: _smaller(getattr(own.scope, name), getattr(repository.scope, name))
        for name in ("max_files", "max_lines")
    }
    return replace(
        repository,
        approvals=Approvals(diff=diff),
        runners=runners,
        limits=replace(repository.limits, **limits),
        scope=replace(repository.scope, **sizes),
        commands=repository.commands.tightened(user.commands),
    )


def _own_limits() -> Settings:
    """Return the limits that the user's own file names; -1 for those that it does not."""
    unset = Settings(limits=Limits(-1, -1, -1, -1), scope=ScopeLimits(-1, -1))
    try:
        source = Source.of(str(user_path()), regular.read(user_path(), follow=True))
        return replace(
            unset,
            **{name: getattr(_read(unset, source).value, name) for name in ("limits", "scope")},
        )
    except (OSError, _Refused):
        return unset


def _shorter(user: float | None, repository: float | None) -> float | None:
    """Return the stricter of two limits; 0 is none, and None or -1 is not named."""
    named = [value for value in (user, repository) if value is not None and value >= 0]
    limits = [value for value in named if value]
    return min(limits) if limits else (named[0] if named else None)


def _smaller(user: int, repository: int) -> int:
    return repository if user < 0 else min(user, repository)


def _unknown(key: UnknownKey) -> str:
    near = f"; did you mean `{key.near}`?" if key.near else ""
    return f"unknown key `{key.key}`{near}"


def _at(source: Source, span: Span) -> str:
    line, column = source.position(span.start)
    return f"{source.path}:{line}:{column}"


def _unreadable(path: str, why: str | None) -> SettingsError:
    return SettingsError(f"{path}: {why}", "make it a readable file, or remove it")
