"""kill -9 in the middle of a load: nothing acknowledged is lost, positions stay dense, a retry gives the same
message.
"""

import subprocess
import time

import pytest

from load import HttpWriter, Reader, SocketWriter, assert_kept, assert_retries_agree
from support.server import BINARY
from support.checks import assert_dense, read_all
from support.timing import patient, scaled
from support.transports import comparable


@pytest.mark.seconds(90)
def test_kill_in_mid_load(start_server, chance):
    server = start_server()
    writers = []
    for turn in range(6):
        crowd = [HttpWriter(server, "lobby", f"t{turn}h{n}") for n in range(6)] + [
            SocketWriter(server, "lobby", f"t{turn}s{n}") for n in range(3)
        ]
        time.sleep(scaled(chance.uniform(0.1, 0.7)))
        server.kill()
        for writer in crowd:
            writer.finish()
        writers += crowd

        began = time.monotonic()
        server.start()
        assert time.monotonic() - began < patient(5), "not ready again in time"
        with server.api() as api:
            assert api.get("/readyz").status_code == 200
            by_nonce = assert_kept(read_all(api, "lobby"), writers)
            assert_retries_agree(api, "lobby", crowd, by_nonce)
            assert_kept(read_all(api, "lobby"), writers)
    total = sum(len(writer.acknowledged) for writer in writers)
    print(f"{total} acknowledged, {sum(len(writer.doubtful) for writer in writers)} in doubt over 6 kills")
    assert total > 100
    assert any(writer.doubtful for writer in writers), "no kill came in the middle of anything"


@pytest.mark.seconds(60)
def test_readers_see_each_message_once_across_kills(start_server, chance):
    """Subscribers resume with their position at the server that came back, and miss nothing and see nothing twice."""
    server = start_server("--window-bytes", "65536")
    with server.api() as api:
        start = api.get("/api/v1/rooms/lobby").json()["pos"]
    readers = [Reader(server, "lobby", start, chance, ("websocket", "sse")) for _ in range(6)]
    writers = []
    for turn in range(3):
        crowd = [SocketWriter(server, "lobby", f"t{turn}s{n}") for n in range(2)]
        time.sleep(scaled(chance.uniform(0.3, 0.8)))
        server.kill()
        writers += [writer.finish() for writer in crowd]
        server.start()
    with server.api() as api:
        history = read_all(api, "lobby")
    assert_kept(history, writers)
    for reader in readers:
        reader.goal = len(history)
    for reader in readers:
        reader.finish(30)
        assert_dense(reader.seen, first=1)
        assert reader.seen == [comparable(message) for message in history]


@pytest.mark.seconds(60)
def test_kill_during_start(start_server, chance):
    """A start that is cut at any moment leaves a database that the next start takes."""
    server = start_server()
    with server.api() as api:
        sent = [api.post("/api/v1/messages", json={"content": f"m{n}"}).json() for n in range(50)]
    for _ in range(10):
        server.kill()

        with subprocess.Popen(
            [str(BINARY), "serve", "--port", "0", "--grpc-port", "0", "--metrics-port", "0", "--store", server.store],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=server.folder,
        ) as cut:
            time.sleep(chance.uniform(0, 0.15))
            cut.kill()
    server.start()
    with server.api() as api:
        assert read_all(api, "lobby") == sent
