"""RFC 6455 to the letter: handshake, frames, fragments, UTF-8, control frames, closing."""

import struct

import pytest

from support.timing import wait_until
from support import raw_http
from support.checks import assert_message, assert_problem, assert_problem_body, nothing_changes
from support.fixtures import make_room
from support.raw_websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Refused,
    WebSocket,
    apply_mask,
    encode_frame,
    handshake_headers,
)
from support.server import memory_slack

MESSAGE = '{"content":"привет \U0001f98a"}'.encode()


def assert_closed_with(socket, *codes):
    code, reason = socket.read_close()
    assert code in codes, (code, reason)
    assert socket.connection.is_closed()


def echoed(socket):
    """The socket is alive: what it sends comes back."""
    socket.send_text(MESSAGE)
    assert_message(socket.read_json(), "привет \U0001f98a")


# Handshake


@pytest.mark.parametrize(
    "change, status",
    [
        ({"Sec-WebSocket-Key": None}, {400}),
        ({"Sec-WebSocket-Version": None}, {400, 426}),
        ({"Sec-WebSocket-Version": "8"}, {400, 426}),
        ({"Sec-WebSocket-Version": "x"}, {400, 426}),
        ({"Upgrade": "h2c"}, {400, 426}),
        ({"Upgrade": None}, {400, 426}),
        ({"Connection": "keep-alive"}, {400, 426}),
        ({"Connection": None}, {400, 426}),
    ],
)
def test_bad_upgrade_requests(server, change, status):
    headers = {name: value for name, value in {**handshake_headers(), **change}.items() if value is not None}
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/ws", headers))
        assert response.status_code in status, response
        assert_problem(response, response.status_code)
        if response.status_code == 426:
            assert (
                response.headers["sec-websocket-version"] == "13" or response.headers["upgrade"].lower() == "websocket"
            )


def test_no_upgrade_at_all(server):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/ws"))
    assert response.status_code in (400, 426)
    assert_problem(response, response.status_code)


def test_upgrade_elsewhere_is_an_ordinary_request(server):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/livez", handshake_headers()))
    assert response.status_code == 200
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/websocket", handshake_headers()))
    assert_problem(response, 404)


def test_upgrade_by_http_1_0(server):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/ws", handshake_headers(), version="HTTP/1.0"))
    assert_problem(response, response.status_code)
    assert response.status_code in (400, 426, 505)


@pytest.mark.parametrize(
    "target, status, field",
    [
        ("/ws?room=nowhere", 404, None),
        ("/ws?room=lobby&after=x", 400, "after"),
        ("/ws?on_slow=wait", 400, "on_slow"),
        ("/ws?unknown=1", 400, "unknown"),
        ("/ws?room=%ff", 400, None),
        ("/ws?room=%zz", 400, None),
        ("/ws?room=lobby&room=stream", 400, "room"),
    ],
)
def test_refused_subscriptions(server, target, status, field):
    with pytest.raises(Refused) as refused:
        WebSocket(server.port, target=target)
    assert_problem(refused.value.response, status, field=field)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://localhost",
        "null",
        "http://localhost:1",
        "http://localhost.evil.example",
        "file://",
        "http://localhost@evil.example",
        "x",
    ],
)
def test_foreign_origins(server, origin):
    with pytest.raises(Refused) as refused:
        WebSocket(server.port, headers={"Origin": origin}, host=f"localhost:{server.port}")
    assert_problem(refused.value.response, 403, "permission_denied")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_own_origin(server, host):
    with WebSocket(
        server.port, headers={"Origin": f"http://{host}:{server.port}"}, host=f"{host}:{server.port}"
    ) as socket:
        echoed(socket)


def test_allowed_origins(start_server):
    server = start_server("--allowed-origins", "https://chat.example", store="memory")
    with WebSocket(server.port, headers={"Origin": "https://chat.example"}) as socket:
        echoed(socket)
    with pytest.raises(Refused):
        WebSocket(server.port, headers={"Origin": "https://chat.example:444"})


def test_no_extension_is_negotiated(server):
    offered = {
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol": "chat, superchat",
    }
    with WebSocket(server.port, headers=offered) as socket:
        assert "sec-websocket-extensions" not in socket.response.headers
        assert "sec-websocket-protocol" not in socket.response.headers
        echoed(socket)


