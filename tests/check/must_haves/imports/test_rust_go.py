"""Where the imports of Rust and Go files lead."""

from __future__ import annotations

import pytest

from tests.check.must_haves.links.key_links import imported

CARGO = '[package]\nname = "my-app"\n'
CRATE = {
    "Cargo.toml": CARGO,
    "src/lib.rs": "pub mod graph;\npub use graph::ops::run;\n",
    "src/main.rs": "mod export_cmd;\nfn main() {}\n",
    "src/export_cmd.rs": "",
    "src/graph/mod.rs": "pub mod ops;\npub use ops::*;\n",
    "src/graph/ops.rs": "pub fn run() {}\n",
    "src/graph/deep.rs": "",
    "src/graph/deep/inner.rs": "",
}


@pytest.mark.parametrize(
    ("start", "text", "goal"),
    [
        ("src/main.rs", "mod export_cmd;", "src/export_cmd.rs"),
        ("src/lib.rs", "pub mod graph;", "src/graph/mod.rs"),
        ("src/graph/deep.rs", "mod inner;", "src/graph/deep/inner.rs"),
        ("src/export_cmd.rs", "use crate::graph::ops::run;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use crate::graph::ops;", "src/graph/ops.rs"),
        (
            "src/export_cmd.rs",
            "use crate::graph::{deep, ops::{self, run as r}};",
            "src/graph/ops.rs",
        ),
        ("src/export_cmd.rs", "use crate::graph::ops::*;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "fn f() { crate::graph::ops::run(); }", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "fn f(x: crate::graph::ops::T) {}", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use super::graph::ops;", "src/graph/ops.rs"),
        ("src/graph/deep.rs", "use super::ops;", "src/graph/ops.rs"),
        ("src/graph/deep/inner.rs", "use super::super::ops;", "src/graph/ops.rs"),
        ("src/graph/mod.rs", "use self::ops::run;", "src/graph/ops.rs"),
        ("src/graph/mod.rs", "use ops::run;", "src/graph/ops.rs"),
        ("src/graph/ops.rs", "mod tests {\n    use super::super::deep;\n}", "src/graph/deep.rs"),
        ("src/graph/ops.rs", "use crate::graph::Something;", "src/graph/mod.rs"),
        ("src/graph/ops.rs", "use crate::Thing;", "src/lib.rs"),
        ("src/main.rs", "use my_app::graph::ops;", "src/graph/ops.rs"),
        ("tests/it.rs", "use my_app::graph::ops::run;", "src/graph/ops.rs"),
        ("tests/it.rs", "mod common;", "tests/common/mod.rs"),
        ("src/bin/tool.rs", "use my_app::graph::ops;", "src/graph/ops.rs"),
        ("other/src/lib.rs", "use my_app::graph::ops;", "src/graph/ops.rs"),
        ("src/main.rs", '#[path = "graph/deep.rs"]\nmod d;', "src/graph/deep.rs"),
    ],
)
def test_a_path_leads_to_its_module(start: str, text: str, goal: str) -> None:
    more = {"tests/common/mod.rs": "", "other/Cargo.toml": '[package]\nname = "other"\n'}
    assert imported({**CRATE, **more, start: text}, start, goal) is not None


@pytest.mark.parametrize(
    ("start", "text", "goal"),
    [
        ("src/export_cmd.rs", "// use crate::graph::ops;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", 'const S: &str = "crate::graph::ops";', "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use crate::graph::deep;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use std::fs;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use other_app::graph::ops;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "mod graph { pub mod ops {} }", "src/graph/ops.rs"),
        ("src/graph/ops.rs", "mod tests {\n    use super::*;\n}", "src/graph/mod.rs"),
        ("src/export_cmd.rs", "use super::super::super::x;", "src/graph/ops.rs"),
        ("src/export_cmd.rs", "use ;\nuse crate::;", "src/graph/ops.rs"),
    ],
)
def test_a_path_does_not_lead_elsewhere(start: str, text: str, goal: str) -> None:
    assert imported({**CRATE, start: text}, start, goal) is None


def test_names_that_a_crate_gives_on_are_followed() -> None:
    link = imported(
        {**CRATE, "tests/it.rs": "use my_app::run;\n"}, "tests/it.rs", "src/graph/ops.rs"
    )
    assert link is not None and link.through == ("src/lib.rs",)
    link = imported(
        {**CRATE, "src/export_cmd.rs": "use crate::graph::run;\n"},
        "src/export_cmd.rs",
        "src/graph/ops.rs",
    )
    assert link is not None and link.through == ("src/graph/mod.rs",)
    assert (
        imported({**CRATE, "tests/it.rs": "use my_app::walk;\n"}, "tests/it.rs", "src/graph/ops.rs")
        is None
    )


def test_files_without_a_manifest_belong_to_the_root_above_them() -> None:
    files = {"lib/main.rs": "mod a;\n", "lib/a.rs": "use crate::b;\n", "lib/b.rs": ""}
    assert imported(files, "lib/a.rs", "lib/b.rs") is not None


GO = {
    "go.mod": "module example.org/app\n\ngo 1.22\n",
    "internal/store/store.go": "package store\n",
    "internal/store/x_test.go": "",
}


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("main.go", 'import "example.org/app/internal/store"'),
        ("cmd/a/main.go", 'import (\n\t"fmt"\n\ts "example.org/app/internal/store"\n)'),
        ("main.go", 'import _ "example.org/app/internal/store"'),
        ("main.go", "import `example.org/app/internal/store`"),
        ("tool/main.go", 'import "example.org/app/internal/store"'),
    ],
)
def test_a_go_import_leads_to_the_files_of_the_package(start: str, text: str) -> None:
    files = {**GO, "tool/go.mod": "module example.org/tool\n", start: f"package main\n\n{text}\n"}
    assert imported(files, start, "internal/store/store.go") is not None


@pytest.mark.parametrize(
    "text",
    [
        'import "example.org/app/internal"',
        'import "example.org/apple/internal/store"',
        'import "store"',
        '// import "example.org/app/internal/store"',
        'var s = "example.org/app/internal/store"',
    ],
)
def test_a_go_import_does_not_lead_elsewhere(text: str) -> None:
    assert (
        imported(
            {**GO, "main.go": f"package main\n\n{text}\n"}, "main.go", "internal/store/store.go"
        )
        is None
    )


def test_the_tests_of_a_go_package_are_not_imported() -> None:
    files = {**GO, "main.go": 'package main\n\nimport "example.org/app/internal/store"\n'}
    assert imported(files, "main.go", "internal/store/x_test.go") is None
