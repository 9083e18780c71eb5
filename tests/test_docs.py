"""The pages describe what the code does today: every verb, option, setting, event, rule and link;
and their examples work.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec.structs import fields

from forge.check.rules.catalog import PROBED, RULES
from forge.check.schema import front_matter
from forge.errors import ForgeError, GitFailed
from forge.front.cli.main import forge as program
from forge.front.cli.main import main
from forge.front.operations.table import OPERATIONS
from forge.planning import settings
from forge.planning.plan import plan
from forge.run.processes.output import Output
from forge.run.processes.supervise import INHERITED, Limits
from forge.run.runners.base import Job, Runner
from forge.text.source import Source
from forge.timeline.event import KEYS, Data, Event
from forge.timeline.run import events
from forge.views.validation.report import Report
from forge.views.validation.validate import validate
from tests.conftest import Sandbox

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1[ \t]*$\n?", re.M | re.S)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
PLAN = ".planning/phases/01-start/01-01-PLAN.md"
EVENTS: list[type[Data]] = [
    cls for name in events.__all__ if isinstance(cls := getattr(events, name), type)
]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    return _FENCE.sub("", text)


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page."""

    language: str
    text: str


def fences(text: str, *languages: str) -> list[Fence]:
    blocks = [Fence(match[2], match[3]) for match in _FENCE.finditer(text)]
    return [fence for fence in blocks if not languages or fence.language in languages]


