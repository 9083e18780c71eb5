"""Where the imports of JavaScript and TypeScript files lead."""

from __future__ import annotations

import json

import pytest

from tests.check.must_haves.links.key_links import imported


@pytest.mark.parametrize(
    "text",
    [
        "import x from './b'",
        "import {x} from './b'",
        "import * as x from './b'",
        "import './b'",
        "import type {X} from './b'",
        "export {x} from './b'",
        "export * from './b'",
        "export * as b from './b'",
        "const x = require('./b')",
        "const x = await import('./b')",
        "const x = lazy(() => import('./b'))",
        "import x = require('./b')",
        "new Worker(new URL('./b.ts', import.meta.url))",
        "type T = import('./b').T",
        "require.resolve('./b')",
        'import x from "./b.js"',
        "import x from './b.ts'",
        "import x from './b?raw'",
        "import x from '../src/b'",
        "import x from `./b`; require(`./b`)",
    ],
)
def test_each_way_to_import_leads_to_the_file(text: str) -> None:
    link = imported({"src/a.ts": f"\n{text}\n", "src/b.ts": ""}, "src/a.ts", "src/b.ts")
    assert link is not None and link.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "// import x from './b'",
        "/* import './b' */",
        "const s = \"import x from './b'\"",
        "import x from './bb'",
        "import x from 'b'",
        "import x from './b/b'",
        "load('./b')",
        "require(`./${b}`)",
        "new URL('./b.ts', base)",
        "import x from ''",
        "require()",
    ],
)
def test_other_calls_lead_nowhere(text: str) -> None:
    assert imported({"src/a.ts": text, "src/b.ts": ""}, "src/a.ts", "src/b.ts") is None


@pytest.mark.parametrize(
    ("start", "specifier", "goal"),
    [
        ("a.tsx", "./b", "b.tsx"),
        ("a.js", "./b", "b.jsx"),
        ("a.mjs", "./b.mjs", "b.mts"),
        ("a.js", "./lib", "lib/index.js"),
        ("a.ts", "./lib/", "lib/index.ts"),
        ("a.ts", ".", "index.ts"),
        ("x/a.ts", "..", "index.ts"),
        ("a.ts", "./b", "b.d.ts"),
        ("a.ts", "./b.js", "b.tsx"),
        ("a.ts", "./data.json", "data.json"),
        ("a.ts", "./a.css", "a.css"),
        ("a.ts", "./V", "V.vue"),
        ("a.ts", "./V.svelte", "V.svelte"),
        ("web/a.ts", "/src/b", "web/src/b.ts"),
        ("web/a.ts", "@/b", "web/src/b.ts"),
        ("web/a.ts", "~/b", "web/app/b.ts"),
        ("web/a.ts", "$lib/b", "web/src/lib/b.ts"),
    ],
)
def test_a_specifier_means_a_file(start: str, specifier: str, goal: str) -> None:
    files = {start: f"import '{specifier}'\n", goal: "", "web/package.json": "{}"}
    assert imported(files, start, goal) is not None


def test_an_import_never_leaves_the_repository() -> None:
    assert (
        imported(
            {"a.ts": "import '../../../etc/passwd'\nimport '/etc/passwd'\n", "b.ts": ""},
            "a.ts",
            "b.ts",
        )
        is None
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "A.vue",
            (
                '<template>\n<b/>\n</template>\n<script setup lang="ts">\nimport b from'
                " './b'\n</script>\n"
            ),
        ),
        ("A.svelte", "<p>\n\n</p>\n<script>\nimport b from './b'\n</script>\n"),
        ("A.astro", "---\n\n\n\nimport b from './b'\n---\n<b/>\n"),
    ],
)
def test_scripts_in_components_are_read(path: str, text: str) -> None:
    link = imported({path: text, "b.ts": ""}, path, "b.ts")
    assert link is not None and link.line == 5


