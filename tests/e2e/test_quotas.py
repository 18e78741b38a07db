"""Every change has a rate and a count for who makes it, where sessions are required, and says which limit was reached."""

import re
import time

import pytest
import requests

from support.checks import assert_problem
from support.people import Guest, fresh
from support.raw_websocket import WebSocket
from support.rpc import Rpc, RpcError
from support.timing import scaled, wait_until

SESSIONS = ("--require-sessions",)


def refusals(server):
    text = requests.get(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=10).text
    found = {name: int(count) for name, count in re.findall(r'limit_refusals_total\{limit="([^"]+)"\} (\d+)', text)}
    assert "max-rooms" in found  # there before anything was refused
    return {name: count for name, count in found.items() if count}


def assert_refused(response, flag):
    problem = assert_problem(response, 429, "resource_exhausted")
    assert f"--{flag}" in problem["detail"], problem
    assert int(response.headers["Retry-After"]) >= 1


CHANGES = {
    "write": lambda api, room, message: api.post(f"/api/v1/rooms/{room}/messages", json={"content": "x"}),
    "edit": lambda api, room, message: api.patch(f"/api/v1/messages/{message}", json={"content": "y"}),
    "delete": lambda api, room, message: api.delete(f"/api/v1/messages/{message}"),
    "react": lambda api, room, message: api.put(f"/api/v1/messages/{message}/reactions/\N{THUMBS UP SIGN}"),
    "take back": lambda api, room, message: api.delete(f"/api/v1/messages/{message}/reactions/\N{THUMBS UP SIGN}"),
    "join": lambda api, room, message: api.put(f"/api/v1/rooms/{room}/members/me"),
    "leave": lambda api, room, message: api.delete(f"/api/v1/rooms/{room}/members/me"),
    "change rules": lambda api, room, message: api.patch(f"/api/v1/rooms/{room}", json={"read_only": True}),
    "close": lambda api, room, message: api.delete(f"/api/v1/rooms/{room}"),
    "make a room": lambda api, room, message: api.post("/api/v1/rooms", json={"name": fresh("room")}),
    "make an account": lambda api, room, message: api.post("/api/v1/users", json={"username": fresh("user")}),
    "read the unread": lambda api, room, message: api.post(f"/api/v1/rooms/{room}/unread", json={}),
    "confirm": lambda api, room, message: api.post(
        f"/api/v1/rooms/{room}/unread", json={"limit": 0, "ack": api.get(f"/api/v1/rooms/{room}").json()["pos"]}
    ),
    "upload": lambda api, room, message: api.post(
        "/api/v1/attachments?name=a.txt", data=b"x", headers={"Content-Type": "text/plain"}
    ),
}


def test_every_change_counts(start_server):
    """A room and a message are two changes, so the third is refused, whatever it is; looking is free."""
    server = start_server(*SESSIONS, "--user-rate", "0.001", "--user-burst", "2", store="memory")
    for name, change in CHANGES.items():
        guest = Guest(server)
        room = guest.make_room()["id"]
        message = guest.send(room, "x")["id"]
        assert_refused(change(guest.api, room, message), "user-rate")
        for _ in range(5):
            assert guest.api.get(f"/api/v1/rooms/{room}/messages").status_code == 200, name
            peek = guest.api.post(f"/api/v1/rooms/{room}/unread", json={"commit": False})
            assert peek.status_code == 200, name
        guest.api.delete("/api/v1/sessions/me").raise_for_status()
    assert refusals(server)["user-rate"] == len(CHANGES)


def test_changes_by_calls_count_as_well(start_server):
    server = start_server(*SESSIONS, "--user-rate", "0.001", "--user-burst", "1", store="memory")
    guest = Guest(server)
    with Rpc(server.port, f"?token={guest.secret}") as rpc:
        rpc.call("chat.CreateRoom", {"name": fresh("room")})
        for method, params in (
            ("chat.CreateRoom", {"name": fresh("room")}),
            ("chat.SendMessage", {"content": "x"}),
            ("chat.JoinRoom", {"room": "lobby"}),
            ("chat.ReadUnread", {"room": "lobby"}),
        ):
            with pytest.raises(RpcError) as refused:
                rpc.call(method, params)
            assert "--user-rate" in refused.value.message and refused.value.data["retry_after"] > 0


def test_an_open_server_trusts_whoever_reaches_it(start_server):
    flags = ("--user-rate", "0.001", "--user-burst", "1", "--address-rate", "0.001", "--address-burst", "1")
    server = start_server(*flags, "--max-rooms-per-user", "1", store="memory")
    guests = [Guest(server) for _ in range(5)]
    for _ in range(5):
        guests[0].make_room()
        guests[0].send("lobby", "x")


