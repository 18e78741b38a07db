"""No answer makes the server hold more than --max-answer-bytes for one reader: long pages come in pieces, or end early and
say where to go on, and who does not read is let go.
"""

import itertools
import re
import socket
from pathlib import Path

import grpc
import pytest
import requests

from support.checks import assert_problem
from support.fixtures import make_room
from support.grpc_client import Client, chat
from support.raw_http import Closed, Connection, encode, small_receive_buffers
from support.rpc import Rpc, RpcError
from support.server import Server, memory_slack
from support.sse import EventStream
from support.timing import wait_until

MEBIBYTE = 2**20
LONG = "\N{GRINNING FACE}" * 16_384  # 64 KiB, the longest text there is
LONG_BYTES = 4 * 16_384
MESSAGES = 60  # of them in the room


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def crowded(request, tmp_path_factory):
    """A server whose lobby has many of the longest messages."""
    server = Server(tmp_path_factory.mktemp("crowded"), store=request.param).start()
    with server.api() as api:
        for number in range(MESSAGES):
            sent = api.post("/api/v1/messages", json={"content": LONG, "client_seq": number})
            assert sent.status_code == 201, sent.content
    yield server
    server.stop()


def numbers(messages):
    return [message["client_seq"] for message in messages]


def newest_first(count=MESSAGES):
    return list(range(MESSAGES))[::-1][:count]


def peak_memory(server):
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def forget_peak(server):
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def test_a_page_of_long_messages_comes_whole(crowded):
    with crowded.api() as api:
        whole = api.get("/api/v1/messages?limit=500&offset=0")
        assert len(whole.content) > 3 * MEBIBYTE
        assert "Content-Length" not in whole.headers and whole.headers["Transfer-Encoding"] == "chunked"
        assert numbers(whole.json()) == newest_first()
        assert api.get("/api/v1/messages?limit=500&offset=0").content == whole.content
        for query, expected in (
            ("limit=40&offset=5", newest_first()[5:45]),
            ("limit=500&order=asc", newest_first()[::-1]),
            ("limit=500&order=asc&offset=30", newest_first()[::-1][30:]),
            ("limit=33&from=-10m", newest_first(33)),
        ):
            assert numbers(api.get("/api/v1/messages?" + query).json()) == expected, query
        one = api.get("/api/v1/messages?limit=1")
        assert int(one.headers["Content-Length"]) == len(one.content)
        after = api.get("/api/v1/messages?limit=1&offset=50").json()[0]["pos"]
        assert numbers(api.get(f"/api/v1/messages?after={after}&limit=500").json()) == list(range(10, MESSAGES))


def test_a_long_page_for_clients_without_chunks(crowded):
    with Connection(crowded.port) as connection:
        connection.send(encode("GET", "/api/v1/messages?limit=500", version="HTTP/1.0"))
        answer = connection.read_response()
        assert answer.status_code == 200 and not {"transfer-encoding", "content-length"} & set(answer.headers)
        assert answer.headers["connection"] == "close"
        assert numbers(answer.json()) == newest_first()
    with Connection(crowded.port) as connection:
        head = connection.exchange(encode("HEAD", "/api/v1/messages?limit=500"), method="HEAD")
        assert head.headers["transfer-encoding"] == "chunked" and head.content == b""
        assert connection.exchange(encode("GET", "/livez")).status_code == 200


def test_messages_that_come_meanwhile_move_nothing(start_server):
    server = start_server(store="memory")
    with server.api() as api, small_receive_buffers(), Connection(server.port) as connection:
        for number in range(MESSAGES):
            api.post("/api/v1/messages", json={"content": LONG, "client_seq": number}).raise_for_status()
        connection.send(encode("GET", "/api/v1/messages?limit=500&offset=10"))
        head = connection.read_head()  # the rest of the page is not made yet
        for _ in range(5):
            api.post("/api/v1/messages", json={"content": LONG, "client_seq": 1_000}).raise_for_status()
        assert numbers(connection.read_body(head).json()) == newest_first()[10:]


