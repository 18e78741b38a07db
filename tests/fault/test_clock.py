"""Clocks that are wrong for a while: times go on, sessions and rooms stay, and an operator is told."""

import glob
from datetime import datetime, timedelta, timezone

import pytest

from support.server import run
from support.timing import wait_until


class Clock:
    """The system's clock as a server sees it, ahead of the true one by what set() says."""

    def __init__(self, folder):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        assert found, "libfaketime is missing: scripts/setup test installs it"
        self.file = folder / "clock"
        self.set("+0")
        self.env = {
            "LD_PRELOAD": found[0],
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead):
        beside = self.file.with_suffix(".new")
        beside.write_text(ahead)
        beside.rename(self.file)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def send(api, content, headers=None):
    answer = api.post("/api/v1/messages", json={"content": content}, headers=headers)
    assert answer.status_code == 201, answer.text
    return datetime.fromisoformat(answer.json()["created_at"].replace("Z", "+00:00"))


def component(api, name):
    return next(each for each in api.get("/health").json()["components"] if each["name"] == name)


@pytest.mark.seconds(60)
@pytest.mark.parametrize("jump", ["+10y", "+2h", "-1h"])
def test_a_jump_forth_and_back_changes_nothing(start_server, clock, jump):
    server = start_server("--require-sessions", "--session-ttl", "10m", env=clock.env)
    with server.api() as api:
        session = api.post("/api/v1/sessions", json={"display_name": "Anna"}).json()["session_id"]
        anna = {"Authorization": f"Bearer {session}"}
        room = {"name": "short", "ttl": "30m"}
        assert api.post("/api/v1/rooms", json=room, headers=anna).status_code == 201
        times = [send(api, "before", anna)]
        clock.set(jump)
        wait_until(lambda: component(api, "clock")["status"] == "degraded", 5, "health to tell of the jump")
        assert "jumped" in component(api, "clock")["detail"]
        times.append(send(api, "meanwhile", anna))
        assert api.get("/api/v1/rooms/short", headers=anna).status_code == 200
        clock.set("+0")
        wait_until(lambda: component(api, "clock")["status"] == "ok", 5, "the clock to be back")
        times.append(send(api, "after", anna))
        now = datetime.now(timezone.utc)
        assert times == sorted(times) and all(now - timedelta(minutes=1) < time <= now for time in times), times
        assert api.get("/api/v1/sessions/me", headers=anna).status_code == 200
        recent = api.get("/api/v1/messages?from=-1m&to=-0s&order=asc", headers=anna).json()
        assert [message["content"] for message in recent] == ["before", "meanwhile", "after"]
    told = [record for record in server.records() if record["level"] == "warn" and "jumped" in record["event"]]
    assert len(told) == 1, told


@pytest.mark.seconds(60)
def test_what_was_dated_ahead_is_told_and_bounded(start_server, clock):
    clock.set("+10y")
    server = start_server("--require-sessions", "--session-ttl", "10m", env=clock.env)
    with server.api() as api:
        session = api.post("/api/v1/sessions", json={"display_name": "Anna"}).json()["session_id"]
        future = send(api, "of the future", {"Authorization": f"Bearer {session}"})
    server.stop()
    clock.set("+0")
    server.start()
    wait_until(lambda: "dated ahead of the clock" in server.output(), 5, "the log to tell")
    with server.api() as api:
        assert component(api, "clock")["status"] == "degraded"
        anna = {"Authorization": f"Bearer {session}"}
        times = [send(api, f"message {n}", anna) for n in range(3)]
        assert future < times[0] < times[1] < times[2] < future + timedelta(milliseconds=1), "they do not stand still"
        ends = datetime.fromisoformat(api.get("/api/v1/sessions/me", headers=anna).json()["expires_at"])
        assert ends < datetime.now(timezone.utc) + timedelta(minutes=11), "and keep no session alive"
    refused = run("repair-times", "--store", server.store)
    assert refused.returncode == 1 and "in use by another vestnik process" in refused.stderr
    server.stop()

    repaired = run("repair-times", "--store", server.store)
    assert repaired.returncode == 0 and repaired.stdout.startswith("4 messages "), repaired
    server.start()
    assert not any("ahead of the clock" in record["event"] for record in server.records())
    with server.api() as api:
        assert component(api, "clock")["status"] == "ok"
        messages = api.get("/api/v1/messages?from=-1m&to=-0s&order=asc", headers=anna).json()
        assert [message["content"] for message in messages] == ["of the future", "message 0", "message 1", "message 2"]
        assert send(api, "now", anna) <= datetime.now(timezone.utc)
