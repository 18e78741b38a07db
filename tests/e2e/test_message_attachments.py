"""Files that messages have: sent and seen over every transport, gone with the last message, whole after a crash."""

import contextlib
import hashlib
import os
import socket
import sqlite3
import threading
from pathlib import Path

import grpc
import pytest
import requests

from support import raw_http
from support.checks import assert_problem
from support.grpc_client import Client, chat, violations_of
from support.people import Guest
from support.raw_websocket import WebSocket
from support.rpc import Rpc, RpcError
from support.timing import patient, scaled, wait_until
from support.transports import READERS, every_change

PATH = "/api/v1/attachments"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def upload(api, content=None, name="file.txt"):
    content = content if content is not None else os.urandom(100)
    response = api.post(PATH, params={"name": name}, data=content)
    assert response.status_code == 201, response.content
    return response.json()


def told(*uploaded):
    """Attachments as messages have them."""
    return [{name: each[name] for name in ("id", "name", "size", "content_type")} for each in uploaded]


def kept_files(server):
    folder = Path(server.folder) / "vestnik.db-attachments"
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name not in ("lock", "owner"))


def wait_for_files(server, *contents, within=10):
    """Until exactly these contents are kept."""
    wanted = sorted(hashlib.sha256(content).hexdigest() for content in contents)
    wait_until(lambda: kept_files(server) == wanted, within, f"{len(contents)} contents to be left")


def send_over_http(server, room, body):
    response = server.api().post(f"/api/v1/rooms/{room}/messages", json=body)
    assert response.status_code == 201, response.content
    return response.json()


def send_over_grpc(server, room, body):
    with Client(server.grpc_port) as client:
        message = client.chat.SendMessage(chat.SendMessageRequest(room=room, **body))
        attachments = [
            {"id": each.id, "name": each.name, "size": each.size, "content_type": each.content_type}
            for each in message.attachments
        ]
        return {"id": message.id, "attachments": attachments}


def send_over_rpc(server, room, body):
    with Rpc(server.port) as connection:
        return connection.call("chat.SendMessage", {"room": room, **body})


def send_over_websocket(server, room, body):
    with WebSocket(server.port, room=room) as connection:
        connection.send_json(body)
        return connection.read_json()


SENDERS = {
    "http": send_over_http,
    "grpc": send_over_grpc,
    "rpc": send_over_rpc,
    "websocket": send_over_websocket,
}


def attachments_of(message):
    """Of a message in JSON; gRPC's own JSON writes 64-bit numbers as text."""
    return [{**each, "size": int(each["size"])} for each in message["attachments"]]


