"""Bodies that come slowly, or never: they hold up nobody else, are answered, and their connections ended."""

from __future__ import annotations

import io
import json
import select
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from imloop.site.bodies import says_its_end
from imloop.site.ending import end_deaf
from support.city import NEAR, at
from support.messages.uploads import test_message
from support.servers.steered_site import KEY, set_clock

pytestmark = pytest.mark.one_database("sqlite", reason="it is about the HTTP server")
PATIENCE = 60.0
QUICK = {"IMLOOP_BODY_GRACE_SECONDS": "0.5", "IMLOOP_BODY_BYTES_PER_SECOND": "1000000"}
SLOW = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n%s"
MORNING = "2026-03-05 09:10"


class Site:
    def __init__(self, servers: Any, name: str, **more: str) -> None:
        tests = str(Path(__file__).parents[1])
        self.server = servers.start(name, ["support.servers.steered_site"], PYTHONPATH=tests, **more)
        key = (self.server.data / KEY).read_text(encoding="ascii")
        self.http = httpx.Client(
            base_url=self.server.base_url, timeout=PATIENCE, headers={"Authorization": f"Bearer {key}"}
        )

        self._over = threading.Event()
        self._others = threading.Thread(target=self._pass_by)

    def _pass_by(self) -> None:
        """Somebody else asks now and then, as in every city. The server under us decides by two counts that it does
        not read at once whether a call needs a further thread; a call it overlooks is taken up with the next one."""
        with httpx.Client(base_url=self.server.base_url, timeout=PATIENCE) as other:
            while not self._over.wait(0.5):
                other.get("/healthz")

    def __enter__(self) -> Site:
        self._others.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._others.join()
        self.http.close()

    @contextmanager
    def slow(
        self, count: int, path: str = "/api/v1/tests", begun: bytes = b'{"a":', of: str = "127.0.0.1"
    ) -> Iterator[list[socket.socket]]:
        where = urlsplit(self.server.base_url)
        with ExitStack() as stack:
            held = []
            for _ in range(count):
                one = socket.create_connection((where.hostname, where.port), PATIENCE, (of, 0))
                held.append(stack.enter_context(one))
                one.sendall(SLOW % (path.encode(), begun))
            yield held

    def permit(self) -> httpx.Response:
        return self.http.get("/api/v1/retest-permit", params={"vin": "LFV2A21K6J3123456"})


@pytest.fixture(scope="module")
def patient(servers: Any) -> Iterator[Site]:
    """Waits for a body: whatever is slow here stays so for as long as the test lasts."""
    with Site(servers, "patient", IMLOOP_BODY_GRACE_SECONDS="600") as site:
        yield site


@pytest.fixture(scope="module")
def strict(servers: Any) -> Iterator[Site]:
    with Site(servers, "strict", **QUICK) as site:
        yield site


@pytest.fixture
def unheard(servers: Any) -> Iterator[Site]:
    with Site(servers, "unheard", IMLOOP_ANSWER_SECONDS="0.5") as site:
        yield site


@pytest.fixture
def crowded(servers: Any, request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(
        servers, request.node.name, IMLOOP_BODIES="8", IMLOOP_PLAIN_KEYS="1", IMLOOP_BODY_GRACE_SECONDS="600"
    ) as site:
        yield site


@pytest.fixture
def busy(servers: Any) -> Iterator[Site]:
    with Site(servers, "busy", IMLOOP_SEAT_WAIT_SECONDS="0.2") as site:
        yield site


def until_closed(one: socket.socket) -> bytes:
    said = b""
    while piece := one.recv(9999):
        said += piece
    return said


def test_fifty_slow_bodies_hold_up_nobody(patient: Site) -> None:
    set_clock(patient.server.data, MORNING)
    with patient.slow(25), patient.slow(25, "/login", b"username=a"):
        assert patient.permit().status_code == 200
        assert patient.http.get("/healthz").json() == {"status": "alive"}
        assert patient.http.get("/login").status_code == 200
        taken = patient.http.post("/api/v1/tests", json=test_message(at("2026-03-05 09:00"), station=NEAR))
        assert taken.status_code == 201, taken.text


def test_what_comes_in_pieces_is_taken_as_what_comes_whole(patient: Site) -> None:
    body = json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR)).encode()
    set_clock(patient.server.data, MORNING)
    pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
    chunked = patient.http.post("/api/v1/tests", content=pieces)
    assert chunked.status_code == 201, chunked.text
    again = patient.http.post("/api/v1/tests", content=body)
    assert again.status_code == 200 and again.json() == chunked.json()


