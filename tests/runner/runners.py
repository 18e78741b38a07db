"""Runs one program of tests and counts what it has seen: GoogleTest, pytest, Vitest, libFuzzer, checks of our own."""

import concurrent.futures
import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .process import ROOT, run_bounded
from .results import Step, Totals, count_cases

LOG_SHOWN_CHARACTERS = 20_000  # the end of what a failed run has printed
BUILD_NICENESS = 10  # tests that run beside a build come first
BUILD_TIMEOUT_S = 3600
WORKERS = 2 * (os.cpu_count() or 1)  # of tests that mostly wait
SANITIZER_TIME_SCALE = "5"  # tests multiply their deadlines by this
SUM = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


@dataclass(frozen=True)
class Context:
    """What every part gets: where to count, and a folder that goes away at the end."""

    totals: Totals
    temp: Path

    def log(self, name):
        return self.temp / (re.sub(r"\W+", "-", name) + ".log")


def preset_folder(preset):
    return ROOT / "build" if preset == "release" else ROOT / "build" / preset


def _run(context, name, command, timeout_s, **options):
    """The step, what the command has printed, and what is wrong with its end."""
    started = time.monotonic()
    log = context.log(name)
    with open(log, "wb") as output:
        outcome = run_bounded(command, timeout_s, output, **options)
    wrong = []
    if outcome.code is None:
        wrong = [f"still running after {timeout_s} s, ended"]
    elif outcome.code != 0:
        wrong = [f"exit code {outcome.code}"]
    return Step(name, time.monotonic() - started, outcome.cpu_s), log.read_text(errors="replace"), wrong


def build(context, preset, targets):
    """True when the targets of the preset stand ready."""
    command = ["scripts/build", preset, *targets]
    step, output, wrong = _run(context, f"build {preset}", command, BUILD_TIMEOUT_S, niceness=BUILD_NICENESS)
    context.totals.finished(step, output[-LOG_SHOWN_CHARACTERS:] if wrong else "", failures=wrong)
    return not wrong


def run_check(context, name, command, timeout_s=BUILD_TIMEOUT_S, niceness=BUILD_NICENESS, **options):
    """A program that ends with `N passed, N failed` and names each failure on a line `failed: …`."""
    step, output, wrong = _run(context, name, command, timeout_s, niceness=niceness, **options)
    sums = SUM.findall(output)
    failures = re.findall(r"^failed: (.*)$", output, re.MULTILINE)
    context.totals.finished(step, output, int(sums[-1][0]) if sums else 0, failures or wrong)


def run_with_report(context, name, command, report, timeout_s, quiet=False, **options):
    """A command that writes a JUnit report. With `quiet`, its output is shown only when something failed."""
    step, output, wrong = _run(context, name, command, timeout_s, **options)
    passed, failures = count_cases(report)
    if not passed and not failures:
        wrong = [f"no tests ran ({', '.join(wrong) or 'exit code 0'})"]
    elif failures and wrong[:1] == ["exit code 1"]:
        wrong = []
    shown = "" if quiet and not failures and not wrong else output[-LOG_SHOWN_CHARACTERS:]
    summary = f"{passed} passed, {len(failures) + len(wrong)} failed, "
    context.totals.finished(step, shown, passed, failures + wrong, summary)


def binaries_of(preset, pattern, folder="tests"):
    return sorted(path for path in (preset_folder(preset) / folder).glob(pattern) if os.access(path, os.X_OK))


def has_tests(binary, options):
    """Whether a filter among the options leaves any of its tests."""
    filters = [option for option in options if option.startswith("--gtest_filter=")]
    listed = subprocess.run([binary, "--gtest_list_tests", *filters], capture_output=True, text=True, check=True, env=sanitizer_env())
    return any(line.startswith("  ") for line in listed.stdout.splitlines())


def run_gtest(context, preset, patterns, options=(), env=None, timeout_s=1200, label=""):
    """The binaries that match `patterns` and have such tests, as many at once as there are cores."""
    binaries = [binary for pattern in patterns for binary in binaries_of(preset, pattern) if has_tests(binary, options)]
    if not binaries:
        context.totals.finished(Step(f"{label or preset} {patterns}", 0, 0), "", failures=["no tests"])

    def run(binary):
        name = f"{label or preset} {binary.name}"
        report = context.temp / f"{name}.xml"
        command = [binary, "--gtest_brief=1", f"--gtest_output=xml:{report}", *options]
        environment = {**sanitizer_env(), **(env or {})}
        run_with_report(context, name, command, report, timeout_s, quiet=True, env=environment)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, binaries))


