"""README.md and docs/ say what is true: every example is run as it stands against a real server, what is shown as its
answer has the members, types and values of the real one, and every setting, metric and path that is named exists.
"""

import asyncio
import json
import os
import re
import signal
import subprocess

import pytest
import websockets
from google.protobuf import json_format

from support.checks import POSITION, TIMESTAMP, UUID
from support.grpc_client import Client, chat
from support.keys import make_key
from support.search import wait_until_indexed
from support.server import BINARY, REPOSITORY, environment, run
from support.timing import patient, wait_until

# Members whose values are those of the moment; what must hold is that they are there and of the same type.
VARYING = {
    "commit",
    "compiler",
    "count",
    "deliveries",
    "http",
    "latency_ms",
    "p50_ms",
    "p99_ms",
    "request_id",
    "requests",
    "uptime_seconds",
    "version",
    "window_bytes",
}
TIMES = {"created_at", "edited_at", "expires_at", "joined_at", "last_message_at"}
SECRETS = {"session_id"}
POSITIONS = {"pos", "from", "to"}
DOCUMENTED_MESSAGES = 40  # docs/API.md begins with so many in `stream`
ALIASES = {"/api/v1/messages", "/api/v1/stats", "/api/v1/version"}
STREAM_EPOCH = "k3"  # of the positions of `stream` in docs/API.md


def text_of(document):
    return (REPOSITORY / document).read_text(encoding="utf-8")


def blocks_of(document):
    """(line number, language, lines) of every fenced block."""
    found = []
    for number, line in enumerate(text_of(document).splitlines(), 1):
        if not line.startswith("```"):
            if found and found[-1][3]:
                found[-1][2].append(line)
        elif found and found[-1][3]:
            found[-1][3] = False
        else:
            found.append([number, line[3:], [], True])
    return [block[:3] for block in found]


class Comparison:
    """Documented answers against real ones. The epoch of a room and a UUID are other words on each server, but always the
    same.
    """

    def __init__(self, epochs=None):
        self.epochs = epochs or {}
        self.uuids = {}
        self.secrets = {}

    def translate(self, text):
        for documented, real in self.epochs.items():
            text = re.sub(rf"\b{documented}:(?=\d)", f"{real}:", text)
        for documented, real in self.uuids.items():
            text = text.replace(documented, real)
        return text

    def check(self, documented, real, name=""):
        where = f"{name}: {real!r} instead of {documented!r}"
        if isinstance(documented, dict):
            assert isinstance(real, dict) and set(real) == set(documented), where
            for member, value in documented.items():
                self.check(value, real[member], member)
        elif isinstance(documented, list):
            assert isinstance(real, list) and len(real) == len(documented), where
            for one, other in zip(documented, real):
                self.check(one, other, name)
        elif name in POSITIONS:
            assert POSITION.match(documented) and POSITION.match(real), where
            (epoch, n), (real_epoch, real_n) = documented.split(":"), real.split(":")
            assert (self.epochs.setdefault(epoch, real_epoch), n) == (real_epoch, real_n), where
        elif name in SECRETS:
            self.secrets[name] = real
        elif name in TIMES:
            assert TIMESTAMP.match(documented) and TIMESTAMP.match(real), where
        elif name == "id" and isinstance(documented, str) and UUID.match(documented):
            assert UUID.match(real), where
            assert self.uuids.setdefault(documented, real) == real, where
        elif name in VARYING:
            numbers = (int, float)
            assert isinstance(real, numbers if isinstance(documented, numbers) else type(documented)), where
        else:
            assert type(real) is type(documented) and real == documented, where


def json_values(text):
    """One JSON value after the other, as curl and grpcurl print them."""
    decoder, values = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def sse_events(text):
    """[{field: value}] of a stream of server-sent events, `data` decoded. An event that is not whole is left out."""
    events = []
    for event in text.split("\n\n")[: None if text.endswith("\n\n") else -1]:
        fields = dict(line.split(": ", 1) for line in event.splitlines() if line)
        if fields:
            events.append({**fields, "data": json.loads(fields["data"])})
    return events


