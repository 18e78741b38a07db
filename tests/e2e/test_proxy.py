"""The set-up with nginx that docs/OPERATIONS.md gives, word for word but for ports, files and the length of a test."""

import contextlib
import http.client
import json
import os
import re
import ssl
import subprocess

import pytest

from support.server import REPOSITORY, free_port, run
from support.timing import patient, scaled, wait_until

NAME = "chat.example.com"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
# What every nginx of a distribution has around its conf.d.
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/vestnik.conf;
}}
"""


def documented():
    """The configuration, and the flags of the server beside it."""
    text = (REPOSITORY / "docs" / "OPERATIONS.md").read_text()
    section = text[text.index("## Behind a proxy") :]
    configuration = re.search(r"```nginx\n(.*?)```", section, re.DOTALL)[1]
    command = re.search(r"```sh\n(vestnik serve .*?)\n```", section)[1]
    return configuration, command.split()[2:]


def replaced(text, old, new):
    assert text.count(old) == 1, f"{old} is not once in the documents"
    return text.replace(old, new)


class Proxy:
    """What a browser has of it: requests to the name, over TLS, from a page of the name."""

    def __init__(self, port, server):
        self.port = port
        self.server = server
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE
        self.authority = f"{NAME}:{port}"

    @contextlib.contextmanager
    def asked(self, method, path, body=None, fields=()):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=patient(15), context=self.tls)
        with contextlib.closing(connection):
            own = {"Host": self.authority, "Origin": f"https://{self.authority}"}
            connection.request(method, path, body, {**own, **dict(fields)})
            yield connection.getresponse()

    def ask(self, method, path, body=None, fields=()):
        with self.asked(method, path, body, fields) as response:
            return response.status, response.read()

    def answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/livez")[0] == 200
        return False


@pytest.fixture
def proxy(start_server, tmp_path):
    configuration, flags = documented()
    port = free_port()
    server = start_server(*flags, "--ping-interval", "500ms")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    configuration = replaced(configuration, "listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    configuration = replaced(configuration, f"/etc/ssl/certs/{NAME}.pem", str(certificate))
    configuration = replaced(configuration, f"/etc/ssl/private/{NAME}.key", str(key))
    configuration = replaced(configuration, "http://127.0.0.1:5000", f"http://127.0.0.1:{server.port}")
    (tmp_path / "vestnik.conf").write_text(configuration)
    (tmp_path / "nginx.conf").write_text(AROUND.format(folder=tmp_path))
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])  # where Debian has it
    nginx = subprocess.Popen(
        ["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")],
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
    )
    proxy = Proxy(port, server)
    try:
        wait_until(lambda: nginx.poll() is not None or proxy.answers(), 10, "nginx to answer")
        assert nginx.poll() is None, (tmp_path / "error.log").read_text()
        yield proxy
    finally:
        nginx.terminate()
        nginx.wait(patient(10))


@pytest.fixture
def guest(proxy):
    """The header of a session opened through the proxy."""
    body = json.dumps({"display_name": "Anna"})
    status, answer = proxy.ask("POST", "/api/v1/sessions", body, {"Content-Type": "application/json"})
    assert status == 201, answer
    return {"Authorization": f"Bearer {json.loads(answer)['session_id']}"}


@pytest.mark.pages
def test_pages(proxy):
    assert b"<!doctype html>" in proxy.ask("GET", "/")[1].lower()


def test_calls(proxy, guest):
    fields = {**guest, "Content-Type": "application/json"}
    status, answer = proxy.ask("POST", "/api/v1/messages", json.dumps({"content": "through nginx"}), fields)
    assert status == 201, answer
    status, answer = proxy.ask("GET", "/api/v1/messages", fields=guest)
    assert [message["content"] for message in json.loads(answer)] == ["through nginx"]


def test_sockets(proxy, guest):
    token = guest["Authorization"].removeprefix("Bearer ")
    for target in (f"/ws?token={token}", f"/rpc?token={token}"):
        with proxy.asked("GET", target, fields=UPGRADE) as response:
            assert response.status == 101, (target, response.read())


def test_uploads(proxy, guest):
    content = os.urandom(25 * 2**20)
    status, answer = proxy.ask("POST", "/api/v1/attachments?name=large.bin", content, guest)
    assert status == 201, answer
    status, answer = proxy.ask("GET", f"/api/v1/attachments/{json.loads(answer)['id']}", fields=guest)
    assert status == 200 and answer == content


def test_event_streams_are_not_held_back(proxy, guest):
    with proxy.asked("GET", "/api/v1/rooms/lobby/events", fields=guest) as stream:
        assert stream.status == 200
        fields = {**guest, "Content-Type": "application/json"}
        assert proxy.ask("POST", "/api/v1/messages", json.dumps({"content": "live"}), fields)[0] == 201
        seen = b""
        while b"live" not in seen:
            line = stream.readline()
            assert line, f"ended after {seen}"
            seen += line


def test_another_page_is_refused_and_told_why(proxy, guest):
    status, answer = proxy.ask("POST", "/rpc", fields={"Origin": "https://elsewhere.example"})
    assert status == 403 and [each["field"] for each in json.loads(answer)["violations"]] == ["Origin"]


def test_a_proxy_that_changes_host(proxy):
    """The server is asked as nginx would ask without its line about Host: the names of --allowed-hosts count."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.server.port, timeout=scaled(15))
    with contextlib.closing(connection):
        connection.request("POST", "/rpc", headers={"Origin": f"https://{NAME}"})
        assert connection.getresponse().status == 405
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.server.port, timeout=scaled(15))) as other:
        other.request("POST", "/rpc", headers={"Origin": "https://elsewhere.example"})
        answer = other.getresponse()
        assert answer.status == 403 and "Host on as it came" in json.loads(answer.read())["detail"]


def test_a_command_with_the_wrong_scheme_says_so(proxy):
    for url, right in (
        (f"http://127.0.0.1:{proxy.port}", "its address begins with https://"),
        (f"https://127.0.0.1:{proxy.server.port}", "its address begins with http://"),
    ):
        for command in (["room", "list"], ["history"]):
            result = run(*command, "--url", url)
            assert result.returncode == 1 and right in result.stderr, result
            assert url in result.stderr and "SSL" not in result.stderr, result
