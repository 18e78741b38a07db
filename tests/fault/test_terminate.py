"""SIGTERM under load, at random moments: no answer is cut, nothing acknowledged is lost, sockets are told to come
back, exit code 0.
"""

import subprocess
import re
import signal
import socket
import struct
import threading
import time

import grpc
import pytest

from load import SocketWriter, assert_kept, assert_retries_agree
from support.server import BINARY, environment
from support import raw_http
from support.checks import read_all
from support.grpc_client import Client
from support.raw_websocket import WebSocket
from support.sse import EventStream
from support.timing import patient, scaled, wait_until


class Caller(threading.Thread):
    """Sends requests on one connection and notes how each ended: answered, a clean close before any byte, or cut."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.name_ = name
        self.port = server.port
        self.acknowledged, self.doubtful, self.statuses, self.cut = {}, set(), [], None
        self.connection = raw_http.Connection(self.port, 15)
        self.start()

    def body(self, n):
        return {"content": f"{self.name_}-{n}", "nonce": f"{self.name_}-{n}", "client_seq": n}

    def run(self):
        with self.connection:
            self.call()

    def call(self):
        n = 0
        while True:
            body = self.body(n)
            try:
                self.connection.send(raw_http.encode_json("POST", "/api/v1/messages", body))
            except OSError as error:
                self.cut = f"while sending: {error!r}"
                return
            self.doubtful.add(body["nonce"])
            response = self.await_answer()
            if response is None:
                return
            self.statuses.append(response.status_code)
            if response.status_code == 201:
                self.acknowledged[body["nonce"]] = response.json()
                self.doubtful.discard(body["nonce"])
            if response.headers.get("connection", "").lower() == "close" or response.status_code != 201:
                return
            n += 1

    def await_answer(self):
        try:
            self.connection.socket.settimeout(scaled(15))
            first = self.connection.socket.recv(65536)
        except ConnectionResetError as error:
            self.cut = f"reset before the answer: {error!r}"
            return None
        if not first:
            return None  # closed in good order before a byte of the answer
        self.connection.buffer += first
        try:
            return self.connection.read_response()
        except (raw_http.Closed, TimeoutError) as error:
            self.cut = f"in the middle of an answer: {error!r}"
            return None


@pytest.mark.seconds(100)
def test_random_moments(start_server, chance):
    server = start_server()
    writers = []
    for turn in range(12):
        callers = [Caller(server, f"t{turn}c{n}") for n in range(10)]
        sockets = [SocketWriter(server, "lobby", f"t{turn}s{n}") for n in range(2)]
        time.sleep(scaled(chance.uniform(0.02, 0.25)))
        server.stop()
        for caller in callers:
            caller.join(patient(10))
            assert not caller.is_alive(), "a request without an end"
            assert caller.cut is None, f"turn {turn}: {caller.cut} after {len(caller.statuses)} answers"
            assert set(caller.statuses) <= {201, 503}, caller.statuses
        for one in sockets:
            one.finish()
        writers += callers + sockets
        server.start()
        with server.api() as api:
            by_nonce = assert_kept(read_all(api, "lobby"), writers)
            assert_retries_agree(api, "lobby", [*callers, *sockets], by_nonce, at_most=5)
    print(f"{sum(len(writer.acknowledged) for writer in writers)} acknowledged over 12 terminations")
    assert sum(len(writer.acknowledged) for writer in writers) > 50


def test_sockets_are_told_when_to_return(start_server):
    server = start_server()
    sockets = [WebSocket(server.port, room="lobby") for _ in range(20)]
    stream = EventStream(server.port, "lobby", after="")
    stream.next()
    with Client(server.grpc_port) as client:
        call = client.subscribe("lobby")
        next(call)
        server.signal()
        delays = []
        for one in sockets:
            code, reason = one.read_close()
            assert code == 1012
            delays.append(int(re.fullmatch(r"reconnect in (\d+) ms", reason).group(1)))
            one.send_close(1012)
            assert one.connection.is_closed()
            one.connection.socket.close()
        assert len(set(delays)) > 1, "everybody is told the same moment"
        with pytest.raises(raw_http.Closed):
            stream.next()
        assert stream.retry_ms is not None and stream.retry_ms >= 0
        stream.connection.socket.close()
        with pytest.raises(grpc.RpcError) as ended:
            next(call)
        assert ended.value.code() == grpc.StatusCode.UNAVAILABLE
    assert server.wait() == 0


def test_messages_before_the_close_frame_arrive(start_server):
    """What was committed before the shutdown reaches the subscriber ahead of the close frame."""
    server = start_server()
    with WebSocket(server.port, room="lobby") as viewer, server.api() as api:
        sent = [api.post("/api/v1/messages", json={"content": f"m{n}"}).json() for n in range(200)]
        server.signal()
        assert [viewer.read_json() for _ in sent] == sent
        assert viewer.read_close()[0] == 1012
    assert server.wait() == 0


def test_not_ready_and_no_new_connections(start_server):
    """A request that is under way is let finish; meanwhile nobody new is let in."""
    server = start_server()
    with raw_http.Connection(server.port) as busy:
        busy.send(raw_http.encode_json("POST", "/api/v1/messages", b'{"content":"in f', {"Content-Length": "23"}))
        wait_until(
            lambda: server.api().get("/stats").json()["connections"]["http"] >= 1, 5, "the connection in the statistics"
        )
        server.signal()

        def refused():
            try:
                with raw_http.Connection(server.port, 2) as late:
                    return late.exchange(raw_http.encode("GET", "/readyz")).status_code == 503
            except (OSError, raw_http.Closed):
                return True

        wait_until(refused, 5, "new connections to be refused")
        assert server.alive(), "did not wait for the request under way"
        busy.send(b'light"}')
        response = busy.read_response()
        assert response.status_code in (201, 503), response
        assert busy.is_closed()
    assert server.wait() == 0
    if response.status_code == 201:
        server.start()
        assert [message["content"] for message in server.api().get("/api/v1/messages").json()] == ["in flight"]


def hold(server):
    """Connections that would keep a shutdown waiting: a half request and a socket that answers no close frame."""
    half = raw_http.Connection(server.port).send(
        raw_http.encode_json("POST", "/api/v1/messages", b"{", {"Content-Length": "1000"})
    )
    deaf = WebSocket(server.port)
    wait_until(
        lambda: server.api().get("/stats").json()["connections"]["websocket"] == 1, 5, "the socket in the statistics"
    )
    return half, deaf


def test_a_second_signal_is_fast(start_server):
    server = start_server("--shutdown-timeout", "30s", "--body-timeout", "60s")
    held = hold(server)
    server.signal()
    wait_until(lambda: held[1].read_close()[0] == 1012, 5, "the shutdown to begin")
    time.sleep(0.2)
    assert server.alive()
    began = time.monotonic()
    server.signal()
    code = server.wait(5)
    assert time.monotonic() - began < patient(2)
    assert code >= 0, f"ended by signal {-code}"


def test_the_shutdown_is_bounded(start_server):
    server = start_server("--shutdown-timeout", "1s", "--body-timeout", "60s")
    held = hold(server)
    began = time.monotonic()
    server.signal()
    assert server.wait(10) == 0
    assert time.monotonic() - began < patient(4)
    assert held


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_while_starting(start_server, store, tmp_path, chance):
    """A signal at any moment of the start ends it well, too."""

    for turn in range(6):
        url = "memory:" if store == "memory" else f"sqlite:{tmp_path}/start-{turn}.db"
        with subprocess.Popen(
            [
                str(BINARY),
                "serve",
                "--port",
                "0",
                "--grpc-port",
                "0",
                "--metrics-port",
                "0",
                "--store",
                url,
                "--log-level",
                "error",
            ],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            time.sleep(scaled(chance.uniform(0.0, 0.3)))
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=patient(10))
        # Before the handlers stand, the signal's own effect is fine.
        assert process.returncode in (0, -signal.SIGTERM), output


def test_clients_that_reset(start_server):
    """Connections that end with RST at random points leave nothing behind and do no harm."""
    server = start_server()
    linger = struct.pack("ii", 1, 0)
    for n in range(60):
        connection = raw_http.Connection(server.port)
        if n % 3 == 0:
            connection.send(raw_http.encode_json("POST", "/api/v1/messages", {"content": "x"}) * 20)
        elif n % 3 == 1:
            connection.socket.close()
            connection = WebSocket(server.port, room="lobby").connection
        else:
            connection.send(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Le")
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.socket.close()
    with server.api() as api:
        wait_until(lambda: api.get("/stats").json()["connections"].get("websocket", 0) == 0, 10, "the sockets gone")
        assert api.post("/api/v1/messages", json={"content": "alive"}).status_code == 201
