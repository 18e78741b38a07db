"""Assertions that many tests share: the error shape, message shapes, and that a refused request changed nothing."""

import contextlib
import datetime
import re
from urllib.parse import quote

from . import raw_http

CODES = {
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
}
STATUS_OF = {
    "invalid_argument": 400,
    "unauthenticated": 401,
    "permission_denied": 403,
    "not_found": 404,
    "already_exists": 409,
    "failed_precondition": 409,
    "resource_exhausted": 429,
    "unavailable": 503,
    "deadline_exceeded": 504,
}
POSITION = re.compile(r"^[0-9a-z]{1,16}:(0|[1-9][0-9]*)$")
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def assert_problem_body(body, status, code=None, field=None):
    """The members of application/problem+json (RFC 9457) as the contract has them."""
    assert isinstance(body, dict), body
    for member in ("type", "title", "detail", "code"):
        assert isinstance(body.get(member), str) and body[member], f"{member} is missing in {body}"
    assert body["status"] == status, body
    assert body["code"] in CODES, body
    if code:
        assert body["code"] == code, body
    known = {"type", "title", "status", "detail", "code", "violations", "request_id", "client_seq", "nonce"}
    assert set(body) <= known, f"unexpected members in {body}"
    for violation in body.get("violations", []):
        assert set(violation) == {"field", "reason"} and violation["field"] and violation["reason"], body
    if field:
        fields = [violation["field"] for violation in body.get("violations", [])]
        assert field in fields, f"{field} is not among the violations of {body}"


def assert_problem(response, status, code=None, field=None):
    """The whole error shape of an HTTP answer."""
    assert response.status_code == status, f"{response.status_code} instead of {status}: {response.content[:500]!r}"
    assert response.headers["content-type"].split(";")[0] == "application/problem+json", response.headers
    body = response.json()
    assert_problem_body(body, status, code, field)
    assert body["request_id"] == response.headers["x-request-id"], (body, response.headers)
    if status in (429, 503):
        assert int(response.headers["retry-after"]) >= 0
    return body


def assert_message(message, content=None, room=None, **members):
    """A message as every reader gets it, with exactly the given optional members."""
    expected = {"id", "room", "pos", "content", "created_at"} | {
        name for name, value in members.items() if value is not None
    }
    assert set(message) == expected, message
    assert isinstance(message["id"], int) and message["id"] > 0
    assert POSITION.match(message["pos"]), message
    assert TIMESTAMP.match(message["created_at"]), message
    if content is not None:
        assert message["content"] == content
    if room is not None:
        assert message["room"] == room
    for name, value in members.items():
        assert message.get(name) == value, message


def time_of(message):
    """The message's time as (seconds, nanoseconds); the text has no trailing zeros, so texts do not compare."""
    whole, _, fraction = message["created_at"].removesuffix("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(moment.timestamp()), int(fraction.ljust(9, "0") or 0)


def number_of(pos):
    assert POSITION.match(pos), pos
    return int(pos.split(":")[1])


def epoch_of(pos):
    assert POSITION.match(pos), pos
    return pos.split(":")[0]


def assert_dense(messages, first=None):
    """Positions that rise by one, in one epoch."""
    numbers = [number_of(message["pos"]) for message in messages]
    start = numbers[0] if first is None and numbers else first
    assert numbers == list(
        range(start or 0, (start or 0) + len(numbers))
    ), f"not dense from {start}: {_first_break(numbers, start)}"
    assert len({epoch_of(message["pos"]) for message in messages}) <= 1


def _first_break(numbers, start):
    for index, number in enumerate(numbers):
        if number != start + index:
            return f"{number} instead of {start + index} at index {index} of {len(numbers)}"
    return "none"


def state_of(api, room):
    """What a refused request must leave as it was."""
    found = api.get(f"/api/v1/rooms/{quote(room, safe='')}").json()
    stats = api.get("/stats").json()
    return {
        "pos": found["pos"],
        "room_messages": found["message_count"],
        "users": stats["users"],
        "rooms": stats["rooms"],
        "messages": stats["messages"],
    }


@contextlib.contextmanager
def nothing_changes(server, room="stream"):
    """What runs inside leaves users, rooms and messages as they are, and a server that answers at once."""
    api = server.api()
    before = state_of(api, room)
    yield
    assert server.alive(), f"the server ended:\n{server.tail()}"
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/livez"))
    assert response.status_code == 200
    assert state_of(server.api(), room) == before


def read_all(api, room, limit=500):
    """The whole history of a room, oldest first, page by page."""
    messages = []
    after = None
    while True:
        params = {"limit": limit, "order": "asc", **({"after": after} if after else {})}
        response = api.get(f"/api/v1/rooms/{room}/messages", params=params)
        assert response.status_code == 200, response.content
        page = response.json()
        messages += page
        if len(page) < limit:
            return messages
        after = page[-1]["pos"]
