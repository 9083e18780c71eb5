"""`run.yaml`: what a run is, written once when it begins and never changed."""

from __future__ import annotations

import re

from msgspec import Struct, field
from msgspec.structs import asdict

from forge.planning.names.plan_files import RUNS
from forge.text import shape
from forge.text.source import Source
from forge.text.yaml import parse as yaml

__all__ = ["RUNS", "VERSION", "RunCard"]

VERSION = 1
_ORDER = (
    "version",
    "run",
    "kind",
    "plan",
    "plan_path",
    "plan_sha256",
    "plan_blob",
    "approval",
    "base_commit",
    "branch",
    "clone",
    "runner",
    "actor",
    "execution",
    "started_at",
    "goal",
    "steps",
    "scope_contract",
    "prior_run",
)
_NEEDED = ("run", "plan", "plan_path", "steps", "clone", "branch", "base_commit")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class RunCard(Struct, frozen=True):
    """The facts of a run. `approval` says what was approved and how; `clone` is the clone that the
    run lives in.
    """

    run: str
    plan: str
    plan_path: str
    plan_sha256: str
    plan_blob: str
    approval: dict[str, str]
    base_commit: str
    branch: str
    clone: str
    runner: str
    actor: str
    execution: str
    started_at: str
    goal: str
    steps: list[dict[str, str]]
    scope_contract: dict[str, object]
    prior_run: str | None = None
    kind: str = "execute"
    version: int = VERSION
    unknown: dict[str, object] = field(default_factory=dict)

    @property
    def short_plan(self) -> str:
        """The plan's id less what makes it unique among milestones, for the subjects of commits."""
        return self.plan.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The tracked folder of the run."""
        return f"{RUNS}/{self.run}"

    def encode(self) -> bytes:
        """Return the file's bytes."""
        data = asdict(self)
        del data["unknown"]
        return yaml.dump({key: data[key] for key in _ORDER}).encode()

    @classmethod
    def decode(cls, path: str, data: bytes) -> RunCard:
        """Read the file. Raises ValueError, with the place, where it is no run card."""
        source = Source.of(path, data)
        try:
            found = yaml.parse(source.text).plain()
        except yaml.YamlProblem as problem:
            line, column = source.position(problem.offset)
            raise ValueError(f"{path}:{line}:{column}: {problem.message}") from problem
        if not isinstance(found, dict):
            raise ValueError(f"{path}: it is no mapping of keys")
        names = {*cls.__struct_fields__} - {"unknown"}
        missing = [name for name in _NEEDED if name not in found]
        if missing:
            raise ValueError(f"{path}: it has no {', '.join(missing)}")
        if isinstance(found.get("version"), int) and found["version"] > VERSION:
            raise ValueError(
                f"{path}: it was written by a newer forge (version {found['version']})"
            )
        defaults: dict[str, object] = dict.fromkeys(names - {"prior_run", "kind", "version"}, "")
        known = {key: value for key, value in found.items() if key in names}
        if wrong := shape.misfit(cls, known):
            raise ValueError(f"{path}: `{wrong}` is not of the type that it has in a run card")
        if not _SAFE.fullmatch(str(found["run"])):
            raise ValueError(f"{path}: `{found['run']}` can be no run's folder")
        return cls(
            **{**defaults, **known},
            unknown={key: value for key, value in found.items() if key not in names},
        )
