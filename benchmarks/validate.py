"""Cost of `forge validate`: per plan in a small and a large repository, warm with one file changed,
and in memory.

    python benchmarks/validate.py [SMALL [LARGE]]

Each measurement is a process of its own on a repository that this script creates. Printed are
processor times, git's included, and ratios; no time is asserted. The memory is the peak of the
process, minus the peak for no plans at all and minus the report itself, which holds every document
and every finding.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PLANS_A_PHASE = 10
MEASURE = """
import json, os, pickle, resource, sys
from pathlib import Path
from forge.views.validation.validate import validate
start = sum(os.times()[:4])
report = validate(Path(sys.argv[1]), [])
seconds = sum(os.times()[:4]) - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
import tracemalloc
tracemalloc.start()
copy = pickle.loads(pickle.dumps((report.findings, report.documents, report.lines)))
kept = tracemalloc.get_traced_memory()[0]
print(json.dumps({"seconds": seconds, "peak": peak, "report": kept, "files": report.files}))
"""
PLAN = """---
phase: {phase:02d}-part
plan: {plan:02d}
type: execute
wave: {plan}
depends_on: [{depends}]
files_modified:
  - src/part{phase}/module{plan}.py
  - tests/part{phase}/test_module{plan}.py
autonomous: true
requirements: [PART-{phase:02d}]
must_haves:
  truths:
    - "module {plan} of part {phase} adds its numbers"
    - "module {plan} refuses what is not a number"
  artifacts:
    - path: src/part{phase}/module{plan}.py
      provides: addition
      contains: "def add"
  key_links:
    - from: tests/part{phase}/test_module{plan}.py
      to: src/part{phase}/module{plan}.py
      via: import
      pattern: "import add"
---
<objective>
Add the numbers of part {phase}.
</objective>
<context>
@.planning/ROADMAP.md
@src/part{phase}/module{plan}.py
</context>
<tasks>
<task type="auto">
  <name>Task 1: Write module {plan}</name>
  <files>src/part{phase}/module{plan}.py</files>
  <action>Write `add`, which refuses what is not a number.</action>
  <verify><automated>python -m pytest -q tests/part{phase}</automated></verify>
  <done>The numbers are added.</done>
</task>
<task type="auto">
  <name>Task 2: Write its test</name>
  <files>tests/part{phase}/test_module{plan}.py</files>
  <action>Write a test of both cases.</action>
  <verify>The tests read well || true</verify>
  <done>The test passes.</done>
</task>
</tasks>
"""


def make(root: Path, plans: int) -> None:
    """Create a repository with this number of plans, ten per phase, a roadmap and requirements."""
    phases = (plans + PLANS_A_PHASE - 1) // PLANS_A_PHASE
    for phase in range(1, phases + 1):
        folder = root / f".planning/phases/{phase:02d}-part"
        folder.mkdir(parents=True)
        for plan in range(1, min(PLANS_A_PHASE, plans - (phase - 1) * PLANS_A_PHASE) + 1):
            depends = f'"{phase:02d}-{plan - 1:02d}"' if plan > 1 else ""
            (folder / f"{phase:02d}-{plan:02d}-PLAN.md").write_text(
                PLAN.format(phase=phase, plan=plan, depends=depends)
            )
    top = root / ".planning"
    top.mkdir(parents=True, exist_ok=True)
    numbers = range(1, phases + 1)
    top.joinpath("ROADMAP.md").write_text(
        "".join(f"- [ ] **Phase {number}: Part**\n" for number in numbers)
    )
    top.joinpath("REQUIREMENTS.md").write_text(
        "".join(f"- [ ] **PART-{number:02d}**: it adds\n" for number in numbers)
    )
    subprocess.run(["git", "init", "-q", str(root)], check=True)


def measured(root: Path) -> dict[str, float]:
    """Validate in a process of its own; return seconds, peak bytes, the report's bytes and the
    number of files.
    """
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(root)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(root / ".git")},
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def change_one(root: Path) -> None:
    """Change one plan, as an editor does."""
    path = next(iter(sorted((root / ".planning/phases/01-part").iterdir())))
    path.write_text(path.read_text().replace("Add the numbers", "Add all the numbers"))


def main() -> None:
    """Measure and print the figures."""
    small, large = (
        int(word) for word in (sys.argv[1:] + ["1000", "10000"][len(sys.argv) - 1 :])[:2]
    )
    base = Path(tempfile.mkdtemp(prefix="forge-validate-"))
    try:
        cold, warm = {}, {}
        for plans in (0, small, large):
            root = base / str(plans)
            make(root, plans)
            cold[plans] = measured(root)
            if plans:
                measured(root)
                change_one(root)
                warm[plans] = measured(root)
        _print(cold, warm, small, large)
    finally:
        shutil.rmtree(base)


def _print(
    cold: dict[int, dict[str, float]], warm: dict[int, dict[str, float]], small: int, large: int
) -> None:
    per_plan = {plans: cold[plans]["seconds"] / plans for plans in (small, large)}
    floor = cold[0]["peak"]
    for plans in (small, large):
        beyond = cold[plans]["peak"] - floor - cold[plans]["report"]
        print(
            f"{plans} plans: cold {per_plan[plans] * 1000:.2f} ms a plan; warm with one changed"
            f" {warm[plans]['seconds'] / cold[plans]['seconds']:.3f} of cold; memory"
            f" {cold[plans]['peak'] / 1e6:.0f} MB, report {cold[plans]['report'] / 1e6:.1f} MB,"
            f" beyond it {beyond / 1e6:.1f} MB"
        )
    ratio = per_plan[large] / per_plan[small]
    print(f"cold, a plan of {large} compared with one of {small}: {ratio:.2f}")


if __name__ == "__main__":
    main()