def run_pytest(context, name, preset, folders, options=(), env=None, timeout_s=1800):
    report = context.temp / f"{name}.xml"
    command = ["/usr/bin/python3", "-m", "pytest", "-q", f"--junitxml={report}", *options]
    command += [ROOT / "tests" / folder for folder in folders]
    environment = {"VESTNIK_BINARY": str(preset_folder(preset) / "vestnik"), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    run_with_report(context, name, command, report, timeout_s, env=environment)


def run_vitest(context, name, script, options=(), env=None, timeout_s=900):
    report = context.temp / f"{name}.xml"
    command = ["npm", "--prefix", "web", "run", script, "--"]
    command += ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}", *options]
    environment = {"VESTNIK_BINARY": str(preset_folder("release") / "vestnik"), **(env or {})}
    run_with_report(context, name, command, report, timeout_s, env=environment)


@contextlib.contextmanager
def running_server(temp):
    """A release server on free ports with its data in a temporary folder; gives its HTTP address."""
    folder = Path(tempfile.mkdtemp(prefix="server-", dir=temp))
    ports_file = folder / "ports.json"
    with open(folder / "log", "wb") as log:
        command = [preset_folder("release") / "vestnik", "serve", "--store", f"sqlite:{folder / 'vestnik.db'}", "--ports-file", ports_file]
        command += ["--port", "0", "--grpc-port", "0", "--metrics-port", "0"]
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + 30
        while not ports_file.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{json.loads(ports_file.read_text())['http']}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def run_browser(context, name, options):
    """Stories of tests/browser against a server of their own."""
    try:
        with running_server(context.temp) as url:
            run_vitest(context, name, "browser-tests", options, {"VESTNIK_URL": url})
    except (RuntimeError, OSError) as error:
        context.totals.finished(Step(name, 0, 0), "", failures=[str(error)])


def run_fuzz(context, preset, seconds):
    """Every target over its kept corpus; then, for `seconds` of each, over new inputs. What is found is left in
    build/fuzz-findings."""
    findings = ROOT / "build/fuzz-findings"
    findings.mkdir(parents=True, exist_ok=True)
    name = "fuzz search" if seconds else "fuzz corpora"
    targets = binaries_of(preset, "fuzz_*", "fuzz")
    started, cpu_s, lines, failures = time.monotonic(), 0.0, [], []
    for target in targets:
        seeds = ROOT / "tests/fuzz/corpus" / target.name.removeprefix("fuzz_")
        command = [target, "-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=0", "-print_final_stats=1"]
        command += [f"-artifact_prefix={findings}/{target.name}-"]
        if seconds:
            grown = tempfile.mkdtemp(prefix="corpus-", dir=context.temp)  # new inputs go to the first folder
            command += [f"-max_total_time={seconds}", grown, seeds]
        else:
            command += [f"-max_total_time={BUILD_TIMEOUT_S}", "-runs=0", seeds]
        step, output, wrong = _run(context, target.name, command, seconds + 300, env=sanitizer_env(), cwd=context.temp)
        cpu_s += step.cpu_s
        if wrong:
            lines.append(output[-LOG_SHOWN_CHARACTERS:])
            failures.append(f"{target.name}: {wrong[0]}; the input is in {findings}")
        else:
            lines.append(f"{target.name}: {' '.join(re.findall(r'number_of_executed_units: *([0-9]+)', output))} inputs")
    if not targets:
        failures.append(f"no targets in {preset_folder(preset) / 'fuzz'}")
    step = Step(name, time.monotonic() - started, cpu_s)
    context.totals.finished(step, "\n".join(lines), len(targets) - len(failures), failures)


def sanitizer_env():
    suppressions = ROOT / "tests/sanitizers"
    symbolizer = next(iter(sorted(Path("/usr/lib").glob("llvm-*/bin/llvm-symbolizer"), reverse=True)), "llvm-symbolizer")
    common = f"external_symbolizer_path={symbolizer}"
    return {
        "VESTNIK_TIME_SCALE": SANITIZER_TIME_SCALE,
        "ASAN_OPTIONS": f"{common}:detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
        "LSAN_OPTIONS": f"{common}:suppressions={suppressions / 'lsan.txt'}:print_suppressions=0",
        "UBSAN_OPTIONS": f"{common}:print_stacktrace=1:halt_on_error=1",
        "TSAN_OPTIONS": f"{common}:suppressions={suppressions / 'tsan.txt'}:second_deadlock_stack=1",
    }
