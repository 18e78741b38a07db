"""Malformed and hostile HTTP/1.1: refused with the error shape, the connection closed, nothing else changed."""

import gzip
import time

import pytest

from support import raw_http
from support.checks import assert_problem, nothing_changes
from support.server import memory_slack
from support.timing import scaled

MESSAGES = "/api/v1/rooms/stream/messages"
BODY = b'{"text":"x","client_seq":1}'
JSON = ("Content-Type", "application/json")


def request(*fields, method="POST", body=BODY, target=MESSAGES):
    return raw_http.encode(method, target, [JSON, *fields], body)


def length(value):
    return ("Content-Length", value)


TE = ("Transfer-Encoding", "chunked")
CHUNKED = raw_http.chunk(BODY) + raw_http.LAST_CHUNK

# Framing that two parsers could read differently: each is 400 and the end of the connection.
SMUGGLING = {
    "two different lengths": request(length("27"), length("28")),
    "the same length twice": request(length("27"), length("27")),
    "lengths in a list": request(length("27, 27")),
    "negative length": request(length("-1")),
    "signed length": request(length("+27")),
    "hexadecimal length": request(length("0x1b")),
    "length with a fraction": request(length("27.0")),
    "length with junk": request(length("27x")),
    "empty length": request(length("")),
    "length beyond 64 bits": request(length("18446744073709551643")),
    "length and chunked": request(length("27"), TE, body=CHUNKED),
    "chunked and length": request(TE, length("5"), body=CHUNKED),
    "chunked twice": request(TE, TE, body=CHUNKED),
    "chunked in a list twice": request(("Transfer-Encoding", "chunked, chunked"), body=CHUNKED),
    "space before the colon of the length": request(("Content-Length ", "27")),
    "chunked in HTTP/1.0": raw_http.encode("POST", MESSAGES, [JSON, TE], CHUNKED, version="HTTP/1.0"),
    "two Authorization": request(length("27"), ("Authorization", "Bearer a"), ("Authorization", "Bearer b")),
    "two Content-Type": request(length("27"), ("Content-Type", "application/json"), ("content-type", "text/plain")),
    "two Idempotency-Key": request(length("27"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")),
    "a port out of range": request(("Host", "localhost:65536")),
    "two Authorization, the same": request(("Authorization", "Bearer a"), ("authorization", "Bearer a")),
    "Host with a space": request(("Host", "a b")),
    "Host with a path": request(("Host", "a/b")),
    "Host with a user": request(("Host", "a@localhost")),
    "Host with a port that is none": request(("Host", "localhost:x")),
    "Host in half a bracket": request(("Host", "[::1")),
    "target with a user": request(target="http://a@localhost" + MESSAGES),
    "folded field": raw_http.encode("POST", MESSAGES, [JSON, ("X-Folded", "a\r\n b"), length("27")], BODY),
    "folded with a tab": raw_http.encode("POST", MESSAGES, [JSON, ("X-Folded", "a\r\n\tb"), length("27")], BODY),
    "bare LF everywhere": request(length("27")).replace(b"\r\n", b"\n"),
    "bare LF after the request line": request(length("27")).replace(b"\r\n", b"\n", 1),
    "bare LF in the middle": request(length("27"), ("X-A", "b")).replace(b"X-A: b\r\n", b"X-A: b\n"),
    "bare CR in a value": request(("X-A", "a\rb")),
    "NUL in a value": request(("X-A", "a\0b")),
    "control character in a value": request(("X-A", "a\x01b")),
    "field without a colon": request(length("27")).replace(b"Content-Length: 27", b"Content-Length 27"),
    "empty field name": request(("", "x")),
    "field name with a space": request(("X A", "x")),
    "field name with a parenthesis": request(("X(A)", "x")),
    "space before the first field": request(length("27")).replace(b"\r\nHost", b"\r\n Host"),
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_ambiguous_framing(server, name):
    with nothing_changes(server):
        with raw_http.Connection(server.port) as connection:
            # What follows would be a second request, for a parser that were misled.
            connection.send(
                SMUGGLING[name] + raw_http.encode_json("POST", MESSAGES, {"text": "smuggled", "client_seq": 1})
            )
            assert_problem(connection.read_response(), 400, "invalid_argument")
            assert connection.is_closed()


CHUNKS = {
    "size not hexadecimal": b"zz\r\nabc\r\n0\r\n\r\n",
    "empty size": b"\r\nabc\r\n0\r\n\r\n",
    "negative size": b"-5\r\nabcde\r\n0\r\n\r\n",
    "signed size": b"+5\r\nabcde\r\n0\r\n\r\n",
    "size with 0x": b"0x5\r\nabcde\r\n0\r\n\r\n",
    "size beyond 64 bits": b"fffffffffffffffff\r\nabc",
    "data longer than its size": b"3\r\nabcdef\r\n0\r\n\r\n",
    "no line end after the data": b"3\r\nabc0\r\n\r\n",
    "bare LF after the size": b"1b\n" + BODY + b"\r\n0\r\n\r\n",
    "bare LF after the data": b"1b\r\n" + BODY + b"\n0\r\n\r\n",
    "folded trailer": raw_http.chunk(BODY) + b"0\r\nX-A: b\r\n c\r\n\r\n",
    "folded trailer with a tab": raw_http.chunk(BODY) + b"0\r\nX-A: b\r\n\tc\r\n\r\n",
    "folded first trailer": raw_http.chunk(BODY) + b"0\r\n X-A: b\r\n\r\n",
    "trailer without a colon": raw_http.chunk(BODY) + b"0\r\nX-A\r\n\r\n",
    "space before the colon of a trailer": raw_http.chunk(BODY) + b"0\r\nX-A : b\r\n\r\n",
    "bare LF in the trailers": raw_http.chunk(BODY) + b"0\r\nX-A: b\n\r\n\r\n",
    "space before the size": b" 1b\r\n" + BODY + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", CHUNKS)
def test_malformed_chunks(server, name):
    with nothing_changes(server):
        response, closed = raw_http.exchange(server.port, request(TE, body=CHUNKS[name]))
        assert_problem(response, 400, "invalid_argument")
        assert closed


def test_well_formed_chunks(server):
    with raw_http.Connection(server.port) as connection:
        pieces = b"".join(raw_http.chunk(BODY[n : n + 5]) for n in range(0, len(BODY), 5))
        assert connection.exchange(request(TE, body=pieces + raw_http.LAST_CHUNK)).status_code == 201
        extended = raw_http.chunk(BODY, extension=";name=value") + b"0\r\nX-Trailer: t\r\n\r\n"
        assert connection.exchange(request(TE, body=extended)).status_code == 201
        assert connection.exchange(request(("transfer-encoding", "Chunked"), body=CHUNKED)).status_code == 201


def test_chunked_body_byte_by_byte(server):
    with raw_http.Connection(server.port) as connection:
        for byte in request(TE, body=CHUNKED):
            connection.send(bytes([byte]))
        assert connection.read_response().status_code == 201


def test_chunks_beyond_the_body_limit(server):
    with nothing_changes(server), raw_http.Connection(server.port) as connection:
        connection.send(request(TE, body=b""))
        piece = raw_http.chunk(b" " * 65536)
        try:
            for _ in range(40):
                connection.send(piece)
        except OSError:
            pass  # the server has stopped reading
        assert_problem(connection.read_response(), 413)


def test_a_huge_chunk_is_refused_on_its_size(server):
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, request(TE, body=b"7fffffffffffffff\r\n"))
        assert_problem(response, 413)


@pytest.mark.parametrize(
    "coding", ["gzip", "gzip, chunked", "identity", "chunked, gzip", "xchunked", "chunked;q=1", ""]
)
def test_other_transfer_codings(server, coding):
    with nothing_changes(server):
        response, closed = raw_http.exchange(server.port, request(("Transfer-Encoding", coding), body=CHUNKED))
        assert response.status_code in (400, 501)
        assert_problem(response, response.status_code)
        assert closed


@pytest.mark.parametrize("target", [MESSAGES, "/api/v1/attachments"])
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip"])
def test_content_encoding_is_refused(server, target, coding):
    """Coded bytes are not decoded, and never kept as if they were the file."""
    with nothing_changes(server):
        with_coding = request(("Content-Encoding", coding), target=target, body=gzip.compress(BODY))
        response, _ = raw_http.exchange(server.port, with_coding)
        assert_problem(response, 415, field="Content-Encoding")
        assert response.headers["accept-encoding"] == "identity"


def test_content_encoding_identity(server):
    response, _ = raw_http.exchange(server.port, request(("Content-Encoding", "identity")))
    assert response.status_code == 201, response


def test_trailers_in_pieces(server):
    with raw_http.Connection(server.port) as connection:
        connection.send(request(TE, body=raw_http.chunk(BODY)[:-2]))
        for piece in (b"\r\n0\r\nX-A: b\r", b"\n c\r\n", b"\r\n"):
            connection.send(piece)
            time.sleep(scaled(0.02))  # so that they arrive apart; either way they are one body
        assert_problem(connection.read_response(), 400, "invalid_argument")
        assert connection.is_closed()


def test_100_megabytes_are_refused_on_the_header(server):
    before = server.memory_bytes()
    with nothing_changes(server):
        with raw_http.Connection(server.port) as connection:
            connection.send(request(length(str(100 * 2**20))))
            assert_problem(connection.read_response(), 413)
        for value in ("1048577", "99999999999", "999999999999999999"):
            response, closed = raw_http.exchange(server.port, request(length(value)))
            assert_problem(response, 413)
            assert closed
    assert server.memory_bytes() < before + memory_slack(20)


def pour(connection, piece, seconds):
    """Sends `piece` again and again until the server ends the connection; gives how long that took."""
    began = time.monotonic()
    try:
        while time.monotonic() - began < scaled(seconds):
            connection.send(piece)
    except OSError:
        pass
    return time.monotonic() - began


def test_100_megabytes_that_really_come(server):
    """The answer is there while the client is still sending; what comes behind it is thrown away, and only for a moment."""
    before = server.memory_bytes()
    with nothing_changes(server), raw_http.Connection(server.port) as connection:
        connection.send(request(length(str(100 * 2**30)), body=b""))
        for _ in range(32):
            connection.send(b" " * 65536)
        assert_problem(connection.read_response(), 413)
        assert pour(connection, b" " * 65536, 8) < scaled(6)
    assert server.memory_bytes() < before + memory_slack(20)


def test_expect_continue_with_a_body_too_big(server):
    response, _ = raw_http.exchange(server.port, request(("Expect", "100-continue"), length("104857600"), body=b""))
    assert_problem(response, 413)


def test_a_body_of_just_the_limit(server):
    body = BODY[:-1] + b" " * (2**20 - len(BODY)) + b"}"
    assert len(body) == 2**20
    response, _ = raw_http.exchange(server.port, request(body=body))
    assert response.status_code == 201, response
    response, _ = raw_http.exchange(server.port, request(body=body + b" "))
    assert_problem(response, 413)


def test_too_many_or_too_big_headers(server):
    with nothing_changes(server):
        for fields in (
            [(f"X-{n}", "v") for n in range(101)],
            [("X-Big", "v" * 17_000)],
            [(f"X-{n}", "v" * 400) for n in range(50)],
            [("X-" + "n" * 17_000, "v")],
        ):
            response, closed = raw_http.exchange(server.port, raw_http.encode("GET", "/livez", fields))
            assert response.status_code in (400, 431)
            assert_problem(response, response.status_code)
            assert closed
        response, closed = raw_http.exchange(server.port, raw_http.encode("GET", "/livez?" + "x" * 17_000))
        assert response.status_code in (400, 414, 431)
        assert_problem(response, response.status_code)
    fields = [(f"X-{n}", "v" * 100) for n in range(95)]
    assert raw_http.exchange(server.port, raw_http.encode("GET", "/livez", fields))[0].status_code == 200


def test_an_endless_header_is_cut(server):
    before = server.memory_bytes()
    with nothing_changes(server), raw_http.Connection(server.port) as connection:
        connection.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Endless: ")
        connection.send(b"a" * 65536)
        assert_problem(connection.read_response(), 431)
        assert pour(connection, b"a" * 65536, 8) < scaled(6)
    assert server.memory_bytes() < before + memory_slack(20)


BAD_LINES = [
    b"GET\r\n\r\n",
    b"GET /livez\r\n\r\n",
    b"GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1 \r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n",
    b"GET /livez http/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1x\r\nHost: localhost\r\n\r\n",
    b"G\x00T /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /liv\x00ez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /liv\tez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"(ET) /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"hello\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    b"\xff\xfe\xfd\r\n\r\n",
]


@pytest.mark.parametrize("line", BAD_LINES)
def test_bad_request_lines(server, line):
    with nothing_changes(server):
        response, closed = raw_http.exchange(server.port, line)
        assert response.status_code in (400, 404, 505), response
        assert_problem(response, response.status_code)
        assert closed or line.startswith((b"GET livez", b"(ET)"))  # well framed, only meaningless


def test_host(server):
    with nothing_changes(server):
        for fields in ([], [("Host", "a"), ("Host", "b")]):
            response, closed = raw_http.exchange(server.port, raw_http.encode("GET", "/livez", fields, host=None))
            assert_problem(response, 400, "invalid_argument")
            assert closed


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/rooms/%",
        "/api/v1/rooms/%2",
        "/api/v1/rooms/%zz",
        "/api/v1/rooms/%ff",
        "/api/v1/rooms/%c0%af",
        "/api/v1/rooms/%00",
        "/api/v1/rooms/lobby%0",
        "/api/v1/rooms/%ed%a0%80",
        "/api/v1/rooms/lobby/messages?limit=%",
        "/api/v1/rooms/lobby/messages?limit=%zz",
        "/api/v1/rooms/lobby/messages?after=%ff",
        "/api/v1/rooms/lobby/messages?%ff=1",
        "/api/v1/messages?room=%00",
        "/api/v1/rooms/%0a",
    ],
)
def test_bad_percent_encoding(server, target):
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, raw_http.encode("GET", target))
        assert (
            response.status_code in (400, 404) if target.endswith(("%00", "%0a")) else response.status_code == 400
        ), response
        assert_problem(response, response.status_code)


