"""Whether an artifact is there: a regular file of the repository at the tree asked for, and every
condition on it.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left

from msgspec import Struct

from forge.check.must_haves.artifacts.conditions import (
    Content,
    Demands,
    demands,
    holds_name,
    together,
)
from forge.check.must_haves.code.file import Code, as_lines
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence, Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree, TreeEntry, Unreadable
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.scope import clean, glob_regex, leaves, placeholder
from forge.text import pattern
from forge.text.source import Source

LIMIT = 16 << 20
_MOST_SHOWN = 3
_MOST_EVIDENCE = 20
_EXTENSION = re.compile(r"\w\.\w{1,10}$")
_WITH_NAMES = re.compile(r"(?P<path>[^:]+)::(?P<names>\w+(?:::\w+)*)")
_NOT_A_FILE = {
    "folder": "it is a folder, not a file",
    "special": "it is no regular file",
    "outside": "it leads out of the repository",
}
_CANNOT_SAY = {
    "missing": "its git object is missing here",
    "unreadable": "it cannot be read",
    "submodule": "it lies in a submodule, whose files are not in this repository",
}


def judge(item: MustHave, tree: Tree, limit: int = LIMIT) -> Verdict:
    """Return the verdict on an artifact. Files larger than `limit` bytes are not read; nothing in a
    plan makes it raise.
    """
    text = _path_text(item)
    path, note = _named(text, tree) if text else ("", "")
    asked = demands(item.value)
    inner = _WITH_NAMES.fullmatch(path)
    if (
        inner and not asked.absent and tree.entry(inner["path"]).kind == "file"
    ):  # a part of it: `tests/test_a.py::test_b`
        path = inner["path"]
        asked.checks += map(holds_name, inner["names"].split("::"))
    look = _Look(path, asked, tree, limit)
    outcome = look.impossible() or (look.absent() if asked.absent else look.present())
    remark = f" ({shown(note)} behind the path is taken for a remark)" if note else ""
    return answer(item, outcome.verdict, outcome.reason + remark, outcome.evidence[:_MOST_EVIDENCE])


def _path_text(item: MustHave) -> str:
    if isinstance(item.value.data, dict):
        return (item.raw("path") or "").strip()
    return (
        ""
        if isinstance(item.value.data, list) or item.value.data is None
        else item.value.raw.strip()
    )


def _named(text: str, tree: Tree) -> tuple[str, str]:
    """Return the path in a text and the remark behind it; all of it is the path where a file of
    that very name is there.
    """
    literal = text.removeprefix("./")
    if (
        not leaves(literal)
        and not literal.endswith("/")
        and "\0" not in literal
        and tree.entry(literal).kind == "file"
    ):
        return literal, ""
    return clean(text)


class _Look(Struct, frozen=True):
    """The look at one artifact: its path, what it demands, and the tree it is looked for in."""

    path: str
    asked: Demands
    tree: Tree
    limit: int

    @property
    def is_glob(self) -> bool:
        """Whether the path has wildcards, and is no file of that very name."""
        return ("*" in self.path or "?" in self.path) and self.tree.entry(
            self.path
        ).kind == "absent"

    @property
    def no_name(self) -> str:
        """Why the path is not the name of one file: a sentence, a placeholder in it. Empty where it
        may be one.
        """
        if self._is_prose:
            return "it reads as prose; put a path here and the words into `provides`"
        stands_in = placeholder(self.path)
        return (
            f"{shown(stands_in)} stands for a name that is not known here; write the name"
            if stands_in
            else ""
        )

    @property
    def _is_prose(self) -> bool:
        """Whether the path reads as a sentence rather than as a file name with blanks in it."""
        words = self.path.split()
        file_like = (
            bool(words)
            and bool(_EXTENSION.search(words[-1]))
            and (len(words) <= 3 or "/" in words[0])
        )
        return len(words) > 1 and not file_like

    def impossible(self) -> Outcome | None:
        """Return the outcome for what cannot be a path of the repository, None where it can."""
        if not self.path or "\0" in self.path:
            return Outcome("unproven", "it names no path")
        if leaves(self.path):
            return Outcome(
                "fail",
                f"{shown(self.path)} leaves the repository; name a path relative to its root",
            )
        if posixpath.normpath(self.path).split("/")[0].lower() == ".git":
            return Outcome("fail", f"{shown(self.path)} is git's own, not a file of the repository")
        return None

    def present(self) -> Outcome:
        """Judge what should be there."""
        if self.is_glob:
            return self.settled(self.glob())
        if self.path.endswith("/"):
            hint = f"a final `/` names a folder; name a file, or `{self.path}**`"
            return Outcome("fail", f"{shown(self.path)} is not there as a file: {hint}")
        entry = self.tree.entry(self.path)
        if entry.kind != "absent":
            return self.settled([self.at(self.path, entry)])
        if self.no_name:
            return Outcome("unproven", f"{shown(self.path)} names no file: {self.no_name}")
        return Outcome("fail", f"{shown(self.path)} is not there{_elsewhere(self.path, self.tree)}")

    def absent(self) -> Outcome:
        """Judge `should_not_exist`: nothing may stand at the path, no link to nowhere either."""
        path = self.path.rstrip("/")
        kind = self.tree.entry(path).kind
        if kind in _CANNOT_SAY:
            return Outcome("unproven", f"{shown(path)}: {_CANNOT_SAY[kind]}")
        try:
            there = (
                (_matches(path, self.tree) if self.is_glob else _listed(path, self.tree))
                if kind == "absent"
                else [path]
            )
        except GitFailed as error:
            return _unlisted(error)
        if there:
            return Outcome(
                "fail",
                f"{shown(there[0])} is there, and should not be",
                (Evidence(there[0], None, kind),),
            )
        if self.asked.checks or self.asked.undecided:
            but = (
                *self.asked.undecided,
                "its other conditions cannot hold of a file that should not exist",
            )[0]
            return Outcome("unproven", f"{shown(path)} is not there, as it should be, but {but}")
        if self.no_name or "\\" in path or "::" in path:
            return Outcome(
                "unproven",
                f"{shown(path)} does not read as a path, so that it is not there says nothing",
            )
        return Outcome("pass", f"nothing is at {shown(path)}", (Evidence(path, None, "absent"),))

    def glob(self) -> list[Outcome]:
        """Judge every regular file that a glob matches; what is no regular file does not count."""
        try:
            paths = _matches(self.path, self.tree)
        except GitFailed as error:
            return [_unlisted(error)]
        entries = [(path, self.tree.entry(path)) for path in paths]
        files = [
            self.at(path, entry)
            for path, entry in entries
            if entry.kind not in (*_NOT_A_FILE, "absent")
        ]
        return files or [Outcome("fail", f"no file matches {shown(self.path)}")]

    def at(self, path: str, entry: TreeEntry) -> Outcome:
        """Judge what stands at one path."""
        if entry.kind in _NOT_A_FILE:
            return Outcome(
                "fail", f"{shown(path)} is not there as a file: {_NOT_A_FILE[entry.kind]}"
            )
        if entry.kind in _CANNOT_SAY:
            return Outcome("unproven", f"{shown(path)}: {_CANNOT_SAY[entry.kind]}")
        here = (Evidence(path, None, "file"),)
        if not self.asked.checks:
            return Outcome("pass", f"{shown(path)} is there", here)
        if entry.size > self.limit:
            size = f"{entry.size} bytes, the limit is {self.limit}"
            return Outcome(
                "unproven", f"{shown(path)} is there, but too large to look into: {size}", here
            )
        try:
            source = Source.of(path, self.tree.read(path))
        except Unreadable as error:
            return Outcome("unproven", f"{shown(path)} cannot be read: {error}", here)
        content = Content(
            Code(path, as_lines(source.text)), Files(self.tree, self.limit), "\0" in source.text
        )
        found = together([check(content) for check in self.asked.checks])
        rest = (
            ", and so is all that is asked of it"
            if found.verdict == "pass"
            else f", but {found.reason}"
        )
        return Outcome(found.verdict, f"{shown(path)} is there{rest}", (*here, *found.evidence))

    def settled(self, files: list[Outcome]) -> Outcome:
        """Return the outcome over all files; one that would pass is unproven where a condition
        could not be read.
        """
        outcome = together(files, _MOST_SHOWN)
        if outcome.verdict == "fail" or not self.asked.undecided:
            return outcome
        return Outcome(
            "unproven", "; ".join((outcome.reason, *self.asked.undecided)), outcome.evidence
        )


def _unlisted(error: GitFailed) -> Outcome:
    return Outcome("unproven", f"the files of the tree cannot be listed: {error.message}")


def _listed(path: str, tree: Tree) -> list[str]:
    """Return the path where the tree has an entry of any kind there. Raises GitFailed."""
    files = tree.files()
    at = bisect_left(files, path)
    return [path] if files[at : at + 1] == [path] else []


def _matches(glob: str, tree: Tree) -> list[str]:
    """Return the paths that a glob matches; brackets and braces in it are letters. Raises
    GitFailed.
    """
    try:
        wanted = pattern.compile_pattern(f"(?s:{_sayable(glob_regex(glob))})")
    except pattern.BadPattern:
        return []
    start = re.split(r"[*?]", glob, maxsplit=1)[0]
    files = tree.files()
    found = []
    for path in files[bisect_left(files, start) :]:
        if not path.startswith(start):
            break
        if wanted.fullmatch(_sayable(path)):
            found.append(path)
    return found


def _sayable(text: str) -> str:
    """Return a text with what UTF-8 cannot say replaced, as file names of other encodings hold
    it.
    """
    return text.encode("utf-8", "replace").decode()


def _elsewhere(path: str, tree: Tree) -> str:
    """Return in words where a file like one that is not there stands, as far as the tree tells."""
    if "\\" in path:
        return (
            f": a backslash is a letter of its name here; write {shown(path.replace(chr(92), '/'))}"
        )
    try:
        files = tree.files()
    except GitFailed:
        return ""
    same = next(
        (file for file in files if len(file) == len(path) and file.lower() == path.lower()), None
    )
    if same:
        return f"; {shown(same)} is, in other upper and lower case"
    name = posixpath.basename(path)
    found = [
        file for file in files if name and file.endswith(name) and posixpath.basename(file) == name
    ]
    where = (
        ", ".join(map(shown, found)) if len(found) <= _MOST_SHOWN else f"{len(found)} other places"
    )
    return f"; a file of that name is at {where}" if found else ""