def test_frames_right_behind_the_handshake(server):
    """RFC 6455, section 4.1: a client waits for the answer. One that does not is refused or understood, never half of each."""
    room = make_room(server)
    with raw_http.Connection(server.port) as connection:
        connection.send(raw_http.encode("GET", f"/ws?room={room}", handshake_headers()) + encode_frame(TEXT, MESSAGE))
        status = connection.read_head().status_code
        assert status in (101, 400)
        if status == 101:
            with server.api() as api:
                wait_until(
                    lambda: api.get(f"/api/v1/rooms/{room}").json()["message_count"] == 1,
                    5,
                    "the early frame's message",
                )


# Frames


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(encode_frame(TEXT, MESSAGE, mask=False), id="unmasked"),
        pytest.param(encode_frame(PING, b"x", mask=False), id="unmasked ping"),
        *[
            pytest.param(encode_frame(TEXT, MESSAGE, reserved=bits), id=f"reserved bits {bits}")
            for bits in (1, 2, 4, 7)
        ],
        *[
            pytest.param(encode_frame(opcode, b"x"), id=f"opcode {opcode:#x}")
            for opcode in (3, 4, 5, 6, 7, 0xB, 0xC, 0xF)
        ],
        pytest.param(encode_frame(PING, b"x", fin=False), id="fragmented ping"),
        pytest.param(encode_frame(PONG, b"x", fin=False), id="fragmented pong"),
        pytest.param(encode_frame(CLOSE, b"", fin=False), id="fragmented close"),
        pytest.param(encode_frame(PING, b"x" * 126), id="ping of 126 bytes"),
        pytest.param(encode_frame(CLOSE, b"\x03\xe8" + b"x" * 124), id="close of 126 bytes"),
        pytest.param(encode_frame(CONTINUATION, b"x"), id="continuation of nothing"),
        pytest.param(
            encode_frame(TEXT, b"{", fin=False) + encode_frame(TEXT, b"}"), id="text inside a fragmented text"
        ),
        pytest.param(encode_frame(TEXT, b"x" * 5, wide=16), id="5 bytes in a 16 bit length"),
        pytest.param(encode_frame(TEXT, b"x" * 200, wide=64), id="200 bytes in a 64 bit length"),
    ],
)
def test_protocol_errors(server, frame):
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        socket.send_bytes(frame)
        assert_closed_with(socket, 1002)


def test_binary_frames(server):
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        socket.send_frame(BINARY, MESSAGE)
        assert_closed_with(socket, 1003)


@pytest.mark.parametrize("length", [65537, 2**20, 2**31, 2**32, 2**62, 2**63 - 1])
def test_oversize_is_refused_on_the_header(server, length):
    """Only the header is sent: nothing is awaited, nothing allocated."""
    before = server.memory_bytes()
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        socket.send_bytes(encode_frame(TEXT, b"", length=length))
        assert_closed_with(socket, 1009)
    assert server.memory_bytes() < before + memory_slack(20)


def test_a_length_with_its_top_bit_set(server):
    with WebSocket(server.port) as socket:
        socket.send_bytes(encode_frame(TEXT, b"", length=2**63))
        assert_closed_with(socket, 1002, 1009)


def test_oversize_in_fragments(server):
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        socket.send_bytes(encode_frame(TEXT, b" " * 40_000, fin=False) + encode_frame(CONTINUATION, b"", length=40_000))
        assert_closed_with(socket, 1009)


def test_just_64_kib_is_taken(server):
    with WebSocket(server.port) as socket:
        message = b'{"content":"big enough"' + b" " * (65536 - 24) + b"}"
        assert len(message) == 65536
        socket.send_text(message)
        assert socket.read_json()["content"] == "big enough"
        echoed(socket)


def test_fragments(server):
    with WebSocket(server.port) as socket:
        # In the middle of characters, with control frames and empty fragments in between.
        pieces = [MESSAGE[n : n + 1] for n in range(len(MESSAGE))]
        data = encode_frame(TEXT, pieces[0], fin=False)
        for n, piece in enumerate(pieces[1:]):
            data += encode_frame(CONTINUATION, piece, fin=False)
            if n % 5 == 0:
                data += encode_frame(PING, b"p%d" % n) + encode_frame(CONTINUATION, b"", fin=False)
        socket.send_bytes(data + encode_frame(CONTINUATION, b""))
        assert_message(socket.read_json(), "привет \U0001f98a")
        assert socket.pongs == [b"p%d" % n for n in range(0, len(pieces) - 1, 5)]
        echoed(socket)


