"""Recipients over HTTP, gRPC and /rpc: made, found, changed, removed; what may not be is refused with its field."""

import itertools

import pytest

from support import grpc_client
from support.checks import assert_problem
from support.grpc_client import delivery
from support.people import Guest
from support.rpc import Rpc
from support.server import memory_slack

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


def upload(api, text, content_type="text/csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return api.post(f"{PATH}:import", data=data, headers={"Content-Type": content_type})


def test_import(any_server):
    with any_server.api() as api:
        known = add(api, tag="old")
        new = phone()
        report = upload(api, f"\ufeffphone;tag;city\r\n{new};vip;Тверь\r\n1;x;y\r\n{known['phone']};new;\r\n")
        assert report.status_code == 200, report.content
        answer = report.json()
        assert {name: answer[name] for name in ("rows", "created", "updated", "refused")} == {
            "rows": 3,
            "created": 1,
            "updated": 1,
            "refused": 1,
        }
        assert answer["first_refused"][0]["line"] == 3 and "phone" in answer["first_refused"][0]["reason"]
        assert api.get(f"{PATH}/{known['id']}").json()["tag"] == "new"
        (made,) = [each for each in api.get(PATH, params={"after": known["id"]}).json() if each["phone"] == new]
        assert made["attributes"] == {"city": "Тверь"}


def test_an_import_that_is_none(server):
    with server.api() as api:
        assert_problem(upload(api, "79161234567,vip\n"), 400, "invalid_argument", "csv")
        assert_problem(upload(api, "phone\n", "application/json"), 415, "invalid_argument")
        assert_problem(api.get(f"{PATH}:import"), 405)
        windows = upload(api, "phone,tag\n79160009999,Тверь\n".encode("cp1251")).json()
        assert windows["refused"] == 1 and "UTF-8" in windows["first_refused"][0]["reason"]


def test_only_those_who_may_import(start_server):
    server = start_server("--require-sessions", store="memory")
    with server.api() as api:
        assert_problem(upload(api, "phone\n79161234567\n"), 401, "unauthenticated")
    guest = Guest(server)
    assert_problem(upload(guest.api, "phone\n79161234567\n"), 403, "permission_denied")


@pytest.mark.seconds(120)
def test_a_large_import_is_not_held_in_memory(start_server):
    server = start_server()
    with server.api() as api:
        upload(api, "phone\n79160000000\n")
        before = server.memory_bytes()
        rows = "".join(f"{79160000000 + number},tag,a value of some length,another\n" for number in range(200_000))
        report = upload(api, "phone,tag,first,second\n" + rows)
        assert report.status_code == 200 and report.json()["created"] == 199_999, report.content
        assert server.memory_bytes() - before < memory_slack(64)
        assert api.get(f"{PATH}:count").json() == {"count": 200_000}
