"""One of twenty subscribers stops reading: the others do not notice, and the slow one gets what it asked for and
loses nothing.
"""

import json
import time

import grpc
import pytest

from load import SteadyReader, connect_slow, percentile
from support.grpc_client import Client
from support import raw_http
from support.checks import assert_dense, number_of, read_all
from support.raw_websocket import CLOSE, TEXT, WebSocket, encode_frame
from support.server import memory_slack
from support.timing import scaled
from support.transports import READERS, comparable, message_json

PADDING = "." * 8000
COUNT = 2500  # 20 MB for each subscriber: more than the kernel's buffers and the window hold


def publish(server, room, count, readers=()):
    """Writes `count` messages of 8 kB over /ws, pipelined; returns when all are committed. Gives the time of each
    acknowledgement. Never so far ahead of `readers` that the window does not hold what they lack.
    """

    acknowledged = {}
    with WebSocket(server.port, room=room, within=30) as writer:
        sent = 0
        while len(acknowledged) < count:
            seen = min([len(acknowledged), *(len(reader.arrivals) + 16 for reader in readers)])
            while sent < count and sent - seen < 32:
                writer.send_bytes(encode_frame(TEXT, b'{"content":"%s","client_seq":%d}' % (PADDING.encode(), sent)))
                sent += 1
            if sent == len(acknowledged):
                time.sleep(0.001)  # a reader is behind
                continue
            message = writer.read_json()
            acknowledged[number_of(message["pos"])] = time.monotonic()
    return acknowledged


def read_everything(slow):
    """All frames of a slow socket until nothing more comes: (messages, gaps, close code)."""
    messages, gaps = [], []
    while True:
        try:
            frame = slow.read_frame(within=3)
        except TimeoutError:
            return messages, gaps, None
        if frame.opcode == CLOSE:
            return messages, gaps, int.from_bytes(frame.payload[:2], "big")
        if frame.opcode != TEXT:
            continue

        value = json.loads(frame.payload)
        if "gap" in value:
            gaps.append((len(messages), value["gap"]))
        elif "subscribed" not in value:
            messages.append(value)


@pytest.fixture(params=["memory", "sqlite"])
def server(request, start_server):
    return start_server("--window-bytes", "512KiB", store=request.param)


@pytest.mark.timing
@pytest.mark.seconds(60)
def test_disconnect(server):
    slow = connect_slow(server, "lobby", "disconnect")
    first = slow.read_json()["subscribed"]
    before = server.memory_bytes()
    readers = [SteadyReader(server, "lobby", COUNT) for _ in range(19)]
    acknowledged = publish(server, "lobby", COUNT, readers)
    delays = []
    for reader in readers:
        reader.finish()
        assert [number for number, _ in reader.arrivals] == list(range(1, COUNT + 1))
        delays += [at - acknowledged[number] for number, at in reader.arrivals]
    # Against the writer's own echo, which is one of the twenty as well; the readers are threads of one Python.
    print(
        f"delay behind the acknowledgement: p50 {percentile(delays, 0.5) * 1000:.1f} ms, p99 {percentile(delays, 0.99) * 1000:.1f} ms"
    )
    assert percentile(delays, 0.99) < scaled(2)
    assert server.memory_bytes() < before + memory_slack(80)

    messages, gaps, code = read_everything(slow)
    assert code == 4008 and not gaps
    assert_dense(messages, first=1)
    assert len(messages) < COUNT
    with server.api() as api:
        history = [comparable(message) for message in read_all(api, "lobby")]
    last = messages[-1]["pos"] if messages else first["pos"]
    again = READERS["websocket"](server, "lobby", after=last)
    assert again.subscribed["recovered"] is True
    rest = [comparable(again.next()) for _ in range(COUNT - len(messages))]
    again.close()
    assert [comparable(message) for message in messages] + rest == history


