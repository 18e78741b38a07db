"""The contract over gRPC: every call, status codes with google.rpc details, streams, health, reflection."""

import itertools
import os

import grpc
import pytest

from support.timing import patient, wait_until
from support import raw_http
from support.checks import POSITION, UUID, epoch_of, nothing_changes
from support.fixtures import make_room
from support.grpc_client import Client, chat, health, ops, reflection, violations_of

_numbers = itertools.count(1)


def fresh(kind):
    return f"grpc-{kind}-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def client(any_server):
    with Client(any_server.grpc_port) as client:
        yield client


def test_every_unary_call(client, any_server):
    user = client.chat.CreateUser(chat.CreateUserRequest(username=fresh("user"), email="a@example.com"))
    assert user.id > 1
    assert client.chat.GetUser(chat.GetUserRequest(user_id=user.id)) == user
    assert user in client.chat.ListUsers(chat.ListUsersRequest(limit=500)).users
    assert client.chat.ListUsers(chat.ListUsersRequest(limit=1)).users[0].username == "admin"

    room = client.chat.CreateRoom(chat.CreateRoomRequest(name=fresh("room"), max_length=10))
    assert UUID.match(room.id) and POSITION.match(room.pos) and room.max_length == 10
    assert client.chat.GetRoom(chat.GetRoomRequest(room=room.name)) == room
    assert client.chat.GetRoom(chat.GetRoomRequest(room=room.id)) == room
    assert room in client.chat.ListRooms(chat.ListRoomsRequest(limit=500)).rooms

    sent = [
        client.chat.SendMessage(chat.SendMessageRequest(room=room.name, content=f"m{n}", client_seq=n, user_id=user.id))
        for n in range(5)
    ]
    assert sent[0].username == user.username and sent[0].room == room.name
    listed = client.chat.ListMessages(chat.ListMessagesRequest(room=room.name))
    assert list(listed.messages) == sent[::-1]
    page = client.chat.ListMessages(chat.ListMessagesRequest(room=room.id, after=sent[1].pos, limit=2))
    assert list(page.messages) == sent[2:4]
    ascending = chat.ListMessagesRequest(room=room.name, order=chat.ORDER_ASC, offset=1, limit=3)
    assert list(client.chat.ListMessages(ascending).messages) == sent[1:4]
    recent = chat.ListMessagesRequest(room=room.name, to="-1h")
    assert not client.chat.ListMessages(recent).messages
    assert client.chat.ListMessages(chat.ListMessagesRequest(room=room.name, **{"from": "-10m"})).messages

    stats = client.chat.GetStats(chat.GetStatsRequest())
    assert stats.users >= 2 and stats.rooms >= 3 and stats.messages >= 5 and stats.uptime_seconds > 0
    assert client.ops.GetVersion(ops.GetVersionRequest()).version
    assert client.ops.GetHealth(ops.GetHealthRequest()).status == "ok"
    assert client.ops.CheckLive(ops.CheckLiveRequest()).status == "ok"
    assert client.ops.CheckReady(ops.CheckReadyRequest()).status == "ok"


def test_the_default_room_is_the_lobby(client):
    sent = client.chat.SendMessage(chat.SendMessageRequest(content="to the lobby"))
    assert sent.room == "lobby"
    assert client.chat.ListMessages(chat.ListMessagesRequest(limit=1)).messages[0] == sent


