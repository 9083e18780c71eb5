"""Settings: `.planning/forge.yaml` of the repository over the user's own. Each key has a default
that works.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import asdict, replace

from forge import regular
from forge.errors import SettingsError
from forge.git.objects.tree import Tree, Unreadable
from forge.planning import migrations
from forge.planning.confinement import (
    Confinement,
    Network,
    Paths,
    SandboxKind,
    user_settings_folder,
    why_not_readable,
    why_not_writable,
)
from forge.text import typed
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.typed import Misfit, Typed, UnknownKey
from forge.text.yaml import parse as yaml
from forge.text.yaml.values import Value

PATH = ".planning/forge.yaml"
BY_HAND = "manual"
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
    network: Network = None
    writable: Paths = ()
    readable: Paths = ()

    @property
    def confinement(self) -> Confinement:
        """How its program is confined."""
        return Confinement(self.sandbox, self.network, self.writable, self.readable)

    def confined(self, confinement: Confinement) -> RunnerSettings:
        """Return these settings with another confinement."""
        return replace(self, **asdict(confinement))


def is_by_hand(name: str, runner: RunnerSettings) -> bool:
    """Return whether a runner is the user, whom nothing confines."""
    return name == BY_HAND and not runner.command


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
    """The keys of a settings file. `sandbox`, `network`, `writable` and `readable` are of every
    runner and of a plan's commands.
    """

    runner: Word = "manual"
    runners: Mapping[str, Runner] = field(default_factory=dict)
    approvals: Approvals = field(default_factory=Approvals)
    scope: ScopeLimits = field(default_factory=ScopeLimits)
    repair: Repair = field(default_factory=Repair)
    limits: Limits = field(default_factory=Limits)
    commands: Confinement = field(default_factory=Confinement)
    sandbox: SandboxKind = "none"
    network: Network = None
    writable: Paths = ()
    readable: Paths = ()
    rules: Mapping[str, RuleSeverity] = field(default_factory=dict)
    version: Count = 1


class Settings(SettingsFields, frozen=True):
    """The settings of a repository and its user together, with warnings about unknown keys."""

    warnings: tuple[str, ...] = ()

    @property
    def repair_attempts(self) -> int:
        """How often a runner may try to fix a failed verification."""
        return self.repair.attempts

    @property
    def general(self) -> Confinement:
        """How every runner, and every command of a plan, is confined at least."""
        return Confinement(self.sandbox, self.network, self.writable, self.readable)

    def without_command(self, name: str) -> RunnerSettings:
        """Return the settings of a runner that the settings do not name."""
        runner = RunnerSettings()
        return runner if is_by_hand(name, runner) else runner.confined(self.general)

    def spread(self) -> Settings:
        """Return these settings with the defaults for all programs filled in."""
        runners = {
            name: runner.confined(runner.confinement.added_to(self.general))
            for name, runner in self.runners.items()
            if not is_by_hand(name, runner)
        }
        commands = self.commands.added_to(self.general)
        return replace(self, runners={**self.runners, **runners}, commands=commands)


def user_path() -> Path:
    """Return the path of the user's own settings: `forge/forge.yaml` below the XDG configuration
    folder.
    """
    return user_settings_folder() / "forge.yaml"


def load_user() -> Settings:
    """Return the user's own settings. Raises SettingsError with file, line and column."""
    return _user().spread()


def _user() -> Settings:
    """Return what the user's own file says, or the defaults. Raises SettingsError."""
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
    user = _user()
    try:
        source = Source.of(PATH, regular.read_inside(root, PATH))
    except FileNotFoundError:
        return user.spread()
    except OSError as error:
        raise _unreadable(PATH, error.strerror) from error
    return _tightened(user, _merged(user, source))


def load_at(tree: Tree) -> Settings:
    """Return the settings with those of a tree in place of the repository's own. Raises
    SettingsError.
    """
    user = _user()
    if tree.entry(PATH).kind == "absent":
        return user.spread()
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
    reading = typed.read(SettingsFields, top, base)
    reading.misfits.extend(_too_wide(top))
    return reading


def _too_wide(top: Value) -> Iterator[Misfit]:
    """Yield the paths that no sandbox may show, or let be written."""
    runners = top.get("runners")
    places: list[tuple[tuple[str, ...], Value | None]] = [((), top)]
    places.append((("commands",), top.get("commands")))
    if runners is not None and isinstance(runners.data, dict):
        places += [(("runners", name), below) for name, below in runners.items()]
    for route, place in places:
        for key, why_not in (("writable", why_not_writable), ("readable", why_not_readable)):
            listed = place.get(key) if place is not None and isinstance(place.data, dict) else None
            for path in listed.elements() if listed is not None else ():
                if (reason := why_not(path.raw)) is not None:
                    expected = f"a list of single paths, and `{path.raw}` is not one: {reason}"
                    yield Misfit((*route, key), path.span, expected)


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
        name: runner
        if is_by_hand(name, runner)
        else _tightened_runner(user, runner, user.runners.get(name))
        for name, runner in repository.spread().runners.items()
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
        commands=repository.spread().commands.tightened(user.commands.added_to(user.general)),
        **asdict(repository.general.tightened(user.general)),
    )


def _tightened_runner(
    user: Settings, runner: RunnerSettings, own: RunnerSettings | None
) -> RunnerSettings:
    """Return a runner with the stricter of what both files say of it and of every runner."""
    named = own or RunnerSettings()
    confinement = runner.confinement.tightened(named.confinement.added_to(user.general))
    return replace(runner.confined(confinement), timeout=_shorter(named.timeout, runner.timeout))


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
