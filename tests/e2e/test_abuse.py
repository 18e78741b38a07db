"""Much of one thing, and things that are not what they seem: nothing of it may cost others anything."""

import sqlite3
import statistics
import threading
import time

import pytest

from support.checks import assert_problem
from support.people import Guest
from support.rpc import Rpc, RpcError
from support.timing import patient, scaled, wait_until
from support.transports import READERS

MANY = 10_000


def with_many_users(start_server, store, folder):
    """A server on which the users 2 to MANY + 1 exist. Made in the database itself, since only their number matters."""
    server = start_server("--max-users", "20000", store=store, folder=folder)
    if store == "sqlite":
        server.stop()
        with sqlite3.connect(folder / "vestnik.db") as database:
            names = [(f"user {number}",) for number in range(MANY)]
            database.executemany("INSERT INTO users (username, guest, listed) VALUES (?, 0, 1)", names)
        database.close()
        return server.start()
    with Rpc(server.port) as rpc:
        for first in range(0, MANY, 100):
            calls = [("chat.CreateUser", {"username": f"user {number}"}) for number in range(first, first + 100)]
            assert all("result" in answer for answer in rpc.batch(calls))
    return server


@pytest.mark.timing
@pytest.mark.seconds(120)
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_ten_thousand_reactions_on_one_message(start_server, tmp_path, store):
    server = with_many_users(start_server, store, tmp_path / store)
    with server.api() as api, Rpc(server.port) as giving, Rpc(server.port) as following:
        message = api.post("/api/v1/messages", json={"content": "everybody likes it"}).json()
        path = f"/api/v1/messages/{message['id']}"
        following.call("chat.Subscribe", {"room": "lobby"})
        seconds = []
        for first in range(2, MANY + 2, 100):
            emoji = "❤️" if first % 200 == 2 else "❤"  # one emoji in two spellings
            calls = [
                ("chat.AddReaction", {"message_id": message["id"], "emoji": emoji, "user_id": user})
                for user in range(first, first + 100)
            ]
            assert all("result" in answer for answer in giving.batch(calls))
            begun = time.monotonic()
            assert api.post("/api/v1/messages", json={"content": "x"}).status_code == 201
            seconds.append(time.monotonic() - begun)
        assert statistics.median(seconds[-20:]) < scaled(1), seconds  # of the last, when there are most
        [heart] = api.get(path).json()["reactions"]
        assert (heart["emoji"], heart["count"], len(set(heart["user_ids"]))) == ("❤️", MANY, 20)
        begun = time.monotonic()
        page = api.get("/api/v1/messages", params={"order": "asc", "limit": 1}).json()
        assert time.monotonic() - begun < scaled(1)
        assert page[0]["reactions"] == [heart]
        counts = []
        while len(counts) < MANY:
            event = following.next_event()
            if "reaction" in event:
                counts.append(event["reaction"]["count"])
        assert counts == list(range(1, MANY + 1))
        assert api.delete(f"{path}/reactions/❤", params={"user_id": 2}).json() == {"count": MANY - 1}
        for number in range(1, 60):
            refused = api.put(f"{path}/reactions/{chr(0x1F600 + number)}", params={"user_id": 3})
            if refused.status_code != 200:
                break
        assert_problem(refused, 429, "resource_exhausted")


