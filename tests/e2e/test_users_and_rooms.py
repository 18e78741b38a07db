"""Accounts and rooms: create, read, list, page, duplicates, odd names."""

import itertools
import os
from urllib.parse import quote

import pytest

from support.raw_websocket import WebSocket
from support.checks import POSITION, TIMESTAMP, UUID, assert_problem, nothing_changes

_numbers = itertools.count(1)


def fresh(kind):
    return f"{kind}-{os.getpid()}-{next(_numbers)}"


def test_create_and_read_a_user(any_server):
    with any_server.api() as api:
        name = fresh("user")
        created = api.post("/api/v1/users", json={"username": name, "email": f"{name}@example.com"})
        assert created.status_code == 201
        user = created.json()
        assert set(user) == {"id", "username", "email"}
        assert api.get(f"/api/v1/users/{user['id']}").json() == user
        without = api.post("/api/v1/users", json={"username": fresh("user")}).json()
        assert set(without) == {"id", "username"} and without["id"] == user["id"] + 1


def test_duplicate_user(any_server):
    name = fresh("user")
    with any_server.api() as api:
        api.post("/api/v1/users", json={"username": name}).raise_for_status()
        with nothing_changes(any_server):
            body = assert_problem(
                api.post("/api/v1/users", json={"username": name, "email": "x@example.com"}), 409, "already_exists"
            )
            assert name in body["detail"]
            assert_problem(api.post("/api/v1/users", json={"username": "admin"}), 409, "already_exists")


def test_users_are_paged_in_the_order_of_ids(any_server):
    with any_server.api() as api:
        for _ in range(5):
            api.post("/api/v1/users", json={"username": fresh("paged")}).raise_for_status()
        everyone = api.get("/api/v1/users", params={"limit": 500}).json()
        ids = [user["id"] for user in everyone]
        assert ids == sorted(set(ids)) and ids[0] == 1
        pages = [api.get("/api/v1/users", params={"limit": 2, "offset": offset}).json() for offset in range(0, 6, 2)]
        assert sum(pages, []) == everyone[:6]
        assert api.get("/api/v1/users", params={"offset": 1_000_000}).json() == []


@pytest.mark.parametrize(
    "name",
    ["x", "ж" * 64, "\U0001f98a" * 64, "two words", "\U0001f469\u200d\U0001f4bb", "\u2764\ufe0f", "O'Brien; DROP TABLE users --", "<script>", "a%00b", "../.."],
)
def test_unusual_user_names(any_server, name):
    with any_server.api() as api:
        created = api.post("/api/v1/users", json={"username": name})
        assert created.status_code in (201, 409), created.content  # 409 when the test ran on this server before
        assert name in [user["username"] for user in api.get("/api/v1/users", params={"limit": 500}).json()]


