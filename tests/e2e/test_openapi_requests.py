"""The server takes what /openapi.json allows and refuses what it forbids: for every operation and value that it
describes, chosen values are sent, and what the document says of them is what the server says."""

import http.client
import itertools
import json
import re
from urllib.parse import quote, urlencode

import pytest

from support.json_schema import is_valid, resolve
from support.server import Server

TAKEN = {200, 201, 401, 403, 404, 409}  # what depends on the state of the server is no matter of the document
VERBS = ("get", "put", "post", "patch", "delete")
NO_BODY = object()
UUID = "4d5ab1b5-2c5f-4b2e-9d7c-0f3f4b1f6c1e"

NUMBERS = [0, 1, 2, -1, 100, 101, 500, 501, 1000, 1001, 16384, 16385, 10**8, 10**8 + 1, 2**31 - 1, 2**31, -(2**31) - 1]
NUMBERS += [2**63 - 1, 2**63, -(2**63), 2**64, 1.0, 1e2, 1.5, -1.0, 1e300]
TEXTS = ["", " ", "a", "A b", " a", "a ", "a\tb", "a\nb", "a\x00b", "\x7f", "a\x85b", "a\u200bb", "a\u061cb", "\xa0a"]
TEXTS += ["a/b", "a#b", "a?b", "a:b", ".", "..", "Привет", "上海", UUID, UUID.upper(), UUID[:-1], "{" + UUID + "}"]
TEXTS += ["k3:41", "k3:0", "k3:01", "K3:1", "k3:", ":1", "k3:-1", "k3:" + "9" * 18, "k3:" + "9" * 19, "a" * 17 + ":1"]
TEXTS += ["0s", "1s", "001s", "1h", "7d", "36600d", "36601d", "1y", "s", "-10m", "--10m", "-36600d", "-36601d", "1.5h"]
TEXTS += ["2024-01-01T12:00:00Z", "2024-01-01T12:00:00.123456789012+23:59", "2024-13-01T12:00:00Z", "2024-01-01", "now"]
TEXTS += ["user@example.com", "a@b", "@b", "a@", "a@b@c", "a b@c", "0", "1", "-1", "01", "+1", "1.0", "9" * 20]
TEXTS += [str(2**63 - 1), str(2**63), "true", "asc", "ASC", "gap", "order_asc", "visible!", "two words", "жук"]
TEXTS += [character * length for length in (63, 64, 65, 128, 129) for character in ("x", "я")] + ["x" * 1025]
# A name takes what shapes an emoji inside of it, which its pattern has no words for; so these are only parameters.
EMOJI = ["👍", "❤", "❤️", "👍🏽", "☝️🏽", "👩‍🚀", "🇩🇪", "1️⃣", "1⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍👍", "★", "☐", "❶", "🇩", "1", "👍🏽🏽", "❤🏽", "👩‍"]
OTHERS = [None, True, [], {}, [None], ["a"], [UUID], [UUID, UUID], [UUID] * 11, {"a": 1}]


class Client:
    """Sends what no other client would, over one connection."""

    def __init__(self, server):
        self._server = server
        self._connection = None

    def status(self, verb, target, body=NO_BODY):
        self._connection = self._connection or http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        headers = {} if body is NO_BODY else {"Content-Type": "application/json"}
        text = None if body is NO_BODY else json.dumps(body).encode()
        self._connection.request(verb.upper(), target, text, headers)
        response = self._connection.getresponse()
        if response.headers.get_content_type() == "text/event-stream":
            self._connection.close()  # it has no end
            self._connection = None
            return response.status, b""
        return response.status, response.read()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("openapi"), store="memory").start()
    client = Client(server)
    assert client.status("POST", "/api/v1/messages", {"content": "first", "user_id": 1})[0] == 201
    yield client
    server.stop()


@pytest.fixture(scope="module")
def document(client):
    return json.loads(client.status("GET", "/openapi.json")[1])


def operations(document):
    for path, item in document["paths"].items():
        for verb in VERBS:
            streamed = "/attachments" in path or path.endswith(":import")
            if verb in item and not streamed:
                yield verb, path, item[verb]


def sample(schema):
    """What a parameter has while another one is looked at."""
    return (schema.get("examples") or [schema.get("default", 1 if schema.get("type") == "integer" else "a")])[0]


