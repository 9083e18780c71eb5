"""Settings of git that forge's own calls depend on, whatever the user's settings say.

They concern bytes that git writes and output that forge reads. Settings that say how the user's
files are stored (`core.autocrlf`, filters, `core.excludesFile`) are the user's and stay.
"""

from __future__ import annotations

_SETTINGS = {
    # Objects and refs are flushed to the disk.
    "core.fsync": "committed,reference",
    "core.fsyncMethod": "fsync",
    # No maintenance starts: it would outlive the command, and leave a lock if killed.
    "maintenance.auto": "false",
    # No file system monitor is asked what changed: a run judges the files themselves.
    "core.fsmonitor": "false",
    # Files that git writes are not marked as unchanged for ever.
    "core.ignoreStat": "false",
    "core.quotePath": "false",
    "core.abbrev": "auto",
    "core.bigFileThreshold": "512m",
    # A file that cannot be added is an error.
    "add.ignoreErrors": "false",
    "color.ui": "false",
    "color.advice": "false",
    "color.branch": "false",
    "color.diff": "false",
    "color.status": "false",
    "column.ui": "never",
    "column.branch": "never",
    "column.status": "never",
    "diff.algorithm": "default",
    "diff.autoRefreshIndex": "true",
    "diff.colorMoved": "no",
    "diff.context": "3",
    "diff.dstPrefix": "b/",
    "diff.ignoreSubmodules": "none",
    "diff.indentHeuristic": "true",
    "diff.interHunkContext": "0",
    "diff.mnemonicPrefix": "false",
    "diff.noPrefix": "false",
    "diff.orderFile": "/dev/null",
    "diff.relative": "false",
    "diff.renames": "false",
    "diff.srcPrefix": "a/",
    "diff.submodule": "short",
    "diff.suppressBlankEmpty": "false",
    "diff.wsErrorHighlight": "none",
    "format.pretty": "medium",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "log.abbrevCommit": "false",
    "log.date": "default",
    "log.decorate": "no",
    "log.follow": "false",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "commit.status": "false",
    "commit.verbose": "false",
    "status.aheadBehind": "false",
    "status.branch": "false",
    "status.relativePaths": "true",
    "status.renames": "false",
    "status.short": "false",
    "status.showStash": "false",
    "status.showUntrackedFiles": "all",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
    "trailer.separators": ":",
    "worktree.guessRemote": "false",
    "branch.autoSetupMerge": "false",
    "branch.autoSetupRebase": "never",
}
PINNED = tuple(word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}"))
"""As arguments of the git program."""
UTF8_MESSAGE = ("-c", "i18n.commitEncoding=UTF-8")
"""What a commit in the user's name needs if the user's own messages have another encoding."""