class Runner:
    """Runs the examples of one document on one server."""

    def __init__(self, server, folder, comparison):
        self.server = server
        self.folder = folder
        self.comparison = comparison

    def run(self, command, expected=""):
        if command.startswith("make "):
            # Takes minutes, so it must do that it is there.
            assert re.search(rf"^{command.split()[1]}:.*##", text_of("Makefile"), re.MULTILINE), command
        elif command.startswith("grpcurl "):
            self._call(command, expected)
        elif re.search(r"curl -\w*N|vestnik watch|--generate(?!.*--count)", command):
            self._follow(command, expected)
        else:
            if "/api/v1/search" in command:
                wait_until_indexed(self.server)
            result = subprocess.run(**self._shell(command), capture_output=True, timeout=patient(20), check=False)
            assert result.returncode == 0, (command, result.stdout, result.stderr)
            if expected:
                self.comparison.check(json_values(expected), json_values(result.stdout.decode()))
            elif "curl " in command:
                for value in json_values(result.stdout.decode()):
                    assert isinstance(value, list) or "violations" not in value, (command, value)

    def _shell(self, command):
        command = self.comparison.translate(command).replace("localhost:5000", f"127.0.0.1:{self.server.port}")
        command = re.sub(r"(?<![\w./])(build/)?vestnik (?=\w)", f"{BINARY} ", command)
        given = {
            "VESTNIK_URL": f"http://127.0.0.1:{self.server.port}",
            "SESSION": self.comparison.secrets.get("session_id", ""),
            "KEY": self._key() if "$KEY" in command else "",
        }
        # Where the tests run in the background, Ctrl-C would be ignored.
        shell = ["env", "--default-signal=INT", "bash", "-c", command]
        return {"args": shell, "env": environment(given), "cwd": self.folder, "stdin": subprocess.DEVNULL}

    def _key(self):
        """An API key that may do everything, and that the server knows."""
        if "key" not in self.comparison.secrets:
            self.comparison.secrets["key"] = make_key(self.server, "admin")
            with self.server.api() as api:
                api.headers["Authorization"] = f"Bearer {self.comparison.secrets['key']}"
                wait_until(lambda: api.get("/stats").status_code == 200, 10, "the server knows the key")
        return self.comparison.secrets["key"]

    def _follow(self, command, expected):
        """A command without an end: it must show something, or what is expected, and end on Ctrl-C."""
        path = self.folder / "followed.txt"
        with open(path, "wb") as output:
            process = subprocess.Popen(**self._shell(command), stdout=output, start_new_session=True)
        try:
            documented = sse_events(expected + "\n\n") if expected else []

            def seen():
                if "watch" in command:  # shows what is written from now on, whenever it gets ready
                    self._write_something()
                text = path.read_text(encoding="utf-8")
                return len(sse_events(text)) >= len(documented) if expected else text

            wait_until(seen, 10, f"output of {command}")
            os.killpg(process.pid, signal.SIGINT)
            code = process.wait(patient(5))
            assert code == 0 or "curl" in command, (command, code)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if expected:
            real = sse_events(path.read_text(encoding="utf-8"))[: len(documented)]
            for one, other in zip(documented, real):
                one["pos"], other["pos"] = one.pop("id"), other.pop("id")
            self.comparison.check(documented, real)

    def _write_something(self):
        with self.server.api() as api:
            api.post("/api/v1/rooms/stream/messages", json={"text": "something", "client_seq": 1}).raise_for_status()

    def _call(self, command, expected):
        """grpcurl is in no distribution, so its command line is read here."""
        found = re.fullmatch(r"grpcurl -plaintext -d '(.*)' localhost:5001 vestnik\.chat\.v1\.Chat/(\w+)", command)
        assert found, f"not understood: {command}"
        data, method = self.comparison.translate(found[1]), found[2]
        with Client(self.server.grpc_port) as client:
            request = json_format.Parse(data, getattr(chat, f"{method}Request")())
            answer = getattr(client.chat, method)(request)
            if hasattr(answer, "DESCRIPTOR"):
                answers = [answer]
            else:
                answers = [next(answer) for _ in (json_values(expected) or [None])]
                answer.cancel()
        if expected:
            real = [
                json_format.MessageToDict(each, preserving_proto_field_name=True, including_default_value_fields=False)
                for each in answers
            ]
            self.comparison.check(json_values(expected), real)

    def converse(self, lines):
        """`GET <address>`, then frames to the server (→) and from it (←)."""

        async def talk():
            address = f"ws://127.0.0.1:{self.server.port}{self.comparison.translate(lines[0].removeprefix('GET '))}"
            async with websockets.connect(address) as socket:
                for line in lines[1:]:
                    if line.startswith("→ "):
                        await socket.send(self.comparison.translate(line[2:]))
                    else:
                        assert line.startswith("← "), line
                        answer = json.loads(await asyncio.wait_for(socket.recv(), patient(10)))
                        self.comparison.check(json.loads(line[2:]), answer)

        asyncio.run(talk())

    def run_script(self, script):
        """The lines of JavaScript open a WebSocket, send an object and read messages."""
        address = re.search(r"new WebSocket\('ws://localhost:5000(/[^']*)'\)", script)[1]
        sent = re.search(r"JSON\.stringify\(\{(.*?)\}\)", script)[1]
        message = json.loads("{" + re.sub(r"(\w+):", r'"\1":', sent).replace("'", '"') + "}")

        async def talk():
            async with websockets.connect(f"ws://127.0.0.1:{self.server.port}{address}") as socket:
                await socket.send(json.dumps(message))
                echo = json.loads(await asyncio.wait_for(socket.recv(), patient(10)))
                for name, other_name in (("text", "content"), ("client_seq", "client_seq")):
                    assert echo.get(other_name) == message.get(name), echo

        asyncio.run(talk())

    def run_block(self, language, lines):
        if language == "sh":
            for line in lines:
                self.run(line)
        elif language == "console":
            for example in re.split(r"^\$ ", "\n".join(lines), flags=re.MULTILINE)[1:]:
                command, _, expected = example.partition("\n")
                self.run(command, expected)
        elif language == "js":
            self.run_script("\n".join(lines))
        elif language == "text":
            self.converse(lines)
        else:
            pytest.fail(f"nobody runs examples in {language or 'no language'}")

    def run_document(self, document, blocks_min):
        blocks = blocks_of(document)
        assert len(blocks) >= blocks_min, f"{len(blocks)} examples found in {document}"
        for number, language, lines in blocks:
            try:
                self.run_block(language, lines)
            except AssertionError as failure:
                raise AssertionError(f"{document}, below line {number}: {failure}") from failure


