"""Many rooms on one socket of `/rpc`: subscriptions, resumes, slow readers, typing."""

import concurrent.futures
import contextlib
import random
import threading
import time

import pytest

from support import raw_http
from support.checks import assert_dense, epoch_of, number_of, read_all
from support.fixtures import make_room
from support.raw_websocket import TEXT, WebSocket, encode_frame
from support.rpc import Rpc, RpcError
from support.sse import EventStream
from support.timing import patient
from support.transports import READERS, comparable


def refusal(rpc, method, params):
    with pytest.raises(RpcError) as refused:
        rpc.call(method, params)
    return refused.value.data["code"]


def write(server, room, count, content="m{}"):
    with server.api() as api:
        answers = [api.post(f"/api/v1/rooms/{room}/messages", json={"content": content.format(n)}) for n in range(count)]
    assert all(answer.status_code == 201 for answer in answers)
    return [answer.json() for answer in answers]


def test_events_of_several_rooms(any_server):
    rooms = [make_room(any_server) for _ in range(5)]
    with Rpc(any_server.port) as rpc, any_server.api() as api:
        for room in rooms:
            subscribed = rpc.call("chat.Subscribe", {"room": room})
            assert subscribed == {"room": room, "pos": subscribed["pos"], "recovered": True}
        ids = {room: api.get(f"/api/v1/rooms/{room}").json()["id"] for room in rooms}
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            sent = dict(zip(rooms, pool.map(lambda room: write(any_server, room, 20), rooms)))
        seen = {room: [] for room in rooms}
        for _ in range(100):
            event = rpc.next_event()
            assert set(event) == {"room", "room_id", "message"} and event["room_id"] == ids[event["room"]]
            seen[event["room"]].append(event["message"])
        assert seen == sent


def test_what_can_be_asked_for_and_what_not(any_server):
    room = make_room(any_server)
    with Rpc(any_server.port) as rpc, any_server.api() as api:
        rpc.call("chat.Subscribe", {"room": room})
        room_id = api.get(f"/api/v1/rooms/{room}").json()["id"]
        assert refusal(rpc, "chat.Subscribe", {"room": room}) == "already_exists"
        assert refusal(rpc, "chat.Subscribe", {"room": room_id}) == "already_exists"
        assert refusal(rpc, "chat.Subscribe", {"room": "nowhere"}) == "not_found"
        assert refusal(rpc, "chat.Subscribe", {"room": "stream", "after": "junk"}) == "invalid_argument"
        assert refusal(rpc, "chat.Unsubscribe", {"room": "stream"}) == "not_found"
        assert refusal(rpc, "chat.Unsubscribe", {"room": "nowhere"}) == "not_found"
        assert refusal(rpc, "chat.SendTyping", {"room": "stream"}) == "failed_precondition"
        assert refusal(rpc, "chat.SendTyping", {"room": room, "username": "a\nb"}) == "invalid_argument"
        rpc.call("chat.SendMessage", {"room": room, "content": "in between"})
        assert rpc.next_event()["message"]["content"] == "in between"
        assert rpc.call("chat.Unsubscribe", {"room": room_id}) == {}
        write(any_server, room, 3)
        assert rpc.call("ping") == {} and not rpc.events
        again = rpc.call("chat.Subscribe", {"room": room})
        assert number_of(again["pos"]) == 4


def test_subscriptions_begun_and_ended_in_a_row(any_server):
    room = make_room(any_server)
    write(any_server, room, 5)
    beginning = {"room": room, "after": f"{epoch_of(write(any_server, room, 1)[0]['pos'])}:0"}
    with Rpc(any_server.port) as rpc:
        for _ in range(50):
            calls = [rpc.start("chat.Subscribe", beginning), rpc.start("chat.Unsubscribe", {"room": room})]
            for call in calls:
                # Whichever overtakes the other, both are answered.
                with contextlib.suppress(RpcError):
                    rpc.result(call)
            with contextlib.suppress(RpcError):
                rpc.call("chat.Unsubscribe", {"room": room})
        rpc.call("ping")
        rpc.events.clear()
        rpc.call("chat.Subscribe", beginning)
        assert_dense([rpc.next_event()["message"] for _ in range(6)], first=1)


def test_many_rooms_come_back_with_one_batch(any_server):
    rooms = [make_room(any_server) for _ in range(60)]
    before = {room: write(any_server, room, 2)[0]["pos"] for room in rooms}
    with Rpc(any_server.port) as rpc:
        answers = rpc.batch([("chat.Subscribe", {"room": room, "after": before[room]}) for room in rooms])
        assert not rpc.events, "no event comes before the answer that tells where it belongs"
        assert [answer["result"] for answer in answers] == [
            {"room": room, "pos": before[room], "recovered": True} for room in rooms
        ]
        missed = [rpc.next_event() for _ in rooms]
        assert sorted(event["room"] for event in missed) == sorted(rooms)
        assert all(number_of(event["message"]["pos"]) == 2 for event in missed)
        write(any_server, rooms[7], 1)
        assert rpc.next_event()["room"] == rooms[7]


