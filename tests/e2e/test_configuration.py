"""Starting: options from flag, environment and file; every wrong setting stops the start with a sentence that says
which and why.
"""

import json
import os
import re
import signal
import socket
import sqlite3
import stat

import pytest

from support.server import StartFailed, run


def refused(result, *words):
    """One sentence on standard error, nothing on standard output, a code that is not 0."""
    assert result.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT), result
    assert result.stdout == ""
    text = result.stderr.strip()
    assert text and "\n" not in text, text
    assert len(text) < 1000
    for word in words:
        assert str(word) in text, f"{word!r} is not in {text!r}"
    return text


def failed(result, *words):
    """A start that failed for a reason outside the settings: the log's only line says which."""
    assert result.returncode > 0 and result.stdout == "", result
    (line,) = result.stderr.splitlines()
    record = json.loads(line)
    assert record["level"] == "error"
    for word in words:
        assert str(word) in record["reason"], f"{word!r} is not in {record}"


def test_help_lists_every_option_with_its_default():
    text = run("serve", "--help").stdout
    options = set(re.findall(r"^\s+(--[a-z-]+)", text, re.M))
    assert {
        "--port",
        "--grpc-port",
        "--metrics-port",
        "--store",
        "--log-level",
        "--log-format",
        "--window-bytes",
        "--max-connections",
        "--max-body-bytes",
        "--header-timeout",
        "--max-rooms",
        "--max-users",
    } <= options
    for default in (
        "5000",
        "5001",
        "2112",
        "sqlite:data/vestnik.db",
        "1MiB",
        "16KiB",
        "100",
        "64KiB",
        "500",
        "4MiB",
        "1GiB",
        "10s",
        "25s",
        "30s",
    ):
        assert default in text, default
    for customary in ("PORT", "LOG_LEVEL", "MAX_CONNECTIONS"):
        assert customary in text
    for command in ("write", "watch", "history"):
        result = run(command, "--help")
        assert result.returncode == 0 and f"vestnik {command}" in result.stdout


def test_without_a_command_there_is_help():
    result = run()
    assert "serve" in result.stdout + result.stderr and "watch" in result.stdout + result.stderr
    assert run("--help").returncode == 0
    version = run("version")
    assert version.returncode == 0 and re.search(r"\d+\.\d+\.\d+", version.stdout)


WRONG = [
    (["--port", "65536"], ("--port", "65536")),
    (["--port", "-1"], ("--port", "-1")),
    (["--port", "x"], ("--port", "x")),
    (["--port", ""], ("--port",)),
    (["--port", "5000x"], ("--port",)),
    (["--port"], ("--port",)),
    (["--no-such-option"], ("--no-such-option",)),
    (["surplus"], ("surplus",)),
    (["--store", "mysql://x"], ("--store", "mysql://x")),
    (["--store", "sqlite:"], ("--store",)),
    (["--store", ""], ("--store",)),
    (["--log-level", "loud"], ("--log-level", "loud")),
    (["--log-format", "xml"], ("--log-format", "xml")),
    (["--window-bytes", "1"], ("--window-bytes",)),
    (["--window-bytes", "4MB"], ("--window-bytes", "4MB")),
    (["--window-bytes", "2GiB", "--window-total-bytes", "1GiB"], ("--window-bytes", "--window-total-bytes")),
    (["--header-timeout", "10"], ("--header-timeout", "unit")),
    (["--header-timeout", "soon"], ("--header-timeout", "soon")),
    (["--max-connections", "0"], ("--max-connections",)),
    (["--max-connections", "1e3"], ("--max-connections", "1e3")),
    (["--port", "7001", "--grpc-port", "7001"], ("--port", "--grpc-port")),
    (["--port", "1", "--port", "2"], ("--port",)),
    (["--listen", "nowhere.example"], ("--listen",)),
    (["--listen", "0.0.0.0"], ("--listen", "--open")),
    (["--listen", "::"], ("--listen", "--open")),
    (["--config", "/no/such/file"], ("/no/such/file",)),
    (["--allowed-origins", "chat.example"], ("--allowed-origins", "chat.example")),
]


