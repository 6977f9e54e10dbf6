"""The doors themselves: how a call is sent, what is asked for, what is sent twice."""

from __future__ import annotations

from typing import Any

from neighbours.case import HOME, PASS, Call, Case, Upload

API = "docs/api.md; contract 4 and 8: every error is problem+json"
PROBLEM = {"type": "application/problem+json"}


def _call(name: str, method: str, path: str, status: int | tuple[int, ...], **more: Any) -> Case:
    right = PROBLEM | {"status": status} | more.pop("right", {})
    step = Call(method, path if path.startswith("/") else f"/api/v1/{path}", right, **more)
    return Case(name, f"{method} {path}"[:90], API, (step,))


def _sent(name: str, says: str, right: dict[str, Any], *more: Upload, **first: Any) -> Case:
    return Case(name, says, API, (Upload(right, **first), *more))


AGAIN = PASS | {"status": 200}
TAKEN = PROBLEM | {"status": 409, "code": "test-no-taken"}
FORM = "application/x-www-form-urlencoded"
CASES = [
    _sent("no-content-type", "without a type, as some programs send", PASS, headers={"Content-Type": None}),
    _sent("curl-content-type", "with the type that curl gives by itself", PASS, headers={"Content-Type": FORM}),
    _sent("wrong-charset", "a charset that is not the bytes'", PASS,
        headers={"Content-Type": "application/json; charset=gb2312"}),
    _sent("chunked", "in chunks, without a length", PASS, headers={"Transfer-Encoding": "chunked"}),
    _sent("gzip-body", "a compressed body is refused by name", PROBLEM | {"status": 415},
        headers={"Content-Encoding": "gzip"}),
    _sent("multipart", "a form is refused by name", PROBLEM | {"status": 415},
        headers={"Content-Type": "multipart/form-data; boundary=x"}),
    _sent("bearer-lower", "the scheme in lower case (RFC 9110, 11.1)", PASS, headers={"Authorization": "bearer {key}"}),
    _sent("no-key", "without a key", PROBLEM | {"status": 401}, headers={"Authorization": None}),
    _sent("wrong-key", "with a wrong key", PROBLEM | {"status": 401}, headers={"Authorization": "Bearer imk_1_{no}"}),
    _sent("basic-key", "with another scheme", PROBLEM | {"status": 401}, headers={"Authorization": "Basic eDp5"}),
    _sent("same-bytes", "the same bytes again: the first receipt", PASS, Upload(AGAIN)),
    _sent("other-bytes", "the same number with other bytes", PASS, Upload(TAKEN, put={"vehicle.odometer_km": 1})),
    _sent("other-encoding", "the same message in UTF-16 is other bytes", PASS,
        Upload(TAKEN, encoding="utf-16-le", head=b"\xff\xfe")),
    _sent("newline-more", "one newline more is other bytes", PASS, Upload(TAKEN, tail=b"\n")),
    _sent("wrong-dialect", "required in another dialect", PROBLEM | {"status": 422}, to="tests?dialect=line-ini"),
    _sent("unknown-dialect", "required in no dialect of ours", PROBLEM | {"status": (404, 422)},
        to="tests?dialect=nope"),
    _sent("another-station", "with the key of another station", PROBLEM | {"status": 403}, sender="450203002"),
    _sent("a-shop-sends", "with the key of a repair shop", PROBLEM | {"status": 403}, sender="450203M01"),
    _sent("packed-garbage", "a packed trace that is none", {"status": 422, "says": "packed-unreadable"},
        put={"trace": {"packed": "AAAA!"}}),
    _sent("packed-and-columns", "packed and columns", {"status": 422, "says": "wrong-value"},
        put={"trace.packed": "AAAA"}),
    *(
        _call(f"body-{how}", "POST", "tests", (400, 422), body=body)
        for how, body in [
            ("empty", b""), ("null", b"null"), ("list", b"[]"), ("text", b'"imloop.test/1"'), ("number", b"1"),
            ("open", b"{"),
            ("html", b"<html><body>login</body></html>"), ("zip", b"PK\x03\x04" + b"\0" * 40),
            ("gzip", b"\x1f\x8b\x08\0" + b"\0" * 20),
        ]
    ),
    _call("body-huge", "POST", "tests", 413, body=b" " * (2 * 2**20 + 1)),
    *(_call(f"not-allowed-{m.lower()}-{p.split('/')[0]}", m, p, 405, body=b"{}") for m, p in [
        ("DELETE", "tests"), ("PATCH", "tests"), ("PUT", "repairs"), ("POST", "feed"), ("DELETE", "feed"),
        ("PUT", "tests/X-1"),
        ("POST", "retest-permit"), ("DELETE", "cases/X-1"), ("PATCH", "heartbeats"),
    ]),
    *(_call(f"not-there-{how}", "GET", path, 404) for how, path in [
        ("test", "tests/NO-SUCH-TEST"), ("case", "cases/450200-1999-000001"), ("notice", "notices/NO-SUCH.pdf"),
        ("call", "nothing"),
        ("chinese", "%E6%B2%A1%E6%9C%89"), ("dots", "tests/..%2F..%2Fetc"),
        ("gbk", "tests/%B9%F0"),
    ]),
    _call("not-there-nul", "GET", "tests/A%00B", (404, 422)),
    _call("not-there-html", "GET", "nothing", 404, headers={"Accept": "text/html"}),
    *(_call(f"feed-{how}", "GET", path, status, **more) for how, path, status, more in [
        ("ahead-by-one-million", "feed?after=1000000", 409, {}),
        ("ahead-63-bits", f"feed?after={2**63}", (409, 422), {}),
        ("ahead-huge", f"feed?after={10**40}", (409, 422), {}), ("word", "feed?after=latest", 422, {}),
        ("exponent", "feed?after=1e3", 422, {}),
        ("limit-word", "feed?after=0&limit=all", 422, {}),
        ("stream-ahead", "feed/stream?after=1000000000", 409, {}),
        ("stream-word", "feed/stream", 422, {"headers": {"Last-Event-ID": "latest"}}),
        ("stream-id-ahead", "feed/stream", 409, {"headers": {"Last-Event-ID": "1000000000"}}),
    ]),
    _call("permit-nobody", "GET", f"retest-permit?station={HOME}", 422),
    _call("permit-placeholder", "GET", f"retest-permit?plate=%E6%97%A0&station={HOME}", (404, 422)),
    _call("permit-month-13", "GET",
        f"retest-permit?plate=%E6%A1%82B12345&station={HOME}&at=2026-13-01T00:00:00%2B08:00", 422),
    _call("permit-elsewhere", "GET", "retest-permit?plate=%E6%A1%82B12345&station=450203002", 403),
]  # fmt: skip
