"""The terminal clients as processes."""

import os
import pty
import select
import subprocess
import time

from .server import BINARY, environment
from .timing import patient, wait_until


class Watch:
    """`vestnik watch` as a running process whose output goes to a file."""

    def __init__(self, folder, *arguments, env=None):
        self.path = folder / f"watch-{len(list(folder.iterdir()))}.txt"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(
                [str(BINARY), "watch", *arguments],
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
            )

    def lines(self):
        return self.path.read_text(encoding="utf-8").splitlines()

    def end(self, within=10):
        """(exit code, standard error) after it has ended by itself."""
        errors = self.process.communicate(timeout=patient(within))[1]
        return self.process.returncode, errors.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def url(server):
    return f"http://127.0.0.1:{server.port}"


def subscribers(server):
    return server.metric("websocket_connections_active") + server.metric("event_streams_active")


def connected_watch(server, folder, *arguments, env=None):
    """A watch that has its subscription. Nobody else may come or go meanwhile."""
    wait_until(lambda: subscribers(server) == 0, 10, "those of earlier tests to be gone")
    watch = Watch(folder, "--url", url(server), *arguments, env=env)
    wait_until(lambda: subscribers(server) == 1, 10, "the watcher to be connected")
    return watch


def run_on_terminal(*arguments, env=None, within=20):
    """(exit code, what a terminal would show) of a command whose output is one."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(BINARY), *arguments],
        env=environment({"TZ": "UTC", **(env or {})}),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        end = time.monotonic() + patient(within)
        readable = select.poll()
        readable.register(ours, select.POLLIN)
        while (left := end - time.monotonic()) > 0 and readable.poll(left * 1000):
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        process.wait(patient(5))
    return process.returncode, shown.decode().replace("\r\n", "\n")