@pytest.mark.parametrize("arguments, words", WRONG, ids=lambda value: " ".join(value))
def test_wrong_flags(tmp_path, arguments, words):
    refused(run("serve", *arguments, folder=tmp_path), *words)
    assert not list(tmp_path.iterdir()), "a refused start left something behind"


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "x"),
        ("VESTNIK_PORT", "70000"),
        ("LOG_LEVEL", "loud"),
        ("MAX_CONNECTIONS", "-5"),
        ("VESTNIK_STORE", "what:"),
    ],
)
def test_wrong_environment(tmp_path, name, value):
    refused(run("serve", env={name: value}, folder=tmp_path), name, value)


@pytest.mark.parametrize(
    "text, words",
    [
        ("port = 70000\n", ("port", "70000")),
        ("no-such-option = 1\n", ("no-such-option",)),
        ("[nonsense]\nport = 1\n", ("nonsense",)),
        ("port == == 5\n", ()),
        ('log-level = "loud"\n', ("log-level", "loud")),
        ("\x00\x01\x02", ()),
    ],
)
def test_wrong_file(tmp_path, text, words):
    (tmp_path / "vestnik.toml").write_text(text)
    refused(run("serve", "--config", "vestnik.toml", folder=tmp_path), *words)


def test_flag_over_environment_over_file(start_server, tmp_path):
    file = tmp_path / "vestnik.toml"
    file.write_text("max-users = 2\nmax-rooms = 3\nmax-page = 5\n[serve]\nmax-message-length = 9\n")
    server = start_server(
        "--config",
        str(file),
        "--max-users",
        "4",
        store="memory",
        env={"VESTNIK_MAX_ROOMS": "4", "VESTNIK_MAX_USERS": "3"},
    )
    with server.api() as api:
        assert [api.post("/api/v1/users", json={"username": f"u{n}"}).status_code for n in range(4)] == [
            201,
            201,
            201,
            429,
        ]  # the flag: 4
        assert [api.post("/api/v1/rooms", json={"name": f"r{n}"}).status_code for n in range(3)] == [
            201,
            201,
            429,
        ]  # the environment: 4
        assert api.get("/api/v1/users", params={"limit": 5}).status_code == 200  # the file: 5
        assert api.get("/api/v1/users", params={"limit": 6}).status_code == 400
        assert api.post("/api/v1/messages", json={"content": "123456789"}).status_code == 201  # its section: 9
        assert api.post("/api/v1/messages", json={"content": "1234567890"}).status_code == 400


def test_the_readmes_names(start_server):
    server = start_server(
        "--metrics-port",
        "0",
        "--grpc-port",
        "0",
        store="memory",
        default_ports=False,
        env={"VESTNIK_PORT": "0", "PORT": "1"},
    )
    assert server.port > 1  # VESTNIK_PORT wins over PORT


def test_a_database_server_that_this_version_cannot_use(tmp_path):
    """Who names PostgreSQL in the README's way is told, instead of finding the data elsewhere."""
    refused(run("serve", env={"DB_HOST": "postgres", "DB_PORT": "5432"}, folder=tmp_path), "DB_HOST", "--store")


def test_log_levels(start_server):
    for level, expected in (("debug", {"debug", "info"}), ("info", {"info"}), ("error", set())):
        server = start_server(store="memory", env={"LOG_LEVEL": level})
        server.api().post("/api/v1/messages", json={"content": "x"}).raise_for_status()
        server.stop()
        assert {record["level"] for record in server.records()} - {"warn"} == expected