@pytest.mark.seconds(60)
def test_pages_that_nobody_reads_are_not_held(crowded):
    """Each of them has more than three mebibytes, of which few hundred kilobytes are made."""
    readers = 30
    forget_peak(crowded)
    before = crowded.memory_bytes()
    with crowded.api() as api, small_receive_buffers():
        connections = [Connection(crowded.port) for _ in range(readers)]
        for connection in connections:
            connection.send(encode("GET", "/api/v1/messages?limit=500"))
        for connection in connections:
            connection.read_head()
        assert api.get("/livez").status_code == 200
        grown = peak_memory(crowded) - before
        for connection in connections:
            connection.__exit__()
    assert grown < readers * MEBIBYTE + memory_slack(24), f"{grown / MEBIBYTE:.0f} MiB"


def test_what_is_the_same_for_everybody_is_not_copied(crowded):
    readers = 300

    def growth(path):
        forget_peak(crowded)
        before = crowded.memory_bytes()
        with small_receive_buffers():
            connections = [Connection(crowded.port) for _ in range(readers)]
        for connection in connections:
            connection.send(encode("GET", path))
        for connection in connections:
            connection.read_head()
        grown = peak_memory(crowded) - before
        for connection in connections:
            connection.__exit__()
        return grown

    with crowded.api() as api:
        size = len(api.get("/openapi.json").content)
    growth("/livez")  # what connections cost by themselves
    grown = growth("/openapi.json")
    assert grown < readers * size / 2 + memory_slack(0), f"{grown / MEBIBYTE:.1f} MiB, each {size} bytes"


def test_who_does_not_read_an_answer_is_let_go(start_server):
    server = start_server("--request-timeout", "1s", store="memory")
    with server.api() as api, small_receive_buffers(), Connection(server.port) as connection:
        for number in range(MESSAGES):
            api.post("/api/v1/messages", json={"content": LONG, "client_seq": number}).raise_for_status()
        open_before = api.get("/stats").json()["connections"]["http"]
        connection.send(encode("GET", "/api/v1/messages?limit=500"))
        head = connection.read_head()
        wait_until(
            lambda: api.get("/stats").json()["connections"]["http"] < open_before, 10, "the reader is still connected"
        )
        with pytest.raises(Closed):
            connection.read_body(head)  # what the kernel had, and no end


def test_a_socket_is_told_where_to_go_on(crowded):
    with Rpc(crowded.port) as rpc:
        for order, expected in (("desc", newest_first()), ("asc", newest_first()[::-1])):
            got, place, pages = [], {}, 0
            while True:
                params = {"limit": 500, "order": order, **place}
                page = rpc.call("chat.ListMessages", params)
                assert len(page["messages"]) * LONG_BYTES <= MEBIBYTE
                got += numbers(page["messages"])
                pages += 1
                if "next" not in page:
                    break
                place = {"after" if order == "asc" else "before": page["next"]}
            assert got == expected and pages > 3
        full = rpc.call("chat.ListMessages", {"limit": 2})
        assert numbers(full["messages"]) == newest_first(2) and "next" not in full


def test_who_counts_messages_skips_none_unknowingly(crowded):
    """Whoever pages by `offset` would go on behind what was left out."""
    with Rpc(crowded.port) as rpc:
        with pytest.raises(RpcError) as refused:
            rpc.call("chat.ListMessages", {"limit": 50, "offset": 0})
        problem = refused.value.data
        assert problem["code"] == "resource_exhausted" and "--max-answer-bytes" in problem["detail"]
        assert problem["violations"][0]["field"] == "limit"
        fitting = int(re.search(r"at most (\d+)", problem["violations"][0]["reason"]).group(1))
        got = []
        for offset in itertools.count(0, fitting):
            page = rpc.call("chat.ListMessages", {"limit": fitting, "offset": offset})["messages"]
            if not page:
                break
            got += numbers(page)
        assert got == newest_first()


def test_grpc_is_told_where_to_go_on(crowded):
    with Client(crowded.grpc_port) as client:
        page = client.chat.ListMessages(chat.ListMessagesRequest(room="lobby", limit=500))
        assert 0 < len(page.messages) < MESSAGES and page.ByteSize() <= MEBIBYTE
        assert page.next == page.messages[-1].pos
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.ListMessages(chat.ListMessagesRequest(room="lobby", limit=500, offset=0))
        assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.seconds(60)
