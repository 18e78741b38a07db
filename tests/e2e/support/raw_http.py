"""HTTP/1.1 by hand over a socket, for requests that no library would send. RFC 9112."""

import contextlib
import json
import socket
import time

from .timing import scaled


@contextlib.contextmanager
def small_receive_buffers():
    """Sockets that are opened meanwhile take 4 KiB and no more until they are read."""
    original = socket.create_connection

    def with_small_buffer(address, timeout):
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.settimeout(timeout)
        small.connect(address)
        return small

    socket.create_connection = with_small_buffer
    try:
        yield
    finally:
        socket.create_connection = original


class Closed(Exception):
    """The server closed the connection where an answer was expected."""


class Response:
    def __init__(self, version, status, reason, headers, body=b""):
        self.version = version
        self.status_code = status
        self.reason = reason
        self.fields = headers  # pairs as sent
        self.headers = {name.lower(): value for name, value in headers}
        self.content = body

    def json(self):
        return json.loads(self.content)

    def __repr__(self):
        return f"<{self.status_code} {self.headers} {self.content[:300]!r}>"


def encode(method, target, headers=(), body=None, version="HTTP/1.1", host="localhost"):
    """A request as bytes. `headers` is a dictionary or pairs; Host and Content-Length are added unless given."""
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
    names = {name.lower() for name, _ in pairs}
    if host is not None and "host" not in names:
        pairs.insert(0, ("Host", host))
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} {version}"] + [f"{name}: {value}" for name, value in pairs]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


def encode_json(method, target, value, headers=()):
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return encode(method, target, [("Content-Type", "application/json"), *pairs], body)


def chunk(data, extension=""):
    return f"{len(data):x}{extension}\r\n".encode() + data + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"


class Connection:
    def __init__(self, port, within=30):
        self.timeout = scaled(within)
        self.socket = socket.create_connection(("127.0.0.1", port), self.timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def exchange(self, data, method="GET"):
        return self.send(data).read_response(method)

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            raise TimeoutError("no answer in time") from None
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {bytes(self.buffer[:200])!r}")
        self.buffer += data

    def _take(self, count, deadline):
        while len(self.buffer) < count:
            self._fill(deadline)
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def _take_line(self, deadline):
        while b"\r\n" not in self.buffer:
            self._fill(deadline)
        return self._take(self.buffer.index(b"\r\n") + 2, deadline)[:-2]

    def read_head(self, deadline=None):
        deadline = deadline or time.monotonic() + self.timeout
        version, status, reason = (self._take_line(deadline).decode("latin-1").split(" ", 2) + [""])[:3]
        headers = []
        while line := self._take_line(deadline):
            name, value = line.decode("utf-8").split(":", 1)
            headers.append((name, value.strip()))
        return Response(version, int(status), reason, headers)

    def read_response(self, method="GET"):
        """The next answer; interim (1xx) ones are answers of their own, without a body."""
        deadline = time.monotonic() + self.timeout
        response = self.read_head(deadline)
        if method == "HEAD" or response.status_code < 200 or response.status_code in (204, 304):
            return response
        return self.read_body(response, deadline)

    def read_body(self, response, deadline=None):
        """Completes an answer of which only the head has been read."""
        deadline = deadline or time.monotonic() + self.timeout
        if response.headers.get("transfer-encoding", "").lower() == "chunked":
            response.content = self._read_chunks(deadline)
        elif "content-length" in response.headers:
            response.content = self._take(int(response.headers["content-length"]), deadline)
        else:
            response.content = self._read_to_end(deadline)
        return response

    def _read_chunks(self, deadline):
        body = b""
        while size := int(self._take_line(deadline).split(b";")[0], 16):
            body += self._take(size, deadline)
            assert self._take_line(deadline) == b""
        while self._take_line(deadline):
            pass
        return body

    def _read_to_end(self, deadline):
        try:
            while True:
                self._fill(deadline)
        except Closed:
            return self._take(len(self.buffer), deadline)

    def is_closed(self, within=5):
        """Whether the server closes within the time without sending anything more."""
        try:
            self._fill(time.monotonic() + scaled(within))
        except Closed:
            return True
        except TimeoutError:
            return False
        return False


def exchange(port, data, method="GET", within=30):
    """One request on a connection of its own; returns the answer and whether the server then closed."""
    with Connection(port, within) as connection:
        response = connection.exchange(data, method)
        closing = response.headers.get("connection", "").lower() == "close"
        return response, closing and connection.is_closed()
