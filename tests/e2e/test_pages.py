"""The pages and the docs: served from the binary, with safe headers, compressed, without anything from elsewhere."""

import gzip
import re

import pytest

from support import raw_http
from support.checks import assert_problem

pytestmark = pytest.mark.pages

PAGES = ["/", "/write", "/live", "/history", "/status", "/docs"]


def assert_safe(headers):
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    script = next((part for part in policy.split(";") if part.strip().startswith(("script-src", "default-src"))), "")
    assert script and "unsafe-inline" not in next(
        (part for part in policy.split(";") if part.strip().startswith("script-src")), script
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_pages(server, path):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", path))
    if response.status_code in (301, 302, 307, 308):
        location = response.headers["location"]
        assert location.startswith("/") and not location.startswith("//")
        response, _ = raw_http.exchange(server.port, raw_http.encode("GET", location))
    assert response.status_code == 200
    assert response.headers["content-type"].lower().replace(" ", "") == "text/html;charset=utf-8"
    assert_safe(response.headers)
    html = response.content.decode("utf-8")
    assert "<html" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]", html), "inline script"
    assert not re.search(r"\bon(click|load|error)=", html)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html), "something from elsewhere"


def _assets(server):
    html = raw_http.exchange(server.port, raw_http.encode("GET", "/"))[0].content.decode()
    return sorted({name for name in re.findall(r"""(?:src|href)=["']([^"']+\.(?:js|css|svg|png|ico))["']""", html)})


def test_assets_are_compressed_and_cached(server):
    names = _assets(server)
    assert any(name.endswith(".js") for name in names) and any(name.endswith(".css") for name in names)
    for name in names:
        target = name if name.startswith("/") else "/" + name.removeprefix("./")
        plain, _ = raw_http.exchange(server.port, raw_http.encode("GET", target))
        assert plain.status_code == 200 and "content-encoding" not in plain.headers
        packed, _ = raw_http.exchange(
            server.port, raw_http.encode("GET", target, {"Accept-Encoding": "gzip, deflate, br"})
        )
        assert packed.status_code == 200
        if packed.headers.get("content-encoding") == "gzip":
            assert gzip.decompress(packed.content) == plain.content
            assert len(packed.content) < len(plain.content)
            assert "accept-encoding" in packed.headers["vary"].lower()
        else:
            assert not name.endswith((".js", ".css")) or len(plain.content) < 1500
        refused, _ = raw_http.exchange(
            server.port, raw_http.encode("GET", target, {"Accept-Encoding": "gzip;q=0, identity"})
        )
        assert "content-encoding" not in refused.headers
        if etag := packed.headers.get("etag"):
            again, _ = raw_http.exchange(
                server.port, raw_http.encode("GET", target, {"Accept-Encoding": "gzip", "If-None-Match": etag})
            )
            assert again.status_code == 304 and not again.content
        assert_safe(plain.headers) if name.endswith(".html") else None
        assert plain.headers["x-content-type-options"] == "nosniff"


def test_first_load_is_small(server):
    total = 0
    for name in _assets(server):
        if name.endswith(".js"):
            response, _ = raw_http.exchange(server.port, raw_http.encode("GET", name, {"Accept-Encoding": "gzip"}))
            total += len(response.content)
    assert 0 < total < 100_000


@pytest.mark.parametrize(
    "target",
    [
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/",
        "/assets/none.js",
        "/docs/../../etc/passwd",
        "/index.html/",
        "/assets/%00.js",
        "/.git/config",
        "/WRITE",
    ],
)
def test_no_other_files(server, target):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", target))
    assert response.status_code in (400, 404), response
    assert_problem(response, response.status_code)


BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("target", ["/chat", "/write/more", "/api/v1/nothing", "/assets/none.js", "/docs/none"])
def test_an_unknown_address_helps_a_browser(server, target):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", target, {"Accept": BROWSER_ACCEPT}))
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<html" in response.content and "etag" not in response.headers
    assert_safe(response.headers)


@pytest.mark.parametrize(
    ("method", "accept"), [("GET", "*/*"), ("GET", "application/json"), ("POST", BROWSER_ACCEPT)]
)
def test_an_unknown_address_is_a_problem_for_everybody_else(server, method, accept):
    response, _ = raw_http.exchange(server.port, raw_http.encode(method, "/chat", {"Accept": accept}))
    assert_problem(response, 404)


def test_what_the_api_does_not_find_is_a_problem_for_browsers_too(server):
    target = "/api/v1/rooms/no-such-room"
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", target, {"Accept": BROWSER_ACCEPT}))
    assert_problem(response, 404)


def test_docs_work_without_the_internet(server):
    response, _ = raw_http.exchange(server.port, raw_http.encode("GET", "/docs"))
    base = "/docs/"
    if response.status_code in (301, 302, 307, 308):
        base = response.headers["location"]
        response, _ = raw_http.exchange(server.port, raw_http.encode("GET", base))
    html = response.content.decode()
    names = re.findall(r"""(?:src|href)=["']([^"']+)["']""", html)
    assert any("swagger" in name for name in names)
    for name in names:
        if name.startswith("#"):
            continue
        target = name if name.startswith("/") else "/docs/" + name.removeprefix("./")
        assert raw_http.exchange(server.port, raw_http.encode("GET", target))[0].status_code == 200, target


def test_head_of_a_page(server):
    with raw_http.Connection(server.port) as connection:
        got = connection.exchange(raw_http.encode("GET", "/"))
        head = connection.exchange(raw_http.encode("HEAD", "/"), "HEAD")
        assert head.status_code == 200 and head.headers["content-length"] == got.headers["content-length"]
        assert connection.exchange(raw_http.encode("GET", "/livez")).status_code == 200