def as_parameter(value):
    """The text of a value in a path or query; None when it has none of its own."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def from_parameter(document, schema, text):
    """The value that a text is in a path or query."""
    kind = resolve(document, schema).get("type")
    if kind == "array":
        return [from_parameter(document, resolve(document, schema)["items"], text)]
    if kind == "integer":
        return int(text) if re.fullmatch(r"0|-?[1-9][0-9]*", text) else text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def target_of(path, parameters, values):
    query = {name: value for (place, name), value in values.items() if place == "query"}
    for parameter in parameters:
        if parameter["in"] == "path":
            value = values.get(("path", parameter["name"]), sample(parameter["schema"]))
            path = path.replace("{" + parameter["name"] + "}", quote(str(value), safe=""))
        elif parameter.get("required"):
            query.setdefault(parameter["name"], sample(parameter["schema"]))
    return path + ("?" + urlencode(query) if query else "")


def check(client, verb, target, body, valid):
    status, answer = client.status(verb, target, body)
    assert (status in TAKEN) if valid else (status == 400), (
        f"{verb} {target} {ascii(body)}: {'right' if valid else 'wrong'} by the document, {status}: {answer[:300]}"
    )


def test_parameters(client, document):
    count = 0
    for verb, path, operation in operations(document):
        body = {} if "requestBody" in operation else NO_BODY
        for parameter, value in itertools.product(operation["parameters"], NUMBERS + TEXTS + EMOJI):
            text = as_parameter(value)
            if parameter["in"] == "header" or parameter["name"] == "q" or text is None or (parameter["in"] == "path" and text in ("", ".", "..")):
                continue
            schema = parameter["schema"]
            valid = is_valid(document, schema, from_parameter(document, schema, text))
            if body is not NO_BODY and valid:
                continue  # then the body decides
            values = {(parameter["in"], parameter["name"]): text}
            check(client, verb, target_of(path, operation["parameters"], values), body, valid)
            count += 1
    assert count > 2000


def bodies(schema, example):
    # What needs a user is done by one, but where the user excludes something else.
    actor = {"user_id": 1} if "user_id" in schema["properties"] and "display_name" not in example else {}
    for name in schema["properties"]:
        for value in NUMBERS + TEXTS + OTHERS:
            yield {**actor, name: value}
            yield {**actor, **example, name: value}
    for first, second in itertools.combinations(schema["properties"], 2):
        for one, other in itertools.product((None, "", "a", 1), repeat=2):
            yield {first: one, second: other}
    yield {}
    yield {**example, "unknown": 1}
    yield {**example, "room": "lobby"}
    yield from ([], None, 1, "a", True)


def test_bodies(client, document):
    count = 0
    for verb, path, operation in operations(document):
        if "requestBody" not in operation:
            continue
        content = operation["requestBody"]["content"]["application/json"]
        schema = resolve(document, content["schema"])
        target = target_of(path, operation["parameters"], {})
        for body in bodies(schema, content.get("example", {})):
            check(client, verb, target, body, is_valid(document, schema, body))
            count += 1
    assert count > 2000


def edges(pattern):
    """The characters at the ends of each range of a pattern, and their neighbours."""
    written = {int(code, 16) for code in re.findall(r"\\u([0-9A-F]{4})", pattern)}
    written |= {ord(character) for character in pattern if ord(character) > 0x7F}
    near = {code + step for code in written for step in (-1, 0, 1)} | set(range(0x20, 0x80))
    return [chr(code) for code in sorted(near) if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF]


@pytest.mark.parametrize(
    "path, name",
    [
        ("/api/v1/users", "username"),
        ("/api/v1/users", "email"),
        ("/api/v1/rooms", "name"),
        ("/api/v1/sessions", "display_name"),
        ("/api/v1/messages", "content"),
        ("/api/v1/messages", "nonce"),
        ("/api/v1/messages", "room"),
        ("/api/v1/rooms/{room}/unread", "cursor"),
    ],
)
def test_characters(client, document, path, name):
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    schema = resolve(document, content["schema"])
    pattern = schema["properties"][name]["pattern"]
    path = path.replace("{room}", "lobby")
    actor = {"user_id": 1} if name == "cursor" else {}
    around = "{}@{}" if name == "email" else "{}{}"
    for character in edges(pattern):
        for value in (character, f"a{character}b", f"{character}b", f"a{character}", around.format("a", character)):
            body = {**content.get("example", {}), **actor, name: value}
            check(client, "post", path, body, is_valid(document, schema, body))


def test_the_settings_of_the_server_are_in_it(start_server):
    server = start_server(
        "--max-page=20", "--max-message-length=30", "--max-room-messages=40", "--max-attachments-per-message=3"
    )
    client = Client(server)
    document = json.loads(client.status("GET", "/openapi.json")[1])
    parameters = document["paths"]["/api/v1/rooms/{room}/messages"]["get"]["parameters"]
    limit = next(each["schema"] for each in parameters if each["name"] == "limit")
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 20, 20)
    schemas = document["components"]["schemas"]
    assert schemas["SendMessageBody"]["properties"]["content"]["maxLength"] == 30
    assert schemas["SendMessageBody"]["properties"]["attachment_ids"]["maxItems"] == 3
    assert schemas["CreateRoomRequest"]["properties"]["message_limit"]["maximum"] == 40
    assert client.status("GET", "/api/v1/messages?limit=20")[0] == 200
    assert client.status("GET", "/api/v1/messages?limit=21")[0] == 400
    assert client.status("POST", "/api/v1/messages", {"content": "x" * 30})[0] == 201
    assert client.status("POST", "/api/v1/messages", {"content": "x" * 31})[0] == 400
