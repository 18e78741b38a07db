"""Standard error that nobody reads: the server goes on, tells what is missing once it is read, and stops when told."""

import fcntl
import json
import os
import signal
import subprocess
import threading

import pytest

from support.server import BINARY, Api, environment
from support.timing import patient, wait_until

PIPE_BYTES = 4096
LONG_PATH = "/nowhere/" + "x" * 4_000  # in a line of its own at level debug
ENOUGH = 800  # of them fill the pipe, what the server keeps, and more


class Stalled:
    """A server whose standard error is a small pipe; nobody reads it unless told to."""

    def __init__(self, folder):
        self.ports_file = folder / "ports.json"
        self.reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        command = [str(BINARY), "serve", "--store", "memory:", "--ports-file", str(self.ports_file)]
        command += ["--port", "0", "--grpc-port", "0", "--metrics-port", "0", "--log-level", "debug"]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stderr=writer
        )
        os.close(writer)
        self.read = b""
        self.collector = None

    def __enter__(self):
        wait_until(self.ports_file.exists, 10, "the server to be ready")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        if self.collector:
            self.collector.join()
        os.close(self.reader)

    def api(self):
        return Api(json.loads(self.ports_file.read_text())["http"])

    def fill(self, requests=ENOUGH, path=LONG_PATH):
        with self.api() as api:
            for _ in range(requests):
                assert api.get(path).status_code == (404 if path == LONG_PATH else 200)

    def dropped(self):
        with self.api() as api:
            lines = api.get("/metrics").text.splitlines()
        return int(next(line for line in lines if line.startswith("log_lines_dropped ")).split()[1])

    def collect(self):
        """Begins to read, as a log collector that has come back."""

        def read():
            while piece := os.read(self.reader, 65536):
                self.read += piece

        self.collector = threading.Thread(target=read, daemon=True)
        self.collector.start()

    def records(self):
        return [json.loads(line) for line in self.read.split(b"\n")[:-1]]

    def gaps(self):
        return [record for record in self.records() if record["event"].startswith("lines of the log were dropped")]


@pytest.fixture
def stalled(tmp_path):
    with Stalled(tmp_path) as server:
        yield server


@pytest.mark.seconds(60)
def test_the_server_answers_and_stops(stalled):
    stalled.fill()
    assert stalled.dropped() > 0
    with stalled.api() as api:
        assert api.get("/livez").status_code == 200
        api.post("/api/v1/messages", json={"content": "written"}).raise_for_status()
    stalled.process.send_signal(signal.SIGTERM)
    assert stalled.process.wait(patient(5)) == 0


@pytest.mark.seconds(60)
def test_what_is_missing_is_told_where_it_is_missing(stalled):
    stalled.fill()
    dropped = stalled.dropped()
    stalled.collect()
    wait_until(stalled.gaps, 10, "the line about the gap")
    with stalled.api() as api:
        api.get("/livez", headers={"X-Request-Id": "after-the-gap"}).raise_for_status()
    stalled.process.send_signal(signal.SIGTERM)
    assert stalled.process.wait(patient(10)) == 0
    stalled.collector.join()
    records = stalled.records()
    (gap,) = stalled.gaps()
    assert gap["level"] == "warn" and gap["lines"] >= dropped > 0
    events = [record["event"] for record in records]
    assert events[0] != "stopped" and events[-1] == "stopped"
    assert len(records) > 100 and "ready" in events
    ids = [record.get("request_id") for record in records]
    assert ids.index("after-the-gap") > records.index(gap)


@pytest.mark.seconds(60)
def test_no_line_is_lost_or_out_of_order_when_it_is_read(stalled):
    stalled.collect()
    stalled.fill(2_000, "/livez")
    stalled.process.send_signal(signal.SIGTERM)
    assert stalled.process.wait(patient(10)) == 0
    stalled.collector.join()
    assert not stalled.gaps()
    numbers = [
        int(record["request_id"].rsplit(".", 1)[1])
        for record in stalled.records()
        if record["event"] == "request" and record["route"] == "/livez"
    ]
    assert numbers == sorted(numbers) and len(numbers) == 2_000


def test_a_reader_that_has_gone_is_no_reason_to_end(stalled):
    os.close(stalled.reader)
    stalled.fill(300)
    stalled.process.send_signal(signal.SIGTERM)
    assert stalled.process.wait(patient(5)) == 0
    stalled.reader = os.open(os.devnull, os.O_RDONLY)  # to be closed at the end
