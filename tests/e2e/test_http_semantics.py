"""HTTP/1.1 as clients and proxies expect it: connections, pipelining, HEAD, 100-continue, request ids, headers."""

import os
import socket
import json

import pytest

from support import raw_http
from support.checks import assert_problem, number_of
from support.fixtures import make_room

JSON = {"Content-Type": "application/json"}


def test_keep_alive(server):
    with raw_http.Connection(server.port) as connection:
        for _ in range(200):
            assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
        assert connection.exchange(raw_http.encode("GET", "/no/such")).status_code == 404
        assert connection.exchange(raw_http.encode_json("POST", "/api/v1/messages", {})).status_code == 400
        assert connection.exchange(raw_http.encode("DELETE", "/livez")).status_code == 405
        assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200


def test_pipelined_answers_come_in_order(any_server):
    room = make_room(any_server)
    requests, expected = b"", []
    for n in range(60):
        requests += raw_http.encode_json(
            "POST", f"/api/v1/rooms/{room}/messages", {"content": "x", "client_seq": n}, {"X-Request-Id": f"w-{n}"}
        )
        requests += raw_http.encode("GET", "/no/such" if n % 2 else "/livez", {"X-Request-Id": f"r-{n}"})
        expected += [(f"w-{n}", 201), (f"r-{n}", 404 if n % 2 else 200)]
    with raw_http.Connection(any_server.port) as connection:
        connection.send(requests)
        answers = [connection.read_response() for _ in expected]
    assert [(answer.headers["x-request-id"], answer.status_code) for answer in answers] == expected
    written = [answer.json() for answer in answers[::2]]
    assert [message["client_seq"] for message in written] == list(range(60))
    assert [number_of(message["pos"]) for message in written] == list(range(1, 61))


def test_pipelined_requests_in_small_pieces(server):
    data = (
        raw_http.encode_json("POST", "/api/v1/messages", {"content": "piece by piece"})
        + raw_http.encode("GET", "/livez")
    ) * 5
    with raw_http.Connection(server.port) as connection:
        for n in range(0, len(data), 13):
            connection.send(data[n : n + 13])
        assert [connection.read_response().status_code for _ in range(10)] == [201, 200] * 5


def test_head(server):
    with raw_http.Connection(server.port) as connection:
        for path in ("/livez", "/api/v1/users", "/openapi.json", "/no/such"):
            got = connection.exchange(raw_http.encode("GET", path))
            head = connection.exchange(raw_http.encode("HEAD", path), "HEAD")
            assert head.status_code == got.status_code and head.content == b""
            assert head.headers["content-type"] == got.headers["content-type"]
            if path != "/no/such":  # its body holds the request id
                assert head.headers["content-length"] == got.headers["content-length"]


def test_expect_continue(server):
    body = b'{"content":"after the go-ahead"}'
    with raw_http.Connection(server.port) as connection:
        connection.send(
            raw_http.encode(
                "POST", "/api/v1/messages", {**JSON, "Expect": "100-continue", "Content-Length": str(len(body))}
            )
        )
        assert connection.read_response().status_code == 100
        assert connection.exchange(body).status_code == 201
        # A client that does not wait.
        connection.send(raw_http.encode("POST", "/api/v1/messages", {**JSON, "Expect": "100-continue"}, body))
        statuses = [connection.read_response().status_code]
        if statuses == [100]:
            statuses.append(connection.read_response().status_code)
        assert statuses[-1] == 201
        assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200


def test_expect_something_else(server):
    response, _ = raw_http.exchange(
        server.port,
        raw_http.encode("POST", "/api/v1/messages", {**JSON, "Expect": "the unexpected"}, b'{"content":"x"}'),
    )
    assert response.status_code in (201, 417)


@pytest.mark.parametrize("value", ["close", "Close", "keep-alive, close"])
def test_connection_close(server, value):
    with raw_http.Connection(server.port) as connection:
        response = connection.exchange(raw_http.encode("GET", "/livez", {"Connection": value}))
        assert response.status_code == 200
        assert response.headers["connection"].lower() == "close"
        assert connection.is_closed()


def test_http_1_0(server):
    with raw_http.Connection(server.port) as connection:
        response = connection.exchange(raw_http.encode("GET", "/livez", version="HTTP/1.0", host=None))
        assert response.status_code == 200 and "transfer-encoding" not in response.headers
        assert connection.is_closed()
    with raw_http.Connection(server.port) as connection:
        for _ in range(2):
            response = connection.exchange(
                raw_http.encode("GET", "/livez", {"Connection": "keep-alive"}, version="HTTP/1.0")
            )
            assert response.status_code == 200
            if response.headers.get("connection", "").lower() != "keep-alive":
                break


