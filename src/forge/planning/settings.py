"""Settings: `.planning/forge.yaml` of the repository over the user's own. Each key has a default
that works.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from forge.errors import SettingsError
from forge.git.objects.tree import Tree, Unreadable
from forge.text.source import Source
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Value

PATH = ".planning/forge.yaml"
DiffPolicy = Literal["never", "risky", "always"]
RuleSeverity = Literal["error", "warning", "note", "off"]
_PLACES = ("done", "failed", "session", "message", "litter")
_STRICTNESS = ("never", "risky", "always")
_SEVERITIES = ("error", "warning", "note", "off")
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


class RunnerSettings(Struct, frozen=True):
    """A named runner: its argument vector, how it gets the prompt, the environment names it may
    see, its own timeout.

    `resume_command` goes on with a session; `litter` are globs of files that it leaves behind.
    `done` and `failed` are patterns (`type=result is_error=true`) of lines of JSON that end its
    work, `session` and `message` places in them.
    """

    command: tuple[str, ...] = ()
    prompt: Literal["stdin", "file", "arg"] = "stdin"
    env: tuple[str, ...] = ()
    timeout: float | None = None
    resume_command: tuple[str, ...] = ()
    output: Literal["text", "json-lines"] = "text"
    done: tuple[str, ...] = ("type=result",)
    failed: tuple[str, ...] = ("type=result is_error=true", "type=result status=error")
    session: tuple[str, ...] = ("session_id",)
    message: tuple[str, ...] = ("result", "error.message")
    litter: tuple[str, ...] = ()


class Approvals(Struct, frozen=True):
    """What is asked: plan approval always is; a diff by policy."""

    plan: Literal["always"] = "always"
    diff: DiffPolicy = "risky"


class ScopeLimits(Struct, frozen=True):
    """How much one step may change before its diff is of high risk, and the paths that always
    are.
    """

    max_files: int = 50
    max_lines: int = 2000
    protect: tuple[str, ...] = PROTECTED


class Limits(Struct, frozen=True):
    """Seconds for a runner or a verify command, seconds of silence for a runner, and bytes."""

    step_timeout: float = 3600
    idle_timeout: float = 900
    evidence_bytes: int = 65536
    artifact_bytes: int = 16 << 20


class Settings(Struct, frozen=True):
    """Everything that can be set."""

    runner: str = "manual"
    runners: Mapping[str, RunnerSettings] = field(default_factory=dict)
    approvals: Approvals = field(default_factory=Approvals)
    scope: ScopeLimits = field(default_factory=ScopeLimits)
    repair_attempts: int = 0
    limits: Limits = field(default_factory=Limits)
    rules: Mapping[str, RuleSeverity] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def user_path() -> Path:
    """Return where the user's own settings lie: `forge/forge.yaml` below the XDG configuration
    folder.
    """
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "forge" / "forge.yaml"


def load(root: Path) -> Settings:
    """Return the settings that hold in a repository. Raises SettingsError with file, line and
    column.
    """
    settings = _read(Settings(), user_path(), str(user_path()))
    own = _read(settings, root / PATH, PATH)
    return _held_to(settings, own) if (root / PATH).exists() else own


def load_at(tree: Tree) -> Settings:
    """Return the settings that hold where the repository's own are those of a tree. Raises
    SettingsError.
    """
    settings = _read(Settings(), user_path(), str(user_path()))
    if tree.entry(PATH).kind == "absent":
        return settings
    try:
        return _held_to(settings, _parsed(settings, Source.of(PATH, tree.read(PATH))))
    except Unreadable as error:
        raise SettingsError(f"{PATH}: {error}", "make it a readable file, or remove it") from error


def _held_to(user: Settings, own: Settings) -> Settings:
    return replace(
        own,
        approvals=_tightened(user.approvals, own.approvals),
        scope=_protected(user.scope, own.scope),
    )


def _tightened(user: Approvals, repository: Approvals) -> Approvals:
    """A tracked file can only tighten: the stricter of both policies holds."""
    return Approvals(diff=max(user.diff, repository.diff, key=_STRICTNESS.index))


def _protected(user: ScopeLimits, repository: ScopeLimits) -> ScopeLimits:
    protect = tuple(dict.fromkeys((*PROTECTED, *user.protect, *repository.protect)))
    return replace(repository, protect=protect)


def _read(base: Settings, path: Path, name: str) -> Settings:
    try:
        source = Source.of(name, path.read_bytes())
    except FileNotFoundError:
        return base
    except OSError as error:
        raise SettingsError(
            f"{name}: {error.strerror}", "make it a readable file, or remove it"
        ) from error
    return _parsed(base, source)


def _parsed(base: Settings, source: Source) -> Settings:
    if source.problem:
        raise SettingsError(f"{source.path}: the file {source.problem}", "save it as UTF-8 text")
    return _Reader(source, base).settings()


class _Reader:
    """Reads one settings file over what holds without it; every complaint has its place."""

    def __init__(self, source: Source, base: Settings) -> None:
        self.source = source
        self.base = base
        self.warnings: list[str] = list(base.warnings)

    def settings(self) -> Settings:
        try:
            top = yaml.parse(self.source.text)
        except yaml.YamlProblem as problem:
            line, column = self.source.position(problem.offset)
            raise SettingsError(
                f"{self.source.path}:{line}:{column}: {problem.message}", "mend this line"
            ) from problem
        if top.data is None:
            return self.base
        self.known(
            top, "version", "runner", "runners", "approvals", "scope", "repair", "limits", "rules"
        )
        version = self.number(top, "version", 1)
        if version > 1:
            said = f"{self.source.path}: version {version:g} is newer than this forge reads"
            raise SettingsError(said, "install a newer forge")
        approvals, scope, repair, limits = (
            self.block(top, name) for name in ("approvals", "scope", "repair", "limits")
        )
        self.known(approvals, "plan", "diff")
        self.known(repair, "attempts")
        self.choice(approvals, "plan", ("always",), "always")
        return replace(
            self.base,
            runner=self.text(top, "runner", self.base.runner),
            runners={
                **self.base.runners,
                **{name: self.runner(value) for name, value in self.block(top, "runners").items()},
            },
            approvals=Approvals(
                diff=self.choice(approvals, "diff", _STRICTNESS, self.base.approvals.diff)  # type: ignore[arg-type]
            ),
            scope=self.scope(scope),
            repair_attempts=int(self.number(repair, "attempts", self.base.repair_attempts)),
            limits=self.limits(limits),
            rules={**self.base.rules, **self.rules(self.block(top, "rules"))},
            warnings=tuple(self.warnings),
        )

    def runner(self, value: Value) -> RunnerSettings:
        if not isinstance(value.data, dict):
            raise self.wrong(value, "a runner is a mapping with `command`")
        self.known(value, *RunnerSettings.__struct_fields__)
        timeout, plain = value.get("timeout"), RunnerSettings()
        lists = {name: self.texts(value, name, getattr(plain, name)) for name in _PLACES}
        for name in ("done", "failed"):
            if any("=" not in word for pattern in lists[name] for word in pattern.split() or [""]):
                raise self.wrong(
                    value.get(name) or value, f"`{name}` is a list of patterns like `type=result`"
                )
        return RunnerSettings(
            self.words(value, "command"),
            self.choice(value, "prompt", ("stdin", "file", "arg"), "stdin"),  # type: ignore[arg-type]
            self.texts(value, "env", ()),
            self.number(value, "timeout", 0) if timeout else None,
            self.words(value, "resume_command"),
            self.choice(value, "output", ("text", "json-lines"), "text"),  # type: ignore[arg-type]
            **lists,
        )

    def words(self, parent: Value, key: str) -> tuple[str, ...]:
        """Return a command line, empty where there is none."""
        value = parent.get(key)
        if value is not None and (not isinstance(value.data, list) or not value.texts()):
            raise self.wrong(value, f"`{key}` is a list of words: the program and its arguments")
        return tuple(value.texts()) if value else ()

    def texts(self, parent: Value, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = parent.get(key)
        return default if value is None or value.data is None else tuple(value.texts())

    def scope(self, value: Value) -> ScopeLimits:
        self.known(value, "max_files", "max_lines", "protect")
        base, protect = self.base.scope, value.get("protect")
        return ScopeLimits(
            int(self.number(value, "max_files", base.max_files)),
            int(self.number(value, "max_lines", base.max_lines)),
            tuple(dict.fromkeys((*base.protect, *(protect.texts() if protect else ())))),
        )

    def limits(self, value: Value) -> Limits:
        defaults = asdict(self.base.limits)
        self.known(value, *defaults)
        numbers = {name: self.number(value, name, default) for name, default in defaults.items()}
        return Limits(
            numbers["step_timeout"],
            numbers["idle_timeout"],
            int(numbers["evidence_bytes"]),
            int(numbers["artifact_bytes"]),
        )

    def rules(self, value: Value) -> dict[str, RuleSeverity]:
        """Return the severities that are set; whether there are such rules is not this floor's to
        know.
        """
        return {key: self.choice(value, key, _SEVERITIES, "") for key in value.keys}  # type: ignore[misc]

    def block(self, parent: Value, key: str) -> Value:
        value = parent.get(key)
        if value is None or value.data is None:
            return Value({}, "", parent.span, {})
        if not isinstance(value.data, dict):
            raise self.wrong(value, f"`{key}` is a mapping")
        return value

    def text(self, parent: Value, key: str, default: str) -> str:
        value = parent.get(key)
        if value is None or value.data is None:
            return default
        if isinstance(value.data, (dict, list)):
            raise self.wrong(value, f"`{key}` is a word")
        return value.raw

    def choice(self, parent: Value, key: str, options: tuple[str, ...], default: str) -> str:
        found = self.text(parent, key, default)
        if found not in options:
            raise self.wrong(
                parent.get(key) or parent, f"`{key}` is one of {', '.join(options)}, not `{found}`"
            )
        return found

    def number(self, parent: Value, key: str, default: float) -> float:
        value = parent.get(key)
        if value is None or value.data is None:
            return default
        number = value.data
        if (
            isinstance(number, bool)
            or not isinstance(number, (int, float))
            or not 0 <= number < math.inf
        ):
            raise self.wrong(value, f"`{key}` is a number, 0 or more")
        return number

    def known(self, value: Value, *names: str) -> None:
        if not isinstance(value.data, dict):
            raise self.wrong(value, "the settings are a mapping of keys")
        for key in value.data:
            if key not in names:
                line, column = self.source.position(
                    value.keys[key].start if key in value.keys else value.span.start
                )
                close = difflib.get_close_matches(key, names, 1)
                hint = f"; did you mean `{close[0]}`?" if close else ""
                self.warnings.append(
                    f"{self.source.path}:{line}:{column}: unknown key `{key}`{hint}"
                )

    def wrong(self, value: Value, what: str) -> SettingsError:
        line, column = self.source.position(value.span.start)
        return SettingsError(
            f"{self.source.path}:{line}:{column}: {what}", "`forge help settings` has every key"
        )
