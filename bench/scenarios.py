"""What is measured, and what it must reach: one class for each row of the table."""

import contextlib
import pathlib
import tempfile

from processes import BenchError, Nats, RawServer, Vestnik, nats_binary, run_load

KIB = 1024
PAYLOAD_BYTES = 200


class Goal:
    """One figure of a row: its name, what it must reach at least and what it aims at."""

    def __init__(self, name, least, aim, more_is_better):
        self.name = name
        self.least = least
        self.aim = aim
        self.more_is_better = more_is_better

    def verdict(self, value):
        if self.reaches(value, self.aim):
            return "aim"
        return "ok" if self.reaches(value, self.least) else "short"

    def reaches(self, value, bound):
        return value >= bound if self.more_is_better else value <= bound


class Bench:
    """Where the binaries are and how long things take."""

    def __init__(self, build, quick, server_arguments):
        self.vestnik = build / "vestnik"
        self.load = build / "vestnik-load"
        self.build = build
        self.quick = quick
        self.server_arguments = server_arguments
        self.times = ["--warmup", 0.5, "--seconds", 2] if quick else ["--warmup", 2, "--seconds", 8]

    @contextlib.contextmanager
    def folder(self):
        """On the disk of the build, since a temporary folder may be memory."""
        with tempfile.TemporaryDirectory(prefix="bench-", dir=self.build) as path:
            yield pathlib.Path(path)

    def on_vestnik(self, arguments, with_pid=False):
        """One scenario against a fresh server."""
        with self.folder() as folder:
            server = Vestnik(self.vestnik, folder, self.server_arguments)
            with server:
                extra = ["--pid", server.process.pid] if with_pid else []
                cpu = server.cpu_seconds()
                try:
                    result = run_load(self.load, [*arguments, "--port", server.port, *extra])
                except BenchError as error:
                    raise BenchError(f"{error}; the server's last words: {server.last_words()[-300:]}") from None
                result["server_cpu_seconds"] = round(server.cpu_seconds() - cpu, 2)
                result["server_peak_megabytes"] = round(server.peak_megabytes(), 1)
            result["server_exit_code"] = server.exit_code
            return result

    def on_raw(self, raw_arguments, arguments):
        with self.folder() as folder, RawServer(self.load, raw_arguments, folder) as server:
            return run_load(self.load, [*arguments, "--port", server.port])

    def on_nats(self, arguments):
        if nats_binary() is None:
            raise BenchError("nats-server is missing: apt-get install nats-server")
        with self.folder() as folder, Nats(folder) as server:
            return run_load(self.load, [*arguments, "--port", server.port])


class Scenario:
    """A row. `run` gives results by party: vestnik and, where they exist, raw and peer."""

    name = ""
    work = ""
    unit = "/s"
    goals = []

    def run(self, bench):
        raise NotImplementedError

    def figures(self, result):
        """The values of the goals in one result."""
        return [result["per_second"]]


class HttpPost(Scenario):
    name = "http-post"
    work = "POST over HTTP keep-alive, 64 connections, each answer after its commit"
    goals = [Goal("messages", 25_000, 50_000, True)]

    def run(self, bench):
        arguments = ["http-post", "--connections", 64, "--content-bytes", PAYLOAD_BYTES, *bench.times]
        vestnik = bench.on_vestnik(arguments)
        size = max(100, vestnik["response_bytes"])
        return {"vestnik": vestnik, "raw": bench.on_raw(["raw-http", "--response-bytes", size], arguments)}


class WsPublish(Scenario):
    name = "ws-publish"
    work = "messages over one /ws, pipelined, each echoed after its commit"
    goals = [Goal("messages", 50_000, 100_000, True)]

    def run(self, bench):
        return {"vestnik": bench.on_vestnik(["ws-publish", "--content-bytes", PAYLOAD_BYTES, *bench.times])}


