"""Settings: the repository's over the user's own, which it can only tighten; every mistake has its
place.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.errors import SettingsError
from forge.planning.settings import (
    PATH,
    PROTECTED,
    RunnerSettings,
    Settings,
    findings,
    load,
    user_path,
)
from forge.shipped import template
from forge.text.source import Source


class Places:
    """A repository's settings and a user's own."""

    def __init__(self, root: Path, user: Path) -> None:
        self.root, self.user = root, user

    def load(self, text: str | bytes | None = None, *, own: str | None = None) -> Settings:
        for place, content in ((self.root / PATH, text), (self.user / "forge/forge.yaml", own)):
            if content is not None:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(
                    content if isinstance(content, bytes) else textwrap.dedent(content).encode()
                )
        return load(self.root)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "work").mkdir()
    return Places(tmp_path / "work", tmp_path / "config")


def test_without_a_file_every_key_has_its_default(places: Places) -> None:
    assert places.load() == Settings()


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "version: 1\n", "null\n", "runner:\nrunners:\nlimits:\nscope: {}\n"]
)
def test_an_empty_file_changes_nothing(places: Places, text: str) -> None:
    assert places.load(text) == Settings()


def test_the_template_has_the_defaults(places: Places) -> None:
    assert places.load(template("forge.yaml")) == Settings()


WHOLE = """\
    version: 1
    runner: agent
    runners:
      agent:
        command: [agent, --speed, 10]
        prompt: file
        env: [TOKEN]
        timeout: 30.5
        resume_command: [agent, "{session}"]
        output: json-lines
        done: []
        failed: [type=error]
        session: [id, part.id]
        message: text
        litter: ["*.log"]
      plain: {command: [sh]}
    approvals: {plan: always, diff: always}
    scope: {max_files: 5, max_lines: 100, protect: ["secret/**"]}
    repair: {attempts: 2}
    limits: {step_timeout: 10, idle_timeout: 5, evidence_bytes: 1000, artifact_bytes: 2000}