def test_absolute_target_and_empty_lines(server):
    with raw_http.Connection(server.port) as connection:
        assert connection.exchange(raw_http.encode("GET", f"http://localhost:{server.port}/livez")).status_code == 200
        assert connection.exchange(b"\r\n" + raw_http.encode("GET", "/livez")).status_code == 200


def test_half_close(server):
    """A client that has said all it has to say still gets its answer."""

    with raw_http.Connection(server.port) as connection:
        connection.send(raw_http.encode_json("POST", "/api/v1/messages", {"content": "last words"}))
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.read_response().status_code == 201
        assert connection.is_closed()


def test_request_ids(server):
    with raw_http.Connection(server.port) as connection:
        made = {connection.exchange(raw_http.encode("GET", "/livez")).headers["x-request-id"] for _ in range(50)}
        assert len(made) == 50
        for path in ("/livez", "/no/such", "/openapi.json", "/metrics"):
            response = connection.exchange(raw_http.encode("GET", path, {"X-Request-Id": "my-id_1.A"}))
            assert response.headers["x-request-id"] == "my-id_1.A"
        for bad in ("", "x" * 1000, "two words", '"quoted"', "ж", "a;b<c>"):
            response = connection.exchange(raw_http.encode("GET", "/livez", [("X-Request-Id", bad)]))
            assert response.status_code == 200
            assert response.headers["x-request-id"] not in ("", bad)


def test_headers_of_every_answer(server):
    with raw_http.Connection(server.port) as connection:
        for path in ("/api/v1/users", "/api/v1/rooms/lobby/messages", "/no/such", "/livez", "/stats"):
            response = connection.exchange(raw_http.encode("GET", path, {"Origin": "http://evil.example"}))
            assert response.version == "HTTP/1.1"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert not [name for name in response.headers if name.startswith("access-control-")]
            assert len({name.lower() for name, _ in response.fields}) == len(response.fields), "a header twice"


def test_cors_is_closed(server):
    headers = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response, _ = raw_http.exchange(server.port, raw_http.encode("OPTIONS", "/api/v1/messages", headers))
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert response.status_code in (200, 204, 403, 405)
    if response.status_code == 405:
        assert_problem(response, 405)


def test_cors_for_a_configured_origin(start_server):
    server = start_server("--allowed-origins", "https://chat.example", store="memory")
    with raw_http.Connection(server.port) as connection:
        ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        response = connection.exchange(
            raw_http.encode("OPTIONS", "/api/v1/messages", {"Origin": "https://chat.example", **ask})
        )
        assert response.status_code in (200, 204)
        assert response.headers["access-control-allow-origin"] == "https://chat.example"
        assert "POST" in response.headers["access-control-allow-methods"]
        assert "content-type" in response.headers["access-control-allow-headers"].lower()
        response = connection.exchange(raw_http.encode("GET", "/api/v1/users", {"Origin": "https://chat.example"}))
        assert response.headers["access-control-allow-origin"] == "https://chat.example"
        assert "origin" in response.headers["vary"].lower()
        response = connection.exchange(raw_http.encode("GET", "/api/v1/users", {"Origin": "https://other.example"}))
        assert "access-control-allow-origin" not in response.headers


def test_json_of_the_answers(server, api):
    response = api.get("/api/v1/rooms/lobby")
    assert response.headers["Content-Type"].split(";")[0] == "application/json"
    assert isinstance(response.json()["message_count"], int)  # 64-bit integers are numbers
    api.post("/api/v1/messages", json={"content": "ключ \u2028 \U0001f98a"}).raise_for_status()
    raw = api.get("/api/v1/messages", params={"limit": 1}).content
    assert json.loads(raw)[0]["content"] == "ключ \u2028 \U0001f98a"


def test_many_connections_one_after_the_other(server):
    for _ in range(300):
        with raw_http.Connection(server.port) as connection:
            assert connection.exchange(raw_http.encode("GET", "/livez", {"Connection": "close"})).status_code == 200


def test_metrics_answer_when_no_connection_is_left(start_server):
    server = start_server("--max-connections", "2", store="memory")
    kept = [raw_http.Connection(server.port) for _ in range(2)]
    try:
        for connection in kept:
            assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
        with raw_http.Connection(server.port) as refused:
            assert refused.exchange(raw_http.encode("GET", "/livez")).status_code == 503
        assert raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics"))[0].status_code == 200
    finally:
        for connection in kept:
            connection.socket.close()


