"""Tests of the real binary from outside. See support/fixtures.py for what they are given."""

from support.fixtures import (  # noqa: F401  (fixtures are found by name)
    anna,
    any_server,
    api,
    binary,
    boris,
    bounded,
    grpc_client,
    memory_server,
    room,
    server,
    sqlite_server,
    start_server,
)
