"""`run.yaml`: what a run is, written once when it begins and never changed."""

from __future__ import annotations

import re

from msgspec import Struct, field
from msgspec.structs import asdict

from forge.planning import migrations
from forge.planning.names.plan_files import RUNS
from forge.text import typed
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml

__all__ = ["RUNS", "NewerCard", "NotACard", "RunCard"]

_TOP = Span(0, 0)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class NotACard(ValueError):
    """A file that is not a run card: everything wrong with it, each with its place."""

    def __init__(self, source: Source, *problems: tuple[Span, str]) -> None:
        line, column = source.position(problems[0][0].start)
        super().__init__(f"{source.path}:{line}:{column}: {problems[0][1]}")
        self.problems = problems


class NewerCard(NotACard):
    """A run card that a newer version of forge wrote."""


class CardFields(Struct, frozen=True, kw_only=True):
    """The fields of `run.yaml`, in the order in which they are written.

    `approval` is what was approved and how; `clone` is the clone that the run belongs to.
    """

    version: int = 1
    run: str
    kind: str = "execute"
    plan: str
    plan_path: str
    plan_sha256: str = ""
    plan_blob: str = ""
    approval: dict[str, str] = field(default_factory=dict)
    base_commit: str
    branch: str
    clone: str
    runner: str = ""
    actor: str = ""
    execution: str = ""
    started_at: str = ""
    goal: str = ""
    steps: list[dict[str, str]]
    scope_contract: dict[str, object] = field(default_factory=dict)
    prior_run: str | None = None


_NAMES = CardFields.__struct_fields__


class RunCard(CardFields, frozen=True, kw_only=True):
    """The facts of a run. `unknown` has the keys that this forge does not know."""

    unknown: dict[str, object] = field(default_factory=dict)

    @property
    def short_plan(self) -> str:
        """The plan's id without its milestone, for the subjects of commits."""
        return self.plan.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The tracked folder of the run."""
        return f"{RUNS}/{self.run}"

    def encode(self) -> bytes:
        """Return the file's bytes."""
        data = asdict(self)
        del data["unknown"]
        return yaml.dump(data).encode()

    @classmethod
    def decode(cls, path: str, data: bytes) -> RunCard:
        """Read the file. Raises NotACard."""
        source = Source.of(path, data)
        try:
            top = migrations.parse("run", source)
        except yaml.YamlProblem as problem:
            at = Span(problem.offset, problem.offset + 1)
            raise NotACard(source, (at, problem.message)) from problem
        except migrations.WrongVersion as problem:
            message = f"{problem.message}: {problem.hint}"
            raise NewerCard(source, (problem.span, message)) from problem
        if not isinstance(top.data, dict):
            raise NotACard(source, (top.span, "it is not a mapping of keys"))
        reading = typed.read(CardFields, top, exact=True)
        problems = [(misfit.span, misfit.message) for misfit in reading.misfits]
        if reading.missing:
            problems.insert(0, (_TOP, f"it has no {', '.join(reading.missing)}"))
        if problems or reading.value is None:
            raise NotACard(source, *problems)
        if not _SAFE.fullmatch(reading.value.run):
            message = f"`{reading.value.run}` cannot be the name of a run's folder"
            raise NotACard(source, (top.data["run"].span, message))
        folder = path.split("/")[-2] if "/" in path else ""
        if folder not in ("", reading.value.run):
            message = f"it is the card of the run `{reading.value.run}`, and its folder is another"
            raise NotACard(source, (top.data["run"].span, message))
        unknown = {key: value.plain() for key, value in top.items() if key not in _NAMES}
        return cls(**asdict(reading.value), unknown=unknown)
