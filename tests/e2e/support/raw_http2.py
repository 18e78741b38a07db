"""The little of HTTP/2 (RFC 9113) and gRPC that a client needs who reads nothing: no library has one."""

import socket
import struct
import time

from .timing import patient

DATA, HEADERS, RST_STREAM, SETTINGS, PING = 0, 1, 3, 4, 6
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_INITIAL_WINDOW_SIZE = 4
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def _frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def _text(value):
    """A string of HPACK (RFC 7541) as it is; these are shorter than 127 bytes."""
    assert len(value) < 127
    return bytes([len(value)]) + value.encode()


def _headers(fields):
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)


class Unread:
    """A connection that lets the server send headers and nothing of any answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), patient(10))
        self.buffer = b""
        self.next_stream = 1
        self.socket.sendall(_PREFACE + _frame(SETTINGS, 0, 0, struct.pack("!HI", _INITIAL_WINDOW_SIZE, 0)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self, method, message, token=None):
        """Begins a call, such as "/vestnik.chat.v1.Chat/ListMessages", with an encoded message; returns its stream."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        fields = [(":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost")]
        fields += [("te", "trailers"), ("content-type", "application/grpc")]
        if token:
            fields.append(("authorization", f"Bearer {token}"))
        body = struct.pack("!BI", 0, len(message)) + message
        self.socket.sendall(
            _frame(HEADERS, _END_HEADERS, stream, _headers(fields)) + _frame(DATA, _END_STREAM, stream, body)
        )
        return stream

    def wait_for_reset(self, stream, within=10):
        """Whether the server gives the stream up in time."""
        end = time.monotonic() + patient(within)
        while time.monotonic() < end:
            kind, flags, of_stream, payload = self._read_frame(end)
            if kind in (SETTINGS, PING) and not flags & _ACK:
                self.socket.sendall(_frame(kind, _ACK, 0, payload if kind == PING else b""))
            if of_stream == stream and kind == RST_STREAM:
                return True
        return False

    def _read_frame(self, end):
        head = self._take(9, end)
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        return kind, flags, int.from_bytes(head[5:], "big") & 0x7FFFFFFF, self._take(length, end)

    def _take(self, count, end):
        while len(self.buffer) < count:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            piece = self.socket.recv(65536)
            assert piece, "the server closed the connection"
            self.buffer += piece
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken
