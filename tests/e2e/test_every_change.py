"""Whatever happens in a room reaches the subscribers of every transport in one order, and who follows it from any point
ends with the room as it is.
"""

import random

import grpc
import pytest

from support import raw_http
from support.checks import assert_dense, read_all
from support.people import Guest
from support.transports import READERS, every_change

EMOJI = ["👍", "❤️", "🎉"]


class Model:
    """What a client knows that has nothing but the events."""

    def __init__(self):
        self.messages = {}
        self.members = set()
        self.rules = {}

    def take(self, event):
        ((kind, body),) = event.items()
        if kind == "message":
            self.messages[body["id"]] = body
        elif kind == "edited":
            self.messages[body["message"]["id"]] = body["message"]
        elif kind == "deleted":
            self.messages[body["message_id"]]["deleted"] = True
        elif kind == "reaction":
            reactions = self.messages[body["message_id"]].setdefault("counts", {})
            reactions[body["emoji"]] = body["count"]
        elif kind == "member":
            (self.members.add if body["joined"] else self.members.discard)(body["user_id"])
        elif kind == "rules":
            self.rules = {name: body[name] for name in ("read_only", "message_limit") if name in body}

    def text_of_messages(self):
        return {
            number: None if message.get("deleted") else message["content"] for number, message in self.messages.items()
        }


def stir(rng, guests, room, changes):
    """Random changes, one after the other; returns how many took a position."""
    owner = guests[0]
    sent, taken = [], 0
    before = owner.api.get(f"/api/v1/rooms/{room}").json()["pos"]
    for number in range(changes):
        guest = rng.choice(guests)
        what = rng.choice(["send", "send", "edit", "delete", "react", "unreact", "join", "leave", "rules"])
        if what == "send" or not sent:
            sent.append((guest, guest.send(room, f"text {number}")["id"]))
            continue
        author, message = rng.choice(sent)
        path = f"/api/v1/messages/{message}"
        if what == "edit":
            author.api.patch(path, json={"content": f"edit {number}"})
        elif what == "delete":
            owner.api.delete(path)
        elif what in ("react", "unreact"):
            (guest.api.put if what == "react" else guest.api.delete)(f"{path}/reactions/{rng.choice(EMOJI)}")
        elif what in ("join", "leave"):
            (guest.api.put if what == "join" else guest.api.delete)(f"/api/v1/rooms/{room}/members/me")
        else:
            owner.api.patch(f"/api/v1/rooms/{room}", json={"message_limit": rng.choice([0, 1000, 2000])})
    after = owner.api.get(f"/api/v1/rooms/{room}").json()["pos"]
    taken = int(after.split(":")[1]) - int(before.split(":")[1])
    return taken


def check(model, guests, room):
    owner = guests[0]
    history = read_all(owner.api, room)
    texts = {message["id"]: None if message.get("deleted") else message["content"] for message in history}
    assert model.text_of_messages() == texts
    for message in history:
        counts = {each["emoji"]: each["count"] for each in message.get("reactions", [])}
        told = {emoji: count for emoji, count in model.messages[message["id"]].get("counts", {}).items() if count > 0}
        assert message.get("deleted") or told == counts, message
    members = owner.api.get(f"/api/v1/rooms/{room}/members", params={"limit": 500}).json()
    assert model.members == {member["user_id"] for member in members}


@pytest.mark.seconds(60)
@pytest.mark.parametrize("seed", range(3))
def test_every_transport_tells_every_change(any_server, seed):
    rng = random.Random(seed)
    guests = [Guest(any_server) for _ in range(3)]
    room = guests[0].make_room()["name"]
    readers = {name: make(any_server, room) for name, make in READERS.items()}
    taken = stir(rng, guests, room, 60)
    seen = {name: [every_change(reader) for _ in range(taken)] for name, reader in readers.items()}
    assert_dense([next(iter(event.values())) for event in seen["sse"]], 1)
    assert seen["websocket"] == seen["sse"] == seen["rpc"]
    assert [next(iter(event)) for event in seen["grpc"]] == [next(iter(event)) for event in seen["sse"]]
    assert [next(iter(e.values()))["pos"] for e in seen["grpc"]] == [next(iter(e.values()))["pos"] for e in seen["sse"]]
    model = Model()
    for event in seen["sse"]:
        model.take(event)
    check(model, guests, room)
    for reader in readers.values():
        reader.close()


@pytest.mark.seconds(60)
@pytest.mark.parametrize("seed", range(3))
def test_who_reconnects_anywhere_over_anything_ends_with_the_room(any_server, seed):
    rng = random.Random(seed)
    guests = [Guest(any_server) for _ in range(3)]
    room = guests[0].make_room()
    position = room["pos"]
    model = Model()
    left = 0
    for _ in range(8):
        left += stir(rng, guests, room["name"], 15)
        reader = READERS[rng.choice(["websocket", "sse", "rpc"])](any_server, room["name"], after=position)
        assert reader.subscribed["recovered"] is True
        for _ in range(rng.randint(0, left)):
            event = every_change(reader)
            model.take(event)
            position = next(iter(event.values()))["pos"]
            left -= 1
        reader.close()
    reader = READERS["sse"](any_server, room["name"], after=position)
    for _ in range(left):
        model.take(every_change(reader))
    reader.close()
    check(model, guests, room["name"])


@pytest.mark.parametrize("transport", READERS)
def test_every_transport_ends_with_the_room(any_server, transport):
    owner = Guest(any_server)
    room = owner.make_room()
    reader = READERS[transport](any_server, room["name"])
    owner.send(room["id"], "one")
    assert owner.api.delete(f"/api/v1/rooms/{room['id']}").status_code == 200
    assert "message" in every_change(reader)
    closed = every_change(reader)["closed"]
    assert closed["reason"] == "requested" and closed["pos"].endswith(":2")
    if transport == "websocket":
        assert reader._socket.read_close() == (1000, "the room was closed")
    elif transport == "rpc":
        assert reader._socket.call("ops.GetVersion")
    elif transport == "grpc":
        with pytest.raises(raw_http.Closed):
            every_change(reader)
        assert reader._call.code() == grpc.StatusCode.OK
    else:
        with pytest.raises(raw_http.Closed):
            every_change(reader)
    reader.close()
