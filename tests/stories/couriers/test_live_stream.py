"""Through real sockets: a repair reported at the M-station's door is on the I-station's open stream,
and nothing is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from imloop.exchange.http.station_signing import hmac_key, sign
from imloop.store.models import ApiKey
from support.city import FAR, LISTED, NEAR, at
from support.messages.uploads import repair_message, test_message
from support.servers.processes import run_python
from support.servers.steered_site import BEAT, PASSWORD, set_clock

_SETUP = """
import sys, django; django.setup()
from imloop.steps.ground.clock import now
from imloop.steps.accounts.keys import issue_key
from imloop.store.models import Party
code, kind = sys.argv[1:]
print(issue_key(Party.objects.get(code=code), now(), kind=kind))
"""
_LET_GO = """
import sys, django; django.setup()
from imloop.steps.ground.access import SYSTEM, caller_for
from imloop.steps.ground.clock import now
from imloop.steps.accounts.keys import revoke_key
from imloop.steps.accounts.sessions import end_all
from imloop.steps.accounts.staffing import set_active
from imloop.store.models import Party, User
bearer, signing, ended, away = sys.argv[1:]
revoke_key(bearer, now())
revoke_key(signing, now())
administrator = caller_for(Party(code="450200-admin", kind="admin", name="x", place="450200"), "boss")
end_all(administrator, User.objects.get(username=ended), now())
set_active(administrator, away, active=False, reason="x", now=now())
"""
WAIT = httpx.Timeout(60.0)
HMAC = ApiKey.Kind.HMAC_SHA256.value


class Site:
    def __init__(self, servers: Any, name: str) -> None:
        self.servers = servers
        self.server = servers.start(
            name,
            ["support.servers.steered_site"],
            PYTHONPATH="tests",
            IMLOOP_STREAMS_OF_PARTY="3",
            **{BEAT: "0.3"},
        )
        self.keys = {code: self.run(_SETUP, code, "bearer") for code in (NEAR, FAR, LISTED)}
        self.numbers = iter(range(100))

    def run(self, script: str, *arguments: str) -> str:
        """Steps in a process of their own, beside the server."""
        done = run_python(["-c", script, *arguments], self.server.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def restart(self) -> None:
        self.server = self.servers.restart(self.server)

    def bearer(self, code: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[code]}"}

    def log_in(self, code: str) -> dict[str, str]:
        """The headers of the person of that party, logged in by the page."""
        with httpx.Client(base_url=self.server.base_url, timeout=WAIT) as browser:
            browser.get("/login")
            form = {
                "username": code,
                "password": PASSWORD,
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            assert browser.post("/login", data=form).status_code == 302
            return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}

    def log_out(self, shown: dict[str, str]) -> None:
        token = shown["Cookie"].partition("csrftoken=")[2].partition(";")[0]
        address = f"{self.server.base_url}/logout"
        assert httpx.post(address, headers={**shown, "X-CSRFToken": token}, timeout=WAIT).status_code == 302

    def signed(self, key: str, when: str) -> dict[str, str]:
        """The headers of a question for the stream, signed with an HMAC key."""
        key_id, secret = hmac_key(key)
        address = f"{self.server.base_url}/api/v1/feed/stream"
        return sign(
            "GET", address, b"", key_id=key_id, secret=secret, now=at(when), nonce=key, algorithm=HMAC
        )

    def clock(self, when: str) -> None:
        set_clock(self.server.data, when)

    def post(self, path: str, message: dict[str, object], by: str) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.server.base_url}/api/v1/{path}",
            content=msgspec.json.encode(message),
            headers=self.bearer(by),
            timeout=WAIT,
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def fail_and_repair(self, station: str = NEAR) -> str:
        """A vehicle of its own fails at the station and is repaired; returns the number of its case."""
        number = next(self.numbers)
        vehicle = {"vin": f"LSVAU2180N2{number:06d}", "plate": f"桂B{number:05d}", "fuel": "gasoline"}
        self.clock("2026-03-02 10:00")
        fail = test_message(at("2026-03-02 09:00"), station=station, co=0.9, vehicle=vehicle)
        case = self.post("tests", {**fail, "test_no": f"T-{station}-{number}"}, station)["case"]
        self.clock("2026-03-04 17:00")
        papers = {f"{name}_no": f"{name}-{number + 100}" for name in ("certificate", "settlement", "invoice")}
        done = repair_message(at("2026-03-04 16:00"), shop=LISTED, documents=papers)
        done |= {"repair_no": f"R-{number}", "vin": vehicle["vin"], "plate": vehicle["plate"]}
        self.post("repairs", done, LISTED)
        return str(case)

    @contextmanager
    def stream(self, code: str, after: int | None = 0, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        """Its messages as they come: ``{"id", "event", "data"}``."""
        with httpx.stream(
            "GET",
            f"{self.server.base_url}/api/v1/feed/stream",
            params={} if after is None else {"after": after},
            headers={**self.bearer(code), **headers},
            timeout=WAIT,
        ) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"] == "text/event-stream"
            yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line and name in ("id", "event", "data"):
            event[name] = value
        elif not line and "data" in event:
            said = json.loads(event["data"])
            yield {"id": int(event["id"]), "event": event["event"], "data": said}
            event = {}


@pytest.fixture(scope="module")
def site(servers: Any) -> Site:
    return Site(servers, "stream")


def until(events: Iterator[dict[str, Any]], topic: str, case: str) -> list[dict[str, Any]]:
    seen = []
    for event in events:
        seen.append(event)
        if event["event"] == topic and event["data"]["subject"] == case:
            return seen
    raise AssertionError(f"the stream ended without {topic}: {seen}")


REPAIRED = "retest-allowed"


def test_a_repair_reaches_the_station_of_the_case_and_nobody_else(site: Site) -> None:
    with site.stream(NEAR) as near, site.stream(FAR, after=0) as far:
        case = site.fail_and_repair(NEAR)
        other = site.fail_and_repair(FAR)
        seen = until(near, REPAIRED, case)
        ids = [event["id"] for event in seen]
        assert ids == sorted(set(ids))
        assert {event["data"]["seq"] for event in seen} == set(ids)
        assert all(event["data"]["subject"] != case for event in until(far, REPAIRED, other))
    feed = httpx.get(f"{site.server.base_url}/api/v1/feed", headers=site.bearer(NEAR), timeout=WAIT).json()
    assert [entry for entry in feed["entries"] if entry["seq"] in ids] == [event["data"] for event in seen]


def test_who_comes_back_goes_on_where_it_was_even_after_a_restart(site: Site) -> None:
    with site.stream(NEAR, after=None) as events:
        case = site.fail_and_repair()
        last = until(events, REPAIRED, case)[-1]["id"]
        site.restart()
        assert list(events) == [], "the stream ended cleanly with the server"
    missed = site.fail_and_repair()
    with site.stream(NEAR, after=0, **{"Last-Event-ID": str(last)}) as events:
        back = until(events, REPAIRED, missed)
        assert back[0]["id"] > last
        live = site.fail_and_repair()
        until(events, REPAIRED, live)


def test_one_who_does_not_read_keeps_nobody_waiting(site: Site) -> None:
    with site.stream(NEAR), site.stream(NEAR, after=None) as reader:
        case = site.fail_and_repair()
        until(reader, REPAIRED, case)


def test_a_party_has_so_many_streams_and_closing_one_makes_place(site: Site) -> None:
    address = f"{site.server.base_url}/api/v1/feed/stream"
    with site.stream(FAR), site.stream(FAR), site.stream(FAR):
        refused = httpx.get(address, headers=site.bearer(FAR), timeout=WAIT)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
        assert refused.headers["Retry-After"]


def test_ordinary_calls_are_answered_beside_many_streams(site: Site) -> None:
    with site.stream(NEAR), site.stream(NEAR), site.stream(FAR), site.stream(LISTED), site.stream(LISTED):
        address = f"{site.server.base_url}/api/v1/public/stations"
        answers: list[int] = []
        callers = [
            threading.Thread(target=lambda: answers.append(httpx.get(address, timeout=WAIT).status_code))
            for _ in range(8)
        ]
        for each in callers:
            each.start()
        for each in callers:
            each.join()
        assert answers == [200] * 8


def test_who_would_no_longer_be_let_in_is_let_go(site: Site) -> None:
    """Revoked keys, shown or signed with, an ended log-in, one logged out, and one of a person who was put out."""
    moment, police, market = "2026-03-02 10:00", "450200-police", "450200-market"
    site.clock(moment)
    bearer, signing = site.run(_SETUP, FAR, "bearer"), site.run(_SETUP, FAR, HMAC)
    ended, away, out, stays = (site.log_in(code) for code in (police, market, LISTED, NEAR))
    headers = {
        "revoked key": {"Authorization": f"Bearer {bearer}"},
        "revoked signing key": site.signed(signing, moment),
        "ended by an administrator": ended,
        "put out": away,
        "logged out": out,
        "stays": stays,
    }
    address = f"{site.server.base_url}/api/v1/feed/stream"
    with ExitStack() as open_ones:
        streams = {}
        for name, shown in headers.items():
            answer = open_ones.enter_context(httpx.stream("GET", address, headers=shown, timeout=WAIT))
            assert answer.status_code == 200, name
            streams[name] = answer.iter_bytes()
            assert next(streams[name]).startswith(b"retry"), name
            assert next(streams[name]).startswith(b":"), f"{name}: a sign of life while all is well"
        site.run(_LET_GO, bearer.split("_")[1], signing.split("_")[1], police, market)
        site.log_out(out)
        rest = streams.pop("stays")
        for name, stream in streams.items():
            told = [each for each in stream if not each.startswith(b":") and b"user-left" not in each]
            assert not told, f"{name}: ends, and brings nothing more but who was put out"
        assert next(rest).startswith(b":"), "another's goes on"
    for name in ("revoked key", "ended by an administrator", "put out", "logged out"):
        assert httpx.get(address, headers=headers[name], timeout=WAIT).status_code == 401, name


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer imk_x_y"}, 401)],
)
def test_a_stranger_is_refused(site: Site, headers: dict[str, str], status: int) -> None:
    address = f"{site.server.base_url}/api/v1/feed/stream"
    assert httpx.get(address, headers=headers, timeout=WAIT).status_code == status


def test_an_odd_sequence_is_refused(site: Site) -> None:
    address = f"{site.server.base_url}/api/v1/feed/stream"
    headers = {**site.bearer(NEAR), "Last-Event-ID": "soon"}
    answer = httpx.get(address, headers=headers, timeout=WAIT)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.Last-Event-ID")
