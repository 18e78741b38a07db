"""`tail -f app.log | vestnik write`: lines as logs have them become messages, and what was done to them is told."""

import os
import subprocess

import pytest

from support.checks import read_all
from support.commands import url
from support.fixtures import make_room
from support.server import BINARY, environment, run
from support.timing import patient


def written(server, room, text, returncode=0):
    result = run("write", "--url", url(server), "--room", room, stdin=text)
    assert result.returncode == returncode, result
    with server.api() as api:
        return [message["content"] for message in read_all(api, room)], result.stderr


@pytest.mark.parametrize(
    "line, message",
    [
        ("\x1b[32mINFO\x1b[0m started", "INFO started"),
        ("\x1b[38;5;208;1mwarm\x1b[m \x1b[2Kend", "warm end"),
        ("\x1b]0;the title\x07shown", "shown"),
        ("\x1b]8;;http://x.example/\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Bplain\x1b=", "plain"),
        ("10 %\r50 %\r100 %", "100 %"),
        ("bell\x07 back\x08 delete\x7f nul\x00 tab\tkept", "bell back delete nul tab\tkept"),
        ("cut off \x1b[3", "cut off "),
    ],
)
def test_what_steers_a_terminal_is_taken_out(server, line, message):
    contents, told = written(server, make_room(server), f"{line}\nplain\n")
    assert contents == [message, "plain"]
    assert "line 1 has control characters" in told and "1 line without control characters" in told


def test_empty_lines_are_left_out(server):
    contents, told = written(server, make_room(server), "one\n\n   \n\x1b[0m\ntwo\n\n")
    assert contents == ["one", "two"]
    assert "line 2 is empty" in told and "4 empty lines left out" in told
    assert told.count(" is empty") == 1, "the others are only counted"


def test_long_lines_become_several_messages(server):
    room = make_room(server, max_length=20)
    contents, told = written(server, room, "\u044f" * 45 + "\nshort\na sentence that is cut between words\n")
    assert contents == ["\u044f" * 20, "\u044f" * 20, "\u044f" * 5, "short", "a sentence that is", "cut between words"]
    assert "line 1 is longer than 20 characters and becomes 3 messages" in told and "2 long lines in pieces" in told


def test_the_stream_takes_lines_longer_than_its_messages(server):
    result = run("write", "--url", url(server), stdin="x" * 300 + "\n")
    assert result.returncode == 0 and "3 accepted" in result.stderr, result


def test_lines_as_they_are_are_not_spoken_of(server):
    _, told = written(server, make_room(server), "one\n\ttwo  \n")
    assert "line" not in told


@pytest.mark.parametrize("arguments", [[], ["--room", "lobby"]])
def test_without_standard_input_it_ends(server, arguments):
    command = [str(BINARY), "write", "--url", url(server), *arguments]
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command],
        env=environment({"PATH": os.environ["PATH"]}),
        capture_output=True,
        text=True,
        timeout=patient(5),
        check=False,
    )
    assert result.returncode == 0 and "0 accepted" in result.stderr, result


def test_input_that_cannot_be_read(server, tmp_path):
    command = [str(BINARY), "write", "--url", url(server), "--room", make_room(server)]
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        done = subprocess.run(
            command, env=environment(), stdin=folder, capture_output=True, text=True, timeout=patient(20)
        )
    finally:
        os.close(folder)
    assert done.returncode == 1 and "the input cannot be read: Is a directory" in done.stderr, done