def test_calls_whose_answers_nobody_reads_are_not_all_made(crowded):
    sockets = 10
    forget_peak(crowded)
    before = crowded.memory_bytes()
    with crowded.api() as api, small_receive_buffers():
        readers = [Rpc(crowded.port) for _ in range(sockets)]
        for n, reader in enumerate(readers):
            calls = [reader.call_object("chat.ListMessages", {"limit": 500}, call_id) for call_id in range(64)]
            if n % 2 == 0:
                reader.send_json(calls)
            else:
                for call in calls:
                    reader.send_json(call)
        for reader in readers:
            reader.connection.socket.recv(1, socket.MSG_PEEK)  # the first answers are there
        assert api.get("/livez").status_code == 200
        grown = peak_memory(crowded) - before
        for reader in readers:
            reader.connection.socket.close()
    assert grown < sockets * 3 * MEBIBYTE + memory_slack(24), f"{grown / MEBIBYTE:.0f} MiB"


def test_the_unread_come_in_pages_that_miss_nothing(crowded):
    with crowded.api() as api:
        user = api.post("/api/v1/users", json={"username": "Pieces"}).json()["id"]
        got, remaining = [], None
        while remaining != 0:
            answer = api.post("/api/v1/rooms/lobby/unread", json={"user_id": user, "limit": 500})
            assert len(answer.content) <= MEBIBYTE
            page = answer.json()
            assert page["messages"]
            got += numbers(page["messages"])
            remaining = page["remaining"]
            assert remaining == MESSAGES - len(got)
        assert got == newest_first()[::-1]


def test_a_search_says_where_to_go_on(start_server):
    server = start_server(store="memory")
    with server.api() as api:
        for _ in range(MESSAGES):
            text = "needle " + "слово " * 2_600
            api.post("/api/v1/messages", json={"content": text}).raise_for_status()

        def search(**query):
            answer = api.get("/api/v1/search", params={"q": "needle", "limit": 100, **query})
            assert answer.status_code == 200, answer.content
            assert len(answer.content) <= MEBIBYTE
            return answer.json()

        wait_until(lambda: "indexed_through" not in search(), 20, "the messages are not in the index")
        found, before, pages = [], {}, 0
        while True:
            page = search(**before)
            pages += 1
            found += [hit["message"]["id"] for hit in page["hits"]]
            if "next" not in page:
                break
            before = {"before": page["next"]}
        assert len(found) == len(set(found)) == MESSAGES and pages > 1


def test_resuming_over_long_messages_reads_each_once(crowded):
    """Pages of the storage end where a page of frames does, so nothing is read and thrown away."""
    room = make_room(crowded)
    with crowded.api() as api:
        epoch = api.get(f"/api/v1/rooms/{room}").json()["pos"].split(":")[0]
        message = api.post(f"/api/v1/rooms/{room}/messages", json={"content": LONG, "user_id": 1}).json()["id"]
        for number in range(40):
            edited = api.patch(f"/api/v1/messages/{message}", json={"content": f"{number}" + LONG[3:], "user_id": 1})
            assert edited.status_code == 200, edited.content
        last = api.get(f"/api/v1/rooms/{room}").json()["pos"]
    forget_peak(crowded)
    before = crowded.memory_bytes()
    with EventStream(crowded.port, room, after=f"{epoch}:0") as stream:
        while stream.next().id != last:
            pass
    assert peak_memory(crowded) - before < memory_slack(16)


def test_refusals_are_counted(crowded):
    with Rpc(crowded.port) as rpc, pytest.raises(RpcError):
        rpc.call("chat.ListMessages", {"limit": 50, "offset": 0})
    text = requests.get(f"http://127.0.0.1:{crowded.metrics_port}/metrics", timeout=10).text
    assert int(re.search(r'limit_refusals_total\{limit="max-answer-bytes"\} (\d+)', text).group(1)) >= 1
