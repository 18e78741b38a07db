"""A reader of server-sent events (WHATWG HTML, 9.2) over a plain socket."""

import collections
import json
import time
from urllib.parse import quote

from . import raw_http
from .timing import scaled


class Event:
    def __init__(self, kind, data, last_id):
        self.kind = kind  # "message" unless named
        self.data = data
        self.id = last_id

    def json(self):
        return json.loads(self.data)

    def __repr__(self):
        return f"<event {self.kind} id={self.id} {self.data[:200]}>"


class EventStream:
    def __init__(
        self, port, room, after=None, on_slow=None, token=None, headers=None, within=30, api="/api/v1/rooms/{}/events"
    ):
        given = [("after", after), ("on_slow", on_slow), ("token", token)]
        query = "&".join(f"{name}={quote(value)}" for name, value in given if value is not None)
        target = api.format(quote(room)) + ("?" + query if query else "")
        self.timeout = scaled(within)
        self.connection = raw_http.Connection(port, within)
        self.connection.send(raw_http.encode("GET", target, {"Accept": "text/event-stream", **(headers or {})}))
        self.response = self.connection.read_head()
        if self.response.status_code != 200:
            length = int(self.response.headers.get("content-length", 0))
            self.response.content = self.connection._take(length, time.monotonic() + self.timeout)
        self.chunked = self.response.headers.get("transfer-encoding", "").lower() == "chunked"
        self.text = bytearray()
        self.last_id = None
        self.retry_ms = None
        self.comments = 0
        self.presence = collections.deque()  # the data of the events of that name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.socket.close()

    def _more(self, deadline):
        connection = self.connection
        if self.chunked:
            size = int(connection._take_line(deadline).split(b";")[0], 16)
            data = connection._take(size, deadline)
            connection._take_line(deadline)
            if not size:
                raise raw_http.Closed("last chunk")
            self.text += data
        else:
            if not connection.buffer:
                connection._fill(deadline)
            self.text += connection._take(len(connection.buffer), deadline)

    def _line(self, deadline):
        while b"\n" not in self.text:
            self._more(deadline)
        end = self.text.index(b"\n")
        line = bytes(self.text[:end]).decode("utf-8").rstrip("\r")
        del self.text[: end + 1]
        return line

    def next(self, within=None):
        """The next event, apart from those of who comes and goes. Raises raw_http.Closed at the end of the stream,
        TimeoutError when none comes.
        """
        deadline = time.monotonic() + (self.timeout if within is None else scaled(within))
        kind, data = "", []
        while True:
            line = self._line(deadline)
            if not line:
                if data and kind == "presence":
                    self.presence.append(json.loads("\n".join(data)))
                    kind, data = "", []
                    continue
                if data:
                    return Event(kind or "message", "\n".join(data), self.last_id)
                kind = ""
                continue
            if line.startswith(":"):
                self.comments += 1
                continue
            name, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                self.last_id = value
            elif name == "retry":
                self.retry_ms = int(value)

    def messages(self, count):
        """The next `count` messages; any other event in between fails."""
        found = []
        for _ in range(count):
            event = self.next()
            assert event.kind == "message", event
            message = event.json()
            assert event.id == message["pos"]
            found.append(message)
        return found
