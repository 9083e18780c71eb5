"""A whole run under settings of git that change what it prints or writes."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

SETTINGS = """
advice.detachedHead=false advice.statusHints=false branch.autoSetupMerge=always
branch.autoSetupRebase=always branch.sort=-committerdate color.ui=always color.branch=always
color.diff=always color.grep=always color.interactive=always color.showBranch=always
color.status=always column.ui=always column.branch=always column.status=always
column.tag=always commit.cleanup=strip commit.status=true commit.verbose=2 core.abbrev=4
core.bigFileThreshold=1 core.checkStat=minimal core.commentChar=% core.compression=0
core.deltaBaseCacheLimit=1k core.ignoreStat=true core.logAllRefUpdates=always
core.looseCompression=9 core.pager=false core.preloadIndex=false core.quotePath=true
core.safecrlf=warn core.trustctime=false core.untrackedCache=true core.warnAmbiguousRefs=false
core.whitespace=-blank-at-eol diff.algorithm=patience diff.autoRefreshIndex=false
diff.colorMoved=zebra diff.context=0 diff.dirstat=lines diff.dstPrefix=to/ diff.external=echo
diff.ignoreSubmodules=all diff.indentHeuristic=false diff.interHunkContext=9
diff.mnemonicPrefix=true diff.noPrefix=true diff.orderFile=README.md diff.relative=true
diff.renameLimit=1 diff.renames=copies diff.srcPrefix=from/ diff.statGraphWidth=3
diff.submodule=log diff.suppressBlankEmpty=true diff.wordRegex=. diff.wsErrorHighlight=all
fetch.prune=true format.coverLetter=true format.pretty=fuller format.signOff=true gc.auto=0
grep.column=true grep.fullName=true grep.lineNumber=true grep.patternType=perl
help.autoCorrect=1 i18n.commitEncoding=ISO-8859-1 i18n.logOutputEncoding=UTF-16
index.threads=1 index.version=4 interactive.singleKey=true log.abbrevCommit=true log.date=relative
log.decorate=full log.diffMerges=on log.follow=true log.mailmap=false log.showRoot=false
log.showSignature=true merge.conflictStyle=diff3 merge.ff=false merge.log=true merge.renames=false
merge.stat=false merge.verbosity=5 notes.displayRef=* pager.config=false pager.diff=false
pager.log=false pager.status=false pull.rebase=true push.default=nothing rebase.autoSquash=true
rebase.autoStash=true rerere.enabled=true stash.showPatch=true status.aheadBehind=false
status.branch=true status.displayCommentPrefix=true status.relativePaths=false
status.renames=copies status.short=true status.showStash=true status.showUntrackedFiles=no
status.submoduleSummary=true submodule.recurse=true tag.sort=-taggerdate trailer.separators=#
trailer.ifexists=replace trailer.where=start worktree.guessRemote=true
""".split()


def failure_under(sandbox: Sandbox, settings: list[str]) -> str:
    """Carry a plan through run, views, rollback and undo; return what went wrong, or nothing."""
    for setting in settings:
        name, _, value = setting.partition("=")
        sandbox.git("config", name, value)
    tasks = [
        Task("Task 1: Schreib ß", "a.txt, ü.txt", auto("grep -q eins a.txt")),
        Task("Task 2: Ändere es", "a.txt", auto("grep -q zwei a.txt")),
        Task("Task 3: Prüfe es", "", auto("cat a.txt")),
    ]
    both = f"{writes('a.txt', 'eins')}; {writes('ü.txt', 'x')}"
    must = 'must_haves:\n  truths:\n    - statement: "it is"\n      verify: test -s a.txt\n'
    case = Case(
        sandbox,
        tasks,
        {1: both, 2: writes("a.txt", "zwei")},
        files=("a.txt", "ü.txt"),
        must_haves=must,
    )
    case.set_up()
    for words in (
        ("execute", "01-01", "--approve"),
        ("verify", "01-01"),
        ("replay",),
        ("show", "01-01"),
        ("log",),
        ("diff",),
        ("report",),
        ("audit",),
        ("status",),
        ("rollback",),
        ("undo",),
        ("replay",),
    ):
        done = sandbox.forge(*words)
        if done.code:
            return f"{words}: {done.err}{done.out}"
    changed = [line for line in sandbox.status() if "report" not in line]
    subjects = sandbox.git("-c", "i18n.logOutputEncoding=UTF-8", "log", "--format=%s")
    if "Schreib ß" not in subjects:
        return f"the message is not in UTF-8: {subjects}"
    return "\n".join(changed)


def culprits(make: object, settings: list[str]) -> list[str]:
    """Return a small part of the settings under which a run still fails, by halving."""
    while len(settings) > 1:
        half = len(settings) // 2
        for number, part in enumerate((settings[:half], settings[half:])):
            sandbox = make(f"{half}-{number}")  # type: ignore[operator]
            sandbox.write("README.md", "x\n")
            sandbox.commit()
            if failure_under(sandbox, part):
                settings = part
                break
        else:
            return settings
    return settings


@pytest.mark.parametrize("hook", [False, True])
def test_a_whole_run_under_many_settings(
    sandbox: Sandbox, make_sandbox: object, hook: bool
) -> None:
    assert len(SETTINGS) > 90
    if hook:
        sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n").chmod(0o755)
    failure = failure_under(sandbox, SETTINGS)
    assert not failure, f"{failure}\nfails under: {culprits(make_sandbox, SETTINGS)}"
