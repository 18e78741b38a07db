"""Disks that fail on request: errors of fsync, and no space left."""

import contextlib
import os
import signal
import subprocess

import pytest

from support.timing import patient, wait_until


def failing_fsync(pid):
    """Every fsync of the process fails with EIO while this lasts."""
    return _changed_fsync(pid, "error=EIO")


def slow_fsync(pid):
    """Every fsync of the process takes 50 ms longer while this lasts."""
    return _changed_fsync(pid, "delay_enter=50000")


@contextlib.contextmanager
def _changed_fsync(pid, change):
    command = [
        "strace",
        "-f",
        "-q",
        "-o",
        "/dev/null",
        "-p",
        str(pid),
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        f"inject=fsync,fdatasync:{change}",
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            wait_until(lambda: tracer.poll() is not None or traced_by(pid) == tracer.pid, 10, "strace to attach")
            if tracer.poll() is not None:
                pytest.fail(f"strace cannot attach, so failing disks cannot be tested here: {tracer.stderr.read()}")
            yield
        finally:
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGTERM)
                tracer.wait(patient(10))
    wait_until(lambda: traced_by(pid) == 0, 5, "strace to detach")


def traced_by(pid):
    """The tracer of every thread of the process, or -1 while it is not the same for all."""
    tracers = set()
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError):
            with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as status:
                tracers.update(int(line.split()[1]) for line in status if line.startswith("TracerPid:"))
    return tracers.pop() if len(tracers) == 1 else -1


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 32 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.fail(
            f"a small file system cannot be mounted (it takes root), so full disks cannot be tested here: {mounted.stderr}"
        )
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Takes all the space that is left."""
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(b"b" * size)
