"""Resuming by position on every transport: everything since, then live, no gap, no duplicate; or an explicit
"cannot".
"""

import threading

import pytest

from support.server import Server
from support.checks import assert_dense, assert_problem_body, epoch_of, number_of, read_all
from support.fixtures import make_room
from support.raw_websocket import Refused, WebSocket
from support.sse import EventStream
from support.timing import patient
from support.transports import READERS, comparable

TRANSPORTS = list(READERS)


def fill(server, room, count, content="m{}", start=0, allowed=None):
    """Writes `count` messages, each as soon as the semaphore `allowed` lets it."""
    sent = []
    with server.api() as api:
        for n in range(start, start + count):
            assert allowed is None or allowed.acquire(timeout=patient(30)), "nobody reads"
            sent.append(api.post(f"/api/v1/rooms/{room}/messages", json={"content": content.format(n)}))
    assert all(response.status_code == 201 for response in sent)
    return [comparable(response.json()) for response in sent]


def take(reader, count, after_each=lambda: None):
    messages = []
    for _ in range(count):
        messages.append(comparable(reader.next()))
        after_each()
    return messages


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_everything_since_then_live(any_server, transport):
    room = make_room(any_server)
    sent = fill(any_server, room, 10)
    reader = READERS[transport](any_server, room, after=sent[3]["pos"])
    assert reader.subscribed == {"room": room, "pos": sent[3]["pos"], "recovered": True} or (
        reader.subscribed["recovered"] is True and "gap" not in reader.subscribed
    )
    assert take(reader, 6) == sent[4:]
    live = fill(any_server, room, 3, "live {}")
    assert take(reader, 3) == live
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_history_of_long_messages(any_server, transport):
    """Ten times as many bytes as a page of history may have, and more than the live window holds."""
    room = make_room(any_server)
    sent = fill(any_server, room, 80, "{} " + "\U0001f98a" * 16_000)
    reader = READERS[transport](any_server, room, after=f"{epoch_of(sent[0]['pos'])}:0")
    assert reader.subscribed["recovered"] is True
    assert take(reader, 80) == sent
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_from_the_very_beginning(any_server, transport):
    room = make_room(any_server)
    with any_server.api() as api:
        beginning = api.get(f"/api/v1/rooms/{room}").json()["pos"]
    sent = fill(any_server, room, 5)
    reader = READERS[transport](any_server, room, after=beginning)
    assert reader.subscribed["recovered"] is True
    assert take(reader, 5) == sent
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_from_now_with_a_position_even_in_an_empty_room(any_server, transport):
    room = make_room(any_server)
    reader = READERS[transport](any_server, room, after="")
    assert reader.subscribed["recovered"] is True and number_of(reader.subscribed["pos"]) == 0
    sent = fill(any_server, room, 2)
    assert take(reader, 2) == sent
    reader.close()
    again = READERS[transport](any_server, room, after=reader.subscribed["pos"])
    assert take(again, 2) == sent
    again.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_at_the_head_nothing_is_repeated(any_server, transport):
    room = make_room(any_server)
    sent = fill(any_server, room, 3)
    reader = READERS[transport](any_server, room, after=sent[-1]["pos"])
    assert reader.subscribed["recovered"] is True and reader.subscribed["pos"] == sent[-1]["pos"]
    live = fill(any_server, room, 1, "live {}")
    assert take(reader, 1) == live
    reader.close()


