"""`vestnik help`, and help that fits the terminal."""

import os
import pty
import re
import struct
import fcntl
import subprocess
import termios

import pytest

from support.server import BINARY, environment, run

COMMANDS = [(), ("serve",), ("reindex",), ("write",), ("watch",), ("history",), ("room",), ("room", "create"), ("session",)]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_a_command(command):
    result = run("help", *command)
    assert result.returncode == 0 and result.stderr == "", result
    assert result.stdout == run(*command, "--help").stdout


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("help", "nosuch"), ("nosuch is not a command", "vestnik help")),
        (("nosuch", "--help"), ("nosuch is not a command", "vestnik help")),
        (("help", "wirte"), ("wirte is not a command", "did you mean write?")),
        (("hlep",), ("hlep is not a command", "did you mean help?")),
        (("foo",), ("foo is not a command", "vestnik help lists them")),
        (("help", "room", "opne"), ("opne is not a command of vestnik room",)),
        (("room", "nosuch", "--help"), ("nosuch is not a command of vestnik room",)),
        (("write", "--nosuch"), ("--nosuch is not an option", "vestnik write --help lists them")),
    ],
)
def test_what_is_mistyped_is_told(arguments, words):
    result = run(*arguments)
    assert result.returncode == 2 and result.stdout == "", result
    for word in words:
        assert word in result.stderr, result.stderr


@pytest.mark.parametrize("columns", [50, 60, 80, 100, 132])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_terminal(columns, command):
    text = run(*command, "--help", env={"COLUMNS": str(columns)}).stdout
    too_long = [line for line in text.splitlines() if len(line) > columns and " " in line.strip()]
    assert not too_long
    without_breaks = re.sub(r"\s+", " ", text.replace(" \\\n", " "))
    wide = run(*command, "--help", env={"COLUMNS": "900"}).stdout
    assert without_breaks == re.sub(r"\s+", " ", wide), "no word is lost"


def test_help_asks_the_terminal_for_its_width():
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 64, 0, 0))
    process = subprocess.Popen([str(BINARY), "write", "--help"], stdout=writer, env=environment(), close_fds=True)
    os.close(writer)
    text = b""
    try:
        while piece := os.read(reader, 65536):
            text += piece
    except OSError:
        pass  # the other end is closed
    os.close(reader)
    assert process.wait() == 0
    lines = [line.rstrip("\r") for line in text.decode().split("\n")]
    assert 50 < max(map(len, lines)) <= 64
