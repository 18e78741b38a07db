"""From results to the table and the JSON file."""

import datetime
import os
import pathlib
import platform
import statistics
import subprocess

from processes import nats_binary

HEADINGS = ["work", "measured", "at least", "aim", "raw limit", "of raw", "nats-server", "of nats", "verdict"]
# Counts of a result that should be 0.
TROUBLES = ["refused", "errors", "publisher_errors", "disconnected", "disconnected_as_slow", "missing_messages", "server_exit_code"]


def summarize(scenario, runs):
    """One row: the median of each figure over the runs (dictionaries of results by party)."""
    medians = {}
    for party in ("vestnik", "raw", "peer"):
        figures = [scenario.figures(run[party]) for run in runs if party in run]
        if figures:
            medians[party] = [statistics.median(column) for column in zip(*figures)]
    verified = all(run["vestnik"]["verified"] for run in runs)
    order = ["short", "ok", "aim"]
    verdict = min((goal.verdict(value) for goal, value in zip(scenario.goals, medians["vestnik"])), key=order.index)
    row = {
        "name": scenario.name,
        "work": scenario.work,
        "figures": [goal.name for goal in scenario.goals],
        "unit": scenario.unit,
        "measured": medians["vestnik"],
        "at_least": [goal.least for goal in scenario.goals],
        "aim": [goal.aim for goal in scenario.goals],
        "verdict": verdict if verified else "WRONG",
        "runs": runs,
    }
    for party in ("raw", "peer"):
        if party in medians:
            row[party] = medians[party]
            pairs = zip(medians["vestnik"], medians[party])
            row[f"ratio_to_{party}"] = [ours / theirs if theirs else 0.0 for ours, theirs in pairs]
    return row


def failed(scenario, reason):
    return {"name": scenario.name, "work": scenario.work, "verdict": "FAILED", "reason": reason}


def quantity(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}".rstrip("0").rstrip(".")


def cells(row):
    def joined(key, text=quantity):
        return " / ".join(text(value) for value in row.get(key, []))

    percent = "{:.0%}".format
    return [row["work"], joined("measured") + row["unit"], joined("at_least"), joined("aim"),
            joined("raw"), joined("ratio_to_raw", percent), joined("peer"), joined("ratio_to_peer", percent), row["verdict"]]


def table(rows):
    lines = [HEADINGS] + [cells(row) if "measured" in row else [row["work"], *[""] * 7, row["verdict"]] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    texts = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def remarks(rows):
    """What the table does not say: failures, refusals, disconnected subscribers, an exit code other than 0."""
    texts = []
    for row in rows:
        if "reason" in row:
            texts.append(f"{row['name']}: {row['reason']}")
        for run in row.get("runs", []):
            ours = run["vestnik"]
            said = [f"{key} {ours[key]}" for key in TROUBLES if ours.get(key)]
            if not ours["verified"]:
                said.insert(0, "messages are missing, out of order, refused or unconfirmed")
            if said:
                texts.append(f"{row['name']}: {', '.join(said)}")
    return texts


def output_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def machine(folder):
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    models = [line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else "unknown",
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": platform.release().split("-")[0],
        "filesystem": output_of(["stat", "-f", "-c", "%T", str(folder)]),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(root):
    commit = output_of(["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"])
    changed = output_of(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    nats = nats_binary()
    return {
        "commit": commit + ("-changed" if changed else ""),
        "nats_server": output_of([nats, "--version"]).removeprefix("nats-server: ") if nats else "",
        "compiler": output_of(["clang++-19", "--version"]).split("\n")[0],
    }


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
