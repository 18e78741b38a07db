"""The description at /openapi.json and the routes of the contract are the same thing."""

import json

import pytest

from support import raw_http
from support.grpc_client import chat, delivery, http_bindings, ops

BINDINGS = [
    binding
    for file in (chat, delivery, ops)
    for service in file.DESCRIPTOR.services_by_name.values()
    for binding in http_bindings(service)
]


@pytest.fixture(scope="module")
def document(sqlite_server):
    response = sqlite_server.api().get("/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"].split(";")[0] == "application/json"
    return response.json()


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def test_the_document(document):
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] and document["info"]["version"]
    for reference in _references(document):
        assert reference.startswith("#/")
        target = document
        for part in reference[2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
    identifiers = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    ]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("verb, path, name", BINDINGS)
def test_every_route_is_described_and_answers(server, document, verb, path, name):
    operation = document["paths"][path][verb.lower()]
    assert operation.get("description") or operation.get("summary"), "no description from the .proto"
    statuses = set(operation["responses"])
    assert statuses & {"200", "201"} and (statuses & {"default", "400", "4XX"})
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    for part in path.split("/"):
        if part.startswith("{"):
            assert part.strip("{}") in parameters

    target = path.replace("{room}", "lobby").replace("{user_id}", "1").replace("{message_id}", "1")
    target = target.replace("{emoji}", "%F0%9F%91%8D").replace("{recipient_id}", "1")
    assert "{" not in target
    with raw_http.Connection(server.port) as connection:
        has_body = verb in ("POST", "PATCH")
        connection.send(raw_http.encode_json(verb, target, {}) if has_body else raw_http.encode(verb, target))
        head = connection.read_head()
        may_be_missing = "{message_id}" in path or "{recipient_id}" in path
        reached = (200, 400, 401, 404) if may_be_missing else (200, 201, 400, 401)
        assert head.status_code in reached, f"{verb} {target}: {head}"


def test_nothing_else_is_described(document):
    described = {
        (verb.upper(), path)
        for path, item in document["paths"].items()
        for verb in item
        if verb in ("get", "post", "put", "patch", "delete")
    }
    assert {(verb, path) for verb, path, _ in BINDINGS} <= described
    extra = described - {(verb, path) for verb, path, _ in BINDINGS}
    streamed = {
        ("POST", "/api/v1/attachments"),
        ("GET", "/api/v1/attachments/{attachment_id}"),
        ("POST", "/api/v1/recipients:import"),
    }
    assert {(verb, path) for verb, path in extra if path.startswith("/api/")} == streamed


def test_comments_examples_and_errors(document):
    text = json.dumps(document, ensure_ascii=False)
    assert "Writes one message. The answer comes after the commit" in text
    assert "application/problem+json" in text
    send = document["paths"]["/api/v1/rooms/{room}/messages"]["post"]
    assert "201" in send["responses"] and "200" not in send["responses"]
    assert "Idempotency-Key" in text
    history = document["paths"]["/api/v1/rooms/{room}/messages"]["get"]
    names = {parameter["name"] for parameter in history["parameters"]}
    assert {"room", "limit", "offset", "after", "before", "from", "to", "order"} == names
    order = next(parameter for parameter in history["parameters"] if parameter["name"] == "order")
    schema = order["schema"]
    while "$ref" in schema:
        target = document
        for part in schema["$ref"][2:].split("/"):
            target = target[part]
        schema = target
    assert {"asc", "desc"} <= set(schema["enum"])
    assert "text/event-stream" in document["paths"]["/api/v1/rooms/{room}/events"]["get"]["responses"]["200"]["content"]
    listed = document["paths"]["/api/v1/users"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert listed["type"] == "array"
