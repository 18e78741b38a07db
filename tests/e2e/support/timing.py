"""Bounds in time. VESTNIK_TIME_SCALE stretches them for slow builds, such as those with sanitizers."""

import contextlib
import os
import signal
import time

SCALE = float(os.environ.get("VESTNIK_TIME_SCALE", "1"))
PATIENCE = 3  # where others want the processor, a test is as slow as that


def scaled(seconds):
    return seconds * SCALE


def patient(seconds):
    """For waits that have an end only because a test may fail."""
    return scaled(seconds) * PATIENCE


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives something true, and returns that; fails with `what` after `seconds` (patient)."""
    end = time.monotonic() + patient(seconds)
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {patient(seconds):.1f} s in vain: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def at_most(seconds, what):
    """Fails what runs inside when it takes longer than `seconds` (patient). Main thread only."""

    def expire(_signal, _frame):
        raise TimeoutError(f"{what} took longer than {patient(seconds):.0f} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, patient(seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
