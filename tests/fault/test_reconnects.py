"""Subscribers that reconnect at random, or all at once: each sees every message exactly once, in order."""

import asyncio
import json
import random
import time

import pytest
import websockets

from load import HttpWriter, Reader, SocketWriter, assert_kept
from support.checks import assert_dense, number_of, read_all
from support.server import free_port
from support.timing import patient
from support.transports import comparable

WRITERS, EACH = 4, 700


@pytest.mark.seconds(90)
@pytest.mark.parametrize("store, window", [("memory", "4MiB"), ("sqlite", "4MiB"), ("sqlite", "65536")])
def test_random_reconnects_lose_nothing(start_server, chance, store, window):
    server = start_server("--window-bytes", window, store=store)
    with server.api() as api:
        start = api.get("/api/v1/rooms/lobby").json()["pos"]
    total = WRITERS * EACH
    readers = [Reader(server, "lobby", start, random.Random(chance.randrange(2**32)), goal=total) for _ in range(9)]
    # With the smallest window a writer over /ws may be too slow a reader of its own echoes.
    kinds = [HttpWriter] if window == "65536" else [SocketWriter, HttpWriter]
    writers = [
        kinds[n % len(kinds)](server, "lobby", f"w{n}", limit=EACH, padding=chance.randrange(300))
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.join(patient(40))
        writer.finish()
        assert len(writer.acknowledged) == EACH and not writer.refused
    with server.api() as api:
        history = read_all(api, "lobby")
    assert_kept(history, writers)
    expected = [comparable(message) for message in history]
    for reader in readers:
        reader.finish(40)
        assert_dense(reader.seen, first=1)
        assert reader.seen == expected
    print(f"{sum(reader.connections for reader in readers)} connections of {len(readers)} readers")
    assert sum(reader.connections for reader in readers) > len(readers) * 3


@pytest.mark.timing
@pytest.mark.seconds(60)
def test_three_hundred_resume_at_once(start_server, chance):
    """All sockets are cut by a restart and come back in the same moment, each with a position of its own, while
    others write.
    """
    server = start_server("--port", str(free_port()), "--grpc-port", "0", "--metrics-port", "0", default_ports=False)
    with server.api() as api:
        for n in range(400):
            api.post("/api/v1/messages", json={"content": f"before {n}"}).raise_for_status()
        epoch = api.get("/api/v1/rooms/lobby").json()["pos"].split(":")[0]
    server.kill()
    server.start()
    starts = [chance.randrange(401) for _ in range(300)]
    goal = 600

    async def resume(begin):
        url = f"ws://127.0.0.1:{server.port}/ws?room=lobby&after={epoch}:{begin}"
        async with websockets.connect(url, open_timeout=patient(20), max_queue=None, compression=None) as connection:
            first = json.loads(await connection.recv())
            assert first["subscribed"]["recovered"] is True
            expected = begin
            caught_up = None
            while expected < goal:
                expected += 1
                message = json.loads(await asyncio.wait_for(connection.recv(), patient(20)))
                assert number_of(message["pos"]) == expected
                if expected == 400:
                    caught_up = time.monotonic()
            return caught_up

    async def storm():
        began = time.monotonic()
        tasks = [asyncio.create_task(resume(begin)) for begin in starts]
        writer = asyncio.to_thread(lambda: SocketWriter(server, "lobby", "live", limit=200).join(patient(30)))
        results = await asyncio.gather(*tasks, writer)
        return [at - began for at in results[:-1] if at]

    took = asyncio.run(storm())
    print(f"300 resumed: the last one had caught up after {max(took):.2f} s")
    assert max(took) < patient(10)
    with server.api() as api:
        assert len(read_all(api, "lobby")) == goal