@pytest.mark.seconds(60)
def test_gap(server):
    slow = connect_slow(server, "lobby", "gap")
    slow.read_json()
    publish(server, "lobby", COUNT)
    messages, gaps, code = read_everything(slow)
    assert code is None and gaps, "neither closed nor silent: it is told what it missed"
    expected = 1
    position = 0
    for at, gap in gaps:
        for message in messages[position:at]:
            assert number_of(message["pos"]) == expected
            expected += 1
        position = at
        assert number_of(gap["from"]) == expected, (gap, expected)
        assert number_of(gap["to"]) >= expected
        expected = number_of(gap["to"]) + 1
    for message in messages[position:]:
        assert number_of(message["pos"]) == expected
        expected += 1
    assert expected == COUNT + 1, "the newest messages follow"
    # What it was told it missed can be read.
    with server.api() as api:
        missing = api.get(
            "/api/v1/messages",
            params={
                "after": messages[gaps[0][0] - 1]["pos"] if gaps[0][0] else f"{gaps[0][1]['from'].split(':')[0]}:0",
                "limit": 5,
            },
        ).json()
        assert missing[0]["pos"] == gaps[0][1]["from"]
        sent = api.post("/api/v1/messages", json={"content": "and on it goes"}).json()
    assert slow.read_json() == sent


@pytest.mark.seconds(60)
@pytest.mark.parametrize("transport", ["sse", "grpc"])
@pytest.mark.parametrize("on_slow", ["disconnect", "gap"])
def test_other_transports(start_server, transport, on_slow):
    server = start_server("--window-bytes", "512KiB", store="memory")
    if transport == "sse":
        slow = READERS["sse"](server, "lobby", after="", on_slow=on_slow)

        def take():
            return slow.next(within=3)

    else:
        client = Client(server.grpc_port, read_ahead=65536)
        call = client.subscribe("lobby", "", {"disconnect": 1, "gap": 2}[on_slow], within=60)
        next(call)

        def take():
            event = next(call)
            if event.WhichOneof("event") == "gap":
                return {"gap": {"from": getattr(event.gap, "from"), "to": event.gap.to}}
            return message_json(event.message)

    # Who still reads what was there before is at his own pace, and never slow.
    publish(server, "lobby", 1)
    assert number_of(take()["pos"]) == 1
    publish(server, "lobby", COUNT)
    expected, gaps = 2, 0
    try:
        while expected <= COUNT + 1:
            value = take()
            if "gap" in value:
                assert on_slow == "gap"
                assert number_of(value["gap"]["from"]) == expected
                expected = number_of(value["gap"]["to"]) + 1
                gaps += 1
            else:
                assert number_of(value["pos"]) == expected
                expected += 1
        assert on_slow == "gap" and gaps
    except raw_http.Closed:
        assert transport == "sse" and on_slow == "disconnect"
    except grpc.RpcError as error:
        assert transport == "grpc" and on_slow == "disconnect"
        assert error.code() not in (
            grpc.StatusCode.DEADLINE_EXCEEDED,
            grpc.StatusCode.INTERNAL,
            grpc.StatusCode.UNKNOWN,
        ), error
        assert error.details()
    if on_slow == "disconnect":
        assert 1 < expected <= COUNT
        with server.api() as api:
            epoch = api.get("/api/v1/rooms/lobby").json()["pos"].split(":")[0]
        again = READERS[transport](server, "lobby", after=f"{epoch}:{expected - 1}")
        assert again.subscribed["recovered"] is True
        for number in range(expected, COUNT + 1):
            assert number_of(again.next()["pos"]) == number
        again.close()
    if transport == "sse":
        slow.close()
    else:
        client.channel.close()


@pytest.mark.seconds(60)
def test_a_thousand_kilobytes_of_slow_readers_cost_nothing(start_server):
    """Forty subscribers that never read: memory is bounded by the window, not by subscribers times messages."""
    server = start_server("--window-bytes", "1MiB", store="memory")
    slow = [connect_slow(server, "lobby", "gap") for _ in range(40)]
    before = server.memory_bytes()
    publish(server, "lobby", 800)  # 6.4 MB, 256 MB if each had a queue of its own
    assert server.memory_bytes() < before + memory_slack(60)
    for one in slow:
        one.connection.socket.close()
