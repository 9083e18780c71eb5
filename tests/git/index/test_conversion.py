from __future__ import annotations

import pytest

from forge.git.index.conversion import (
    adds_unconverted,
    conversion_settings,
    folders_of,
    ignores_nothing,
    stores_unconverted,
)
from forge.git.repository import Repository
from tests.conftest import Sandbox


def test_defaults_convert_nothing(repository: Repository) -> None:
    settings = conversion_settings(repository)
    assert settings.unconverted
    assert settings.names_unconverted
    assert settings.compares_plainly
    assert settings.default_diff
    assert settings.ignore_fingerprint is not None
    assert adds_unconverted(repository)


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("core.autocrlf", "true", {"unconverted"}),
        ("core.autocrlf", "input", {"unconverted"}),
        ("core.autocrlf", "false", set()),
        ("core.attributesFile", "/some/file", {"unconverted"}),
        ("attr.tree", "HEAD", {"unconverted"}),
        ("core.fileMode", "false", {"names_unconverted", "compares_plainly"}),
        ("core.symlinks", "false", {"names_unconverted", "compares_plainly"}),
        ("core.ignoreCase", "true", {"names_unconverted", "compares_plainly"}),
        ("core.precomposeUnicode", "true", {"names_unconverted", "compares_plainly"}),
        ("core.trustctime", "false", {"compares_plainly"}),
        ("core.checkStat", "minimal", {"compares_plainly"}),
        ("core.sparseCheckout", "true", {"compares_plainly"}),
        ("diff.algorithm", "patience", {"default_diff"}),
        ("user.name", "Grace", set()),
    ],
)
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_settings_are_noticed(
    sandbox: Sandbox, repository: Repository, scope: str, name: str, value: str, changed: set[str]
) -> None:
    conversion_settings(repository)
    sandbox.git("config", "--local", "--unset-all", "core.fileMode")
    sandbox.git("config", scope, name, value)
    settings = conversion_settings(repository)
    fields = ("unconverted", "names_unconverted", "compares_plainly", "default_diff")
    assert {field for field in fields if not getattr(settings, field)} == changed


@pytest.mark.parametrize("path", [".git/info/attributes", "../home-work/.config/git/attributes"])
def test_attributes_outside_the_work_tree_may_convert(
    sandbox: Sandbox, repository: Repository, path: str
) -> None:
    sandbox.write(path, "*.txt text\n")
    assert not conversion_settings(repository).unconverted


def test_attributes_of_another_source(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ATTR_SOURCE", "HEAD")
    assert not conversion_settings(repository).unconverted


@pytest.mark.parametrize("name", ["include.path", "includeIf.onbranch:main.path"])
def test_included_files_may_change_unnoticed(
    sandbox: Sandbox, repository: Repository, name: str
) -> None:
    sandbox.git("config", name, "/nonexistent")
    settings = conversion_settings(repository)
    assert settings.ignore_fingerprint is None
    assert not (settings.unconverted or settings.names_unconverted or settings.default_diff)
    assert not ignores_nothing(repository)


def test_git_is_asked_once_per_state_of_the_files(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = conversion_settings(repository)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        assert conversion_settings(repository) == before
    sandbox.git("config", "core.autocrlf", "true")
    assert not conversion_settings(repository).unconverted


def test_the_ignore_fingerprint_changes_with_the_rules(
    sandbox: Sandbox, repository: Repository
) -> None:
    rules = sandbox.write("../rules", "*.a\n")
    fingerprints = {conversion_settings(repository).ignore_fingerprint}
    sandbox.write(".git/info/exclude", "*.bb\n")
    fingerprints.add(conversion_settings(repository).ignore_fingerprint)
    sandbox.write("../home-work/.config/git/ignore", "*.c\n")
    fingerprints.add(conversion_settings(repository).ignore_fingerprint)
    sandbox.git("config", "core.excludesFile", str(rules))
    fingerprints.add(conversion_settings(repository).ignore_fingerprint)
    rules.write_text("*.other\n")
    fingerprints.add(conversion_settings(repository).ignore_fingerprint)
    assert len(fingerprints) == 5
    assert None not in fingerprints


def test_a_relative_excludes_file_is_unknown(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("config", "core.excludesFile", "rules")
    assert conversion_settings(repository).ignore_fingerprint is None


@pytest.mark.parametrize("text", ["", "# a comment\n\n  \n", "*.local\n"])
@pytest.mark.parametrize("place", [".git/info/exclude", "../home-work/.config/git/ignore", "rules"])
def test_whether_rules_outside_the_tree_ignore_anything(
    sandbox: Sandbox, repository: Repository, place: str, text: str
) -> None:
    sandbox.write(".git/info/exclude", "")
    path = sandbox.write(place if place != "rules" else "../rules", text)
    if place == "rules":
        sandbox.git("config", "core.excludesFile", str(path))
    assert ignores_nothing(repository) is (text != "*.local\n")


def test_attributes_above_a_file_may_convert_it(sandbox: Sandbox, repository: Repository) -> None:
    assert stores_unconverted(repository, "a/b/c.txt")
    sandbox.write("a/.gitattributes", "* text\n")
    assert not stores_unconverted(repository, "a/b/c.txt")
    assert stores_unconverted(repository, "b/c.txt")
    assert not stores_unconverted(repository, "b/c.txt", {"b/.gitattributes"})
    sandbox.write(".gitattributes", "* text\n")
    assert not stores_unconverted(repository, "b/c.txt")


def test_folders_above_a_path() -> None:
    assert list(folders_of("a/b/c")) == ["a/b", "a"]
    assert list(folders_of("a")) == []
