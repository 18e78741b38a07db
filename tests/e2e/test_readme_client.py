"""A client written from the description in the chat service's README runs unchanged: paths, fields, environment
names, ports.
"""

import asyncio
import json

import pytest
import requests
import websockets

from support.raw_websocket import WebSocket
from support import raw_http
from support.checks import TIMESTAMP, assert_problem, assert_problem_body
from support.server import free_port
from support.timing import patient, wait_until


@pytest.fixture(params=["memory", "sqlite"])
def fresh(request, start_server):
    """A server of its own, with its port and level from the environment as the README has it."""
    port = free_port()
    server = start_server(
        "--grpc-port",
        "0",
        "--metrics-port",
        "0",
        store=request.param,
        default_ports=False,
        env={"PORT": str(port), "LOG_LEVEL": "info", "MAX_CONNECTIONS": "1000"},
    )
    assert server.port == port
    return server


def test_users_and_messages(fresh):
    base = f"http://localhost:{fresh.port}"
    session = requests.Session()
    session.trust_env = False

    users = session.get(f"{base}/api/v1/users", timeout=patient(10))
    assert users.status_code == 200
    assert users.headers["Content-Type"].startswith("application/json")
    assert users.json() == [{"id": 1, "username": "admin", "email": "admin@example.com"}]

    created = session.post(
        f"{base}/api/v1/users", json={"username": "newuser", "email": "user@example.com"}, timeout=patient(10)
    )
    assert created.status_code == 201
    assert created.json() == {"id": 2, "username": "newuser", "email": "user@example.com"}

    assert session.get(f"{base}/api/v1/messages?limit=20&offset=0", timeout=patient(10)).json() == []
    sent = session.post(
        f"{base}/api/v1/messages",
        json={"user_id": 1, "username": "admin", "content": "Новое сообщение"},
        timeout=patient(10),
    )
    assert sent.status_code == 201
    session.post(
        f"{base}/api/v1/messages",
        data=b'{"user_id":1,"username":"load_test","content":"Load test message"}',
        headers={"Content-Type": "application/json"},
        timeout=patient(10),
    ).raise_for_status()

    messages = session.get(f"{base}/api/v1/messages?limit=20&offset=0", timeout=patient(10)).json()
    assert [message["content"] for message in messages] == ["Load test message", "Новое сообщение"]
    assert messages[1] == sent.json()
    first = messages[1]
    assert {"id": 1, "user_id": 1, "username": "admin", "content": "Новое сообщение"}.items() <= first.items()
    assert TIMESTAMP.match(first["created_at"])
    assert first["room"] == "lobby"
    assert session.get(f"{base}/api/v1/rooms/lobby/messages", timeout=patient(10)).json() == messages


def test_websocket(fresh):
    async def converse():
        url = f"ws://localhost:{fresh.port}/ws"
        async with websockets.connect(url) as writer, websockets.connect(url) as reader:
            await writer.send(json.dumps({"user_id": 1, "username": "user", "content": "Hello World!"}))
            echo = json.loads(await asyncio.wait_for(writer.recv(), patient(10)))
            seen = json.loads(await asyncio.wait_for(reader.recv(), patient(10)))
            assert seen == echo
            assert {"id", "user_id", "username", "content", "created_at"} <= set(echo)
            assert (echo["user_id"], echo["username"], echo["content"]) == (1, "user", "Hello World!")

            # A message that comes over HTTP reaches the sockets as well.
            posted = await asyncio.to_thread(fresh.api().post, "/api/v1/messages", json={"content": "anonymous"})
            assert json.loads(await asyncio.wait_for(reader.recv(), patient(10))) == posted.json()
            assert "user_id" not in posted.json() and "username" not in posted.json()

            await writer.send("not json")
            answer = json.loads(await asyncio.wait_for(_skip(writer, posted.json()), patient(10)))
            assert_problem_body(answer["error"], 400, "invalid_argument")
            await writer.send(json.dumps({"user_id": 1, "content": "still here"}))
            after_error = json.loads(await asyncio.wait_for(writer.recv(), patient(10)))
            assert after_error["content"] == "still here" and after_error["username"] == "admin"

    async def _skip(socket, message):
        while True:
            text = await socket.recv()
            if json.loads(text) != message:
                return text

    asyncio.run(converse())


