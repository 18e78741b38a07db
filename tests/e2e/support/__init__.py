"""Clients and the server under test, shared by tests/e2e and tests/fault. None of it is code of the server."""
