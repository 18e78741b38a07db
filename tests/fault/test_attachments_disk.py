"""Attachments on disks that fail: refused, nothing half-made, and whole again when the disk is."""

import hashlib
import os
from pathlib import Path

import pytest

from disks import failing_fsync, fill, small_disk  # noqa: F401  (a fixture is found by name)
from support.checks import assert_problem
from support.timing import wait_until

PATH = "/api/v1/attachments"
CONTENT = os.urandom(1_000_000)


def kept_names(folder):
    return {path.name for path in Path(folder).rglob("*") if path.is_file() and path.name not in ("lock", "owner")}


def upload(api, content):
    return api.post(PATH, files={"file": ("a.bin", content)})


@pytest.mark.seconds(60)
def test_a_full_disk(small_disk, start_server):  # noqa: F811
    folder = small_disk / "files"
    server = start_server("--attachments", str(folder))
    with server.api() as api:
        first = upload(api, CONTENT).json()
        fill(small_disk)
        body = assert_problem(upload(api, os.urandom(1_000_000)), 503, "unavailable")
        assert "full" in body["detail"]
        assert kept_names(folder) == {hashlib.sha256(CONTENT).hexdigest()}
        assert api.get(f"{PATH}/{first['id']}").content == CONTENT
        assert api.post("/api/v1/messages", json={"content": "the database has its own disk"}).status_code == 201
        os.unlink(small_disk / "ballast")
        assert upload(api, os.urandom(1_000_000)).status_code == 201
        assert len(kept_names(folder)) == 2
    server.stop(clean_log=False)


@pytest.mark.seconds(60)
def test_errors_of_fsync(start_server):
    server = start_server()
    folder = Path(server.folder) / "vestnik.db-attachments"
    with server.api() as api:
        assert upload(api, b"before").status_code == 201
        before = kept_names(folder)
        with failing_fsync(server.pid):
            assert_problem(upload(api, CONTENT), 503, "unavailable")
            assert_problem(upload(api, b"before"), 503, "unavailable")
            assert kept_names(folder) == before
        assert upload(api, CONTENT).status_code == 201
        assert kept_names(folder) == before | {hashlib.sha256(CONTENT).hexdigest()}
    wait_until(lambda: any(record["level"] == "error" for record in server.records()), 5, "the operator to be told")
    server.stop(clean_log=False)


def test_content_that_is_missing(start_server, tmp_path):
    server = start_server("--attachments", str(tmp_path / "files"))
    with server.api() as api:
        kept = upload(api, CONTENT).json()
        lost = upload(api, b"lost").json()
        next(path for path in Path(tmp_path / "files").rglob(hashlib.sha256(b"lost").hexdigest())).unlink()
        for _ in range(3):
            assert_problem(api.get(f"{PATH}/{lost['id']}"), 503, "unavailable")
        assert api.get("/health").json()["status"] == "degraded"
        assert "\nstore_errors_total 3\n" in api.get("/metrics").text
        assert api.get(f"{PATH}/{kept['id']}").content == CONTENT
        assert_problem(api.get(f"{PATH}/00000000-0000-4000-8000-000000000000"), 404, "not_found")
    assert server.output().count("the storage failed") == 1
    server.stop(clean_log=False)