DECEPTIVE_NAMES = ["stream ", "\u00a0stream", "str\u200beam", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u202emaerts", "a\u2066"]


@pytest.mark.parametrize("name", DECEPTIVE_NAMES)
def test_names_that_look_like_others_or_like_nothing(any_server, name):
    """Whatever is named: an account, a guest, a room, the author of a message."""
    with nothing_changes(any_server), any_server.api() as api:
        for path, body in (
            ("/api/v1/users", {"username": name}),
            ("/api/v1/sessions", {"display_name": name}),
            ("/api/v1/rooms", {"name": name}),
            ("/api/v1/messages", {"username": name, "content": "x"}),
        ):
            field = next(iter(body))
            problem = assert_problem(api.post(path, json=body), 400, "invalid_argument", field)
            reason = problem["violations"][0]["reason"]
            assert "white space" in reason or "cannot be seen" in reason, reason


@pytest.mark.parametrize("name", ["", "x" * 65, "ж" * 65, "a\nb", "a\tb", "a\u0000b", "a\u001bb", "a\u007fb"])
def test_refused_user_names(any_server, name):
    with nothing_changes(any_server), any_server.api() as api:
        assert_problem(api.post("/api/v1/users", json={"username": name}), 400, "invalid_argument", "username")


def test_refused_users(server, api):
    with nothing_changes(server):
        assert_problem(api.post("/api/v1/users", json={}), 400, "invalid_argument", "username")
        assert_problem(
            api.post("/api/v1/users", json={"username": fresh("user"), "email": "x" * 255}),
            400,
            "invalid_argument",
            "email",
        )
        assert_problem(
            api.post("/api/v1/users", json={"username": fresh("user"), "email": "a\u0000@b"}),
            400,
            "invalid_argument",
            "email",
        )
        assert_problem(
            api.post("/api/v1/users", json={"username": fresh("user"), "id": 7}), 400, "invalid_argument", "id"
        )


@pytest.mark.parametrize(
    "user_id", ["0", "-1", "x", "1x", "1.0", "1e0", "%201", "9223372036854775808", "18446744073709551616", "1" * 100]
)
def test_odd_user_ids(server, api, user_id):
    with nothing_changes(server):
        response = api.get(f"/api/v1/users/{user_id}")
        if user_id in ("0", "-1"):  # numbers, though of no user
            assert_problem(response, response.status_code)
            assert response.status_code in (400, 404)
        else:
            assert_problem(response, 400, "invalid_argument", "user_id")


def test_unknown_user(api):
    assert_problem(api.get("/api/v1/users/999999999"), 404, "not_found")


def test_built_in_rooms(any_server):
    with any_server.api() as api:
        rooms = api.get("/api/v1/rooms", params={"limit": 2}).json()
        assert [room["name"] for room in rooms] == ["lobby", "stream"]
        assert rooms[1]["max_length"] == 128 and rooms[1]["client_seq_required"] is True
        assert "max_length" not in rooms[0]
        for room in rooms:
            assert UUID.match(room["id"]) and POSITION.match(room["pos"]) and TIMESTAMP.match(room["created_at"])
            by_name = api.get(f"/api/v1/rooms/{room['name']}").json()
            assert api.get(f"/api/v1/rooms/{room['id']}").json() == by_name
            assert by_name["id"] == room["id"]
            assert api.get(f"/api/v1/rooms/{room['id'].upper()}").json()["id"] == room["id"]
            assert api.get(f"/api/v1/rooms/{room['id'].upper()}/messages").status_code == 200


def test_create_and_read_a_room(any_server):
    with any_server.api() as api:
        name = fresh("made")
        created = api.post("/api/v1/rooms", json={"name": name, "max_length": 5})
        assert created.status_code == 201
        room = created.json()
        assert room["name"] == name and room["max_length"] == 5 and room.get("message_count", 0) == 0
        assert room["pos"].endswith(":0") and "last_message_at" not in room
        assert api.get(f"/api/v1/rooms/{name}").json() == room
        assert api.get(f"/api/v1/rooms/{room['id']}").json() == room
        assert room in api.get("/api/v1/rooms", params={"limit": 500}).json()

        path = f"/api/v1/rooms/{room['id']}/messages"
        message = api.post(path, json={"content": "12345"}).json()
        assert message["room"] == name
        assert_problem(api.post(path, json={"content": "123456"}), 400, "invalid_argument", "content")
        after = api.get(f"/api/v1/rooms/{name}").json()
        assert after["pos"] == message["pos"] and after["message_count"] == 1
        assert after["last_message_at"] == message["created_at"]
        assert api.get(f"/api/v1/rooms/{name}/messages").json() == [message]


def test_duplicate_room(any_server):
    with any_server.api() as api:
        name = fresh("made")
        api.post("/api/v1/rooms", json={"name": name}).raise_for_status()
        with nothing_changes(any_server):
            assert_problem(api.post("/api/v1/rooms", json={"name": name}), 409, "already_exists")
            assert_problem(api.post("/api/v1/rooms", json={"name": "lobby"}), 409, "already_exists")


@pytest.mark.parametrize("name", ["Комната", "два слова", "a+b", "50%", "\U0001f98a", "q&a=1", "%41"])
def test_unusual_room_names_work_everywhere(any_server, name):
    with any_server.api() as api:
        assert api.post("/api/v1/rooms", json={"name": name}).status_code in (201, 409)
        path = f"/api/v1/rooms/{quote(name, safe='')}"
        assert api.get(path).json()["name"] == name
        sent = api.post(path + "/messages", json={"content": "here"}).json()
        assert sent["room"] == name
        assert api.get(path + "/messages", params={"limit": 1}).json() == [sent]
        assert api.get("/api/v1/messages", params={"room": name, "limit": 1}).json() == [sent]
        with WebSocket(any_server.port, room=name) as socket:
            socket.send_json({"content": "there"})
            assert socket.read_json()["room"] == name


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "a\u0000b", "a\u007fb", "a/b", "what?", "a#b", "a:b"])
def test_refused_room_names(any_server, name):
    with nothing_changes(any_server), any_server.api() as api:
        assert_problem(api.post("/api/v1/rooms", json={"name": name}), 400, "invalid_argument", "name")


