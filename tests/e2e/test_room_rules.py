"""Rooms with owners and rules: read-only, limits, time to live, members, closing, and who may do what."""

import concurrent.futures
import time

import pytest

from support.checks import assert_dense, assert_problem, nothing_changes, number_of, read_all
from support.people import Guest, fresh
from support.sse import EventStream
from support.timing import scaled, wait_until


def test_a_room_tells_all_of_itself(any_server):
    owner = Guest(any_server)
    room = owner.make_room(message_limit=100, read_only=True, ttl="1h", max_length=50)
    assert room["owner_id"] == owner.id and room["owner"] == owner.name
    assert room["message_limit"] == 100 and room["read_only"] is True and room["max_length"] == 50
    assert "expires_at" in room and 3590 <= int(room["ttl"].removesuffix("s")) <= 3600
    owner.send(room["id"], "hello")
    now = owner.api.get(f"/api/v1/rooms/{room['name']}").json()
    assert now["message_count"] == 1 and now["active_users"] == 1 and "last_message_at" in now
    listed = {each["id"]: each for each in owner.api.get("/api/v1/rooms", params={"limit": 500}).json()}
    assert {**listed[room["id"]], "ttl": ""} == {**now, "ttl": ""}


def test_only_the_owner_writes_in_a_read_only_room(any_server):
    owner, other = Guest(any_server), Guest(any_server)
    room = owner.make_room(read_only=True)["id"]
    owner.send(room, "news")
    with nothing_changes(any_server, room):
        refused = other.api.post(f"/api/v1/rooms/{room}/messages", json={"content": "x"})
        assert_problem(refused, 403, "permission_denied")
        with any_server.api() as nobody:
            refused = nobody.post(f"/api/v1/rooms/{room}/messages", json={"content": "x"})
            assert_problem(refused, 401, "unauthenticated")
    assert owner.api.patch(f"/api/v1/rooms/{room}", json={"read_only": False}).json()["read_only"] is False
    other.send(room, "thanks")


def test_the_oldest_messages_leave(any_server):
    owner = Guest(any_server)
    room = owner.make_room(message_limit=5)["id"]
    sent = [owner.send(room, str(i), nonce=f"n{i}") for i in range(12)]
    history = read_all(owner.api, room)
    assert history == sent[-5:]
    assert owner.api.get(f"/api/v1/rooms/{room}").json()["message_count"] == 5
    assert_problem(owner.api.get(f"/api/v1/messages/{sent[0]['id']}"), 404, "not_found")
    page = owner.api.get(f"/api/v1/rooms/{room}/messages", params={"limit": 2, "offset": 3}).json()
    assert page == [sent[8], sent[7]]
    smaller = owner.api.patch(f"/api/v1/rooms/{room}", json={"message_limit": 2})
    assert smaller.status_code == 200
    assert read_all(owner.api, room) == sent[-2:]
    last = owner.send(room, "12")
    assert [message["id"] for message in read_all(owner.api, room)] == [sent[11]["id"], last["id"]]


def test_who_comes_back_below_the_floor_is_told_what_it_missed(any_server):
    owner = Guest(any_server)
    room = owner.make_room(message_limit=3)["id"]
    first = owner.send(room, "0")
    sent = [owner.send(room, str(i)) for i in range(1, 8)]
    stream = EventStream(any_server.port, room, after=first["pos"])
    subscribed = stream.next().json()
    assert subscribed["recovered"] is False
    assert number_of(subscribed["gap"]["from"]) == 2 and number_of(subscribed["gap"]["to"]) == 5
    assert [stream.next().json() for _ in range(3)] == sent[-3:]


def test_the_server_wide_limit_of_messages(start_server):
    server = start_server("--max-room-messages", "4", store="memory")
    owner = Guest(server)
    assert_problem(
        owner.api.post("/api/v1/rooms", json={"name": "x", "message_limit": 5}), 400, "invalid_argument", "message_limit"
    )
    for i in range(9):
        owner.send("lobby", str(i))
    assert [message["content"] for message in read_all(owner.api, "lobby")] == ["5", "6", "7", "8"]


def test_a_room_that_is_closed_tells_its_subscribers(any_server):
    owner = Guest(any_server)
    room = owner.make_room()
    owner.send(room["id"], "one")
    with EventStream(any_server.port, room["id"]) as stream:
        stream.next()
        assert owner.api.delete(f"/api/v1/rooms/{room['id']}").json() == {}
        event = stream.next()
        assert event.kind == "closed"
        assert event.json() == {"pos": event.id, "reason": "requested", "user_id": owner.id}
        assert number_of(event.id) == 2
    for answer in (
        owner.api.get(f"/api/v1/rooms/{room['id']}"),
        owner.api.get(f"/api/v1/rooms/{room['name']}/messages"),
        owner.api.post(f"/api/v1/rooms/{room['id']}/messages", json={"content": "x"}),
        owner.api.delete(f"/api/v1/rooms/{room['id']}"),
    ):
        assert_problem(answer, 404, "not_found")
    again = owner.api.post("/api/v1/rooms", json={"name": room["name"]})
    assert again.status_code == 201 and again.json()["id"] != room["id"]
    assert again.json()["message_count"] == 0 and again.json()["pos"].split(":")[0] != room["pos"].split(":")[0]


def test_built_in_rooms_stay(any_server):
    with any_server.api() as api:
        for name in ("lobby", "stream"):
            refused = api.delete(f"/api/v1/rooms/{name}", params={"user_id": 1})
            assert_problem(refused, 409, "failed_precondition")


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_a_room_ends_with_its_time(start_server, store):
    server = start_server(store=store)
    owner = Guest(server)
    ttl = round(scaled(3))
    begun = time.monotonic()
    room = owner.make_room(ttl=f"{ttl}s")
    owner.send(room["id"], "soon gone")
    with EventStream(server.port, room["id"]) as stream:
        stream.next()
        event = stream.next(within=10)
        took = time.monotonic() - begun
        assert event.kind == "closed" and event.json()["reason"] == "expired"
        assert ttl <= took < ttl + scaled(3), took
    assert_problem(owner.api.get(f"/api/v1/rooms/{room['id']}"), 404, "not_found")


