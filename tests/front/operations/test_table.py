"""The table of verbs: each front is built from it, so each declaration has to agree with it."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import pytest

from forge.errors import NotTheUser
from forge.front import operations
from forge.front.cli import commands
from forge.front.cli.click_types import DisplayOption
from forge.front.cli.main import forge
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.front.operations.table import OPERATIONS, Operation
from forge.run.guard import user_only
from forge.run.setup.command_log import LoggedCommand

SUPPORT = {"__init__", "arguments", "call", "table"}
FOLDER = Path(operations.__file__).parent
VERBS = sorted(OPERATIONS)


def modules_in(package: types.ModuleType) -> set[str]:
    return {path.stem for path in Path(str(package.__file__)).parent.glob("*.py")}


def command_of(verb: str) -> click.Command:
    command = forge.get_command(click.Context(forge), verb)
    assert command is not None
    return command


def parameters_of(verb: str) -> dict[str, click.Parameter]:
    """Return the parameters of a command that its operation has to know."""
    return {
        str(parameter.name): parameter
        for parameter in command_of(verb).params
        if parameter.name != "as_json" and not isinstance(parameter, DisplayOption)
    }


def fields_of(verb: str) -> dict[str, Any]:
    return get_type_hints(OPERATIONS[verb].arguments, include_extras=True)


def defaults_of(verb: str) -> dict[str, object]:
    return dict(OPERATIONS[verb].arguments._field_defaults)  # type: ignore[attr-defined]


def default_of(parameter: click.Parameter) -> object:
    """Return the value of a parameter that is not given, or `...` if it has to be given."""
    if parameter.required:
        return ...
    value = parameter.get_default(click.Context(command_of("status")))
    if parameter.multiple or parameter.nargs == -1:  # type: ignore[attr-defined]
        return tuple(value or ()) if isinstance(value, (tuple, list)) else ()
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return bool(value)
    return value if isinstance(value, (str, int)) else None


def alternatives(kind: Any) -> Iterator[Any]:
    """Yield the types of a union, without None."""
    if get_origin(kind) in (Union, types.UnionType):
        yield from (part for part in get_args(kind) if part is not type(None))
    else:
        yield kind


def test_every_verb_has_an_operation_and_a_command() -> None:
    assert modules_in(operations) - SUPPORT == set(OPERATIONS)
    assert modules_in(commands) - {"__init__"} == set(OPERATIONS)


def test_the_table_knows_a_verb_by_its_own_name() -> None:
    assert all(name == operation.verb for name, operation in OPERATIONS.items())
    assert all(operation.summary for operation in OPERATIONS.values())


@pytest.mark.parametrize("verb", VERBS)
def test_the_parameters_of_a_command_are_the_fields_of_its_operation(verb: str) -> None:
    parameters, defaults = parameters_of(verb), defaults_of(verb)
    assert set(parameters) == set(fields_of(verb))
    for name, parameter in parameters.items():
        assert default_of(parameter) == defaults.get(name, ...), name


@pytest.mark.parametrize("verb", VERBS)
def test_a_command_offers_the_values_that_its_operation_takes(verb: str) -> None:
    for name, parameter in parameters_of(verb).items():
        (kind,) = alternatives(fields_of(verb)[name])
        if isinstance(parameter.type, click.Choice):
            assert set(get_args(kind)) == set(parameter.type.choices), name
        else:
            assert get_origin(kind) is not Literal, name
        if isinstance(parameter.type, click.IntRange):
            assert get_args(kind) == (int, AtLeast(int(parameter.type.min or 0))), name
        else:
            assert get_origin(kind) is not Annotated, name
        if getattr(parameter, "multiple", False) or parameter.nargs == -1:
            assert get_origin(kind) is tuple, name


def test_only_options_of_printing_are_unknown_to_operations() -> None:
    display = {
        (verb, str(parameter.name))
        for verb in VERBS
        for parameter in command_of(verb).params
        if isinstance(parameter, DisplayOption)
    }
    assert display == {("validate", "form"), ("validate", "no_color"), ("board", "watch")}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_no_operation_knows_a_terminal(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & {"click", "rich", "sys", "select", "termios", "shutil"}
    called = {node.func.id for node in ast.walk(tree) if _is_plain_call(node)}  # type: ignore[attr-defined]
    assert not called & {"print", "input"}


def _is_plain_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def loaded_by(code: str) -> set[str]:
    """Return the operation modules that a new Python has loaded after some code."""
    prefix = "forge.front.operations."
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = done.stdout.splitlines()[-1].split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["tick", "--help"]])
def test_help_loads_no_operation(words: list[str]) -> None:
    code = f"from forge.front.cli.main import main\nmain({words})"
    assert loaded_by(code) & set(OPERATIONS) == set()


def test_the_arguments_of_a_verb_load_only_its_module() -> None:
    code = "from forge.front.operations.table import OPERATIONS\nOPERATIONS['tick'].arguments"
    assert loaded_by(code) & set(OPERATIONS) == {"tick"}


def test_an_operation_refuses_arguments_that_it_does_not_have() -> None:
    operation: Operation = OPERATIONS["tick"]
    with pytest.raises(TypeError, match="unexpected keyword argument 'nmae'"):
        operation.perform(None, nmae="k3f", number=1)  # type: ignore[arg-type]


def test_every_verb_that_writes_decides_whether_it_is_for_the_user_only() -> None:
    decided = {verb for verb in VERBS if OPERATIONS[verb].for_the_user_only is not None}
    assert decided == {verb for verb in VERBS if OPERATIONS[verb].writes}


FOR_THE_USER = sorted(verb for verb in VERBS if OPERATIONS[verb].for_the_user_only)


def test_what_programs_of_a_run_may_write_is_part_of_their_diff_or_asks_for_a_pause() -> None:
    writing = {verb for verb in VERBS if OPERATIONS[verb].writes}
    allowed = {"new", "set", "tick", "edit", "move", "archive", "pause", "report", "demo"}
    assert writing - set(FOR_THE_USER) == allowed


@pytest.mark.parametrize("verb", FOR_THE_USER)
def test_the_conditions_of_a_decision_are_options_of_the_verb(verb: str) -> None:
    operation = OPERATIONS[verb]
    options = {*operation.with_any, *operation.unless}
    assert options <= set(fields_of(verb))
    assert all(fields_of(verb)[name] is bool for name in options)


@pytest.mark.parametrize("verb", FOR_THE_USER)
def test_a_verb_for_the_user_is_refused_before_it_does_anything(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation, asked = OPERATIONS[verb], []

    def refuse(repository: object, state: object, tool: str) -> None:
        asked.append(tool)
        raise NotTheUser("no", "")

    monkeypatch.setattr(user_only, "require_user", refuse)
    nowhere = Call(Path(), None, LoggedCommand("", []), None)  # type: ignore[arg-type]
    needed = {name: () for name in fields_of(verb) if defaults_of(verb).get(name, ...) is ...}
    with pytest.raises(NotTheUser):
        operation.perform(nowhere, **needed, **dict.fromkeys(operation.with_any, True))
    assert asked == [f"forge {verb}"]
