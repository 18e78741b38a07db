"""Streams that were opened with a session, and what they tell of those who come and go."""

import contextlib
import time

import grpc
import pytest

from support import raw_http
from support.grpc_client import Client, chat
from support.people import Guest
from support.raw_websocket import WebSocket
from support.rpc import Rpc
from support.sse import EventStream
from support.timing import scaled

ENDED = "the session has ended; open a new one"


@contextlib.contextmanager
def four_streams(server, guest):
    """Each ends with what it said of its end, as text."""
    bearer = {"Authorization": f"Bearer {guest.secret}"}

    def websocket():
        with WebSocket(server.port, "lobby", headers=bearer) as socket:
            yield
            yield socket.read_close()

    def rpc():
        with Rpc(server.port, headers=bearer) as socket:
            socket.call("chat.Subscribe", {"room": "lobby"})
            yield
            yield socket.read_close()

    def events():
        with EventStream(server.port, "lobby", token=guest.secret) as stream:
            assert stream.next().kind == "subscribed"
            yield
            kinds = []
            with pytest.raises(raw_http.Closed):
                while True:
                    kinds.append(stream.next().kind)
            yield kinds[-1]

    def remote():
        with Client(server.grpc_port) as client:
            request = chat.SubscribeRequest(room="lobby")
            stream = client.chat.Subscribe(request, metadata=[("authorization", bearer["Authorization"])])
            assert next(stream).WhichOneof("event") == "subscribed"
            yield
            with pytest.raises(grpc.RpcError) as ended:
                list(stream)
            yield ended.value.code(), ended.value.details()

    streams = [each() for each in (websocket, rpc, events, remote)]
    for stream in streams:
        next(stream)
    yield lambda: [next(stream) for stream in streams]
    for stream in streams:
        stream.close()


def check_ends(ends):
    assert ends == [(4001, ENDED), (4001, ENDED), "session_ended", (grpc.StatusCode.UNAUTHENTICATED, ENDED)]


def test_streams_end_with_a_closed_session(start_server):
    server = start_server("--require-sessions", store="memory")
    anna, boris = Guest(server), Guest(server)
    with four_streams(server, anna) as ends, WebSocket(
        server.port, "lobby", headers={"Authorization": f"Bearer {boris.secret}"}
    ) as other:
        begun = time.monotonic()
        anna.api.delete("/api/v1/sessions/me").raise_for_status()
        check_ends(ends())
        assert time.monotonic() - begun < scaled(5)  # at the next look, not when somebody writes
        boris.send("lobby", "still here")
        assert other.read_json()["content"] == "still here"


def test_streams_end_with_an_expired_session(start_server):
    ttl = round(scaled(3))
    server = start_server("--require-sessions", "--session-ttl", f"{ttl}s", store="memory")
    begun = time.monotonic()
    anna = Guest(server)
    with four_streams(server, anna) as ends:
        check_ends(ends())
    assert ttl <= time.monotonic() - begun < ttl + scaled(5)


def test_a_message_keeps_the_streams(start_server):
    ttl = round(scaled(3))
    server = start_server("--require-sessions", "--session-ttl", f"{ttl}s", store="memory")
    anna = Guest(server)
    with WebSocket(server.port, "lobby", headers={"Authorization": f"Bearer {anna.secret}"}) as socket:
        time.sleep(1)
        begun = time.monotonic()
        anna.send("lobby", "one more")
        assert socket.read_json()["content"] == "one more"
        assert socket.read_close() == (4001, ENDED)
        assert time.monotonic() - begun > ttl - 0.1


def test_a_socket_depends_on_the_sessions_of_what_it_follows(start_server):
    server = start_server("--require-sessions", "--cores", "1", store="memory")
    anna, boris = Guest(server), Guest(server)
    bearer = {"Authorization": f"Bearer {anna.secret}"}
    with Rpc(server.port, headers=bearer) as left, Rpc(server.port, headers=bearer) as follows:
        for socket in (left, follows):
            socket.call("chat.Subscribe", {"room": "stream"})
            socket.call("chat.Subscribe", {"room": "lobby", "token": boris.secret})
        left.call("chat.Unsubscribe", {"room": "lobby"})
        boris.api.delete("/api/v1/sessions/me").raise_for_status()
        assert follows.read_close() == (4001, ENDED)  # and the other, of the same core, has been looked at
        assert left.call("ping", {}) == {}
        anna.api.delete("/api/v1/sessions/me").raise_for_status()
        assert left.read_close() == (4001, ENDED)