def test_too_many_fragments(server):
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        socket.send_bytes(encode_frame(TEXT, b"{", fin=False) + encode_frame(CONTINUATION, b" ", fin=False) * 128)
        assert_closed_with(socket, 1008)


def test_exactly_128_fragments(server):
    with WebSocket(server.port) as socket:
        socket.send_bytes(
            encode_frame(TEXT, b"{", fin=False)
            + encode_frame(CONTINUATION, b" ", fin=False) * 126
            + encode_frame(CONTINUATION, b'"content":"f"}')
        )
        assert socket.read_json()["content"] == "f"


BAD_UTF8 = [
    b"\x80",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xff",
    b"\xd0",
    b"\xf0\x9f\xa6",
    b"\xf8\x88\x80\x80\x80",
]


@pytest.mark.parametrize("bad", BAD_UTF8)
def test_invalid_utf8(server, bad):
    with nothing_changes(server, "lobby"):
        with WebSocket(server.port) as socket:
            socket.send_text(b'{"content":"a' + bad + b'b"}')
            assert_closed_with(socket, 1007)
        with WebSocket(server.port) as socket:  # a character cut by the end of the message
            socket.send_text(b'{"content":"a' + bad)
            assert_closed_with(socket, 1007)


@pytest.mark.parametrize("bad", BAD_UTF8)
def test_invalid_utf8_over_fragments(server, bad):
    with nothing_changes(server, "lobby"), WebSocket(server.port) as socket:
        data = encode_frame(TEXT, b'{"content":"a', fin=False)
        data += b"".join(encode_frame(CONTINUATION, bytes([byte]), fin=False) for byte in bad)
        socket.send_bytes(data + encode_frame(CONTINUATION, b'b"}'))
        assert_closed_with(socket, 1007)


def test_invalid_utf8_is_found_before_the_message_ends(server):
    with WebSocket(server.port) as socket:
        socket.send_frame(TEXT, b'{"content":"a\xff', fin=False)
        assert_closed_with(socket, 1007)


def test_frames_byte_by_byte(server):
    with WebSocket(server.port) as socket:
        for byte in encode_frame(TEXT, MESSAGE):
            socket.send_bytes(bytes([byte]))
        assert_message(socket.read_json(), "привет \U0001f98a")


def test_a_mask_of_zeros(server):
    with WebSocket(server.port) as socket:
        socket.send_bytes(bytes([0x81, 0x80 | len(MESSAGE), 0, 0, 0, 0]) + apply_mask(MESSAGE, b"\0\0\0\0"))
        assert_message(socket.read_json(), "привет \U0001f98a")


# Control frames and closing


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * 125, b"\x00\xff"])
def test_ping(server, payload):
    with WebSocket(server.port, room=make_room(server)) as socket:
        socket.send_frame(PING, payload)
        frame = socket.read_frame()
        assert frame.opcode == PONG and frame.payload == payload
        socket.send_frame(PONG, b"nobody asked")
        echoed(socket)


def test_pings_in_a_row_do_not_grow_memory(server):
    before = server.memory_bytes()
    with WebSocket(server.port, room=make_room(server)) as socket:
        for _ in range(50):
            socket.send_bytes(encode_frame(PING, b"x" * 125) * 200)
            for _ in range(200):
                assert socket.read_frame().opcode == PONG
        echoed(socket)
    assert server.memory_bytes() < before + memory_slack(20)


@pytest.mark.parametrize(
    "payload, answer",
    [
        (b"", {None, 1000, 1005}),
        (struct.pack("!H", 1000), {1000}),
        (struct.pack("!H", 1001) + "до свидания".encode(), {1001, 1000}),
        (struct.pack("!H", 3000), {3000, 1000}),
        (struct.pack("!H", 4999) + b"x" * 123, {4999, 1000}),
    ],
)
def test_close_is_echoed(server, payload, answer):
    with WebSocket(server.port, room=make_room(server)) as socket:
        socket.send_frame(CLOSE, payload)
        assert_closed_with(socket, *answer)


