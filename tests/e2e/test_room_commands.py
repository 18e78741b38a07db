"""`vestnik room` and `vestnik session`, and the other commands with a session: what they print, what they refuse."""

import contextlib
import json
import re
import sqlite3
import subprocess

import pytest

from support.checks import UUID, read_all
from support.commands import Watch, connected_watch, run_on_terminal, subscribers, url
from support.fixtures import make_room
from support.server import BINARY, Server, environment, free_port, run
from support.timing import patient, wait_until


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that wants a session of everybody."""
    server = Server(tmp_path_factory.mktemp("guarded"), "--require-sessions").start()
    yield server
    server.stop()


def open_session(server, name):
    result = run("session", "open", name, "--url", url(server))
    assert result.returncode == 0, result
    return result.stdout.strip()


def run_as(secret, *arguments, **options):
    return run(*arguments, env={"VESTNIK_SESSION": secret}, **options)


def call_as(server, secret, method, path, **options):
    response = server.api().request(method, path, headers={"Authorization": f"Bearer {secret}"}, **options)
    assert response.status_code < 300, response.content
    return response.json()


def test_a_session_is_printed_alone(guarded):
    opened = run("session", "open", "Anna", "--url", url(guarded))
    assert opened.returncode == 0 and UUID.match(opened.stdout.removesuffix("\n")), opened
    assert "Anna" in opened.stderr and "export VESTNIK_SESSION=" in opened.stderr and "ends at" in opened.stderr
    assert opened.stdout.strip() not in opened.stderr

    secret = opened.stdout.strip()
    shown = run_as(secret, "session", "show", "--url", url(guarded))
    facts = dict(line.split("\t") for line in shown.stdout.splitlines())
    assert facts["username"] == "Anna" and facts["guest"] == "yes" and facts["expires_at"] > facts["created_at"]
    as_json = json.loads(run_as(secret, "session", "show", "--json", "--url", url(guarded)).stdout)
    assert as_json["user"]["id"] == int(facts["user_id"])

    assert run_as(secret, "session", "close", "--url", url(guarded)).returncode == 0
    gone = run_as(secret, "session", "show", "--url", url(guarded))
    assert gone.returncode == 1 and "401" in gone.stderr and "vestnik session open NAME" in gone.stderr
    assert secret not in gone.stdout + gone.stderr + guarded.output()


def test_in_a_shell_as_the_help_says(guarded):
    script = (
        'export VESTNIK_URL="$1" VESTNIK_SESSION=$("$0" session open "Анна" --url "$1") && '
        '"$0" room create shelled --ttl 1h && echo Hello | "$0" write --room shelled && '
        '"$0" history --room shelled --json'
    )
    result = subprocess.run(
        ["sh", "-c", script, str(BINARY), url(guarded)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=patient(20),
        check=False,
    )
    assert result.returncode == 0, result
    message = json.loads(result.stdout.splitlines()[-1])
    assert (message["content"], message["username"]) == ("Hello", "Анна")


EVERY_COMMAND = [
    ["room", "create", "needy"],
    ["write", "--room", "needy"],
    ["watch", "--room", "needy", "--count", "1", "--after", "k3:0"],
    ["history", "--room", "needy"],
    ["room", "list"],
    ["room", "show", "needy"],
    ["room", "set", "needy", "--ttl", "1h"],
    ["room", "members", "needy"],
    ["room", "join", "needy"],
    ["room", "leave", "needy"],
    ["room", "close", "needy"],
    ["session", "show"],
    ["session", "close"],
]


def test_every_command_needs_the_session_there(guarded):
    for command in EVERY_COMMAND:
        refused = run(*command, "--url", url(guarded), stdin="Hello\n")
        assert refused.returncode in (1, 2) and "vestnik session open NAME" in refused.stderr, (command, refused)


@pytest.mark.parametrize("mode", ["server", "guarded"])
def test_every_command_works_with_a_session(mode, request):
    server = request.getfixturevalue(mode)
    secret = open_session(server, "Owner")
    for command in EVERY_COMMAND:
        done = run_as(secret, *command, "--url", url(server), stdin="Hello\n")
        assert done.returncode == 0 and secret not in done.stdout + done.stderr, (command, done)


def test_a_wrong_secret_is_never_repeated(guarded):
    secret = open_session(guarded, "Anna")
    for arguments in (["--session", secret + "0"], ["--sesion=" + secret], [secret]):
        refused = run("session", "show", *arguments, "--url", url(guarded))
        assert refused.returncode == 2 and refused.stderr and secret not in refused.stderr, refused


def test_rooms_from_opening_to_closing(server):
    anna = open_session(server, "Anna")
    name = make_room(server) + " команды"
    at = ["--url", url(server)]
    created = run_as(anna, "room", "create", name, "--message-limit", "3", "--max-length", "20", "--ttl", "1h", *at)
    facts = dict(line.split("\t") for line in created.stdout.splitlines())
    assert created.returncode == 0 and facts["name"] == name and UUID.match(facts["id"]), created
    assert (facts["owner"], facts["message_limit"], facts["max_length"], facts["read_only"]) == (
        "Anna",
        "3",
        "20",
        "no",
    )

    assert run_as(anna, "write", "--room", name, *at, stdin="1\n2\n3\n4\n").returncode == 0
    with server.api() as api:
        assert [message["content"] for message in read_all(api, facts["id"])] == ["2", "3", "4"]

    rows = {line.split("\t")[0]: line.split("\t") for line in run("room", "list", *at).stdout.splitlines()}
    assert rows[name][1] == "Anna" and rows[name][3] == "3" and rows[name][7] == "no" and rows[name][6] != "-"
    assert rows["lobby"][1] == "-" and rows["lobby"][6] == "-"
    listed = [json.loads(line) for line in run("room", "list", "--json", *at).stdout.splitlines()]
    assert {room["name"] for room in listed} == set(rows)

    changed = run_as(anna, "room", "set", name, "--read-only", "--ttl", "0s", "--json", *at)
    assert changed.returncode == 0, changed
    room = json.loads(changed.stdout)
    assert room["read_only"] is True and "expires_at" not in room and room["message_limit"] == 3
    assert run_as(anna, "write", "--room", name, *at, stdin="mine\n").returncode == 0
    bob = open_session(server, "Bob")
    refused = run_as(bob, "write", "--room", name, *at, stdin="not mine\n")
    assert refused.returncode == 1 and "read-only" in refused.stderr
    refused = run_as(bob, "room", "close", name, *at)
    assert refused.returncode == 1 and "owner" in refused.stderr and refused.stdout == ""

    assert run_as(anna, "room", "close", name, *at).returncode == 0
    gone = run("room", "show", name, *at)
    assert gone.returncode == 1 and "404" in gone.stderr


def test_a_long_list_of_rooms_is_complete(start_server):
    server = start_server("--max-page", "7", store="memory")
    with server.api() as api:
        for n in range(30):
            assert api.post("/api/v1/rooms", json={"name": f"r{n}"}).status_code == 201
    listed = run("room", "list", "--url", url(server))
    names = [line.split("\t")[0] for line in listed.stdout.splitlines()]
    assert listed.returncode == 0 and sorted(names) == sorted(["lobby", "stream", *(f"r{n}" for n in range(30))])


def test_members_come_and_go(server, room):
    anna, bob = open_session(server, "Anna"), open_session(server, "Bob")
    at = ["--url", url(server)]
    for secret in (anna, bob, anna):
        assert run_as(secret, "room", "join", room, *at).returncode == 0
    members = [line.split("\t") for line in run("room", "members", room, *at).stdout.splitlines()]
    assert [member[1] for member in members] == ["Anna", "Bob"]
    assert run_as(anna, "room", "leave", room, *at).returncode == 0
    members = [json.loads(line) for line in run("room", "members", room, "--json", *at).stdout.splitlines()]
    assert [member["username"] for member in members] == ["Bob"]
    nobody = run("room", "join", room, *at)
    assert nobody.returncode == 1 and "vestnik session open NAME" in nobody.stderr
    assert run("room", "join", room, "--user-id", "1", *at).returncode == 0


def a_conversation(server, anna, bob, room):
    """Every kind of event; the message that they are about."""
    path = f"/api/v1/rooms/{room}"
    message = call_as(server, anna, "POST", f"{path}/messages", json={"content": "Hello"})
    about = f"/api/v1/messages/{message['id']}"
    call_as(server, anna, "PATCH", about, json={"content": "Hello!"})
    call_as(server, bob, "PUT", f"{path}/members/me")
    call_as(server, bob, "PUT", f"{about}/reactions/👍")
    call_as(server, bob, "DELETE", f"{about}/reactions/👍")
    call_as(server, anna, "DELETE", about)
    call_as(server, bob, "DELETE", f"{path}/members/me")
    call_as(server, anna, "PATCH", path, json={"read_only": True})
    call_as(server, anna, "DELETE", path)
    return message


KINDS = ["edited", "member", "reaction", "reaction", "deleted", "member", "rules", "closed"]


def test_watch_tells_what_happens_until_the_room_is_closed(server, tmp_path):
    anna, bob = open_session(server, "Anna"), open_session(server, "Bob")
    for arguments in ([], ["--json"]):
        room = make_room(server) + "-watched"
        call_as(server, anna, "POST", "/api/v1/rooms", json={"name": room})
        with connected_watch(server, tmp_path, "--room", room, *arguments) as watch:
            message = a_conversation(server, anna, bob, room)
            code, errors = watch.end()
            assert code == 0 and errors == f"vestnik: the room {room} was closed by Anna\n"
            lines = watch.lines()
        if arguments:
            objects = [json.loads(line) for line in lines]
            assert objects[0] == message and [list(event) for event in objects[1:]] == [[kind] for kind in KINDS]
            assert objects[1]["edited"]["message"]["content"] == "Hello!"
        else:
            rows = [line.split("\t") for line in lines]
            assert rows[0][3] == "Hello" and [row[0] for row in rows[1:]] == KINDS
            about = str(message["id"])
            assert [row[2:] for row in rows[1:]] == [
                ["Anna", about, "Hello!"],
                ["Bob", "-", "joined"],
                ["Bob", about, "added 👍 1"],
                ["Bob", about, "removed 👍 0"],
                ["Anna", about, "-"],
                ["Bob", "-", "left"],
                ["Anna", "-", "only the owner writes"],
                ["Anna", "-", "requested"],
            ]


def test_watch_ends_with_the_time_of_the_room(server, tmp_path):
    anna, room = open_session(server, "Anna"), make_room(server) + "-brief"
    call_as(server, anna, "POST", "/api/v1/rooms", json={"name": room})
    with connected_watch(server, tmp_path, "--room", room) as watch:
        call_as(server, anna, "PATCH", f"/api/v1/rooms/{room}", json={"ttl": "1s"})
        code, errors = watch.end()
        assert code == 0 and "its time was over" in errors, errors
        assert watch.lines()[-1].split("\t")[0] == "closed" and watch.lines()[-1].endswith("expired")


def test_watch_does_not_come_back_without_its_session(start_server, tmp_path):
    ports = ("--port", str(free_port()), "--grpc-port", "0", "--metrics-port", "0")
    server = start_server("--require-sessions", *ports, default_ports=False)
    secret = open_session(server, "Anna")
    with Watch(tmp_path, "--url", url(server), "--room", "lobby", env={"VESTNIK_SESSION": secret}) as watch:
        wait_until(lambda: subscribers(server) > 0, 10, "the watcher to be connected")
        assert run_as(secret, "session", "close", "--url", url(server)).returncode == 0
        server.stop()
        server.start()
        code, errors = watch.end(20)
    assert code == 1 and "401" in errors and "vestnik session open NAME" in errors and secret not in errors, errors


def test_write_stops_when_its_room_is_closed(server):
    room = make_room(server)
    command = [str(BINARY), "write", "--url", url(server), "--room", room, "--generate", "--rate", "200"]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        try:
            with server.api() as api:
                path = f"/api/v1/rooms/{room}"
                wait_until(lambda: api.get(path).json()["message_count"] > 20, 10, "the writer at work")
                assert api.delete(path, params={"user_id": 1}).status_code == 200
            errors = writer.communicate(timeout=patient(10))[1].decode()
        finally:
            writer.kill()
    assert writer.returncode == 1 and "refuse every other message" in errors and "404" in errors, errors


def test_a_terminal_gets_tables(start_server):
    server = start_server()
    anna = open_session(server, "Anna")
    server.stop()  # a name from a time when it was allowed
    with contextlib.closing(sqlite3.connect(server.folder / "vestnik.db")) as database, database:
        assert database.execute("UPDATE users SET username = 'A\u202ennA' WHERE username = 'Anna'").rowcount == 1
    server.start()
    call_as(server, anna, "POST", "/api/v1/messages", json={"content": "still here"})
    at = ["--url", url(server)]
    room = make_room(server) + "-shown"
    code, shown = run_on_terminal("room", "create", room, "--ttl", "1h", *at, env={"VESTNIK_SESSION": anna})
    assert code == 0 and re.search(r"^owner +A<U\+202E>nnA$", shown, re.MULTILINE), shown
    assert re.search(r"^expires_at +\S+ \S+ \(in (1h|59m \d+s)\)$", shown, re.MULTILINE), shown
    code, shown = run_on_terminal("room", "list", *at)
    heading, *rows = shown.splitlines()
    assert code == 0 and heading.split() == "NAME OWNER OPENED MESSAGES ACTIVE LAST MESSAGE CLOSES READ-ONLY".split()
    row = next(line for line in rows if line.startswith(room))
    assert row.index("A<U+202E>nnA") == heading.index("OWNER") and "\u202e" not in shown
    assert re.search(r" in (1h|59m \d+s) +no$", row), row
    code, shown = run_on_terminal("room", "join", room, *at, env={"VESTNIK_SESSION": anna})
    assert (code, shown) == (0, f"vestnik: you are a member of the room {room}\n")
    code, shown = run_on_terminal("room", "close", room, *at, env={"VESTNIK_SESSION": anna})
    assert (code, shown) == (0, f"vestnik: the room {room} is closed\n")


@pytest.mark.parametrize("arguments", [["room"], ["room", "--help"], ["session"], ["room", "create", "--help"]])
def test_help_teaches_with_examples(arguments):
    result = run(*arguments)
    assert result.returncode == 0 and "Examples:" in result.stdout and f"vestnik {arguments[0]}" in result.stdout


@pytest.mark.parametrize(
    "arguments, hint",
    [
        (["room", "crate"], "did you mean create?"),
        (["romm"], "did you mean room?"),
        (["room", "create"], "needs NAME"),
        (["room", "create", "a", "--tll", "1h"], "did you mean --ttl?"),
        (["room", "set", "a"], "nothing to change"),
        (["session", "show"], "vestnik session open NAME"),
    ],
)
def test_a_wrong_command_line_is_explained(arguments, hint):
    result = run(*arguments)
    assert result.returncode == 2 and hint in result.stderr and result.stdout == "", result
