"""The processes a benchmark starts: servers that stay up while they are measured, and the load generator."""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

START_LIMIT_S = 20
STOP_LIMIT_S = 20
LOAD_LIMIT_S = 600


class BenchError(Exception):
    """What ends one scenario, in a sentence."""


def raise_open_files_limit():
    """Thousands of sockets: the children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Server:
    """A process with a port, stopped by its pid when the `with` block ends. Its output goes to a file of the folder."""

    def __init__(self, name, command, folder):
        self.name = name
        self.command = [str(part) for part in command]
        self.log = folder / f"{name}.log"
        self.process = None
        self.port = 0
        self.exit_code = None

    def find_port(self):
        """The port once the server is ready, 0 before."""
        raise NotImplementedError

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            limit = time.monotonic() + START_LIMIT_S
            while not self.port:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise BenchError(f"{self.name} did not start: {self.last_words()}")
                time.sleep(0.05)
                self.port = self.find_port()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.exit_code = self.process.returncode

    def last_words(self):
        return self.log.read_text(errors="replace")[-1000:].strip()

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_megabytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0


class Vestnik(Server):
    """The server under test, with its defaults, an empty SQLite file and free ports."""

    def __init__(self, binary, folder, arguments):
        self.ports = folder / "ports.json"
        super().__init__("vestnik", [binary, "serve", "--port", 0, "--grpc-port", 0, "--metrics-port", 0, "--store",
                                     f"sqlite:{folder / 'vestnik.db'}", "--ports-file", self.ports, *arguments], folder)

    def find_port(self):
        try:
            return json.loads(self.ports.read_text())["http"]
        except (FileNotFoundError, ValueError):
            return 0


class RawServer(Server):
    """A bare responder or sender: the limit of this machine."""

    def __init__(self, load, arguments, folder):
        super().__init__(arguments[0], [load, *arguments], folder)

    def find_port(self):
        text = self.log.read_text()
        return json.loads(text)["port"] if text.endswith("\n") else 0


class Nats(Server):
    """The peer. It stores nothing."""

    def __init__(self, folder):
        self.folder = folder
        super().__init__("nats-server", [nats_binary(), "-a", "127.0.0.1", "-p", -1, "--ports_file_dir", folder], folder)

    def find_port(self):
        for file in self.folder.glob("nats-server_*.ports"):
            try:
                return int(json.loads(file.read_text())["nats"][0].rsplit(":", 1)[1])
            except ValueError:
                return 0
        return 0


def nats_binary():
    return shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def run_load(load, arguments):
    """One scenario of vestnik-load: its line of JSON as a dictionary."""
    command = [str(part) for part in [load, *arguments]]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{arguments[0]} took longer than {LOAD_LIMIT_S} s") from None
    if done.returncode != 0:
        raise BenchError(done.stderr.strip() or f"{arguments[0]} ended with {done.returncode}")
    return json.loads(done.stdout)
