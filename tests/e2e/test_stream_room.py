"""The message stream with its three clients: room `stream`, 128 characters, the client's own number, server time,
history by time.
"""

import datetime

import pytest

from support.checks import assert_message, assert_problem, nothing_changes, number_of, time_of
from support.raw_websocket import WebSocket

STREAM = "/api/v1/rooms/stream/messages"
FOUR_BYTES = "\U0001f98a"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_message_with_text_and_number(any_server):
    with any_server.api() as api:
        before = now()
        response = api.post(STREAM, json={"text": "первое", "client_seq": 41})
        assert response.status_code == 201
        message = response.json()
        assert_message(message, "первое", "stream", client_seq=41)
        assert (
            before - datetime.timedelta(seconds=1)
            <= parse_time(message["created_at"])
            <= now() + datetime.timedelta(seconds=1)
        )
        assert api.get(STREAM, params={"limit": 1}).json() == [message]


@pytest.mark.parametrize(
    "text", ["x" * 128, "ж" * 128, FOUR_BYTES * 128, "a\u0301" * 64, "\n" * 127 + "x", "\t" + "€" * 127, "x"]
)
def test_up_to_128_characters_pass(any_server, text):
    with any_server.api() as api:
        response = api.post(STREAM, json={"text": text, "client_seq": 0})
        assert response.status_code == 201, response.content
        assert response.json()["content"] == text
        assert api.get(STREAM, params={"limit": 1}).json()[0]["content"] == text


@pytest.mark.parametrize("text", ["x" * 129, "ж" * 129, FOUR_BYTES * 129, "a\u0301" * 65])
def test_129_characters_are_refused(any_server, text):
    with nothing_changes(any_server), any_server.api() as api:
        response = api.post(STREAM, json={"text": text, "client_seq": 1})
        body = assert_problem(response, 400, "invalid_argument")
        (violation,) = body["violations"]
        assert violation["field"] in ("text", "content")
        assert "128" in violation["reason"]


@pytest.mark.parametrize("numbers", [{}, {"client_seq": None}])
def test_client_seq_is_required(any_server, numbers):
    with nothing_changes(any_server), any_server.api() as api:
        assert_problem(api.post(STREAM, json={"text": "no number", **numbers}), 400, "invalid_argument", "client_seq")


@pytest.mark.parametrize("number", [-1, 2**63, -(2**63) - 1, 1.5, 1e300, "x", "", " 1", "1x", True, [], {}])
def test_odd_client_seq(server, api, number):
    with nothing_changes(server):
        assert_problem(
            api.post(STREAM, json={"text": "odd", "client_seq": number}), 400, "invalid_argument", "client_seq"
        )


@pytest.mark.parametrize(
    "number, expected", [(0, 0), (2**63 - 1, 2**63 - 1), ("7", 7), (str(2**63 - 1), 2**63 - 1)]
)
def test_client_seq_as_number_or_string(api, number, expected):
    response = api.post(STREAM, json={"text": "number", "client_seq": number})
    assert response.status_code == 201, response.content
    assert response.json()["client_seq"] == expected


def test_numbers_are_the_clients_own(api):
    """Repeated and falling numbers are the client's business; the server's positions order the messages."""
    sent = [api.post(STREAM, json={"text": f"n{number}", "client_seq": number}).json() for number in (5, 5, 3, 9)]
    assert [message["client_seq"] for message in sent] == [5, 5, 3, 9]
    numbers = [number_of(message["pos"]) for message in sent]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    times = [parse_time(message["created_at"]) for message in sent]
    assert times == sorted(times)


def test_text_and_content_exclude_each_other(server, api):
    with nothing_changes(server):
        assert_problem(api.post(STREAM, json={"text": "a", "content": "b", "client_seq": 1}), 400, "invalid_argument")
        assert_problem(api.post(STREAM, json={"client_seq": 1}), 400, "invalid_argument", "content")
        assert_problem(api.post(STREAM, json={"text": "", "client_seq": 1}), 400, "invalid_argument")


def test_the_viewer_sees_the_stream_in_order(any_server):
    with WebSocket(any_server.port, room="stream", after="") as viewer, any_server.api() as api:
        assert viewer.read_json()["subscribed"]["recovered"] is True
        sent = [
            api.post(STREAM, json={"text": f"message {number}", "client_seq": number}).json() for number in range(30)
        ]
        assert [viewer.read_json() for _ in sent] == sent


def test_history_of_the_last_minutes(any_server):
    with any_server.api() as api:
        sent = [api.post(STREAM, json={"text": f"h{number}", "client_seq": number}).json() for number in range(3)]
        for start in ("-10m", "-1m", "-600s", "-1h", "-7d"):
            messages = api.get(STREAM, params={"from": start, "limit": 3}).json()
            assert messages == sent[::-1], start

        first, last = sent[0]["created_at"], sent[-1]["created_at"]
        in_range = api.get(STREAM, params={"from": first, "to": last, "order": "asc", "limit": 500}).json()
        assert [message for message in in_range if message["pos"] == sent[0]["pos"]] == [sent[0]]
        assert all(time_of(sent[0]) <= time_of(message) < time_of(sent[-1]) for message in in_range)
        assert api.get(STREAM, params={"from": "-10m", "to": "-9m"}).json() == []
        assert api.get(STREAM, params={"to": "2001-01-01T00:00:00Z"}).json() == []

        with_zone = (parse_time(first) + datetime.timedelta(hours=3)).isoformat().replace("+00:00", "+03:00")
        assert api.get(STREAM, params={"from": with_zone, "limit": 3}).json() == sent[::-1]


def test_over_the_socket_as_well(any_server):
    with WebSocket(any_server.port, room="stream") as socket, any_server.api() as api:
        socket.send_json({"text": FOUR_BYTES * 128, "client_seq": 12})
        message = socket.read_json()
        assert_message(message, FOUR_BYTES * 128, "stream", client_seq=12)
        assert api.get(STREAM, params={"limit": 1}).json() == [message]
        with nothing_changes(any_server):
            socket.send_json({"text": FOUR_BYTES * 129, "client_seq": 13})
            error = socket.read_json()["error"]
            assert error["status"] == 400 and error["client_seq"] == 13
            socket.send_json({"text": "no number"})
            assert "client_seq" in [violation["field"] for violation in socket.read_json()["error"]["violations"]]
