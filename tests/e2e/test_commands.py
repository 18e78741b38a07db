"""`vestnik write`, `watch` and `history` in pipes: plain lines, exit codes, nothing lost when the connection is."""

import time
import json
import os
import signal
import subprocess

import pytest

from support.checks import assert_dense, read_all, time_of
from support.commands import Watch, connected_watch, url
from support.fixtures import make_room
from support.server import BINARY, environment, free_port, run
from support.timing import patient, scaled, wait_until


def test_write_reads_lines(server):
    room = make_room(server)
    lines = ["first", "второй ✓", "third \U0001f98a", "  spaces kept  ", "last, without a newline"]
    result = run("write", "--url", url(server), "--room", room, "--username", "pipe", stdin="\n".join(lines))
    assert result.returncode == 0, result
    with server.api() as api:
        messages = read_all(api, room)
    assert [message["content"] for message in messages] == lines
    assert [message["client_seq"] for message in messages] == [1, 2, 3, 4, 5]
    assert {message["username"] for message in messages} == {"pipe"}


def test_write_into_the_stream_by_default(server):
    result = run("write", "--url", url(server), "--first-seq", "100", stdin="one\ntwo\n")
    assert result.returncode == 0, result
    with server.api() as api:
        newest = api.get("/api/v1/rooms/stream/messages", params={"limit": 2}).json()
    assert [(message["content"], message["client_seq"]) for message in newest] == [("two", 101), ("one", 100)]


def test_write_generates(server):
    room = make_room(server)
    result = run("write", "--url", url(server), "--room", room, "--generate", "--count", "500")
    assert result.returncode == 0, result
    assert (
        "\x1b" not in result.stdout + result.stderr and "\r" not in result.stdout + result.stderr
    ), "a pipe gets plain lines"
    with server.api() as api:
        messages = read_all(api, room)
    assert_dense(messages, first=1)
    assert [message["client_seq"] for message in messages] == list(range(1, 501))
    assert len({message["content"] for message in messages}) > 100


def test_write_at_a_rate(server):
    room = make_room(server)
    began = time.monotonic()
    result = run(
        "write",
        "--url",
        url(server),
        "--room",
        room,
        "--generate",
        "--rate",
        "100",
        "--count",
        "150",
        "--connections",
        "4",
    )
    took = time.monotonic() - began
    assert result.returncode == 0, result
    assert 1.3 <= took <= scaled(10)
    with server.api() as api:
        assert len(read_all(api, room)) == 150


def test_write_tells_what_is_wrong(server):
    result = run("write", "--url", url(server), "--room", "nowhere", stdin="x\n")
    assert result.returncode == 1 and "There is no room" in result.stderr
    result = run("write", "--url", url(server), "--user-id", "987654321", stdin="one\ntwo\n")
    assert result.returncode == 1 and "user" in result.stderr and "1 not accepted" in result.stderr
    result = run("write", "--url", "http://127.0.0.1:1", "--retry-for", "0s", stdin="x\n")
    assert result.returncode == 1 and "connect" in result.stderr
    result = run("write", "--url", "not a url", stdin="x\n")
    assert result.returncode == 2 and "--url" in result.stderr


def test_history_in_a_pipe(server):
    room = make_room(server)
    with server.api() as api:
        sent = [
            api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"line {n}", "client_seq": n}).json()
            for n in range(600)
        ]
    plain = run("history", "--url", url(server), "--room", room)
    assert plain.returncode == 0, plain
    lines = plain.stdout.splitlines()
    assert len(lines) == 600 and "\x1b" not in plain.stdout
    assert all(f"line {n}" in lines[n] for n in range(600))
    as_json = run("history", "--url", url(server), "--room", room, "--json")
    assert [json.loads(line) for line in as_json.stdout.splitlines()] == sent
    some = run("history", "--url", url(server), "--room", room, "--json", "--limit", "3", "--from", "-5m")
    assert [json.loads(line) for line in some.stdout.splitlines()] == sent[:3]
    ranged = run(
        "history",
        "--url",
        url(server),
        "--room",
        room,
        "--json",
        "--from",
        sent[10]["created_at"],
        "--to",
        sent[20]["created_at"],
    )
    found = [json.loads(line) for line in ranged.stdout.splitlines()]
    assert found == [message for message in sent if time_of(sent[10]) <= time_of(message) < time_of(sent[20])]
    assert run("history", "--url", url(server), "--room", make_room(server)).stdout == ""
    assert run("history", "--url", url(server), "--room", "nowhere").returncode == 1


def test_control_characters_do_not_reach_the_terminal(server):
    room = make_room(server)
    with server.api() as api:
        api.post(f"/api/v1/rooms/{room}/messages", json={"content": "a\nb\tc\u009b31m\u202e"}).raise_for_status()
    lines = run("history", "--url", url(server), "--room", room).stdout.splitlines()
    assert len(lines) == 1 and "\u009b" not in lines[0] and "a\nb" not in lines[0]


def test_watch_shows_what_arrives(server, tmp_path):
    room = make_room(server)
    with connected_watch(server, tmp_path, "--room", room, "--json", "--count", "20") as watch:
        with server.api() as api:
            sent = [
                api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"seen {n} ✓"}).json() for n in range(20)
            ]
        assert watch.process.wait(patient(10)) == 0
        assert [json.loads(line) for line in watch.lines()] == sent


def test_watch_plain_lines_and_interrupt(server, tmp_path):
    room = make_room(server)
    with server.api() as api:
        sent = [
            api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"row {n}", "client_seq": 7_000 + n}).json()
            for n in range(5)
        ]
    with Watch(tmp_path, "--url", url(server), "--room", room, "--after", sent[0]["pos"]) as watch:
        wait_until(lambda: len(watch.lines()) >= 4, 10, "four lines")
        assert all(f"row {n + 1}" in line and str(7_001 + n) in line for n, line in enumerate(watch.lines()))
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(patient(5)) == 0


