"""Disks that fail: errors of fsync and no space left. Nothing is acknowledged that is not kept, and nothing
acknowledged is lost.
"""

import os
import shutil
import time

import pytest

from disks import failing_fsync, fill, slow_fsync, small_disk  # noqa: F401  (a fixture is found by name)
from load import HttpWriter, SocketWriter, assert_kept, assert_retries_agree
from support.server import StartFailed
from support.checks import assert_problem, read_all
from support.timing import scaled, wait_until


@pytest.mark.seconds(90)
def test_errors_of_fsync(start_server):
    server = start_server()
    writers = [HttpWriter(server, "lobby", f"h{n}") for n in range(4)] + [
        SocketWriter(server, "lobby", f"s{n}") for n in range(2)
    ]
    wait_until(lambda: all(writer.acknowledged for writer in writers), 10, "every writer at work")
    with failing_fsync(server.pid):
        wait_until(
            lambda: all(writer.refused or not writer.is_alive() for writer in writers), 15, "every writer refused"
        )
        began = {writer.prefix: len(writer.acknowledged) for writer in writers}
        with server.api() as api:
            wait_until(lambda: api.get("/readyz").status_code == 503, 10, "readiness false")
            for _ in range(3):
                assert_problem(api.post("/api/v1/messages", json={"content": "never"}), 503, "unavailable")
            assert_problem(api.get("/readyz"), 503, "unavailable")
            assert api.get("/livez").status_code == 200
            assert api.get("/health").status_code == 503
        assert began == {
            writer.prefix: len(writer.acknowledged) for writer in writers
        }, "acknowledged although fsync failed"
        for writer in writers:
            writer.finish()
    for writer in writers:
        assert {status for status, _ in writer.refused.values()} == {503}, list(writer.refused.values())[:3]
        writer.doubtful |= set(writer.refused)

    # After an fsync that failed nobody knows what is on the disk: the storage stays failed until a new start looks.
    with server.api() as api:
        assert api.get("/readyz").status_code == 503
        assert api.post("/api/v1/messages", json={"content": "still never"}).status_code == 503
    wait_until(lambda: any(record["level"] == "error" for record in server.records()), 5, "the operator to be told")
    server.stop(clean_log=False)
    server.start()
    with server.api() as api:
        assert api.get("/readyz").status_code == 200
        by_nonce = assert_kept(read_all(api, "lobby"), writers)
        assert_retries_agree(api, "lobby", writers, by_nonce, at_most=20)
        assert_kept(read_all(api, "lobby"), writers)
        assert "still never" not in [message["content"] for message in read_all(api, "lobby")]


@pytest.mark.seconds(90)
def test_a_full_disk_recovers_when_space_returns(small_disk, start_server):
    server = start_server(store=f"sqlite:{small_disk}/vestnik.db")
    writers = []
    for turn in range(2):
        crowd = [HttpWriter(server, "lobby", f"t{turn}h{n}", padding=1000) for n in range(3)]
        wait_until(lambda: all(len(writer.acknowledged) > 10 for writer in crowd), 20, "every writer at work")
        fill(small_disk)
        wait_until(lambda: all(writer.refused for writer in crowd), 30, "every writer refused")
        for writer in crowd:
            writer.finish()
            assert writer.ended_by is None
            assert {status for status, _ in writer.refused.values()} <= {429, 503}, list(writer.refused.values())[:3]
            assert all(
                "database" not in error["detail"].lower() or "sql" not in error["detail"].lower()
                for _, error in writer.refused.values()
            )
        writers += crowd
        with server.api() as api:
            assert api.get("/livez").status_code == 200
            # What is acknowledged can be read while the disk is full.
            assert_kept(read_all(api, "lobby"), writers)

            os.unlink(small_disk / "ballast")
            wait_until(
                lambda: api.post("/api/v1/messages", json={"content": "space again"}).status_code == 201,
                15,
                "writing to work again",
            )
            wait_until(lambda: api.get("/readyz").status_code == 200, 10, "readiness true again")
            by_nonce = assert_kept(read_all(api, "lobby"), writers)
            assert_retries_agree(api, "lobby", crowd, by_nonce, at_most=10)
    server.stop(clean_log=False)
    server.start()
    with server.api() as api:
        assert_kept(read_all(api, "lobby"), writers)


@pytest.mark.seconds(60)
def test_a_full_disk_is_told_once_and_counted(small_disk, start_server):
    server = start_server(store=f"sqlite:{small_disk}/vestnik.db")
    with server.api() as api:
        while api.post("/api/v1/messages", json={"content": "x" * 8000}).status_code == 201:
            pass
        refused = 1
        for _ in range(300):
            refused += api.post("/api/v1/messages", json={"content": "x" * 8000}).status_code == 503
        causes = causes_told(server)
        assert sum(cause.endswith("the disk is full.") for cause in causes) == 1, causes
        counted = int(api.get("/metrics").text.split("\nstore_errors_total ")[1].split()[0])
        assert counted >= refused > 200
        # The log of the database may still have room for something small: then it is degraded, not failing.
        assert "the disk is full" in api.get("/health").text
    server.stop(clean_log=False)