"""


def test_every_key_is_read(places: Places) -> None:
    loaded = places.load(WHOLE)
    assert loaded.runner == "agent"
    assert loaded.runners == {
        "agent": RunnerSettings(
            ("agent", "--speed", "10"),
            "file",
            ("TOKEN",),
            30.5,
            ("agent", "{session}"),
            output="json-lines",
            done=(),
            failed=("type=error",),
            session=("id", "part.id"),
            message=("text",),
            litter=("*.log",),
        ),
        "plain": RunnerSettings(("sh",)),
    }
    assert loaded.approvals.diff == "always"
    assert (loaded.scope.max_files, loaded.scope.max_lines, loaded.scope.protect) == (
        5,
        100,
        (*PROTECTED, "secret/**"),
    )
    assert loaded.repair_attempts == 2
    assert (loaded.limits.step_timeout, loaded.limits.idle_timeout) == (10, 5)
    assert (loaded.limits.evidence_bytes, loaded.limits.artifact_bytes) == (1000, 2000)
    assert loaded.warnings == ()


def test_the_repository_wins_over_the_user_key_by_key(places: Places) -> None:
    loaded = places.load("runner: b\nlimits: {idle_timeout: 7}\n", own=WHOLE)
    assert (loaded.runner, loaded.limits.idle_timeout, loaded.limits.step_timeout) == ("b", 5, 10)
    assert set(loaded.runners) == {"agent", "plain"}


@pytest.mark.parametrize(
    ("user", "repository", "holds"),
    [
        ("never", "risky", "risky"),
        ("never", "always", "always"),
        ("risky", "never", "risky"),
        ("always", "never", "always"),
        ("always", "risky", "always"),
        ("never", "never", "never"),
        ("never", None, "never"),
        (None, "never", "risky"),
    ],
)
def test_a_repository_can_only_tighten_what_is_asked(
    places: Places, user: str | None, repository: str | None, holds: str
) -> None:
    text = None if repository is None else f"approvals: {{diff: {repository}}}\n"
    own = None if user is None else f"approvals: {{diff: {user}}}\n"
    assert places.load(text, own=own).approvals.diff == holds


def test_a_repository_can_only_add_protected_paths(places: Places) -> None:
    loaded = places.load("scope: {protect: [b]}\n", own="scope: {protect: [a]}\n")
    assert loaded.scope.protect == (*PROTECTED, "a", "b")
    assert places.load("scope: {protect: []}\n").scope.protect == (*PROTECTED, "a")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("runer: x\n", "1:1: unknown key `runer`; did you mean `runner`?"),
        ("a: 1\nwhatever: x\n", "2:1: unknown key `whatever`"),
        (
            "limits:\n  step_timeot: 1\n",
            "2:3: unknown key `step_timeot`; did you mean `step_timeout`?",
        ),
        ("scope: {max_file: 1}\n", "1:9: unknown key `max_file`; did you mean `max_files`?"),
        ("repair: {attempt: 1}\n", "did you mean `attempts`?"),
        ("approvals: {dif: risky}\n", "did you mean `diff`?"),
        ("runners: {a: {command: [b], promt: arg}}\n", "did you mean `prompt`?"),
    ],
)
def test_an_unknown_key_is_a_warning_with_its_place(
    places: Places, text: str, warning: str
) -> None:
    loaded = places.load(text)
    assert warning in loaded.warnings[-1]
    assert loaded.warnings[-1].startswith(f"{PATH}:")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("runner: [a]\n", "1:9", "`runner` is a word"),
        ("a: 1\nrunners: []\n", "2:10", "`runners` is a mapping"),
        ("runners: {a: b}\n", "1:14", "`a` is a runner: a mapping with `command`"),
        ("runners: {a: {command: sh -c x}}\n", "1:24", "`command` is a list of words"),
        ("runners: {a: {command: []}}\n", "1:24", "`command` is a list of words"),
        (
            "runners:\n  a:\n    command: [x]\n    prompt: pipe\n",
            "4:13",
            "`prompt` is one of stdin, file, arg, not `pipe`",
        ),
        ("runners: {a: {resume_command: sh}}\n", "1:31", "`resume_command` is a list of words"),
        ("runners: {a: {output: xml}}\n", "1:23", "`output` is one of text, json-lines, not `xml`"),
        (
            "runners: {a: {failed: [type=x error]}}\n",
            "1:23",
            "`failed` is a list of patterns like `type=result`",
        ),
        ("approvals: {diff: sometimes}\n", "1:19", "`diff` is one of never, risky, always"),
        ("approvals: {plan: never}\n", "1:19", "`plan` is one of always"),
        ("limits: {step_timeout: soon}\n", "1:24", "`step_timeout` is a number, 0 or more"),
        ("limits: {step_timeout: -1}\n", "1:24", "is a number, 0 or more"),
        ("limits: {step_timeout: true}\n", "1:24", "is a number, 0 or more"),
        ("limits: {evidence_bytes: .inf}\n", "1:26", "is a whole number, 0 or more"),
        ("scope: {max_files: .nan}\n", "1:20", "is a whole number, 0 or more"),
        ("repair: {attempts: [1]}\n", "1:20", "is a whole number, 0 or more"),
        ("version: one\n", "1:10", "`version` is a whole number"),
        ("- a\n", "1:1", "the settings are a mapping of keys"),
        ("words\n", "1:1", "the settings are a mapping of keys"),
        ("a: 1\na: 2\n", "2:1", "second time"),
        ("a:\n\tb: 1\n", "2:1", "\\t"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_place(
    places: Places, text: str, place: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        places.load(text)
    assert caught.value.message.startswith(f"{PATH}:{place}:")
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_every_wrong_value_is_listed_with_its_place(places: Places) -> None:
    text = "limits: {step_timeout: soon, idle_timeout: 5}\nrunner: [a]\nrules: {a: bad}\n"
    with pytest.raises(SettingsError) as caught:
        places.load(text)
    assert [line.rpartition(": ")[0] for line in caught.value.message.splitlines()] == [
        f"{PATH}:1:24",
        f"{PATH}:2:9",
        f"{PATH}:3:12",
    ]


def test_each_wrong_value_and_each_unknown_key_is_a_finding() -> None:
    text = "runer: a\nlimits: {step_timeout: soon}\nrunner: [a]\nrunners: {b: {promt: arg}}\n"
    reported = findings(Source.of(PATH, text.encode()))
    assert [
        (finding.rule, finding.severity, finding.line, finding.column) for finding in reported
    ] == [
        ("settings", "error", 3, 9),
        ("settings", "error", 2, 24),
        ("settings-key", "warning", 1, 1),
        ("settings-key", "warning", 4, 15),
    ]
    assert all(finding.hint for finding in reported)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [(b"a:\n\tb: 1\n", 2, 1), (b"- a\n", 1, 1), (b"version: 2\n", 1, 10), (b"a: \xff\n", 1, 4)],
)
def test_a_file_that_cannot_be_used_is_one_finding(data: bytes, line: int, column: int) -> None:
    (finding,) = findings(Source.of(PATH, data))
    assert (finding.rule, finding.line, finding.column) == ("settings", line, column)


def test_good_settings_have_no_findings() -> None:
    assert findings(Source.of(PATH, textwrap.dedent(WHOLE).encode())) == []
    assert findings(Source.of(PATH, b"")) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("scope: {max_files: 5.5}", "1:20", "is a whole number, 0 or more"),
        ("scope: {protect: [[a]]}", "1:18", "`protect` is a list of texts"),
        ("rules: {a: maybe}", "1:12", "`a` is one of error, warning, note, off, not `maybe`"),
        ("runners: {a: {done: x}}", "1:21", "`done` is a list of patterns"),
    ],
)
def test_values_that_would_be_read_as_something_else_are_refused(
    places: Places, text: str, place: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=f"{PATH}:{place}: ") as caught:
        places.load(f"{text}\n")
    assert words in caught.value.message


def test_a_newer_version_is_refused(places: Places) -> None:
    with pytest.raises(SettingsError, match="version 2 is newer than version 1"):
        places.load("version: 2\n")


@pytest.mark.parametrize("data", [b"runner: \xff\n", b"runner: a\0\n"])
def test_a_file_that_is_not_text_is_refused(places: Places, data: bytes) -> None:
    with pytest.raises(SettingsError, match=r"UTF-8|NUL"):
        places.load(data)


def test_a_folder_in_the_place_of_the_file_is_refused(places: Places) -> None:
    (places.root / PATH).mkdir(parents=True)
    with pytest.raises(SettingsError, match="it is not a regular file"):
        places.load()


def test_a_users_mistake_names_the_users_file(places: Places) -> None:
    with pytest.raises(SettingsError) as caught:
        places.load(own="runner: [a]\n")
    assert str(user_path()) in caught.value.message


def test_the_users_file_is_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path() == tmp_path / ".config/forge/forge.yaml"


KEYS = [
    "version",
    "runner",
    "runners",
    "approvals",
    "scope",
    "repair",
    "limits",
    "command",
    "diff",
    "protect",
    "max_files",
    "attempts",
    "a",
]
VALUES = [
    "",
    "1",
    "-1",
    "x",
    "[]",
    "[a, 1]",
    "{}",
    "{a: {command: [b]}}",
    "{diff: risky}",
    "{max_files: 3}",
    ".nan",
    "{plan: always}",
    "'",
]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=4))
def test_any_file_is_settings_or_an_error_with_a_next_step(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("work")
    (root / ".planning").mkdir()
    (root / PATH).write_text("".join(f"{key}: {value}\n" for key, value in lines))
    try:
        loaded = load(root)
    except SettingsError as error:
        assert error.hint
    else:
        assert set(PROTECTED) <= set(loaded.scope.protect)
        assert loaded.approvals.plan == "always"


STRICTER = [
    ("limits: {step_timeout: 60}", "limits: {step_timeout: 600}", "limits.step_timeout", 60),
    ("limits: {step_timeout: 60}", "limits: {step_timeout: 5}", "limits.step_timeout", 5),
    ("limits: {step_timeout: 60}", "limits: {step_timeout: 0}", "limits.step_timeout", 60),
    ("limits: {step_timeout: 3600}", "limits: {step_timeout: 9999}", "limits.step_timeout", 3600),
    ("", "limits: {step_timeout: 9999}", "limits.step_timeout", 9999),
    ("scope: {max_files: 3}", "scope: {max_files: 30}", "scope.max_files", 3),
    (
        "commands: {sandbox: bubblewrap}",
        "commands: {sandbox: none}",
        "commands.sandbox",
        "bubblewrap",
    ),
    ("", "commands: {sandbox: bubblewrap}", "commands.sandbox", "bubblewrap"),
    ("commands: {network: false}", "commands: {network: true}", "commands.network", False),
    ("commands: {network: true}", "commands: {network: false}", "commands.network", False),
    ("", "commands: {network: true}", "commands.network", True),
    (
        "commands: {sandbox: bubblewrap, writable: [/a]}",
        "commands: {writable: [/a, /b]}",
        "commands.writable",
        ("/a",),
    ),
    ("sandbox: bubblewrap", "", "commands.sandbox", "bubblewrap"),
    ("sandbox: bubblewrap", "commands: {sandbox: none}", "commands.sandbox", "bubblewrap"),
    ("sandbox: bubblewrap", "sandbox: none", "commands.sandbox", "bubblewrap"),
    ("sandbox: bubblewrap", "commands: {network: true}", "commands.network", False),
    ("sandbox: bubblewrap", "network: true", "commands.network", False),
    ("{sandbox: bubblewrap, network: true}", "", "commands.network", True),
    ("sandbox: bubblewrap", "commands: {writable: [/a]}", "commands.writable", ()),
    ("{sandbox: bubblewrap, writable: [/a]}", "writable: [/a, /b]", "commands.writable", ("/a",)),
    ("", "sandbox: bubblewrap", "commands.sandbox", "bubblewrap"),
    ("network: false", "commands: {network: true}", "commands.network", False),
]


@pytest.mark.parametrize(("user", "repository", "key", "expected"), STRICTER)
def test_the_stricter_of_both_settings_holds(
    user: str,
    repository: str,
    key: str,
    expected: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for path, text in (
        (tmp_path / "config/forge/forge.yaml", user),
        (tmp_path / "work/.planning/forge.yaml", repository),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(f"{text}\n")
    value: object = load(tmp_path / "work")
    for name in key.split("."):
        value = getattr(value, name)
    assert value == expected


def test_a_runner_of_the_users_keeps_its_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/forge").mkdir(parents=True)
    (tmp_path / "config/forge/forge.yaml").write_text(
        "runners: {w: {command: [a], sandbox: bubblewrap, timeout: 10}}\n"
    )
    (tmp_path / ".planning").mkdir()
    (tmp_path / ".planning/forge.yaml").write_text(
        "runners: {w: {command: [b], network: true, writable: [/b], timeout: 99}}\n"
    )
    runner = load(tmp_path).runners["w"]
    assert (runner.command, runner.sandbox, runner.timeout) == (("b",), "bubblewrap", 10)
    assert runner.writable == ()


def user_and_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, repository: str
) -> Path:
    """Write both files of settings, and return the repository's root."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for path, text in (
        (tmp_path / "config/forge/forge.yaml", user),
        (tmp_path / "work/.planning/forge.yaml", repository),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(f"{text}\n")
    return tmp_path / "work"


