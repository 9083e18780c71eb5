"""Judges an artifact: it is a regular file of the tree, and meets its conditions."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from forge.check.must_haves.artifacts.checks import Content, has_name
from forge.check.must_haves.artifacts.conditions import Conditions, conditions
from forge.check.must_haves.artifacts.paths import exact, matches, similar
from forge.check.must_haves.code.file import Code, as_lines
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome, shown, together
from forge.check.must_haves.verdict import Evidence, Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree, TreeEntry, Unreadable
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.scope import clean, leaves, placeholder
from forge.text.source import Source

LIMIT = 16 << 20
_MOST_SHOWN = 3
_MOST_EVIDENCE = 20
_EXTENSION = re.compile(r"\w\.\w{1,10}$")
_WITH_NAMES = re.compile(r"(?P<path>[^:]+)::(?P<names>\w+(?:::\w+)*)")
_NOT_A_FILE = {
    "folder": "it is a folder, not a file",
    "special": "it is not a regular file",
    "outside": "it leads out of the repository",
}
_UNKNOWN = {
    "missing": "its git object is missing here",
    "unreadable": "it cannot be read",
    "submodule": "it is in a submodule, whose files are not in this repository",
}


def judge(item: MustHave, tree: Tree, limit: int = LIMIT) -> Verdict:
    """Return the verdict on an artifact. Files larger than `limit` bytes are not read. Never raises
    for the content of a plan.
    """
    text = _path_text(item)
    path, note = _path_and_note(text, tree) if text else ("", "")
    required = conditions(item.value)
    part = _WITH_NAMES.fullmatch(path)  # `tests/test_a.py::test_b`
    if part and not required.absent and tree.entry(part["path"]).kind == "file":
        path = part["path"]
        required.checks += map(has_name, part["names"].split("::"))
    check = _ArtifactCheck(path, required, tree, limit)
    outcome = check.impossible() or (check.absent() if required.absent else check.present())
    remark = f" ({shown(note)} after the path is read as a remark)" if note else ""
    return answer(item, outcome.verdict, outcome.reason + remark, outcome.evidence[:_MOST_EVIDENCE])


def _path_text(item: MustHave) -> str:
    data = item.value.data
    if isinstance(data, dict):
        return (item.raw("path") or "").strip()
    return "" if isinstance(data, list) or data is None else item.value.raw.strip()


def _path_and_note(text: str, tree: Tree) -> tuple[str, str]:
    """Split a text into a path and a remark after it; all of it is the path if a file has exactly
    that name.
    """
    literal = text.removeprefix("./")
    is_file_name = not leaves(literal) and not literal.endswith("/") and "\0" not in literal
    if is_file_name and tree.entry(literal).kind == "file":
        return literal, ""
    return clean(text)


class _ArtifactCheck(Struct, frozen=True):
    """The check of one artifact: its path, its conditions, and the tree."""

    path: str
    required: Conditions
    tree: Tree
    limit: int

    @property
    def is_glob(self) -> bool:
        """Whether the path has wildcards, and is not the exact name of a file."""
        has_wildcards = "*" in self.path or "?" in self.path
        return has_wildcards and self.tree.entry(self.path).kind == "absent"

    @property
    def why_not_a_name(self) -> str:
        """Why the path cannot be the name of one file: it is prose, or has a placeholder. Empty if
        it can.
        """
        if self._is_prose:
            return "it reads as prose; put a path here and the words into `provides`"
        unknown = placeholder(self.path)
        if not unknown:
            return ""
        return f"{shown(unknown)} stands for a name that is not known here; write the name"

    @property
    def _is_prose(self) -> bool:
        """Whether the path is a sentence, not a file name with spaces in it."""
        words = self.path.split()
        if len(words) < 2:
            return False
        ends_like_a_file = _EXTENSION.search(words[-1]) is not None
        return not (ends_like_a_file and (len(words) <= 3 or "/" in words[0]))

    def impossible(self) -> Outcome | None:
        """Return the outcome for a text that cannot be a path of the repository, otherwise None."""
        if not self.path or "\0" in self.path:
            return Outcome("unproven", "it names no path")
        if leaves(self.path):
            reason = f"{shown(self.path)} leaves the repository; name a path relative to its root"
            return Outcome("fail", reason)
        if posixpath.normpath(self.path).split("/")[0].lower() == ".git":
            return Outcome("fail", f"{shown(self.path)} is git's own, not a file of the repository")
        return None

    def present(self) -> Outcome:
        """Check a file that should exist."""
        if self.is_glob:
            return self.combined(self.matching_files())
        if self.path.endswith("/"):
            hint = f"a final `/` names a folder; name a file, or `{self.path}**`"
            return Outcome("fail", f"{shown(self.path)} is not there as a file: {hint}")
        entry = self.tree.entry(self.path)
        if entry.kind != "absent":
            return self.combined([self.file(self.path, entry)])
        if self.why_not_a_name:
            reason = f"{shown(self.path)} does not name a file: {self.why_not_a_name}"
            return Outcome("unproven", reason)
        return Outcome("fail", f"{shown(self.path)} is not there{similar(self.path, self.tree)}")

    def absent(self) -> Outcome:
        """Check `should_not_exist`: the path has no entry, not even a broken link."""
        path = self.path.rstrip("/")
        kind = self.tree.entry(path).kind
        if kind in _UNKNOWN:
            return Outcome("unproven", f"{shown(path)}: {_UNKNOWN[kind]}")
        try:
            existing = [path] if kind != "absent" else self._existing(path)
        except GitFailed as error:
            return _unlisted(error)
        if existing:
            evidence = (Evidence(existing[0], None, kind),)
            return Outcome("fail", f"{shown(existing[0])} is there, and should not be", evidence)
        if self.required.checks or self.required.undecided:
            but = (
                *self.required.undecided,
                "its other conditions cannot hold for a file that should not exist",
            )[0]
            return Outcome("unproven", f"{shown(path)} is not there, as it should be, but {but}")
        if self.why_not_a_name or "\\" in path or "::" in path:
            reason = f"{shown(path)} does not read as a path, so its absence proves nothing"
            return Outcome("unproven", reason)
        return Outcome("pass", f"nothing is at {shown(path)}", (Evidence(path, None, "absent"),))

    def _existing(self, path: str) -> list[str]:
        return matches(path, self.tree) if self.is_glob else exact(path, self.tree)

    def matching_files(self) -> list[Outcome]:
        """Check every regular file that a glob matches; other entries do not count."""
        try:
            paths = matches(self.path, self.tree)
        except GitFailed as error:
            return [_unlisted(error)]
        entries = [(path, self.tree.entry(path)) for path in paths]
        outcomes = [
            self.file(path, entry)
            for path, entry in entries
            if entry.kind not in (*_NOT_A_FILE, "absent")
        ]
        return outcomes or [Outcome("fail", f"no file matches {shown(self.path)}")]

    def file(self, path: str, entry: TreeEntry) -> Outcome:
        """Check the entry at one path."""
        if entry.kind in _NOT_A_FILE:
            reason = f"{shown(path)} is not there as a file: {_NOT_A_FILE[entry.kind]}"
            return Outcome("fail", reason)
        if entry.kind in _UNKNOWN:
            return Outcome("unproven", f"{shown(path)}: {_UNKNOWN[entry.kind]}")
        here = (Evidence(path, None, "file"),)
        if not self.required.checks:
            return Outcome("pass", f"{shown(path)} is there", here)
        if entry.size > self.limit:
            size = f"{entry.size} bytes, the limit is {self.limit}"
            reason = f"{shown(path)} is there, but too large to read: {size}"
            return Outcome("unproven", reason, here)
        try:
            source = Source.of(path, self.tree.read(path))
        except Unreadable as error:
            return Outcome("unproven", f"{shown(path)} cannot be read: {error}", here)
        result = self._content(path, source)
        rest = (
            ", and meets its conditions" if result.verdict == "pass" else f", but {result.reason}"
        )
        return Outcome(result.verdict, f"{shown(path)} is there{rest}", (*here, *result.evidence))

    def _content(self, path: str, source: Source) -> Outcome:
        code = Code(path, as_lines(source.text))
        content = Content(code, Files(self.tree, self.limit), "\0" in source.text)
        return together([check(content) for check in self.required.checks])

    def combined(self, outcomes: list[Outcome]) -> Outcome:
        """Return one outcome for all files; a pass is undecided if a condition is unreadable."""
        outcome = together(outcomes, _MOST_SHOWN)
        if outcome.verdict == "fail" or not self.required.undecided:
            return outcome
        reasons = "; ".join((outcome.reason, *self.required.undecided))
        return Outcome("unproven", reasons, outcome.evidence)


def _unlisted(error: GitFailed) -> Outcome:
    return Outcome("unproven", f"the files of the tree cannot be listed: {error.message}")