class TestSending:
    @pytest.mark.parametrize("transport", SENDERS)
    def test_over_every_transport_to_every_transport(self, any_server, transport):
        api = any_server.api()
        room = Guest(any_server).make_room()["name"]
        readers = {name: make(any_server, room) for name, make in READERS.items()}
        files = [upload(api, b"\x89PNG\r\n\x1a\n" + os.urandom(9), "б.png"), upload(api, name="a.txt")]
        sent = SENDERS[transport](any_server, room, {"attachment_ids": [each["id"] for each in files]})
        assert sent["attachments"] == told(*files)
        for reader in readers.values():
            message = every_change(reader)["message"]
            assert message["id"] in (sent["id"], str(sent["id"]))
            assert attachments_of(message) == told(*files)
        edited = api.patch(f"/api/v1/messages/{sent['id']}", json={"content": "", "user_id": 1})
        assert edited.status_code == 200, "the text may stay empty"
        edited = api.patch(f"/api/v1/messages/{sent['id']}", json={"content": "text", "user_id": 1}).json()
        assert edited["attachments"] == told(*files)
        for reader in readers.values():
            assert attachments_of(every_change(reader)["edited"]["message"]) == told(*files)
            reader.close()

    def test_read_later(self, any_server):
        guest = Guest(any_server)
        room = guest.make_room()
        file = upload(guest.api)
        sent = guest.send(room["name"], "with a file", attachment_ids=[file["id"]])
        plain = guest.send(room["name"], "without")
        assert "attachments" not in plain
        expected = [plain, sent]
        assert guest.api.get(f"/api/v1/rooms/{room['name']}/messages").json() == expected
        assert guest.api.get(f"/api/v1/messages/{sent['id']}").json() == sent
        unread = guest.api.post(f"/api/v1/rooms/{room['name']}/unread", json={}).json()
        assert unread["messages"] == expected[::-1]
        with Rpc(any_server.port) as connection:
            assert connection.call("chat.ListMessages", {"room": room["name"]})["messages"] == expected
        for name in ("websocket", "sse", "rpc"):
            reader = READERS[name](any_server, room["name"], after=room["pos"])
            assert every_change(reader)["message"] == sent
            reader.close()

    def test_with_a_nonce(self, any_server):
        guest = Guest(any_server)
        room = guest.make_room()["name"]
        file, other = upload(guest.api), upload(guest.api)
        body = {"content": "x", "nonce": "once", "attachment_ids": [file["id"]]}
        path = f"/api/v1/rooms/{room}/messages"
        first = guest.api.post(path, json=body).json()
        assert guest.api.post(path, json=body).json() == {**first, "duplicate": True}
        for ids in ([], [other["id"]], [file["id"], other["id"]]):
            assert_problem(guest.api.post(path, json={**body, "attachment_ids": ids}), 409, "already_exists")

    def test_refused(self, any_server):
        guest = Guest(any_server)
        path = f"/api/v1/rooms/{guest.make_room()['name']}/messages"
        file = upload(guest.api)["id"]
        many = [upload(guest.api)["id"] for _ in range(11)]
        for ids in ([file, file], ["photo.png"], [""], many):
            response = guest.api.post(path, json={"content": "x", "attachment_ids": ids})
            assert_problem(response, 400, "invalid_argument", "attachment_ids")
        for ids in ([UNKNOWN], [file, UNKNOWN]):
            response = guest.api.post(path, json={"content": "x", "attachment_ids": ids})
            assert_problem(response, 409, "failed_precondition", "attachment_ids")
        assert_problem(guest.api.post(path, json={"content": "", "attachment_ids": []}), 400, field="content")
        assert_problem(guest.api.post(path, json={"attachment_ids": file}), 400, field="attachment_ids")
        assert guest.api.get(path).json() == []
        assert guest.api.post(path, json={"attachment_ids": many[:10]}).status_code == 201
        with Client(any_server.grpc_port) as client, pytest.raises(grpc.RpcError) as failure:
            client.chat.SendMessage(chat.SendMessageRequest(attachment_ids=[UNKNOWN]))
        assert failure.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert set(violations_of(failure.value)) == {"attachment_ids"}
        with Rpc(any_server.port) as connection, pytest.raises(RpcError) as failure:
            connection.call("chat.SendMessage", {"attachment_ids": [UNKNOWN]})
        assert failure.value.data["code"] == "failed_precondition"

    def test_the_most_of_one_message_is_a_setting(self, start_server):
        api = start_server("--max-attachments-per-message", "1").api()
        ids = [upload(api)["id"] for _ in range(2)]
        refused = assert_problem(api.post("/api/v1/messages", json={"attachment_ids": ids}), 400, "invalid_argument")
        assert "--max-attachments-per-message" in refused["detail"]
        assert api.post("/api/v1/messages", json={"attachment_ids": ids[:1]}).status_code == 201

    def test_only_who_uploaded_it_sends_it_and_everybody_reads_it(self, start_server):
        server = start_server("--require-sessions")
        anna, boris = Guest(server), Guest(server)
        room = anna.make_room()["name"]
        content = os.urandom(100)
        file = upload(anna.api, content)
        path = f"/api/v1/rooms/{room}/messages"
        assert_problem(boris.api.post(path, json={"attachment_ids": [file["id"]]}), 403, "permission_denied")
        anna.send(room, "", attachment_ids=[file["id"]])
        assert_problem(boris.api.post(path, json={"attachment_ids": [file["id"]]}), 403, "permission_denied")
        assert server.api().get(f"{PATH}/{file['id']}").content == content, "the UUID is the key"


