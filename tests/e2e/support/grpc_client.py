"""gRPC stubs, generated from proto/ when the tests start, and what tests need around them."""

import atexit
import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

from .server import REPOSITORY
from .timing import scaled

_GOOGLEAPIS = Path("/usr/share/gocode/src/github.com/gogo/googleapis")
_WIRE = Path(__file__).resolve().parent / "wire"
_FILES = [
    "vestnik/chat/v1/chat.proto",
    "vestnik/delivery/v1/delivery.proto",
    "vestnik/ops/v1/ops.proto",
    "vestnik/api/v1/options.proto",
    "google/api/annotations.proto",
    "google/api/http.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
    "health.proto",
    "reflection.proto",
]


def _generate():
    folder = tempfile.mkdtemp(prefix="vestnik-stubs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run(
        [
            "protoc",
            f"-I{REPOSITORY / 'proto'}",
            f"-I{_GOOGLEAPIS}",
            f"-I{_WIRE}",
            f"--python_out={folder}",
            f"--grpc_out={folder}",
            "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
            *_FILES,
        ],
        check=True,
        timeout=60,
    )
    sys.path.insert(0, folder)


_generate()
chat = importlib.import_module("vestnik.chat.v1.chat_pb2")
delivery = importlib.import_module("vestnik.delivery.v1.delivery_pb2")
ops = importlib.import_module("vestnik.ops.v1.ops_pb2")
annotations = importlib.import_module("google.api.annotations_pb2")
health = importlib.import_module("health_pb2")
reflection = importlib.import_module("reflection_pb2")
_chat_stub = importlib.import_module("vestnik.chat.v1.chat_pb2_grpc").ChatStub
_delivery_stub = importlib.import_module("vestnik.delivery.v1.delivery_pb2_grpc").DeliveryStub
_ops_stub = importlib.import_module("vestnik.ops.v1.ops_pb2_grpc").OpsStub
_health_stub = importlib.import_module("health_pb2_grpc").HealthStub
_reflection_stub = importlib.import_module("reflection_pb2_grpc").ServerReflectionStub
_status = importlib.import_module("google.rpc.status_pb2")
_details = importlib.import_module("google.rpc.error_details_pb2")


class Bounded:
    """A stub whose calls all have a deadline."""

    def __init__(self, stub, seconds):
        self._stub = stub
        self._seconds = seconds

    def __getattr__(self, name):
        call = getattr(self._stub, name)
        return lambda request, timeout=None, metadata=None: call(
            request, timeout=timeout or self._seconds, metadata=metadata
        )


class Client:
    def __init__(self, port, within=20, read_ahead=None):
        """`read_ahead`: how many bytes gRPC may take from the server before they are asked for; it decides by default."""
        options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        if read_ahead is not None:
            options += [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", read_ahead)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=options)
        self.chat = Bounded(_chat_stub(self.channel), scaled(within))
        self.delivery = Bounded(_delivery_stub(self.channel), scaled(within))
        self.ops = Bounded(_ops_stub(self.channel), scaled(within))
        self.health = Bounded(_health_stub(self.channel), scaled(within))
        self.reflection = Bounded(_reflection_stub(self.channel), scaled(within))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def subscribe(self, room, after=None, on_slow=None, within=20):
        request = chat.SubscribeRequest(room=room)
        if after is not None:
            request.after = after
        if on_slow is not None:
            request.on_slow = on_slow
        return self.chat.Subscribe(request, timeout=scaled(within))


def violations_of(error):
    """The fields of google.rpc.BadRequest in a failed call, as {field: reason}."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            status = _status.Status.FromString(value)
            assert status.code == error.code().value[0] and status.message == error.details()
            for detail in status.details:
                bad_request = _details.BadRequest()
                if detail.Unpack(bad_request):
                    return {violation.field: violation.description for violation in bad_request.field_violations}
    return {}


def http_bindings(service):
    """Every (verb, path template, method name) of a service descriptor's google.api.http options."""
    found = []
    for method in service.methods:
        rule = method.GetOptions().Extensions[annotations.http]
        for one in [rule, *rule.additional_bindings]:
            verb = one.WhichOneof("pattern")
            if verb:
                found.append((verb.upper(), getattr(one, verb), method.name))
    return found
