"""Printing: replies on standard output, errors and messages on standard error."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from forge.errors import GitFailed, NotApproved, UsageError
from forge.front.cli import output
from forge.front.envelope import Reply
from forge.text.printable import Styled, Verbatim


def test_a_reply_is_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_reply("runs", "01A", Reply({"runs": []}, "there are no runs"), as_json=False)
    assert capsys.readouterr() == ("there are no runs\n", "")


def test_a_reply_without_text_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_reply("diff", "01A", Reply({}), as_json=False)
    assert capsys.readouterr() == ("", "")


def test_a_reply_is_printed_as_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_reply("runs", "01A", Reply({"runs": ["é"]}, "text"), as_json=True)
    printed = capsys.readouterr().out
    assert json.loads(printed)["data"] == {"runs": ["é"]}
    assert "é" in printed and printed.startswith('{\n "schema"')


def test_json_after_other_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_reply("timeline", "01A", Reply({"run": "r"}, one_line=True), as_json=True)
    assert capsys.readouterr().out.count("\n") == 1


def test_only_what_is_printed_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    def never() -> dict[str, object]:
        raise AssertionError("the data are not printed")

    output.print_reply("audit", "01A", Reply(never, lambda: "3 plans"), as_json=False)
    assert capsys.readouterr().out == "3 plans\n"


def test_an_error_has_its_hint_and_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    error = UsageError("no step was tried", "continue the run", ["forge resume", "forge stop"])
    output.print_error("retry", "01A", error, as_json=False)
    assert capsys.readouterr() == (
        "",
        "forge: no step was tried\n  continue the run\n    forge resume\n    forge stop\n",
    )


def test_an_error_without_a_hint_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_error("status", "01A", GitFailed("git failed"), as_json=False)
    assert capsys.readouterr().err == "forge: git failed\n"


def test_json_of_an_error_goes_beside_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    error = NotApproved("01-01 is not approved", "approve it", ["forge approve 01-01"])
    output.print_error("execute", "01A", error, as_json=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["data"]["next"] == ["forge approve 01-01"]
    assert printed.err.startswith("forge: 01-01 is not approved\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é", "plain é"),
        ("half \ud83d", "half <U+D83D>"),
        ("\x1b]0;title\x07", "<U+001B>]0;title<U+0007>"),
        ("one\nforged: two", "one<U+000A>forged: two"),
        ("one\r\nforged: two", "one<U+000D><U+000A>forged: two"),
        ("a\tb", "a<U+0009>b"),
        ("\u202ereversed", "<U+202E>reversed"),
        ("pa\u200byload", "pa<U+200B>yload"),
        ("\u3164name\u2800", "<U+3164>name<U+2800>"),
        ("a\ufe0f", "a<U+FE0F>"),
        ("\u2764\ufe0f \U0001f469\u200d\U0001f4bb", "\u2764\ufe0f \U0001f469\u200d\U0001f4bb"),
        ("\x9b2J", "<U+009B>2J"),
        ("\u2028next", "<U+2028>next"),
    ],
)
def test_a_line_stays_one_line_and_shows_what_does_not_print(text: str, shown: str) -> None:
    assert output.rendered(text) == shown
    assert output.rendered([text, (text, Styled(text))]) == f"{shown}\n{shown}{shown}"


def test_colors_are_forges_own() -> None:
    line = (Styled("a\x1b[2J", "red", bold=True), "b\x1b[0m")
    assert output.rendered([line]) == "\x1b[31m\x1b[1ma<U+001B>[2J\x1b[0mb<U+001B>[0m"


def test_a_text_with_a_format_of_its_own_is_printed_as_it_is() -> None:
    assert output.rendered(Verbatim("a\x1b\nb")) == "a\x1b\nb"


def test_json_escapes_what_does_not_print(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"title": "\x9b2J\u202e\x7f\U000e0041é"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"title": "\x9b2J\u202e\x7f\U000e0041é"}
    assert "\\u009b2J\\u202e\\u007f\\udb40\\udc41é" in printed


@pytest.mark.parametrize("service", ["GITHUB_ACTIONS", "TF_BUILD"])
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  ::error::forged", "  <U+003A>:error<U+003A>:forged"),
        ("title ##[error]forged", "title <U+0023>#[error]forged"),
        ("##vso[task.complete]", "<U+0023>#vso[task.complete]"),
        ("std::string", "std::string"),
    ],
)
def test_a_value_is_no_command_to_a_service_that_runs_jobs(
    service: str, line: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_ACTIONS", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    assert output.rendered(line) == line
    monkeypatch.setenv(service, "true")
    assert output.rendered(line) == shown


def test_an_error_of_several_lines_keeps_each_value_on_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = UsageError(["there are:", "  a\nb"], "name\none", ["forge show 'a\nb'"])
    output.print_error("show", "01A", error, as_json=False)
    assert capsys.readouterr().err == (
        "forge: there are:\n  a<U+000A>b\n  name<U+000A>one\n    forge show 'a<U+000A>b'\n"
    )


def test_what_a_stream_cannot_encode_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    output.print_line("é")
    assert stream.buffer.getvalue() == b"\\xe9\n"  # type: ignore[attr-defined]


def test_messages_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_note("warning: \ud83d")
    output.print_line("an answer")
    assert capsys.readouterr() == ("an answer\n", "warning: <U+D83D>\n")


class FullStream(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_message_that_cannot_be_written_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", FullStream())
    output.print_note("warning")


def raising(error: OSError) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "delivered"),
    [
        (None, 0, 0),
        (None, 4, 4),
        (BrokenPipeError(), 0, 0),
        (BrokenPipeError(), 1, 1),
        (OSError(28, "No space left on device"), 0, 1),
        (OSError(28, "No space left on device"), 3, 3),
    ],
)
def test_what_cannot_be_written_is_an_error_unless_the_reader_has_left(
    error: OSError | None,
    code: int,
    delivered: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silenced: list[object] = []
    monkeypatch.setattr(output, "_silence", lambda *streams: silenced.extend(streams))
    assert output.deliver(lambda: raising(error) if error else None, code) == delivered
    complaint = "forge: what was printed could not be written: No space left on device\n"
    broken = error is not None and not isinstance(error, BrokenPipeError)
    assert capsys.readouterr().err == (complaint if broken else "")
    assert bool(silenced) == (error is not None)


def test_a_silenced_stream_loses_what_is_written_to_it() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    output._silence(stream)
    stream.write("lost")
    stream.close()
    assert os.read(reading, 10) == b""
    os.close(reading)
    output._silence(io.StringIO())
