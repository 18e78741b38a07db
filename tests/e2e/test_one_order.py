"""One order on every transport: history, WebSocket, server-sent events and gRPC show the same messages at the same
positions.
"""

import concurrent.futures

from support import grpc_client
from support.checks import assert_dense, read_all
from support.fixtures import make_room
from support.raw_websocket import TEXT, WebSocket, encode_frame
from support.transports import READERS, comparable


def _over_http(server, room, writer, count):
    with server.api() as api:
        for n in range(count):
            body = {"content": f"http {writer} {n} ✓", "client_seq": n, "user_id": 1, "nonce": f"h{writer}-{n}"}
            assert api.post(f"/api/v1/rooms/{room}/messages", json=body).status_code == 201


def _over_websocket(server, room, writer, count):
    with WebSocket(server.port, room=room) as socket:
        for n in range(count):
            socket.send_json({"content": f'ws {writer} {n} "quoted" \\ \u2028 </script>', "username": "w"})
        mine = 0
        while mine < count:
            mine += socket.read_json()["content"].startswith(f"ws {writer} ")


def _over_grpc(server, room, writer, count):
    with grpc_client.Client(server.grpc_port) as client:
        for n in range(count):
            client.chat.SendMessage(
                grpc_client.chat.SendMessageRequest(room=room, content=f"grpc {writer} {n}\n\t\U0001f98a")
            )


def test_every_transport_shows_the_same(any_server):
    room = make_room(any_server)
    readers = [kind(any_server, room) for kind in READERS.values() for _ in range(2)]
    each, writers = 25, [_over_http, _over_websocket, _over_grpc]
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            work = [pool.submit(write, any_server, room, writer, each) for write in writers for writer in range(2)]
            for one in work:
                one.result()
        total = each * len(work)
        with any_server.api() as api:
            history = [comparable(message) for message in read_all(api, room)]
        assert len(history) == total
        assert_dense(history, first=1)
        for reader in readers:
            assert [comparable(reader.next()) for _ in range(total)] == history, type(reader).__name__
    finally:
        for reader in readers:
            reader.close()


def test_the_answer_is_the_message_that_others_see(any_server):
    room = make_room(any_server)
    readers = [kind(any_server, room) for kind in READERS.values()]
    try:
        with any_server.api() as api:
            body = {
                "content": "ü\u0000".rstrip("\u0000") + "\t\n€",
                "user_id": 1,
                "username": "shown",
                "client_seq": 2**53 + 1,
                "nonce": "n-1",
            }
            answer = api.post(f"/api/v1/rooms/{room}/messages", json=body).json()
            assert answer["client_seq"] == 2**53 + 1
            for reader in readers:
                assert comparable(reader.next()) == comparable(answer), type(reader).__name__
            assert read_all(api, room) == [answer]
    finally:
        for reader in readers:
            reader.close()


def test_every_socket_of_a_room_and_no_other(any_server):
    room, other = make_room(any_server), make_room(any_server)
    with WebSocket(any_server.port, room=room) as writer, WebSocket(any_server.port, room=other) as stranger:
        writer.send_json({"content": "inside"})
        assert writer.read_json()["content"] == "inside"
        stranger.send_json({"content": "elsewhere"})
        assert stranger.read_json()["content"] == "elsewhere"
        writer.send_json({"content": "again"})
        assert writer.read_json()["content"] == "again"


def test_pipelined_frames_keep_their_order(any_server):
    """Frames of one socket are committed in the order of their arrival, and come back so."""
    room = make_room(any_server)
    with WebSocket(any_server.port, room=room) as socket:
        socket.send_bytes(b"".join(encode_frame(TEXT, b'{"content":"p","client_seq":%d}' % n) for n in range(500)))
        messages = [socket.read_json() for _ in range(500)]
    assert [message["client_seq"] for message in messages] == list(range(500))
    assert_dense(messages, first=1)
