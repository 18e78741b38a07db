"""Retries are safe: the same nonce gives the first message, whatever the transport and however many at once."""

import concurrent.futures

import grpc
import pytest

from support import grpc_client
from support.checks import assert_problem, nothing_changes, read_all
from support.fixtures import make_room
from support.raw_websocket import WebSocket


def path(room):
    return f"/api/v1/rooms/{room}/messages"


def repeated(message):
    """The answer to a repeat of what became `message`."""
    return {**message, "duplicate": True}


def test_the_same_nonce_gives_the_first_message(any_server):
    room = make_room(any_server)
    with any_server.api() as api:
        body = {"content": "once", "user_id": 1, "nonce": "order-1"}
        first = api.post(path(room), json=body)
        assert first.status_code == 201 and first.json()["nonce"] == "order-1"
        second = api.post(path(room), json=body)
        assert second.status_code in (200, 201)
        assert second.json() == repeated(first.json())
        assert read_all(api, room) == [first.json()]


def test_idempotency_key_is_the_nonce(any_server):
    room = make_room(any_server)
    with any_server.api() as api:
        first = api.post(path(room), json={"content": "once"}, headers={"Idempotency-Key": "key-1"}).json()
        assert first["nonce"] == "key-1"
        assert api.post(path(room), json={"content": "once", "nonce": "key-1"}).json() == repeated(first)
        assert api.post(
            "/api/v1/messages", json={"room": room, "content": "once"}, headers={"idempotency-key": "key-1"}
        ).json() == repeated(first)
        assert len(read_all(api, room)) == 1


@pytest.mark.parametrize("rules", [{"read_only": True}, {"max_length": 3}])
def test_rules_that_came_later_do_not_matter(anna, boris, rules):
    name = anna.make_room()["name"]
    body = {"content": "before the rule", "nonce": "order-1"}
    first = boris.api.post(path(name), json=body)
    assert first.status_code == 201
    assert anna.api.patch(f"/api/v1/rooms/{name}", json=rules).status_code == 200
    assert boris.api.post(path(name), json=body).json() == repeated(first.json())
    assert_problem(boris.api.post(path(name), json={**body, "content": "another text"}), 409, "already_exists")
    for nonce in ({"nonce": "order-2"}, {}):
        refused = boris.api.post(path(name), json={"content": "before the rule", **nonce})
        assert refused.status_code == (403 if "read_only" in rules else 400), refused.content
    assert read_all(anna.api, name) == [first.json()]


def test_another_content_is_a_conflict(any_server):
    room = make_room(any_server)
    with any_server.api() as api:
        api.post(path(room), json={"content": "one", "nonce": "n"}).raise_for_status()
        with nothing_changes(any_server, room):
            assert_problem(api.post(path(room), json={"content": "two", "nonce": "n"}), 409, "already_exists")


def test_nonces_are_per_room_and_author(any_server):
    room, other = make_room(any_server), make_room(any_server)
    with any_server.api() as api:
        sent = [
            api.post(path(where), json={"content": "x", "nonce": "n", **author}).json()
            for where in (room, other)
            for author in ({}, {"user_id": 1})
        ]
        assert len({message["id"] for message in sent}) == 4


def test_the_same_nonce_over_every_transport(any_server):
    room = make_room(any_server)
    with any_server.api() as api, WebSocket(any_server.port, room=room) as socket, grpc_client.Client(
        any_server.grpc_port
    ) as client:
        socket.send_json({"content": "once", "nonce": "n-1", "client_seq": 1})
        first = socket.read_json()
        assert api.post(path(room), json={"content": "once", "nonce": "n-1", "client_seq": 1}).json() == repeated(first)
        assert (
            client.chat.SendMessage(
                grpc_client.chat.SendMessageRequest(room=room, content="once", nonce="n-1", client_seq=1)
            ).id
            == first["id"]
        )
        socket.send_json({"content": "once", "nonce": "n-1", "client_seq": 1})
        assert socket.read_json() == repeated(first)  # the sender of a repeat is told, though nothing new happened
        socket.send_json({"content": "other", "nonce": "n-1"})
        error = socket.read_json()["error"]
        assert (error["status"], error["code"], error["nonce"]) == (409, "already_exists", "n-1")
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.SendMessage(grpc_client.chat.SendMessageRequest(room=room, content="other", nonce="n-1"))
        assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
        assert read_all(api, room) == [first]


def test_a_repeat_is_not_shown_twice(any_server):
    room = make_room(any_server)
    with any_server.api() as api, WebSocket(any_server.port, room=room) as viewer:
        for nonce in ("a", "a", "b", "a", "b"):
            api.post(path(room), json={"content": nonce, "nonce": nonce}).raise_for_status()
        api.post(path(room), json={"content": "end"}).raise_for_status()
        assert [viewer.read_json()["content"] for _ in range(3)] == ["a", "b", "end"]


def test_concurrent_repeats_give_one_message(any_server):
    room = make_room(any_server)

    def send(_):
        with any_server.api() as api:
            return api.post(path(room), json={"content": "once", "nonce": "same", "user_id": 1}).json()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(48)))
    firsts = [answer for answer in answers if "duplicate" not in answer]
    assert len(firsts) == 1
    assert all(answer in (firsts[0], repeated(firsts[0])) for answer in answers)
    with any_server.api() as api:
        assert read_all(api, room) == firsts


def test_nonces_survive_a_restart(start_server):
    server = start_server()
    with server.api() as api:
        first = api.post("/api/v1/messages", json={"content": "once", "nonce": "kept"}).json()
    server.stop()
    server.start()
    with server.api() as api:
        assert api.post("/api/v1/messages", json={"content": "once", "nonce": "kept"}).json() == repeated(first)


@pytest.mark.parametrize("nonce", ["", "x" * 129, "two words", "жук", "tab\t", "\u0000", "\u007f"])
def test_refused_nonces(server, api, nonce):
    with nothing_changes(server, "lobby"):
        assert_problem(
            api.post("/api/v1/messages", json={"content": "x", "nonce": nonce}), 400, "invalid_argument", "nonce"
        )


def test_unusual_nonces(any_server):
    room = make_room(any_server)
    with any_server.api() as api:
        for nonce in ("x" * 128, "!", "~", '"\\', "{}", "a'b;--"):
            assert api.post(path(room), json={"content": "x", "nonce": nonce}).json()["nonce"] == nonce
        assert_problem(
            api.post(path(room), json={"content": "x"}, headers={"Idempotency-Key": ""}), 400, "invalid_argument"
        )
        header = api.post(path(room), json={"content": "x"}, headers={"Idempotency-Key": "x" * 129})
        assert_problem(header, 400, "invalid_argument")