@pytest.mark.parametrize("name", ["w", "manual"])
def test_a_sandbox_for_everything_holds_for_runners_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    user = f"sandbox: bubblewrap\nrunners: {{{name}: {{writable: [/c]}}}}"
    repository = f"runners: {{{name}: {{command: [b], sandbox: none, writable: [/b, /c]}}}}"
    loaded = load(user_and_repository(tmp_path, monkeypatch, user, repository))
    runner = loaded.runners[name]
    assert (runner.sandbox, runner.network, runner.writable) == ("bubblewrap", False, ("/c",))
    assert loaded.without_command("of-a-package").sandbox == "bubblewrap"
    assert loaded.without_command("manual").sandbox == "none", "that is the user"


WIDE = ["/", "~", "~/", "~/..", "..", "a/../..", "/home", "/home/other", "/root", "/etc", "/usr"]
WIDE += ["~/.local/state/forge", "~/.local/state/forge/approvals", "~/.local", "~/.config/forge"]
WIDE += ["/proc/self/root", "~/.ssh", "~/.ssh/id", "~/.bashrc", "/tmp", "''", "/home/../", "//"]


@pytest.mark.parametrize("path", WIDE)
@pytest.mark.parametrize("where", ["", "commands", "runners.w"])
def test_a_path_that_is_too_wide_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, where: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "users/ada"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    root = tmp_path / "work"
    (root / ".planning").mkdir(parents=True)
    text = f"writable: [fine, {path}]"
    for name in reversed(where.split(".") if where else []):
        text = f"{name}: {{{text}}}"
    (root / PATH).write_text(f"{text}\n")
    with pytest.raises(SettingsError, match=r"forge\.yaml:1:\d+: `writable` is a list of single"):
        load(root)


def test_paths_that_a_program_needs_are_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = user_and_repository(
        tmp_path,
        monkeypatch,
        "",
        "{writable: [~/.cache/x, build, /srv/x], readable: [~, ~/.local]}",
    )
    assert load(root).commands.writable == ("~/.cache/x", "build", "/srv/x")
