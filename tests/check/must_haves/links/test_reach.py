"""Key links without a pattern: imports decide; other files are held to references, and words are
looked for.
"""

from __future__ import annotations

import pytest

from tests.check.must_haves.links.key_links import judged, shown


def test_an_import_links() -> None:
    files = {
        "app.py": '"""An app."""\n\nfrom lib import util\n',
        "lib/__init__.py": "",
        "lib/util.py": "",
    }
    verdict = judged(files, "app.py", "lib/util.py")
    assert shown(verdict) == ["app.py:3 import"]
    assert "imports `lib/util.py` on line 3" in verdict.reason


@pytest.mark.parametrize(
    "text",
    ["# from lib import util\n", '"""from lib import util, see lib/util.py"""\n', "import other\n"],
)
def test_a_mention_does_not_count_as_an_import(text: str) -> None:
    assert judged({"app.py": text, "lib/util.py": ""}, "app.py", "lib/util.py").verdict == "fail"


def test_a_mention_in_a_string_is_undecided_if_imports_decide() -> None:
    verdict = judged({"app.js": 'spawn("./worker.js")\n', "worker.js": ""}, "app.js", "worker.js")
    assert verdict.verdict == "unproven" and "no proof" in verdict.reason


def test_an_import_in_the_opposite_direction_fails_with_a_hint() -> None:
    verdict = judged(
        {"a.ts": "export const x = 1\n", "b.ts": "import {x} from './a'\n"}, "a.ts", "b.ts"
    )
    assert (
        verdict.verdict == "fail"
        and "it is `b.ts` that imports `a.ts`, on line 1" in verdict.reason
    )


def test_to_has_to_exist() -> None:
    verdict = judged({"app.py": "from lib import util\n"}, "app.py", "lib/util.py")
    assert verdict.verdict == "fail" and "is not there" in verdict.reason


def test_source_that_does_not_parse_is_undecided() -> None:
    verdict = judged({"app.py": "def (:\nimport lib\n", "lib.py": ""}, "app.py", "lib.py")
    assert verdict.verdict == "unproven" and "does not parse" in verdict.reason


def test_a_link_of_a_file_to_itself_is_undecided() -> None:
    assert judged({"a.py": "import a\n"}, "a.py", "a.py").verdict == "unproven"


def test_to_can_be_a_folder_a_glob_or_relative() -> None:
    files = {"src/app.ts": "import x from './parts/x'\n", "src/parts/x.ts": "", "src/y.ts": ""}
    for goal in (
        "src/parts",
        "src/parts/",
        "src/parts/*.ts",
        "parts/x.ts",
        "src/parts/x.js",
        "src/parts/x",
    ):
        assert shown(judged(files, "src/app.ts", goal)) == ["src/app.ts:1 import"], goal
    assert judged(files, "src/app.ts", "src/y.ts").verdict == "fail"


def test_a_symbol_after_the_path_must_be_used() -> None:
    files = {"a.ts": "import {run} from './b'\nrun()\n", "b.ts": ""}
    assert judged(files, "a.ts", "b.ts runNow()").verdict == "unproven"
    assert (
        judged({**files, "a.ts": "import {runNow} from './b'\n"}, "a.ts", "b.ts runNow()").verdict
        == "pass"
    )


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("index.html", '<p>\n<script src="js/app.js"></script>\n', 2),
        ("docs/a.md", "[the app](../js/app.js)\n", 1),
        ("build.sh", 'node "$ROOT/js/app.js"\n', 1),
        ("ci.yml", "run:\n  - node js/app.js\n", 2),
        ("package.json", '{"main": "./js/app.js"}\n', 1),
        ("Makefile", "run:\n\tnode js/app.js\n", 2),
        ("js/readme.md", "`app.js` does it.\n", 1),
    ],
)
def test_a_plain_reference_links_in_languages_without_imports(
    path: str, text: str, line: int
) -> None:
    files = {path: text, "js/app.js": "", "old/app.js": ""}
    assert shown(judged(files, path, "js/app.js")) == [f"{path}:{line} reference (text)"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("index.html", '<script src="old/app.js"></script>\n'),
        ("build.sh", "node app.json; node my-app.js; node app.js.bak\n"),
        ("docs/a.md", "The app.\n"),
        ("main.css", "@import 'base.css';\n"),
    ],
)
def test_a_file_that_names_another_one_does_not_link(path: str, text: str) -> None:
    assert (
        judged({path: text, "js/app.js": "", "old/app.js": ""}, path, "js/app.js").verdict == "fail"
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", "# js/app.js\n"),
        ("a.html", "<!-- js/app.js -->\n"),
        ("a.yml", "# js/app.js\nx: 1\n"),
        ("A.java", "// js/app.js\n"),
    ],
)
def test_a_reference_in_a_comment_fails(path: str, text: str) -> None:
    verdict = judged({path: text, "js/app.js": ""}, path, "js/app.js")
    assert verdict.verdict == "fail" and "only in a comment" in verdict.reason
    assert verdict.evidence[0].how == "comment"


def test_data_that_names_nothing_is_undecided() -> None:
    assert (
        judged({"de.json": '{"a": "b"}\n', "en.json": "{}\n"}, "de.json", "en.json").verdict
        == "unproven"
    )