class TestRemoval:
    def test_with_the_last_message(self, start_server):
        server = start_server()
        api = server.api()
        content = os.urandom(1000)
        file = upload(api, content)
        first, second = (send_over_http(server, "lobby", {"attachment_ids": [file["id"]]}) for _ in range(2))
        assert api.delete(f"/api/v1/messages/{first['id']}?user_id=1").status_code == 200
        other = send_over_http(server, "lobby", {"attachment_ids": [upload(api)["id"]]})
        assert api.delete(f"/api/v1/messages/{other['id']}?user_id=1").status_code == 200
        wait_for_files(server, content)  # the other one is gone, so both have been looked at
        assert api.get(f"{PATH}/{file['id']}").content == content
        assert api.delete(f"/api/v1/messages/{second['id']}?user_id=1").status_code == 200
        wait_for_files(server)
        assert_problem(api.get(f"{PATH}/{file['id']}"), 404, "not_found")
        deleted = api.get(f"/api/v1/messages/{second['id']}").json()
        assert deleted["deleted"] and "attachments" not in deleted

    def test_the_same_content_stays_for_others(self, start_server):
        server = start_server()
        api = server.api()
        first, second = upload(api, b"the same", "a"), upload(api, b"the same", "b")
        messages = [send_over_http(server, "lobby", {"attachment_ids": [each["id"]]}) for each in (first, second)]
        assert api.delete(f"/api/v1/messages/{messages[0]['id']}?user_id=1").status_code == 200
        wait_until(lambda: api.get(f"{PATH}/{first['id']}").status_code == 404, 10, "the first to go")
        assert api.get(f"{PATH}/{second['id']}").content == b"the same"
        wait_for_files(server, b"the same")

    def test_with_messages_that_leave(self, start_server):
        server = start_server()
        guest = Guest(server)
        room = guest.make_room(message_limit=3)["name"]
        contents = [os.urandom(50) for _ in range(10)]
        for content in contents:
            guest.send(room, "", attachment_ids=[upload(guest.api, content)["id"]])
        wait_for_files(server, *contents[-3:])

    @pytest.mark.seconds(60)
    def test_with_the_room(self, start_server):
        server = start_server()
        guest = Guest(server)
        kept = os.urandom(50)
        shared = upload(guest.api, kept)
        room = guest.make_room()
        for _ in range(250):
            guest.send(room["name"], "", attachment_ids=[upload(guest.api)["id"]])
        guest.send(room["name"], "", attachment_ids=[shared["id"]])
        guest.send(guest.make_room()["name"], "", attachment_ids=[shared["id"]])
        assert len(kept_files(server)) == 251
        assert guest.api.delete(f"/api/v1/rooms/{room['id']}").status_code == 200
        wait_for_files(server, kept)

    def test_with_a_room_that_expires(self, start_server):
        server = start_server()
        guest = Guest(server)
        room = guest.make_room()["name"]
        guest.send(room, "", attachment_ids=[upload(guest.api)["id"]])
        guest.api.patch(f"/api/v1/rooms/{room}", json={"ttl": "1s"}).raise_for_status()
        wait_for_files(server)

    def test_what_memory_keeps_goes_as_well(self, memory_server):
        api = memory_server.api()
        file = upload(api)
        sent = send_over_http(memory_server, "lobby", {"attachment_ids": [file["id"]]})
        assert api.delete(f"/api/v1/messages/{sent['id']}?user_id=1").status_code == 200
        wait_until(lambda: api.get(f"{PATH}/{file['id']}").status_code == 404, 10, "it to go")

    def test_a_download_under_way_is_finished(self, start_server):
        server = start_server()
        api = server.api()
        content = os.urandom(20_000_000)
        file = upload(api, content)
        sent = send_over_http(server, "lobby", {"attachment_ids": [file["id"]]})
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("GET", f"{PATH}/{file['id']}"))
            connection.socket.recv(1, socket.MSG_PEEK)  # so it has begun
            assert api.delete(f"/api/v1/messages/{sent['id']}?user_id=1").status_code == 200
            wait_for_files(server)
            assert connection.read_response().content == content


