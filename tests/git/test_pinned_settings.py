"""Every setting of git is pinned in the calls of forge, read on purpose, or of no concern."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from forge.git.pinned_settings import PINNED
from tests.conftest import ROOT

SOURCE = ROOT / "src/forge"

NEVER_CALLED = {
    # sections of commands, or of families of them, that forge never starts
    "am": ("am",),
    "apply": ("apply",),
    "bitmappseudomerge": (),
    "blame": ("blame",),
    "browser": (),
    "bundle": ("bundle",),
    "checkout": ("checkout", "switch"),
    "clone": ("clone",),
    "commitgraph": ("commit-graph",),
    "completion": (),
    "credential": ("credential",),
    "credentialcache": (),
    "credentialstore": (),
    "difftool": ("difftool",),
    "fastimport": ("fast-import",),
    "fetch": ("fetch",),
    "fsck": ("fsck",),
    "gc": ("gc",),
    "gitcvs": (),
    "gitweb": (),
    "grep": ("grep",),
    "gui": (),
    "guitool": (),
    "help": ("help",),
    "http": ("fetch", "push"),
    "imap": ("imap-send",),
    "instaweb": (),
    "interactive": (),
    "lsrefs": ("upload-pack",),
    "mailinfo": ("mailinfo",),
    "man": ("help",),
    "merge": ("merge",),
    "mergetool": ("mergetool",),
    "notes": ("notes",),
    "pack": ("pack-objects",),
    "promisor": ("fetch",),
    "protocol": ("fetch",),
    "pull": ("pull",),
    "push": ("push",),
    "rebase": ("rebase",),
    "receive": ("receive-pack",),
    "remote": ("fetch", "push", "remote"),
    "remotes": ("fetch", "push", "remote"),
    "repack": ("repack",),
    "replay": ("replay",),
    "rerere": ("rerere",),
    "revert": ("revert",),
    "sendemail": ("send-email",),
    "sequence": ("rebase",),
    "showbranch": ("show-branch",),
    "ssh": ("fetch", "push"),
    "stash": ("stash",),
    "tag": ("tag",),
    "tar": ("archive",),
    "transfer": ("fetch", "push"),
    "uploadarchive": ("upload-archive",),
    "uploadpack": ("upload-pack",),
    "uploadpackfilter": ("upload-pack",),
    "url": ("fetch", "push"),
    "web": (),
}
"""Sections that matter only to these commands; without any, to a program that is not git's core."""

ON_PURPOSE = {
    # the user's word on how files are stored, and on what is ignored and hidden
    "core.attributesfile": "attributes are the user's, and guarded",
    "core.autocrlf": "how files are stored",
    "core.eol": "how files are stored",
    "core.checkroundtripencoding": "how files are stored",
    "core.safecrlf": "whether such a file is refused",
    "core.excludesfile": "what is ignored, and guarded",
    "core.filemode": "what the file system can",
    "core.ignorecase": "what the file system can",
    "core.symlinks": "what the file system can",
    "core.precomposeunicode": "what the file system can",
    "core.hidedotfiles": "what the file system can",
    "core.protecthfs": "which names are refused",
    "core.protectntfs": "which names are refused",
    "core.checkstat": "what the file system can",
    "core.trustctime": "what the file system can",
    "core.sharedrepository": "modes in the git directory",
    "core.sparsecheckout*": "what is in the tree; hidden paths are unproven",
    "core.worktree": "where the tree is: git is asked",
    "core.bare": "what the repository is",
    "core.repositoryformatversion": "what the repository is",
    "core.logallrefupdates": "whether there are reflogs",
    "core.hookspath": "the user's hooks, in commits; guarded",
    "core.prefersymlinkrefs": "how HEAD is stored; read as a link too",
    "diff.<driver>.*": "binary or not; --no-textconv and --no-ext-diff elsewhere",
    "extensions.*": "what the repository is",
    "safe.*": "what git refuses",
    "filter.<driver>.*": "how files are stored; guarded",
    "index.*": "how the index is stored; what cannot be read fast is asked of git",
    "feature.*": "groups of settings, each of which is in this table",
    "sparse.*": "what is in the tree",
    "submodule.<name>.ignore": "the user's word on what counts as changed",
    "user.*": "identity and key",
    "author.*": "identity",
    "committer.*": "identity",
    "commit.gpgsign": "the user's commits are signed as by hand",
    "gpg.*": "the user's commits are signed as by hand",
    "init.templatedir": "the user's, for the demo; guarded",
    "core.pager": "the user's, for the user's terminal; guarded",
    "core.editor": "the user's, for `forge edit`; guarded",
    "pager.*": "the user's, for the user's terminal; guarded",
    "include.path": "settings, followed and guarded",
    "includeif.*": "settings, followed and guarded",
    "trace2.*": "the user's own tracing",
}

