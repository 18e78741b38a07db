"""What becomes of messages: replies, edits, deletions, reactions; every change takes a position and reaches everybody."""

import pytest

from support.checks import TIMESTAMP, assert_dense, assert_problem, nothing_changes, number_of, read_all
from support.people import Guest
from support.raw_websocket import WebSocket
from support.sse import EventStream


@pytest.fixture
def room(anna):
    return anna.make_room()["id"]


def test_an_edit(any_server, anna, room):
    sent = anna.send(room, "first")
    with EventStream(any_server.port, room) as stream, WebSocket(any_server.port, room=room) as socket:
        stream.next()
        edited = anna.api.patch(f"/api/v1/messages/{sent['id']}", json={"content": "second"})
        assert edited.status_code == 200
        message = edited.json()
        assert message == {**sent, "content": "second", "edited_at": message["edited_at"]}
        assert TIMESTAMP.match(message["edited_at"])
        event = stream.next()
        assert event.kind == "edited" and number_of(event.id) == 2
        assert event.json() == {"pos": event.id, "message": message, "user_id": anna.id}
        assert socket.read_json() == {"edited": event.json()}
    assert read_all(anna.api, room) == [message]
    again = anna.api.patch(f"/api/v1/messages/{sent['id']}", json={"content": "second"})
    assert again.json() == message
    assert number_of(anna.api.get(f"/api/v1/rooms/{room}").json()["pos"]) == 2


def test_a_deletion(any_server, anna, room):
    sent = anna.send(room, "secret", nonce="n")
    with EventStream(any_server.port, room) as stream:
        stream.next()
        assert anna.api.delete(f"/api/v1/messages/{sent['id']}").json() == {}
        event = stream.next()
        assert event.kind == "deleted"
        assert event.json() == {"pos": event.id, "message_id": sent["id"], "user_id": anna.id}
    (tombstone,) = read_all(anna.api, room)
    assert tombstone["deleted"] is True and tombstone["content"] == "" and tombstone["pos"] == sent["pos"]
    assert anna.api.delete(f"/api/v1/messages/{sent['id']}").status_code == 200  # again changes nothing
    assert number_of(anna.api.get(f"/api/v1/rooms/{room}").json()["pos"]) == 2
    for answer in (
        anna.api.patch(f"/api/v1/messages/{sent['id']}", json={"content": "back"}),
        anna.api.put(f"/api/v1/messages/{sent['id']}/reactions/👍"),
        anna.api.post(f"/api/v1/rooms/{room}/messages", json={"content": "x", "reply_to": sent["id"]}),
    ):
        assert_problem(answer, 409, "failed_precondition")


def test_a_reply(anna, boris, room):
    question = anna.send(room, "question")
    answer = boris.send(room, "answer", reply_to=question["id"])
    assert answer["reply_to"] == question["id"]
    other = boris.make_room()["id"]
    for reply_to in (question["id"], 10**12):
        refused = boris.api.post(f"/api/v1/rooms/{other}/messages", json={"content": "x", "reply_to": reply_to})
        assert_problem(refused, 409, "failed_precondition")
    for reply_to in (0, -1):
        refused = boris.api.post(f"/api/v1/rooms/{room}/messages", json={"content": "x", "reply_to": reply_to})
        assert_problem(refused, 400, "invalid_argument", "reply_to")


def test_reactions(any_server, anna, boris, room):
    sent = anna.send(room, "nice")
    path = f"/api/v1/messages/{sent['id']}/reactions"
    with EventStream(any_server.port, room) as stream:
        stream.next()
        assert anna.api.put(f"{path}/👍").json() == {"count": 1}
        assert boris.api.put(f"{path}/👍").json() == {"count": 2}
        assert boris.api.put(f"{path}/👍").json() == {"count": 2}  # again changes nothing
        assert boris.api.put(f"{path}/❤️").json() == {"count": 1}
        events = [stream.next() for _ in range(3)]
        assert {event.kind for event in events} == {"reaction"}
        assert events[1].json() == {
            "pos": events[1].id,
            "message_id": sent["id"],
            "emoji": "👍",
            "user_id": boris.id,
            "added": True,
            "count": 2,
        }
        (message,) = read_all(anna.api, room)
        assert message["reactions"] == [
            {"emoji": "👍", "count": 2, "user_ids": [anna.id, boris.id]},
            {"emoji": "❤️", "count": 1, "user_ids": [boris.id]},
        ]
        assert anna.api.delete(f"{path}/👍").json() == {"count": 1}
        assert boris.api.delete(f"{path}/👍").json() == {"count": 0}
        assert stream.next().json()["count"] == 1
        last = stream.next()
        assert (last.json()["added"], last.json()["count"]) == (False, 0)
        assert_dense([{"pos": event.id} for event in [*events]], 2)
    (message,) = read_all(anna.api, room)
    assert [reaction["emoji"] for reaction in message["reactions"]] == ["❤️"]