def test_rooms_that_one_user_owns(start_server):
    server = start_server(*SESSIONS, "--max-rooms-per-user", "3", "--user-rate", "0")
    anna, boris = Guest(server), Guest(server)
    rooms = [anna.make_room()["id"] for _ in range(3)]
    assert_refused(anna.api.post("/api/v1/rooms", json={"name": fresh("room")}), "max-rooms-per-user")
    boris.make_room()
    anna.api.delete(f"/api/v1/rooms/{rooms[0]}").raise_for_status()
    anna.make_room()
    server.stop()
    server.start()
    again = server.api()
    again.headers["Authorization"] = f"Bearer {anna.secret}"
    assert_refused(again.post("/api/v1/rooms", json={"name": fresh("room")}), "max-rooms-per-user")
    assert refusals(server) == {"max-rooms-per-user": 1}


def test_rooms_that_one_user_joins(start_server):
    server = start_server(*SESSIONS, "--max-rooms-joined", "2", "--user-rate", "0", store="memory")
    anna = Guest(server)
    rooms = [anna.make_room()["id"] for _ in range(3)]
    join = [lambda room=room: anna.api.put(f"/api/v1/rooms/{room}/members/me") for room in rooms]
    assert join[0]().status_code == join[1]().status_code == join[0]().status_code == 200
    assert_refused(join[2](), "max-rooms-joined")
    anna.api.delete(f"/api/v1/rooms/{rooms[0]}/members/me").raise_for_status()
    assert join[2]().status_code == 200
    assert refusals(server) == {"max-rooms-joined": 1}


def test_cursors_of_one_user(start_server):
    """A name is all that it takes to have another one."""
    server = start_server(*SESSIONS, "--max-cursors-per-user", "2", "--user-rate", "0", store="memory")
    anna, boris = Guest(server), Guest(server)
    boris.send("lobby", "x")

    def read(name):
        return anna.api.post("/api/v1/rooms/lobby/unread", json={"cursor": name})

    assert read("a").status_code == read("b").status_code == 200
    assert_refused(read("c"), "max-cursors-per-user")
    boris.send("lobby", "y")
    assert [message["content"] for message in read("a").json()["messages"]] == ["y"]


def test_what_is_made_from_one_address(start_server):
    flags = ("--address-rate", "0.001", "--address-burst", "4", "--user-rate", "0")
    server = start_server(*SESSIONS, *flags, store="memory")
    anna, _ = Guest(server), Guest(server)
    anna.make_room()
    assert anna.api.post("/api/v1/users", json={"username": fresh("user")}).status_code == 201
    with server.api() as api:
        assert_refused(api.post("/api/v1/sessions", json={"display_name": "x"}), "address-rate")
    assert_refused(anna.api.post("/api/v1/rooms", json={"name": fresh("room")}), "address-rate")
    anna.send("lobby", "what goes by itself is not counted here")
    assert refusals(server) == {"address-rate": 2}


def test_sessions_that_are_opened_and_closed(start_server):
    server = start_server(*SESSIONS, "--address-rate", "0.001", "--address-burst", "10", store="memory")
    opened = 0
    with server.api() as api:
        for _ in range(50):
            made = api.post("/api/v1/sessions", json={"display_name": "x"})
            if made.status_code != 201:
                continue
            opened += 1
            secret = made.json()["session_id"]
            api.delete("/api/v1/sessions/me", headers={"Authorization": f"Bearer {secret}"}).raise_for_status()
    assert opened == 10


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/{id}", "/api/v1/rooms/lobby/active"])
def test_email_addresses_where_sessions_are_required(start_server, path):
    server = start_server(*SESSIONS, store="memory")
    anna, boris = Guest(server), Guest(server)
    account = {"username": fresh("anna"), "email": "anna@example.com"}
    created = anna.api.post("/api/v1/users", json=account)
    assert created.json()["email"] == "anna@example.com"
    anna.send("lobby", "x")

    def users(api):
        got = api.get(path.format(id=anna.id)).json()
        return {user["id"]: user for user in (got if isinstance(got, list) else [got])}

    wait_until(lambda: anna.id in users(boris.api), 10, "she is not there")
    assert users(anna.api)[anna.id]["email"] == "anna@example.com"
    assert all("email" not in user for user in users(boris.api).values())
    assert all("email" not in user for number, user in users(anna.api).items() if number != anna.id)


