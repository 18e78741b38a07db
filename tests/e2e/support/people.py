"""Guests with a session, as outside programs act for them."""

import itertools
import os

_numbers = itertools.count(1)


def fresh(kind):
    return f"{kind}-of-{os.getpid()}-{next(_numbers)}"


class Guest:
    """A new guest with a session on a server, and an HTTP client that sends its secret."""

    def __init__(self, server, name=None):
        self.name = name or fresh("guest")
        self.api = server.api()
        opened = self.api.post("/api/v1/sessions", json={"display_name": self.name})
        assert opened.status_code == 201, opened.content
        self.session = opened.json()
        self.secret = self.session["session_id"]
        self.id = self.session["user"]["id"]
        self.api.headers["Authorization"] = f"Bearer {self.secret}"

    def me(self):
        return self.api.get("/api/v1/sessions/me")

    def make_room(self, **settings):
        created = self.api.post("/api/v1/rooms", json={"name": fresh("room"), **settings})
        assert created.status_code == 201, created.content
        return created.json()

    def send(self, room, content, **members):
        sent = self.api.post(f"/api/v1/rooms/{room}/messages", json={"content": content, **members})
        assert sent.status_code == 201, sent.content
        return sent.json()
