"""What a system does to a server that runs: signals, limits of the process, the address it has."""

import os
import resource
import signal
import time

import pytest
import requests

from support import raw_http
from support.raw_websocket import WebSocket
from support.server import run
from support.timing import patient, scaled, wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPWR, signal.SIGXCPU])
def test_signals_end_it_well(start_server, number):
    server = start_server(store="memory")
    with WebSocket(server.port) as socket:
        server.signal(number)
        assert socket.read_close()[0] == 1012
    assert server.wait() == 0
    stopping = [record["signal"] for record in server.records() if record["event"] == "stopping"]
    assert stopping == [number.name]


def test_a_hang_up_that_comes_twice_is_still_in_order(start_server):
    server = start_server(store="memory")
    with raw_http.Connection(server.port) as upload:
        upload.send(raw_http.encode("POST", "/api/v1/attachments", {"Content-Length": "2"}) + b"a")
        wait_until(lambda: server.api().get("/stats").json()["connections"]["http"] >= 2, 5, "the upload to be there")
        server.signal(signal.SIGHUP)
        wait_until(lambda: "stopping" in server.output(), 5, "the server to stop")
        server.signal(signal.SIGHUP)
        assert upload.send(b"b").read_response().status_code == 201
    assert server.wait() == 0


IGNORED = ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGSTKFLT", "SIGPIPE", "SIGXFSZ"]


def test_other_signals_do_not_end_it(start_server):
    server = start_server(store="memory")
    for number in [getattr(signal, name) for name in IGNORED] + [signal.SIGRTMIN, signal.SIGRTMAX, signal.SIGRTMIN + 3]:
        server.signal(number)
        assert server.api().get("/livez").status_code == 200, number
    assert server.alive()


def test_a_limit_of_the_file_size_is_an_error_and_no_end(start_server):
    server = start_server()
    api = server.api()
    api.post("/api/v1/messages", json={"content": "before"}).raise_for_status()
    limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (8192, limits[1]))
    answer = api.post("/api/v1/messages", json={"content": "x" * 16_000})
    assert answer.status_code == 503, answer.content
    assert api.get("/livez").status_code == 200
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
    server.stop(clean_log=False)


@pytest.mark.descriptors
@pytest.mark.seconds(60)
def test_without_file_descriptors_it_waits_and_says_so_once(start_server):
    server = start_server(store="memory")
    limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    opened = len(os.listdir(f"/proc/{server.pid}/fd"))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (opened + 3, limits[1]))

    def told(event):  # of this port: others in the machine may try that of the metrics
        records = [record for record in server.records() if record["event"].startswith(event)]
        return [record for record in records if record["port"] == server.port]

    waiting = [raw_http.Connection(server.port) for _ in range(20)]
    wait_until(lambda: told("connections cannot be accepted"), 5, "the trouble to be told")
    time.sleep(scaled(2))  # time for more lines
    assert len(told("connections cannot be accepted")) == 1
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
    for connection in waiting:
        assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
        connection.socket.close()
    wait_until(lambda: told("connections are accepted again"), 5, "the end of the trouble to be told")


@pytest.mark.parametrize("address", ["::1", "127.0.0.1"])
def test_the_address_that_is_told_can_be_used(start_server, address):
    server = start_server("--listen", address, store="memory")
    (ready,) = wait_until(
        lambda: [record for record in server.records() if record["event"] == "ready"], 5, "the log to tell the address"
    )
    url = ready["url"]
    written = run("write", "--url", url, "--room", "lobby", stdin="over the address it tells\n")
    assert written.returncode == 0, written
    shown = run("history", "--url", url, "--room", "lobby")
    assert shown.returncode == 0 and "over the address it tells" in shown.stdout, shown
    assert requests.get(f"{url}/metrics", timeout=patient(5)).status_code == 200
