"""libyaml reads ordinary YAML as ruamel.yaml does, to the character, and leaves everything else to
it.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.text.yaml import libyaml
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Repeats, YamlProblem
from tests.conftest import ROOT
from tests.text.yaml.test_parse import DATA, KEYS
from tests.views.validation.mutants import CORPUS, documents, mutants

FRONT = re.compile(r"---\n(.*?\n)---", re.DOTALL)
PIECES = [
    "a",
    "b: ",
    "key:",
    " ",
    "  ",
    "\n",
    "\n  ",
    "\n- ",
    "- ",
    "\n    ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    ": ",
    ":",
    "'x'",
    '"y"',
    "'",
    '"',
    "\\n",
    "\\\\",
    '\\"',
    "|\n",
    "|-\n",
    "|+\n",
    ">\n",
    ">-\n",
    ">+\n",
    "|2\n",
    "|  \n",
    "#",
    " # c\n",
    "?",
    "? ",
    "!",
    "&a ",
    "*a",
    "<<: ",
    "~",
    "null",
    "true",
    "yes",
    "08",
    "1.5",
    "1e3",
    "1_0",
    "1:30",
    ".inf",
    "-",
    "--",
    "---",
    "...",
    "=",
    "%",
    "@",
    "`",
    "é",
    "\U0001f600",
    "\xa0",
    "x y",
    "a#b",
    "a:b",
    "http://x",
    "\n\n",
    "\n \n",
    "\n   x\n",
    "+",
    "_",
    "it''s",
    "\t",
    "\r\n",
    "\x85",
]
LINES = [
    "a: 1",
    "b: x y",
    "c:",
    "  d: 2",
    "  - x",
    "- y",
    "  - k: v",
    "    z: w",
    "  - - n",
    "e: |",
    "e: >",
    "  text",
    "   more",
    "",
    "    deep",
    "f: [a, b]",
    "g: {a: b, c: 'd'}",
    "h: 'q'",
    'i: "w"',
    "# c",
    "  # c",
    "j: |-",
    "k: >+",
    " ",
    "   ",
    "    ",
    "l: [a,",
    "  b]",
    'm: "x',
    '  y"',
    "n: 'x",
    "  y'",
    "'q': 1",
    '"w": 2',
    "o : 3",
    "p: a # c",
    "- r: s",
    "  t: u",
    "[x, y]: z",
    "q: x: y",
    "- ",
    "-",
    "  -",
    "r: -",
    "s: [",
    "]",
    'u: {x: [1, {y: z}], w: "v"}',
    "v: [a: b, c]",
    "w: [a:b, c : d]",
    "x: ['a': b]",
    "y: {a, b: , c}",
    "? a",
    ": b",
    "a: 2",
    "z: 'a' b",
    "aa: |+",
    "bb: [a] # c",
    "cc: 0x1F",
    "dd: 1_0.5",
    "ee: [é, \U0001f600]",
    "\U0001f600: x",
    f"{'x' * 1030}: y",
    f"- '{'x' * 1030}': y",
    "ff: [{}, [], '', \"\"]",
    "gg: ''",
    "hh: [-1, - a, -]",
    "ii: {'a':b, \"c\": d}",
    "jj: [a#b, a #b]",
    "kk: x#y",
    "ll: a:",
    "mm: [http://x:1/y, a:, b]",
    "nn: {a:b, c}",
]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map(lambda pieces: "a0: " + "".join(pieces)),
    st.lists(
        st.tuples(st.sampled_from(["", "", "", "  ", "    "]), st.sampled_from(LINES)), max_size=8
    ).map(lambda lines: "\n".join(map("".join, lines)) + "\n"),
)


def outcome(text: str) -> str:
    """Return the complete result of reading a text as words: `1`, `1.0` and `true` differ, and the
    order of keys counts.
    """
    repeats = Repeats(("truths",))
    try:
        value = yaml.parse(text, 7, repeats)
    except YamlProblem as problem:
        return repr((problem.message, problem.offset, problem.start, problem.final, repeats.found))
    return repr((value, repeats.found))


def agreed(text: str) -> bool:
    """Say whether libyaml reads a text; then ruamel.yaml reads the same."""
    if libyaml.compose(text) is None:
        return False
    read = outcome(text)
    with mock.patch.object(libyaml, "compose", lambda _: None):
        assert outcome(text) == read, text
    return True


def fronts(plans: list[bytes]) -> list[str]:
    """Return the front matter of plans."""
    matches = (FRONT.match(plan.decode("utf-8", "replace")) for plan in plans)
    return [match[1] for match in matches if match]


ORDINARY = textwrap.dedent("""\
    # a comment
    phase: 01-first
    plan: 08
    title: "It says \\"yes\\""   # another
    depends_on: []
    files_modified: [src/a.py, 'b c.ts', "d:e", https://example.org:80/x]
    must_haves:
      truths:
      - Ä \U0001f600 user's word: it's there
      - statement: 'It''s here'
        verify: |
          grep -q x a.txt &&
            true
      key_links:
        - {from: a, to: b, via: {pattern: "x", odd: ~}}
    costs: [1, 1.5, 1e3, 0x1F, 0o17, 1_0.5, 1:30, 2026-11-20, yes, on, True, .inf, =, null, 1_000]
    """)


def test_an_ordinary_text_is_read_by_libyaml_as_by_ruamel() -> None:
    assert agreed(ORDINARY)
    assert agreed(ORDINARY + "plan: 09\n"), "what is a problem for both is the same problem"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "- a",
        "[a]",
        "a: 'b\n  c'",
        'a: "b\n  c"',
        "a: b\n  c",
        "a: [b,\n  c]",
        "a:\n",
        "a: [b, ]x",
        "a: {b: , c: d}",
        "a:\tb",
        "a: b\r\n",
        "\ufeffa: b",
        "a: b\x85",
        "a: b\u2028",
        "a: \x07",
        "a: \udc80",
        "---\na: b",
        "a: b\n...\n",
        "%YAML 1.1\n---\na: b",
        "a: &x b",
        "a: &x [b]\nc: *x",
        "a: !!str 1",
        "a: ! b",
        "? a\n: b",
        "a:\n  ? b",
        "[a]: b",
        "a: |2\n   b",
        "a: | # c\n  b",
        "a: |\n \n   b\n",
        "a: |\n\n  b\n",
        'a: "\\u00e9"',
        'a: "\\\'"',
        "a: ['b':c]",
        "a: [b:, c]",
        "a: [b?c]",
        "a: {b?: c}",
        "a: [-1]",
        "a: " + "[" * 60 + "]" * 60,
        "  a: b\nc: d",
        "a: b: c",
        "a: `b`",
        "a: 'b' c",
    ],
)
def test_what_is_not_ordinary_is_left_to_ruamel(text: str) -> None:
    assert libyaml.compose(text) is None


def test_without_libyaml_everything_is_left_to_ruamel(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = outcome(ORDINARY)
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    assert libyaml.compose(ORDINARY) is None
    assert outcome(ORDINARY) == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a: [{b: "])
def test_deep_nesting_is_left_to_ruamel_and_takes_no_time(opening: str) -> None:
    assert libyaml.compose("a: " + opening * 100_000) is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
def test_nearly_all_plans_go_the_quick_way() -> None:
    texts = fronts(documents())
    assert sum(libyaml.compose(text) is not None for text in texts) > 0.9 * len(texts)
    assert all(agreed(text) for text in texts[::50] if libyaml.compose(text))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.y*ml")), ids=lambda path: path.name
)
def test_the_templates_are_read_alike(path: Path) -> None:
    agreed(path.read_text())


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(KEYS, DATA, max_size=5))
def test_what_forge_writes_is_read_alike(data: dict[str, object]) -> None:
    agreed(yaml.dump(data))


@settings(deadline=None, max_examples=300)
@given(texts)
def test_texts_made_of_yaml_are_read_alike(text: str) -> None:
    agreed(text)


@settings(deadline=None, max_examples=300)
@given(st.from_regex(r"[-+.0-9_eExXob:TZ/aAnNfFiIlLtTrRuUsSyY~=<]{1,12}", fullmatch=True))
def test_plain_scalars_mean_the_same(text: str) -> None:
    agreed(f"a: {text}\n")


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
def test_some_mutated_plans_are_read_alike() -> None:
    assert sum(agreed(text) for text in fronts(list(mutants(0, 100)))) > 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(deadline=None, max_examples=20_000)
@given(texts)
def test_many_texts_made_of_yaml_are_read_alike(text: str) -> None:
    agreed(text)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
@pytest.mark.parametrize("seed", range(2000, 2025))
def test_fifty_thousand_mutated_plans_are_read_alike(seed: int) -> None:
    for text in fronts(list(mutants(seed, 2000))):
        agreed(text)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
def test_the_whole_corpus_is_read_alike() -> None:
    for text in fronts(documents()):
        agreed(text)