def test_a_position_that_is_not_known(any_server):
    room = make_room(any_server)
    sent = write(any_server, room, 60)
    with Rpc(any_server.port) as rpc:
        subscribed = rpc.call("chat.Subscribe", {"room": room, "after": "zzzz:5"})
        assert subscribed["recovered"] is False and subscribed["gap"] == {"to": sent[9]["pos"]}
        assert [rpc.next_event()["message"] for _ in range(50)] == sent[10:]


@pytest.mark.seconds(90)
def test_a_thousand_rooms_on_one_socket(start_server):
    server = start_server(store="memory")
    with Rpc(server.port, within=30) as rpc:
        rooms = [f"r{n}" for n in range(1000)]
        for answers in range(0, 1000, 100):
            rpc.batch([("chat.CreateRoom", {"name": name}) for name in rooms[answers : answers + 100]], within=30)
        for first in range(0, 1000, 100):
            for answer in rpc.batch([("chat.Subscribe", {"room": name}) for name in rooms[first : first + 100]], within=30):
                assert answer["result"]["recovered"] is True
        with pytest.raises(RpcError) as refused:
            rpc.call("chat.Subscribe", {"room": "stream"})
        assert refused.value.data["code"] == "resource_exhausted" and "--max-rooms-per-socket" in refused.value.message

        with Rpc(server.port, within=30) as writer:
            calls = [writer.start("chat.SendMessage", {"room": name, "content": f"{turn}"}) for turn in range(3) for name in rooms]
            for call in calls:
                writer.result(call, within=30)
        seen = {}
        for _ in range(3000):
            event = rpc.next_event(within=30)
            seen.setdefault(event["room"], []).append(event["message"])
        assert sorted(seen) == sorted(rooms)
        for messages in seen.values():
            assert_dense(messages, first=1)
        rpc.call("chat.Unsubscribe", {"room": "r0"})
        assert rpc.call("chat.Subscribe", {"room": "stream"})["recovered"] is True


def test_the_number_of_rooms_is_a_setting(start_server):
    server = start_server("--max-rooms-per-socket", "1", store="memory")
    with Rpc(server.port) as rpc:
        rpc.call("chat.Subscribe", {"room": "lobby"})
        assert refusal(rpc, "chat.Subscribe", {"room": "stream"}) == "resource_exhausted"


def slow_rpc(server):
    """A socket with a tiny receive buffer."""
    with raw_http.small_receive_buffers():
        return Rpc(server.port, within=30)


def flood(server, room, count, size=8000):
    with WebSocket(server.port, room=room, within=30) as writer:
        text = b'{"content":"%s"}' % (b"." * size)
        sent = seen = 0
        while seen < count:
            while sent < count and sent - seen < 32:
                writer.send_bytes(encode_frame(TEXT, text))
                sent += 1
            writer.read_json()
            seen += 1


COUNT = 1500


@pytest.mark.seconds(90)
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_one_who_reads_too_slowly_is_told_the_gap_of_each_room(start_server, store):
    server = start_server("--window-bytes", "512KiB", store=store)
    with server.api() as api:
        api.post("/api/v1/rooms", json={"name": "other"})
    with slow_rpc(server) as rpc:
        for room in ("lobby", "other", "stream"):
            rpc.call("chat.Subscribe", {"room": room, "on_slow": "gap"})
        for room in ("lobby", "other"):  # who has seen nothing yet is given all of it from the storage
            write(server, room, 1)
            assert rpc.next_event()["room"] == room
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda room: flood(server, room, COUNT), ["lobby", "other"]))
        with server.api() as api:
            api.post("/api/v1/rooms/stream/messages", json={"content": "the quiet room", "client_seq": 1})
        expected = {"lobby": 2, "other": 2}
        gaps = quiet = 0
        while quiet == 0 or any(number <= COUNT + 1 for number in expected.values()):
            event = rpc.next_event(within=20)
            if event["room"] == "stream":
                assert event["message"]["content"] == "the quiet room"
                quiet += 1
            elif "gap" in event:
                assert number_of(event["gap"]["from"]) == expected[event["room"]]
                expected[event["room"]] = number_of(event["gap"]["to"]) + 1
                gaps += 1
            else:
                assert number_of(event["message"]["pos"]) == expected[event["room"]]
                expected[event["room"]] += 1
        assert gaps >= 2 and quiet == 1
        assert rpc.call("ping") == {}


