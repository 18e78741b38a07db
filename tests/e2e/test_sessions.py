"""Sessions: the secret, who one is with it, when it ends, guests who become accounts."""

import datetime
import sqlite3
import time

import pytest

from support.checks import TIMESTAMP, UUID, assert_problem, nothing_changes
from support.people import Guest, fresh
from support.timing import scaled, wait_until


def seconds_until(text):
    moment = datetime.datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
    return (moment - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def test_a_session_makes_a_guest(any_server):
    anna = Guest(any_server, "Анна")
    assert set(anna.session) == {"session_id", "user", "created_at", "expires_at"}
    assert UUID.match(anna.secret) and TIMESTAMP.match(anna.session["expires_at"])
    assert anna.session["user"] == {"id": anna.id, "username": "Анна", "guest": True}
    assert 3500 < seconds_until(anna.session["expires_at"]) <= 3600
    mine = anna.me().json()
    assert "session_id" not in mine and mine["user"] == anna.session["user"]
    assert Guest(any_server, "Анна").id != anna.id  # names of guests need not be unique


def test_who_writes_is_the_user_of_the_session(any_server):
    anna = Guest(any_server)
    sent = anna.send("lobby", "hi")
    assert (sent["user_id"], sent["username"]) == (anna.id, anna.name)
    other = Guest(any_server)
    refused = anna.api.post("/api/v1/rooms/lobby/messages", json={"content": "x", "user_id": other.id})
    assert_problem(refused, 403, "permission_denied")
    refused = anna.api.post("/api/v1/rooms/lobby/messages", json={"content": "x", "username": "somebody"})
    assert_problem(refused, 403, "permission_denied")


@pytest.mark.parametrize("secret", ["", "x", "0b9ad1e5-5c1f-4d3c-9e1e-6f0c1d2e3f40", "00000000-0000-0000-0000-000000000000", "ж" * 40])
def test_forged_secrets(any_server, secret):
    with any_server.api() as api, nothing_changes(any_server, "lobby"):
        headers = {"Authorization": f"Bearer {secret}".encode()}
        if secret:
            refused = api.post("/api/v1/rooms/lobby/messages", json={"content": "x"}, headers=headers)
            assert_problem(refused, 401, "unauthenticated")
        assert_problem(api.get("/api/v1/sessions/me", headers=headers), 401, "unauthenticated")
        assert_problem(api.delete("/api/v1/sessions/me", headers=headers), 401, "unauthenticated")


def test_a_closed_session_is_no_session(any_server):
    anna = Guest(any_server)
    sent = anna.send("lobby", "before")
    assert anna.api.delete("/api/v1/sessions/me").json() == {}
    for answer in (
        anna.me(),
        anna.api.delete("/api/v1/sessions/me"),
        anna.api.post("/api/v1/rooms/lobby/messages", json={"content": "x"}),
    ):
        assert_problem(answer, 401, "unauthenticated")
    with any_server.api() as api:
        assert api.get(f"/api/v1/messages/{sent['id']}").json() == sent  # authorship stays
        assert api.get(f"/api/v1/users/{anna.id}").json()["username"] == anna.name
        assert anna.id not in [user["id"] for user in api.get("/api/v1/users", params={"limit": 500}).json()]


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "a\nb"}, "display_name"),
        ({"display_name": "x" * 65}, "display_name"),
        ({"display_name": "x", "user_id": 1}, "display_name"),
    ],
)
def test_refused_sessions(server, api, body, field):
    with nothing_changes(server):
        assert_problem(api.post("/api/v1/sessions", json=body), 400, "invalid_argument", field)


def test_a_session_of_an_account(any_server):
    with any_server.api() as api:
        account = api.post("/api/v1/users", json={"username": fresh("account")}).json()
        opened = api.post("/api/v1/sessions", json={"user_id": account["id"]})
        assert opened.status_code == 201 and opened.json()["user"] == account
        assert_problem(api.post("/api/v1/sessions", json={"user_id": 10**9}), 404, "not_found")


def test_a_guest_becomes_an_account(any_server):
    anna = Guest(any_server)
    sent = anna.send("lobby", "as a guest")
    room = anna.make_room()
    name = fresh("account")
    account = anna.api.post("/api/v1/users", json={"username": name, "email": "a@example.com"})
    assert account.status_code == 201
    assert account.json() == {"id": anna.id, "username": name, "email": "a@example.com"}
    assert anna.me().json()["user"] == account.json()
    assert anna.send("lobby", "as an account")["username"] == name
    assert anna.api.get(f"/api/v1/messages/{sent['id']}").json()["user_id"] == anna.id
    assert anna.api.get(f"/api/v1/rooms/{room['id']}").json()["owner"] == name
    with Guest(any_server).api as other:
        assert_problem(other.post("/api/v1/users", json={"username": name}), 409, "already_exists")