CODE = grpc.StatusCode
REFUSED = [
    ("CreateUser", chat.CreateUserRequest(), CODE.INVALID_ARGUMENT, "username"),
    ("CreateUser", chat.CreateUserRequest(username="x" * 65), CODE.INVALID_ARGUMENT, "username"),
    ("CreateUser", chat.CreateUserRequest(username="admin"), CODE.ALREADY_EXISTS, None),
    ("GetUser", chat.GetUserRequest(user_id=10**12), CODE.NOT_FOUND, None),
    ("ListUsers", chat.ListUsersRequest(limit=0), CODE.INVALID_ARGUMENT, "limit"),
    ("ListUsers", chat.ListUsersRequest(limit=501), CODE.INVALID_ARGUMENT, "limit"),
    ("ListUsers", chat.ListUsersRequest(offset=-1), CODE.INVALID_ARGUMENT, "offset"),
    ("CreateRoom", chat.CreateRoomRequest(name="lobby"), CODE.ALREADY_EXISTS, None),
    ("CreateRoom", chat.CreateRoomRequest(name="a\x00b"), CODE.INVALID_ARGUMENT, "name"),
    ("CreateRoom", chat.CreateRoomRequest(name="fine", max_length=-5), CODE.INVALID_ARGUMENT, "max_length"),
    ("GetRoom", chat.GetRoomRequest(room="nowhere"), CODE.NOT_FOUND, None),
    ("ListRooms", chat.ListRoomsRequest(limit=-1), CODE.INVALID_ARGUMENT, "limit"),
    ("SendMessage", chat.SendMessageRequest(room="nowhere", content="x"), CODE.NOT_FOUND, None),
    ("SendMessage", chat.SendMessageRequest(room="stream", content="x"), CODE.INVALID_ARGUMENT, "client_seq"),
    (
        "SendMessage",
        chat.SendMessageRequest(room="stream", content="ж" * 129, client_seq=1),
        CODE.INVALID_ARGUMENT,
        "content",
    ),
    ("SendMessage", chat.SendMessageRequest(room="stream", text="", client_seq=1), CODE.INVALID_ARGUMENT, None),
    (
        "SendMessage",
        chat.SendMessageRequest(room="stream", content="a", text="b", client_seq=1),
        CODE.INVALID_ARGUMENT,
        None,
    ),
    (
        "SendMessage",
        chat.SendMessageRequest(room="stream", content="a\x01b", client_seq=1),
        CODE.INVALID_ARGUMENT,
        "content",
    ),
    (
        "SendMessage",
        chat.SendMessageRequest(room="stream", content="x", client_seq=-1),
        CODE.INVALID_ARGUMENT,
        "client_seq",
    ),
    (
        "SendMessage",
        chat.SendMessageRequest(room="stream", content="x", client_seq=1, nonce="two words"),
        CODE.INVALID_ARGUMENT,
        "nonce",
    ),
    ("ListMessages", chat.ListMessagesRequest(room="nowhere"), CODE.NOT_FOUND, None),
    ("ListMessages", chat.ListMessagesRequest(limit=0), CODE.INVALID_ARGUMENT, "limit"),
    ("ListMessages", chat.ListMessagesRequest(limit=2**31 - 1), CODE.INVALID_ARGUMENT, "limit"),
    ("ListMessages", chat.ListMessagesRequest(after="junk"), CODE.INVALID_ARGUMENT, "after"),
    ("ListMessages", chat.ListMessagesRequest(to="yesterday"), CODE.INVALID_ARGUMENT, "to"),
    ("ListMessages", chat.ListMessagesRequest(order=7), CODE.INVALID_ARGUMENT, "order"),
]


@pytest.mark.parametrize(
    "call, request_message, code, field", REFUSED, ids=[f"{call}-{n}" for n, (call, *_) in enumerate(REFUSED)]
)
def test_refused_calls(server, call, request_message, code, field):
    with nothing_changes(server), Client(server.grpc_port) as client:
        with pytest.raises(grpc.RpcError) as refused:
            getattr(client.chat, call)(request_message)
        assert refused.value.code() == code
        assert refused.value.details()
        violations = violations_of(refused.value)
        if field:
            assert field in violations and violations[field], violations