def test_health_stats_and_metrics(fresh):
    with fresh.api() as api:
        api.post("/api/v1/messages", json={"content": "counted"}).raise_for_status()
        health = api.get("/health")
        assert health.status_code == 200
        assert health.json()["status"] == "ok"
        assert "store" in [component["name"] for component in health.json()["components"]]
        assert all(component["status"] == "ok" for component in health.json()["components"])

        stats = api.get("/stats").json()
        assert stats["users"] == 1 and stats["rooms"] == 2 and stats["messages"] == 1
        assert stats["messages_last_hour"] == 1 and stats["messages_committed"] == 1
        assert {"http", "websocket"} <= set(stats["connections"])
        assert stats == {**api.get("/api/v1/stats").json(), **_moving(stats)}

        for port in (fresh.port, fresh.metrics_port):
            answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=patient(10), proxies={"http": None})
            assert answer.status_code == 200
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            metrics = parse_metrics(answer.text)
            assert any(
                name.startswith("http_requests_total{") and 'method="POST"' in name and 'code="201"' in name
                for name in metrics
            )
            assert metrics["messages_total"] == 1
            assert metrics["websocket_connections_active"] == 0


def _moving(stats):
    """The numbers that differ between two calls."""
    return {
        name: stats[name]
        for name in ("uptime_seconds", "requests", "commit", "request", "fanout", "connections", "deliveries")
        if name in stats
    }


def parse_metrics(text):
    """Prometheus text format: {name with labels: value}; fails on a malformed line or a series without HELP and TYPE."""
    metrics, described = {}, set()
    for line in text.splitlines():
        if line.startswith("# "):
            kind, name = line.split(" ")[1:3]
            assert kind in ("HELP", "TYPE"), line
            described.add((kind, name))
        elif line:
            name, value = line.rsplit(" ", 1)
            assert name not in metrics, f"{name} twice"
            metrics[name] = float(value)
            base = name.split("{")[0]
            family = next((base[: -len(end)] for end in ("_bucket", "_sum", "_count") if base.endswith(end)), base)
            assert {("HELP", family), ("TYPE", family)} <= described or {
                ("HELP", base),
                ("TYPE", base),
            } <= described, line
    return metrics


def test_metrics_follow_connections_and_routes(server):
    with server.api() as api:
        def sockets_are(count):
            return parse_metrics(api.get("/metrics").text)["websocket_connections_active"] == count

        wait_until(lambda: sockets_are(0), 10, "those of earlier tests to be gone")
        with WebSocket(server.port), WebSocket(server.port):
            wait_until(lambda: sockets_are(2), 5, "two sockets in websocket_connections_active")
            assert api.get("/stats").json()["connections"]["websocket"] == 2
        wait_until(lambda: sockets_are(0), 5, "the sockets gone from websocket_connections_active")
        # Labels are routes, not paths: strangers cannot make new series.
        for name in ("lobby", "stream", "nowhere-1", "nowhere-2"):
            api.get(f"/api/v1/rooms/{name}")
        api.get("/no/such/path/at-all")
        text = api.get("/metrics").text
        assert "nowhere-1" not in text and "at-all" not in text
        assert 'route="/api/v1/rooms/{room}"' in text


def test_max_connections(start_server):
    server = start_server(store="memory", env={"MAX_CONNECTIONS": "4"})
    kept = []
    try:
        for _ in range(4):
            connection = raw_http.Connection(server.port)
            assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
            kept.append(connection)
        with raw_http.Connection(server.port) as extra:
            try:
                response = extra.exchange(raw_http.encode("GET", "/livez"))
                assert response.status_code in (429, 503)
                assert "max-connections" in assert_problem(response, response.status_code)["detail"]
            except (raw_http.Closed, ConnectionResetError, BrokenPipeError):
                pass  # closing at once is an answer as well
    finally:
        for connection in kept:
            connection.socket.close()

    def answers():
        try:
            with raw_http.Connection(server.port) as connection:
                return connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
        except (raw_http.Closed, ConnectionResetError, BrokenPipeError):
            return False

    wait_until(answers, 5, "room for a new connection after the others closed")
