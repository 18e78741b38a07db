"""The index beside the database: kept over restarts and kills, made anew by `vestnik reindex`, and never the chat's
trouble.
"""

import re

import pytest

from support.commands import run_on_terminal
from support.search import ids_of, over_http, wait_until_indexed
from support.server import run
from support.timing import wait_until


def send(server, count, word):
    ids = []
    with server.api() as api:
        for _ in range(count):
            ids.append(api.post("/api/v1/rooms/lobby/messages", json={"content": word}).json()["id"])
    return ids


def found(server, word):
    return ids_of(over_http(server, q=word, limit=100))


def test_reindex_makes_the_index_anew(start_server):
    server = start_server()
    ids = send(server, 20, "слово")
    wait_until_indexed(server)
    server.stop()
    index = server.folder / "vestnik.db-search"
    assert index.exists()
    index.unlink()
    made = run("reindex", "--store", server.store)
    assert made.returncode == 0 and "20 messages" in made.stdout, made
    server.start()
    assert found(server, "слова") == ids[::-1]


def test_reindex_shows_its_progress_on_a_terminal(start_server):
    server = start_server()
    with server.api() as api:
        text = "слово " * 2_500
        for _ in range(600):
            assert api.post("/api/v1/rooms/lobby/messages", json={"content": text}).status_code == 201
    server.stop()
    code, shown = run_on_terminal("reindex", "--store", server.store)
    assert code == 0, shown
    assert re.search(r"\[#*-*\] +\d+ %  \d+ of 600 messages, \d+/s, \d+ s left", shown), shown
    assert "600 messages" in shown.splitlines()[-1], shown


def test_reindex_needs_a_stopped_server(start_server):
    server = start_server()
    refused = run("reindex", "--store", server.store)
    assert refused.returncode == 1
    assert f"pid {server.process.pid}" in refused.stderr and "stop the server first" in refused.stderr, refused


@pytest.mark.parametrize("store", ["memory:", "sqlite:no/such.db", "postgres://a"])
def test_reindex_of_what_cannot_be(tmp_path, store):
    refused = run("reindex", "--store", store.replace("no/", f"{tmp_path}/"))
    assert refused.returncode in (1, 2) and refused.stderr.strip(), refused
    assert not list(tmp_path.iterdir()), "nothing was made"


@pytest.mark.seconds(60)
def test_a_kill_at_any_moment(start_server):
    server = start_server()
    sent = []
    for turn in range(5):
        sent += send(server, 40 + 7 * turn, f"оборот{turn}")
        if turn % 2:
            with server.api() as api:
                api.patch(f"/api/v1/messages/{sent[0]}", json={"content": f"правка{turn}", "user_id": 1})
        server.kill()
        server.start()
    wait_until_indexed(server)
    assert found(server, "правка3") == [sent[0]] and found(server, "правка1") == []
    for turn in range(5):
        assert len(found(server, f"оборот{turn}")) == 40 + 7 * turn - (turn == 0)


def test_an_index_that_cannot_be_made_is_not_the_chats_trouble(start_server, tmp_path):
    folder = tmp_path / "server"
    (folder / "vestnik.db-search").mkdir(parents=True)
    server = start_server(folder=folder)
    ids = send(server, 3, "слово")
    with server.api() as api:
        answer = api.get("/api/v1/search", params={"q": "слово"})
        assert answer.status_code == 503 and answer.json()["code"] == "unavailable", answer.content
        assert api.get("/readyz").status_code == 200
    wait_until(lambda: "the search index failed" in server.output(), 5, "the warning")
    (folder / "vestnik.db-search").rmdir()
    wait_until_indexed(server, within=15)
    assert found(server, "слово") == ids[::-1]
    assert server.output().count("the search index failed") == 1
    assert "the search index works again" in server.output()
    server.stop(clean_log=False)


def test_an_index_that_was_removed_comes_back(start_server, tmp_path):
    server = start_server(folder=tmp_path / "server")
    before = send(server, 2, "слово")
    wait_until_indexed(server)
    for path in (tmp_path / "server").glob("vestnik.db-search*"):
        path.unlink()
    after = send(server, 2, "слово")

    def has_all():
        with server.api() as api:
            answer = api.get("/api/v1/search", params={"q": "слово"})
        return answer.status_code == 200 and [hit["message"]["id"] for hit in answer.json()["hits"]] == (before + after)[::-1]

    wait_until(has_all, 15, "the search index to be made anew")
    server.stop(clean_log=False)


def test_metrics(start_server):
    server = start_server()
    send(server, 5, "слово")
    wait_until_indexed(server)
    with server.api() as api:
        text = api.get("/metrics").text
    assert "search_lag_messages 0" in text
    assert re.search(r"^search_indexed_total 5$", text, re.M)