def sections(text: str) -> dict[str, str]:
    """Return the second-level sections by heading; a heading inside a fence does not count."""
    marked = _FENCE.sub(lambda match: match[0].replace("\n#", "\n\0#"), text)
    _, *parts = re.split(r"^## ", marked, flags=re.M)
    return {
        part.partition("\n")[0].strip("` "): part.partition("\n")[2].replace("\0", "")
        for part in parts
    }


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub and GitLab give a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def rows(text: str) -> list[list[str]]:
    """Return the cells of each table row."""
    lines = [line for line in prose(text).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def row_of(page: str, key: str, section: str = "") -> str:
    text = sections(text_of(page))[section] if section else text_of(page)
    matching = [" | ".join(cells[1:]) for cells in rows(text) if f"`{key}`" in cells[0]]
    assert len(matching) == 1, f"{page} has {len(matching)} rows for {key}"
    return matching[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in _LINK.findall(re.sub(r"`[^`\n]*`(?!\])", "", prose(text))):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists() and target.is_relative_to(ROOT), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), (
            f"{page.name}: {link}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_no_line_of_text_is_much_wider_than_a_page(page: Path) -> None:
    lines = prose(page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if len(line) > 140 and not line.startswith(("|", "    "))] == []


def options_of(command: click.Command) -> set[str]:
    return {
        name
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
        if name[:2] == "--"
    }


def command_of(verb: str) -> click.Command:
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    return command


def test_every_verb_has_a_section_with_its_options_and_an_example() -> None:
    described = sections(text_of("docs/commands.md"))
    for verb in OPERATIONS:
        assert verb in described, f"docs/commands.md has no section {verb}"
        for option in options_of(command_of(verb)) - {"--json"}:
            assert f"- `{option}" in described[verb], f"{verb} {option} is not described"
        assert "- `--json`" in described[verb] or "(#run-data)" in described[verb], (
            f"what {verb} --json prints is not described"
        )
        assert re.search(rf"^    forge {verb}\b", described[verb], re.M), f"{verb} has no example"
    for option in ("--version", "--json", "--help"):
        assert f"`{option}`" in described["forge"]


def code_of(text: str) -> Iterator[str]:
    """Yield the code of a page: inline, in fences, in indented lines."""
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(text)))
    yield from (
        line.strip().removeprefix("$ ")
        for fence in fences(text)
        for line in fence.text.splitlines()
    )
    yield from re.findall(r"^    (\S.*)$", prose(text), re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_missing_command_or_option(page: Path) -> None:
    for code in code_of(page.read_text(encoding="utf-8")):
        match = re.match(r"forge ([a-z]\w*)(.*)$", code)
        if match is None:
            continue
        assert match[1] in OPERATIONS, f"{page.name}: {code}"
        for option in re.findall(r"(?<=\s)--[a-z][\w-]*", re.sub(r"\"[^\"]*\"|&&.*", "", match[2])):
            assert option in {*options_of(command_of(match[1])), "--help"}, f"{page.name}: {code}"


def keys_of(data: object) -> Iterator[str]:
    """Yield every key of a command's data, at any depth; docs/formats.md describes events."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from keys_of(value) if key != "events" else ()
    elif isinstance(data, list):
        yield from (key for item in data for key in keys_of(item))


def test_every_key_of_a_commands_json_data_is_described(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(sandbox.root)
    for name, value in sandbox.environment({"XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}).items():
        monkeypatch.setenv(name, value)
    truths = "must_haves:\n  truths: [It reads well, It is short]\n  artifacts: [a.txt]\n"
    task = (
        '<task type="auto">\n<name>Write</name>\n<files>a.txt</files>\n<verify>Look at'
        " it.</verify>\n</task>\n"
    )
    sandbox.write(PLAN, f"---\nphase: 01-start\n{truths}---\n{task}")
    sandbox.commit("A plan")
    described = sections(text_of("docs/commands.md"))
    for line in (
        "init",
        "approve 01-01 --print",
        "execute 01-01 --approve",
        "status",
        "runs",
        "attest 01-01 truth:1 --evidence README.md",
        "waive 01-01 truth:2 --reason no",
        "stop",
        "timeline",
        "replay",
        "verify 01-01",
        "validate",
        "doctor",
        "rules",
    ):
        if line == "execute 01-01 --approve":
            sandbox.commit("Settings")
        main([*line.split(), "--json"])
        data = json.loads(capfd.readouterr().out)["data"]
        verb = line.partition(" ")[0]
        text = described[verb] + (described["attest"] if verb == "waive" else "")
        text += described["JSON"] if "(#run-data)" in text else ""
        missing = {key for key in keys_of(data) if f"`{key}`" not in text}
        assert not missing, f"docs/commands.md does not say what these of {verb} are: {missing}"


def kinds_of_errors(cls: type[ForgeError] = ForgeError) -> Iterator[type[ForgeError]]:
    for below in cls.__subclasses__():
        yield below
        yield from kinds_of_errors(below)


def test_every_kind_of_error_is_listed_with_its_exit_status() -> None:
    for verb in OPERATIONS:
        OPERATIONS[verb].load()  # imports every module that defines an error
    exit_codes = {cls.kind: cls.exit_code for cls in kinds_of_errors()}
    assert exit_codes.keys() >= {"blocked_plan", "in_the_way", "head_moved"}
    for kind, status in {**exit_codes, "bug": 3}.items():
        assert row_of("docs/commands.md", kind, "JSON").startswith(f"{status} |"), kind


def defaults() -> Iterator[tuple[str, object]]:
    """Yield every key of forge.yaml and its default."""
    base = settings.Settings()
    yield from (
        ("version", 1),
        ("runner", base.runner),
        ("runners", None),
        ("repair.attempts", base.repair_attempts),
    )
    for block in ("approvals", "scope", "limits"):
        values = getattr(base, block)
        yield from ((f"{block}.{item.name}", getattr(values, item.name)) for item in fields(values))
    runner = settings.RunnerSettings()
    yield from (
        (f"runners.NAME.{item.name}", getattr(runner, item.name)) for item in fields(runner)
    )


@pytest.mark.parametrize(("key", "default"), list(defaults()), ids=lambda value: str(value)[:30])
def test_every_setting_is_listed_with_its_default(key: str, default: object) -> None:
    shown = "" if default is None or isinstance(default, tuple) else str(default)
    assert row_of("docs/settings.md", key).partition(" | ")[0] == shown


def test_every_protected_path_is_listed() -> None:
    listed = set(sections(text_of("docs/settings.md"))["Protected paths"].split())
    assert set(settings.PROTECTED) <= listed


@pytest.mark.parametrize("page", ["docs/settings.md", "docs/runners.md"])
def test_the_examples_of_settings_load(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    examples = fences(text_of(page), "yaml")
    (tmp_path / ".planning").mkdir()
    for example in examples:
        (tmp_path / settings.PATH).write_text(example.text)
        loaded = settings.load(tmp_path)
        assert loaded.warnings == () and all(runner.command for runner in loaded.runners.values())
        assert loaded.runner in loaded.runners
    assert examples


def test_the_example_of_a_runner_does_a_steps_work(tmp_path: Path) -> None:
    (example,) = fences(text_of("docs/runners.md"), "python")
    names: dict[str, Any] = {}
    exec(example.text, names)
    made: Runner = names["Touch"]()
    job = Job(tmp_path, "", tmp_path, {}, Limits(), Output(0), lambda: None, lambda _: None)
    done = made.run(settings.RunnerSettings(), job)
    assert (
        done.success
        and (tmp_path / "done.txt").exists()
        and made.argv(settings.RunnerSettings(), job)
        and not made.by_hand
    )


def test_every_event_is_listed_with_its_data() -> None:
    for cls in EVENTS:
        row = row_of("docs/formats.md", cls.type, "Events")
        for item in fields(cls):
            assert f"`{item.encode_name}`" in row, f"{cls.type}.{item.name}"


def test_the_example_of_an_event_is_one() -> None:
    line = next(
        fence.text for fence in fences(text_of("docs/formats.md"), "json") if '"seq"' in fence.text
    )
    assert Event.decode(line.encode()).type in {cls.type for cls in EVENTS}
    assert tuple(json.loads(line)) == KEYS


def test_the_examples_of_json_parse() -> None:
    for page in PAGES:
        for fence in fences(page.read_text(encoding="utf-8"), "json"):
            json.loads(fence.text)


def test_every_reason_for_a_pause_is_listed() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/forge/run").rglob("*.py"))
    reasons = set(re.findall(r"pause\(\s*run,\s*\"(\w+)\"", source))
    assert reasons >= {"failure", "approval", "manual", "storage"}
    row = row_of("docs/formats.md", "execution_paused", "Events")
    assert all(f"`{reason}`" in row for reason in reasons), reasons


def test_every_kind_of_failure_is_listed() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/forge/run").rglob("*.py"))
    kinds = set(
        re.findall(
            r"FailureDetected\(\s*\"(\w+)\"|return \(?\"(\w+)\", (?:_[A-Z]+|text|said_of_files)"
            r"|why=\(\"(\w+)\"",
            source,
        )
    )
    names = {name for groups in kinds for name in groups if name} | {"check", "denied"}
    assert names >= {"runner", "commit", "hooks", "tampered"}
    row = row_of("docs/formats.md", "failure_detected", "Events")
    assert {name for name in names if f"`{name}`" not in row} == set()


def test_every_trailer_and_variable_is_listed() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/forge/run").rglob("*.py"))
    for trailer in set(re.findall(r"Forge-[A-Z][a-z]+", source)):
        row_of("docs/runs.md", trailer)
    for variable in set(re.findall(r"\"(FORGE_[A-Z_]+)\"", source)):
        row_of("docs/runners.md", variable)
    assert all(f"`{name}`" in text_of("docs/runners.md") for name in INHERITED)


def read_example(rule: str, example: Fence, folder: Path) -> Report:
    """Validate an example at the path that its rule is about; a shell example creates the file."""
    paths = {
        "settings": ".planning/forge.yaml",
        "mission": ".planning/missions/start.yaml",
        "item": ".planning/backlog/k3f9x2m-start.md",
        "duplicate-item": ".planning/backlog/k3f9x2m-start.md",
        "timeline": ".planning/runs/20261120T025549Z-01-01-k3f9/timeline.jsonl",
    }
    file = folder / paths.get(rule, paths.get(rule.partition("-")[0], PLAN))
    file.parent.mkdir(parents=True)
    if example.language == "sh":
        subprocess.run(["bash", "-c", example.text], cwd=file.parent, check=True)
    else:
        file.write_text(example.text)
    return validate(folder, [])


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id not in PROBED], ids=lambda rule: rule.id
)
def test_every_rule_has_a_section_with_correct_examples(
    rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    section = sections(text_of("docs/rules.md"))[rule.id]
    first = section.strip().partition(".")[0]
    assert first.lower().startswith(rule.severity) and ("blocks" in first) == rule.blocks
    bad, *good = fences(section)
    assert "Bad:" in section and "Good:" in section
    findings = read_example(rule.id, bad, tmp_path / "bad").findings
    assert rule.id in {finding.rule for finding in findings}
    for example in good:
        report = read_example(rule.id, example, tmp_path / "good")
        assert report.files == 1 and rule.id not in {finding.rule for finding in report.findings}


def test_the_examples_of_the_rule_that_runs_commands_are_correct(sandbox: Sandbox) -> None:
    (rule,) = PROBED
    section = sections(text_of("docs/rules.md"))[rule]
    assert section.strip().startswith("Warning. ")
    reported = []
    for example in fences(section):
        sandbox.write(PLAN, example.text)
        sandbox.commit()
        sandbox.forge("approve", "01-01")
        reported.append(
            rule
            in {finding["rule"] for finding in sandbox.call("validate", "--probe").json["findings"]}
        )
    assert reported == [True, False]


def test_the_plan_of_the_format_page_is_sound() -> None:
    (example,) = (
        fence for fence in fences(text_of("docs/plans.md")) if fence.text.startswith("---\n")
    )
    read = plan.load(Source.of(PLAN, example.text.encode()), "01-01")
    assert read.findings == [] and front_matter(read.source, read.front) == []
    assert [step.stage for step in read.steps] == ["retrieve", "edit"] and len(read.must_haves) == 3


def test_the_must_haves_of_their_page_fit_the_schema() -> None:
    examples = fences(text_of("docs/must-haves.md"), "yaml")
    assert len(examples) == 3
    for example in examples:
        read = plan.load(Source.of(PLAN, f"---\n{example.text}---\n".encode()), "01-01")
        assert read.must_haves and front_matter(read.source, read.front) == []


def test_the_readme_has_its_two_commands_on_one_line_each() -> None:
    indented = re.findall(r"^    (\S.*)$", prose(text_of("README.md")), re.M)
    assert (
        len(indented) == 2
        and indented[0].endswith("forge demo")
        and indented[1].endswith("-m pytest")
    )
    (expression,) = re.findall(r"sed -n '([^']+)' README\.md", text_of(".ci/run"))
    done = subprocess.run(
        ["sed", "-n", expression, "README.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [indented[1]]


@cache
def texts_of_the_code() -> str:
    """Return every text in the source, one a line; a value inside an f-string is left out."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    formatted = [
        "".join(part.value if isinstance(part, ast.Constant) else "" for part in node.values)
        for node in nodes
        if isinstance(node, ast.JoinedStr)
    ]
    return "\n".join([*plain, *formatted])


