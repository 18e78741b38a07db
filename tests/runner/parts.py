"""The parts of the tests, the tiers they belong to, and the order in which they run."""

import concurrent.futures
import os
from collections.abc import Callable
from dataclasses import dataclass

from .process import end_all
from .runners import (
    WORKERS,
    Context,
    build,
    run_browser,
    run_check,
    run_fuzz,
    run_gtest,
    run_pytest,
    run_vitest,
    sanitizer_env,
)

PRESETS = ["release", "asan", "tsan"]  # in the order of building: most parts wait for the first
WAITING_AT_ONCE = 3  # parts
FUZZ_SECONDS = int(os.environ.get("VESTNIK_FUZZ_SECONDS", "30"))
MANY = {"RC_PARAMS": "max_success=1000"}  # sequences of each property; 100 otherwise
SPEED_STORIES = "speed.test.ts"


@dataclass(frozen=True)
class Part:
    """`tier` is the smallest one the part belongs to. A part `waits` when others may work beside it, and runs `alone` when
    it measures."""

    tier: str
    about: str
    preset: str
    targets: list
    run: Callable[[Context], None]
    waits: bool = False
    alone: bool = False


def gtest(preset, *patterns, **options):
    return lambda context: run_gtest(context, preset, patterns, **options)


def check(name, *command, **options):
    return lambda context: run_check(context, name, command, **options)


def pytest_beside(name, preset, folder, marks, **options):
    """Tests that mostly wait, on several workers; each worker has servers of its own."""
    beside = ["-n", str(WORKERS), "--dist", "loadgroup", "-m", marks]
    return lambda context: run_pytest(context, name, preset, [folder], beside, **options)


def timing(context):
    """What measures time or memory, when nothing else runs."""
    for folder in ("e2e", "fault"):
        run_pytest(context, f"timing {folder}", "release", [folder], ["-m", "timing"])
    run_browser(context, "timing browser", [SPEED_STORIES])


def sanitized_e2e(preset):
    return pytest_beside(f"{preset} e2e", preset, "e2e", "not pages and not descriptors", env=sanitizer_env(), timeout_s=3600)


def long_runs(context):
    """More random sequences, more crashes."""
    run_gtest(context, "asan", ["unit_*"], ["--gtest_filter=*roperty*:*andom*:*odel*"], MANY, 3600, "long")
    run_gtest(context, "asan", ["conformance"], ["--gtest_filter=*andom*:*Search*"], MANY, 3600, "long")
    crashes = ["--gtest_filter=SqliteCrash*:SqliteFault*", "--gtest_repeat=10", "--gtest_shuffle"]
    run_gtest(context, "asan", ["conformance"], crashes, timeout_s=3600, label="crashes")
    for number in (1, 2, 3):
        run_pytest(context, f"fault, storm {number}", "release", ["fault"])


PARTS = {
    # fmt: off
    "web": Part("test", "the code of the pages", "release", ["vestnik"], lambda c: run_vitest(c, "web", "test"), waits=True),
    "e2e": Part("test", "the binary from outside", "release", ["vestnik"], pytest_beside("e2e", "release", "e2e", "not timing"), waits=True),
    "fault": Part("test", "kills, disks, slow readers", "release", ["vestnik"], pytest_beside("fault", "release", "fault", "not timing"), waits=True),
    "browser": Part("test", "the pages in Chromium", "release", ["vestnik"], lambda c: run_browser(c, "browser", [f"--exclude=**/{SPEED_STORIES}"]), waits=True),
    "clients": Part("test", "the clients of programs in Node", "release", ["vestnik"], lambda c: run_vitest(c, "clients", "client-tests"), waits=True),
    "lint": Part("check", "format, clang-tidy, pages, links", "release", ["contract_files"], check("lint", "scripts/lint")),
    "unit": Part("test", "each library of src/, under ASan and UBSan", "asan", ["tests"], gtest("asan", "unit_*")),
    "conformance": Part("test", "every storage, under ASan and UBSan", "asan", ["tests"], gtest("asan", "conformance")),
    "fuzz": Part("test", "the kept inputs of every parser", "asan", ["fuzz_targets"], lambda c: run_fuzz(c, "asan", 0)),
    "packages": Part("test", "included headers against scripts/setup", "asan", ["tests", "fuzz_targets"], check("packages", "scripts/check_packages")),
    "fuzz-search": Part("full", "new inputs for every parser", "asan", ["fuzz_targets"], lambda c: run_fuzz(c, "asan", FUZZ_SECONDS)),
    "long": Part("full", "long random sequences, many crashes", "asan", ["tests"], long_runs),
    "e2e-asan": Part("full", "e2e under ASan and UBSan", "asan", ["vestnik"], sanitized_e2e("asan"), waits=True),
    "threads": Part("check", "runtime, live and chat under TSan", "tsan", ["unit_runtime", "unit_live", "unit_chat"], gtest("tsan", "unit_runtime", "unit_live", "unit_chat")),
    "threads-all": Part("full", "unit and conformance under TSan", "tsan", ["tests"], gtest("tsan", "unit_*", "conformance")),
    "e2e-tsan": Part("full", "e2e under TSan", "tsan", ["vestnik"], sanitized_e2e("tsan"), waits=True),
    "judges": Part("full", "what programs of others make of the server", "release", ["vestnik"], check("judges", "tests/judges/run", timeout_s=2 * 3600), waits=True),
    "machines": Part("full", "each set-up on a bare Debian", "release", ["vestnik"], check("machines", "tests/machines/run", timeout_s=4 * 3600), alone=True),
    "timing": Part("test", "what measures time or memory", "release", ["vestnik"], timing, alone=True),
    # fmt: on
}
TIERS = {
    "test": ["test"],
    "check": ["test", "check"],
    "full": ["test", "check", "full"],
}


def parts_of(tier):
    """What the full tier does more thoroughly, it does once."""
    names = [name for name, part in PARTS.items() if part.tier in TIERS[tier]]
    return [name for name in names if not (tier == "full" and name == "threads")]


def run_parts(context, names):
    """Builds preset after preset. Beside that run the parts that wait, as soon as what they need is built; at the end, one
    after the other, those that measure."""
    parts = [PARTS[name] for name in names]
    built = set()
    waiting = concurrent.futures.ThreadPoolExecutor(WAITING_AT_ONCE)
    try:
        beside = []
        for preset in PRESETS:
            mine = [part for part in parts if part.preset == preset]
            if not mine or not build(context, preset, sorted({target for part in mine for target in part.targets})):
                continue
            built.add(preset)
            beside += [waiting.submit(part.run, context) for part in mine if part.waits]
            for part in mine:
                if not part.waits and not part.alone:
                    part.run(context)
        for part in beside:
            part.result()
    except BaseException:
        end_all()
        waiting.shutdown(cancel_futures=True)
        raise
    for part in parts:
        if part.alone and part.preset in built:
            part.run(context)