@pytest.mark.parametrize(
    "payload",
    [b"\x03", *[struct.pack("!H", code) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)]],
)
def test_malformed_close(server, payload):
    with WebSocket(server.port) as socket:
        socket.send_frame(CLOSE, payload)
        assert_closed_with(socket, 1002)


def test_close_with_a_reason_that_is_not_utf8(server):
    with WebSocket(server.port) as socket:
        socket.send_frame(CLOSE, struct.pack("!H", 1000) + b"\xff")
        assert_closed_with(socket, 1002, 1007)


def test_messages_before_close_are_committed(server):
    room = make_room(server)
    with WebSocket(server.port, room=room) as socket:
        socket.send_bytes(encode_frame(TEXT, MESSAGE) * 20 + encode_frame(CLOSE, struct.pack("!H", 1000)))
        socket.read_close()
    with server.api() as api:
        wait_until(
            lambda: api.get(f"/api/v1/rooms/{room}").json()["message_count"] == 20,
            5,
            "20 messages sent before the close",
        )


def test_frames_after_close_are_ignored(server):
    room = make_room(server)
    with WebSocket(server.port, room=room) as socket:
        socket.send_bytes(encode_frame(CLOSE, struct.pack("!H", 1000)) + encode_frame(TEXT, MESSAGE))
        assert_closed_with(socket, 1000)
    with server.api() as api:
        assert api.get(f"/api/v1/rooms/{room}/messages").json() == []


# What a frame says

BAD_FRAMES = [
    ({"client_seq": 1}, "content"),
    ({"content": "", "client_seq": 1}, "content"),
    ({"content": "x"}, "client_seq"),
    ({"content": "x", "client_seq": -1}, "client_seq"),
    ({"content": "x", "client_seq": 1, "room": "lobby"}, "room"),
    ({"content": "x", "client_seq": 1, "unknown": 1}, "unknown"),
    ({"content": 1, "client_seq": 1}, "content"),
    ({"content": "a\u0000b", "client_seq": 1}, "content"),
    ({"content": "x" * 129, "client_seq": 1}, "content"),
    ({"content": "x", "client_seq": 1, "nonce": "two words"}, "nonce"),
    ({"content": "x", "client_seq": 1, "username": "x" * 65}, "username"),
]


@pytest.mark.parametrize("frame, field", BAD_FRAMES)
def test_a_bad_frame_is_answered_on_the_same_socket(any_server, frame, field):
    with nothing_changes(any_server), WebSocket(any_server.port, room="stream") as socket:
        socket.send_json(frame)
        error = socket.read_json()["error"]
        assert_problem_body(error, 400, "invalid_argument", field)
    with WebSocket(any_server.port, room="stream") as socket:
        socket.send_json(frame)
        assert "error" in socket.read_json()
        socket.send_json({"content": "after the bad one", "client_seq": 2})
        assert socket.read_json()["content"] == "after the bad one"


def test_errors_name_their_frame(server):
    with WebSocket(server.port, room="stream") as socket:
        for n in range(20):
            socket.send_json({"content": "", "client_seq": n, "nonce": f"n-{n}"})
        errors = [socket.read_json()["error"] for _ in range(20)]
        assert [(error["client_seq"], error["nonce"]) for error in errors] == [(n, f"n-{n}") for n in range(20)]


def test_unknown_author(server):
    with WebSocket(server.port) as socket:
        socket.send_json({"user_id": 999999, "content": "x"})
        error = socket.read_json()["error"]
        assert error["status"] in (400, 404)
        socket.send_json({"room": "nowhere", "content": "x"})
        assert socket.read_json()["error"]["status"] == 404
        socket.send_json({"room": "lobby", "content": "own room named"})
        assert socket.read_json()["content"] == "own room named"


def test_a_flood_of_bad_frames(server):
    before = server.memory_bytes()
    with WebSocket(server.port) as socket:
        for _ in range(20):
            socket.send_bytes(encode_frame(TEXT, b"nonsense") * 100)
            for _ in range(100):
                assert "error" in socket.read_json()
        echoed(socket)
    assert server.memory_bytes() < before + memory_slack(20)
