"""Secrets in text: which are found, and text without them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.check.secrets.scrub import scrub, scrub_part, scrubbed, secrets_in

REMOVED = "[secret removed]"
# Put together here, so that no scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp_" + "a1B2" * 9
SLACK = "xoxb-" + "123456789012-123456789012-" + "a" * 24
STRIPE = "sk_live_" + "0a1b2c3d4e5f6g7h8i9j0k1l"
URL = "https://ada:" + "correcthorse@example.com/x"
KEY = [
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA",
    "c2Vjb25kIGxpbmU=",
    "-----END RSA " + "PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", [AWS, GITHUB, SLACK, STRIPE], ids=lambda text: text[:8])
def test_a_secret_is_found_and_removed(secret: str) -> None:
    assert secret in {text for _, text in secrets_in(f"token: {secret}")}
    text, removed = scrub(f"before {secret} after")
    assert text == f"before {REMOVED} after" and removed == 1


@pytest.mark.parametrize("secret", [AWS, GITHUB, SLACK])
def test_a_kind_is_named(secret: str) -> None:
    kinds = [kind for kind, _ in secrets_in(secret)]
    assert kinds and all(kinds)


def test_a_password_in_a_url() -> None:
    text, removed = scrub(f"cloning {URL}")
    assert "correcthorse" not in text and removed >= 1


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "the quick brown fox jumps over the lazy dog",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "sha256: " + "ab" * 32,
        "password = input()",
        "user@example.com",
        "http://localhost:8000/path",
        "127.0.0.1",
        "key: value",
        "token",
    ],
)
def test_ordinary_lines_stay(line: str) -> None:
    assert list(secrets_in(line)) == [] and scrub(line) == (line, 0)


def test_all_lines_of_a_private_key_go() -> None:
    text, removed = scrub("\n".join(["before", *KEY, "after"]))
    assert text.split("\n") == ["before", REMOVED, "after"] and removed == 1


def test_an_unclosed_private_key_goes_to_the_end() -> None:
    text, removed = scrub("\n".join(["before", *KEY[:3]]))
    assert text.split("\n") == ["before", REMOVED] and removed == 1


def test_a_key_whose_begin_is_missing_goes_up_to_its_end() -> None:
    text, removed = scrub("\n".join(["before it", *KEY[1:], "after"]))
    assert text.split("\n") == ["before it", REMOVED, "after"] and removed == 1


@pytest.mark.parametrize("line", [f'if text.startswith("{KEY[0]}"):', f"{KEY[0]}\nafter", KEY[3]])
def test_the_marks_of_a_key_alone_are_no_secret(line: str) -> None:
    assert scrub(line) == (line, 0)


def test_a_labeled_secret_goes_wherever_it_is_repeated() -> None:
    value = "q7Rt2LmZ" + "9xKw4Vb1"
    text, removed = scrub(f"API_KEY={value}\nconnecting with {value}")
    assert text == f"API_KEY={REMOVED}\nconnecting with {REMOVED}" and removed == 1


def test_one_secret_twice_in_a_line_counts_twice() -> None:
    assert scrub(f"{AWS} {AWS}") == (f"{REMOVED} {REMOVED}", 2)


def test_several_lines_keep_their_order_and_line_ends() -> None:
    text, removed = scrub(f"a\r\n{AWS}\n\n{GITHUB}\n")
    assert text == f"a\r\n{REMOVED}\n\n{REMOVED}\n" and removed == 2


def test_the_texts_of_nested_data() -> None:
    data: dict[str, object] = {
        "text": f"x {AWS}",
        "count": 3,
        "none": None,
        "list": [AWS, 1, {"deep": GITHUB}],
        "map": {"key": AWS, "other": True},
    }
    assert scrubbed(data) == {
        "text": f"x {REMOVED}",
        "count": 3,
        "none": None,
        "list": [REMOVED, 1, {"deep": REMOVED}],
        "map": {"key": REMOVED, "other": True},
    }


def test_a_long_text_without_any_secret_is_returned_as_it_is() -> None:
    text = "lorem ipsum dolor\n" * 50_000
    assert scrub(text)[0] is text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 120), st.integers(0, 120))
def test_a_cut_leaves_no_part_of_a_secret(start: int, end: int) -> None:
    data = f"some words {GITHUB} and more {AWS} at the end".encode()
    start, end = sorted((min(start, len(data)), min(end, len(data))))
    part = scrub_part(data, start, end)
    assert part.start >= start and part.end <= end
    for secret in (GITHUB, AWS):
        assert not any(secret[i : i + 8] in part.text for i in range(len(secret) - 7))


def test_a_password_in_a_url_is_found_if_the_cut_is_before_its_end() -> None:
    data = f"cloning {URL}".encode()
    part = scrub_part(data, 0, data.index(b"@"))
    assert part.text == f"cloning https://ada:{REMOVED}" and part.secrets == 1
