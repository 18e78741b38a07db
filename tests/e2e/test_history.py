"""Reading back: pages by offset, position and time, in both orders, and what is refused."""

import concurrent.futures

import pytest

from support.checks import assert_dense, assert_problem, epoch_of, nothing_changes, number_of, read_all, time_of
from support.fixtures import make_room


@pytest.fixture(scope="module")
def histories(sqlite_server, memory_server):
    """A room of 120 messages on each storage: {store: (server, room, messages, oldest first)}."""
    made = {}
    for name, server in (("sqlite", sqlite_server), ("memory", memory_server)):
        room = make_room(server)
        with server.api() as api:
            sent = [api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"m{n}"}).json() for n in range(120)]
        made[name] = (server, room, sent)
    return made


@pytest.fixture(params=["memory", "sqlite"])
def history(request, histories):
    server, room, sent = histories[request.param]
    with server.api() as api:
        yield lambda **params: _page(api, room, params), sent, server, room


def _page(api, room, params):
    response = api.get(f"/api/v1/rooms/{room}/messages", params=params)
    assert response.status_code == 200, response.content
    return response.json()


def test_newest_first_by_default(history):
    page, sent, _, _ = history
    assert page() == sent[::-1][:50]
    assert page(limit=500) == sent[::-1]
    assert page(limit=1) == sent[-1:]
    assert page(order="asc") == sent[:50]
    assert page(order="desc", limit=7) == sent[::-1][:7]
    assert_dense(page(limit=500, order="asc"), first=1)


def test_by_offset(history):
    page, sent, _, _ = history
    for order, expected in (("desc", sent[::-1]), ("asc", sent)):
        pages = [page(limit=50, offset=offset, order=order) for offset in (0, 50, 100, 150)]
        assert sum(pages, []) == expected
    assert page(offset=119) == sent[:1]
    assert page(offset=120) == [] and page(offset=2**40) == []


def test_by_offset_within_a_range_of_positions(history):
    page, sent, _, _ = history
    assert page(after=sent[9]["pos"], offset=5, limit=3) == sent[15:18]
    assert page(before=sent[20]["pos"], offset=5, limit=3) == sent[12:15][::-1]
    assert page(after=sent[9]["pos"], before=sent[20]["pos"], offset=8) == sent[18:20]
    assert page(after=sent[9]["pos"], offset=110) == []


def test_after_a_position(history):
    page, sent, _, _ = history
    assert page(after=sent[9]["pos"], limit=5) == sent[10:15]
    assert page(after=sent[9]["pos"], limit=5, order="desc") == sent[::-1][:5]
    assert page(after=sent[-1]["pos"]) == []
    assert page(after=f"{epoch_of(sent[0]['pos'])}:0", limit=3) == sent[:3]


def test_before_a_position(history):
    page, sent, _, _ = history
    assert page(before=sent[20]["pos"], limit=5) == sent[19:14:-1]
    assert page(before=sent[20]["pos"], limit=5, order="asc") == sent[:5]
    assert page(before=sent[0]["pos"]) == []
    assert page(after=sent[9]["pos"], before=sent[12]["pos"]) == sent[10:12]


def test_by_time(history):
    page, sent, _, _ = history
    first, last = sent[30]["created_at"], sent[60]["created_at"]
    expected = [message for message in sent if time_of(sent[30]) <= time_of(message) < time_of(sent[60])]
    assert page(**{"from": first, "to": last, "order": "asc", "limit": 500}) == expected
    assert time_of(page(**{"from": first, "limit": 500})[-1]) == time_of(sent[30])
    assert page(**{"from": first, "to": last, "order": "asc", "limit": 5, "offset": 5}) == expected[5:10]
    assert page(**{"from": "-10m", "limit": 500}) == sent[::-1]
    assert page(**{"to": "-1h"}) == []


def test_walking_by_position_meets_every_message_once(history):
    _, sent, server, room = history
    with server.api() as api:
        assert read_all(api, room, limit=7) == sent


def test_an_empty_room(any_server):
    room = make_room(any_server)
    with any_server.api() as api:
        assert _page(api, room, {}) == []
        pos = api.get(f"/api/v1/rooms/{room}").json()["pos"]
        assert number_of(pos) == 0
        assert _page(api, room, {"after": pos}) == []


def test_positions_are_dense_under_concurrent_writers(any_server):
    room = make_room(any_server)

    def write(writer):
        with any_server.api() as api:
            return [
                api.post(f"/api/v1/rooms/{room}/messages", json={"content": f"{writer}.{n}"}).json() for n in range(40)
            ]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        by_writer = list(pool.map(write, range(8)))
    with any_server.api() as api:
        messages = read_all(api, room)
    assert_dense(messages, first=1)
    assert sorted(sum(by_writer, []), key=lambda message: number_of(message["pos"])) == messages
    ids = [message["id"] for message in messages]
    times = [time_of(message) for message in messages]
    assert ids == sorted(set(ids)) and times == sorted(times)
    for sent in by_writer:  # a writer that waits for each answer finds its own order kept
        assert sent == sorted(sent, key=lambda message: number_of(message["pos"]))


