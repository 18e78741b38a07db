"""Who may do what: every method of the contract for every kind of caller and for API keys of each scope, over HTTP, gRPC and
/rpc, on a server that requires sessions and on one that is open to all.
"""

import itertools
import re
from urllib.parse import quote

import grpc
import pytest

from support.grpc_client import Client, chat, delivery, http_bindings
from support.keys import make_key
from support.people import Guest, fresh
from support.rpc import Rpc, RpcError
from support.server import Server

SERVICE = chat.DESCRIPTOR.services_by_name["Chat"]
DELIVERY = delivery.DESCRIPTOR.services_by_name["Delivery"]
CALLERS = ["nobody", "stranger", "author", "owner", "admin"]
EVERYBODY = set(CALLERS)
USERS = EVERYBODY - {"nobody"}
OWNERS = {"owner", "admin"}
AUTHORS = {"author", "owner", "admin"}

# Method: what is asked of the fresh room and message that each call gets, whom it is for where sessions are required,
# and where the server is open (there nobody in particular may do what needs no user).
RIGHTS = {
    "CreateSession": ({"display_name": "Anna"}, EVERYBODY, EVERYBODY),
    "GetSession": ({}, USERS, USERS),
    "CloseSession": (None, None, None),  # would end the caller's session: tests/e2e/test_sessions.py
    "CreateUser": (lambda at: {"username": fresh("name")}, None, None),  # would make an account of the caller
    "ListUsers": ({}, USERS, EVERYBODY),
    "GetUser": ({"user_id": 1}, USERS, EVERYBODY),
    "RemoveUser": (lambda at: {"user_id": at.victim}, {"admin"}, {"admin"}),
    "CreateRoom": (lambda at: {"name": fresh("room")}, USERS, EVERYBODY),
    "ListRooms": ({}, USERS, EVERYBODY),
    "GetRoom": (lambda at: {"room": at.room}, USERS, EVERYBODY),
    "UpdateRoom": (lambda at: {"room": at.room, "message_limit": 7}, OWNERS, OWNERS),
    "CloseRoom": (lambda at: {"room": at.room}, OWNERS, OWNERS),
    "JoinRoom": (lambda at: {"room": at.room}, USERS, USERS),
    "LeaveRoom": (lambda at: {"room": at.room}, USERS, USERS),
    "ListMembers": (lambda at: {"room": at.room}, USERS, EVERYBODY),
    "ListActiveUsers": (lambda at: {"room": at.room}, USERS, EVERYBODY),
    "SendMessage": (lambda at: {"room": at.room, "content": "x"}, USERS, EVERYBODY),
    "ListMessages": (lambda at: {"room": at.room}, USERS, EVERYBODY),
    "SearchMessages": ({"q": "text"}, USERS, EVERYBODY),
    "GetMessage": (lambda at: {"message_id": at.message}, USERS, EVERYBODY),
    "EditMessage": (lambda at: {"message_id": at.message, "content": "y"}, AUTHORS, AUTHORS),
    "DeleteMessage": (lambda at: {"message_id": at.message}, AUTHORS, AUTHORS),
    "AddReaction": (lambda at: {"message_id": at.message, "emoji": "👍"}, USERS, USERS),
    "RemoveReaction": (lambda at: {"message_id": at.message, "emoji": "👍"}, USERS, USERS),
    "ReadUnread": (lambda at: {"room": at.room}, USERS, USERS),
    "ListUnread": ({}, USERS, USERS),
    "GetStats": ({}, {"admin"}, EVERYBODY),
    "Subscribe": (None, None, None),  # below
    "Unsubscribe": (None, None, None),  # of one's own socket
    "SendTyping": (None, None, None),  # only from a socket that follows the room
    "CreateRecipient": (lambda at: {"phone": fresh_phone()}, {"admin"}, EVERYBODY),
    "ListRecipients": ({}, {"admin"}, EVERYBODY),
    "CountRecipients": ({}, {"admin"}, EVERYBODY),
    "GetRecipient": (lambda at: {"recipient_id": at.recipient}, {"admin"}, EVERYBODY),
    "UpdateRecipient": (lambda at: {"recipient_id": at.recipient, "tag": "x"}, {"admin"}, EVERYBODY),
    "DeleteRecipient": (lambda at: {"recipient_id": at.recipient}, {"admin"}, EVERYBODY),
}
TESTED = [name for name, (request, _, _) in RIGHTS.items() if request is not None and name != "CreateUser"]


NO_LIMITS = ("--user-rate", "0", "--address-rate", "0", "--max-rooms-per-user", "0")


_phones = itertools.count(70000000000)


def fresh_phone():
    return str(next(_phones))


class Place:
    """A server with callers of every kind; each call gets a room of `owner` with a message of `author`."""

    def __init__(self, server, people, required):
        self.server = server
        self.people = people
        self.required = required
        self.keys = {
            "chat": make_key(server, "chat", people["stranger"].id),
            "ops": make_key(server, "ops"),
            "delivery": make_key(server, "delivery"),
            "admin": make_key(server, "admin", people["stranger"].id),
        }
        self.room = self.message = self.victim = self.recipient = None

    def refresh(self):
        self.room = self.people["owner"].make_room()["id"]
        self.message = self.people["author"].send(self.room, "text")["id"]
        self.victim = Guest(self.server).id
        made = self.people["admin"].api.post("/api/v1/recipients", json={"phone": fresh_phone()})
        self.recipient = made.json()["id"]

    def secret(self, caller):
        return self.people[caller].secret if caller in self.people else None