@pytest.mark.parametrize(
    ("page", "section"),
    [("README.md", "When a run stops"), ("docs/runs.md", "My run is broken: what now")],
)
def test_a_message_that_a_page_quotes_is_one_that_forge_prints(page: str, section: str) -> None:
    texts = texts_of_the_code()
    quoted = [
        message.partition(" (")[0].strip("… ")
        for cells in rows(sections(text_of(page))[section])
        for message in re.findall(r"`([^`(][^`]*)`", cells[0])
    ]
    unknown = {message for message in quoted if message.split(",")[0] not in texts}
    assert len(quoted) > 10 and unknown == set()


def test_every_error_names_a_next_step() -> None:
    """An error has a hint as second argument: a message alone does not help the user."""
    for verb in OPERATIONS:
        command_of(verb)
    named = {
        cls.__name__
        for cls in kinds_of_errors()
        if cls.__init__ in (ForgeError.__init__, GitFailed.__init__)
    }
    bare = []
    for path in (ROOT / "src" / "forge").rglob("*.py"):
        calls = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        ]
        made = [call for call in calls if getattr(call.func, "id", "") in named]
        bare += [
            f"{path}:{call.lineno}"
            for call in made
            if len(call.args) < 2 and not isinstance(call.args[0], ast.Starred)
        ]
    assert bare == []
