from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git import hooks
from forge.git.guarded_files import signatures
from forge.git.repository import Repository
from forge.git.settings_files import settings_files
from tests.conftest import Sandbox

Change = Callable[[Sandbox], object]


def add_hook(sandbox: Sandbox, name: str = "pre-commit", mode: int = 0o755) -> Path:
    hook = sandbox.write(f".git/hooks/{name}", "#!/bin/sh\n")
    hook.chmod(mode)
    return hook


CHANGES: dict[str, Change] = {
    "a hook": add_hook,
    "a setting": lambda sandbox: sandbox.git("config", "a.b", "c"),
    "a setting of the user": lambda sandbox: sandbox.git("config", "--global", "a.b", "c"),
    "attributes of the clone": lambda sandbox: sandbox.write(".git/info/attributes", "* -diff\n"),
    "ignore rules of the clone": lambda sandbox: sandbox.write(".git/info/exclude", "x\n"),
    "ignore rules of the user": lambda sandbox: sandbox.write(
        "../home-work/.config/git/ignore", "x\n"
    ),
    "grafts": lambda sandbox: sandbox.write(".git/info/grafts", "x\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_fingerprint_shows_every_change(
    sandbox: Sandbox, repository: Repository, change: str
) -> None:
    before = signatures(repository)
    assert signatures(repository) == before
    CHANGES[change](sandbox)
    assert signatures(repository) != before


def test_the_fingerprint_shows_content_and_mode_of_a_hook(
    sandbox: Sandbox, repository: Repository
) -> None:
    hook = add_hook(sandbox)
    fingerprints = [signatures(repository)]
    hook.write_text("#!/bin/sh\nexit 1\n")
    fingerprints.append(signatures(repository))
    hook.chmod(0o644)
    fingerprints.append(signatures(repository))
    assert len(set(map(str, fingerprints))) == 3


def test_samples_and_other_files_do_not_count(sandbox: Sandbox, repository: Repository) -> None:
    before = signatures(repository)
    add_hook(sandbox, "pre-commit.sample")
    sandbox.write("README.md", "changed\n")
    sandbox.commit()
    assert signatures(repository) == before


def test_a_plain_repository_does_not_affect_commits(
    sandbox: Sandbox, repository: Repository
) -> None:
    assert not hooks.affect_commits(repository)
    add_hook(sandbox, "pre-commit.sample")
    add_hook(sandbox, "post-merge", 0o644)
    sandbox.git("config", "user.signingKey", "x")
    assert not hooks.affect_commits(repository)


@pytest.mark.parametrize(
    "setting", ["commit.gpgSign", "core.hooksPath", "i18n.commitEncoding", "hook.x.command"]
)
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_settings_that_affect_commits(
    sandbox: Sandbox, repository: Repository, setting: str, scope: str
) -> None:
    sandbox.git("config", scope, setting, "true")
    assert hooks.affect_commits(repository)


def test_an_executable_hook_affects_commits_until_it_is_gone(
    sandbox: Sandbox, repository: Repository
) -> None:
    hook = add_hook(sandbox)
    assert hooks.affect_commits(repository)
    hook.unlink()
    assert not hooks.affect_commits(repository)


def test_settings_files_follow_the_variables_of_git(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/some/config")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/some/folder")
    files = settings_files(repository)
    assert "/some/config" in files
    assert "/some/folder/git/ignore" in files
    assert f"{repository.common_dir}/info/exclude" in files
