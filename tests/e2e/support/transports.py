"""One view of a live room over each transport: WebSocket, server-sent events, gRPC, JSON-RPC. Messages come out as the JSON of
the contract.
"""

import queue
import threading

import grpc
from google.protobuf import json_format

from . import raw_http
from .checks import time_of
from .grpc_client import Client
from .raw_websocket import WebSocket
from .rpc import Rpc
from .sse import EventStream
from .timing import scaled


class WebSocketReader:
    def __init__(self, server, room, after="", on_slow=None):
        self._socket = WebSocket(server.port, room=room, after=after, on_slow=on_slow)
        self.subscribed = self._socket.read_json()["subscribed"]

    def next(self, within=30):
        """The next message, or {"gap": ...}."""
        return self._socket.read_json(within)

    def close(self):
        self._socket.connection.socket.close()


class SseReader:
    def __init__(self, server, room, after="", on_slow=None):
        self._stream = EventStream(server.port, room, after=after, on_slow=on_slow)
        assert self._stream.response.status_code == 200, self._stream.response
        first = self._stream.next()
        assert first.kind == "subscribed"
        self.subscribed = first.json()
        assert first.id == self.subscribed["pos"]

    def next(self, within=30):
        event = self._stream.next(within)
        if event.kind == "gap":
            return {"gap": event.json()}
        assert event.kind == "message", event
        message = event.json()
        assert event.id == message["pos"]
        return message

    def close(self):
        self._stream.connection.socket.close()


def message_json(message):
    """A gRPC message as the JSON of the contract."""
    value = {"id": message.id, "room": message.room, "pos": message.pos, "content": message.content}
    for name in ("user_id", "username", "client_seq", "nonce"):
        if message.HasField(name):
            value[name] = getattr(message, name)
    seconds, nanos = message.created_at.seconds, message.created_at.nanos
    value["created_at"] = (seconds, nanos)
    return value


class GrpcReader:
    """Reads in a thread of its own, because a gRPC stream cannot be asked with a time-out."""

    def __init__(self, server, room, after="", on_slow=None):
        self._client = Client(server.grpc_port)
        on_slow_values = {None: None, "disconnect": 1, "gap": 2}
        self._call = self._client.subscribe(room, after, on_slow_values[on_slow], within=60)
        self._events = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        event = self._take(10)
        assert event.WhichOneof("event") == "subscribed", event
        first = event.subscribed
        self.subscribed = {"room": first.room, "pos": first.pos, "recovered": first.recovered}
        if first.HasField("gap"):
            self.subscribed["gap"] = _gap(first.gap)

    def _read(self):
        try:
            for event in self._call:
                self._events.put(event)
        except grpc.RpcError as error:
            self._events.put(error)
        self._events.put(None)

    def _take(self, within):
        try:
            event = self._events.get(timeout=scaled(within))
        except queue.Empty:
            raise TimeoutError("no event in time") from None
        if event is None:
            raise raw_http.Closed("end of the gRPC stream")
        if isinstance(event, grpc.RpcError):
            raise event
        return event

    def next(self, within=30):
        event = self._take(within)
        if event.WhichOneof("event") == "gap":
            return {"gap": _gap(event.gap)}
        assert event.WhichOneof("event") == "message", event
        return message_json(event.message)

    def close(self):
        self._call.cancel()
        self._client.channel.close()


class RpcReader:
    def __init__(self, server, room, after="", on_slow=None):
        self._socket = Rpc(server.port)
        asked = {"room": room, "after": after, **({"on_slow": on_slow} if on_slow else {})}
        self.subscribed = self._socket.call("chat.Subscribe", asked)
        self._room = room

    def next(self, within=30):
        event = self._socket.next_event(within)
        assert event["room"] == self._room, event
        return {"gap": event["gap"]} if "gap" in event else event["message"]

    def close(self):
        self._socket.connection.socket.close()


def _gap(gap):
    return {**({"from": getattr(gap, "from")} if gap.HasField("from") else {}), "to": gap.to}


def every_change(reader, within=30):
    """The next event of a room as {kind: body}, as JSON, whatever it is and over whatever transport it comes."""
    if isinstance(reader, WebSocketReader):
        value = reader._socket.read_json(within)
        return {"message": value} if "content" in value else value
    if isinstance(reader, SseReader):
        event = reader._stream.next(within)
        body = event.json()
        assert event.id == body["pos"]
        return {event.kind: body}
    if isinstance(reader, RpcReader):
        value = reader._socket.next_event(within)
        return {kind: body for kind, body in value.items() if kind not in ("room", "room_id")}
    event = reader._take(within)
    return {event.WhichOneof("event"): json_format.MessageToDict(event, preserving_proto_field_name=True)[event.WhichOneof("event")]}


READERS = {"websocket": WebSocketReader, "sse": SseReader, "grpc": GrpcReader, "rpc": RpcReader}


def comparable(message):
    """A message in a form that is equal over every transport: time as (seconds, nanoseconds)."""
    if isinstance(message["created_at"], tuple):
        return message
    return {**message, "created_at": time_of(message)}
