"""Server-sent events: headers, ids, Last-Event-ID, what is refused."""

import pytest

from support.timing import wait_until
from support import raw_http
from support.checks import assert_problem
from support.fixtures import make_room
from support.sse import EventStream


def send(server, room, *texts):
    with server.api() as api:
        return [api.post(f"/api/v1/rooms/{room}/messages", json={"content": text}).json() for text in texts]


def test_headers_and_events(any_server):
    room = make_room(any_server)
    with EventStream(any_server.port, room) as stream:
        headers = stream.response.headers
        assert stream.response.status_code == 200
        assert headers["content-type"].split(";")[0] == "text/event-stream"
        assert "no-store" in headers["cache-control"] or "no-cache" in headers["cache-control"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-request-id"]
        assert "access-control-allow-origin" not in headers
        first = stream.next()
        assert first.kind == "subscribed" and first.id == first.json()["pos"]
        assert first.json()["room"] == room and first.json()["recovered"] is True
        sent = send(any_server, room, "one", "two\nlines\tand \U0001f98a", "three")
        assert stream.messages(3) == sent


def test_last_event_id(any_server):
    room = make_room(any_server)
    sent = send(any_server, room, *"abcdef")
    with EventStream(any_server.port, room, headers={"Last-Event-ID": sent[2]["pos"]}) as stream:
        assert stream.next().json()["recovered"] is True
        assert stream.messages(3) == sent[3:]


def test_an_empty_last_event_id_takes_no_position_away(any_server):
    room = make_room(any_server)
    sent = send(any_server, room, *"abcdef")
    with EventStream(any_server.port, room, after=sent[2]["pos"], headers={"Last-Event-ID": ""}) as stream:
        assert stream.next().json()["recovered"] is True
        assert stream.messages(3) == sent[3:]


def test_a_browser_reconnects_by_itself(any_server):
    """As EventSource does: the last id it saw comes back in the header, the URL stays as it was."""
    room = make_room(any_server)
    seen, last = [], None
    url_position = None
    for turn in range(4):
        with EventStream(
            any_server.port, room, after=url_position or "", headers={"Last-Event-ID": last} if last else {}
        ) as stream:
            first = stream.next()
            assert first.json()["recovered"] is True, first
            url_position = url_position or first.json()["pos"]
            if turn:
                seen += stream.messages(2)  # what came while it was away
            send(any_server, room, f"live {turn}")
            seen += stream.messages(1)
            last = stream.last_id
        send(any_server, room, f"away {turn}.1", f"away {turn}.2")
    assert [message["content"] for message in seen[:7]] == [
        "live 0",
        "away 0.1",
        "away 0.2",
        "live 1",
        "away 1.1",
        "away 1.2",
        "live 2",
    ]


def test_refused(server):
    for stream, status, field in (
        (EventStream(server.port, "nowhere"), 404, None),
        (EventStream(server.port, "lobby", after="x"), 400, "after"),
        (EventStream(server.port, "lobby", on_slow="wait"), 400, "on_slow"),
        (EventStream(server.port, "lobby", headers={"Last-Event-ID": "junk"}), 400, None),
    ):
        with stream:
            assert_problem(stream.response, status, field=field)
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/api/v1/rooms/lobby/events?unknown=1"))
    assert_problem(response, 400, "invalid_argument", "unknown")


def test_head_ends_at_once(server):
    with raw_http.Connection(server.port) as connection:
        response = connection.exchange(raw_http.encode("HEAD", "/api/v1/rooms/lobby/events"), "HEAD")
        assert response.status_code in (200, 405)
        if response.headers.get("connection", "").lower() == "close":
            assert connection.is_closed()
        else:
            assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream", "text/*", None])
def test_accept(server, accept):
    request = raw_http.encode("GET", "/api/v1/rooms/lobby/events", {"Accept": accept} if accept else {})
    with raw_http.Connection(server.port) as connection:
        assert connection.send(request).read_head().status_code == 200


def test_streams_are_counted_and_forgotten(server, api):
    def streams_open():
        return api.get("/stats").json()["connections"].get("sse", 0)

    wait_until(lambda: streams_open() == 0, 10, "those of earlier tests to be gone")
    streams = [EventStream(server.port, "lobby") for _ in range(5)]
    wait_until(lambda: streams_open() == 5, 5, "five event streams in the statistics")
    for stream in streams:
        stream.connection.socket.close()
    wait_until(lambda: streams_open() == 0, 10, "the event streams gone from the statistics")


def test_what_a_subscriber_says_after_its_request_does_no_harm(server):
    room = make_room(server)
    with EventStream(server.port, room) as stream:
        stream.next()
        try:
            stream.connection.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        except OSError:
            pass
        sent = send(server, room, "still there?")
        try:
            assert stream.messages(1) == sent
        except raw_http.Closed:
            pass  # ending the stream is fair as well
    with server.api() as api:
        assert api.get("/livez").status_code == 200
