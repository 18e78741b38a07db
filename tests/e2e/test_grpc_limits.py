"""What one caller of the gRPC port can take from the others."""

import grpc
import pytest

from support.grpc_client import Client, chat
from support.people import Guest
from support.raw_http2 import Unread
from support.server import memory_slack
from support.timing import patient, wait_until

CODE = grpc.StatusCode
LIST = "/vestnik.chat.v1.Chat/ListMessages"


def streams_of(server):
    return server.metric("grpc_streams_active")


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_messages_are_refused_before_they_are_unpacked(server, compression):
    before = server.memory_bytes()
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", compression=compression) as channel:
        send = channel.unary_unary("/vestnik.chat.v1.Chat/SendMessage")
        with pytest.raises(grpc.RpcError) as refused:
            send(chat.SendMessageRequest(content="a" * (64 << 20)).SerializeToString(), timeout=patient(20))
        assert refused.value.code() == CODE.UNIMPLEMENTED, refused.value
    assert server.memory_bytes() < before + memory_slack(32)


def test_one_session_has_its_share_of_calls(start_server):
    server = start_server("--require-sessions", "--max-grpc-calls-per-caller", "3", store="memory")
    anna, boris = Guest(server), Guest(server)
    with Client(server.grpc_port) as client:

        def subscribe(guest):
            metadata = [("authorization", f"Bearer {guest.secret}")]
            return client.chat.Subscribe(chat.SubscribeRequest(room="lobby"), metadata=metadata)

        def is_taken(guest):
            stream = subscribe(guest)
            try:
                return next(stream).HasField("subscribed")
            except grpc.RpcError as refused:
                assert refused.code() == CODE.RESOURCE_EXHAUSTED, refused
                assert "--max-grpc-calls-per-caller" in refused.details()
                return False
            finally:
                stream.cancel()

        kept = [subscribe(anna) for _ in range(3)]
        for stream in kept:
            assert next(stream).HasField("subscribed")
        assert not is_taken(anna)
        with pytest.raises(grpc.RpcError) as refused:
            client.chat.ListRooms(chat.ListRoomsRequest(), metadata=[("authorization", f"Bearer {anna.secret}")])
        assert refused.value.code() == CODE.RESOURCE_EXHAUSTED
        assert is_taken(boris), "others are served"
        kept[0].cancel()
        wait_until(lambda: is_taken(anna), 5, "the place of a stream that has ended")


@pytest.mark.seconds(60)
def test_an_answer_that_is_not_read_is_given_up(start_server):
    server = start_server("--request-timeout", "1s", "--max-grpc-calls-per-caller", "1", "--require-sessions", store="memory")
    anna = Guest(server)
    anna.send("lobby", "x" * 10_000)
    with Unread(server.grpc_port) as reader, Client(server.grpc_port) as client:

        def is_served():
            try:
                metadata = [("authorization", f"Bearer {anna.secret}")]
                return client.chat.ListRooms(chat.ListRoomsRequest(), metadata=metadata).rooms
            except grpc.RpcError as refused:
                assert refused.code() == CODE.RESOURCE_EXHAUSTED, refused
                return None

        request = chat.ListMessagesRequest(room="lobby").SerializeToString()
        assert reader.wait_for_reset(reader.call(LIST, request, anna.secret))
        wait_until(is_served, 5, "the place of the call that was given up")


@pytest.mark.seconds(60)
def test_a_subscriber_that_reads_nothing_is_let_go(start_server):
    server = start_server("--request-timeout", "1s", "--require-sessions", store="memory")
    anna = Guest(server)
    with Unread(server.grpc_port) as reader:
        request = chat.SubscribeRequest(room="lobby").SerializeToString()
        stream = reader.call("/vestnik.chat.v1.Chat/Subscribe", request, anna.secret)
        assert reader.wait_for_reset(stream)
        wait_until(lambda: streams_of(server) == 0, 5, "its stream to be gone")


def test_a_quiet_subscriber_stays(start_server):
    server = start_server("--request-timeout", "1s", store="memory")
    with Client(server.grpc_port) as client:
        stream = client.chat.Subscribe(chat.SubscribeRequest(room="lobby"), timeout=4)
        assert next(stream).HasField("subscribed")
        with pytest.raises(grpc.RpcError) as ended:
            next(stream)  # nothing comes for longer than the time in which an event must be taken
        assert ended.value.code() == CODE.DEADLINE_EXCEEDED, ended.value
