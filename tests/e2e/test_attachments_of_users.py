"""The limit for all attachments of one user."""

import contextlib
import os

import pytest

from support import raw_http
from support.checks import assert_problem
from support.people import Guest
from support.timing import wait_until

PATH = "/api/v1/attachments"
MIB = 2**20


def upload(api, size):
    response = api.post(PATH, data=os.urandom(size))
    assert response.status_code == 201, response.content
    return response.json()


def assert_refused(api, size=1):
    body = assert_problem(api.post(PATH, data=os.urandom(size)), 429, "resource_exhausted")
    assert "2097152 bytes (--max-attachments-user-bytes)" in body["detail"]


def test_sent_or_not_they_count_until_they_go(start_server):
    server = start_server("--require-sessions", "--max-attachments-user-bytes", "2MiB")
    anna, boris = Guest(server), Guest(server)
    file = upload(anna.api, MIB)
    message = anna.send("lobby", "", attachment_ids=[file["id"]])
    upload(anna.api, MIB // 2)
    assert_refused(anna.api, MIB)
    upload(anna.api, MIB // 2)
    assert_refused(anna.api)
    upload(boris.api, 2 * MIB)

    server.stop()
    server.start()
    api = server.api()
    api.headers["Authorization"] = anna.api.headers["Authorization"]
    assert_refused(api)
    assert api.delete(f"/api/v1/messages/{message['id']}").status_code == 200
    wait_until(lambda: api.get(f"{PATH}/{file['id']}").status_code == 404, 10, "the file to go with its message")
    upload(api, MIB)
    assert_refused(api)


def test_what_cannot_fit_is_refused_before_it_has_come(start_server):
    server = start_server("--max-attachments-user-bytes", "2MiB")
    anna = Guest(server)
    upload(anna.api, 2 * MIB)
    authorization = ("Authorization", anna.api.headers["Authorization"])
    with raw_http.Connection(server.port) as connection:
        connection.send(raw_http.encode("POST", PATH, [authorization, ("Content-Length", str(20 * MIB))]) + b"x")
        assert_problem(connection.read_response(), 429, "resource_exhausted")


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_uploads_at_the_same_time_cannot_pass_it_together(start_server, store):
    server = start_server("--max-attachments-user-bytes", "1MiB", store=store)
    anna = Guest(server)
    authorization = ("Authorization", anna.api.headers["Authorization"])
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(raw_http.Connection(server.port)) for _ in range(8)]
        for connection in connections:
            head = raw_http.encode("POST", PATH, [authorization, ("Content-Length", "300000")])
            connection.send(head + os.urandom(299_999))
        for connection in connections:
            connection.send(b"x")
        codes = sorted(connection.read_response().status_code for connection in connections)
    assert codes == [201] * 3 + [429] * 5
    upload(server.api(), 3 * MIB)  # nobody's


def test_there_need_not_be_one(start_server):
    anna = Guest(start_server("--max-attachments-user-bytes", "0"))
    upload(anna.api, MIB)