@pytest.fixture(scope="module", params=["sessions", "open"])
def place(request, tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("rights"), *NO_LIMITS).start()
    people = {name: Guest(server) for name in ("stranger", "author", "owner", "admin")}
    admin = people["admin"]
    admin.secret = server.api().post("/api/v1/sessions", json={"user_id": 1}).json()["session_id"]
    admin.api.headers["Authorization"] = f"Bearer {admin.secret}"
    required = request.param == "sessions"
    found = Place(server, people, required)
    # Sessions and keys go on after a restart.
    server.stop()
    server.flags += ["--require-sessions"] if required else []
    server.start()
    for guest in people.values():
        guest.api.base = f"http://127.0.0.1:{server.port}"
    yield found
    server.stop()


def area_of(name):
    return "chat" if name in SERVICE.methods_by_name else "delivery"


def over_http(place, name, request, secret):
    bindings = http_bindings(SERVICE) + http_bindings(DELIVERY)
    verb, template, _ = next(binding for binding in bindings if binding[2] == name)
    rest = dict(request)
    path = re.sub(r"\{(\w+)\}", lambda found: quote(str(rest.pop(found[1])), safe=""), template)
    given = {"json": rest} if verb in ("POST", "PATCH") else {"params": rest}
    with place.server.api() as api:
        if secret:
            api.headers["Authorization"] = f"Bearer {secret}"
        answer = api.request(verb, path, **given)
    return "ok" if answer.status_code < 300 else answer.json()["code"]


def over_grpc(place, name, request, secret):
    area = area_of(name)
    message = getattr({"chat": chat, "delivery": delivery}[area], f"{name}Request")(**request)
    metadata = [("authorization", f"Bearer {secret}")] if secret else []
    with Client(place.server.grpc_port) as client:
        try:
            getattr(getattr(client, area), name)(message, metadata=metadata)
            return "ok"
        except grpc.RpcError as error:
            return error.code().name.lower()


def over_rpc(place, name, request, secret):
    with Rpc(place.server.port, f"?token={secret}" if secret else "") as socket:
        try:
            socket.call(f"{area_of(name)}.{name}", request)
            return "ok"
        except RpcError as error:
            return error.data["code"]


TRANSPORTS = {"http": over_http, "grpc": over_grpc, "rpc": over_rpc}


def test_every_method_has_a_row():
    assert set(RIGHTS) == {method.name for service in (SERVICE, DELIVERY) for method in service.methods}


@pytest.mark.parametrize("name", TESTED)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_may(place, transport, name):
    request, where_required, where_open = RIGHTS[name]
    allowed = where_required if place.required else where_open
    for caller in CALLERS:
        place.refresh()
        asked = request(place) if callable(request) else request
        outcome = TRANSPORTS[transport](place, name, asked, place.secret(caller))
        if caller in allowed:
            assert outcome == "ok", (caller, outcome)
        else:
            assert outcome == ("unauthenticated" if caller == "nobody" else "permission_denied"), (caller, outcome)


def key_may(scope, name, allowed):
    """A key has no session. Otherwise it may what its user may (or admin, with the scope admin) that is of its scope."""
    if name in ("CreateSession", "GetSession"):
        return name == "CreateSession"
    if scope == "admin":
        return "admin" in allowed
    of_area = "chat" if area_of(name) == "chat" else "delivery"
    of_scope = {"GetStats": "ops", "RemoveUser": "admin"}.get(name, of_area)
    return scope == of_scope and (scope in ("ops", "delivery") or "stranger" in allowed)


@pytest.mark.parametrize("name", TESTED)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_keys_may(place, transport, name):
    request, where_required, where_open = RIGHTS[name]
    allowed = where_required if place.required else where_open
    for scope, secret in place.keys.items():
        place.refresh()
        asked = request(place) if callable(request) else request
        outcome = TRANSPORTS[transport](place, name, asked, secret)
        assert outcome == ("ok" if key_may(scope, name, allowed) else "permission_denied"), scope


@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_subscribe(place, caller):
    place.refresh()
    secret = place.secret(caller)
    wanted = "ok" if caller != "nobody" or not place.required else "unauthenticated"
    with place.server.api() as api:
        params = {"token": secret} if secret else {}
        answer = api.get(f"/api/v1/rooms/{place.room}/events", params=params, stream=True)
        assert ("ok" if answer.status_code == 200 else answer.json()["code"]) == wanted
        answer.close()
    assert over_rpc(place, "Subscribe", {"room": place.room}, secret) == wanted


def test_nobody_learns_what_exists(place):
    if not place.required:
        return
    missing = {"room": "no-such-room", "message_id": 10**12}
    for name in ("SendMessage", "UpdateRoom", "CloseRoom", "JoinRoom", "EditMessage", "DeleteMessage", "AddReaction"):
        fields = SERVICE.methods_by_name[name].input_type.fields_by_name
        asked = {field: value for field, value in missing.items() if field in fields}
        asked |= {"content": "x"} if name in ("SendMessage", "EditMessage") else {}
        asked |= {"emoji": "👍"} if name == "AddReaction" else {}
        assert over_grpc(place, name, asked, None) == "unauthenticated", name
        assert over_grpc(place, name, asked, place.secret("stranger")) == "not_found", name
