"""Writers and readers that keep account: what was acknowledged, what is in doubt, what was seen."""

import http.client
import json
import threading
import time

import grpc

from support import raw_http
from support.checks import assert_dense, number_of
from support.raw_websocket import TEXT, WebSocket, encode_frame
from support.timing import patient, scaled
from support.transports import READERS, comparable

# What a client sees when a server goes away.
GONE = (OSError, http.client.HTTPException, raw_http.Closed, TimeoutError)


class Writer(threading.Thread):
    """Sends messages with nonces until told to stop or the server is gone.

    `acknowledged` maps nonce to message; `doubtful` holds the nonces that got no answer; `refused` those that got an error.
    """

    def __init__(self, server, room, name, limit=None, padding=0):
        super().__init__(daemon=True)
        self.server, self.room, self.prefix, self.limit, self.padding = server, room, name, limit, "." * padding
        self.acknowledged, self.doubtful, self.refused = {}, set(), {}
        self.latencies = []
        self.failure = None
        self.halt = threading.Event()
        self.ended_by = None
        self.start()

    def body(self, n):
        return {"content": f"{self.prefix}-{n}{self.padding}", "nonce": f"{self.prefix}-{n}", "client_seq": n}

    def run(self):
        try:
            self.write()
        except GONE as error:
            self.ended_by = error
        except BaseException as error:  # seen by finish()
            self.failure = error

    def finish(self):
        self.halt.set()
        self.join(patient(20))
        assert not self.is_alive(), f"{self.prefix} hangs"
        if self.failure:
            raise self.failure
        return self

    def more(self, n):
        return not self.halt.is_set() and (self.limit is None or n < self.limit)


class HttpWriter(Writer):
    """One request after the other on a kept connection."""

    def write(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=scaled(15))
        n = 0
        while self.more(n):
            body = self.body(n)
            began = time.monotonic()
            self.doubtful.add(body["nonce"])
            connection.request(
                "POST", f"/api/v1/rooms/{self.room}/messages", json.dumps(body), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            text = answer.read()
            self.latencies.append(time.monotonic() - began)
            if answer.status == 201:
                self.acknowledged[body["nonce"]] = json.loads(text)
                self.doubtful.discard(body["nonce"])
            else:
                self.refused[body["nonce"]] = (answer.status, json.loads(text))
            n += 1


class SocketWriter(Writer):
    """Frames over /ws, `window` of them unanswered at a time; the echo is the acknowledgement."""

    window = 64

    def write(self):
        with WebSocket(self.server.port, room=self.room, within=15) as connection:
            n = answered = 0
            while self.more(n) or answered < n:
                while self.more(n) and n - answered < self.window:
                    body = self.body(n)
                    self.doubtful.add(body["nonce"])
                    connection.send_bytes(encode_frame(TEXT, json.dumps(body).encode()))
                    n += 1
                value = connection.read_json()
                if "error" in value:
                    self.refused[value["error"]["nonce"]] = (value["error"]["status"], value["error"])
                    answered += 1
                elif value.get("nonce", "").startswith(self.prefix + "-"):
                    self.acknowledged[value["nonce"]] = value
                    self.doubtful.discard(value["nonce"])
                    answered += 1


def assert_kept(history, writers):
    """Every acknowledged message is in the history exactly as acknowledged; no nonce twice; positions without a gap."""
    assert_dense(history, first=1)
    by_nonce = {}
    for message in history:
        if "nonce" in message:
            assert message["nonce"] not in by_nonce, f"twice: {message} and {by_nonce[message['nonce']]}"
            by_nonce[message["nonce"]] = message
    assert len({message["id"] for message in history}) == len(history)
    for writer in writers:
        for nonce, message in writer.acknowledged.items():
            assert by_nonce.get(nonce) == message, f"acknowledged {message}, found {by_nonce.get(nonce)}"
    return by_nonce


def assert_retries_agree(api, room, writers, by_nonce, at_most=60):
    """Sends doubtful and acknowledged messages again: those that are there come back as they are."""
    for writer in writers:
        again = [*sorted(writer.doubtful)[:at_most], *list(writer.acknowledged)[-5:]]
        for nonce in again:
            body = writer.body(int(nonce.rsplit("-", 1)[1]))
            response = api.post(f"/api/v1/rooms/{room}/messages", json=body)
            assert response.status_code in (200, 201), response.content
            if nonce in by_nonce:
                assert response.json() == {**by_nonce[nonce], "duplicate": True}


class Reader(threading.Thread):
    """Follows a room and reconnects with its position, at random and whenever it must, over a random transport each
    time.
    """

    def __init__(self, server, room, start, chance, transports=tuple(READERS), goal=None):
        super().__init__(daemon=True)
        self.server, self.room, self.chance, self.transports, self.goal = server, room, chance, transports, goal
        self.last = start
        self.seen, self.connections, self.failure = [], 0, None
        self.halt = threading.Event()
        self.start()

    def run(self):
        try:
            while not self.done():
                try:
                    self.follow()
                except (*GONE, grpc.RpcError):
                    time.sleep(0.02)  # the server is away; it comes back
        except BaseException as error:  # seen by finish()
            self.failure = error

    def done(self):
        return self.halt.is_set() or (self.goal is not None and len(self.seen) >= self.goal)

    def follow(self):
        reader = READERS[self.chance.choice(self.transports)](self.server, self.room, after=self.last)
        self.connections += 1
        try:
            assert reader.subscribed["recovered"] is True, reader.subscribed
            for _ in range(self.chance.randrange(1, 150)):
                if self.done():
                    return
                message = reader.next(within=5)
                self.seen.append(comparable(message))
                self.last = message["pos"]
            time.sleep(self.chance.uniform(0, 0.05))
        finally:
            reader.close()

    def finish(self, within=60):
        self.join(patient(within))
        stuck = self.is_alive()
        self.halt.set()
        if self.failure:
            raise self.failure
        assert not stuck, f"saw {len(self.seen)} of {self.goal}, up to {self.last}"
        return self


class SteadyReader(threading.Thread):
    """Reads one WebSocket as fast as it can and keeps (position, time of arrival)."""

    def __init__(self, server, room, goal):
        super().__init__(daemon=True)
        self.socket = WebSocket(server.port, room=room, after="", within=30)
        assert self.socket.read_json()["subscribed"]["recovered"] is True
        self.goal, self.arrivals, self.failure = goal, [], None
        self.start()

    def run(self):
        try:
            while len(self.arrivals) < self.goal:
                frame = self.socket.read_frame()
                if frame.opcode != TEXT:
                    continue
                at = frame.payload.index(b'"pos":"') + 7
                pos = frame.payload[at : frame.payload.index(b'"', at)].decode()
                self.arrivals.append((number_of(pos), time.monotonic()))
        except BaseException as error:
            self.failure = error

    def finish(self, within=40):
        self.join(patient(within))
        if self.failure:
            raise self.failure
        assert not self.is_alive(), f"{len(self.arrivals)} of {self.goal} messages"
        self.socket.connection.socket.close()
        return self


def connect_slow(server, room, on_slow, after=""):
    """A WebSocket with a tiny receive buffer whose owner does not read."""
    with raw_http.small_receive_buffers():
        return WebSocket(server.port, room=room, after=after, on_slow=on_slow, within=30)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
