"""The log: JSON lines, a message can be followed by its request id, the state of the server can be read off, no
texts.
"""

from support import grpc_client, raw_http
from support.checks import TIMESTAMP, number_of, time_of
from support.raw_websocket import WebSocket
from support.timing import wait_until

SECRET = "the-text-itself-Zm9vYmFy"


def test_every_line_is_json(start_server):
    server = start_server(env={"VESTNIK_LOG_LEVEL": "debug", "DB_HOST": "postgres", "REDIS_HOST": "redis"})
    with server.api() as api:
        api.post("/api/v1/messages", json={"content": 'quotes " and \\ and \n and \x00'})
        api.get("/api/v1/rooms/%22%5c%0a%7f")
        api.get("/no/such", headers={"X-Request-Id": "follow-me", "User-Agent": 'odd " agent \\'})
        raw_http.exchange(server.port, b'\xff"\\\x00\r\n\r\n')
        with WebSocket(server.port) as socket:
            socket.send_text("nonsense")
            socket.read_json()
    server.stop()
    lines = server.output().splitlines()
    assert len(lines) > 5
    assert len(server.records()) == len(lines), "a line that is not JSON"
    for record in server.records():
        assert TIMESTAMP.match(record["time"]), record
        assert record["level"] in ("debug", "info", "warn", "error")
        assert record["event"]
    assert any(record.get("request_id") == "follow-me" for record in server.records())


def test_a_message_can_be_followed_from_arrival_to_fan_out(start_server):
    server = start_server(env={"VESTNIK_LOG_LEVEL": "debug"})
    with server.api() as api, WebSocket(server.port) as viewer:
        response = api.post("/api/v1/messages", json={"content": SECRET}, headers={"X-Request-Id": "trace-42"})
        message = response.json()
        assert viewer.read_json() == message

        def trail():
            """What the log says of the steps; other threads may write of other things in between."""
            records = [record for record in server.records() if record.get("request_id") == "trace-42"]
            return [record for record in records if record["event"].startswith("change ")]

        wait_until(lambda: len(trail()) >= 3, 5, "three lines about the change")
        steps = trail()
        assert [step["event"] for step in steps] == ["change received", "change committed", "change fanned out"]
        assert steps[1]["room"] == "lobby" and steps[1]["n"] == number_of(message["pos"])
        times = [time_of({"created_at": step["time"]}) for step in steps]
        assert times == sorted(times)


def test_status_lines(start_server):
    server = start_server("--status-interval", "500ms", store="memory")
    with server.api() as api, WebSocket(server.port):
        for n in range(20):
            api.post("/api/v1/messages", json={"content": f"m{n}"}).raise_for_status()

        def status():
            return [record for record in server.records() if "status" in record["event"]]

        lines = wait_until(lambda: len(status()) >= 3 and status(), 10, "status lines")
        names = " ".join(lines[-1])
        for word in ("http", "websockets", "messages", "queue", "commit", "p99", "window"):
            assert word in names, f"{word} is not in the status line {lines[-1]}"


def test_no_texts_above_debug(start_server):
    server = start_server(env={"VESTNIK_LOG_LEVEL": "info"})
    with server.api() as api, WebSocket(server.port) as socket, grpc_client.Client(server.grpc_port) as client:
        api.post("/api/v1/messages", json={"content": SECRET})
        api.post("/api/v1/messages", json={"content": SECRET, "unknown": SECRET})
        socket.send_json({"content": SECRET})
        socket.send_text("{" + SECRET)
        client.chat.SendMessage(grpc_client.chat.SendMessageRequest(content=SECRET))
        for _ in range(4):
            socket.read_json()
    server.stop()
    assert SECRET not in server.output()


def test_start_and_stop_are_told(start_server):
    server = start_server()
    server.stop()
    records = server.records()
    text = server.output()
    assert str(server.port) in text and str(server.grpc_port) in text and "vestnik.db" in text
    assert len(records) >= 2 and all(record["level"] in ("info", "debug") for record in records)