def test_one_token_across_transports_in_mid_stream(any_server):
    """A reader that changes its transport every few messages, while others write, sees each message once, in order."""
    room = make_room(any_server)
    total, seen, last = 150, [], ""
    with any_server.api() as api:
        last = api.get(f"/api/v1/rooms/{room}").json()["pos"]
    writer = threading.Thread(target=fill, args=(any_server, room, total))
    writer.start()
    kinds = [*READERS.values()]
    while len(seen) < total:
        reader = kinds[len(seen) // 7 % 3](any_server, room, after=last)
        assert reader.subscribed["recovered"] is True
        for message in take(reader, min(7, total - len(seen))):
            seen.append(message)
            last = message["pos"]
        reader.close()
    writer.join()
    assert_dense(seen, first=1)
    with any_server.api() as api:
        assert [comparable(message) for message in read_all(api, room)] == seen
        # ... and HTTP's own `after` takes the same token.
        page = api.get(f"/api/v1/rooms/{room}/messages", params={"after": seen[99]["pos"]}).json()
        assert [comparable(message) for message in page] == seen[100:150]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_another_epoch(any_server, transport):
    room = make_room(any_server)
    sent = fill(any_server, room, 60)
    reader = READERS[transport](any_server, room, after="zzzzother:3")
    subscribed = reader.subscribed
    assert subscribed["recovered"] is False
    newest = take(reader, 50)
    assert newest == sent[10:]
    assert subscribed["gap"] == {"to": sent[9]["pos"]}, subscribed
    live = fill(any_server, room, 1, "live {}")
    assert take(reader, 1) == live
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ahead_of_the_counter(any_server, transport):
    room = make_room(any_server)
    sent = fill(any_server, room, 5)
    reader = READERS[transport](any_server, room, after=f"{epoch_of(sent[0]['pos'])}:1000")
    assert reader.subscribed["recovered"] is False
    assert "gap" in reader.subscribed
    assert take(reader, 5) == sent
    live = fill(any_server, room, 1, "live {}")
    assert take(reader, 1) == live
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_memory_has_a_new_history_after_a_restart(start_server, transport, tmp_path):
    server = start_server(store="memory")
    old = fill(server, "lobby", 3)
    server.stop()
    server.start()
    sent = fill(server, "lobby", 2)
    assert epoch_of(old[0]["pos"]) != epoch_of(sent[0]["pos"])
    reader = READERS[transport](server, "lobby", after=old[1]["pos"])
    assert reader.subscribed["recovered"] is False and "from" not in reader.subscribed["gap"]
    assert take(reader, 2) == sent
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sqlite_resumes_across_a_restart(start_server, transport):
    server = start_server()
    sent = fill(server, "lobby", 30)
    server.stop()
    server.start()
    reader = READERS[transport](server, "lobby", after=sent[4]["pos"])
    assert reader.subscribed["recovered"] is True
    assert take(reader, 25) == sent[5:]
    live = fill(server, "lobby", 2, "live {}")
    assert number_of(live[0]["pos"]) == 31
    assert take(reader, 2) == live
    reader.close()


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def narrow(request, tmp_path_factory):
    """A server whose live window holds far less than its history: (server, all messages of the lobby)."""

    server = Server(tmp_path_factory.mktemp("narrow"), "--window-bytes", "65536", store=request.param).start()
    sent = fill(server, "lobby", 700, content="{:04d} " + "x" * 1000)
    yield server, sent
    server.stop()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("start", [0, 1, 350, 640, 698])
def test_below_the_live_window_the_storage_goes_on(narrow, transport, start):
    server, sent = narrow
    reader = READERS[transport](server, "lobby", after=f"{epoch_of(sent[0]['pos'])}:{start}")
    assert reader.subscribed["recovered"] is True
    assert take(reader, len(sent) - start) == sent[start:]
    reader.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_catching_up_from_the_storage_while_others_write(narrow, transport):
    server, _ = narrow
    room = make_room(server)
    sent = fill(server, room, 300, content="{:04d} " + "x" * 1000)
    allowed = threading.Semaphore(40)  # what the live window holds, so that a reader who has caught up stays in it
    writer = threading.Thread(
        target=fill,
        args=(server, room, 300),
        kwargs={"content": "{:04d} " + "y" * 1000, "start": 300, "allowed": allowed},
    )
    writer.start()
    reader = READERS[transport](server, room, after=sent[9]["pos"])
    assert reader.subscribed["recovered"] is True
    messages = take(reader, 290)
    messages += take(reader, 300, allowed.release)
    writer.join()
    assert messages[:290] == sent[10:]
    assert_dense(messages, first=11)
    reader.close()


def test_many_resume_at_once_in_different_places(narrow):
    server, sent = narrow
    epoch = epoch_of(sent[0]["pos"])
    with server.api() as api:
        head = number_of(api.get("/api/v1/rooms/lobby").json()["pos"])
    readers = [(start, READERS["websocket"](server, "lobby", after=f"{epoch}:{start}")) for start in range(600, 700, 5)]
    for start, reader in readers:
        assert reader.subscribed["recovered"] is True
        assert_dense(take(reader, head - start), first=start + 1)
        reader.close()


@pytest.mark.parametrize(
    "after", ["k3", "k3:", ":1", "k3:-1", "K3:1", "k3:9223372036854775808", "k3:1:2", "abcdefghijklmnopq:1", " "]
)
def test_malformed_positions_are_refused(server, after):
    with pytest.raises(Refused) as refused:
        WebSocket(server.port, room="lobby", after=after)
    assert_problem_body(refused.value.response.json(), 400, "invalid_argument", "after")
    with EventStream(server.port, "lobby", after=after) as stream:
        assert stream.response.status_code == 400
        assert_problem_body(stream.response.json(), 400, "invalid_argument", "after")


def test_without_after_there_is_no_first_frame(server):
    """As the README's client has it: only messages, from now on."""
    room = make_room(server)
    fill(server, room, 3)
    with WebSocket(server.port, room=room) as socket:
        sent = fill(server, room, 1, "now {}")
        assert comparable(socket.read_json()) == sent[0]