def test_errors_are_those_of_http(server):
    """The same sentence and the same violations, whichever way one asks."""
    with server.api() as api, Client(server.grpc_port) as client:
        over_http = api.post("/api/v1/rooms/stream/messages", json={"content": "x" * 129, "client_seq": 1}).json()
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.SendMessage(chat.SendMessageRequest(room="stream", content="x" * 129, client_seq=1))
        assert refused.value.details() == over_http["detail"]
        assert violations_of(refused.value) == {
            violation["field"]: violation["reason"] for violation in over_http["violations"]
        }


def test_invalid_utf8_and_bytes_that_are_no_message(server):
    bodies = {
        "SendMessage": [b"\x0a\x06stream\x22\x03a\xffb\x30\x01", b"\x22\x02\xc0\x80"],
        "CreateUser": [b"\x0a\x02\xff\xfe"],
        "CreateRoom": [b"\x0a\x03\xed\xa0\x80"],
    }
    with nothing_changes(server), Client(server.grpc_port) as client:
        for name, invalid in bodies.items():
            path = f"/vestnik.chat.v1.Chat/{name}"
            call = client.channel.unary_unary(path, request_serializer=bytes, response_deserializer=bytes)
            for body in [*invalid, b"\xff\xff\xff\xff", b"\x0a\xff\xff\xff\xff\x0f"]:
                with pytest.raises(grpc.RpcError) as refused:
                    call(body, timeout=patient(10))
                # What cannot be decoded is refused by the library, which calls it unimplemented.
                assert refused.value.code() in (CODE.INVALID_ARGUMENT, CODE.INTERNAL, CODE.UNIMPLEMENTED)


def test_messages_too_big(server):
    with nothing_changes(server), Client(server.grpc_port) as client:
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.SendMessage(chat.SendMessageRequest(content="x" * (8 * 2**20)))
        assert refused.value.code() in (CODE.RESOURCE_EXHAUSTED, CODE.INVALID_ARGUMENT)


def test_unknown_method(server):
    with Client(server.grpc_port) as client:
        raw = client.channel.unary_unary(
            "/vestnik.chat.v1.Chat/NoSuchCall", request_serializer=bytes, response_deserializer=bytes
        )
        with pytest.raises(grpc.RpcError) as refused:
            raw(b"", timeout=patient(10))
        assert refused.value.code() == CODE.UNIMPLEMENTED


