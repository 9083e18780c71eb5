"""Nothing but the printer writes for people: a value that another module printed would not be
escaped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src/forge"
PRINTER = "front/cli/output.py"
PRINTS = {
    "print",
    "input",
    "write",
    "writelines",
    "echo",
    "secho",
    "echo_via_pager",
    "prompt",
    "confirm",
    "Console",
    "Live",
    "Progress",
    "showwarning",
}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
ALLOWED = {
    ("__main__.py", "os.write"): "says that the output failed, when nothing else is loaded",
    ("front/cli/board_columns.py", "Console"): "draws columns; escapes each of its values",
    ("front/cli/board_columns.py", "Live"): "redraws those columns",
    ("front/cli/board_columns.py", "print"): "into a string, of the same columns",
    ("front/cli/progress_bar.py", "Console"): "draws a bar with a label of forge's own",
    ("front/cli/progress_bar.py", "Progress"): "the same",
    ("front/cli/caller.py", "prompt"): "a question of fixed words",
    ("front/cli/click_types.py", "echo"): "the help of a command: forge's own words",
}


def uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each call that may print on a standard stream."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            if node.func.id in PRINTS - {"write", "writelines", "prompt"}:
                yield node.lineno, node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in PRINTS:
            owner = ast.unparse(node.func.value)
            streams = owner.split(".")[-1] in STREAMS or owner.endswith(
                (".stdout.buffer", ".stderr.buffer")
            )
            libraries = owner in ("click", "builtins", "warnings") or owner.split(".")[0] in (
                "console",
                "live",
                "progress",
                "rich",
            )
            if streams or (libraries and node.func.attr not in ("write", "writelines")):
                yield node.lineno, node.func.attr


def standard_descriptors(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield calls of `os.write` on a standard stream by its number."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "os.write"
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, "os.write"


def found() -> dict[tuple[str, str], int]:
    places = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        if name != PRINTER:
            for line, call in (*uses(tree), *standard_descriptors(tree)):
                places[name, call] = line
    return places


def test_nothing_but_the_printer_prints() -> None:
    others = {
        f"{name}:{line} calls {call}: give the text to {PRINTER}"
        for (name, call), line in found().items()
        if (name, call) not in ALLOWED
    }
    assert not others, "\n".join(sorted(others))


def test_no_exception_is_left_over() -> None:
    assert set(ALLOWED) <= set(found())


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("print(x)", "print"),
        ("import click\nclick.echo(x)", "echo"),
        ("import click\nclick.secho(x)", "secho"),
        ("import click\nclick.confirm(x)", "confirm"),
        ("import sys\nsys.stdout.write(x)", "write"),
        ("import sys\nsys.stderr.buffer.write(x)", "write"),
        ("import sys\nsys.__stdout__.writelines(x)", "writelines"),
        ("from rich.console import Console\nConsole().print(x)", "Console"),
        ("import os\nos.write(1, x)", "os.write"),
    ],
)
def test_each_way_to_print_is_seen(code: str, call: str) -> None:
    tree = ast.parse(code)
    assert call in [name for _, name in (*uses(tree), *standard_descriptors(tree))]


def errors() -> set[str]:
    """Return the names of the classes of forge that are errors for the user."""
    names, found = {"ForgeError"}, True
    classes = [
        node
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    while found:
        found = False
        for node in classes:
            bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
            if node.name not in names and bases & names:
                names.add(node.name)
                found = True
    return names


def test_a_message_of_several_lines_is_a_list_of_lines() -> None:
    names, wrong = errors() | {"note"}, []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if ast.unparse(node.func).split(".")[-1] in names:
                wrong += [
                    f"{path.relative_to(SOURCE)}:{node.lineno}: {ast.unparse(part)}"
                    for argument in node.args
                    for part in text_with_line_ends(argument)
                ]
    assert not wrong, "a line end in a line is escaped; give a list:\n" + "\n".join(wrong)


def text_with_line_ends(argument: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of an argument that are texts with line ends; the separator of a split is
    none.
    """
    if isinstance(argument, ast.Call):
        return
    for node in ast.iter_child_nodes(argument):
        if isinstance(node, ast.expr):
            yield from text_with_line_ends(node)
    text = argument.value if isinstance(argument, ast.Constant) else None
    if isinstance(text, str) and "\n" in text:
        yield argument
