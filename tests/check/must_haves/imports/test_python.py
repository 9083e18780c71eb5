"""Where the imports of Python files lead."""

from __future__ import annotations

import pytest

from tests.check.must_haves.links.key_links import imported

PACKAGE = {
    "src/pkg/__init__.py": "from .core import Engine\nfrom .parts import *\n",
    "src/pkg/core.py": "class Engine: ...\nclass Spare: ...\n",
    "src/pkg/parts.py": "def wheel(): ...\n",
    "src/pkg/sub/__init__.py": "",
    "src/pkg/sub/deep.py": "",
}


@pytest.mark.parametrize(
    ("start", "text", "goal"),
    [
        ("app.py", "import lib.util\n", "lib/util.py"),
        ("app.py", "import lib.util as u\n", "lib/util.py"),
        ("app.py", "from lib import util\n", "lib/util.py"),
        ("app.py", "from lib import (\n    util,\n    other,\n)\n", "lib/util.py"),
        ("app.py", "from lib.util import f\n", "lib/util.py"),
        ("app.py", "from lib.util import *\n", "lib/util.py"),
        ("app.py", "def f():\n    from lib import util\n", "lib/util.py"),
        ("app.py", "try:\n    import lib.util\nexcept ImportError:\n    pass\n", "lib/util.py"),
        ("app.py", "import importlib\nm = importlib.import_module('lib.util')\n", "lib/util.py"),
        ("app.py", "import lib\n", "lib/__init__.py"),
        ("app.py", "from lib import anything\n", "lib/__init__.py"),
        ("lib/a.py", "from . import util\n", "lib/util.py"),
        ("lib/a.py", "from .util import f\n", "lib/util.py"),
        ("lib/a/b.py", "from ..util import f\n", "lib/util.py"),
        ("lib/a/b.py", "from .. import util\n", "lib/util.py"),
        ("tests/test_a.py", "from kit import util\n", "src/kit/util.py"),
        ("backend/app/main.py", "from app.db import session\n", "backend/app/db/session.py"),
        ("scripts/run.py", "import util\n", "scripts/util.py"),
        ("tests/test_tool.py", "import tool\n", "scripts/tool.py"),
        ("services/a/main.py", "from shared.models import User\n", "packages/shared/models.py"),
        ("app.pyi", "from lib import util\n", "lib/util.pyi"),
    ],
)
def test_an_import_leads_to_its_file(start: str, text: str, goal: str) -> None:
    link = imported({start: text, "lib/__init__.py": "", goal: ""}, start, goal)
    assert link is not None and link.target == goal


@pytest.mark.parametrize(
    ("start", "text", "goal"),
    [
        ("app.py", "import library.util\n", "lib/util.py"),
        ("app.py", "from lib import other\n", "lib/util.py"),
        ("app.py", "x = 'from lib import util'\n", "lib/util.py"),
        ("app.py", "# import lib.util\n", "lib/util.py"),
        ("app.py", "import json\n", "tools/json.py"),
        ("a/main.py", "import util\n", "b/util.py"),
        ("lib/a.py", "from .. import util\n", "lib/util.py"),
        ("a.py", "from ....x import y\n", "x.py"),
        ("a.py", "import_module('')\nimport_module('.')\n", "b.py"),
    ],
)
def test_an_import_does_not_lead_elsewhere(start: str, text: str, goal: str) -> None:
    assert imported({start: text, goal: "", "c/util.py": ""}, start, goal) is None


def test_the_nearest_module_of_a_name_is_meant() -> None:
    files = {"a/main.py": "import util\n", "a/util.py": "", "util.py": ""}
    assert imported(files, "a/main.py", "a/util.py") is not None
    assert imported(files, "a/main.py", "util.py") is None


def test_a_re_exported_name_leads_to_its_definition() -> None:
    files = {**PACKAGE, "app.py": "\nfrom pkg import Engine\n"}
    link = imported(files, "app.py", "src/pkg/core.py")
    assert link is not None and (link.line, link.through) == (2, ("src/pkg/__init__.py",))
    assert imported(files, "app.py", "src/pkg/sub/deep.py") is None


def test_a_name_given_on_with_everything_has_to_be_declared_there() -> None:
    assert (
        imported({**PACKAGE, "app.py": "from pkg import wheel\n"}, "app.py", "src/pkg/parts.py")
        is not None
    )
    assert (
        imported({**PACKAGE, "app.py": "from pkg import spoke\n"}, "app.py", "src/pkg/parts.py")
        is None
    )


def test_names_given_round_in_a_circle_end() -> None:
    files = {
        "a.py": "from b import x\n",
        "b.py": "from c import x\n",
        "c.py": "from b import x\n",
        "d.py": "",
    }
    assert imported(files, "a.py", "d.py") is None


@pytest.mark.parametrize(
    "text",
    ["import (\n", "\0", "x = " + "(" * 5000, "-" * 100_000 + "1", "import a" + ".a" * 50_000],
)
def test_source_that_does_not_parse_imports_nothing(text: str) -> None:
    assert imported({"a.py": text, "b.py": ""}, "a.py", "b.py") is None
