"""JSON-RPC 2.0 over the WebSocket of `/rpc`: every method of the contract, batches, errors, ids, bounds."""

import json
import os
import random
import itertools

import pytest

from support import raw_http
from support.checks import CODES, assert_dense, assert_message, assert_problem, assert_problem_body, nothing_changes
from support.fixtures import make_room
from support.grpc_client import chat, ops
from support.raw_websocket import BINARY, PING, PONG, TEXT, Refused, encode_frame
from support.rpc import Rpc, RpcError
from support.server import memory_slack

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, REFUSED = -32700, -32600, -32601, -32602, -32000

_numbers = itertools.count(1)


def fresh(kind):
    return f"rpc-{kind}-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def rpc(any_server):
    with Rpc(any_server.port) as socket:
        yield socket


@pytest.fixture
def http(any_server):
    with any_server.api() as client:
        yield client


def assert_error(answer, code, call_id=None, canonical=None, status=None):
    assert set(answer) == {"jsonrpc", "id", "error"} and answer["jsonrpc"] == "2.0", answer
    error = answer["error"]
    assert set(error) == {"code", "message", "data"} and error["message"], answer
    assert error["code"] == code and answer["id"] == call_id, answer
    assert error["data"]["code"] in CODES and error["data"]["detail"] == error["message"], answer
    assert error["data"]["request_id"], answer
    if canonical:
        assert error["data"]["code"] == canonical, answer
    if status:
        assert_problem_body({k: v for k, v in error["data"].items() if k != "retry_after"}, status, canonical)


def test_every_method_by_its_name(rpc):
    """An empty request may be refused, but somebody has to be there to refuse it."""
    for area, file in (("chat", chat.DESCRIPTOR), ("ops", ops.DESCRIPTOR)):
        for service in file.services_by_name.values():
            for method in service.methods:
                try:
                    rpc.call(f"{area}.{method.name}")
                except RpcError as refused:
                    assert refused.code == REFUSED, (method.full_name, refused)


def test_answers_are_those_of_http(rpc, http):
    user = rpc.call("chat.CreateUser", {"username": fresh("user"), "email": "a@example.com"})
    assert http.get(f"/api/v1/users/{user['id']}").json() == user
    assert rpc.call("chat.GetUser", {"user_id": user["id"]}) == user
    assert rpc.call("chat.ListUsers", {"limit": 2})["users"] == http.get("/api/v1/users?limit=2").json()

    room = rpc.call("chat.CreateRoom", {"name": fresh("room")})
    assert http.get(f"/api/v1/rooms/{room['id']}").json() == room
    assert rpc.call("chat.GetRoom", {"room": room["name"]}) == room

    sent = [rpc.call("chat.SendMessage", {"room": room["name"], "content": f"m{n} ✓", "client_seq": n}) for n in range(5)]
    assert_message(sent[0], "m0 ✓", room["name"], client_seq=0)
    assert rpc.call("chat.ListMessages", {"room": room["id"]})["messages"] == sent[::-1]
    after = {"room": room["id"], "after": sent[1]["pos"], "limit": 2}
    assert rpc.call("chat.ListMessages", after)["messages"] == sent[2:4]
    assert rpc.call("chat.GetStats")["messages"] >= 5
    assert rpc.call("ops.GetVersion") == http.get("/version").json()
    assert rpc.call("ops.CheckLive", {})["status"] == "ok"
    assert rpc.call("ping") == {}


@pytest.mark.parametrize(
    "raw", ['"a b"', '""', '"\\u00e9\\"x"', "0", "-1", "1.50", "1e3", "123456789012345678901234567890", "null"]
)
def test_ids_come_back_as_they_were_written(rpc, raw):
    rpc.send_text(f'{{"jsonrpc":"2.0","method":"ping","id": {raw} }}')
    frame = rpc.read_frame()
    assert frame.payload.decode() == f'{{"jsonrpc":"2.0","id":{raw},"result":{{}}}}'


