"""Names by which a server may be called: a page whose name was made to lead here (DNS rebinding) gets nothing."""

import pytest

from support import raw_http
from support.checks import assert_problem, nothing_changes
from support.raw_websocket import Refused, WebSocket

MESSAGES = "/api/v1/messages"


def assert_misdirected(response, name):
    problem = assert_problem(response, 421, "permission_denied", field="Host")
    assert f"--allowed-hosts {name}." in problem["detail"], problem


@pytest.mark.parametrize(
    "data",
    [
        raw_http.encode("GET", MESSAGES, host="evil.example"),
        raw_http.encode("GET", "/", host="evil.example"),
        raw_http.encode("GET", "/livez", host="evil.example"),
        raw_http.encode("GET", "/metrics", host="evil.example"),
        raw_http.encode("GET", "/api/v1/rooms/lobby/events", host="evil.example"),
        raw_http.encode("DELETE", MESSAGES + "/1?user_id=1", {"Origin": "http://evil.example"}, host="evil.example"),
        raw_http.encode_json("POST", MESSAGES, {"content": "x"}, {"Host": "evil.example"}),
        raw_http.encode("POST", "/api/v1/attachments?name=a", {"Content-Type": "text/plain"}, b"x", host="evil.example"),
        raw_http.encode("GET", f"http://evil.example{MESSAGES}", host="localhost"),
    ],
)
def test_a_foreign_name_gets_nothing(server, data):
    with nothing_changes(server, "lobby"):
        response, _ = raw_http.exchange(server.port, data)
        assert_misdirected(response, "evil.example")


@pytest.mark.parametrize("target", ["/ws", "/rpc"])
def test_a_foreign_name_gets_no_socket(server, target):
    host = f"evil.example:{server.port}"
    with pytest.raises(Refused) as refused:
        WebSocket(server.port, target=target, headers={"Origin": f"http://{host}"}, host=host)
    assert_misdirected(refused.value.response, "evil.example")


def test_a_foreign_name_gets_no_metrics(server):
    response, _ = raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics", host="evil.example"))
    assert_misdirected(response, "evil.example")
    assert raw_http.exchange(server.metrics_port, raw_http.encode("GET", "/metrics"))[0].status_code == 200


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "chat.localhost"])
def test_names_of_this_machine(server, name):
    host = f"{name}:{server.port}"
    with raw_http.Connection(server.port) as connection:
        fields = {"Host": host, "Origin": f"http://{host}"}
        assert connection.exchange(raw_http.encode("GET", MESSAGES, fields)).status_code == 200
        assert connection.exchange(raw_http.encode_json("POST", MESSAGES, {"content": "x"}, fields)).status_code == 201


def test_allowed_hosts(start_server):
    server = start_server("--allowed-hosts", "Chat.example,other.example:8443", store="memory")

    def status(host):
        return raw_http.exchange(server.port, raw_http.encode("GET", MESSAGES, host=host))[0].status_code

    assert [status(host) for host in ("chat.example", "chat.example:80", "other.example:8443", "localhost")] == [200] * 4
    assert [status(host) for host in ("evil.example", "a.chat.example", "other.example")] == [421] * 3


def test_a_page_learns_why_its_socket_was_refused(start_server):
    """The answer to a handshake is hidden from pages, the one to another method is not."""
    server = start_server("--allowed-hosts", "chat.example", store="memory")
    for target in ("/ws", "/rpc"):
        for origin, status in {"http://localhost": 405, "https://chat.example": 405, "https://elsewhere.example": 403}.items():
            response, _ = raw_http.exchange(server.port, raw_http.encode("POST", target, {"Origin": origin}, b""))
            if status == 403:
                assert_problem(response, status, "permission_denied", field="Origin")
            else:
                assert_problem(response, status)


def test_a_form_of_another_site_cannot_call_without_a_body(server):
    with nothing_changes(server, "lobby"):
        target = "/api/v1/rooms/lobby/unread"
        response, _ = raw_http.exchange(server.port, raw_http.encode("POST", target, {"Origin": "http://evil.example"}, b""))
        assert_problem(response, 403, "permission_denied", field="Origin")