def test_a_room_ends_with_its_time_after_a_restart(start_server):
    server = start_server()
    owner = Guest(server)
    gone, kept = owner.make_room(ttl="1s"), owner.make_room(ttl="1h")
    server.kill()
    time.sleep(1.1)
    server.start()
    owner.api.base = f"http://127.0.0.1:{server.port}"
    late = owner.api.post(f"/api/v1/rooms/{gone['id']}/messages", json={"content": "acknowledged, then lost?"})
    assert_problem(late, 404, "not_found")
    wait_until(lambda: owner.api.get(f"/api/v1/rooms/{gone['id']}").status_code == 404, 5, "the end of the room")
    assert owner.api.get(f"/api/v1/rooms/{kept['id']}").status_code == 200


def test_the_time_to_live_can_be_changed(any_server):
    owner = Guest(any_server)
    room = owner.make_room(ttl="1h")["id"]
    longer = owner.api.patch(f"/api/v1/rooms/{room}", json={"ttl": "2h"}).json()
    assert 7190 <= int(longer["ttl"].removesuffix("s")) <= 7200
    forever = owner.api.patch(f"/api/v1/rooms/{room}", json={"ttl": "0s"}).json()
    assert "ttl" not in forever and "expires_at" not in forever


@pytest.mark.parametrize(
    "rules, field",
    [
        ({"message_limit": 0}, "message_limit"),
        ({"message_limit": -1}, "message_limit"),
        ({"max_length": 0}, "max_length"),
        ({"max_length": 10**6}, "max_length"),
        ({"ttl": "0s"}, "ttl"),
        ({"ttl": "soon"}, "ttl"),
        ({"ttl": ""}, "ttl"),
        ({"ttl": "-1s"}, "ttl"),
        ({"read_only": "yes"}, "read_only"),
    ],
)
def test_refused_rules(server, api, rules, field):
    with nothing_changes(server):
        refused = api.post("/api/v1/rooms", json={"name": fresh("room"), **rules})
        assert_problem(refused, 400, "invalid_argument", field)


def test_only_the_owner_rules(any_server):
    owner, other = Guest(any_server), Guest(any_server)
    room = owner.make_room()["id"]
    with nothing_changes(any_server, room):
        assert_problem(other.api.patch(f"/api/v1/rooms/{room}", json={"read_only": True}), 403, "permission_denied")
        assert_problem(other.api.delete(f"/api/v1/rooms/{room}"), 403, "permission_denied")
        with any_server.api() as nobody:
            assert_problem(nobody.patch(f"/api/v1/rooms/{room}", json={"read_only": True}), 401, "unauthenticated")


def test_members_join_and_leave(any_server):
    owner, other = Guest(any_server), Guest(any_server)
    room = owner.make_room()["id"]
    path = f"/api/v1/rooms/{room}/members"
    assert owner.api.get(path).json() == []
    with EventStream(any_server.port, room) as stream:
        stream.next()
        for guest in (owner, other):
            assert guest.api.put(f"{path}/me").json() == {}
            event = stream.next()
            assert event.kind == "member"
            assert event.json() == {
                "pos": event.id,
                "user_id": guest.id,
                "username": guest.name,
                "joined": True,
            }
        before = owner.api.get(f"/api/v1/rooms/{room}").json()["pos"]
        assert other.api.put(f"{path}/me").status_code == 200  # again changes nothing
        assert owner.api.get(f"/api/v1/rooms/{room}").json()["pos"] == before
        assert [member["user_id"] for member in other.api.get(path).json()] == [owner.id, other.id]
        assert owner.api.delete(f"{path}/me").json() == {}
        assert stream.next().json()["joined"] is False
    assert [member["username"] for member in other.api.get(path).json()] == [other.name]
    with any_server.api() as nobody:
        assert_problem(nobody.put(f"{path}/me"), 401, "unauthenticated")


def test_who_is_here(any_server):
    anna, boris = Guest(any_server), Guest(any_server)
    room = anna.make_room()["id"]
    path = f"/api/v1/rooms/{room}/active"
    assert anna.api.get(path).json() == []
    anna.send(room, "hi")
    with EventStream(any_server.port, room, token=boris.secret) as stream:
        stream.next()
        here = anna.api.get(path).json()
        assert [user["username"] for user in here] == [anna.name, boris.name]
    alone = [{"id": anna.id, "username": anna.name, "guest": True}]
    wait_until(lambda: anna.api.get(path).json() == alone, 5, "the other to be gone")


def test_a_room_that_closes_while_many_write(any_server):
    owner = Guest(any_server)
    room = owner.make_room()["id"]
    def write(i):
        with any_server.api() as api:
            statuses = []
            for j in range(20):
                if (i, j) == (3, 10):
                    assert owner.api.delete(f"/api/v1/rooms/{room}").status_code == 200
                statuses.append(api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"{i}.{j}"}).status_code)
            return statuses

    with EventStream(any_server.port, room) as stream:
        stream.next()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            all_statuses = list(pool.map(write, range(8)))
        assert {status for statuses in all_statuses for status in statuses} <= {201, 404}
        accepted = sum(statuses.count(201) for statuses in all_statuses)
        events = [stream.next() for _ in range(accepted + 1)]
        assert [event.kind for event in events] == ["message"] * accepted + ["closed"]
        assert_dense([{"pos": event.id} for event in events], 1)
