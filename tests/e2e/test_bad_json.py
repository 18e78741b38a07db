"""Bodies from strangers: each gets the error shape, and nothing else changes."""

import json

import pytest

from support import raw_http
from support.checks import assert_problem, nothing_changes
from support.raw_websocket import WebSocket

MESSAGES = "/api/v1/rooms/stream/messages"


def text_of(value):
    return b'{"text":' + value + b',"client_seq":1}'


NOT_JSON = {
    "empty": b"",
    "space": b"  \n",
    "word": b"hello",
    "truncated": b'{"text":"x","client_seq":1',
    "truncated string": b'{"text":"x',
    "truncated escape": b'{"text":"\\u00',
    "single quotes": b"{'text':'x','client_seq':1}",
    "trailing comma": b'{"text":"x","client_seq":1,}',
    "two values": b'{"text":"x","client_seq":1}{}',
    "trailing junk": b'{"text":"x","client_seq":1} x',
    "comment": b'{"text":"x",/**/"client_seq":1}',
    "missing colon": b'{"text" "x","client_seq":1}',
    "unquoted key": b'{text:"x","client_seq":1}',
    "leading zero": b'{"text":"x","client_seq":01}',
    "plus sign": b'{"text":"x","client_seq":+1}',
    "NaN": b'{"text":"x","client_seq":NaN}',
    "Infinity": b'{"text":"x","client_seq":Infinity}',
    "hexadecimal": b'{"text":"x","client_seq":0x1}',
    "bare minus": b'{"text":"x","client_seq":-}',
    "bad escape": text_of(b'"\\x41"'),
    "raw newline in a string": text_of(b'"a\nb"'),
    "raw tab in a string": text_of(b'"a\tb"'),
    "raw NUL in a string": text_of(b'"a\x00b"'),
    "NUL after the end": b'{"text":"x","client_seq":1}\x00',
    "byte order mark UTF-16": '{"text":"x","client_seq":1}'.encode("utf-16"),
    "deep arrays": b'{"text":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep and unclosed": b"[" * 200_000,
    "depth 33": b'{"text":' + b"[" * 33 + b"]" * 33 + b',"client_seq":1}',
    "one level too many inside an unknown field": b'{"x":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    "lone high surrogate": text_of(b'"\\ud83e"'),
    "lone low surrogate": text_of(b'"\\udd8a"'),
    "high surrogate and a letter": text_of(b'"\\ud83ex"'),
    "two high surrogates": text_of(b'"\\ud83e\\ud83e"'),
    "lone surrogate in a key": b'{"\\ud83e":1,"text":"x","client_seq":1}',
    "duplicate key": b'{"text":"x","text":"y","client_seq":1}',
    "duplicate key with the same value": b'{"text":"x","client_seq":1,"client_seq":1}',
    "duplicate key written with an escape": b'{"text":"x","client_seq":1,"cl\\u0069ent_seq":2}',
}
BAD_UTF8 = {
    "lone continuation": b"\x80",
    "truncated": b"\xd0",
    "overlong slash": b"\xc0\xaf",
    "overlong NUL": b"\xc0\x80",
    "surrogate": b"\xed\xa0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "ff": b"\xff",
    "truncated four": b"\xf0\x9f\xa6",
    "latin-1": "привет".encode("cp1251"),
}
WRONG_TOP = [b"null", b"true", b"1", b'"text"', b"[]", b'[{"text":"x","client_seq":1}]']


def post(server, body, headers=None, path=MESSAGES):
    return raw_http.exchange(server.port, raw_http.encode_json("POST", path, body, headers or {}))[0]


@pytest.mark.parametrize("name", NOT_JSON)
def test_not_json(server, name):
    with nothing_changes(server):
        assert_problem(post(server, NOT_JSON[name]), 400, "invalid_argument")


@pytest.mark.parametrize("name", BAD_UTF8)
def test_bad_utf8(server, name):
    with nothing_changes(server):
        assert_problem(post(server, text_of(b'"a' + BAD_UTF8[name] + b'b"')), 400, "invalid_argument")
        assert_problem(post(server, b'{"a' + BAD_UTF8[name] + b'":1}'), 400, "invalid_argument")


@pytest.mark.parametrize("body", WRONG_TOP)
def test_not_an_object(server, body):
    with nothing_changes(server):
        assert_problem(post(server, body), 400, "invalid_argument")