def test_allow_lists_head_where_get_is(server):
    for path, allowed in {
        "/api/v1/rooms": "GET, HEAD, POST",
        "/api/v1/rooms/lobby": "DELETE, GET, HEAD, PATCH",
        "/api/v1/rooms/lobby/events": "GET",  # a stream has no end that HEAD could tell
        "/livez": "GET, HEAD",
    }.items():
        expect_allowed(server, path, allowed)


@pytest.mark.pages
def test_allow_lists_head_for_pages(server):
    expect_allowed(server, "/", "GET, HEAD")


def expect_allowed(server, path, allowed):
    response, _ = raw_http.exchange(server.port, raw_http.encode("OPTIONS", path))
    assert response.status_code == 405 and response.headers["allow"] == allowed, (path, response)
    head, _ = raw_http.exchange(server.port, raw_http.encode("HEAD", path), "HEAD")
    assert head.status_code == (200 if "HEAD" in allowed else 405), path


def test_a_body_may_be_left_out_where_every_field_may(server):
    for fields in ({}, {"Content-Length": "0"}, {"Content-Type": "application/json"}):
        target = "/api/v1/rooms/lobby/unread"
        response, _ = raw_http.exchange(server.port, raw_http.encode("POST", target, fields))
        assert response.status_code not in (411, 415), response
        response, _ = raw_http.exchange(server.port, raw_http.encode("POST", "/api/v1/rooms", fields))
        assert_problem(response, 400, "invalid_argument", "name")


def test_each_status_is_counted_as_itself(start_server):
    server = start_server("--allowed-origins", "https://chat.example", store="memory")
    ask = {"Origin": "https://chat.example", "Access-Control-Request-Method": "POST"}
    assert raw_http.exchange(server.port, raw_http.encode("OPTIONS", "/api/v1/users", ask))[0].status_code == 204
    assert raw_http.exchange(server.port, raw_http.encode("GET", "/ws"))[0].status_code == 426
    text = raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics"))[0].content.decode()
    counted = [line for line in text.splitlines() if line.startswith("http_requests_total{")]
    assert any('code="204"' in line for line in counted) and any('code="426"' in line for line in counted)
    assert not any('code="500"' in line or 'code="other"' in line for line in counted), counted


def test_uploads_and_downloads_are_counted_by_their_routes(start_server):
    server = start_server(store="memory")
    api = server.api()

    def metrics():
        lines = api.get("/metrics").text.splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    def count(method, route, code):
        return metrics().get(f'http_requests_total{{code="{code}",method="{method}",route="{route}"}}')

    path, of_one = "/api/v1/attachments", "/api/v1/attachments/{attachment_id}"
    timed = "http_request_seconds_count"
    before = int(metrics()[timed])
    attachment = api.post(path, data=b"x").json()
    assert int(metrics()[timed]) == before + 1, "the upload is not in it, the metrics are"
    assert api.post(path, data=b"").status_code == 400
    assert api.get(f"{path}/{attachment['id']}").status_code == 200
    assert api.head(f"{path}/{attachment['id']}").status_code == 200
    assert api.get(f"{path}/none").status_code == 404
    assert api.get(path).status_code == 405
    assert count("POST", path, 201) == count("POST", path, 400) == "1"
    assert (count("GET", of_one, 200), count("GET", of_one, 404)) == ("2", "1")
    assert count("", "other", 405) == "1"
    assert int(metrics()["attachment_bytes"]) == 1


def test_metrics_port_serves_only_metrics(server):
    assert raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics"))[0].status_code == 200
    for path in ("/api/v1/users", "/stats", "/"):
        assert raw_http.exchange(server.metrics_port, raw_http.encode("GET", path))[0].status_code == 404
    response, _ = raw_http.exchange(server.metrics_port, raw_http.encode("POST", "/metrics", {}, b""))
    assert response.status_code == 405
    response, _ = raw_http.exchange(server.metrics_port, b"nonsense\r\n\r\n")
    assert response.status_code == 400


def test_metrics_answer_whoever_holds_their_port(start_server):
    """Two hundred connections that say nothing, or have asked already, keep nobody out."""
    server = start_server(store="memory")
    held = [raw_http.Connection(server.metrics_port) for _ in range(200)]
    try:
        for connection in held[::2]:
            connection.send(b"GET /metrics HTTP/1.1\r\nHost: lo")
        for _ in range(3):
            response, _ = raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics"))
            assert response.status_code == 200
        assert len(os.listdir(f"/proc/{server.pid}/fd")) < 200
    finally:
        for connection in held:
            connection.socket.close()
