"""Search as an outside client asks for it, over each transport."""

import contextlib
import time

import grpc

from .grpc_client import Client, chat, violations_of
from .rpc import Rpc, RpcError
from .timing import patient


class SearchRefused(Exception):
    def __init__(self, code, fields):
        super().__init__(code, fields)
        self.code = code
        self.fields = fields


def over_http(server, **request):
    with server.api() as api:
        answer = api.get("/api/v1/search", params=request)
    body = answer.json()
    if answer.status_code != 200:
        raise SearchRefused(body["code"], [violation["field"] for violation in body.get("violations", [])])
    return body["hits"]


def over_grpc(server, **request):
    with Client(server.grpc_port) as client:
        try:
            answer = client.chat.SearchMessages(chat.SearchMessagesRequest(**request))
        except grpc.RpcError as error:
            raise SearchRefused(error.code().name.lower(), list(violations_of(error))) from error
    return [
        {
            "message": {"id": hit.message.id, "room": hit.message.room, "content": hit.message.content},
            "parts": [{"text": part.text, "hit": part.hit} for part in hit.parts],
            "cut_before": hit.cut_before,
            "cut_after": hit.cut_after,
        }
        for hit in answer.hits
    ]


def over_rpc(server, **request):
    with Rpc(server.port) as socket:
        try:
            return socket.call("chat.SearchMessages", request)["hits"]
        except RpcError as error:
            raise SearchRefused(
                error.data["code"], [violation["field"] for violation in error.data.get("violations", [])]
            ) from error


OVER = {"http": over_http, "grpc": over_grpc, "rpc": over_rpc}


def ids_of(hits):
    return [hit["message"]["id"] for hit in hits]


def wait_until_indexed(server, within=10):
    """Until all that was written before is found."""
    end = time.monotonic() + patient(within)
    with server.api() as api, contextlib.suppress(KeyError):
        while True:
            answer = api.get("/api/v1/search", params={"q": "anything"})
            if answer.status_code == 200:
                answer.json()["indexed_through"]  # absent: everything is
            assert time.monotonic() < end, answer.content
            time.sleep(0.01)