@pytest.mark.parametrize(
    ("path", "text", "goal"),
    [
        ("app.rb", "require_relative 'lib/util'\n", "lib/util.rb"),
        ("main.lua", 'local u = require("lib.util")\n', "lib/util.lua"),
        ("main.lua", 'local u = require("lib.util")\n', "lib/util/init.lua"),
        ("main.dart", "import 'package:app/lib/util.dart';\n", "lib/util.dart"),
        ("main.cpp", '#include "lib/util.hpp"\n', "lib/util.hpp"),
        ("a.scss", "@use 'lib/util';\n", "lib/_util.scss"),
        ("journal.json", '{"tag": "0014_add_column"}\n', "db/0014_add_column.sql"),
        ("app.py", "cursor.execute(open('sql/schema.sql').read())\n", "sql/schema.sql"),
        ("app.go", "package app\n//go:embed schema.sql\nvar s string\n", "schema.sql"),
        ("server.ts", "res.render('pages/home.ejs')\n", "views/pages/home.ejs"),
    ],
)
def test_files_are_taken_in_as_their_languages_write_it(path: str, text: str, goal: str) -> None:
    verdict = judged({path: text, goal: ""}, path, goal)
    assert verdict.verdict == "pass" and verdict.evidence[0].how == "reference (text)"


def test_a_header_means_its_source() -> None:
    files = {"main.cpp": '#include "util.hpp"\n', "lib/util.cpp": "", "lib/util.hpp": ""}
    assert judged(files, "main.cpp", "lib/util.cpp").verdict == "pass"
    assert (
        judged({"main.cpp": "int x;\n", "lib/util.cpp": ""}, "main.cpp", "lib/util.cpp").verdict
        == "fail"
    )
    files = {
        "main.cpp": '#include "all.hpp"\n',
        "all.hpp": '#include "lib/util.hpp"\n',
        "lib/util.hpp": "",
    }
    assert (
        judged(files, "main.cpp", "lib/util.hpp").verdict == "unproven"
    )  # by way of another header, which is not followed


@pytest.mark.parametrize(
    ("path", "goal"),
    [("A.java", "b/UserService.java"), ("A.cs", "b/UserService.cs"), ("a.rb", "b/user_service.rb")],
)
def test_the_type_that_a_file_holds_links_as_text(path: str, goal: str) -> None:
    assert shown(judged({path: "x\nUserService s\n", goal: ""}, path, goal)) == [f"{path}:2 text"]
    assert judged({path: "UserServices s\n", goal: ""}, path, goal).verdict == "unproven"
    assert judged({path: 's = "UserService"\n', goal: ""}, path, goal).verdict == "unproven"


def test_languages_that_cannot_import_each_other_need_a_reference() -> None:
    files = {"ui.ts": "invoke('save')\n", "save.rs": "fn save() {}\n"}
    assert judged(files, "ui.ts", "save.rs").verdict == "unproven"


@pytest.mark.parametrize(
    ("goal", "text", "how"),
    [
        ("/api/users", "fetch('/api/users')", "route (text)"),
        ("GET /api/users/:id", "fetch(`/api/users/${id}`)", "route (text)"),
        ("/api/users/{id} endpoint", "fetch('/api/users/7')", "route (text)"),
        ("zod", "import {z} from 'zod'", "import"),
        ("@scope/kit", "import {z} from '@scope/kit/sub'", "import"),
        ("zod package", "import {z} from 'zod'", "import"),
        ("node:fs", "import fs from 'fs'", "import"),
        ("loadUser", "const u = loadUser()", "symbol (text)"),
        ("UserService.load()", "this.userService.load()", "symbol (text)"),
        ("db.transaction", "await db\n  .transaction(f)", "symbol (text)"),
        ("users", "db.from('users')", "symbol (text)"),
        ("openDb, closeDb", "openDb(); closeDb()", "symbol (text)"),
        ("the loadUser hook", "const u = loadUser()", "names in prose (text): loadUser"),
        ("select all users", "q = 'select all users now'", "text"),
        ("localhost:3000", "x = 'http://localhost:3000/'", "text"),
    ],
)
def test_words_are_looked_for(goal: str, text: str, how: str) -> None:
    verdict = judged({"a.ts": f"let a;\n{text}\n"}, "a.ts", goal)
    assert verdict.verdict == "pass"
    assert (verdict.evidence[0].line, verdict.evidence[0].how) == (2, how)


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        ("/api/users", "fetch('/api/users-old')"),
        ("/api/users", "// /api/users"),
        ("/", "x = '/'"),
        ("/:id", "x = '/7'"),
        ("zod", "import {z} from 'zodiac'"),
        ("loadUser", "// loadUser()"),
        ("loadUser", "const s = 'please loadUser now'"),
        ("loadUser", "loadUsers()"),
        ("openDb, closeDb", "openDb()"),
        ("the database", "database()"),
        ("users table", "x = 1"),
        ("the loadUser hook", "load()"),
        ("a.b", "b"),
    ],
)
def test_words_that_are_not_there_are_undecided(goal: str, text: str) -> None:
    assert judged({"a.ts": f"{text}\n"}, "a.ts", goal).verdict == "unproven"


def test_a_path_outside_is_looked_for_as_words_at_most() -> None:
    assert judged({"a.ts": "x\n"}, "a.ts", "../../etc/passwd").verdict == "unproven"
    assert judged({"a.ts": "x\n"}, "a.ts", "/etc/passwd").verdict == "unproven"


def test_names_in_one_go_package_need_no_import() -> None:
    files = {
        "p/a.go": "package p\n\nfunc run() { load() }\n",
        "p/b.go": "package p\n\nfunc load() {}\n",
        "p/c.go": "package p\n\nfunc save() {}\n",
    }
    assert shown(judged(files, "p/a.go", "p/b.go")) == ["p/a.go:3 use in the same package"]
    assert judged(files, "p/a.go", "p/c.go").verdict == "fail"
