"""Attachments: files in and out, ranges, limits, lies, and nothing left of what went wrong."""

import concurrent.futures
import hashlib
import os
import select
import signal
import threading
import time
from pathlib import Path

import pytest

from support import raw_http
from support.checks import TIMESTAMP, UUID, assert_problem
from support.server import Server, StartFailed, memory_slack
from support.timing import patient, scaled, wait_until

PATH = "/api/v1/attachments"
MIB = 2**20
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
CONTENT = b"The quick brown fox \r\n--boundary\r\n" + bytes(range(256)) * 10


def kept_files(server):
    """Every file that holds bytes of an attachment, whole or not."""
    folder = Path(server.folder) / "vestnik.db-attachments"
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in ("lock", "owner")]


def answered(connection, within=0):
    """Whether something of the answer is there, or comes within so many seconds."""
    readable = select.poll()
    readable.register(connection.socket, select.POLLIN)
    return bool(readable.poll(within * 1000))


def upload(api, content, name="file.bin", **options):
    response = api.post(PATH, files={"file": (name, content)}, **options)
    assert response.status_code == 201, response.content
    return response.json()


def form(content, boundary="XX", file_name="a.txt"):
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'.encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )


FORM = ("Content-Type", "multipart/form-data; boundary=XX")


class TestUpload:
    def test_form(self, any_server):
        api = any_server.api()
        made = upload(api, CONTENT, "отчёт.bin")
        assert UUID.match(made["id"]) and TIMESTAMP.match(made["created_at"])
        assert made["name"] == "отчёт.bin" and made["size"] == len(CONTENT)
        assert made["sha256"] == hashlib.sha256(CONTENT).hexdigest()
        assert made["content_type"] == "application/octet-stream"
        found = api.get(f"{PATH}/{made['id']}")
        assert found.status_code == 200 and found.content == CONTENT

    def test_raw(self, any_server):
        api = any_server.api()
        response = api.post(f"{PATH}?name=a%20b.png", data=PNG, headers={"Content-Type": "text/html"})
        assert response.status_code == 201
        made = response.json()
        assert made["name"] == "a b.png" and made["content_type"] == "image/png" and made["size"] == len(PNG)
        assert response.headers["Location"] == f"{PATH}/{made['id']}"
        assert api.get(response.headers["Location"]).content == PNG

    def test_raw_chunked_with_a_name_in_the_header(self, api):
        headers = {"Content-Disposition": "attachment; filename*=UTF-8''%D1%8F.txt"}
        made = api.post(PATH, data=(CONTENT[i : i + 100] for i in range(0, len(CONTENT), 100)), headers=headers).json()
        assert made["name"] == "я.txt" and made["size"] == len(CONTENT)
        assert api.get(f"{PATH}/{made['id']}").content == CONTENT

    def test_in_many_small_pieces(self, server):
        body = form(CONTENT)
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [FORM, ("Content-Length", str(len(body)))]))
            for i in range(0, len(body), 7):
                connection.send(body[i : i + 7])
            response = connection.read_response()
            assert response.status_code == 201, response
            again = connection.exchange(raw_http.encode("GET", f"{PATH}/{response.json()['id']}"))
            assert again.content == CONTENT, "on the same connection"

    def test_waits_to_be_invited(self, server):
        with raw_http.Connection(server.port) as connection:
            connection.send(
                raw_http.encode("POST", PATH, [("Expect", "100-continue"), ("Content-Length", str(len(CONTENT)))])
            )
            assert connection.read_response().status_code == 100
            assert connection.exchange(CONTENT).status_code == 201

    def test_the_same_content_is_kept_once(self, start_server):
        server = start_server()
        api = server.api()
        first, second = upload(api, CONTENT, "a"), upload(api, CONTENT, "b")
        assert first["id"] != second["id"] and first["sha256"] == second["sha256"]
        assert len(kept_files(server)) == 1

    @pytest.mark.seconds(60)
    def test_a_hundred_at_the_same_time(self, start_server):
        server = start_server()
        contents = [os.urandom(200_000) if i % 4 else b"the same" * 10_000 for i in range(100)]

        def one(content):
            with server.api() as api:
                made = upload(api, content)
                return api.get(f"{PATH}/{made['id']}").content == content

        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            assert all(pool.map(one, contents))
        assert len(kept_files(server)) == 76

    @pytest.mark.parametrize(
        "given, shown",
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\\\dir\\\\a.exe", "a.exe"),
            ("a\tb\x7f.txt", "ab.txt"),
            ("photo\u202egpj.exe", "photogpj.exe"),
            ("<script>alert(1)<slash>", "<script>alert(1)<slash>"),
            ("", "file"),
            ("..", "file"),
            ("я" * 300 + ".txt", "я" * 125 + ".txt"),
        ],
    )
    def test_names_are_cleaned(self, server, given, shown):
        request = raw_http.encode("POST", PATH, [FORM], form(b"x", file_name=given))
        response, _ = raw_http.exchange(server.port, request)
        assert response.status_code == 201, response
        assert response.json()["name"] == shown