@pytest.fixture
def documented_server(start_server):
    return start_server(store="sqlite:data/vestnik.db")


@pytest.mark.seconds(60)
def test_readme(documented_server, tmp_path):
    Runner(documented_server, tmp_path, Comparison()).run_document("README.md", blocks_min=7)


@pytest.mark.seconds(60)
def test_api(documented_server, tmp_path):
    with documented_server.api() as api:
        for seq in range(DOCUMENTED_MESSAGES):
            message = {"text": "earlier", "client_seq": seq}
            api.post("/api/v1/rooms/stream/messages", json=message).raise_for_status()
        epoch = api.get("/api/v1/rooms/stream").json()["pos"].split(":")[0]
    Runner(documented_server, tmp_path, Comparison({STREAM_EPOCH: epoch})).run_document("docs/API.md", blocks_min=9)


def test_documented_paths(api):
    """The table of calls has every path of the contract, and no other."""
    rows = re.findall(r"^\| (`.*?`) \|", text_of("docs/API.md").split("## Calls")[1].split("\n## ")[0], re.MULTILINE)
    documented = {path.split("?")[0] for path in re.findall(r"`(?:[A-Z]+ )?(/[^`]*)`", " ".join(rows))}
    contract = set(api.get("/openapi.json").json()["paths"])
    assert documented - {"/ws", "/rpc"} == contract - ALIASES


def test_every_call_has_an_example(api):
    """One that test_api runs: as `curl`, or as a frame of `/rpc` where there is nothing else."""
    examples = text_of("docs/API.md")
    called = set()
    for line in re.findall(r"^\$ (?:.* \| )?curl (.*)$", examples, re.MULTILINE):
        sends_body = re.search(r" (-d|-F|--data-binary) ", line) and not re.match(r"-\w*G ", line)
        default = "post" if sends_body else "get"
        method = re.search(r"-X (\w+)", line)
        path = re.search(r"localhost:5000(/[^?'\" ]*)", line)[1]
        called.add((method[1].lower() if method else default, path))
    for path, methods in api.get("/openapi.json").json()["paths"].items():
        if path in ALIASES:
            continue
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$")
        for method in methods.keys() & {"get", "post", "put", "patch", "delete"}:
            found = any(method == verb and pattern.match(called_path) for verb, called_path in called)
            assert found, f"{method} {path}"
    for name in ("Unsubscribe", "SendTyping"):
        assert f'→ {{"jsonrpc":"2.0","id":' in examples and f'"method":"chat.{name}"' in examples


def test_documented_settings():
    """Every flag that a document names is one of ours, with the default that the table of limits gives."""
    commands = ("serve", "write", "watch", "history", "room create", "key create")
    helps = {command: run(*command.split(), "--help").stdout for command in commands}
    known = set(re.findall(r"--[a-z-]+", " ".join(helps.values())))
    of_others = {"--gtest", "--data-binary", "--data-urlencode", "--prefix", "--preset"}
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        named = set(re.findall(r"(?<=[\s`])--[a-z][a-z-]+", path.read_text(encoding="utf-8")))
        assert named <= known | of_others, path

    rows = re.findall(r"^\| (`--.*?) \| (\d.*?) \|", text_of("docs/OPERATIONS.md"), re.MULTILINE)
    assert len(rows) >= 8
    for flags, defaults in rows:
        values = re.findall(r"\d[\d,]*(?: [KMG]iB)?", defaults)
        for flag, value in zip(re.findall(r"--[a-z-]+", flags), values, strict=True):
            shown = re.search(rf"^  {flag} .*?\[default (\S+?)[;\]]", helps["serve"], re.MULTILINE | re.DOTALL)[1]
            assert shown == value.replace(",", "").replace(" ", ""), flag


def test_documented_metrics(api):
    table = text_of("docs/OPERATIONS.md").split("## Metrics")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+_[a-z_]+)", table))
    assert len(named) >= 5
    existing = set(re.findall(r"^# HELP (\S+)", api.get("/metrics").text, re.MULTILINE))
    assert named <= existing
