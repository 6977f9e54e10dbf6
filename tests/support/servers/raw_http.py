"""Raw HTTP as no client would send it: from a seed always the same requests. ``exchange`` sends one and
reads the answer.

A request comes with whether it is whole: to one that is not, a server waits for the rest, so we hang up instead.
"""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Callable, Iterator

PATHS = (
    "/", "/login", "/work", "/find", "/api/v1/tests", "/api/v1/feed", "/api/v1/retest-permit",
    "/api/v1/public/roads?plate=x", "/api/v1/public/applications", "/api/v1/openapi.json", "/static/none.css", "/keys",
    "/public/journal/1", "/c/none", "/apply/istation", "/i/none", "/vehicles/import", "/api/v1/matters/x/files?name=y",
)  # fmt: skip
METHODS = (
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "get",
    "G\u00c9T",
    "X" * 300,
)
TRAVERSALS = (
    "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/secret-key", "/static/..%2f..%2fvar%2fsecret-key",
    "/static//etc/passwd", "/../secret-key", "/%00", "/static/%00.css", "/public/stations/%ff%fe", "/c/%c0%af",
    "/api/v1/tests/..%2f..%2f", "/api/v1/tests/%00", "/api/v1/vehicles/" + "9" * 60, "/%F0%9F%92%A9",
)  # fmt: skip
VALUES = (
    "", "x", "\u00e9\u00e9", "a" * 5000, "%00", "%ff%fe", "'; DROP TABLE x; --", "<script>", "-1", "1e400", "NaN",
    "9" * 40, "0001-01-01", "9999-12-31T23:59:59+14:00", "2026-02-30", "\t", "\u202e", "${jndi:x}", "../../x",
)  # fmt: skip
BODIES = (
    b"", b"{", b"[" * 5000, b'{"a":' * 2000 + b"1" + b"}" * 2000, b"\xff\xfe\x00", b'"\\u0000"', b"null", b"1e999",
    b'{"schema":"imloop.test/1","test_no":"\\u0000"}', b'{"n":' + b"9" * 4000 + b"}", b"\x00" * 1000, b"[]",
    b'"\\ud800"',
)  # fmt: skip
HEADERS = (
    "Host: evil.example", "Host: ", "Cookie: sessionid=" + "x" * 3000, "Cookie: sessionid=\x01;csrftoken=\xff",
    "Authorization: Bearer imk_" + "x" * 500, "Authorization: Bearer imk_%00_x", "Authorization: Basic eDp4",
    "Signature-Input: imloop=();keyid=\"x\"", "Signature-Input: " + "a=();" * 500, "Signature-Input: \xff",
    "Content-Type: multipart/form-data", "Content-Type: multipart/form-data; boundary=" + "b" * 300,
    "Content-Type: application/json; charset=none", "Accept-Language: " + "zh," * 500, "Range: bytes=0-,0-,0-",
    "X-Forwarded-For: \xff, ,", "X-Forwarded-Proto: https", "If-Modified-Since: yesterday", "Expect: 100-continue",
    "Content-Length: 99999999999", "Content-Length: -1", "Content-Length: 1, 2", "Transfer-Encoding: chunked, x",
    "X: a\r\nInjected: b", "HX-Request: true", "Upgrade: h2c", "Connection: keep-alive, x", "\x00: x", "No colon",
)  # fmt: skip
Request = tuple[bytes, bool]
_WAITS = ("Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "X: a")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


def requests(seed: int, count: int, host: str, key: str = "") -> Iterator[Request]:
    """``count`` requests for ``host``; some bear ``key``."""
    draw = random.Random(seed)
    makers: tuple[Callable[[random.Random, str], Request], ...] = (
        _odd_line,
        _odd_query,
        _odd_body,
        _odd_form,
        _odd_chunks,
    )
    for _ in range(count):
        lines = f"Host: {host}\r\nConnection: close" + (
            f"\r\nAuthorization: Bearer {key}" if key and draw.random() < 0.5 else ""
        )
        yield draw.choice(makers)(draw, lines)


def _odd_line(draw: random.Random, lines: str) -> Request:
    target = draw.choice((*PATHS, *TRAVERSALS))
    version = draw.choice(("HTTP/1.1", "HTTP/1.0", "HTTP/9", ""))
    chosen = draw.sample(HEADERS, draw.randint(0, 3))
    more = "".join(f"{header}\r\n" for header in chosen)
    is_whole = not any(header.startswith(_WAITS) for header in chosen)
    return f"{draw.choice(METHODS)} {target} {version}\r\n{lines}\r\n{more}\r\n".encode(
        "latin-1", "replace"
    ), is_whole


def _odd_query(draw: random.Random, lines: str) -> Request:
    names = (
        "vin",
        "plate",
        "station",
        "at",
        "after",
        "limit",
        "day",
        "next",
        "q",
        "page",
        "place",
        "format",
        "on",
    )
    query = "&".join(f"{draw.choice(names)}={draw.choice(VALUES)}" for _ in range(draw.randint(1, 6)))
    path = draw.choice((*PATHS, "/api/v1/gates/road", "/public/stations", "/roads", "/law")).partition("?")[0]
    line = f"GET {path}?{query.replace(' ', '+')} HTTP/1.1\r\n{lines}\r\n\r\n"
    return line.encode("utf-8" if draw.random() < 0.5 else "latin-1", "replace"), True


def _odd_body(draw: random.Random, lines: str) -> Request:
    body = draw.choice(BODIES)
    said = len(body) if draw.random() < 0.8 else draw.choice((0, len(body) // 2, 3_000_000))
    kind = draw.choice(("application/json", "text/plain", "application/x-www-form-urlencoded", "\u00ff"))
    head = (
        f"{draw.choice(('POST', 'PUT'))} {draw.choice(PATHS)} HTTP/1.1\r\n{lines}\r\nContent-Type: {kind}\r\n"
    )
    return f"{head}Content-Length: {said}\r\n\r\n".encode("latin-1") + body, said <= len(body)


def _odd_form(draw: random.Random, lines: str) -> Request:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + draw.choice(
        (b"../../x.pdf", b"a" * 3000, b"\xff\x00", b"x\r\nX: y")
    )
    body = (
        part
        + b'"\r\n\r\n'
        + draw.choice(BODIES)
        + draw.choice((b"\r\n--b--\r\n", b"", b"\r\n--b\r\n", b"--"))
    )
    body *= draw.choice((1, 1, 30))
    head = (
        f"POST {draw.choice(PATHS)} HTTP/1.1\r\n{lines}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    )
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body, True


def _odd_chunks(draw: random.Random, lines: str) -> Request:
    body = draw.choice(
        (
            b"0\r\n\r\n",
            b"5\r\nabc",
            b"ffffffffffffffff\r\nx",
            b"-1\r\n\r\n",
            b"2\r\n{}\r\n0\r\n\r\n",
            b"zz\r\n",
        )
    )
    head = f"POST {draw.choice(PATHS)} HTTP/1.1\r\n{lines}\r\nTransfer-Encoding: chunked\r\n"
    return f"{head}Content-Type: application/json\r\n\r\n".encode("latin-1") + body, body.endswith(
        b"0\r\n\r\n"
    )


def exchange(port: int, request: bytes, patience: float, *, is_whole: bool = True) -> list[int]:
    """Send and read to the end; of a request that is not whole say that no more comes. Statuses of what came back;
    none: the server hung up.

    Raises ``TimeoutError`` when the server neither answers nor hangs up within ``patience`` seconds."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        try:
            connection.sendall(request)
            if not is_whole:
                connection.shutdown(socket.SHUT_WR)
            while block := connection.recv(65536):
                got += block
        except TimeoutError:
            raise
        except OSError:
            pass  # hung up while we were still sending
    return [int(status) for status in _STATUS.findall(got)]