class TestCrash:
    def test_between_the_upload_and_the_message(self, start_server):
        server = start_server("--unclaimed-attachment-timeout", f"{scaled(5):.0f}s")
        api = server.api()
        forgotten, content = upload(api), os.urandom(50)
        file = upload(api, content)
        server.kill()
        server.start()
        assert len(kept_files(server)) == 2, "a client that sends its message again finds what it had uploaded"
        send_over_http(server, "lobby", {"attachment_ids": [file["id"]]})
        wait_for_files(server, content, within=15)
        refused = server.api().post("/api/v1/messages", json={"attachment_ids": [forgotten["id"]]})
        assert_problem(refused, 409, "failed_precondition", "attachment_ids")

    @pytest.mark.seconds(60)
    def test_right_after_the_deletion(self, start_server):
        server = start_server()
        for _ in range(5):
            sent = [
                send_over_http(server, "lobby", {"attachment_ids": [upload(server.api())["id"]]}) for _ in range(20)
            ]
            for each in sent:
                assert server.api().delete(f"/api/v1/messages/{each['id']}?user_id=1").status_code == 200
            server.kill()
            server.start()
            wait_for_files(server)

    @staticmethod
    def stir(server, sent):
        """Messages with a file, every third deleted, until the server is gone."""
        api = server.api()
        with contextlib.suppress(requests.ConnectionError):
            while True:
                body = {"attachment_ids": [upload(api)["id"]]}
                sent.append(api.post("/api/v1/messages", json=body).json()["id"])
                if len(sent) % 3 == 0:
                    api.delete(f"/api/v1/messages/{sent[-1]}?user_id=1")

    @pytest.mark.seconds(120)
    def test_at_any_moment(self, start_server):
        """Whatever is there after the restart belongs together: no file without a message, no message without its file."""
        server = start_server("--unclaimed-attachment-timeout", f"{scaled(2):.0f}s")
        for round_number in range(6):
            sent = []
            stirring = threading.Thread(target=self.stir, args=(server, sent))
            stirring.start()
            wait_until(lambda: len(sent) > 10 + round_number * 7, 10, "messages")
            server.kill()
            stirring.join(patient(10))
            assert not stirring.is_alive()
            server.start()
            api = server.api()
            messages = [each for each in api.get("/api/v1/messages?limit=500").json() if "attachments" in each]
            for message in messages:
                assert api.get(f"{PATH}/{message['attachments'][0]['id']}").status_code == 200, message
            wait_until(lambda: len(kept_files(server)) == len(messages), 10, "nothing else to be left")
        server.stop()
        database = sqlite3.connect(server.folder / "vestnik.db")
        assert database.execute("SELECT count(*) FROM attachments").fetchone() == (len(messages),)
        assert database.execute("SELECT count(*) FROM message_attachments").fetchone() == (len(messages),)
        assert database.execute("SELECT count(*) FROM attachments WHERE messages <> 1").fetchone() == (0,)


class TestLies:
    FORM = ("Content-Type", "multipart/form-data; boundary=XX")
    BODY = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncontent\r\n--XX--\r\n'

    def test_a_body_that_is_shorter_than_announced(self, start_server):
        server = start_server("--body-timeout", "1s")
        for head in ([], [self.FORM]):
            with raw_http.Connection(server.port) as connection:
                length = ("Content-Length", str(len(self.BODY) + 1))
                connection.send(raw_http.encode("POST", PATH, [*head, length]) + self.BODY)
                assert_problem(connection.read_response(), 408)
        wait_for_files(server)

    def test_a_body_that_is_longer_than_announced(self, start_server):
        """What is behind the announced length is no part of the file, but another request, and a bad one."""
        server = start_server()
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "7")]) + b"content and more\r\n\r\n")
            made = connection.read_response()
            assert made.status_code == 201 and made.json()["size"] == 7
            assert_problem(connection.read_response(), 400)
        wait_for_files(server, b"content")

    def test_a_form_that_ends_early(self, start_server):
        server = start_server()
        for cut in (1, 5, len(self.BODY) - 20):
            body = self.BODY[:-cut].removesuffix(b"--XX--")
            response, _ = raw_http.exchange(server.port, raw_http.encode("POST", PATH, [self.FORM], body))
            if cut == 1:
                assert response.status_code == 201, "the last line break is not needed"
                continue
            assert_problem(response, 400, "invalid_argument")
        assert len(kept_files(server)) == 1

    def test_a_page_that_is_named_an_image(self, api):
        page = b"<!doctype html><script>alert(1)</script>"
        made = api.post(PATH, files={"file": ("photo.png", page, "image/png")}).json()
        sent = api.post("/api/v1/messages", json={"attachment_ids": [made["id"]]}).json()
        assert sent["attachments"][0]["content_type"] == "text/plain; charset=utf-8"
        response = api.get(f"{PATH}/{made['id']}")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