def causes_told(server):
    """Why the storage, its search index and what else reads it failed, as the log tells it: each cause once."""

    def told():
        return [record["cause"] for record in server.records() if record["level"] == "error"]

    causes = wait_until(told, 5, "the log to tell of the failure")
    assert len(causes) == len(set(causes)) <= 4, causes
    return causes


SUFFIXES = {"the database": "", "the log": "-wal", "the lock": ".lock"}


def remove(folder):
    """A server may make files in it meanwhile."""

    def is_gone():
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    wait_until(is_gone, 5, "the folder to be removed")


@pytest.mark.seconds(60)
@pytest.mark.parametrize("what", ["the folder", *SUFFIXES])
def test_nothing_is_acknowledged_without_the_files(start_server, tmp_path, what):
    data = tmp_path / "data"
    server = start_server(store=f"sqlite:{data}/vestnik.db")
    with server.api() as api:
        assert api.post("/api/v1/messages", json={"content": "kept"}).status_code == 201
        if what == "the folder":
            remove(data)
        else:
            os.unlink(data / ("vestnik.db" + SUFFIXES[what]))
        for _ in range(20):
            assert_problem(api.post("/api/v1/messages", json={"content": "never"}), 503, "unavailable")
        assert api.get("/readyz").status_code == 503
        health = assert_problem(api.get("/health"), 503, "unavailable")
        assert "was removed or replaced" in health["violations"][0]["reason"]
        assert api.get("/livez").status_code == 200
        assert int(api.get("/metrics").text.split("\nstore_errors_total ")[1].split()[0]) >= 20
        causes = causes_told(server)
        assert any("was removed or replaced" in cause for cause in causes), causes
    server.stop(clean_log=False)


@pytest.mark.seconds(60)
def test_nothing_is_acknowledged_when_the_log_was_cut(start_server, tmp_path):
    """The writer has its pages in memory, and would go on."""
    server = start_server(store=f"sqlite:{tmp_path}/vestnik.db")
    with server.api() as api:
        assert api.post("/api/v1/messages", json={"content": "kept"}).status_code == 201
        os.truncate(tmp_path / "vestnik.db-wal", 0)
        wait_until(lambda: api.get("/readyz").status_code == 503, 5, "the loss to be noticed")
        for _ in range(5):
            assert_problem(api.post("/api/v1/messages", json={"content": "never"}), 503, "unavailable")
        assert_problem(api.get("/health"), 503, "unavailable")
    server.stop(clean_log=False)


@pytest.mark.seconds(60)
def test_the_chat_goes_on_without_deliveries(start_server, tmp_path):
    server = start_server(store=f"sqlite:{tmp_path}/vestnik.db")
    with server.api() as api:
        os.unlink(tmp_path / "vestnik.db-delivery")
        assert_problem(api.post("/api/v1/recipients", json={"phone": "79161234567"}), 503, "unavailable")
        assert api.post("/api/v1/messages", json={"content": "kept"}).status_code == 201
        assert api.get("/readyz").status_code == 200
        health = api.get("/health").json()
        assert health["status"] == "degraded"
        assert "deliveries" in [each["name"] for each in health["components"] if each["status"] == "degraded"]
    server.stop(clean_log=False)


@pytest.mark.seconds(60)
def test_a_start_on_a_full_disk_says_so(small_disk, start_server):
    fill(small_disk)
    with pytest.raises(StartFailed) as failed:
        start_server(store=f"sqlite:{small_disk}/vestnik.db")
    assert failed.value.exit_code not in (0, None) and failed.value.exit_code > 0
    assert "vestnik.db" in failed.value.output


@pytest.mark.timing
@pytest.mark.seconds(60)
def test_a_slow_disk_is_only_slow(start_server):
    """fsync takes 50 ms: group commit keeps many writers going, others' reads do not wait."""

    def batches():
        return int(server.api().get("/metrics").text.split("\ncommit_batches_total ")[1].split()[0])

    server = start_server()
    with slow_fsync(server.pid):
        writers = [HttpWriter(server, "lobby", f"w{n}") for n in range(20)]
        reads = []
        with server.api() as api:
            end = time.monotonic() + scaled(2)
            while time.monotonic() < end:
                began = time.monotonic()
                assert api.get("/health").status_code == 200
                reads.append(time.monotonic() - began)
        for writer in writers:
            writer.finish()
            assert not writer.refused and writer.ended_by is None
    total = sum(len(writer.acknowledged) for writer in writers)
    print(f"{total} acknowledged in {batches()} commits, slowest health answer {max(reads) * 1000:.0f} ms")
    assert total > 3 * batches()
    assert sorted(reads)[len(reads) // 2] < scaled(1)
    with server.api() as api:
        assert_kept(read_all(api, "lobby"), writers)