class TestRefusedUpload:
    BAD = {
        "no file": (FORM, b"--XX--\r\n"),
        "a field instead of a file": (FORM, b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--XX--'),
        "two files": (FORM, form(b"a").removesuffix(b"--\r\n") + b"\r\n" + form(b"b")[4:]),
        "cut before the last boundary": (FORM, form(b"a" * 100_000)[:-4]),
        "cut in the header lines": (FORM, form(b"a")[:30]),
        "another boundary": (FORM, form(b"a", "YY")),
        "no Content-Disposition": (FORM, b"--XX\r\n\r\na\r\n--XX--"),
        "header lines without an end": (FORM, b"--XX\r\nX: " + b"x" * 20_000),
        "gzip": (FORM, form(b"\x1f\x8b").replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1)),
        "base64": (FORM, form(b"YQ==").replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1)),
        "no boundary": (("Content-Type", "multipart/form-data"), form(b"a")),
        "a bad boundary": (("Content-Type", f"multipart/form-data; boundary={'x' * 71}"), form(b"a", "x" * 71)),
        "a boundary that wants quotes": (("Content-Type", "multipart/form-data; boundary=a=b"), form(b"a", "a=b")),
        "another multipart": (("Content-Type", "multipart/mixed; boundary=XX"), form(b"a")),
        "an empty file in a form": (FORM, form(b"")),
        "an empty body": (("Content-Type", "text/plain"), b""),
    }

    @pytest.fixture(scope="class")
    def small(self, tmp_path_factory):
        server = Server(
            tmp_path_factory.mktemp("small"),
            *("--max-attachment-bytes", "1MiB", "--max-attachments-total-bytes", "3MiB", "--body-timeout", f"{scaled(2):.0f}s"),
        ).start()
        yield server
        server.stop()

    @pytest.mark.parametrize("name", BAD)
    def test_bad_bodies(self, small, name):
        before = kept_files(small)
        content_type, body = self.BAD[name]
        response, _ = raw_http.exchange(small.port, raw_http.encode("POST", PATH, [content_type], body))
        assert_problem(response, 400, "invalid_argument")
        assert kept_files(small) == before

    def test_unknown_parameters(self, small):
        for query in ("?x=1", "?name=a&name=b", "?name=%FF", "?name"):
            response = small.api().post(PATH + query, data=b"x")
            assert_problem(response, 400, "invalid_argument")

    def test_too_large(self, small):
        api = small.api()
        at_the_limit = os.urandom(MIB)
        made = upload(api, at_the_limit)
        assert made["size"] == MIB
        beyond = at_the_limit + b"x"
        before = kept_files(small)
        assert_problem(api.post(PATH, files={"file": ("a", beyond)}), 413, "resource_exhausted")
        assert_problem(api.post(PATH, data=beyond), 413, "resource_exhausted")
        assert kept_files(small) == before

    def test_a_gigabyte_announced(self, small):
        request = raw_http.encode("POST", PATH, [FORM, ("Content-Length", str(10**9))])
        response, closed = raw_http.exchange(small.port, request)
        body = assert_problem(response, 413, "resource_exhausted")
        assert "--max-attachment-bytes" in body["detail"] and closed

    def test_a_gigabyte_in_chunks(self, small):
        before = kept_files(small)
        with raw_http.Connection(small.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Transfer-Encoding", "chunked")]))
            sent = 0
            while sent < 10**9 and not answered(connection):
                connection.send(raw_http.chunk(bytes(65_536)))
                sent += 65_536
            assert sent < 10**9
            assert_problem(connection.read_response(), 413, "resource_exhausted")
        assert kept_files(small) == before

    def test_a_chunk_of_a_gigabyte(self, small):
        request = raw_http.encode("POST", PATH, [("Transfer-Encoding", "chunked")]) + b"40000000\r\n" + bytes(1000)
        response, _ = raw_http.exchange(small.port, request)
        assert_problem(response, 413, "resource_exhausted")

    def test_a_malformed_chunk(self, small):
        before = kept_files(small)
        request = raw_http.encode("POST", PATH, [("Transfer-Encoding", "chunked")]) + b"5\r\nhello\r\nzz\r\nhello\r\n"
        response, closed = raw_http.exchange(small.port, request)
        assert_problem(response, 400, "invalid_argument")
        assert closed and kept_files(small) == before

    @pytest.mark.parametrize("content_type, body", [(FORM, form(bytes(300_000))), (("X", "y"), bytes(300_000))])
    def test_the_client_goes_away_in_the_middle(self, small, content_type, body):
        before = kept_files(small)
        with raw_http.Connection(small.port) as connection:
            head = raw_http.encode("POST", PATH, [content_type, ("Content-Length", str(len(body)))])
            connection.send(head + body[:200_000])
            wait_until(lambda: len(kept_files(small)) > len(before), 5, "the upload to begin")
        wait_until(lambda: kept_files(small) == before, 5, "the half upload to go")

    def test_the_body_stops_in_the_middle(self, small):
        before = kept_files(small)
        with raw_http.Connection(small.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "1000")]) + b"half")
            assert_problem(connection.read_response(), 408)
            assert connection.is_closed()
        wait_until(lambda: kept_files(small) == before, 5, "the half upload to go")

    def test_a_slow_body_is_waited_for(self, small):
        """Longer in all than the time-out, which is between two bytes."""
        with raw_http.Connection(small.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "8")]))
            for byte in b"slowly..":
                connection.send(bytes([byte]))
                time.sleep(scaled(0.3))
            assert connection.read_response().status_code == 201

    def test_a_body_that_drips_is_not(self, start_server):
        server = start_server("--request-timeout", "1s")
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "1000000")]))
            began = time.monotonic()
            while not answered(connection, 0.1):
                connection.send(b".")
                assert time.monotonic() < began + scaled(10)
            body = assert_problem(connection.read_response(), 408)
            assert "slowly" in body["detail"] and time.monotonic() > began + 1
        wait_until(lambda: not kept_files(server), 5, "the half upload to go")

    def test_all_together_have_a_limit(self, start_server):
        flags = ["--max-attachment-bytes", "1MiB", "--max-attachments-total-bytes", "2MiB"]
        server = start_server(*flags)
        api = server.api()
        first = upload(api, os.urandom(MIB))
        upload(api, os.urandom(MIB // 2))
        body = assert_problem(api.post(PATH, data=os.urandom(MIB)), 429, "resource_exhausted")
        assert "--max-attachments-total-bytes" in body["detail"]
        upload(api, os.urandom(MIB // 2))
        assert len(kept_files(server)) == 3
        assert api.get(f"{PATH}/{first['id']}").status_code == 200

    @pytest.mark.parametrize("coding", ["binary", "8bit", "7bit", " Binary "])
    def test_a_part_may_say_that_its_bytes_are_as_they_are(self, small, coding):
        line = f"\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode()
        body = form(b"\x00\xff").replace(b"\r\n\r\n", line, 1)
        made = small.api().post(PATH, data=body, headers=dict([FORM]))
        assert made.status_code == 201 and made.json()["size"] == 2, made.content

    @pytest.mark.parametrize(("coding", "status"), [("binary", 201), ("8bit", 201), ("base64", 400), ("x", 400)])
    def test_a_body_that_says_how_it_is_coded(self, small, coding, status):
        made = small.api().post(PATH, data=b"YQ==", headers={"Content-Transfer-Encoding": coding})
        assert made.status_code == status, made.content

    def test_a_page_of_another_site_cannot_send_a_form(self, small):
        response = small.api().post(PATH, files={"file": ("a", b"x")}, headers={"Origin": "http://evil.example"})
        assert_problem(response, 403, "permission_denied")
        own = {"Origin": f"http://127.0.0.1:{small.port}"}
        assert small.api().post(PATH, files={"file": ("a", b"x")}, headers=own).status_code == 201

    def test_where_sessions_are_required(self, start_server):
        server = start_server("--require-sessions")
        api = server.api()
        assert_problem(api.post(PATH, files={"file": ("a", b"x")}), 401, "unauthenticated")
        assert not kept_files(server)
        session = api.post("/api/v1/sessions", json={"display_name": "Anna"}).json()
        made = upload(api, b"x", headers={"Authorization": f"Bearer {session['session_id']}"})
        assert made["user_id"] == session["user"]["id"]
        forged = {"Authorization": "Bearer 00000000-0000-4000-8000-000000000000"}
        assert_problem(api.post(PATH, data=b"x", headers=forged), 401, "unauthenticated")

    def test_count_as_changes_of_a_user(self, start_server):
        server = start_server("--require-sessions", "--user-rate", "0.01", "--user-burst", "3")
        api = server.api()
        sessions = [api.post("/api/v1/sessions", json={"display_name": name}).json() for name in ("Anna", "Boris")]
        anna, boris = ({"Authorization": f"Bearer {session['session_id']}"} for session in sessions)
        api.post("/api/v1/messages", json={"content": "x"}, headers=anna).raise_for_status()
        for _ in range(2):
            upload(api, b"x", headers=anna)
        refused = api.post(PATH, files={"file": ("a", b"y")}, headers=anna)
        assert "--user-rate" in assert_problem(refused, 429, "resource_exhausted")["detail"]
        assert 1 <= int(refused.headers["Retry-After"]) <= 100
        assert len(kept_files(server)) == 1
        upload(api, b"z", headers=boris)

    def test_other_methods(self, small):
        for method in ("GET", "PUT", "DELETE"):
            assert_problem(small.api().request(method, PATH), 405)
        made = upload(small.api(), b"x")
        assert_problem(small.api().request("DELETE", f"{PATH}/{made['id']}"), 405)
        assert_problem(small.api().post(f"{PATH}/{made['id']}", data=b"y"), 405)


class TestDownload:
    @pytest.fixture
    def made(self, api):
        return upload(api, CONTENT, "a.bin")

    def test_safe_headers(self, api, made):
        headers = api.get(f"{PATH}/{made['id']}").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"] == "attachment; filename=\"a.bin\"; filename*=UTF-8''a.bin"
        assert "sandbox" in headers["Content-Security-Policy"] and "'none'" in headers["Content-Security-Policy"]
        assert headers["Accept-Ranges"] == "bytes"
        assert headers["ETag"] == f'"{made["sha256"]}"'

    @pytest.mark.parametrize(
        "content, content_type, kind",
        [
            (PNG, "image/png", "inline"),
            (b"\xff\xd8\xff\xe0" + bytes(50), "image/jpeg", "inline"),
            (b"GIF89a" + bytes(50), "image/gif", "inline"),
            (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(50), "image/webp", "inline"),
            (b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8", "attachment"),
            (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8", "attachment"),
            (b"GIF8<html>\0", "application/octet-stream", "attachment"),
            (b"%PDF-1.7", "application/pdf", "attachment"),
        ],
    )
    def test_the_type_is_what_the_bytes_say(self, api, content, content_type, kind):
        lie = api.post(PATH, files={"file": ("a.png", content, "text/html")}).json()
        assert lie["content_type"] == content_type
        response = api.get(f"{PATH}/{lie['id']}")
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Disposition"].split(";")[0] == kind

    def test_head(self, api, made):
        response = api.head(f"{PATH}/{made['id']}")
        assert response.status_code == 200 and response.content == b""
        assert int(response.headers["Content-Length"]) == len(CONTENT)

    @pytest.mark.parametrize(
        "asked, first, end",
        [
            ("bytes=0-0", 0, 1),
            ("bytes=5-9", 5, 10),
            ("bytes=100-", 100, len(CONTENT)),
            ("bytes=-7", len(CONTENT) - 7, len(CONTENT)),
            ("bytes=0-999999999", 0, len(CONTENT)),
        ],
    )
    def test_ranges(self, api, made, asked, first, end):
        response = api.get(f"{PATH}/{made['id']}", headers={"Range": asked})
        assert response.status_code == 206 and response.content == CONTENT[first:end]
        assert response.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(CONTENT)}"

    def test_ranges_that_cannot_be_had(self, api, made):
        for asked in (f"bytes={len(CONTENT)}-", "bytes=-0", "bytes=99999999999999999999-"):
            response = api.get(f"{PATH}/{made['id']}", headers={"Range": asked})
            assert_problem(response, 416, "out_of_range")
            assert response.headers["Content-Range"] == f"bytes */{len(CONTENT)}"

    def test_ranges_that_are_ignored(self, api, made):
        for headers in (
            {"Range": "bytes=5-4"},
            {"Range": "bytes=0-1,3-4"},
            {"Range": "lines=0-1"},
            {"Range": "bytes=0-1", "If-Range": '"other"'},
        ):
            response = api.get(f"{PATH}/{made['id']}", headers=headers)
            assert response.status_code == 200 and response.content == CONTENT, headers
        headers = {"Range": "bytes=0-1", "If-Range": f'"{made["sha256"]}"'}
        assert api.get(f"{PATH}/{made['id']}", headers=headers).content == CONTENT[:2]

    def test_unchanged(self, api, made):
        response = api.get(f"{PATH}/{made['id']}", headers={"If-None-Match": f'"{made["sha256"]}"'})
        assert response.status_code == 304 and not response.content

    def test_the_id_in_capitals(self, api, made):
        assert api.get(f"{PATH}/{made['id'].upper()}").content == api.get(f"{PATH}/{made['id']}").content
        sent = api.post("/api/v1/messages", json={"content": "x", "attachment_ids": [made["id"].upper()]})
        assert sent.json()["attachments"][0]["id"] == made["id"]

    def test_unknown(self, api):
        for name in ("00000000-0000-4000-8000-000000000000", "x", "../owner", "%2e%2e%2fowner", "", "a/b"):
            response, _ = raw_http.exchange(int(api.base.rsplit(":", 1)[1]), raw_http.encode("GET", f"{PATH}/{name}"))
            assert_problem(response, 404, "not_found")


class TestWhole:
    def test_a_killed_upload_leaves_nothing(self, start_server):
        server = start_server()
        upload(server.api(), CONTENT)
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "1000000")]) + bytes(500_000))
            wait_until(lambda: len(kept_files(server)) == 2, 5, "the upload to begin")
            server.kill()
        assert len(kept_files(server)) == 2
        server.start()
        assert not [path for path in kept_files(server) if path.parent.name == "incoming"]

    def test_what_no_message_takes_goes(self, start_server):
        server = start_server("--unclaimed-attachment-timeout", "1s")
        made = upload(server.api(), CONTENT)
        assert kept_files(server)
        wait_until(lambda: not kept_files(server), 10, "the upload to be removed")
        assert_problem(server.api().get(f"{PATH}/{made['id']}"), 404)

    def test_each_database_has_a_folder_of_its_own(self, start_server, tmp_path):
        for name in ("one.db", "two.db"):
            api = start_server(store=f"sqlite:{tmp_path / name}").api()
            assert api.get(f"{PATH}/{upload(api, CONTENT)['id']}").content == CONTENT
            assert (tmp_path / f"{name}-attachments").is_dir()

    def test_one_folder_serves_one_database(self, start_server, tmp_path):
        first = start_server("--attachments", str(tmp_path / "files"))
        upload(first.api(), CONTENT)
        with pytest.raises(StartFailed, match="in use by another"):
            start_server("--attachments", str(tmp_path / "files"))
        first.stop()
        with pytest.raises(StartFailed, match="another database"):
            start_server("--attachments", str(tmp_path / "files"))
        assert any(path.name == hashlib.sha256(CONTENT).hexdigest() for path in (tmp_path / "files").rglob("*"))

    @pytest.mark.seconds(120)
    def test_memory_stays_flat(self, start_server):
        """200 MB in, and out again to a reader that stops in the middle."""
        size = 200_000_000
        server = start_server("--max-attachment-bytes", "256MiB")
        upload(server.api(), b"warm")
        before = server.memory_bytes()
        most = before
        done = threading.Event()

        def watch():
            nonlocal most
            while not done.wait(0.02):
                most = max(most, server.memory_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            block = os.urandom(1_000_000)
            api = server.api()
            made = api.post(PATH, data=(block for _ in range(size // len(block))), timeout=patient(60)).json()
            assert made["size"] == size
            assert api.get(f"{PATH}/{made['id']}", timeout=patient(60)).content[-len(block) :] == block
            readers = [raw_http.Connection(server.port) for _ in range(20)]
            for reader in readers:
                reader.send(raw_http.encode("GET", f"{PATH}/{made['id']}"))
                assert reader.read_head().status_code == 200
            time.sleep(1)
            assert api.get("/livez").status_code == 200
            for reader in readers:
                reader.socket.close()
        finally:
            done.set()
            watcher.join()
        assert most - before < memory_slack(16), f"{(most - before) / MIB:.1f} MiB more"

    @pytest.mark.seconds(60)
    def test_an_upload_under_way_is_finished_at_the_stop(self, start_server):
        server = start_server()
        with raw_http.Connection(server.port) as connection:
            connection.send(raw_http.encode("POST", PATH, [("Content-Length", "8")]) + b"half")
            wait_until(lambda: kept_files(server), 5, "the upload to begin")
            server.signal(signal.SIGTERM)
            wait_until(lambda: '"stopping"' in server.output(), 5, "the stop to begin")
            connection.send(b"half")
            response = connection.read_response()
            assert response.status_code == 201 and response.headers["connection"] == "close"
        assert server.wait() == 0
