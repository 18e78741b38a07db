"""JSON-RPC 2.0 over the WebSocket of `/rpc`: calls with their answers, and the events of many rooms."""

import collections
import time

from .raw_websocket import WebSocket
from .timing import scaled


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(repr(error))
        self.code = error["code"]
        self.message = error["message"]
        self.data = error["data"]


class Rpc(WebSocket):
    """One socket. Answers and notifications are kept until they are asked for."""

    def __init__(self, port, query="", **options):
        super().__init__(port, target="/rpc" + query, **options)
        self._next_id = 1
        self.answers = {}
        self.events = collections.deque()  # params of chat.Event, in the order of their arrival
        self.typing = collections.deque()  # params of chat.Typing
        self.presence = collections.deque()  # params of chat.Presence
        self.unasked = []  # answers to what had no id

    def start(self, method, params=None):
        """Sends a call and returns its id."""
        call_id = self._next_id
        self._next_id += 1
        self.send_json(self.call_object(method, params, call_id))
        return call_id

    @staticmethod
    def call_object(method, params=None, call_id=None):
        return {
            "jsonrpc": "2.0",
            "method": method,
            **({} if params is None else {"params": params}),
            **({} if call_id is None else {"id": call_id}),
        }

    def answer(self, call_id, within=30):
        """The whole answer to a call."""
        self.read_while(lambda: call_id not in self.answers, within)
        return self.answers.pop(call_id)

    def result(self, call_id, within=30):
        answer = self.answer(call_id, within)
        assert set(answer) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"}), answer
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def call(self, method, params=None, within=30):
        return self.result(self.start(method, params), within)

    def batch(self, calls, within=30):
        """Sends (method, params) together; returns their answers in the same order."""
        first = self._next_id
        self._next_id += len(calls)
        self.send_json([self.call_object(*call, call_id=first + n) for n, call in enumerate(calls)])
        return [self.answer(first + n, within) for n in range(len(calls))]

    def next_event(self, within=30):
        self.read_while(lambda: not self.events, within)
        return self.events.popleft()

    def next_typing(self, within=30):
        self.read_while(lambda: not self.typing, within)
        return self.typing.popleft()

    def next_presence(self, within=30):
        self.read_while(lambda: not self.presence, within)
        return self.presence.popleft()

    def read_while(self, waiting, within=30):
        end = time.monotonic() + scaled(within)
        while waiting():
            if time.monotonic() > end:
                raise TimeoutError("nothing of what was waited for")
            self._take(self.read_json(within))

    def _take(self, value):
        for one in value if isinstance(value, list) else [value]:
            assert one["jsonrpc"] == "2.0", one
            if "method" in one:
                assert set(one) == {"jsonrpc", "method", "params"}, one
                kept = {"chat.Event": self.events, "chat.Typing": self.typing, "chat.Presence": self.presence}
                kept[one["method"]].append(one["params"])
            elif one["id"] is None:
                self.unasked.append(one)
            else:
                assert one["id"] not in self.answers
                self.answers[one["id"]] = one
