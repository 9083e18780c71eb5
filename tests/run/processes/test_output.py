"""The captured output of a child."""

from __future__ import annotations

import io
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.run.processes.output import Output


def output(limit: int, *chunks: bytes) -> Output:
    made = Output(limit)
    for chunk in chunks:
        made.add(chunk)
    return made


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.lists(st.binary(max_size=30), max_size=8))
def test_head_and_tail_are_the_ends_of_what_was_printed(limit: int, chunks: list[bytes]) -> None:
    made, whole = output(limit, *chunks), b"".join(chunks)
    assert made.total == len(whole) and made.truncated == (len(whole) > limit)
    first, _, last = made.text().partition("\n[… ")
    if made.truncated:
        assert whole.decode("utf-8", "replace").startswith(first.rstrip("\ufffd"))
        last = last.partition("left out …]\n")[2]
        assert whole.decode("utf-8", "replace").endswith(last.lstrip("\ufffd"))
    else:
        assert made.text() == whole.decode("utf-8", "replace")


SECRET = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize("before", range(0, 140, 7))
@pytest.mark.parametrize("chunk", [1, 50, 10_000])
def test_no_part_of_a_secret_is_left_at_a_cut(before: int, chunk: int) -> None:
    data = (b"." * before + b" " + SECRET.encode() + b" ") * 400
    made = output(200, *(data[start : start + chunk] for start in range(0, len(data), chunk)))
    text, removed = made.clean()
    assert made.truncated and not any(SECRET[i : i + 8] in text for i in range(len(SECRET) - 7))
    assert removed == text.count("[secret removed]")


@pytest.mark.parametrize("filler", [b"word\n", b"word "])
@pytest.mark.parametrize("before", [-11_500, -6000, -20, 0])
def test_no_part_of_a_long_value_is_left_at_a_cut(before: int, filler: bytes) -> None:
    value = "".join(random.Random(before).choices(string.ascii_letters + string.digits, k=12_000))
    for at in (10_000 + before, 70_000 + before):
        text = (filler * 20_000)[:at] + f" password: {value}".encode() + filler * 20_000
        shown = output(20_000, text[: 80_000 + len(value)]).text()
        assert not any(value[i : i + 12] in shown for i in range(0, len(value) - 12, 6))


def test_a_key_that_is_cut_in_the_middle_is_left_out() -> None:
    body = "\n".join("MIIEpAIBAAKCAQEA" + "b3Blbn" * 8 for _ in range(30))
    key = f"-----BEGIN {'PRIVATE'} KEY-----\n{body}\n-----END {'PRIVATE'} KEY-----"
    text = output(1000, f"start\n{key}\nend\n".encode() + b"x" * 300).text()
    assert text.startswith("start\n") and "end\n" in text and "b3Blbn" not in text


def test_the_file_ends_before_a_secret_that_its_limit_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.run.processes.output._KEPT_WHOLE", 5000)
    made = Output(100, io.BytesIO())
    made.add(b"." * 4980 + b" " + SECRET.encode() + b" the end")
    assert "ghp_" not in made.whole()


def test_short_output_is_kept_whole() -> None:
    made = output(100, b"one\n", b"two\n")
    assert (made.text(), made.truncated) == ("one\ntwo\n", False)


def test_a_gap_is_cut_at_ends_of_lines_and_counted() -> None:
    made = output(40, b"".join(b"line %02d\n" % number for number in range(20)))
    assert made.truncated
    assert made.text() == "line 00\nline 01\n\n[… 128 bytes left out …]\nline 18\nline 19\n"


def test_a_long_line_is_cut_where_the_limit_is() -> None:
    text = output(10, b"a" * 50).text()
    assert text == "aaaaa\n[… 40 bytes left out …]\naaaaa"


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    assert output(100, b"\xff\xfe ok").text() == "\ufffd\ufffd ok"


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"one\ntwo\nthr"], "one\ntwo"),
        ([b"no end"], ""),
        ([b"10 %\r20 %\r3"], "10 %\n20 %"),
        ([b"done\n\n\n"], "done"),
    ],
)
def test_the_latest_lines_are_complete(chunks: list[bytes], expected: str) -> None:
    assert output(1000, *chunks).latest_lines() == expected


def test_a_parser_may_give_the_latest_line() -> None:
    made = output(100, b"{}\n")
    made.latest_line = lambda: "thinking"
    assert made.latest_lines() == "thinking"


def test_a_message_gets_the_last_lines_only() -> None:
    made = output(10_000, b"".join(b"%d\n" % number for number in range(30)))
    assert made.last_lines().splitlines()[0] == "10"
    assert made.last_lines(2) == "28\n29"
    assert len(output(100_000, b"x" * 50_000).last_lines()) == 4000


def test_the_file_gets_everything_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.run.processes.output._KEPT_WHOLE", 10)
    file = io.BytesIO()
    made = Output(4, file)
    for chunk in (b"abcdef", b"ghijkl", b"mn"):
        made.add(chunk)
    assert file.getvalue() == b"abcdefghij"
    assert made.total == 14


def test_a_full_disk_does_not_end_the_capture() -> None:
    class FullDisk(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    made = Output(100, FullDisk())
    made.add(b"text\n")
    assert made.text() == "text\n"
