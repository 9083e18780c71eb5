"""The files outside of any diff that git obeys: hooks, settings, attributes, ignore rules, and the
programs that settings name.

The list is computed from git's own configuration, so it follows `core.hooksPath`, included files
(those that are inactive or missing now as well), submodules and the environment.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from forge import regular
from forge.git.effective_settings import Setting, SettingsReader, resolved
from forge.git.file_signature import Signatures, sign, sign_folder, stamp
from forge.git.hook_names import HOOK_NAMES
from forge.git.index.submodules import submodule_paths
from forge.git.repository import Repository
from forge.git.settings_files import global_settings, user_files, xdg_folder

_DEEPEST_MODULE = 8
_SYSTEM = ("/etc/gitconfig", "/etc/gitattributes")
_IN_COMMON = (
    "config",
    "config.worktree",
    "shallow",
    "objects",
    "refs",
    "objects/info/alternates",
    "objects/info/http-alternates",
)
_FOLDERS_IN_COMMON = ("info", "remotes", "branches", "refs/replace")
_FILES_OF_MODULE = ("config", "config.worktree", "commondir", "objects/info/alternates")
_NOT_SIGNED = ("/info/refs",)  # written by `git update-server-info`, and never obeyed
_FILE_SETTINGS = {
    "core.attributesfile",
    "core.excludesfile",
    "commit.template",
    "mailmap.file",
    "gpg.ssh.allowedsignersfile",
    "gpg.ssh.revocationfile",
}
_COMMANDS = re.compile(
    r"""alias\..*
    | core\.(?:fsmonitor|sshcommand|gitproxy|askpass|editor|pager|alternaterefscommand)
    | credential\.(?:.*\.)?helper
    | diff\.(?:external|.*\.(?:command|textconv))
    | filter\..*\.(?:clean|smudge|process)
    | gpg\.(?:.*\.)?program | gpg\.ssh\.defaultkeycommand
    | hook\..*\.command
    | interactive\.difffilter
    | merge\..*\.driver
    | pager\..*
    | sequence\.editor
    | trailer\..*\.(?:cmd|command)
    | uploadpack\.packobjectshook""",
    re.S | re.X,
)
_STARTED = ("git", "sh", "gpg", "ssh-keygen", "less")
"""Programs that git, or forge for git, looks for on PATH unless a setting names another one."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_REPLACING = re.compile(rb"^[0-9a-f]+ refs/replace/.*$", re.M)
_WORD = re.compile(r"""[^\s'"|;&<>()`$]+""")


class Places(Struct, frozen=True):
    """Where git looks: files, folders of hooks and rules with everything in them, and `programs`
    on PATH, of which size and times are enough. `settings` are the files that decide about all of
    these.
    """

    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