LIMITS = [
    "0",
    "-1",
    "501",
    "2147483647",
    "2147483648",
    "4294967297",
    "9223372036854775808",
    "18446744073709551616",
    "1e3",
    "0x10",
    "%201",
    "1x",
    "+1",
    "1.0",
    "",
    "%00",
    "NaN",
    "%EF%BC%91",
    "1" * 1000,
]


@pytest.mark.parametrize("limit", LIMITS)
def test_refused_limits(server, api, limit):
    with nothing_changes(server):
        for path in ("/api/v1/rooms/stream/messages", "/api/v1/messages", "/api/v1/users", "/api/v1/rooms"):
            assert_problem(api.get(f"{path}?limit={limit}"), 400, "invalid_argument", "limit")


@pytest.mark.parametrize(
    "offset", ["-1", "9223372036854775808", "18446744073709551616", "1e3", "%201", "1x", "", "-9223372036854775809"]
)
def test_refused_offsets(server, api, offset):
    with nothing_changes(server):
        for path in ("/api/v1/rooms/stream/messages", "/api/v1/users", "/api/v1/rooms"):
            assert_problem(api.get(f"{path}?offset={offset}"), 400, "invalid_argument", "offset")


@pytest.mark.parametrize("offset", ["2147483648", "9223372036854775807"])
def test_huge_offsets_are_empty_pages(server, api, offset):
    with nothing_changes(server):
        assert api.get(f"/api/v1/rooms/stream/messages?offset={offset}").json() == []


@pytest.mark.parametrize("field", ["after", "before"])
@pytest.mark.parametrize(
    "pos",
    [
        "k3",
        "k3:",
        ":5",
        "k3:-1",
        "K3:1",
        "k3:1x",
        "k3:01x",
        "k3:9223372036854775808",
        "abcdefghijklmnopq:1",
        "k3%3A1%3A2",
        "%20k3:1",
        "0",
    ],
)
def test_refused_positions(server, api, field, pos):
    with nothing_changes(server):
        assert_problem(api.get(f"/api/v1/rooms/stream/messages?{field}={pos}"), 400, "invalid_argument", field)


def test_a_position_of_another_history_is_not_silently_empty(server, api):
    for field in ("after", "before"):
        response = api.get("/api/v1/rooms/stream/messages", params={field: "zzzz:1"})
        assert_problem(response, 409, "failed_precondition", field)


DATES = [
    "yesterday",
    "2024-13-01T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-01-01T24:00:01Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:00",
    "2024-01-01",
    "2024-1-1T00:00:00Z",
    "1704110400",
    "-10",
    "-10y",
    "--10m",
    "-",
    "-m",
    "-1x0m",
    "10m",
    "-99999999999999999999d",
    "-9223372036854775807d",
    "",
    "2024-01-01T00:00:00%2B25:00",
    "2024-01-01T00:00:00Zjunk",
    "%00",
]


@pytest.mark.parametrize("field", ["from", "to"])
@pytest.mark.parametrize("date", DATES)
def test_refused_dates(server, api, field, date):
    with nothing_changes(server):
        assert_problem(api.get(f"/api/v1/rooms/stream/messages?{field}={date}"), 400, "invalid_argument", field)


@pytest.mark.parametrize(
    "date",
    [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "1969-12-31T23:59:59Z",
        "2024-02-29T12:00:00.5-11:30",
        "-100000d",
    ],
)
def test_distant_dates_do_no_harm(server, api, date):
    with nothing_changes(server):
        response = api.get("/api/v1/rooms/stream/messages", params={"from": date})
        assert response.status_code in (200, 400), response.content


def test_a_range_of_time_that_ends_before_it_begins_is_empty(server, api):
    with nothing_changes(server):
        for start, end in (
            ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("-1m", "-10m"),
            ("-1m", "2024-01-01T00:00:00Z"),
        ):
            response = api.get("/api/v1/rooms/stream/messages", params={"from": start, "to": end})
            assert response.status_code == 200 and response.json() == []


def test_other_refused_queries(server, api):
    path = "/api/v1/rooms/stream/messages"
    with nothing_changes(server):
        pos = api.get("/api/v1/rooms/stream").json()["pos"]
        for order in ("up", "ASC", "order_asc", "1", ""):
            assert_problem(api.get(path, params={"order": order}), 400, "invalid_argument", "order")
        assert_problem(api.get(path, params={"unknown": "1"}), 400, "invalid_argument", "unknown")
        assert_problem(api.get(path + "?limit=1&limit=2"), 400, "invalid_argument", "limit")
        assert_problem(api.get(path, params={"room": "lobby"}), 400, "invalid_argument", "room")
        assert_problem(api.get("/api/v1/users", params={"after": pos}), 400, "invalid_argument", "after")
