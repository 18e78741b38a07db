"""Faults injected into the real binary: kills, signals, slow readers, failing disks. The clients are those of tests/e2e."""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from support.fixtures import binary, bounded, start_server  # noqa: E402, F401


@pytest.fixture
def chance():
    """Random choices from a seed that is printed; VESTNIK_SEED repeats a run."""
    seed = int(os.environ.get("VESTNIK_SEED", random.SystemRandom().randrange(2**32)))
    print(f"VESTNIK_SEED={seed}")
    return random.Random(seed)