@pytest.mark.parametrize(
    "target",
    [
        "/no/such/route",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/rooms/",
        "/api/v1/rooms/lobby/",
        "/api/v2/users",
        "//api/v1/users",
        "/api/v1/users/1/2",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/rooms//messages",
        "/API/V1/USERS",
    ],
)
def test_unknown_routes(server, target):
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, raw_http.encode("GET", target))
        assert_problem(response, 404, "not_found")


@pytest.mark.parametrize(
    "method, target, allowed",
    [
        ("DELETE", "/api/v1/users", {"GET", "POST"}),
        ("PUT", "/api/v1/messages", {"GET", "POST"}),
        ("PUT", "/api/v1/rooms/lobby", {"GET", "PATCH", "DELETE"}),
        ("POST", "/stats", {"GET"}),
        ("POST", "/health", {"GET"}),
        ("DELETE", "/metrics", {"GET"}),
        ("POST", "/openapi.json", {"GET"}),
        ("POST", "/api/v1/rooms/lobby/events", {"GET"}),
        ("POST", "/ws", {"GET"}),
        ("BREW", "/api/v1/users", {"GET", "POST"}),
        ("TRACE", "/livez", {"GET"}),
        ("get", "/livez", {"GET"}),
        ("CONNECT", "/livez", {"GET"}),
        ("PROPFIND", "/livez", {"GET"}),
    ],
)
def test_wrong_methods(server, method, target, allowed):
    with nothing_changes(server):
        response, _ = raw_http.exchange(server.port, raw_http.encode(method, target, {}, b""))
        assert_problem(response, 405)
        assert allowed <= {one.strip() for one in response.headers["allow"].split(",")}


def test_two_thousand_wrong_requests_do_not_tire_it(server):
    with nothing_changes(server):
        for _ in range(20):
            with raw_http.Connection(server.port) as connection:
                for _ in range(100):
                    response = connection.exchange(request(body=b"{}"))
                    assert response.status_code == 400