def test_what_broke_off_is_never_taken_for_whole(patient: Site) -> None:
    """The server tells the end of chunks and the end of a connection alike: half a file was kept as a file."""
    set_clock(patient.server.data, MORNING)
    to, paper = "/api/v1/repairs/files?repair_no=W-1&name=a.pdf", b"%PDF-1.7 " + b"x" * 3000
    for path, pieces in ((to, iter([paper])), ("/api/v1/tests", iter([b"[Task]\nTestNo=1\n"]))):
        answer = patient.http.post(path, content=pieces)
        assert (answer.status_code, answer.json()["code"]) == (411, "length-required")


MESSAGES = ['{"a":{"b":1}}', '<?xml version="1.0"?><Report><A>1</A></Report>']


@pytest.mark.parametrize("text", MESSAGES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_and_xml_say_themselves_where_they_end(text: str, encoding: str) -> None:
    for body in (text.encode(encoding), text.encode(encoding) + b"\r\n\x1a\0\0\0"):
        assert says_its_end(io.BytesIO(body), len(body))
    half = text[: len(text) // 2].encode(encoding)
    assert not says_its_end(io.BytesIO(half), len(half))


@pytest.mark.parametrize(
    "body", [b"%PDF-1.7 }", b"\xff\xd8\xff>", b"a,b\n1,2\n", b"[Task]\nA=1", b"{>", b"<}", b"x"]
)
def test_nothing_else_does(body: bytes) -> None:
    assert not says_its_end(io.BytesIO(body), len(body))
    assert says_its_end(io.BytesIO(), 0), "a call without a message"


def test_a_body_that_never_ends_is_refused_at_its_limit(patient: Site) -> None:
    for headers in ({}, {"Content-Length": str(9 * 1024 * 1024)}):
        content = (b"x" * 65536 for _ in range(144))
        try:
            answer = patient.http.post("/api/v1/tests", content=content, headers=headers)
        except httpx.WriteError:
            continue  # the server has answered and hung up while we were still sending
        assert answer.status_code == 413 and answer.json()["code"] == "too-large"


def test_a_body_that_breaks_off_is_kept_nowhere(patient: Site) -> None:
    with patient.slow(1) as (one,):
        one.shutdown(socket.SHUT_WR)
        said = until_closed(one)
    assert b" 400 " in said and b"body-incomplete" in said


def test_one_address_has_a_share_of_the_places(crowded: Site) -> None:
    site = crowded
    with ExitStack() as slow:
        for _ in range(100):  # one that meets an honest call on its way is refused itself
            slow.enter_context(site.slow(1))
            refused = site.http.post("/api/v1/tests", json={})
            if refused.status_code == 503:
                break
        assert refused.json()["code"] == "bodies-full" and refused.headers["Retry-After"]
        assert site.permit().status_code == 200
    answer = site.http.post("/api/v1/tests", json={})
    while answer.status_code == 503:
        answer = site.http.post("/api/v1/tests", json={})
    assert answer.json()["code"] == "malformed"


def test_strangers_however_many_leave_room_for_who_comes_with_a_key(crowded: Site) -> None:
    site, stranger = crowded, httpx.HTTPTransport(local_address="127.0.0.9")
    set_clock(site.server.data, MORNING)
    assert site.permit().status_code == 200
    with ExitStack() as slow, httpx.Client(base_url=site.server.base_url, transport=stranger) as other:
        for number in range(100):
            slow.enter_context(site.slow(1, of=f"127.0.0.{10 + number}"))
            refused = other.post("/api/v1/tests", json={}, timeout=PATIENCE)
            if refused.status_code == 503:
                break
        assert refused.json()["code"] == "bodies-full"
        assert site.http.post("/api/v1/tests", json={}).json()["code"] == "malformed"
        other.headers, other.timeout = site.http.headers, httpx.Timeout(PATIENCE)
        assert other.post("/api/v1/tests", json={}).status_code == 503, "a key unread says nothing"
        assert other.get("/api/v1/retest-permit", params={"vin": "LFV2A21K6J3123456"}).status_code == 200
        assert other.post("/api/v1/tests", json={}).json()["code"] == "malformed", "known from now on"


def test_slow_ones_are_answered_and_their_connections_ended(strict: Site) -> None:
    with strict.slow(20) as held, strict.slow(20, "/login", b"") as anonymous:
        for one in held:
            said = until_closed(one)
            assert b" 408 " in said and b'"code":"body-too-slow"' in said
        for one in anonymous:
            assert b"too slowly" in until_closed(one)
    set_clock(strict.server.data, MORNING)
    assert strict.http.post("/api/v1/tests", json={}).json()["code"] == "malformed"


def test_dripping_does_not_keep_a_place(strict: Site) -> None:
    with strict.slow(1) as (one,):

        def drip() -> None:
            try:
                while True:
                    one.sendall(b" ")
                    threading.Event().wait(0.05)
            except OSError:
                return

        dripping = threading.Thread(target=drip)
        dripping.start()
        with suppress(ConnectionResetError):  # what it dripped after the end
            until_closed(one)
        dripping.join(PATIENCE)
        assert not dripping.is_alive()
    assert strict.permit().status_code == 200


def test_when_every_seat_is_taken_health_answers_and_others_hear_that_it_is_busy(busy: Site) -> None:
    site = busy
    set_clock(site.server.data, MORNING)
    assert site.permit().status_code == 200  # the first call of a key's day writes that down
    file = site.server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    beat = {
        "station": NEAR,
        "lines": [{"line": "01", "status": "idle", "clock": "2026-03-05T09:10:00+08:00"}],
    }
    answers: list[int] = []

    def beats() -> None:
        with httpx.Client(timeout=PATIENCE, headers=site.http.headers) as http:
            answers.append(http.post(f"{site.server.base_url}/api/v1/heartbeats", json=beat).status_code)

    calls = [threading.Thread(target=beats) for _ in range(4)]
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        for each in calls:
            each.start()
        # A question that writes nothing: a permit of a car without a case leaves a look behind.
        refused = site.http.get("/api/v1/public/stations")
        while refused.status_code != 503:
            refused = site.http.get("/api/v1/public/stations")
        assert refused.json()["code"] == "all-busy" and refused.headers["Retry-After"]
        assert site.http.get("/healthz").status_code == 200
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    for each in calls:
        each.join(PATIENCE)
    assert answers == [200] * 4


LARGEST = b"GET /static/vendor/echarts.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def connections(site: Site) -> set[int]:
    """Ports of those who are connected with the server, as its system knows them."""
    here = f":{urlsplit(site.server.base_url).port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {int(row[2].rpartition(":")[2], 16) for row in rows if row[1].endswith(here) and row[3] == "01"}


def test_who_takes_nothing_of_an_answer_keeps_no_connection(unheard: Site) -> None:
    where = urlsplit(unheard.server.base_url)
    assert unheard.http.get("/healthz").status_code == 200
    with ExitStack() as stack:
        deaf = set()
        for _ in range(5):
            one = stack.enter_context(socket.create_connection((where.hostname, where.port), PATIENCE))
            one.sendall(LARGEST * 8)
            deaf.add(one.getsockname()[1])
        for _ in range(1200):
            if not deaf & connections(unheard):
                break
            threading.Event().wait(0.05)
        assert not deaf & connections(unheard)
    assert unheard.http.get("/static/vendor/echarts.min.js").status_code == 200


def test_only_connections_of_the_listening_socket_are_bounded() -> None:
    with ExitStack() as stack:
        doors = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        early = stack.enter_context(socket.create_connection(doors[0].getsockname()))
        there, _ = doors[0].accept()
        stack.enter_context(there)
        doors[1].close()
        end_deaf(0.3)
        late = stack.enter_context(socket.create_connection(doors[0].getsockname()))
        bounded, _ = doors[0].accept()
        stack.enter_context(bounded)
        limit = [
            each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            for each in (there, bounded, early, late)
        ]
        assert limit == [300, 300, 0, 0]
        bounded.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                bounded.send(b"x" * 65536)
        ended = select.poll()
        ended.register(bounded, select.POLLERR)
        assert ended.poll(PATIENCE * 1000), "nobody read, and the system ended it"