def test_an_open_server_needs_no_session_to_go_on(server):
    anna = Guest(server)
    with WebSocket(server.port, "lobby", headers={"Authorization": f"Bearer {anna.secret}"}) as socket:
        anna.api.delete("/api/v1/sessions/me").raise_for_status()
        time.sleep(0.6)
        marker = Guest(server).send("lobby", "marker")
        assert socket.read_json()["id"] == marker["id"]


def test_who_comes_and_goes_is_told(any_server):
    anna, boris, carl = (Guest(any_server) for _ in range(3))
    room = anna.make_room()["name"]
    with Rpc(any_server.port, f"?token={anna.secret}") as rpc, EventStream(any_server.port, room) as stream:
        rpc.call("chat.Subscribe", {"room": room})
        assert rpc.next_presence() == came(room, anna, 1)
        with WebSocket(any_server.port, room, headers={"Authorization": f"Bearer {boris.secret}"}):
            assert rpc.next_presence() == came(room, boris, 2)
        assert rpc.next_presence() == {**came(room, boris, 1), "active": False}
        carl.send(room, "I write and am here")
        assert rpc.next_presence() == came(room, carl, 2)
        anna.send(room, "I was here before")
        assert rpc.call("chat.ListActiveUsers", {"room": room})["users"] == [
            {"id": guest.id, "username": guest.name, "guest": True} for guest in (anna, carl)
        ]
        anna.send(room, "the end")
        while stream.next().data.find("the end") < 0:
            pass
        assert [(one["username"], one["active"]) for one in stream.presence] == [
            (anna.name, True), (boris.name, True), (boris.name, False), (carl.name, True)
        ]


def test_whoever_closes_the_last_connection_is_gone_at_once(any_server):
    anna, boris = Guest(any_server), Guest(any_server)
    room = anna.make_room()["name"]
    with Rpc(any_server.port, f"?token={anna.secret}") as rpc:
        rpc.call("chat.Subscribe", {"room": room})
        assert rpc.next_presence() == came(room, anna, 1)
        with WebSocket(any_server.port, room, headers={"Authorization": f"Bearer {boris.secret}"}):
            boris.send(room, "I write and go")
            assert rpc.next_presence() == came(room, boris, 2)
        assert rpc.next_presence() == {**came(room, boris, 1), "active": False}
        assert [user["id"] for user in rpc.call("chat.ListActiveUsers", {"room": room})["users"]] == [anna.id]


@pytest.mark.seconds(60)
def test_many_who_come_are_told_as_a_number(any_server):
    anna = Guest(any_server)
    room = anna.make_room()["name"]
    with contextlib.ExitStack() as sockets, Rpc(any_server.port, f"?token={anna.secret}") as rpc:
        rpc.call("chat.Subscribe", {"room": room})
        assert rpc.next_presence()["user_id"] == anna.id
        begun = time.monotonic()
        for _ in range(110):
            guest = Guest(any_server)
            sockets.enter_context(WebSocket(any_server.port, room, headers={"Authorization": f"Bearer {guest.secret}"}))
        told = []
        while not told or told[-1]["active_users"] < 111:
            told.append(rpc.next_presence())
        seconds = time.monotonic() - begun
        assert len(told) <= seconds + 1  # one a second
        assert told[-1] == {"room": room, "active_users": 111}
        late = sockets.enter_context(
            WebSocket(any_server.port, room, headers={"Authorization": f"Bearer {Guest(any_server).secret}"})
        )
        assert rpc.next_presence() == {"room": room, "active_users": 112}
        late.close()
        assert rpc.next_presence() == {"room": room, "active_users": 111}


def came(room, guest, count):
    return {"room": room, "user_id": guest.id, "username": guest.name, "active": True, "active_users": count}
