"""Writers faster than anything: slowed down by TCP, not refused, and within bounded memory."""

import json
import socket
import threading
import time

import pytest

from support import raw_http
from support.checks import assert_dense, number_of, read_all
from support.raw_websocket import CLOSE, PING, TEXT, WebSocket, encode_frame
from support.server import memory_slack
from support.timing import patient, scaled, wait_until


def push(sock, data, seconds):
    """Sends as much of `data`, again and again, as the other side takes; returns the bytes that went out."""
    sock.settimeout(0.2)
    end = time.monotonic() + scaled(seconds)
    sent = offset = 0
    while time.monotonic() < end:
        try:
            count = sock.send(data[offset:])
        except (socket.timeout, BlockingIOError):
            continue
        except OSError:
            break
        sent += count
        offset = (offset + count) % len(data)
    return sent


@pytest.mark.seconds(60)
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_a_flood_over_the_socket_without_reading(start_server, store):
    server = start_server("--window-bytes", "1MiB", store=store)
    flooder = WebSocket(server.port, room="lobby", on_slow="gap", within=20)
    before, peak, halt = server.memory_bytes(), [0], threading.Event()

    def watch():
        while not halt.is_set():
            peak[0] = max(peak[0], server.memory_bytes())
            time.sleep(0.05)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    frames = encode_frame(TEXT, b'{"content":"%s"}' % (b"f" * 400)) * 200
    sent = push(flooder.connection.socket, frames, 4)
    # Meanwhile and afterwards the others are served.
    with server.api() as api:
        began = time.monotonic()
        assert api.post("/api/v1/rooms/stream/messages", json={"text": "others", "client_seq": 1}).status_code == 201
        assert time.monotonic() - began < patient(5)
        halt.set()
        watcher.join()
        print(f"{sent / 2**20:.1f} MiB sent in 4 s, memory grew by {(peak[0] - before) / 2**20:.1f} MiB at most")
        if store == "sqlite":
            assert peak[0] < before + memory_slack(200)
        flooder.connection.socket.close()
        wait_until(lambda: api.get("/stats").json()["write_queue"] == 0, 20, "the queue to drain")
        assert_dense(read_all(api, "stream"))


@pytest.mark.seconds(60)
def test_a_flood_of_errors_without_reading(start_server):
    """Each bad frame has an answer of its own; they are bounded for each connection."""
    server = start_server(store="memory")
    flooder = WebSocket(server.port, room="lobby", within=20)
    before = server.memory_bytes()
    push(flooder.connection.socket, encode_frame(TEXT, b"x") * 500, 3)
    assert server.memory_bytes() < before + memory_slack(60)
    assert server.api().get("/livez").status_code == 200
    flooder.connection.socket.close()


@pytest.mark.seconds(60)
def test_a_flood_of_pings_without_reading(start_server):
    server = start_server(store="memory")
    flooder = WebSocket(server.port, room="lobby", within=20)
    before = server.memory_bytes()
    push(flooder.connection.socket, encode_frame(0x9, b"x" * 100) * 500, 3)
    assert server.memory_bytes() < before + memory_slack(60)
    assert server.api().get("/livez").status_code == 200
    flooder.connection.socket.close()


@pytest.mark.seconds(60)
def test_pipelined_requests_without_reading(start_server):
    """The server stops reading when its answers do not get away; all of them are there, in order, once the client
    reads.
    """
    server = start_server(store="memory")
    with raw_http.Connection(server.port, 20) as connection:
        before = server.memory_bytes()
        request = raw_http.encode("GET", "/openapi.json")
        total = push(connection.socket, request, 2)
        assert server.memory_bytes() < before + memory_slack(60)
        connection.socket.settimeout(scaled(20))
        remainder = len(request) - total % len(request)
        finisher = threading.Thread(
            target=lambda: connection.socket.sendall(request[-remainder:]) if remainder < len(request) else None,
            daemon=True,
        )
        finisher.start()
        count = -(-total // len(request))
        sizes = set()
        for _ in range(min(count, 3000)):
            response = connection.read_response()
            assert response.status_code == 200
            sizes.add(len(response.content))
        assert len(sizes) == 1


@pytest.mark.seconds(60)
def test_a_fast_writer_is_slowed_not_refused(start_server):
    """A small queue in front of the storage: frames wait in TCP, all are committed in their order."""
    server = start_server("--write-queue-messages", "64")
    count = 5000
    with WebSocket(server.port, room="lobby", within=20) as connection:
        data = b"".join(encode_frame(TEXT, b'{"content":"m","client_seq":%d}' % n) for n in range(count))
        sender = threading.Thread(target=connection.connection.socket.sendall, args=(data,), daemon=True)
        sender.start()
        for n in range(count):
            frame = connection.read_frame()
            if frame.opcode == PING:
                frame = connection.read_frame()
            assert frame.opcode == TEXT, frame
            value = json.loads(frame.payload)
            assert value.get("client_seq") == n and "error" not in value, value
            assert number_of(value["pos"]) == n + 1
        sender.join()


@pytest.mark.seconds(60)
def test_a_silent_flooder_that_goes_on_later(start_server):
    """A flooder that reads at last finds its echoes in order, or the close code for being too slow."""
    server = start_server("--window-bytes", "1MiB")
    flooder = WebSocket(server.port, room="lobby", within=20)
    frames = b"".join(encode_frame(TEXT, b'{"content":"%s","client_seq":%d}' % (b"f" * 1000, n)) for n in range(20_000))
    sender = threading.Thread(target=push, args=(flooder.connection.socket, frames, 2), daemon=True)
    sender.start()
    sender.join()
    numbers, code = [], None
    try:
        while True:
            frame = flooder.read_frame(within=2)
            if frame.opcode == CLOSE:
                code = int.from_bytes(frame.payload[:2], "big")
                break
            if frame.opcode == TEXT:
                numbers.append(number_of(json.loads(frame.payload)["pos"]))
    except (TimeoutError, raw_http.Closed):
        pass
    assert numbers == list(range(1, len(numbers) + 1))
    assert code in (None, 4008)
    flooder.connection.socket.close()
    with server.api() as api:
        wait_until(lambda: api.get("/stats").json()["write_queue"] == 0, 20, "the queue to drain")
        history = read_all(api, "lobby")
    assert_dense(history, first=1)
    assert [message["client_seq"] for message in history] == list(range(len(history)))