@pytest.mark.seconds(60)
def test_a_room_closes_while_four_write_with_nonces(any_server):
    owner = Guest(any_server)
    room = owner.make_room()
    told = {}  # nonce -> what its writer was told at last
    refused = []
    lock = threading.Lock()
    under_way = threading.Event()

    def write(number):
        with Rpc(any_server.port) as rpc:
            for count in range(100_000):
                nonce = f"{number}-{count}"
                params = {"room": room["id"], "content": nonce, "nonce": nonce}
                answers = [rpc.start("chat.SendMessage", params) for _ in range(2)]  # the second repeats the first
                try:
                    first, second = (rpc.result(answer) for answer in answers)
                except RpcError as error:
                    assert error.data["code"] == "not_found", error
                    with lock:
                        refused.append(nonce)
                    return
                assert second["id"] == first["id"] and second["duplicate"]
                with lock:
                    told[nonce] = first
                if len(told) > 200:
                    under_way.set()

    with Rpc(any_server.port, f"?token={owner.secret}") as follower:
        follower.call("chat.Subscribe", {"room": room["id"]})
        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        assert under_way.wait(patient(20))
        owner.api.delete(f"/api/v1/rooms/{room['id']}").raise_for_status()
        for writer in writers:
            writer.join(patient(20))
            assert not writer.is_alive()
        events = []
        while not events or "closed" not in events[-1]:
            events.append(follower.next_event())
    messages = {event["message"]["nonce"]: event["message"] for event in events if "message" in event}
    assert len(refused) == 4
    assert told.keys() <= messages.keys()
    for nonce, message in told.items():
        assert messages[nonce]["id"] == message["id"] and messages[nonce]["pos"] == message["pos"]
    # The last of a writer may have been committed, and only its repetition refused.
    assert messages.keys() - told.keys() <= set(refused)
    numbers = [int(next(iter(event.values()))["pos"].split(":")[1]) for event in
               ({kind: body for kind, body in event.items() if kind not in ("room", "room_id")} for event in events)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_rules_that_two_change_at_once_are_both_changed(any_server):
    owner, other = Guest(any_server), any_server.api()
    other.headers.update(owner.api.headers)
    room = owner.make_room()
    path = f"/api/v1/rooms/{room['id']}"
    for number in range(2, 40):
        changes = [(owner.api, {"message_limit": number}), (other, {"max_length": number})]
        threads = [threading.Thread(target=api.patch, args=(path,), kwargs={"json": change}) for api, change in changes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rules = owner.api.get(path).json()
        assert (rules["message_limit"], rules["max_length"]) == (number, number)


def test_a_full_server_goes_on_for_those_who_are_there(start_server):
    server = start_server("--max-users", "2", "--max-rooms", "3", store="memory")
    anna = Guest(server)
    kept = anna.make_room()
    with server.api() as api:
        refused = api.post("/api/v1/sessions", json={"display_name": "late"})
        assert "--max-users" in assert_problem(refused, 429, "resource_exhausted")["detail"]
    refused = anna.api.post("/api/v1/rooms", json={"name": "one too many"})
    assert "--max-rooms" in assert_problem(refused, 429, "resource_exhausted")["detail"]
    assert anna.send(kept["id"], "still works")["content"] == "still works"
    anna.api.delete(f"/api/v1/rooms/{kept['id']}").raise_for_status()
    assert anna.make_room()["owner_id"] == anna.id
    with Rpc(server.port, f"?token={anna.secret}") as rpc:
        with pytest.raises(RpcError) as full:
            rpc.call("chat.CreateSession", {"display_name": "late"})
        assert full.value.data["code"] == "resource_exhausted"


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: b", "a\tb", "\u001b[31mred", "a\u0000b", "a\u0085b", "\u007f"])
def test_names_with_control_characters(any_server, name):
    anna = Guest(any_server)
    for path, body in (
        ("/api/v1/sessions", {"display_name": name}),
        ("/api/v1/users", {"username": name}),
        ("/api/v1/rooms", {"name": name}),
        (f"/api/v1/rooms/{anna.make_room()['id']}/unread", {"cursor": name}),
    ):
        assert_problem(anna.api.post(path, json=body), 400, "invalid_argument", next(iter(body)))


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "data: x\nevent: closed\nid: 9\n\ndata: {}",
    '"},"edited":{"pos":"k:1"}}',
    "&lt;b&gt; &amp; \\u003c \u2028\u2029 {{x}} ${x} %0d%0a",
]


@pytest.mark.parametrize("transport", READERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_markup_and_framing_in_a_text_stay_text(any_server, transport, text):
    anna = Guest(any_server, name="<b>&quot;Anna</b>")
    room = anna.make_room()["name"]
    reader = READERS[transport](any_server, room)
    try:
        anna.send(room, text)
        told = reader.next()
        assert (told["content"], told["username"]) == (text, anna.name)
        anna.send(room, "next")
        assert reader.next()["content"] == "next"  # nothing of it was taken for a frame of its own
    finally:
        reader.close()
    page = anna.api.get(f"/api/v1/rooms/{room}/messages", params={"order": "asc"})
    assert [message["content"] for message in page.json()] == [text, "next"]
    assert page.headers["Content-Type"].startswith("application/json")
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_metrics_of_those_who_are_there(start_server):
    server = start_server("--require-sessions", "--user-rate", "0.01", "--user-burst", "5", store="memory")

    def settles(name, value):
        wait_until(lambda: server.metric(name) == value, 5, f"{name} to be {value}")

    names = ["sessions_open", "guests_active", "rpc_sockets_active", "subscriptions_active", "rate_limited_total"]
    assert [server.metric(name) for name in [*names, "rooms_expired_total"]] == [0] * 6
    assert server.metric("rooms_open") == 2
    anna, boris = Guest(server), Guest(server)
    assert (server.metric("sessions_open"), server.metric("guests_active")) == (2, 2)
    boris.api.post("/api/v1/users", json={"username": "boris"}).raise_for_status()
    assert (server.metric("sessions_open"), server.metric("guests_active")) == (2, 1)
    room = anna.make_room()
    assert server.metric("rooms_open") == 3
    with Rpc(server.port, f"?token={anna.secret}") as rpc:
        for name in ("lobby", "stream", room["id"]):
            rpc.call("chat.Subscribe", {"room": name})
        assert (server.metric("rpc_sockets_active"), server.metric("websocket_connections_active")) == (1, 1)
        assert server.metric("subscriptions_active") == 3
        anna.api.patch(f"/api/v1/rooms/{room['id']}", json={"ttl": "1s"}).raise_for_status()
        settles("rooms_expired_total", 1)
        settles("rooms_open", 2)
        settles("subscriptions_active", 2)
    settles("rpc_sockets_active", 0)
    settles("subscriptions_active", 0)
    statuses = [boris.api.post("/api/v1/messages", json={"content": "x"}).status_code for _ in range(10)]
    assert server.metric("rate_limited_total") == statuses.count(429) > 0
    anna.api.delete("/api/v1/sessions/me").raise_for_status()
    assert (server.metric("sessions_open"), server.metric("guests_active")) == (1, 0)


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_many_who_resume_at_once_read_the_storage_once(start_server, store):
    server = start_server(store=store)
    with server.api() as api:
        for number in range(30):
            api.post("/api/v1/messages", json={"content": f"{number}"}).raise_for_status()
        after = api.get("/api/v1/messages", params={"order": "asc", "limit": 10}).json()[-1]["pos"]

        def reads():
            return int(api.get("/metrics").text.split("\nresume_store_reads_total ")[1].split()[0])

        assert reads() == 0
        sockets = [Rpc(server.port) for _ in range(100)]
        begun = time.monotonic()
        calls = [socket.start("chat.Subscribe", {"room": "lobby", "after": after}) for socket in sockets]
        for socket, call in zip(sockets, calls):
            assert socket.result(call)["recovered"]
            contents = [socket.next_event()["message"]["content"] for _ in range(20)]
            assert contents == [str(number) for number in range(10, 30)]
        # Where the room stands, and one page, which are kept for a second.
        assert reads() <= 2 * (1 + int(time.monotonic() - begun))
        for socket in sockets:
            socket.connection.socket.close()