@pytest.mark.parametrize("emoji", ["x", "1", "👍👍", "%20", "ж", "<b>", "%F0%9F%A6", "a👍"])
def test_what_is_no_emoji(any_server, anna, room, emoji):
    sent = anna.send(room, "x")
    with nothing_changes(any_server, room):
        refused = anna.api.put(f"/api/v1/messages/{sent['id']}/reactions/{emoji}")
        assert_problem(refused, 400, "invalid_argument")


def test_who_may_change_a_message(any_server, anna, boris):
    mine = anna.make_room()["id"]
    sent = boris.send(mine, "in a room of anna")
    own = anna.send(mine, "of anna")
    stranger = Guest(any_server)
    with nothing_changes(any_server, mine):
        for guest, message in ((boris, own), (stranger, sent)):
            assert_problem(
                guest.api.patch(f"/api/v1/messages/{message['id']}", json={"content": "x"}), 403, "permission_denied"
            )
            assert_problem(guest.api.delete(f"/api/v1/messages/{message['id']}"), 403, "permission_denied")
        with any_server.api() as nobody:
            assert_problem(nobody.delete(f"/api/v1/messages/{sent['id']}"), 401, "unauthenticated")
            assert_problem(nobody.put(f"/api/v1/messages/{sent['id']}/reactions/👍"), 401, "unauthenticated")
    assert anna.api.delete(f"/api/v1/messages/{sent['id']}").status_code == 200  # the owner of the room may


def test_unknown_messages(any_server, anna):
    with nothing_changes(any_server, "lobby"):
        for number in (0, -1, 10**15):
            assert_problem(anna.api.get(f"/api/v1/messages/{number}"), 404, "not_found")
            assert_problem(anna.api.patch(f"/api/v1/messages/{number}", json={"content": "x"}), 404, "not_found")
            assert_problem(anna.api.delete(f"/api/v1/messages/{number}"), 404, "not_found")
            assert_problem(anna.api.put(f"/api/v1/messages/{number}/reactions/👍"), 404, "not_found")


def test_edits_obey_the_rules_of_texts(any_server, anna, room):
    sent = anna.send(room, "x")
    with nothing_changes(any_server, room):
        for content in ("a\u0000b", "x" * 16_385):
            refused = anna.api.patch(f"/api/v1/messages/{sent['id']}", json={"content": content})
            assert_problem(refused, 400, "invalid_argument", "content")
        refused = anna.api.patch(f"/api/v1/messages/{sent['id']}", json={"content": ""})
        assert_problem(refused, 409, "failed_precondition", "content")


def test_who_resumes_ends_with_the_present_state(any_server, anna, boris, room):
    first = anna.send(room, "first")
    second = anna.send(room, "second")
    third = anna.send(room, "third")
    anna.api.patch(f"/api/v1/messages/{first['id']}", json={"content": "changed"}).raise_for_status()
    anna.api.delete(f"/api/v1/messages/{second['id']}").raise_for_status()
    boris.api.put(f"/api/v1/messages/{third['id']}/reactions/👍").raise_for_status()
    history = read_all(anna.api, room)
    start = first["pos"].split(":")[0] + ":0"
    with EventStream(any_server.port, room, after=start) as stream:
        assert stream.next().json()["recovered"] is True
        events = [stream.next() for _ in range(6)]
    assert_dense([{"pos": event.id} for event in events], 1)
    assert [event.kind for event in events] == ["message"] * 3 + ["edited", "deleted", "reaction"]
    seen = {}
    for event in events:
        body = event.json()
        if event.kind == "message":
            seen[body["id"]] = body
        elif event.kind == "edited":
            seen[body["message"]["id"]] = body["message"]
    assert list(seen.values()) == history


def test_positions_page_over_changes(anna, room):
    sent = []
    for i in range(30):
        sent.append(anna.send(room, str(i)))
        anna.api.put(f"/api/v1/messages/{sent[-1]['id']}/reactions/👍").raise_for_status()
        sent[-1]["reactions"] = [{"emoji": "👍", "count": 1, "user_ids": [anna.id]}]
    path = f"/api/v1/rooms/{room}/messages"
    for offset in (0, 1, 7, 29, 30):
        page = anna.api.get(path, params={"offset": offset, "limit": 5}).json()
        assert page == sent[::-1][offset : offset + 5]
        page = anna.api.get(path, params={"offset": offset, "limit": 5, "order": "asc"}).json()
        assert page == sent[offset : offset + 5]
    assert anna.api.get(path, params={"after": sent[9]["pos"], "limit": 3}).json() == sent[10:13]
    assert anna.api.get(path, params={"before": sent[9]["pos"], "limit": 3}).json() == sent[8:5:-1]
