"""Bounds in time. VESTNIK_TIME_SCALE stretches them for slow builds, such as those with sanitizers."""

import contextlib
import os
import signal
import time

SCALE = float(os.environ.get("VESTNIK_TIME_SCALE", "1"))


def scaled(seconds):
    return seconds * SCALE


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives something true, and returns that; fails with `what` after `seconds` (scaled)."""
    end = time.monotonic() + scaled(seconds)
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {scaled(seconds):.1f} s in vain: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def at_most(seconds, what):
    """Fails what runs inside when it takes longer than `seconds` (scaled). Main thread only."""

    def expire(_signal, _frame):
        raise TimeoutError(f"{what} took longer than {scaled(seconds):.0f} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, scaled(seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
