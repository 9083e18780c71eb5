"""Report what is wrong with the documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from forge.errors import UsageError
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.lazy import at_first_use
from forge.text.finding import Finding
from forge.text.plural import amount
from forge.text.printable import Line
from forge.views.validation.fix import Fixes, fix
from forge.views.validation.report import Report
from forge.views.validation.validate import plans_among, validate

if TYPE_CHECKING:
    from forge.front.operations.shared import run_context
    from forge.run.proofs import probe
else:  # most calls run nothing
    probe = at_first_use("forge.run.proofs.probe")
    run_context = at_first_use("forge.front.operations.shared.run_context")


class Arguments(NamedTuple):
    """Files and folders, `.planning/` by default. `fix` writes the fixes that cannot change the
    meaning of a plan, `probe` runs verify commands, `quiet` keeps only errors.
    """

    paths: tuple[str, ...] = ()
    quiet: bool = False
    fix: bool = False
    probe: bool = False


class Validation(NamedTuple):
    """The result of one call: the report, the findings to show, the fixes and the probe."""

    report: Report
    findings: list[Finding]
    fixes: Fixes | None
    probed: probe.Probe | None
    quiet: bool

    @property
    def summary(self) -> str:
        """The last line for people, empty if only errors are wanted."""
        if self.quiet:
            return ""
        numbers = {
            "file": self.report.files,
            "step": self.report.steps,
            "error": self.report.errors,
            "warning": self.report.warnings,
        }
        return ", ".join(amount(number, noun) for noun, number in numbers.items())

    def as_data(self) -> dict[str, object]:
        data = {**self.report.as_data(), **(self.fixes.as_data() if self.fixes else {})}
        if self.probed is not None:
            data["probed"] = [run.as_data() for run in self.probed.ran]
        return data

    def as_lines(self) -> list[Line]:
        """Return a line for each finding, and the summary."""
        lines: list[Line] = [
            f"{finding.path}:{finding.line}:{finding.column}: {finding.severity} {finding.rule}"
            f" {finding.message}"
            for finding in self.findings
        ]
        return [*lines, self.summary] if self.summary else lines


def perform(call: Call, arguments: Arguments) -> Reply:
    if arguments.probe and arguments.fix:
        raise UsageError(
            "--probe runs what was approved, and --fix changes it", "use one of them at a time"
        )
    root = call.enclosing.root if call.enclosing else call.folder
    if not arguments.paths and call.enclosing is None:
        root = call.repository.root
    named = [call.folder / path for path in arguments.paths]
    probed = _probe(call, named) if arguments.probe else None
    with call.caller.progress("reading documents") as progress:
        probe_findings = probed.findings if probed else None
        report = validate(root, named, progress=progress, probed=probe_findings)
        fixes = _fix(call, root, report) if arguments.fix else None
        if fixes is not None and fixes.made:
            report = validate(root, named)
    call.execution.counters = {"files": report.files, "findings": len(report.findings)}
    findings = [
        finding for finding in report.findings if finding.severity == "error" or not arguments.quiet
    ]
    view = Validation(report, findings, fixes, probed, arguments.quiet)
    return Reply(view.as_data, view.as_lines, 1 if report.errors else 0, findings, view=view)


def _probe(call: Call, paths: list[Path]) -> probe.Probe:
    """Run the verify commands of approved plans among files and folders."""
    plans = frozenset(plans_among(call.repository.root, paths))
    return probe.probe(run_context.run_context(call), plans)


def _fix(call: Call, root: Path, report: Report) -> Fixes:
    unreadable = [
        finding.path for finding in report.findings if finding.rule == "front-matter-yaml"
    ]
    return fix(root, unreadable, call.enclosing)
