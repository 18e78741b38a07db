"""Who calls over `/rpc`: the session of the handshake; and every change of a room as an event there."""

import uuid

import pytest

from support.checks import number_of
from support.rpc import Rpc, RpcError


def sockets_of(server, guest):
    """One for each way to say who opens it."""
    yield Rpc(server.port, headers={"Authorization": f"Bearer {guest.secret}"})
    yield Rpc(server.port, f"?token={guest.secret}")


def test_the_session_of_the_handshake_calls(any_server, anna):
    room = anna.make_room()["name"]
    for rpc in sockets_of(any_server, anna):
        with rpc:
            assert rpc.call("chat.GetSession")["user"]["id"] == anna.id
            sent = rpc.call("chat.SendMessage", {"room": room, "content": "mine"})
            assert sent["user_id"] == anna.id and sent["username"] == anna.name


def test_a_session_that_is_none(any_server):
    with Rpc(any_server.port, f"?token={uuid.uuid4()}") as rpc:
        assert rpc.call("ping") == {}
        for method in ("chat.GetSession", "chat.SendMessage", "chat.Subscribe"):
            with pytest.raises(RpcError) as refused:
                rpc.call(method, {"content": "x"} if method == "chat.SendMessage" else {})
            assert refused.value.data["code"] == "unauthenticated" and refused.value.data["status"] == 401


def test_typing_has_the_name_of_the_session(any_server, anna):
    room = anna.make_room()["name"]
    with Rpc(any_server.port, f"?token={anna.secret}") as one, Rpc(any_server.port) as two:
        for rpc in (one, two):
            rpc.call("chat.Subscribe", {"room": room})
        with pytest.raises(RpcError) as refused:
            one.call("chat.SendTyping", {"room": room, "user_id": anna.id + 1})
        assert refused.value.data["code"] == "permission_denied"
        one.call("chat.SendTyping", {"room": room})
        assert two.next_typing() == {"room": room, "user_id": anna.id, "username": anna.name}


def test_every_change_is_an_event(any_server, anna):
    room = anna.make_room()
    with Rpc(any_server.port, f"?token={anna.secret}") as rpc:
        rpc.call("chat.Subscribe", {"room": room["name"]})
        sent = rpc.call("chat.SendMessage", {"room": room["name"], "content": "first"})
        rpc.call("chat.EditMessage", {"message_id": sent["id"], "content": "second"})
        rpc.call("chat.AddReaction", {"message_id": sent["id"], "emoji": "👍"})
        rpc.call("chat.DeleteMessage", {"message_id": sent["id"]})
        kinds = []
        for n in range(4):
            event = rpc.next_event()
            assert event.pop("room") == room["name"] and event.pop("room_id") == room["id"]
            ((kind, value),) = event.items()
            kinds.append(kind)
            assert number_of(value["pos"]) == number_of(sent["pos"]) + n
        assert [kinds[0], kinds[1], kinds[3]] == ["message", "edited", "deleted"]
