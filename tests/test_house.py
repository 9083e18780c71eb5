"""The house: floors, types, style, what a command loads, and what a wheel contains."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.front.operations.table import OPERATIONS

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {
    "_pygit2",
    "jsonschema",
    "scalarstring",
    "_yaml",
    "re2",
    "tree_sitter",
    "rich",
    "sqlite3",
    "jinja2",
}
# `scalarstring` is a part of ruamel.yaml, whose package is always loaded, and `_yaml` one of PyYAML
LOADED = """
import sys, json
from forge.front.cli.main import main
status = main(sys.argv[1:])
names = {part for name in sys.modules for part in (name.partition(".")[0], name.rpartition(".")[2])}
print(json.dumps(sorted(names)), file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.parametrize(
    "words",
    [["ruff", "check", "."], ["mypy", "--no-error-summary"], ["importlinter.cli"]],
    ids=["ruff", "mypy", "import-linter"],
)
def test_style_types_and_floors(words: list[str]) -> None:
    code = "from importlinter.cli import lint_imports_command as main; main()"
    command = (
        [sys.executable, "-c", code]
        if words[0].startswith("importlinter")
        else [sys.executable, "-m", *words]
    )
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


OPENS = {
    "forge.__main__": "the null device, for streams that are closed",
    "forge.atomic": "folders, and new files with O_EXCL",
    "forge.cache.store": "new files with O_EXCL",
    "forge.check.schema": "files that forge ships",
    "forge.front.cli.output": "the null device",
    "forge.git.intent.confined": "in folders that are open, without following links",
    "forge.git.intent.staging": "new files with O_EXCL",
    "forge.git.fsync": "folders and objects, to flush them",
    "forge.git.lockfile": "new files with O_EXCL",
    "forge.regular": "this is the place",
    "forge.run.guard.ancestry": "/proc",
    "forge.run.guard.beacon": "files in memory that /proc shows",
    "forge.run.guard.sockets": "/proc",
    "forge.run.processes.subreaper": "/proc",
    "forge.shipped": "files that forge ships",
    "forge.timeline.process_id": "/proc",
    "forge.views.manual.topics": "files that forge ships",
}
"""The modules that open files by themselves, and which ones."""


def opens_a_file(call: ast.Call) -> bool:
    """Return whether a call opens or reads a file, whatever is at its path."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "open"
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr == "open":
        first = call.args[0] if call.args else None
        by_mode = isinstance(first, ast.Constant) and isinstance(first.value, str)
        return owner in ("os", "io", "codecs") or (by_mode and len(str(first.value)) <= 3)
    return function.attr in ("read_bytes", "read_text") and owner != "regular"


def test_files_are_opened_in_one_place() -> None:
    """A link, a pipe or a device in the place of a file must never be opened."""
    found = set()
    for path in sorted((ROOT / "src").rglob("*.py")):
        tree = ast.parse(path.read_text())
        if any(isinstance(node, ast.Call) and opens_a_file(node) for node in ast.walk(tree)):
            found.add(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
    assert found == OPENS.keys()


def floors() -> dict[str, int]:
    """Return the height of each room, from the layers of the import contract; the lowest is 0."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    return {
        room.strip(): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def floor_of(module: str) -> int:
    return floors()[".".join(module.split(".")[:2])]


def string_imports(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the names that a module imports by string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            if name in ("import_module", "__import__", "at_first_use", "at_first_use_by_others"):
                yield from node.args


SOURCES = sorted((ROOT / "src/forge").rglob("*.py"))
BY_VARIABLE = {
    "forge/lazy.py": "what imports lazily",
    "forge/__main__.py": "modules of the standard library, for click",
    "forge/front/operations/table.py": "the table of verbs",
    "forge/front/cli/main.py": "the commands of the table of verbs",
    "forge/check/must_haves/code/grammars.py": "grammars of tree-sitter",
}
"""The modules that import by a computed name, and what that is."""


def test_a_string_imports_only_modules_of_its_own_floor_or_below() -> None:
    """import-linter cannot see these: an import by string runs downwards like any other."""
    for path in SOURCES:
        source = str(path.relative_to(ROOT / "src"))
        importer = source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in string_imports(ast.parse(path.read_text())):
            if not isinstance(name, ast.Constant):
                assert source in BY_VARIABLE, f"{source}:{name.lineno}"
            elif str(name.value).startswith("forge."):
                assert floor_of(str(name.value)) <= floor_of(importer), f"{source}:{name.lineno}"


def test_modules_are_named_in_strings_only_to_import_them() -> None:
    """A name in a constant would be imported out of sight of the test above."""
    modules = {
        str(path.relative_to(ROOT / "src")).removesuffix(".py").replace("/", ".")
        for path in SOURCES
    }
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        imported = {id(name) for name in string_imports(tree)}
        source = str(path.relative_to(ROOT / "src"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in imported:
                named = re.fullmatch(r"forge(\.\w+)+", str(node.value))
                assert not named or node.value not in modules or source in BY_VARIABLE, (
                    f"{source}:{node.lineno}"
                )


def heavy_loaded(folder: Path, words: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_what_is_not_needed_is_not_loaded(tmp_path: Path, words: list[str]) -> None:
    assert heavy_loaded(tmp_path, words) == set()
    assert list(tmp_path.iterdir()) == [], "it writes no record"


def test_verify_of_the_work_tree_loads_what_its_plan_needs(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    plan = tmp_path / ".planning/phases/01-x/01-01-PLAN.md"
    plan.parent.mkdir(parents=True)
    plan.write_text(
        "---\nphase: 01-x\nplan: 01\nmust_haves:\n  artifacts:\n    - path: a.txt\n---\n"
    )
    (tmp_path / "a.txt").write_text("x\n")
    assert heavy_loaded(tmp_path, ["verify", "01-01"]) <= {"_yaml", "re2"}, (
        "an ordinary plan needs no ruamel.yaml"
    )


def test_the_status_is_shown_without_reading_an_unchanged_document_again(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for path, text in (
        ("phases/01-x/01-01-PLAN.md", "phase: 01-x\nplan: 01"),
        ("backlog/k3f-x.md", "id: k3f\ntitle: It"),
    ):
        place = tmp_path / ".planning" / path
        place.parent.mkdir(parents=True)
        place.write_text(f"---\n{text}\n---\n")
    for _ in range(2):  # after the second call the documents are old enough to be cached
        subprocess.run(
            [sys.executable, "-m", "forge", "status"], cwd=tmp_path, check=True, capture_output=True
        )
        subprocess.run(
            [sys.executable, "-m", "forge", "list"], cwd=tmp_path, check=True, capture_output=True
        )
    for words in (["status"], ["ready", "--explain"], ["next"], ["list"], ["board", "--json"]):
        assert heavy_loaded(tmp_path, words) == set(), words


def test_a_new_item_loads_neither_msgspec_nor_what_click_seldom_needs(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    words = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "from forge.__main__ import main; main()",
        "new",
        "item",
        "Another",
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and list((tmp_path / ".planning/backlog").iterdir()), done.stderr
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert "forge" in loaded
    assert not loaded & {*HEAVY, "msgspec", "inspect", "uuid", "subprocess", "dataclasses"}


def test_no_module_of_the_repository_is_imported(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name in ("click", "json", "pygit2", "msgspec", "ruamel", "yaml", "subprocess"):
        (tmp_path / f"{name}.py").write_text("open('planted', 'w')\n")
    for words in (["new", "item", "Another"], ["status"], ["validate"], ["doctor"]):
        subprocess.run(
            [sys.executable, "-m", "forge", *words], cwd=tmp_path, check=False, capture_output=True
        )
    assert (tmp_path / ".planning/backlog").is_dir() and not (tmp_path / "planted").exists()


def test_every_command_has_an_example_and_json() -> None:
    for verb in OPERATIONS:
        done = subprocess.run(
            [sys.executable, "-m", "forge", verb, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and "Example:" in done.stdout and "--json" in done.stdout, verb


def test_a_wheel_contains_schemas_templates_and_pages(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = (
        "from forge.shipped import resource as r, template; print(r('schemas', 'plan.schema.json'),"
        " template('plan.md')[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "installed",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and str(tmp_path / "installed") in done.stdout, done.stderr
    assert (tmp_path / "installed/forge/_shipped/docs/rules.md").exists()
    assert (
        tmp_path
        / "installed/forge/_shipped/templates/demo/planning/phases/01-calculator/01-01-PLAN.md"
    ).exists()


def test_the_demo_proves_its_plan(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "forge", "demo", "demo", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin:" + str(Path(sys.executable).parent),
            "HOME": str(tmp_path),
        },
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)["data"]
    assert data["verdict"] == "proven" and data["path"] == str(tmp_path / "demo")
    timeline = (tmp_path / "demo/.planning/runs" / data["run"] / "timeline.jsonl").read_text()
    events = [json.loads(line) for line in timeline.splitlines()]
    stages = {event["data"]["stage"] for event in events if event["type"] == "step_started"}
    assert stages == {"retrieve", "plan", "edit", "test", "repair", "checkpoint"}
    status = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=tmp_path / "demo",
        capture_output=True,
        text=True,
        check=True,
    )
    assert status.stdout == ""
    words = [sys.executable, "-m", "forge", "demo", str(tmp_path / "demo")]
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert again.returncode == 2 and "exists already" in again.stderr