class _Listing:
    """Collects places while settings are read."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.settings: dict[str, None] = {}
        self.files: dict[str, None] = {}
        self.folders: dict[str, None] = {}
        self.names = dict.fromkeys(_STARTED)

    def add(self, settings: Iterable[Setting], folder: str) -> None:
        """Add what settings name; relative paths start at `folder`."""
        for setting in settings:
            if setting.file is not None:
                self.settings[setting.file] = None
            if setting.name == "core.hookspath":
                self._add_hooks(resolved(setting.value, folder))
            elif setting.name == "init.templatedir":
                self._add_hooks(f"{resolved(setting.value, folder)}/hooks")
            elif setting.name in _FILE_SETTINGS:
                self.files[resolved(setting.value, folder)] = None
            elif _COMMANDS.fullmatch(setting.name):
                self._add_command(setting, folder)

    def add_repository(self, git_dir: str, names: Iterable[str], folders: Iterable[str]) -> None:
        """Add what a git directory holds."""
        for name in names:
            self.files[f"{git_dir}/{name}"] = None
        for name in folders:
            self.folders[f"{git_dir}/{name}"] = None

    def _add_hooks(self, folder: str) -> None:
        """Add a folder of hooks. If it contains the work tree, only the hooks themselves count; in
        the work tree, hooks in the folder above it may be what its own hooks call (husky).
        """
        if _contains(folder, self.root):
            self.files.update(dict.fromkeys(f"{folder}/{name}" for name in HOOK_NAMES))
            return
        self.folders[folder] = None
        above = os.path.dirname(folder.rstrip("/"))
        if _contains(self.root, above):
            self.files.update(dict.fromkeys(f"{above}/{name}" for name in HOOK_NAMES))

    def _add_command(self, setting: Setting, folder: str) -> None:
        """Add the files that the words of a command may name, and the names to look for on PATH."""
        words = _WORD.findall(setting.value)
        if setting.name.startswith("alias."):
            words = words[:1] if setting.value.startswith("!") else []
        for word in words:
            path = resolved(word.lstrip("!"), folder)
            if not word.startswith("-") and ("/" in word or os.path.isfile(path)):
                self.files[path] = None
            elif _NAME.fullmatch(word.lstrip("!")):
                self.names[word.lstrip("!")] = None

    def places(self) -> Places:
        on_path = [os.path.join(self.root, folder) for folder in os.get_exec_path()]
        return Places(
            tuple(self.settings),
            tuple(dict.fromkeys((*self.settings, *self.files))),
            tuple(self.folders),
            tuple(f"{folder}/{name}" for folder in on_path for name in self.names),
        )


_known: dict[tuple[object, ...], tuple[Places, Signatures]] = {}


def places(repository: Repository) -> Places:
    """Return the paths that git obeys; settings are listed again if one of their files changed."""
    key = (repository.root, repository.git_dir, *_environment())
    known = _known.get(key)
    if known is not None and _settings_signed(repository, known[0]) == known[1]:
        return known[0]
    listed = _listed(repository)
    _known[key] = listed, _settings_signed(repository, listed)
    return listed


def signatures(repository: Repository, looked_at: Places | None = None) -> Signatures:
    """Return a signature of each guarded file that exists, by path: content, mode and type.

    Without `looked_at` git may be started to list its settings.
    """
    where = looked_at or places(repository)
    signed: Signatures = {}
    for path in where.files:
        sign(path, signed)
    for folder in where.folders:
        sign_folder(folder, signed)
    for path in where.programs:
        stamp(path, signed)
    _sign_replacements(repository, signed)
    for git_dir in _module_dirs(repository):
        _sign_module(git_dir, signed)
    for path in submodule_paths(repository):
        place = f"{repository.root}/{path}/.git"
        sign(place, signed)
        if os.path.isdir(place):
            _sign_module(place, signed)
    return {path: text for path, text in signed.items() if not path.endswith(_NOT_SIGNED)}


def hook_files(repository: Repository) -> list[str]:
    """Return the files of the clone's own hooks folder, without git's samples, which never run."""
    signed: Signatures = {}
    sign_folder(f"{repository.common_dir}/hooks", signed)
    return list(signed)


def _sign_module(git_dir: str, signed: Signatures) -> None:
    for name in _FILES_OF_MODULE:
        sign(f"{git_dir}/{name}", signed)
    for name in ("hooks", "info"):
        sign_folder(f"{git_dir}/{name}", signed)


def _sign_replacements(repository: Repository, signed: Signatures) -> None:
    """Sign the packed refs that replace objects: git and hooks see other objects in their place."""
    path = f"{repository.common_dir}/packed-refs"
    try:
        packed = regular.read(path, most=regular.LARGEST_IN_TREE)
    except OSError:
        return
    if lines := _REPLACING.findall(packed):
        signed[f"{path} (refs/replace)"] = hashlib.sha256(b"\n".join(lines)).hexdigest()


def _settings_signed(repository: Repository, where: Places) -> Signatures:
    signed: Signatures = {}
    for path in (*where.settings, *map("{}/config".format, _repositories(repository))):
        sign(path, signed)
    return signed


def _listed(repository: Repository) -> Places:
    """Return the paths that git's settings name, those of submodules included."""
    root, common = os.fspath(repository.root), os.fspath(repository.common_dir)
    listing = _Listing(root)
    listing.settings.update(dict.fromkeys(_settings_files(repository)))
    listing.add_repository(common, _IN_COMMON, _FOLDERS_IN_COMMON)
    listing.add_repository(
        os.fspath(repository.git_dir), ("config.worktree", "commondir", "gitdir"), ("info",)
    )
    listing.folders[f"{common}/hooks"] = None
    listing.files.update(dict.fromkeys((*_SYSTEM, *user_files(), f"{root}/.git")))
    for name in _names(f"{common}/worktrees"):
        listing.files[f"{common}/worktrees/{name}/config.worktree"] = None
    reader = SettingsReader(repository)
    listing.add(reader.all(), root)
    for git_dir in _repositories(repository):
        settings = list(reader.of_file(f"{git_dir}/config"))
        folder = next((s.value for s in settings if s.name == "core.worktree"), None)
        listing.add(settings, resolved(folder, git_dir) if folder else os.path.dirname(git_dir))
    return listing.places()


def _settings_files(repository: Repository) -> Iterator[str]:
    """Yield the files in which git looks for settings first."""
    yield os.environ.get("GIT_CONFIG_SYSTEM") or _SYSTEM[0]
    yield from global_settings()
    yield f"{xdg_folder()}/config"
    yield f"{repository.common_dir}/config"
    yield f"{repository.git_dir}/config.worktree"


def _environment() -> tuple[tuple[str, str], ...]:
    """Return the variables that decide which settings there are."""
    names = ("HOME", "XDG_CONFIG_HOME", "PATH")
    return tuple(
        (name, value)
        for name, value in sorted(os.environ.items())
        if name in names or name.startswith("GIT_CONFIG")
    )


def _contains(folder: str, place: str) -> bool:
    """Return whether a place is a folder or below it, links resolved."""
    outer, inner = os.path.realpath(folder), os.path.realpath(place)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _repositories(repository: Repository) -> Iterator[str]:
    """Yield the git directories of submodules."""
    yield from _module_dirs(repository)
    for path in submodule_paths(repository):
        if os.path.isdir(place := f"{repository.root}/{path}/.git"):
            yield place


def _module_dirs(repository: Repository) -> Iterator[str]:
    for git_dir in dict.fromkeys((repository.common_dir, repository.git_dir)):
        yield from _modules_below(f"{git_dir}/modules", _DEEPEST_MODULE)


def _modules_below(folder: str, depth: int) -> Iterator[str]:
    for name in _names(folder) if depth else ():
        place = f"{folder}/{name}"
        if os.path.exists(f"{place}/config") or os.path.exists(f"{place}/HEAD"):
            yield place
            yield from _modules_below(f"{place}/modules", depth - 1)
        elif os.path.isdir(place):
            yield from _modules_below(place, depth - 1)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
