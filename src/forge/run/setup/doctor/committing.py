"""Checks of what git needs for a commit: an identity, hooks and a signing program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from forge.git import program
from forge.git.commits.identity import identity
from forge.git.repository import Repository
from forge.run.setup.doctor.check import Check, error, passed, warning

_SIGNERS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}


def check_identity(repository: Repository) -> Iterator[Check]:
    yield passed("identity", identity(repository))


def check_hooks(repository: Repository) -> Iterator[Check]:
    folder = _hooks_folder(repository)
    names = (
        sorted(path.name for path in folder.iterdir() if path.suffix != ".sample")
        if folder.is_dir()
        else []
    )
    idle = [name for name in names if not os.access(folder / name, os.X_OK) and "." not in name]
    if idle:
        message = f"git skips {', '.join(idle)} in {folder}: not executable"
        yield warning("hooks", message, "`chmod +x` it, or remove it")
    else:
        yield passed("hooks", f"{', '.join(names)} in {folder}" if names else "none")


def _hooks_folder(repository: Repository) -> Path:
    words = ("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return Path(os.fsdecode(program.attempt(repository.root, *words).stdout).strip())


def check_signing(repository: Repository) -> Iterator[Check]:
    if _config(repository, "commit.gpgsign", "--bool") != "true":
        yield passed("signing", "commits are not signed")
        return
    form = _config(repository, "gpg.format") or "openpgp"
    signer = _signing_program(repository, form)
    if shutil.which(signer) is None:
        hint = "install it, or set `gpg.program`: result commits are signed, as yours are"
        yield error("signing", f"commits are signed with {signer}, which is not found", hint)
    elif form == "ssh" and not _config(repository, "user.signingkey"):
        message = "commits are signed by ssh, and no key is named"
        yield error("signing", message, "`git config user.signingkey FILE`")
    else:
        yield passed("signing", f"with {signer}, which may ask for a passphrase at a commit")


def _signing_program(repository: Repository, form: str) -> str:
    configured = _config(repository, f"gpg.{form}.program")
    if not configured and form == "openpgp":
        configured = _config(repository, "gpg.program")
    return configured or _SIGNERS.get(form, form)


def _config(repository: Repository, key: str, *options: str) -> str:
    done = program.settings(repository.root, "--get", *options, key)
    return done.stdout.decode("utf-8", "replace").strip()