_CONTRACT = [
    method
    for file in (chat.DESCRIPTOR, ops.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
]


_OF_A_SOCKET = {"Unsubscribe", "SendTyping"}  # which only /rpc has


@pytest.mark.parametrize("method", _CONTRACT, ids=lambda method: method.full_name)
def test_no_method_of_the_contract_is_missing(server, method):
    """An empty request may be refused, but somebody has to be there to refuse it."""
    with Client(server.grpc_port) as client:
        kind = client.channel.unary_stream if method.name == "Subscribe" else client.channel.unary_unary
        call = kind(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=bytes,
            response_deserializer=bytes,
        )
        try:
            answer = call(b"", timeout=patient(10))
            if method.name == "Subscribe":
                assert next(answer)
                answer.cancel()
        except grpc.RpcError as refused:
            assert (refused.code() == CODE.UNIMPLEMENTED) == (method.name in _OF_A_SOCKET)


def test_more_streams_than_allowed(start_server):
    server = start_server("--max-connections", "3", store="memory")
    with Client(server.grpc_port) as client:
        streams = [client.subscribe("lobby") for _ in range(3)]
        for stream in streams:
            assert next(stream).subscribed.recovered
        with pytest.raises(grpc.RpcError) as refused:
            next(client.subscribe("lobby"))
        assert refused.value.code() == CODE.RESOURCE_EXHAUSTED and "--max-connections" in refused.value.details()

        def takes_another():
            try:
                return next(client.subscribe("lobby")).subscribed.recovered
            except grpc.RpcError:
                return False

        streams[0].cancel()
        wait_until(takes_another, 10, "the place of a stream that has ended is free")


def test_subscribe(client, any_server):
    room = make_room(any_server)
    stream = client.subscribe(room)
    first = next(stream)
    assert first.subscribed.room == room and first.subscribed.recovered and not first.subscribed.HasField("gap")
    sent = [client.chat.SendMessage(chat.SendMessageRequest(room=room, content=f"m{n}")) for n in range(10)]
    assert [next(stream).message for _ in sent] == sent
    stream.cancel()

    resumed = client.subscribe(room, after=sent[3].pos)
    assert next(resumed).subscribed.recovered
    assert [next(resumed).message for _ in range(6)] == sent[4:]
    resumed.cancel()

    lost = client.subscribe(room, after=f"{epoch_of(sent[0].pos)}:99")
    event = next(lost)
    assert not event.subscribed.recovered and event.subscribed.HasField("gap")
    lost.cancel()


@pytest.mark.parametrize(
    "request_message, code, field",
    [
        (chat.SubscribeRequest(room="nowhere"), CODE.NOT_FOUND, None),
        (chat.SubscribeRequest(room="lobby", after="junk"), CODE.INVALID_ARGUMENT, "after"),
        (chat.SubscribeRequest(room="lobby", on_slow=9), CODE.INVALID_ARGUMENT, "on_slow"),
    ],
)
def test_refused_subscriptions(server, request_message, code, field):
    with Client(server.grpc_port) as client:
        with pytest.raises(grpc.RpcError) as refused:
            next(client.chat.Subscribe(request_message))
        assert refused.value.code() == code
        if field:
            assert field in violations_of(refused.value)


def test_subscriptions_end_cleanly_when_the_client_goes(server, api):
    def streams_open():
        return api.get("/stats").json()["connections"].get("grpc", 0)

    wait_until(lambda: streams_open() == 0, 10, "those of earlier tests to be gone")
    clients = [Client(server.grpc_port) for _ in range(5)]
    streams = [client.subscribe("lobby") for client in clients]
    for stream in streams:
        next(stream)
    assert streams_open() == 5
    for stream in streams[:3]:
        stream.cancel()
    for client in clients:
        client.channel.close()
    wait_until(lambda: streams_open() == 0, 10, "the gRPC streams gone from the statistics")


def test_deadlines(server):
    with Client(server.grpc_port) as client:
        stream = client.subscribe("stream", within=2)
        next(stream)
        with pytest.raises(grpc.RpcError) as ended:
            while True:
                next(stream)
        assert ended.value.code() == CODE.DEADLINE_EXCEEDED


def test_health_service(client):
    for name in ("", "vestnik.chat.v1.Chat"):
        answer = client.health.Check(health.HealthCheckRequest(service=name))
        assert answer.status == health.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as refused:
        client.health.Check(health.HealthCheckRequest(service="no.such.Service"))
    assert refused.value.code() == CODE.NOT_FOUND
    assert next(client.health.Watch(health.HealthCheckRequest())).status == health.HealthCheckResponse.SERVING


def test_reflection(client):
    ask = [
        reflection.ServerReflectionRequest(list_services=""),
        reflection.ServerReflectionRequest(file_containing_symbol="vestnik.chat.v1.Chat"),
        reflection.ServerReflectionRequest(file_containing_symbol="no.such.Symbol"),
    ]
    services, described, missing = client.reflection.ServerReflectionInfo(iter(ask))
    names = {service.name for service in services.list_services_response.service}
    assert {"vestnik.chat.v1.Chat", "vestnik.ops.v1.Ops", "grpc.health.v1.Health"} <= names
    assert any(b"SendMessage" in file for file in described.file_descriptor_response.file_descriptor_proto)
    assert missing.error_response.error_code == CODE.NOT_FOUND.value[0]


def test_garbage_on_the_grpc_port(server):
    for data in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00" * 1000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000,
    ):
        with raw_http.Connection(server.grpc_port) as connection:
            connection.send(data)
            connection.is_closed(0.5)
    with Client(server.grpc_port) as client:
        assert client.ops.CheckLive(ops.CheckLiveRequest()).status == "ok"
