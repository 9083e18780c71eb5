"""A clock that tests move."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo

import pytest

from forge.timeline import ids
from forge.timeline.run import run_id


class Clock:
    """A clock that moves by `step` seconds with each sleep."""

    def __init__(self, moment: str, step: float = 1.0) -> None:
        self.now = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        self.step = step
        self.slept = 0

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.now += self.step

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = self

        class Shown(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(clock.now, tz)

        for module in (ids, run_id):
            monkeypatch.setattr(module, "datetime", Shown)
        monkeypatch.setattr(time, "sleep", self.sleep)
        monkeypatch.setattr(time, "time", lambda: clock.now)
        return self