def test_the_secret_is_kept_as_a_hash_alone(server):
    anna = Guest(server)
    database = sqlite3.connect(f"file:{server.folder / 'vestnik.db'}?mode=ro", uri=True)
    dump = "\n".join(database.iterdump())
    assert anna.name in dump and anna.secret not in dump
    assert anna.secret not in server.output()


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_expiry_after_the_last_message(start_server, store):
    ttl = round(scaled(2))
    server = start_server("--session-ttl", f"{ttl}s", store=store)
    writing, idle = Guest(server), Guest(server)
    while idle.me().status_code == 200:
        writing.send("lobby", "still here")
        time.sleep(0.1)
    assert_problem(idle.me(), 401, "unauthenticated")
    assert seconds_until(idle.session["expires_at"]) < 0, "before its time"
    earlier = writing.me().json()["expires_at"]
    writing.send("lobby", "the last one")
    end = writing.me().json()["expires_at"]
    assert seconds_until(earlier) < seconds_until(end) <= ttl
    wait_until(lambda: writing.me().status_code == 401, 2 + ttl, "the end of the session")
    assert seconds_until(end) < 0, "before its time"
    with server.api() as api:
        wait_until(lambda: api.get("/stats").json()["users"] == 1, 5, "nobody but the admin")


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_expiry_waits_for_the_last_own_room(start_server, store):
    ttl = round(scaled(2))
    server = start_server("--session-ttl", f"{ttl}s", store=store)
    owner = Guest(server)
    rooms = [owner.make_room(), owner.make_room()]
    assert "expires_at" not in owner.me().json()
    time.sleep(ttl + 0.5)
    assert owner.me().status_code == 200
    assert owner.api.delete(f"/api/v1/rooms/{rooms[0]['id']}").status_code == 200
    time.sleep(ttl + 0.3)
    assert "expires_at" not in owner.me().json()
    assert owner.api.delete(f"/api/v1/rooms/{rooms[1]['id']}").status_code == 200
    end = owner.me().json()["expires_at"]
    assert seconds_until(end) <= ttl
    wait_until(lambda: owner.me().status_code == 401, 2 + ttl, "the end of the session")
    assert seconds_until(end) < 0, "before its time"


def test_expiry_goes_on_over_a_restart(start_server):
    server = start_server("--session-ttl", f"{scaled(5):.0f}s")
    anna, owner = Guest(server), Guest(server)
    room = owner.make_room()
    end = anna.me().json()["expires_at"]
    server.kill()
    server.start()
    for guest in (anna, owner):
        guest.api.base = f"http://127.0.0.1:{server.port}"
    assert anna.me().json()["expires_at"] == end
    assert "expires_at" not in owner.me().json()
    time.sleep(max(0, seconds_until(end)) + 0.2)
    assert_problem(anna.me(), 401, "unauthenticated")
    assert owner.api.get(f"/api/v1/rooms/{room['id']}").json()["owner_id"] == owner.id


def test_a_full_server(start_server):
    server = start_server("--max-users", "3", store="memory")
    anna, _ = Guest(server), Guest(server)
    with server.api() as api:
        for refused in (
            api.post("/api/v1/sessions", json={"display_name": "third"}),
            api.post("/api/v1/users", json={"username": "third"}),
        ):
            assert "--max-users" in assert_problem(refused, 429, "resource_exhausted")["detail"]
        anna.api.delete("/api/v1/sessions/me").raise_for_status()
        assert api.post("/api/v1/sessions", json={"display_name": "third"}).status_code == 201


def test_required_sessions(start_server):
    server = start_server("--require-sessions", "--user-rate", "0.01", "--user-burst", "10", store="memory")
    with server.api() as api:
        for path in ("/api/v1/rooms", "/api/v1/rooms/lobby", "/api/v1/messages", "/api/v1/users"):
            assert_problem(api.get(path), 401, "unauthenticated")
        for path, body in (
            ("/api/v1/messages", {"content": "x"}),
            ("/api/v1/messages", {"content": "x", "user_id": 1}),
            ("/api/v1/rooms", {"name": "x"}),
            ("/api/v1/users", {"username": "x"}),
        ):
            assert_problem(api.post(path, json=body), 401, "unauthenticated")
        assert_problem(api.get("/api/v1/rooms/lobby/events"), 401, "unauthenticated")
        assert_problem(api.post("/api/v1/sessions", json={"user_id": 1}), 403, "permission_denied")
        assert api.get("/health").status_code == 200
        assert_problem(api.get("/stats"), 401, "unauthenticated")
    anna = Guest(server)
    for _ in range(10):
        anna.send("lobby", "x")
    refused = anna.api.post("/api/v1/messages", json={"content": "x"})
    assert "--user-rate" in assert_problem(refused, 429, "resource_exhausted")["detail"]
