"""Clients that are slow or silent are let go in time, others are not kept waiting, and the limits have names."""

import statistics
import time

import pytest

from support.server import Server
from support import raw_http
from support.checks import assert_problem
from support.raw_websocket import PING, WebSocket
from support.sse import EventStream
from support.timing import scaled, wait_until


TIMEOUT = round(scaled(2))  # whoever is not slow is let be for this long, in seconds


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    timeout = f"{TIMEOUT}s"
    server = Server(
        tmp_path_factory.mktemp("impatient"),
        *("--header-timeout", timeout, "--body-timeout", timeout, "--idle-timeout", timeout),
        *("--ping-interval", "1s", "--pong-timeout", timeout),
        store="memory",
    ).start()
    yield server
    server.stop()


def ends_within(connection, seconds):
    """Waits for the server's last word: the answer, if there is one, and how long it took to the end of the
    connection.
    """
    began = time.monotonic()
    connection.timeout = scaled(seconds)
    answer = None
    try:
        answer = connection.read_response()
        assert connection.is_closed()
    except raw_http.Closed:
        pass
    return answer, time.monotonic() - began


@pytest.mark.parametrize("start", [b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"G", b"GET /livez HTTP/1.1\r\nX-Half"])
def test_headers_that_never_end(impatient, start):
    with raw_http.Connection(impatient.port) as connection:
        answer, took = ends_within(connection.send(start), 12)
        assert took >= TIMEOUT / 2
        if answer:
            assert_problem(answer, 408)


def test_headers_byte_by_byte(impatient):
    """The bound is on the whole head: a byte now and then does not stretch it."""
    with raw_http.Connection(impatient.port) as connection:
        began = time.monotonic()
        text = iter(b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"X-Slow: " + b"a" * 1000)
        try:
            while time.monotonic() - began < scaled(12):
                connection.send(bytes([next(text)]))
                if connection.is_closed(0.1 / scaled(1)) or connection.buffer:
                    break
        except OSError:
            pass
        assert time.monotonic() - began < scaled(11)


def test_a_body_that_never_comes(impatient):
    with raw_http.Connection(impatient.port) as connection:
        connection.send(raw_http.encode_json("POST", "/api/v1/messages", b'{"content":', {"Content-Length": "100"}))
        answer, took = ends_within(connection, 12)
        assert took >= TIMEOUT / 2
        if answer:
            assert_problem(answer, 408)


def test_a_slow_but_steady_body_is_taken(impatient):
    """Longer in all than the time-out, which is between two bytes."""
    body = b'{"content":"slow but steady"}'
    with raw_http.Connection(impatient.port) as connection:
        connection.send(raw_http.encode_json("POST", "/api/v1/messages", b"", {"Content-Length": str(len(body))}))
        for n in range(0, len(body), 2):
            time.sleep(TIMEOUT / 10)
            connection.send(body[n : n + 2])
        assert connection.read_response().status_code == 201


def test_an_idle_connection_ends(impatient):
    with raw_http.Connection(impatient.port) as connection:
        assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
        assert connection.is_closed(12)
    with raw_http.Connection(impatient.port) as connection:
        answer, _ = ends_within(connection, 12)  # one that never said anything
        assert answer is None or answer.status_code == 408


def test_a_socket_that_answers_no_ping_is_let_go(impatient):
    with WebSocket(impatient.port) as silent, WebSocket(impatient.port) as polite:
        for _ in range(TIMEOUT + 3):
            frame = polite.read_frame()
            assert frame.opcode == PING
            polite.send_frame(0xA, frame.payload)
        with pytest.raises(raw_http.Closed):
            while True:
                silent.read_frame()
        polite.send_json({"content": "still here"})
        assert polite.read_json()["content"] == "still here"


def test_an_event_stream_is_kept_alive_by_comments(impatient):
    with EventStream(impatient.port, "stream", after="") as stream:
        stream.next()
        with pytest.raises(TimeoutError):
            stream.next(within=4)
        assert stream.comments >= 1


@pytest.mark.timing
def test_two_hundred_silent_connections_do_not_keep_others_waiting(impatient):
    held = [raw_http.Connection(impatient.port).send(b"GET /livez HTTP/1.1\r\nHost: x\r\n") for _ in range(200)]
    try:
        seconds = []
        for _ in range(20):
            began = time.monotonic()
            assert raw_http.exchange(impatient.port, raw_http.encode("GET", "/livez"))[0].status_code == 200
            seconds.append(time.monotonic() - began)
        assert statistics.median(seconds) < scaled(1), seconds
    finally:
        for connection in held:
            connection.socket.close()
    with impatient.api() as api:
        wait_until(
            lambda: api.get("/stats").json()["connections"]["http"] <= 5,
            10,
            "the silent connections gone from the statistics",
        )


def test_connections_cut_in_the_middle_leave_nothing_behind(impatient):
    with impatient.api() as api:
        before = api.get("/stats").json()["messages"]
        body = raw_http.encode_json("POST", "/api/v1/messages", {"content": "never whole"})
        for cut in range(1, len(body), 7):
            with raw_http.Connection(impatient.port) as connection:
                connection.send(body[:cut])
        assert api.get("/stats").json()["messages"] == before
