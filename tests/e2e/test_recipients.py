"""Recipients over HTTP, gRPC and /rpc: made, found, changed, removed; what may not be is refused with its field."""

import itertools

import pytest

from support import grpc_client
from support.checks import assert_problem
from support.grpc_client import delivery
from support.rpc import Rpc

PATH = "/api/v1/recipients"
_phones = itertools.count(79160000000)


def phone():
    return str(next(_phones))


def add(api, **members):
    made = api.post(PATH, json={"phone": phone(), **members})
    assert made.status_code == 201, made.content
    return made.json()


def test_a_whole_recipient(any_server):
    with any_server.api() as api:
        given = {
            "phone": phone(),
            "tag": "vip",
            "time_zone": "Europe/Moscow",
            "addresses": {"telegram": "@anna_k", "whatsapp": "79161234567"},
            "attributes": {"city": "Тверь", "name": "Анна"},
        }
        made = api.post(PATH, json=given)
        assert made.status_code == 201, made.content
        recipient = made.json()
        assert {name: recipient[name] for name in given} == given
        assert recipient["operator_code"] == "916" and recipient["unsubscribed"] is False
        assert api.get(f"{PATH}/{recipient['id']}").json() == recipient
        with grpc_client.Client(any_server.grpc_port) as client:
            found = client.delivery.GetRecipient(delivery.GetRecipientRequest(recipient_id=recipient["id"]))
            assert found.phone == given["phone"] and dict(found.attributes) == given["attributes"]
        with Rpc(any_server.port) as rpc:
            assert rpc.call("delivery.GetRecipient", {"recipient_id": recipient["id"]}) == recipient


def test_a_phone_belongs_to_one(any_server):
    with any_server.api() as api:
        first = add(api)
        assert_problem(api.post(PATH, json={"phone": first["phone"]}), 409, "already_exists")
        other = add(api)
        changed = api.patch(f"{PATH}/{other['id']}", json={"phone": first["phone"]})
        assert_problem(changed, 409, "already_exists")


def test_changes_leave_the_rest(any_server):
    with any_server.api() as api:
        made = add(api, tag="old", addresses={"telegram": "12", "viber": "id="}, attributes={"a": "1", "b": "2"})
        patch = {"tag": "", "addresses": {"telegram": ""}, "attributes": {"b": "3", "a": ""}, "unsubscribed": True}
        changed = api.patch(f"{PATH}/{made['id']}", json=patch)
        assert changed.status_code == 200, changed.content
        expected = {**made, "tag": "", "addresses": {"viber": "id="}, "attributes": {"b": "3"}, "unsubscribed": True}
        assert changed.json() == expected == api.get(f"{PATH}/{made['id']}").json()


def test_pages_and_filters(start_server):
    server = start_server(store="memory")
    with server.api() as api:
        for number in range(5):
            api.post(PATH, json={"phone": f"7916000000{number}", "tag": "odd" if number % 2 else "even"})
        api.post(PATH, json={"phone": "79030000000", "tag": "odd"})

        def phones(**query):
            return [each["phone"] for each in api.get(PATH, params=query).json()]

        assert len(phones()) == 6
        page = api.get(PATH, params={"limit": 2}).json()
        assert phones(limit=2, after=page[-1]["id"]) == ["79160000002", "79160000003"]
        assert phones(tags="odd") == ["79160000001", "79160000003", "79030000000"]
        assert phones(tags=["odd", "even"], operator_codes="903") == ["79030000000"]
        assert phones(tags="none") == []
        assert api.get(f"{PATH}:count", params={"operator_codes": "916"}).json() == {"count": 5}
        assert api.get(f"{PATH}:count").json() == {"count": 6}


def test_a_removed_one_is_gone(any_server):
    with any_server.api() as api:
        made = add(api)
        assert api.delete(f"{PATH}/{made['id']}").status_code == 200
        assert_problem(api.get(f"{PATH}/{made['id']}"), 404, "not_found")
        assert_problem(api.delete(f"{PATH}/{made['id']}"), 404, "not_found")
        assert_problem(api.patch(f"{PATH}/{made['id']}", json={"tag": "x"}), 404, "not_found")


@pytest.mark.parametrize(
    "members, field",
    [
        ({"phone": "89161234567"}, "phone"),
        ({"phone": "7916123456"}, "phone"),
        ({"operator_code": "91"}, "operator_code"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "+15:00"}, "time_zone"),
        ({"tag": "x" * 65}, "tag"),
        ({"tag": "a\nb"}, "tag"),
        ({"addresses": {"telegram": "anna"}}, "addresses"),
        ({"addresses": {"whatsapp": "+79161234567"}}, "addresses"),
        ({"attributes": {"a b": "1"}}, "attributes"),
        ({"attributes": {f"a{number}": "1" for number in range(51)}}, "attributes"),
    ],
)
def test_what_may_not_be(server, members, field):
    with server.api() as api:
        refused = api.post(PATH, json={"phone": phone(), **members})
        assert_problem(refused, 400, "invalid_argument", field)
        made = add(api)
        assert_problem(api.patch(f"{PATH}/{made['id']}", json=members), 400, "invalid_argument", field)
        assert api.get(f"{PATH}/{made['id']}").json() == made


def test_they_survive_a_restart(start_server):
    server = start_server()
    with server.api() as api:
        made = add(api, attributes={"name": "Анна"})
    server.stop()
    server.start()
    with server.api() as api:
        assert api.get(f"{PATH}/{made['id']}").json() == made
        health = api.get("/health").json()
        assert "vestnik.db-delivery" in next(each["detail"] for each in health["components"] if each["name"] == "deliveries")
