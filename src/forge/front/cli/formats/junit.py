"""Findings as JUnit XML: a test case for each document, which fails if it has an error."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from forge.front.cli.formats import Sheet
from forge.text.finding import Finding
from forge.text.printable import visible

_NAME = "forge validate"


def render(sheet: Sheet) -> str:
    """Return the XML, in ASCII with character references, so that it does not depend on the locale.

    Errors are failures of their document's case; warnings and notes are in its `system-out`.
    """
    by_path: dict[str, list[Finding]] = {path: [] for path, _ in sheet.documents}
    for finding in sheet.findings:
        by_path.setdefault(finding.path, []).append(finding)
    kinds = dict(sheet.documents)
    failed = sum(
        any(finding.severity == "error" for finding in findings) for findings in by_path.values()
    )
    counts = {"tests": str(len(by_path)), "failures": str(failed), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": _NAME, **counts})
    suite = ElementTree.SubElement(
        suites, "testsuite", {"name": _NAME, **counts, "skipped": "0", "time": "0"}
    )
    for path, findings in by_path.items():
        _case(suite, path, kinds.get(path, "document"), findings)
    ElementTree.indent(suites)
    body: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=False)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + body.decode()


def _case(suite: ElementTree.Element, path: str, kind: str, findings: Sequence[Finding]) -> None:
    attributes = {"classname": kind, "name": visible(path), "file": visible(path), "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    for finding in findings:
        if finding.severity == "error":
            failure = ElementTree.SubElement(
                case, "failure", {"type": finding.rule, "message": visible(finding.message)}
            )
            failure.text = _text(finding)
    others = [_text(finding) for finding in findings if finding.severity != "error"]
    if others:
        ElementTree.SubElement(case, "system-out").text = "\n".join(others)


def _text(finding: Finding) -> str:
    head = (
        f"{finding.path}:{finding.line}:{finding.column}: {finding.severity} {finding.rule}"
        f" {finding.message}"
    )
    return visible(f"{head}\n{finding.hint}" if finding.hint else head)