def test_members_in_any_order_and_absent_params(rpc):
    for text in ['{"id":7,"params":null,"method":"ping","jsonrpc":"2.0"}', ' {"method" : "p\\u0069ng","id":7,"jsonrpc":"2.0"}\n']:
        rpc.send_text(text)
        assert rpc.read_json() == {"jsonrpc": "2.0", "id": 7, "result": {}}


def test_notifications_are_done_and_not_answered(any_server, rpc, http):
    room = make_room(any_server)
    for n in range(20):
        rpc.send_json(rpc.call_object("chat.SendMessage", {"room": room, "content": f"n{n}"}))
    rpc.send_json(rpc.call_object("chat.SendMessage", {"room": room}))  # refused, and nobody is told
    rpc.send_json(rpc.call_object("no.such.method"))
    rpc.send_json([rpc.call_object("chat.SendMessage", {"room": room, "content": "in a batch"}), rpc.call_object("nope")])
    sent = rpc.call("chat.SendMessage", {"room": room, "content": "the last one"})
    assert sent["pos"].endswith(":22")
    assert rpc.call("ping") == {}
    contents = [message["content"] for message in http.get(f"/api/v1/rooms/{room}/messages?order=asc").json()]
    assert contents == [f"n{n}" for n in range(20)] + ["in a batch", "the last one"]


def test_a_batch_is_answered_with_one_array(any_server, rpc):
    room = make_room(any_server)
    rpc.send_json(
        [
            rpc.call_object("chat.SendMessage", {"room": room, "content": "one"}, "a"),
            rpc.call_object("chat.SendMessage", {"room": room, "content": "two"}),
            7,
            rpc.call_object("ping", call_id=3),
            {"jsonrpc": "2.0", "id": "x"},
            rpc.call_object("chat.GetRoom", {"room": "nowhere"}, 4),
        ]
    )
    answers = rpc.read_json()
    assert isinstance(answers, list) and len(answers) == 5
    by_id = {answer["id"]: answer for answer in answers}
    assert_message(by_id["a"]["result"], "one", room)
    assert by_id[3]["result"] == {}
    assert_error(by_id[None], INVALID_REQUEST)
    assert_error(by_id["x"], INVALID_REQUEST, "x")
    assert_error(by_id[4], REFUSED, 4, "not_found", 404)
    assert rpc.call("chat.ListMessages", {"room": room})["messages"][0]["content"] == "two"


def test_bounds_of_a_batch(rpc):
    rpc.send_text("[]")
    assert_error(rpc.read_json(), INVALID_REQUEST)
    assert all("result" in answer for answer in rpc.batch([("ping",)] * 100))
    rpc.send_json([rpc.call_object("ping", call_id=n) for n in range(101)])
    answer = rpc.read_json()
    assert_error(answer, INVALID_REQUEST, canonical="resource_exhausted")
    assert "100" in answer["error"]["message"]
    assert rpc.call("ping") == {}


def test_the_answers_of_a_batch_are_bounded(start_server):
    server = start_server("--personal-queue-bytes", "64KiB", store="memory")
    with Rpc(server.port) as rpc:
        for _ in range(20):
            rpc.call("chat.SendMessage", {"content": "x" * 5000})
        answers = rpc.batch([("chat.ListMessages",)] * 60)
        given = [answer for answer in answers if "result" in answer]
        assert 1 <= len(given) < 40
        for answer in answers:
            if "error" in answer:
                assert_error(answer, REFUSED, answer["id"], "resource_exhausted", 429)