def test_email_addresses_on_an_open_server(start_server):
    """As the description of the API in the first place has it."""
    server = start_server(store="memory")
    with server.api() as api:
        assert api.get("/api/v1/users").json() == [{"id": 1, "username": "admin", "email": "admin@example.com"}]


def test_only_those_with_a_session_are_seen_typing(start_server):
    server = start_server(*SESSIONS, store="memory")
    anna, boris = Guest(server), Guest(server)
    with Rpc(server.port, f"?token={anna.secret}") as reader, Rpc(server.port) as nobody:
        reader.call("chat.Subscribe", {"room": "lobby"})
        nobody.call("chat.Subscribe", {"room": "lobby", "token": boris.secret})
        for claim in ({}, {"username": "admin"}, {"user_id": 1}):
            with pytest.raises(RpcError) as refused:
                nobody.call("chat.SendTyping", {"room": "lobby", **claim})
            assert refused.value.data["code"] == "unauthenticated"
        with Rpc(server.port, f"?token={boris.secret}") as writer:
            writer.call("chat.Subscribe", {"room": "lobby"})
            writer.call("chat.SendTyping", {"room": "lobby", "username": "admin"})
            assert reader.next_typing() == {"room": "lobby", "user_id": boris.id, "username": boris.name}
        reader.call("ping")
        assert not reader.typing


def test_a_subscription_made_anew_remembers_who_has_typed(start_server):
    server = start_server(store="memory")
    with Rpc(server.port) as reader, Rpc(server.port) as writer:
        reader.call("chat.Subscribe", {"room": "lobby"})
        rounds = 0

        def resubscribe():
            nonlocal rounds
            rounds += 1
            writer.call("chat.Subscribe", {"room": "lobby"})
            writer.call("chat.SendTyping", {"room": "lobby"})
            writer.call("chat.Unsubscribe", {"room": "lobby"})
            reader.call("ping")
            return len(reader.typing) == 3

        wait_until(resubscribe, 10, "nothing is told at all")
        assert rounds > 12


def test_typing_on_many_sockets_counts_for_the_user(start_server):
    server = start_server(*SESSIONS, "--user-rate", "0.001", "--user-burst", "3", store="memory")
    boris = Guest(server)
    outcomes = []
    for _ in range(6):
        with Rpc(server.port, f"?token={boris.secret}") as writer:
            writer.call("chat.Subscribe", {"room": "lobby"})
            outcomes.append("result" in writer.answer(writer.start("chat.SendTyping", {"room": "lobby"})))
    assert outcomes == [True] * 3 + [False] * 3


def test_the_room_of_a_guest_is_closed_when_nobody_writes(start_server):
    """The session of an owner does not end, so neither would ever go by itself."""
    server = start_server(*SESSIONS, "--guest-room-ttl", "2s", "--user-rate", "0")
    anna, boris = Guest(server), Guest(server)
    idle, busy = anna.make_room()["id"], anna.make_room()["id"]
    boris.api.post("/api/v1/users", json={"username": fresh("boris")}).raise_for_status()
    of_an_account = boris.make_room()["id"]
    assert "expires_at" not in anna.me().json()
    stops = time.monotonic() + scaled(4)

    def is_closed(room):
        anna.send(busy, "x")
        return anna.api.get(f"/api/v1/rooms/{room}").status_code == 404

    wait_until(lambda: is_closed(idle), 10, "the idle room is still there")
    while time.monotonic() < stops:
        assert not is_closed(of_an_account)
    assert not is_closed(busy)
    assert "expires_at" not in anna.me().json()  # she still owns one
    wait_until(lambda: anna.api.get(f"/api/v1/rooms/{busy}").status_code == 404, 10, "the other is still there")
    assert "expires_at" in anna.me().json()


def test_a_guest_who_has_gone_is_a_member_of_nothing(start_server):
    server = start_server(*SESSIONS, store="memory")
    anna, boris = Guest(server), Guest(server)
    room = anna.make_room()
    boris.api.put(f"/api/v1/rooms/{room['id']}/members/me").raise_for_status()
    after = anna.api.get(f"/api/v1/rooms/{room['id']}").json()["pos"]
    boris.api.delete("/api/v1/sessions/me").raise_for_status()
    with WebSocket(server.port, room["name"], after=after, headers={"Authorization": f"Bearer {anna.secret}"}) as reader:
        assert "subscribed" in reader.read_json()
        left = reader.read_json()["member"]
        assert (left["user_id"], left["username"], left["joined"]) == (boris.id, boris.name, False)
    assert anna.api.get(f"/api/v1/rooms/{room['id']}/members").json() == []
