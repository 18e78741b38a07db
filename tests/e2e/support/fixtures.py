"""Fixtures of tests/e2e and tests/fault: servers, rooms, a bound on every test."""

import itertools
import os
import signal

import pytest

from .grpc_client import Client
from .people import Guest
from .server import BINARY, Server
from .timing import at_most

_names = itertools.count(1)

# A run that is to outlive its terminal ignores SIGHUP, and so would the servers it starts.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert BINARY.is_file() and os.access(
        BINARY, os.X_OK
    ), f"{BINARY} is missing: build it first, or set VESTNIK_BINARY"
    return BINARY


@pytest.fixture(autouse=True)
def bounded(request):
    """No test hangs: `@pytest.mark.seconds(n)` is its bound, 30 by default."""
    marker = request.node.get_closest_marker("seconds")
    with at_most(marker.args[0] if marker else 30, request.node.name):
        yield


@pytest.fixture
def start_server(tmp_path):
    """Starts servers for one test; those still running at its end are stopped, with exit code 0 and without errors in
    the log.
    """
    started = []

    def start(*flags, folder=None, within=10, **options):
        server = Server(folder or tmp_path / f"server-{len(started) + 1}", *flags, **options)
        started.append(server)
        return server.start(within)

    yield start
    failures = []
    for server in started:
        if server.alive():
            try:
                server.stop()
            except AssertionError as failure:
                failures.append(str(failure))
        elif server.log_path:
            server.check_log(no_errors=False)
    assert not failures, "\n".join(failures)


def _shared(tmp_path_factory, store):
    server = Server(tmp_path_factory.mktemp(f"{store}-server"), store=store).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory):
    yield from _shared(tmp_path_factory, "sqlite")


@pytest.fixture(scope="session")
def memory_server(tmp_path_factory):
    yield from _shared(tmp_path_factory, "memory")


@pytest.fixture
def server(sqlite_server):
    """The server that most tests share."""
    return sqlite_server


@pytest.fixture(params=["memory", "sqlite"])
def any_server(request):
    """A shared server on each storage."""
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
def api(server):
    with server.api() as client:
        yield client


@pytest.fixture
def grpc_client(server):
    with Client(server.grpc_port) as client:
        yield client


def make_room(server, **settings):
    name = f"room-{os.getpid()}-{next(_names)}"
    with server.api() as api:
        response = api.post("/api/v1/rooms", json={"name": name, **settings})
        assert response.status_code == 201, response.content
    return name


@pytest.fixture
def room(server):
    """A fresh, empty room on the shared server."""
    return make_room(server)


@pytest.fixture
def anna(any_server):
    return Guest(any_server)


@pytest.fixture
def boris(any_server):
    return Guest(any_server)
