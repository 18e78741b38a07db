"""The real binary as a process: start on free ports, stop with SIGTERM, kill, start again on the same data."""

import functools
import json
import os
import re
import signal
import socket
import subprocess
import time
import weakref
from pathlib import Path

import requests

from .timing import patient

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("VESTNIK_BINARY", REPOSITORY / "build" / "vestnik")).resolve()

# What a sanitizer or the standard library's assertions print when the process does something undefined.
_UNDEFINED = re.compile(
    r"(Address|Leak|Thread|UndefinedBehavior|Memory)Sanitizer|runtime error:|Assertion .* failed|terminate called"
)


class StartFailed(Exception):
    """The process ended, or did not become ready in time."""

    def __init__(self, exit_code, output):
        super().__init__(f"exit code {exit_code}: {output}")
        self.exit_code = exit_code
        self.output = output


class Api(requests.Session):
    """HTTP client of one server, with paths instead of URLs and a bound on every call. One thread."""

    def __init__(self, port):
        super().__init__()
        self.trust_env = False
        self.base = f"http://127.0.0.1:{port}"

    def request(self, method, url, **options):
        options.setdefault("timeout", patient(15))
        return super().request(method, self.base + url, **options)


def environment(extra=None):
    """A small environment, so that nothing of the caller's shell configures the server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG") or name.endswith("SAN_OPTIONS")
    }
    return {**kept, **(extra or {})}


def free_port():
    """A port that nobody has now, for servers that must come back on the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`store` is "memory", "sqlite" (a file in `folder`) or a URL; `flags` go to `vestnik serve`."""

    def __init__(self, folder, *flags, store="sqlite", env=None, default_ports=True):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        urls = {"memory": "memory:", "sqlite": f"sqlite:{self.folder / 'vestnik.db'}"}
        self.store = urls.get(store, store)
        self.flags = list(flags)
        self.env = environment(env)
        self.default_ports = default_ports
        self.process = None
        self.log_path = None
        self.clients = weakref.WeakSet()  # whoever is done with one need not close it
        self.starts = 0
        self.ports = {}

    def start(self, within=10):
        self.starts += 1
        ports_file = self.folder / f"ports-{self.starts}.json"
        ports_file.unlink(missing_ok=True)
        self.log_path = self.folder / f"log-{self.starts}.txt"
        command = [str(BINARY), "serve", "--ports-file", str(ports_file), "--log-format", "json"]
        if self.default_ports:
            command += ["--port", "0", "--grpc-port", "0", "--metrics-port", "0"]
        if self.store:
            command += ["--store", self.store]
        if "--pong-timeout" not in self.flags:
            command += ["--pong-timeout", "10m"]  # a test answers when it reads, which may be late
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command + self.flags,
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + patient(within)
        while True:
            with_ports = self._read_ports(ports_file)
            if with_ports:
                self.ports = with_ports
                return self
            if self.process.poll() is not None:
                raise StartFailed(self.process.returncode, self.output())
            if time.monotonic() > end:
                self.kill()
                raise StartFailed(None, f"not ready within {patient(within):.0f} s\n{self.output()}")
            time.sleep(0.01)

    @staticmethod
    def _read_ports(path):
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    @property
    def port(self):
        return self.ports["http"]

    @property
    def grpc_port(self):
        return self.ports["grpc"]

    @property
    def metrics_port(self):
        return self.ports["metrics"]

    @property
    def pid(self):
        return self.process.pid

    def api(self):
        client = Api(self.port)
        self.clients.add(client)
        return client

    def metric(self, name):
        """The value of a metric without labels."""
        with Api(self.metrics_port) as api:
            lines = api.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number=signal.SIGTERM):
        os.kill(self.pid, number)

    def wait(self, within=15):
        return self.process.wait(patient(within))

    def stop(self, clean_log=True, within=15):
        """SIGTERM; the exit code must be 0 and, unless told otherwise, the log without errors."""
        if not self.alive():
            raise AssertionError(f"the server had ended with {self.process.returncode}:\n{self.tail()}")
        while self.clients:
            self.clients.pop().close()  # its idle connections would be waited for
        self.signal(signal.SIGTERM)
        try:
            code = self.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {patient(within):.0f} s after SIGTERM:\n{self.tail()}") from None
        self.check_log(clean_log)
        assert code == 0, f"exit code {code} after SIGTERM:\n{self.tail()}"

    def kill(self):
        if self.alive():
            self.signal(signal.SIGKILL)
            self.process.wait(patient(5))

    def output(self):
        return self.log_path.read_text(errors="replace")

    def tail(self, lines=30):
        return "\n".join(self.output().splitlines()[-lines:])

    def records(self):
        """The log as dictionaries. The last line may still be in writing."""
        records = []
        for line in self.output().split("\n")[:-1]:
            if line.startswith("{"):
                records.append(json.loads(line))
        return records

    def check_log(self, no_errors=True):
        undefined = _UNDEFINED.search(self.output())
        assert (
            not undefined
        ), f"undefined behaviour reported:\n{self.output()[undefined.start() - 500 : undefined.start() + 4000]}"
        if no_errors:
            errors = [record for record in self.records() if record.get("level") == "error"]
            assert not errors, f"errors in the log: {errors[:5]}"

    def memory_bytes(self):
        """Resident memory of the process. Compare with `memory_slack()` in mind."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")


@functools.cache
def is_sanitized():
    """Whether the binary is a build with AddressSanitizer or ThreadSanitizer."""
    data = BINARY.read_bytes()
    return b"__asan_init" in data or b"__tsan_init" in data


def memory_slack(mebibytes):
    """How much the memory may grow, in bytes; sanitizers keep freed memory in quarantine and shadow."""
    return (mebibytes + (600 if is_sanitized() else 0)) * 2**20


def run(*arguments, env=None, folder=None, stdin=None, within=20):
    """Runs the binary to its end; returns the completed process with text output."""
    return subprocess.run(
        [str(BINARY), *arguments],
        env=environment(env),
        cwd=folder,
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=patient(within),
        check=False,
    )