def test_watch_goes_on_after_a_restart_without_a_hole(start_server, tmp_path):
    port = free_port()
    server = start_server("--port", str(port), "--grpc-port", "0", "--metrics-port", "0", default_ports=False)
    with server.api() as api:
        sent = [api.post("/api/v1/messages", json={"content": f"before {n}"}).json() for n in range(5)]
        with Watch(
            tmp_path, "--url", url(server), "--room", "lobby", "--json", "--after", sent[0]["pos"], "--count", "14"
        ) as watch:
            wait_until(lambda: len(watch.lines()) >= 4, 10, "four lines before the restart")
            server.stop()
            server.start()
            with server.api() as again:
                sent += [again.post("/api/v1/messages", json={"content": f"after {n}"}).json() for n in range(10)]
            assert watch.process.wait(patient(20)) == 0
            assert [json.loads(line) for line in watch.lines()] == sent[1:]


def test_write_survives_a_restart(start_server):
    """Each line is there once: what was in doubt is settled by its nonce."""

    port = free_port()
    server = start_server("--port", str(port), "--grpc-port", "0", "--metrics-port", "0", default_ports=False)
    command = [
        str(BINARY),
        "write",
        "--url",
        url(server),
        "--generate",
        "--count",
        "2000",
        "--rate",
        "1000",
        "--room",
        "lobby",
    ]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        with server.api() as api:
            wait_until(lambda: api.get("/api/v1/rooms/lobby").json()["message_count"] > 200, 10, "the writer at work")
        server.kill()
        server.start()
        try:
            output = writer.communicate(timeout=patient(20))
        finally:
            writer.kill()
        assert writer.returncode == 0, output
    with server.api() as api:
        messages = read_all(api, "lobby")
    assert_dense(messages, first=1)
    assert [message["client_seq"] for message in messages] == list(range(1, 2001))


@pytest.mark.parametrize("command", ["write", "watch", "history"])
def test_commands_refuse_wrong_options(command):
    for arguments in (["--room", ""], ["--url", "ftp://x"], ["--no-such"]):
        result = run(command, *arguments, stdin="")
        assert result.returncode == 2, result
        assert arguments[0] in result.stderr


def run_into(output, *arguments, stdin=b"", env=None):
    """(exit code, standard error) of a command whose standard output is `output`; None: it is closed."""
    done = subprocess.run(
        ["sh", "-c", '"$0" "$@" >&-' if output is None else '"$0" "$@"', str(BINARY), *arguments],
        env=environment(env),
        input=stdin,
        stdout=output,
        stderr=subprocess.PIPE,
        timeout=patient(20),
        check=False,
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize(
    "device, reason", [("/dev/full", "No space left on device"), (None, "Bad file descriptor")], ids=["full", "closed"]
)
@pytest.mark.parametrize(
    "command",
    [
        ["write", "--room", "ROOM"],
        ["watch", "--room", "ROOM", "--after", "FIRST"],
        ["history", "--room", "ROOM"],
        ["room", "list"],
        ["room", "show", "ROOM", "--json"],
        ["room", "members", "ROOM"],
        ["session", "open", "Anna"],
        ["version"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_output_that_is_lost_is_a_failure(server, command, device, reason):
    """Also for `watch`, which would go on for ever: the first message that it cannot show ends it."""
    room = make_room(server)
    with server.api() as api:
        first = api.post(f"/api/v1/rooms/{room}/messages", json={"content": "first"}).json()["pos"]
        api.post(f"/api/v1/rooms/{room}/messages", json={"content": "second"}).raise_for_status()
        api.put(f"/api/v1/rooms/{room}/members/me", params={"user_id": 1}).raise_for_status()
    command = [{"ROOM": room, "FIRST": first}.get(word, word) for word in command]
    output = open(device, "wb") if device else None
    try:
        code, errors = run_into(output, *command, stdin=b"third\n", env={"VESTNIK_URL": url(server)})
    finally:
        if output:
            output.close()
    assert code == 1 and f"vestnik: cannot write to standard output: {reason}\n" in errors, errors
    with server.api() as api:
        written = [message["content"] for message in read_all(api, room)]
    assert written == ["first", "second"] + ["third"] * (command[0] == "write"), "the messages count, not the receipts"


@pytest.mark.parametrize("command", [["history"], ["watch", "--after", "FIRST"], ["write"]], ids=" ".join)
def test_a_pipe_that_nobody_reads_any_more_is_no_failure(server, command):
    room = make_room(server)
    with server.api() as api:
        first = api.post(f"/api/v1/rooms/{room}/messages", json={"content": "first"}).json()["pos"]
        api.post(f"/api/v1/rooms/{room}/messages", json={"content": "second"}).raise_for_status()
    command = [{"FIRST": first}.get(word, word) for word in command]
    readable, output = os.pipe()
    os.close(readable)
    try:
        code, errors = run_into(output, *command, "--url", url(server), "--room", room, stdin=b"third\n")
    finally:
        os.close(output)
    assert code == 0 and "cannot write" not in errors, errors


@pytest.mark.parametrize("errors", ["2>&-", "2>/dev/full"])
def test_what_cannot_be_told_changes_nothing(server, errors):
    room = make_room(server)
    script = f'echo Hello | "$0" write --url "$1" --room "$2" {errors}'
    done = subprocess.run(
        ["sh", "-c", script, str(BINARY), url(server), room],
        env=environment(),
        capture_output=True,
        timeout=patient(20),
        check=False,
    )
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1, done
    with server.api() as api:
        assert [message["content"] for message in read_all(api, room)] == ["Hello"]