@pytest.mark.parametrize("option", ["--port", "--grpc-port", "--metrics-port"])
def test_a_port_in_use(tmp_path, option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"--port": "0", "--grpc-port": "0", "--metrics-port": "0", option: str(taken.getsockname()[1])}
        flags = [part for pair in ports.items() for part in pair]
        failed(run("serve", "--store", "memory:", *flags, folder=tmp_path), ports[option])


def test_a_second_server_on_the_same_port_is_refused(start_server, tmp_path):
    """Although each core has a listener of its own on it."""
    server = start_server(store="memory")
    result = run(
        "serve",
        "--store",
        "memory:",
        "--port",
        str(server.port),
        "--grpc-port",
        "0",
        "--metrics-port",
        "0",
        folder=tmp_path,
    )
    failed(result, server.port)


def start_refused(tmp_path, store, *words):
    flags = ["--port", "0", "--grpc-port", "0", "--metrics-port", "0"]
    return failed(run("serve", "--store", store, *flags, folder=tmp_path), *words)


def test_folders_and_files_that_cannot_be_used(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    start_refused(tmp_path, "sqlite:file/vestnik.db", "file")
    (tmp_path / "folder.db").mkdir()
    start_refused(tmp_path, "sqlite:folder.db", "folder.db")
    (tmp_path / "junk.db").write_bytes(b"this is no database at all, " * 100)
    (tmp_path / "junk.db").chmod(0o600)  # others may read it otherwise, which is told first
    start_refused(tmp_path, "sqlite:junk.db", "junk.db")
    assert (tmp_path / "junk.db").read_bytes().startswith(b"this is no database")


def test_an_unwritable_data_folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    if os.geteuid() == 0:  # root may write anywhere but into the kernel's own folders
        start_refused(tmp_path, "sqlite:/proc/vestnik/vestnik.db", "/proc/vestnik")
    else:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        start_refused(tmp_path, "sqlite:data/vestnik.db", "data")


def test_a_database_from_a_newer_version(start_server, tmp_path):
    server = start_server()
    server.api().post("/api/v1/messages", json={"content": "kept"}).raise_for_status()
    server.stop()
    path = server.folder / "vestnik.db"
    with sqlite3.connect(path) as database:
        (table,) = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE '%migration%'"
            )
        ]
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        row = list(database.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1").fetchone())
        row[0] = 9999 if isinstance(row[0], int) else "9999_from_the_future.sql"
        row[1:] = [re.sub(r"^\d{4}_", "9999_", value) if isinstance(value, str) else value for value in row[1:]]
        database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})", row)
    database.close()
    before = path.read_bytes()
    with pytest.raises(StartFailed) as failed:
        server.start()
    assert failed.value.exit_code not in (0, None)
    assert "newer" in failed.value.output and "9999" in failed.value.output
    assert path.read_bytes() == before


def test_a_database_in_use_by_another_server(start_server, tmp_path):
    server = start_server()
    start_refused(tmp_path, server.store, str(server.folder / "vestnik.db"))
    assert server.api().post("/api/v1/messages", json={"content": "undisturbed"}).status_code == 201


def test_the_default_store_is_in_the_current_folder(start_server):
    server = start_server(store=None)
    server.api().post("/api/v1/messages", json={"content": "kept"}).raise_for_status()
    assert (server.folder / "data" / "vestnik.db").is_file()
    server.stop()
    server.start()
    assert [message["content"] for message in server.api().get("/api/v1/messages").json()] == ["kept"]


def test_listening_on_loopback_only(start_server):
    server = start_server(store="memory")
    listening = set()
    for path, size in (("/proc/net/tcp", 8), ("/proc/net/tcp6", 32)):
        with open(path, encoding="ascii") as table:
            for line in table.readlines()[1:]:
                local, _, state = line.split()[1:4]
                address, port = local.split(":")
                if state == "0A" and int(port, 16) in server.ports.values():
                    listening.add(address)
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}  # 127.0.0.1, also written as ::ffff:127.0.0.1