MALFORMED = {
    "nothing": "",
    "blank": "   ",
    "words": "hello",
    "half": '{"jsonrpc":"2.0"',
    "comma": '{"jsonrpc":"2.0",}',
    "two": '{"jsonrpc":"2.0","method":"ping","id":1} {}',
    "single quotes": "{'jsonrpc':'2.0'}",
    "atom": '{"jsonrpc":"2.0","method":"ping","params":{"a":tru},"id":1}',
    "number": '{"jsonrpc":"2.0","method":"ping","params":{"a":01},"id":1}',
    "plus": '{"jsonrpc":"2.0","method":"ping","id":+1}',
    "nan": '{"jsonrpc":"2.0","method":"ping","params":{"a":NaN},"id":1}',
    "surrogate in params": '{"jsonrpc":"2.0","method":"no","params":{"a":"\\ud800"},"id":1}',
    "surrogate in id": '{"jsonrpc":"2.0","method":"ping","id":"\\udc00"}',
    "control": '{"jsonrpc":"2.0","method":"ping","id":"\x01"}',
    "escape": '{"jsonrpc":"2.0","method":"ping","id":"\\x"}',
    "one bad member of a batch": '[{"jsonrpc":"2.0","method":"ping","id":1},{"jsonrpc":"2.0","method":"ping","params":{x},"id":2}]',
    "deep": '{"jsonrpc":"2.0","method":"ping","params":{"a":' + "[" * 40 + "]" * 40 + '},"id":1}',
    "very deep": "[" * 30_000,
    "deep and closed": "[" * 30_000 + "]" * 30_000,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_text_that_is_no_json(rpc, any_server, text):
    with nothing_changes(any_server):
        rpc.send_text(text)
        assert_error(rpc.read_json(), PARSE_ERROR, canonical="invalid_argument", status=400)
        assert rpc.call("ping") == {}


NO_CALLS = [
    ("1", None, None),
    ('"ping"', None, None),
    ("null", None, None),
    ("{}", None, "jsonrpc"),
    ('{"jsonrpc":"2.0"}', None, "method"),
    ('{"jsonrpc":"2.0","id":5}', 5, "method"),
    ('{"method":"ping","id":5}', 5, "jsonrpc"),
    ('{"jsonrpc":"1.0","method":"ping","id":5}', 5, "jsonrpc"),
    ('{"jsonrpc":2.0,"method":"ping","id":5}', 5, "jsonrpc"),
    ('{"jsonrpc":"2.0","method":1,"id":5}', 5, "method"),
    ('{"jsonrpc":"2.0","method":null,"id":5}', 5, "method"),
    ('{"jsonrpc":"2.0","method":"ping","id":true}', None, "id"),
    ('{"jsonrpc":"2.0","method":"ping","id":{}}', None, "id"),
    ('{"jsonrpc":"2.0","method":"ping","id":"%s"}' % ("i" * 300), None, "id"),
    ('{"jsonrpc":"2.0","method":"ping","method":"ping","id":5}', 5, "method"),
    ('{"jsonrpc":"2.0","id":5,"method":"ping","id":6}', 5, "id"),
    ('{"jsonrpc":"2.0","method":"ping","extra":1,"id":5}', 5, "extra"),
    ('{"jsonrpc":"2.0","method":"%s","id":5}' % ("m" * 1000), 5, "method"),
]


@pytest.mark.parametrize("text, call_id, field", NO_CALLS, ids=[text[:60] for text, *_ in NO_CALLS])
def test_json_that_is_no_call(rpc, text, call_id, field):
    rpc.send_text(text)
    answer = rpc.read_json()
    assert_error(answer, INVALID_REQUEST, call_id, "invalid_argument")
    if field:
        assert answer["error"]["data"]["violations"][0]["field"] == field
    assert rpc.call("ping") == {}


@pytest.mark.parametrize(
    "params, field",
    [
        ("[]", "params"),
        ('"x"', "params"),
        ("1", "params"),
        ('{"content":"a","content":"b"}', "content"),
        ('{"content":1}', "content"),
        ('{"content":"a","client_seq":9223372036854775808}', "client_seq"),
        ('{"content":"a","client_seq":1e400}', "client_seq"),
        ('{"content":"a","client_seq":123456789012345678901234567890}', "client_seq"),
        ('{"content":"a","nothing_like_it":1}', "nothing_like_it"),
        ('{"content":{"a":[]}}', "content"),
    ],
)
def test_params_that_do_not_fit_the_request(rpc, any_server, params, field):
    with nothing_changes(any_server):
        rpc.send_text('{"jsonrpc":"2.0","method":"chat.SendMessage","params":%s,"id":1}' % params)
        answer = rpc.read_json()
        assert_error(answer, INVALID_PARAMS, 1, "invalid_argument", 400)
        assert [violation["field"] for violation in answer["error"]["data"]["violations"]] == [field]


@pytest.mark.parametrize(
    "method", ["", "chat", "chat.", "chat.sendmessage", "Chat.SendMessage", "vestnik.chat.v1.Chat.SendMessage", "rpc.x", "é"]
)
def test_unknown_methods(rpc, method):
    rpc.send_json(rpc.call_object(method, {"anything": [1]}, 1))
    assert_error(rpc.read_json(), METHOD_NOT_FOUND, 1, "not_found", 404)


@pytest.mark.parametrize(
    "method, params, verb, path",
    [
        ("chat.SendMessage", {"room": "lobby", "content": ""}, "POST", "/api/v1/rooms/lobby/messages"),
        ("chat.SendMessage", {"room": "lobby", "content": "x", "user_id": 10**9}, "POST", "/api/v1/rooms/lobby/messages"),
        ("chat.CreateUser", {"username": "admin"}, "POST", "/api/v1/users"),
        ("chat.CreateRoom", {"name": "lobby"}, "POST", "/api/v1/rooms"),
        ("chat.GetUser", {"user_id": 10**9}, "GET", f"/api/v1/users/{10**9}"),
        ("chat.GetRoom", {"room": "nowhere"}, "GET", "/api/v1/rooms/nowhere"),
        ("chat.ListMessages", {"room": "lobby", "limit": 0}, "GET", "/api/v1/rooms/lobby/messages?limit=0"),
    ],
)
def test_errors_are_those_of_http(rpc, http, method, params, verb, path):
    body = {name: value for name, value in params.items() if name != "room"}
    over_http = assert_problem_of(http.request(verb, path, **({"json": body} if verb == "POST" else {})))
    with pytest.raises(RpcError) as refused:
        rpc.call(method, params)
    assert refused.value.code == REFUSED
    data = {**refused.value.data, "request_id": None}
    assert data == {**over_http, "request_id": None}


def assert_problem_of(response):
    return assert_problem(response, response.status_code)


def test_messages_keep_the_order_in_which_they_were_sent(any_server, rpc):
    """Single calls and batches of one socket, all before the first answer is read."""
    room, other = make_room(any_server), make_room(any_server)
    frames, numbers = [], itertools.count()

    def send(name, **more):
        return {**rpc.call_object("chat.SendMessage", {"room": name, "content": "p", "client_seq": next(numbers)}), **more}

    for _ in range(40):
        frames += [send(room, id=f"s{next(_numbers)}"), send(other), send(room)]
        frames.append([send(room, id=f"b{next(_numbers)}"), send(other, id=f"o{next(_numbers)}"), send(room)])
    rpc.send_bytes(b"".join(encode_frame(TEXT, json.dumps(frame).encode()) for frame in frames))
    seen = 0
    while seen < 40 * 3:
        value = rpc.read_json()
        seen += len(value) if isinstance(value, list) else 1
    rpc.call("ping")
    written = {room: [], other: []}
    for frame in frames:
        for call in frame if isinstance(frame, list) else [frame]:
            written[call["params"]["room"]].append(call["params"]["client_seq"])
    for name, expected in written.items():
        messages = rpc.call("chat.ListMessages", {"room": name, "order": "asc", "limit": 500})["messages"]
        assert [message["client_seq"] for message in messages] == expected
        assert_dense(messages, first=1)


def test_many_calls_at_a_time(any_server, rpc):
    room = make_room(any_server)
    kinds = [
        ("ping", None),
        ("chat.ListUsers", None),
        ("chat.SendMessage", {"room": room, "content": "at a time"}),
        ("chat.ListMessages", {"room": room, "limit": 3}),
        ("chat.GetStats", None),
    ]
    calls = [rpc.start(*kinds[n % len(kinds)]) for n in range(1000)]
    sent = [rpc.result(call) for n, call in enumerate(calls) if kinds[n % len(kinds)][0] == "chat.SendMessage"]
    assert_dense(sent, first=1)
    for n, call in enumerate(calls):
        if kinds[n % len(kinds)][0] != "chat.SendMessage":
            rpc.result(call)


@pytest.mark.seconds(60)
def test_one_who_asks_much_and_reads_nothing_is_made_to_wait(start_server):
    """Its calls stay in the kernel's buffers, and the memory of the server where it is."""
    server = start_server(store="memory")
    with Rpc(server.port, within=30) as rpc:
        for _ in range(100):
            rpc.start("chat.SendMessage", {"content": "y" * 10_000})
        rpc.call("ping")
        rpc.read_while(lambda: len(rpc.answers) < 100)
        before = server.memory_bytes()
        rpc.connection.socket.settimeout(1)
        asked = 0
        try:
            while asked < 20_000:
                rpc.start("chat.ListMessages", {"limit": 500})
                asked += 1
        except TimeoutError:
            pass
        assert server.memory_bytes() < before + memory_slack(80)
        with Rpc(server.port) as other:
            assert other.call("ping") == {}
        # None of what it has asked for is lost once it reads.
        rpc.connection.socket.settimeout(30)
        for call in range(102, 142):
            assert len(rpc.result(call, within=30)["messages"]) == 100


def test_control_frames_work_as_on_ws(rpc):
    rpc.send_frame(PING, b"are you there")
    assert rpc.call("ping") == {}
    assert rpc.pongs == [b"are you there"]
    assert rpc.close() == 1000


@pytest.mark.parametrize(
    "frame, code",
    [
        (encode_frame(BINARY, b"{}"), 1003),
        (encode_frame(TEXT, b"\xff"), 1007),
        (encode_frame(TEXT, b"{}", mask=False), 1002),
        (encode_frame(TEXT, b"", length=1 << 40), 1009),
    ],
    ids=["binary", "not UTF-8", "not masked", "too long"],  # frames have random masks
)
def test_frames_that_end_the_socket(rpc, frame, code):
    rpc.send_bytes(frame)
    assert rpc.read_close()[0] == code


def test_the_handshake(any_server):
    for query, status in [("?room=lobby", 400), ("?token=", 400), ("?token=a&token=b", 400), ("?token=%zz", 400)]:
        with pytest.raises(Refused) as refused:
            Rpc(any_server.port, query)
        assert_problem(refused.value.response, status)
    with pytest.raises(Refused) as refused:
        Rpc(any_server.port, headers={"Origin": "https://elsewhere.example.com"})
    assert_problem(refused.value.response, 403, "permission_denied")
    with Rpc(any_server.port, headers={"Origin": "http://localhost"}) as own:
        assert own.call("ping") == {}
    with any_server.api() as api:
        assert_problem(api.get("/rpc"), 426)
        assert_problem(api.post("/rpc", json={}), 405)


@pytest.mark.seconds(60)
def test_garbage(any_server):
    """Whatever the text, it is answered and the socket goes on."""
    chance = random.Random(7)
    seeds = [json.dumps(Rpc.call_object("chat.SendMessage", {"content": "é\n", "client_seq": 5}, "id")), *MALFORMED.values()]
    seeds = [seed for seed in seeds if len(seed) < 1000]
    with Rpc(any_server.port) as rpc:
        for _ in range(1500):
            text = list(chance.choice(seeds))
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(text) + 1)
                text[at : at + chance.randrange(3)] = chance.choice(['"', "{", "}", "[", "]", ",", ":", "\\", "1", "é", " "])
            rpc.send_text("".join(text))
        rpc.send_json(rpc.call_object("ping", call_id="the end"))
        values = rpc.read_until(lambda value: isinstance(value, dict) and value["id"] == "the end", within=30)
        assert values[-1]["result"] == {}


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_a_stopping_server_answers_and_says_when_to_come_back(start_server, store):
    server = start_server(store=store)
    with Rpc(server.port) as rpc:
        rpc.call("chat.Subscribe")
        sent = [rpc.start("chat.SendMessage", {"content": f"m{n}"}) for n in range(200)]
        rpc.call("ping")
        server.stop()
        with pytest.raises(raw_http.Closed, match=r"\\x03\\xf4reconnect in"):
            rpc.read_while(lambda: True)
        # The ping was read after them, so all had begun.
        assert all("result" in rpc.answers[call] for call in sent)
