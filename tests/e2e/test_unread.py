"""Cursors: what a user has not read, confirmed by reading or by ack, in one room and in all."""

import pytest

from support.checks import assert_problem, number_of
from support.people import fresh


@pytest.fixture
def room(anna):
    return anna.make_room()["id"]


def unread(guest, room, **body):
    answer = guest.api.post(f"/api/v1/rooms/{room}/unread", json=body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def contents(page):
    return [message["content"] for message in page.get("messages", [])]


def test_everything_since_the_last_request(anna, boris, room):
    for i in range(3):
        anna.send(room, str(i))
    page = unread(boris, room)
    assert contents(page) == ["0", "1", "2"] and number_of(page["pos"]) == 3 and page["remaining"] == 0
    assert contents(unread(boris, room)) == []
    anna.send(room, "3")
    assert contents(unread(boris, room)) == ["3"]
    assert contents(unread(anna, room)) == ["0", "1", "2", "3"]  # everybody has cursors of their own


def test_page_by_page(anna, boris, room):
    for i in range(7):
        anna.send(room, str(i))
    first = unread(boris, room, limit=3)
    assert contents(first) == ["0", "1", "2"] and first["remaining"] == 4
    assert contents(unread(boris, room, limit=3)) == ["3", "4", "5"]
    last = unread(boris, room, limit=3)
    assert contents(last) == ["6"] and last["remaining"] == 0


def test_peeking_and_acknowledging(anna, boris, room):
    sent = [anna.send(room, str(i)) for i in range(4)]
    for _ in range(2):
        page = unread(boris, room, commit=False)
        assert contents(page) == ["0", "1", "2", "3"] and number_of(page["pos"]) == 0
    page = unread(boris, room, commit=False, ack=sent[1]["pos"])
    assert contents(page) == ["2", "3"] and number_of(page["pos"]) == 2
    page = unread(boris, room, ack=sent[0]["pos"], commit=False)  # never back
    assert contents(page) == ["2", "3"]
    page = unread(boris, room, ack=sent[3]["pos"], limit=0)
    assert contents(page) == [] and page["remaining"] == 0


def test_own_and_deleted_messages_are_not_unread(anna, boris, room):
    for guest in (anna, boris):
        guest.api.put(f"/api/v1/rooms/{room}/members/me").raise_for_status()
    sent = [anna.send(room, str(i)) for i in range(3)]

    def counts():
        return [guest.api.get("/api/v1/unread").json()[0]["unread"] for guest in (anna, boris)]

    assert counts() == [0, 3]
    anna.api.delete(f"/api/v1/messages/{sent[0]['id']}").raise_for_status()
    assert counts() == [0, 2]
    boris.send(room, "an answer")
    page = unread(boris, room, limit=2)  # the deleted one, and one of two
    assert len(page["messages"]) == 2 and page["remaining"] == 1
    assert counts() == [1, 1]


def test_named_cursors(anna, boris, room):
    anna.send(room, "x")
    assert contents(unread(boris, room, cursor="phone")) == ["x"]
    assert contents(unread(boris, room, cursor="laptop")) == ["x"]
    assert contents(unread(boris, room, cursor="phone")) == []


def test_all_rooms_in_one_call(anna, boris):
    rooms = [anna.make_room() for _ in range(5)]
    for i, room in enumerate(rooms):
        boris.api.put(f"/api/v1/rooms/{room['id']}/members/me").raise_for_status()
        for _ in range(i):
            anna.send(room["id"], "x")
    counts = boris.api.get("/api/v1/unread").json()
    assert [(each["room"], each["unread"]) for each in counts] == [
        (room["name"], i) for i, room in enumerate(rooms)
    ]
    unread(boris, rooms[3]["id"])
    counts = {each["room"]: each["unread"] for each in boris.api.get("/api/v1/unread").json()}
    assert counts[rooms[3]["name"]] == 0 and counts[rooms[4]["name"]] == 4


def test_a_trimmed_room_has_no_more_unread_than_it_holds(anna, boris):
    room = anna.make_room(message_limit=3)["id"]
    boris.api.put(f"/api/v1/rooms/{room}/members/me").raise_for_status()
    for i in range(10):
        anna.send(room, str(i))
    (count,) = boris.api.get("/api/v1/unread").json()
    assert count["unread"] == 3
    assert contents(unread(boris, room)) == ["7", "8", "9"]


def test_refused_requests(any_server, anna, room):
    path = f"/api/v1/rooms/{room}/unread"
    for body, field in (
        ({"limit": -1}, "limit"),
        ({"limit": 501}, "limit"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "x" * 65}, "cursor"),
        ({"ack": "nonsense"}, "ack"),
    ):
        assert_problem(anna.api.post(path, json=body), 400, "invalid_argument", field)
    assert_problem(anna.api.post(path, json={"ack": "zzz:1"}), 409, "failed_precondition", "ack")
    assert_problem(anna.api.post("/api/v1/rooms/nowhere/unread", json={}), 404, "not_found")
    with any_server.api() as nobody:
        assert_problem(nobody.post(path, json={}), 401, "unauthenticated")
        assert_problem(nobody.get("/api/v1/unread"), 401, "unauthenticated")


def test_cursors_survive_becoming_an_account(anna, boris, room):
    anna.send(room, "x")
    unread(boris, room)
    boris.api.post("/api/v1/users", json={"username": fresh("account")}).raise_for_status()
    assert contents(unread(boris, room)) == []


def test_an_ack_from_the_future(anna, boris, room):
    sent = anna.send(room, "x")
    epoch = sent["pos"].split(":")[0]
    refused = boris.api.post(f"/api/v1/rooms/{room}/unread", json={"ack": f"{epoch}:99"})
    assert_problem(refused, 409, "failed_precondition", "ack")