@pytest.mark.parametrize("length", [0, -1, 65537, 2**31, 2**63, 1.5, "x", True])
def test_refused_room_lengths(server, api, length):
    with nothing_changes(server):
        assert_problem(
            api.post("/api/v1/rooms", json={"name": fresh("made"), "max_length": length}),
            400,
            "invalid_argument",
            "max_length",
        )


def test_unknown_room(server, api):
    with nothing_changes(server):
        assert_problem(api.get("/api/v1/rooms/nowhere"), 404, "not_found")
        assert_problem(api.get("/api/v1/rooms/00000000-0000-4000-8000-000000000000"), 404, "not_found")
        assert_problem(api.get("/api/v1/rooms/nowhere/messages"), 404, "not_found")
        assert_problem(api.post("/api/v1/rooms/nowhere/messages", json={"content": "x"}), 404, "not_found")
        assert_problem(api.get("/api/v1/rooms/nowhere/events"), 404, "not_found")
        assert_problem(api.post("/api/v1/messages", json={"room": "nowhere", "content": "x"}), 404, "not_found")


def test_who_writes(server, api):
    user = api.post("/api/v1/users", json={"username": fresh("author")}).json()
    as_user = api.post("/api/v1/messages", json={"user_id": user["id"], "content": "x"}).json()
    assert (as_user["user_id"], as_user["username"]) == (user["id"], user["username"])
    renamed = api.post("/api/v1/messages", json={"user_id": user["id"], "username": "shown", "content": "x"}).json()
    assert (renamed["user_id"], renamed["username"]) == (user["id"], "shown")
    named = api.post("/api/v1/messages", json={"username": "nobody", "content": "x"}).json()
    assert "user_id" not in named and named["username"] == "nobody"
    with nothing_changes(server, "lobby"):
        unknown = api.post("/api/v1/messages", json={"user_id": 999999999, "content": "x"})
        assert unknown.status_code in (400, 404)
        assert_problem(unknown, unknown.status_code)
        assert_problem(
            api.post("/api/v1/messages", json={"username": "x" * 65, "content": "x"}),
            400,
            "invalid_argument",
            "username",
        )


def test_limits_on_users_and_rooms(start_server):
    server = start_server("--max-rooms", "3", "--max-users", "2", store="memory")
    with server.api() as api:
        assert api.post("/api/v1/rooms", json={"name": "one more"}).status_code == 201
        body = assert_problem(api.post("/api/v1/rooms", json={"name": "too many"}), 429, "resource_exhausted")
        assert "3" in body["detail"]
        assert api.post("/api/v1/users", json={"username": "one more"}).status_code == 201
        body = assert_problem(api.post("/api/v1/users", json={"username": "too many"}), 429, "resource_exhausted")
        assert "2" in body["detail"]
        assert len(api.get("/api/v1/rooms").json()) == 3 and len(api.get("/api/v1/users").json()) == 2


def test_names_that_people_take_for_one(any_server):
    mark = fresh("")
    with any_server.api() as api:
        assert api.post("/api/v1/users", json={"username": "café" + mark}).status_code == 201
        room = api.post("/api/v1/rooms", json={"name": "Йод" + mark}).json()
        for other in ("cafe\u0301" + mark, "CAFÉ" + mark, "саfé" + mark):  # the second begins with Cyrillic letters
            assert_problem(api.post("/api/v1/users", json={"username": other}), 409, "already_exists")
            assert_problem(api.post("/api/v1/sessions", json={"display_name": other}), 409, "already_exists")
        assert api.post("/api/v1/users", json={"username": "cafe" + mark}).status_code == 201  # accents count
        for other in ("И\u0306од" + mark, "йОД" + mark):
            assert api.get(f"/api/v1/rooms/{quote(other)}").json()["id"] == room["id"]
            assert_problem(api.post("/api/v1/rooms", json={"name": other}), 409, "already_exists")


def test_guests_leave_names_to_accounts(start_server):
    server = start_server("--require-sessions", store="memory")
    with server.api() as api:
        for name in ("admin", "Admin", "\u0430dmin", "ａｄｍｉｎ"):
            assert_problem(api.post("/api/v1/sessions", json={"display_name": name}), 409, "already_exists")
        for _ in range(2):
            assert api.post("/api/v1/sessions", json={"display_name": "Anna"}).status_code == 201


@pytest.mark.parametrize("content", [" \n\t", "\u200b", "\u3000\u00a0", "\u3164", "\ufeff\u2060"])
def test_a_message_that_nobody_can_see(any_server, content):
    with nothing_changes(any_server), any_server.api() as api:
        for path in ("/api/v1/messages", "/api/v1/rooms/lobby/messages"):
            assert_problem(api.post(path, json={"content": content}), 400, "invalid_argument", "content")
