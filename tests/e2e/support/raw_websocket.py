"""WebSocket by hand over a socket (RFC 6455), so that tests can send any frame and see every one."""

import base64
import hashlib
import json
import os
import struct
import time
from urllib.parse import quote

from . import raw_http
from .timing import scaled

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The handshake was answered with something other than 101."""

    def __init__(self, response):
        super().__init__(repr(response))
        self.response = response


class Frame:
    def __init__(self, opcode, payload, fin, reserved):
        self.opcode = opcode
        self.payload = payload
        self.fin = fin
        self.reserved = reserved

    def __repr__(self):
        return f"<frame opcode={self.opcode:#x} fin={self.fin} {self.payload[:200]!r}>"


def encode_frame(opcode, payload=b"", fin=True, reserved=0, mask=True, length=None, wide=None):
    """A frame as bytes. `length` declares another length than the payload's; `wide` forces a 16 or 64 bit length."""
    declared = len(payload) if length is None else length
    first = (0x80 if fin else 0) | (reserved << 4) | opcode
    mask_bit = 0x80 if mask else 0
    if wide == 64 or (wide is None and declared > 0xFFFF):
        head = struct.pack("!BBQ", first, mask_bit | 127, declared)
    elif wide == 16 or (wide is None and declared > 125):
        head = struct.pack("!BBH", first, mask_bit | 126, declared)
    else:
        head = struct.pack("!BB", first, mask_bit | declared)
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + apply_mask(payload, key)


def apply_mask(payload, key):
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (
        (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
        if payload
        else b""
    )


def handshake_headers(key=None):
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key or base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
    }


def target_of(room=None, after=None, on_slow=None):
    given = [("room", room), ("after", after), ("on_slow", on_slow)]
    query = "&".join(f"{name}={quote(value)}" for name, value in given if value is not None)
    return "/ws" + ("?" + query if query else "")


class WebSocket:
    def __init__(
        self, port, room=None, after=None, on_slow=None, target=None, headers=None, within=30, host="localhost"
    ):
        self.connection = raw_http.Connection(port, within)
        key = base64.b64encode(os.urandom(16)).decode()
        request = raw_http.encode(
            "GET", target or target_of(room, after, on_slow), {**handshake_headers(key), **(headers or {})}, host=host
        )
        response = self.connection.send(request).read_head()
        if response.status_code != 101:
            if length := int(response.headers.get("content-length", 0)):
                response.content = self.connection._take(length, time.monotonic() + self.connection.timeout)
            self.connection.socket.close()
            raise Refused(response)
        self.response = response
        expected = base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()
        assert response.headers["sec-websocket-accept"] == expected
        assert response.headers["upgrade"].lower() == "websocket"
        self.timeout = scaled(within)
        self.pongs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.socket.close()

    def send_bytes(self, data):
        self.connection.send(data)

    def send_frame(self, opcode, payload=b"", **options):
        self.connection.send(encode_frame(opcode, payload, **options))

    def send_text(self, text):
        self.send_frame(TEXT, text if isinstance(text, bytes) else text.encode())

    def send_json(self, value):
        self.send_text(json.dumps(value, ensure_ascii=False))

    def read_frame(self, within=None):
        """The next frame of any kind. Raises raw_http.Closed at the end of the stream, TimeoutError when none comes."""
        deadline = time.monotonic() + (self.timeout if within is None else scaled(within))
        take = self.connection._take
        first, second = take(2, deadline)
        assert not second & 0x80, "a server must not mask its frames"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", take(2, deadline))
        elif length == 127:
            (length,) = struct.unpack("!Q", take(8, deadline))
        return Frame(first & 0xF, take(length, deadline), bool(first & 0x80), (first >> 4) & 7)

    def read_json(self, within=None):
        """The next text frame as JSON; answers pings on the way. Raises raw_http.Closed when a close frame comes."""
        while True:
            frame = self.read_frame(within)
            if frame.opcode == PING:
                self.send_frame(PONG, frame.payload)
            elif frame.opcode == PONG:
                self.pongs.append(frame.payload)
            elif frame.opcode == CLOSE:
                raise raw_http.Closed(f"close frame {frame.payload!r}")
            else:
                assert frame.opcode == TEXT and frame.fin and not frame.reserved, frame
                return json.loads(frame.payload.decode("utf-8"))

    def read_until(self, wanted, within=30):
        """Reads until `wanted(value)`; returns all values, that one last."""
        values = []
        end = time.monotonic() + scaled(within)
        while not values or not wanted(values[-1]):
            if time.monotonic() > end:
                raise TimeoutError(f"not among {len(values)} frames, the last ones {values[-3:]}")
            values.append(self.read_json())
        return values

    def read_close(self, within=None):
        """Skips other frames up to the close frame; returns (code, reason). The code is None for an empty close
        frame.
        """
        while True:
            frame = self.read_frame(within)
            if frame.opcode == CLOSE:
                if not frame.payload:
                    return None, ""
                return struct.unpack("!H", frame.payload[:2])[0], frame.payload[2:].decode("utf-8")

    def send_close(self, code=1000, reason=""):
        self.send_frame(CLOSE, struct.pack("!H", code) + reason.encode())

    def close(self):
        """The whole closing handshake."""
        self.send_close()
        code, _ = self.read_close()
        assert self.connection.is_closed()
        self.connection.socket.close()
        return code