class Fanout(Scenario):
    def __init__(self, subscribers, least, aim):
        self.name = f"fanout-{subscribers}"
        self.work = f"fan-out to {subscribers:,} WebSockets, one writer at full speed, all stored durably"
        self.goals = [Goal("deliveries", least, aim, True)]
        self.subscribers = subscribers

    def run(self, bench):
        arguments = ["fanout", "--subscribers", self.subscribers, "--threads", 2, "--content-bytes", PAYLOAD_BYTES,
                     *bench.times]
        vestnik = bench.on_vestnik(arguments)
        frame = max(200, vestnik["frame_bytes"])
        raw = bench.on_raw(["raw-fanout", "--frame-bytes", frame], [*arguments, "--protocol", "receive-only"])
        return {"vestnik": vestnik, "raw": raw, "peer": bench.on_nats([*arguments, "--protocol", "nats"])}


class Latency(Scenario):
    name = "latency"
    work = "publish to receive, 5,000 messages/s, 10 subscribers"
    unit = " ms"
    goals = [Goal("p50", 3, 1, False), Goal("p99", 15, 5, False)]

    def run(self, bench):
        return {"vestnik": bench.on_vestnik(["latency", "--subscribers", 10, "--rate", 5000, *bench.times])}

    def figures(self, result):
        return [result["latency"]["p50_ms"], result["latency"]["p99_ms"]]


class Idle(Scenario):
    name = "idle"
    work = "memory of the server per idle WebSocket, 5,000 of them"
    unit = " KiB"
    goals = [Goal("memory", 12, 4, False)]

    def run(self, bench):
        settle = 1 if bench.quick else 3
        return {"vestnik": bench.on_vestnik(["idle", "--connections", 5000, "--settle", settle], with_pid=True)}

    def figures(self, result):
        return [result["bytes_per_socket"] / KIB]


class History(Scenario):
    name = "history"
    work = "history page of 50 anywhere in a long room, worst of four ways to ask"
    unit = " ms"
    goals = [Goal("p99", 5, 1, False)]

    def run(self, bench):
        messages, pages = (50_000, 200) if bench.quick else (1_000_000, 2000)
        return {"vestnik": bench.on_vestnik(["history", "--messages", messages, "--pages", pages])}

    def figures(self, result):
        return [max(result[way]["p99_ms"] for way in ("offset", "before", "after", "from"))]


class ResumeStorm(Scenario):
    name = "resumes"
    work = "5,000 WebSockets come back at once with their positions, 100 messages behind / to a restarted server"
    unit = " s"
    goals = [Goal("dropped", 5, 1, False), Goal("restarted", 5, 1, False)]

    def run(self, bench):
        with bench.folder() as folder:
            dropped, exit_code = self.on_server(bench, folder, ["--missed", 100])
            restarted, last_exit_code = self.on_server(bench, folder, ["--after", dropped["head"]])
        # Those who were here a moment ago are served from the window; after a restart one read tells where it begins.
        verified = dropped["verified"] and restarted["verified"]
        verified = verified and dropped["store_reads"] == 0 and restarted["store_reads"] <= 1
        return {"vestnik": {**dropped, "verified": verified, "restarted": restarted,
                            "server_exit_code": exit_code or last_exit_code}}

    def on_server(self, bench, folder, arguments):
        server = Vestnik(bench.vestnik, folder, bench.server_arguments)
        server.ports.unlink(missing_ok=True)
        with server:
            result = run_load(bench.load, ["resumes", "--port", server.port, "--subscribers", 5000, *arguments])
        return result, server.exit_code

    def figures(self, result):
        return [result["seconds"], result["restarted"]["seconds"]]


class Search(Scenario):
    name = "search"
    work = "search for two words in a long history; the rate at which all of it was written and indexed"
    unit = ""
    goals = [Goal("p99 ms", 20, 5, False), Goal("messages/s", 10_000, 15_000, True)]

    def run(self, bench):
        messages, searches = (50_000, 500) if bench.quick else (300_000, 2000)
        return {"vestnik": bench.on_vestnik(["search", "--messages", messages, "--searches", searches])}

    def figures(self, result):
        return [result["two_words"]["p99_ms"], result["per_second"]]


ALL = [HttpPost(), WsPublish(), Fanout(100, 4_000_000, 8_000_000), Fanout(1000, 5_000_000, 10_000_000), Latency(), Idle(),
       History(), Search(), ResumeStorm()]