@pytest.mark.parametrize(
    ("settings", "specifier"),
    [
        ({"tsconfig.json": {"compilerOptions": {"paths": {"#app/*": ["./lib/*"]}}}}, "#app/b"),
        ({"tsconfig.json": {"compilerOptions": {"baseUrl": "lib"}}}, "b"),
        (
            {"jsconfig.json": {"compilerOptions": {"baseUrl": ".", "paths": {"one": ["lib/b"]}}}},
            "one",
        ),
        (
            {"tsconfig.json": {"compilerOptions": {"paths": {"*": ["none/*"], "x/*": ["lib/*"]}}}},
            "x/b",
        ),
        (
            {
                "tsconfig.json": {"extends": "./base"},
                "base.json": {"compilerOptions": {"paths": {"x/*": ["lib/*"]}}},
            },
            "x/b",
        ),
        (
            {
                "tsconfig.json": {"references": [{"path": "./tsconfig.web.json"}]},
                "tsconfig.web.json": {"compilerOptions": {"paths": {"x/*": ["lib/*"]}}},
            },
            "x/b",
        ),
        (
            {
                "tsconfig.json": {"extends": ["@my/cfg/base.json"]},
                "cfg/package.json": {"name": "@my/cfg"},
                "cfg/base.json": {"compilerOptions": {"paths": {"x/*": ["../lib/*"]}}},
            },
            "x/b",
        ),
        ({"lib/package.json": {"name": "@my/lib"}}, "@my/lib/b"),
        ({"lib/package.json": {"name": "mine", "main": "b.ts"}}, "mine"),
        ({"lib/package.json": {"name": "mine", "exports": {".": {"import": "./b.js"}}}}, "mine"),
        ({"lib/package.json": {"name": "mine", "exports": {"./*": "./*.ts"}}}, "mine/b"),
        ({"package.json": {"imports": {"#in/*": "./lib/*.ts"}}}, "#in/b"),
    ],
)
def test_aliases_and_packages_lead_as_settings_say(
    settings: dict[str, object], specifier: str
) -> None:
    written = {path: json.dumps(data) for path, data in settings.items()}
    files = {"src/a.ts": f"import '{specifier}'\n", "lib/b.ts": "", **written}
    assert imported(files, "src/a.ts", "lib/b.ts") is not None


def test_a_built_file_means_its_source() -> None:
    manifest = json.dumps({"name": "kit", "main": "./dist/index.js", "types": "./dist/index.d.ts"})
    files = {
        "app/a.ts": "import 'kit'\n",
        "packages/kit/package.json": manifest,
        "packages/kit/src/index.ts": "",
    }
    assert imported(files, "app/a.ts", "packages/kit/src/index.ts") is not None


def test_settings_may_hold_comments_and_trailing_commas() -> None:
    settings = (
        '{\n  // aliases\n  "compilerOptions": {"paths": {"x/*": ["lib/*",], /* all */ "s":'
        ' ["a,]"]},},\n}\n'
    )
    assert (
        imported(
            {"a.ts": "import 'x/b'\n", "lib/b.ts": "", "tsconfig.json": settings},
            "a.ts",
            "lib/b.ts",
        )
        is not None
    )


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "[",
        "[]",
        '{"extends": 1}',
        '{"extends": "./tsconfig.json"}',
        '{"compilerOptions": []}',
        "[" * 10_000,
        '{"compilerOptions": {"paths": {"x/*": "lib/*"}}}',
    ],
)
def test_settings_that_make_no_sense_lead_nowhere(settings: str) -> None:
    assert (
        imported(
            {"a.ts": "import 'x/b'\n", "lib/b.ts": "", "tsconfig.json": settings},
            "a.ts",
            "lib/b.ts",
        )
        is None
    )


BARREL = {
    "ui/index.ts": (
        """\
export { Button as Knob } from './button'
export * from './card'
import Tab from './tab'
export { Tab }
"""
    ),
    "ui/button.ts": "export class Button {}\n",
    "ui/card.ts": "export const Card = 1\n",
    "ui/tab.ts": "export default class {}\n",
    "ui/modal.ts": "export const Modal = 1\n",
}


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("import {Knob} from './ui'", "ui/button.ts"),
        ("import {Card} from './ui'", "ui/card.ts"),
        ("import {Tab} from './ui'", "ui/tab.ts"),
        ("import * as ui from './ui'\nui.Knob()", "ui/button.ts"),
        ("import * as ui from './ui'\nui.Card", "ui/card.ts"),
        ("export {Knob as K} from './ui'", "ui/button.ts"),
    ],
)
def test_names_are_followed_through_an_index_file(text: str, goal: str) -> None:
    link = imported({**BARREL, "a.ts": text}, "a.ts", goal)
    assert link is not None and link.through == ("ui/index.ts",)


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("import {Button} from './ui'", "ui/button.ts"),
        ("import {Knob} from './ui'", "ui/card.ts"),
        ("import {Card} from './ui'", "ui/modal.ts"),
        ("import './ui'", "ui/button.ts"),
        ("import * as ui from './ui'\nui.Card", "ui/button.ts"),
    ],
)
def test_names_that_an_index_file_does_not_give_on_are_not_followed(text: str, goal: str) -> None:
    assert imported({**BARREL, "a.ts": text}, "a.ts", goal) is None