NO_CONCERN = {
    "advice.*": "hints in the text of an error",
    "alias.*": "git's own commands cannot be replaced",
    "add.interactive.usebuiltin": "nothing is added interactively",
    "branch.<name>.*": "nothing is pulled or pushed",
    "branch.sort": "branches are listed by for-each-ref with its own order",
    "versionsort.*": "refs are not sorted by version",
    "clean.*": "`git clean` is never called; files are removed by name",
    "color.*.*": "colors are off",
    "color.grep": "never called",
    "color.interactive": "never called",
    "color.showbranch": "never called",
    "color.push": "never called",
    "color.remote": "never called",
    "color.transport": "never called",
    "color.pager": "git has no terminal",
    "column.clean": "never called",
    "column.tag": "never called",
    "commit.cleanup": "--cleanup=verbatim",
    "commit.template": "-F takes precedence",
    "core.alternaterefs*": "nothing is fetched",
    "core.askpass": "nothing is fetched",
    "core.commentchar": "--cleanup=verbatim",
    "core.commentstring": "--cleanup=verbatim",
    "core.commitgraph": "speed",
    "core.multipackindex": "speed",
    "core.compression": "size on the disk",
    "core.loosecompression": "size on the disk",
    "core.createobject": "how a file is made",
    "core.deltabasecachelimit": "speed",
    "core.packedgit*": "speed",
    "core.preloadindex": "speed",
    "core.untrackedcache": "speed; git checks it",
    "core.splitindex": "how the index is stored",
    "splitindex.*": "how the index is stored",
    "core.filesreflocktimeout": "patience",
    "core.packedrefstimeout": "patience",
    "core.lockfilepid": "what is in a lock",
    "core.fsmonitorhookversion": "no monitor is asked",
    "fsmonitor.*": "no monitor is asked",
    "core.fsyncobjectfiles": "core.fsync takes precedence",
    "core.gitproxy": "nothing is fetched",
    "core.sshcommand": "nothing is fetched",
    "core.maxtreedepth": "a limit",
    "core.notesref": "notes are not printed",
    "core.restrictinheritedhandles": "Windows",
    "core.unsetenvvars": "Windows",
    "core.usereplacerefs": "GIT_NO_REPLACE_OBJECTS takes precedence",
    "core.warnambiguousrefs": "refs are named in full",
    "core.whitespace": "whitespace is not judged by git",
    "diff.colormovedws": "colors are off",
    "diff.dirstat": "--dirstat is not used",
    "diff.external": "--no-ext-diff",
    "diff.guitool": "never called",
    "diff.tool": "never called",
    "diff.noindex": "never called",
    "diff.renamelimit": "renames are off, or asked for with a limit",
    "diff.statgraphwidth": "--stat is not used",
    "diff.statnamewidth": "--stat is not used",
    "diff.trustexitcode": "--no-ext-diff",
    "diff.wordregex": "words are not compared",
    "format.[!p]*": "format-patch is never called",
    "init.default*": "a branch is named; a clone has its format",
    "log.diffmerges": "-c says how",
    "log.excludedecoration": "no decoration",
    "log.graphcolors": "no graph",
    "log.initialdecorationset": "no decoration",
    "mailmap.*": "log.mailmap is off",
    "maintenance.[!a]*": "no maintenance starts",
    "pretty.*": "formats are given in full",
    "status.displaycommentprefix": "--porcelain",
    "status.renamelimit": "renames are off",
    "submodule.[!ra<]*": "nothing is fetched",
    "submodule.active": "submodules are not entered",
    "submodule.al*": "nothing is fetched",
    "submodule.<name>.[!i]*": "submodules are not entered",
    "trailer.[!s]*": "messages are complete when git gets them",
    "worktree.userelativepaths": "both forms are read",
}


def settings() -> list[str]:
    """Return the settings that this git knows, in lower case."""
    done = subprocess.run(["git", "help", "--config"], capture_output=True, text=True, check=True)
    names = [line.strip().lower() for line in done.stdout.splitlines()]
    return [name for name in names if re.fullmatch(r"[a-z0-9]+\.\S+", name)]


def pinned() -> set[str]:
    return {word.partition("=")[0].lower() for word in PINNED if "=" in word}


def homes(name: str) -> list[str]:
    """Return where a setting is accounted for."""
    found = ["pinned"] if name in pinned() else []
    if name.partition(".")[0] in NEVER_CALLED:
        found.append("never called")
    for table, names in (("on purpose", ON_PURPOSE), ("no concern", NO_CONCERN)):
        found += [f"{table}: {name}" for pattern in names if fnmatchcase(name, pattern)]
    return found


def test_every_setting_of_git_is_accounted_for() -> None:
    known = settings()
    assert len(known) > 500
    missing = [name for name in known if not homes(name)]
    assert missing == [], "pin it, or say in a table here why it need not be"


def test_what_is_pinned_is_not_called_harmless() -> None:
    for name in pinned():
        assert homes(name) == ["pinned"], name


def first_words(module: Path) -> Iterator[str]:
    """Yield the first word of each call and tuple of a module that starts git, options left out."""
    text = module.read_text()
    if "program" not in text and ".git(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        parts = getattr(node, "args", None) or getattr(node, "elts", None)
        for part in parts if isinstance(parts, list) else ():
            word = part.value if isinstance(part, ast.Constant) else None
            if isinstance(word, str) and not word.startswith("-") and "=" not in word:
                yield word
                break


def called() -> set[str]:
    """Return git's commands that forge may call: every such word that is the name of one."""
    done = subprocess.run(["git", "--list-cmds=main"], capture_output=True, text=True, check=True)
    modules = [path for path in SOURCE.rglob("*.py") if "front" not in path.parts]
    words = {word for module in modules for word in first_words(module)}
    return words & set(done.stdout.split())


@pytest.mark.parametrize("section", sorted(NEVER_CALLED))
def test_no_command_of_a_section_that_is_left_out_is_called(section: str) -> None:
    assert not called() & set(NEVER_CALLED[section])


def test_the_commands_are_found() -> None:
    assert {"status", "diff", "log", "update-index", "worktree", "var"} <= called()