@pytest.mark.parametrize(
    "field, value",
    [
        ("text", 1),
        ("text", True),
        ("text", None),
        ("text", []),
        ("text", {}),
        ("text", ["x"]),
        ("content", 1.5),
        ("user_id", "x"),
        ("user_id", 1.5),
        ("user_id", 2**63),
        ("user_id", -(2**63) - 1),
        ("user_id", True),
        ("user_id", [1]),
        ("user_id", {}),
        ("user_id", "9223372036854775808"),
        ("user_id", "1 "),
        ("user_id", "0x1"),
        ("user_id", ""),
        ("username", 1),
        ("username", []),
        ("nonce", 1),
        ("nonce", {}),
        ("room", 1),
        ("room", ["stream"]),
    ],
)
def test_wrong_types(server, field, value):
    body = {"text": "x", "client_seq": 1, field: value}
    if field == "content" or value is None:
        del body["text"]
    with nothing_changes(server):
        assert_problem(
            post(server, json.dumps(body).encode()), 400, "invalid_argument", "content" if value is None else field
        )


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1" * 5000, "1.0000000000000000000001", "1e-400", "123456789012345678901234567890"]
)
def test_numbers_out_of_range(server, number):
    with nothing_changes(server):
        assert_problem(post(server, b'{"text":"x","client_seq":%s}' % number.encode()), 400, "invalid_argument")


@pytest.mark.parametrize(
    "field", ["unknown", "Text", "clientSeq", "id", "pos", "created_at", "__proto__", "", "text ", "te\u0000xt", "ж"]
)
def test_unknown_fields_are_named(server, field):
    with nothing_changes(server):
        body = assert_problem(
            post(server, json.dumps({"text": "x", "client_seq": 1, field: 1}).encode()), 400, "invalid_argument"
        )
        if field:
            assert field in [violation["field"] for violation in body["violations"]], body


@pytest.mark.parametrize(
    "character", ["\u0000", "\u0001", "\u0008", "\u000b", "\u000c", "\r", "\u001b", "\u001f", "\u007f"]
)
def test_control_characters(server, api, character):
    with nothing_changes(server):
        assert_problem(api.post(MESSAGES, json={"text": f"a{character}b", "client_seq": 1}), 400, "invalid_argument")


@pytest.mark.parametrize(
    "text",
    [
        "a\nb\tc",
        "a\u0080\u009f",
        "a\u2028\u2029",
        "a\ufeff",
        "\uffff",
        "\ufdd0",
        "\U0010ffff",
        "a\u202e",
        "' OR 1=1; --",
        "<script>alert(1)</script>",
        "%s%n",
        "\\",
    ],
)
def test_text_is_returned_as_given(any_server, text):
    with any_server.api() as api:
        sent = api.post(MESSAGES, json={"text": text, "client_seq": 1})
        assert sent.status_code == 201, sent.content
        assert sent.json()["content"] == text
        assert api.get(MESSAGES, params={"limit": 1}).json()[0]["content"] == text


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "json",
        "*/*",
        ";;;",
        "application/json; charset=utf-16",
        "application/json; charset=",
    ],
)
def test_wrong_content_type(server, content_type):
    body = b'{"text":"x","client_seq":1}'
    with nothing_changes(server):
        response, _ = raw_http.exchange(
            server.port, raw_http.encode("POST", MESSAGES, {"Content-Type": content_type}, body)
        )
        assert_problem(response, 415)


def test_missing_content_type(server):
    """RFC 9110 leaves it open what a body without a type is; a client that says nothing is either understood or told."""
    response, _ = raw_http.exchange(server.port, raw_http.encode("POST", MESSAGES, {}, b'{"text":"x","client_seq":1}'))
    assert response.status_code in (201, 415)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        'application/json; charset="utf-8"',
    ],
)
def test_json_content_types(server, content_type):
    response, _ = raw_http.exchange(
        server.port, raw_http.encode("POST", MESSAGES, {"Content-Type": content_type}, b'{"text":"x","client_seq":1}')
    )
    assert response.status_code == 201, response


def test_a_body_where_none_belongs(server):
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, raw_http.encode_json("GET", MESSAGES + "?limit=1", b'{"limit":2}'))
        assert response.status_code in (200, 400)


def test_room_in_path_and_body(server, api):
    with nothing_changes(server), nothing_changes(server, "lobby"):
        assert_problem(
            api.post(MESSAGES, json={"room": "lobby", "text": "x", "client_seq": 1}), 400, "invalid_argument", "room"
        )


def test_the_same_bodies_over_the_socket(server):
    """Each is answered on the same socket, which stays open."""
    with nothing_changes(server), WebSocket(server.port, room="stream") as socket:
        for name, body in {**NOT_JSON, **{str(one): one for one in WRONG_TOP}}.items():
            if name == "byte order mark UTF-16" or len(body) > 65536:
                continue  # not UTF-8, or too big for a frame: those end the connection
            socket.send_text(body)
            answer = socket.read_json()
            assert set(answer) == {"error"}, (name, answer)
            assert answer["error"]["status"] == 400 and answer["error"]["code"] == "invalid_argument", (name, answer)


def test_every_other_route_with_a_body_refuses_the_same(server):
    with nothing_changes(server):
        for path in ("/api/v1/users", "/api/v1/rooms", "/api/v1/messages"):
            for body in (
                b"",
                b"{",
                b"[]",
                b'{"a":' * 10_000,
                b'{"username":"\xff"}',
                b'{"name":"\\ud800"}',
                b'{"nope":1}',
            ):
                assert_problem(post(server, body, path=path), 400, "invalid_argument")
