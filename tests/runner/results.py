"""What all parts together have seen, and where the time went."""

import threading
import xml.etree.ElementTree
from dataclasses import dataclass


@dataclass
class Step:
    """One line of the table of times."""

    name: str
    wall_s: float
    cpu_s: float


class Totals:
    """Counts cases and times of every part; safe to use from several threads."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failures = []
        self.steps = []
        self._lock = threading.Lock()

    def finished(self, step, output, passed=0, failures=(), summary=""):
        """Counts one step and prints its output in one piece."""
        with self._lock:
            self.passed += passed
            self.failed += len(failures)
            self.failures += [f"{step.name}: {failure}" for failure in failures]
            self.steps.append(step)
            print(f"\n== {step.name}")
            if output:
                print(output.rstrip())
            print(f"-- {step.name}: {summary}{step.wall_s:.0f} s", flush=True)

    def print_table(self, wall_s):
        """Steps run beside each other, so their wall times add up to more than `wall_s`."""
        width = max(len(step.name) for step in self.steps)
        total = Step("all", wall_s, sum(step.cpu_s for step in self.steps))
        print(f"\n{'where the time went':<{width}}   wall s    cpu s")
        for step in [*self.steps, total]:
            print(f"{step.name:<{width}} {step.wall_s:>8.0f} {step.cpu_s:>8.0f}")


def count_cases(report):
    """(passed, names of failed) of a JUnit report; nothing when there is none. A skipped test counts as failed, because what
    a test needs is installed by scripts/setup."""
    passed = 0
    failed = []
    try:
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            name = f"{case.get('classname')}: {case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                failed.append(f"{name} (skipped)")
            else:
                passed += 1
    except (FileNotFoundError, xml.etree.ElementTree.ParseError):
        pass
    return passed, failed
