"""The list of rooms, followed like a room under the name `:rooms`."""

import pytest

from support.checks import assert_problem, number_of
from support.people import Guest, fresh
from support.raw_websocket import WebSocket
from support.rpc import Rpc, RpcError
from support.sse import EventStream

LIST = {"room": ":rooms"}


def next_of(rpc, room):
    """The next event that concerns the room; others of the same server are passed over."""
    while True:
        event = rpc.next_event()
        (change,) = (event[kind] for kind in ("listed", "unlisted") if kind in event)
        assert event["room"] == event["room_id"] == ":rooms"
        if change["id"] == room["id"]:
            return event


def test_rooms_come_change_and_go(any_server, anna):
    with Rpc(any_server.port) as rpc:
        subscribed = rpc.call("chat.Subscribe", LIST)
        assert subscribed["recovered"] and subscribed["room"] == ":rooms"
        room = anna.make_room(max_length=100)
        listed = next_of(rpc, room)["listed"]
        assert number_of(listed.pop("pos")) > number_of(subscribed["pos"])
        assert listed == {
            "id": room["id"],
            "name": room["name"],
            "created_at": room["created_at"],
            "owner_id": anna.id,
            "max_length": 100,
            "client_seq_required": False,
            "read_only": False,
            "opened": True,
        }
        anna.api.patch(f"/api/v1/rooms/{room['id']}", json={"read_only": True}).raise_for_status()
        changed = next_of(rpc, room)["listed"]
        assert changed["read_only"] and not changed["opened"]
        anna.api.delete(f"/api/v1/rooms/{room['id']}").raise_for_status()
        gone = next_of(rpc, room)["unlisted"]
        assert gone == {"pos": gone["pos"], "id": room["id"], "name": room["name"], "reason": "requested"}


def test_a_room_whose_time_is_over_goes_too(any_server, anna):
    with Rpc(any_server.port) as rpc:
        rpc.call("chat.Subscribe", LIST)
        room = anna.make_room(ttl="1s")
        assert "expires_at" in next_of(rpc, room)["listed"]
        assert next_of(rpc, room)["unlisted"]["reason"] == "expired"


def test_it_is_resumed_by_position(any_server, anna):
    with Rpc(any_server.port) as rpc:
        rpc.call("chat.Subscribe", LIST)
        first = anna.make_room()
        pos = next_of(rpc, first)["listed"]["pos"]
        second = anna.make_room()
        next_of(rpc, second)
        with Rpc(any_server.port) as again:
            assert again.call("chat.Subscribe", {**LIST, "after": pos})["recovered"]
            assert next_of(again, second)["listed"]["name"] == second["name"]
        with Rpc(any_server.port) as foreign:
            answer = foreign.call("chat.Subscribe", {**LIST, "after": "other:5"})
            assert not answer["recovered"] and answer["gap"] == {"to": answer["pos"]}


def test_it_is_told_on_every_transport(any_server, anna):
    with EventStream(any_server.port, ":rooms") as stream, WebSocket(any_server.port, ":rooms", after="") as socket:
        begun = stream.next()
        assert begun.kind == "subscribed" and socket.read_json()["subscribed"]["pos"] == begun.id
        room = anna.make_room()
        event = stream.next()
        assert (event.kind, event.json()["id"], event.id) == ("listed", room["id"], event.json()["pos"])
        assert socket.read_json() == {"listed": event.json()}
        # What nobody followed on this transport is not there any more.
        with EventStream(any_server.port, ":rooms", after=f"{begun.id.split(':')[0]}:0") as late:
            assert not late.next().json()["recovered"]


def test_it_is_no_room(any_server, anna):
    with Rpc(any_server.port, f"?token={anna.secret}") as rpc:
        rpc.call("chat.Subscribe", LIST)
        for method, params in (
            ("chat.SendMessage", {**LIST, "content": "x"}),
            ("chat.GetRoom", LIST),
            ("chat.ListMembers", LIST),
            ("chat.ListActiveUsers", LIST),
            ("chat.ListMessages", LIST),
        ):
            with pytest.raises(RpcError) as refused:
                rpc.call(method, params)
            assert refused.value.data["code"] == "not_found", method
        with pytest.raises(RpcError) as refused:
            rpc.call("chat.SendTyping", LIST)
        assert refused.value.data["code"] == "failed_precondition"
        assert rpc.call("chat.Unsubscribe", LIST) == {}
        assert_problem(anna.api.post("/api/v1/rooms", json={"name": ":rooms"}), 400, "invalid_argument", "name")


def test_it_needs_a_session_where_reading_does(start_server):
    server = start_server("--require-sessions", store="memory")
    with Rpc(server.port) as rpc:
        with pytest.raises(RpcError) as refused:
            rpc.call("chat.Subscribe", LIST)
        assert refused.value.data["code"] == "unauthenticated"
    anna = Guest(server)
    with Rpc(server.port, f"?token={anna.secret}") as rpc:
        rpc.call("chat.Subscribe", LIST)
        room = anna.make_room(name=fresh("own"))
        assert next_of(rpc, room)["listed"]["owner_id"] == anna.id