@pytest.mark.timing
@pytest.mark.seconds(90)
def test_one_who_reads_too_slowly_is_disconnected_and_comes_back(start_server):
    server = start_server("--window-bytes", "512KiB", store="sqlite")
    positions = {}
    with slow_rpc(server) as rpc:
        for room in ("lobby", "stream"):
            positions[room] = rpc.call("chat.Subscribe", {"room": room})["pos"]
        flood(server, "lobby", COUNT)
        with pytest.raises(raw_http.Closed) as end:
            rpc.read_while(lambda: True, within=30)
        assert r"\x0f\xa8too slow in " in str(end.value), end.value  # 4008
        for event in rpc.events:
            positions[event["room"]] = event["message"]["pos"]
        had = [event["message"] for event in rpc.events]
    with Rpc(server.port) as again:
        for room, after in positions.items():
            assert again.call("chat.Subscribe", {"room": room, "after": after})["recovered"] is True
        rest = [again.next_event()["message"] for _ in range(COUNT - len(had))]
    assert len(had) < COUNT
    with server.api() as api:
        assert had + rest == read_all(api, "lobby")


def test_typing_reaches_the_others(any_server):
    room = make_room(any_server)
    with Rpc(any_server.port) as one, Rpc(any_server.port) as two, WebSocket(any_server.port, room=room) as plain:
        with EventStream(any_server.port, room) as stream:
            began = stream.next().id
            others = [Rpc(any_server.port) for _ in range(4)]  # on every core
            begun = time.monotonic()
            for rpc in (one, two, *others):
                rpc.call("chat.Subscribe", {"room": room})
            assert one.call("chat.SendTyping", {"room": room, "user_id": 1, "username": "admin"}) == {}
            expected = {"room": room, "user_id": 1, "username": "admin"}
            assert two.next_typing() == expected
            for rpc in others:
                assert rpc.next_typing() == expected
                rpc.connection.socket.close()
            event = stream.next()
            assert event.kind == "typing" and event.json() == expected
            assert stream.last_id == began, "it has no position"
        # Not more often than once a second for one who types, and never to oneself or on /ws.
        for _ in range(20):
            one.call("chat.SendTyping", {"room": room})
        one.call("chat.SendMessage", {"room": room, "content": "typed"})
        assert two.next_event()["message"]["content"] == "typed" and len(two.typing) <= time.monotonic() - begun
        assert plain.read_json()["content"] == "typed"
        assert not one.typing


class Follower(threading.Thread):
    """Follows several rooms over ever other transports, cut off at random moments; never sees a hole or a repeat."""

    def __init__(self, server, rooms, total, seed):
        super().__init__(daemon=True)
        self.server, self.rooms, self.total = server, rooms, total
        self.chance = random.Random(seed)
        self.seen = {room: [] for room in rooms}
        self.after = {}
        self.failure = None

    def run(self):
        try:
            with self.server.api() as api:
                for room in self.rooms:
                    self.after[room] = epoch_of(api.get(f"/api/v1/rooms/{room}").json()["pos"]) + ":0"
            while any(self.missing(room) for room in self.rooms):
                if self.chance.random() < 0.5:
                    self.over_rpc()
                else:
                    self.over_one(self.chance.choice(["websocket", "sse", "grpc", "rpc"]))
        except BaseException as failure:
            self.failure = failure

    def missing(self, room):
        return self.total - len(self.seen[room])

    def take(self, room, message):
        self.seen[room].append(comparable(message))
        self.after[room] = message["pos"]

    def over_rpc(self):
        with Rpc(self.server.port) as rpc:
            rooms = [room for room in self.rooms if self.missing(room)]
            asked = [{"room": room, "after": self.after[room]} for room in rooms]
            if self.chance.random() < 0.5:
                answers = [answer["result"] for answer in rpc.batch([("chat.Subscribe", one) for one in asked])]
            else:
                calls = [rpc.start("chat.Subscribe", one) for one in asked]
                answers = [rpc.result(call) for call in calls]
            assert all(answer["recovered"] for answer in answers), answers
            for _ in range(min(self.chance.randrange(1, 80), sum(map(self.missing, rooms)))):
                event = rpc.next_event()
                self.take(event["room"], event["message"])

    def over_one(self, transport):
        room = self.chance.choice([room for room in self.rooms if self.missing(room)])
        reader = READERS[transport](self.server, room, after=self.after[room])
        try:
            assert reader.subscribed["recovered"] is True, reader.subscribed
            for _ in range(min(self.chance.randrange(1, 40), self.missing(room))):
                self.take(room, reader.next())
        finally:
            reader.close()


@pytest.mark.seconds(90)
def test_random_reconnects_over_random_transports(any_server):
    rooms, each = [make_room(any_server) for _ in range(3)], 150
    followers = [Follower(any_server, rooms, each, seed) for seed in range(6)]
    for follower in followers:
        follower.start()
    with Rpc(any_server.port) as writer:
        for n in range(each):
            calls = [writer.start("chat.SendMessage", {"room": room, "content": f"{n} ✓", "client_seq": n}) for room in rooms]
            for call in calls:
                writer.result(call)
    for follower in followers:
        follower.join(patient(60))
        assert not follower.is_alive(), {room: len(seen) for room, seen in follower.seen.items()}
        if follower.failure:
            raise follower.failure
    with any_server.api() as api:
        for room in rooms:
            history = [comparable(message) for message in read_all(api, room)]
            assert_dense(history, first=1)
            for follower in followers:
                assert follower.seen[room] == history
