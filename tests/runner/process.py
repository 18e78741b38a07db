"""Child processes: bounded in time, with the processor time they used."""

import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


_running = set()  # process groups
_running_lock = threading.Lock()
_ended = False


@dataclass(frozen=True)
class Outcome:
    """`code` is None when the time was up; `cpu_s` is user and system time of the process and all it has waited for."""

    code: int | None
    cpu_s: float


def run_bounded(command, timeout_s, output, env=None, cwd=ROOT, niceness=0):
    """Runs `command` with its output in the open file `output`; nothing of its process group is left afterwards."""
    command = ["nice", "-n", str(niceness), *(str(part) for part in command)]
    with _running_lock:
        if _ended:
            raise RuntimeError("the run has ended")
        process = subprocess.Popen(
            command,
            cwd=cwd,
            start_new_session=True,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _running.add(process.pid)
    late = threading.Event()

    def end():
        late.set()
        _kill_group(process.pid)

    timer = threading.Timer(timeout_s, end)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        timer.cancel()
        with _running_lock:
            _running.discard(process.pid)
        _kill_group(process.pid)
    return Outcome(None if late.is_set() else process.returncode, usage.ru_utime + usage.ru_stime)


def end_all():
    """Kills what runs in any thread, and lets nothing start any more."""
    global _ended
    with _running_lock:
        _ended = True
        for group in _running:
            _kill_group(group)


def _kill_group(group):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
