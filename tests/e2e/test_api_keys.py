"""API keys: made and revoked beside a running server, used on every transport, held to their scopes."""

import json

import grpc
import pytest
from support.checks import assert_problem
from support.grpc_client import Client, chat
from support.keys import make_key, run_key
from support.people import Guest, fresh
from support.rpc import Rpc
from support.timing import wait_until


def bearer(server, secret):
    api = server.api()
    api.headers["Authorization"] = f"Bearer {secret}"
    return api


def known(server, secret):
    """An API client for the key, once the running server has noticed it."""
    api = bearer(server, secret)
    wait_until(lambda: api.get("/api/v1/users").status_code != 401, 10, "the server knows the key")
    return api


@pytest.fixture
def server(start_server):
    return start_server("--require-sessions")


def test_is_shown_once_and_listed_without_its_secret(server):
    code, out, errors = run_key(server, "create", "bot", "--scope", "chat,ops", "--ttl", "1h", "--json")
    assert code == 0, errors
    made = json.loads(out)
    assert made["key"].startswith("vk_") and len(made["key"]) == 53
    assert (made["name"], made["scopes"], made["user_id"], made["username"]) == ("bot", "chat,ops", 1, "admin")
    listed = json.loads(run_key(server, "list", "--json")[1])
    assert listed == {name: value for name, value in made.items() if name != "key"}
    database = b"".join(path.read_bytes() for path in server.folder.glob("vestnik.db*") if path.is_file())
    assert made["key"].encode() not in database


def test_refuses_what_makes_no_sense(server):
    assert run_key(server, "create", "bot", "--scope", "chat")[0] == 0
    code, out, errors = run_key(server, "create", "bot", "--scope", "chat")
    assert (code, out) == (1, "") and 'There is an API key "bot".' in errors
    assert "There is no user 77." in run_key(server, "create", "other", "--scope", "chat", "--user-id", "77")[2]
    assert "needs --scope" in run_key(server, "create", "other")[2]
    assert "chat, delivery, ops or admin" in run_key(server, "create", "other", "--scope", "root")[2]
    assert 'There is no API key "other".' in run_key(server, "revoke", "other")[2]


def test_statistics_are_for_keys_with_the_scope_ops(server):
    guest = Guest(server)
    ops = known(server, make_key(server, "ops"))
    for path in ("/stats", "/api/v1/stats", "/metrics"):
        assert_problem(server.api().get(path), 401, "unauthenticated")
        assert_problem(guest.api.get(path), 403, "permission_denied")
        assert ops.get(path).status_code == 200
    assert_problem(ops.get("/api/v1/rooms"), 403, "permission_denied")
    assert_problem(ops.post("/api/v1/messages", json={"content": "x"}), 403, "permission_denied")


def test_a_room_and_a_user_are_removed_with_the_scope_admin(server):
    owner = Guest(server)
    room = owner.make_room()["id"]
    account = owner.api.post("/api/v1/users", json={"username": fresh("name"), "email": "a@example.com"}).json()
    admin = known(server, make_key(server, "admin"))
    writer = known(server, make_key(server, "chat"))

    assert_problem(writer.delete(f"/api/v1/users/{account['id']}"), 403, "permission_denied")
    assert admin.delete(f"/api/v1/rooms/{room}").status_code == 200
    assert_problem(admin.get(f"/api/v1/rooms/{room}"), 404, "not_found")
    own = known(server, make_key(server, "chat", account["id"]))
    assert admin.delete(f"/api/v1/users/{account['id']}").status_code == 200
    assert_problem(own.post("/api/v1/messages", json={"content": "x"}), 401, "unauthenticated")
    assert_problem(owner.me(), 401, "unauthenticated")
    assert account["id"] not in [user["id"] for user in admin.get("/api/v1/users").json()]
    assert "email" not in admin.get(f"/api/v1/users/{account['id']}").json()
    assert_problem(admin.delete("/api/v1/users/1"), 409, "failed_precondition")
    assert_problem(admin.delete("/api/v1/users/777"), 404, "not_found")
    created = admin.post("/api/v1/users", json={"username": account["username"]})
    assert created.status_code == 201, "the name is free again"


def test_acts_as_its_user_on_every_transport(server):
    guest = Guest(server)
    secret = make_key(server, "chat", guest.id)
    api = known(server, secret)
    assert api.post("/api/v1/messages", json={"content": "http"}).json()["user_id"] == guest.id
    with Rpc(server.port, f"?token={secret}") as socket:
        assert socket.call("chat.SendMessage", {"content": "rpc"})["user_id"] == guest.id
    with Client(server.grpc_port) as client:
        sent = client.chat.SendMessage(
            chat.SendMessageRequest(content="grpc"), metadata=[("authorization", f"Bearer {secret}")]
        )
        assert sent.user_id == guest.id
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.GetStats(chat.GetStatsRequest(), metadata=[("authorization", f"Bearer {secret}")])
        assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert_problem(api.get("/api/v1/sessions/me"), 403, "permission_denied")


def test_a_revoked_key_and_its_streams_end(server):
    code, secret, errors = run_key(server, "create", "bot", "--scope", "chat")
    assert code == 0, errors
    api = known(server, secret.strip())
    stream = api.get("/api/v1/rooms/lobby/events", stream=True)
    assert stream.status_code == 200
    assert run_key(server, "revoke", "bot")[0] == 0
    assert b"event: session_ended" in b"".join(stream.iter_content(None)), "the stream ends by itself"
    assert_problem(api.get("/api/v1/rooms"), 401, "unauthenticated")


def test_outlives_a_restart_and_works_while_the_server_is_stopped(server):
    secret = make_key(server, "ops")
    server.stop()
    other = make_key(server, "ops")
    server.start()
    for each in (secret, other):
        assert bearer(server, each).get("/stats").status_code == 200, "known from the start"
