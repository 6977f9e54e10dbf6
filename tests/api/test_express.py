"""Two calls of machines have a quick door and an ordinary one: both say the same, to the byte."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

import msgspec
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction

from imloop.api.app import CALLS
from imloop.api.http.fast_calls import Express
from imloop.steps.ground import clock
from imloop.store.models import RawUpload
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE, VIN, test_message


def ask(door: Any, query: str, key: str = "", **environ: str) -> tuple[str, dict[str, str], bytes]:
    got: list[Any] = []
    asked: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", **environ}
    setup_testing_defaults(asked)
    asked |= {
        "PATH_INFO": "/api/v1/retest-permit",
        "QUERY_STRING": query,
        "HTTP_HOST": "testserver",
        **environ,
    }
    if key:
        asked["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    body = b"".join(door(asked, lambda status, headers: got.append((status, dict(headers)))))
    return got[0][0], got[0][1], body


class Framework(WSGIHandler):
    """Counts what reaches it."""

    asked = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.asked += 1
        return super().__call__(environ, start_response)


@pytest.fixture
def framework(city: City, monkeypatch: pytest.MonkeyPatch) -> Framework:
    moment = at("2026-03-05 09:00")
    monkeypatch.setattr(clock, "now", lambda: moment)
    # The framework would close the connection that holds the test's transaction.
    monkeypatch.setattr("django.core.signals.request_started.send", lambda *_, **__: None)
    monkeypatch.setattr("imloop.store.connection_pool.renew", lambda: None)
    city.test("2026-03-02 09:00", co=0.9)
    return Framework()


QUESTIONS = [
    f"vin={VIN}",
    f"vin={VIN}&station={NEAR}&at=2026-03-05T10:00:00%2B08:00",
    f"plate={quote(PLATE)}",
    "vin=LSVAU2180N0000001",
    "",
    f"vin={VIN}&station={FAR}",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_both_doors_say_the_same(city: City, framework: Framework, query: str) -> None:
    key = city.key(NEAR)
    quick = ask(Express(framework, CALLS), query, key)
    assert framework.asked == 0, "answered by the quick door"
    ordinary = ask(framework, query, key)
    assert (quick[0], quick[2]) == (ordinary[0], ordinary[2])
    assert quick[1]["Content-Type"] == ordinary[1]["Content-Type"]
    assert quick[1]["Content-Length"] == str(len(quick[2]))
    assert quick[1]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("code", [LISTED, "450200-environment"])
def test_refusals_and_departments_are_the_same(city: City, framework: Framework, code: str) -> None:
    key, query = city.key(code), f"vin={VIN}&station={NEAR}"
    assert ask(Express(framework, CALLS), query, key)[2] == ask(framework, query, key)[2]


def test_a_wrong_key_is_refused_by_both(city: City, framework: Framework) -> None:
    for key in ("imk_a_b", city.key(NEAR) + "x"):
        quick, ordinary = ask(Express(framework, CALLS), f"vin={VIN}", key), ask(framework, f"vin={VIN}", key)
        assert quick[0] == ordinary[0] == "401 Unauthorized"
        assert quick[2] == ordinary[2]
    plain = ask(Express(framework, CALLS), f"vin={VIN}", city.key(NEAR), REMOTE_ADDR="10.0.0.9")
    assert plain[0].startswith("403") and b"key-over-plain-http" in plain[2]


@pytest.mark.parametrize(
    ("query", "environ"),
    [
        (f"vin={VIN}&at=yesterday", {}),
        (f"vin={VIN}&vin=X", {}),
        (f"vin={VIN}&more=1", {}),
        (f"vin={VIN}", {"REQUEST_METHOD": "POST"}),
        (f"vin={VIN}", {"HTTP_HOST": "elsewhere.example"}),
        (f"vin={VIN}", {"PATH_INFO": "/api/v1/feed"}),
        ("", {"PATH_INFO": "/api/v1/tests/T1"}),
        ("", {"PATH_INFO": "/tests", "REQUEST_METHOD": "POST"}),
    ],
)
def test_what_is_not_plainly_put_goes_on_to_the_framework(
    city: City, framework: Framework, query: str, environ: dict[str, str]
) -> None:
    ask(Express(framework, CALLS), query, city.key(NEAR), **environ)
    assert framework.asked == 1


def test_without_a_key_a_session_may_still_ask(city: City, framework: Framework) -> None:
    assert ask(Express(framework, CALLS), f"vin={VIN}")[0].startswith("401")
    assert framework.asked == 1


def send(door: Any, body: bytes, key: str = "", **environ: Any) -> tuple[str, dict[str, str], bytes]:
    about = {"REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/tests", "wsgi.input": BytesIO(body)}
    return ask(door, "", key, **{**about, "CONTENT_LENGTH": str(len(body)), **environ})


def both(framework: Framework, body: bytes, key: str, **environ: Any) -> list[tuple[str, bytes, str]]:
    """The same upload by each door, as if the other had not been."""
    said = []
    for door in (Express(framework, CALLS), framework):
        with transaction.atomic():
            status, headers, answer = send(door, body, key, **environ)
            raw = RawUpload.objects.latest("id").refused if RawUpload.objects.exists() else ""
            said.append((status, answer, f"{headers['Content-Type']} {raw}"))
            transaction.set_rollback(True)
    return said


UPLOADS = {
    "pass": {"co": 0.1},
    "fail": {"co": 0.9},
    "unknown line": {"line": "77"},
    "another station": {"station": FAR},
    "malformed": {"method": "XYZ"},
}


@pytest.mark.parametrize("change", UPLOADS.values(), ids=UPLOADS.keys())
def test_an_upload_is_taken_the_same_by_both(
    city: City, framework: Framework, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr("imloop.steps.cases.move_case.secrets.token_urlsafe", lambda _: "owner")
    message = test_message(
        at("2026-03-05 08:30"), **{"station": NEAR, "vehicle": {"plate": "桂B77777"}, **change}
    )
    quick, ordinary = both(framework, msgspec.json.encode(message), city.key(NEAR))
    assert framework.asked == 1, "the first was answered by the quick door"
    assert quick == ordinary


def test_the_same_upload_again_is_answered_the_same_by_both(city: City, framework: Framework) -> None:
    message = test_message(at("2026-03-05 08:30"), station=NEAR, vehicle={"plate": "桂B77777"})
    body, key = msgspec.json.encode(message), city.key(NEAR)
    first = send(Express(framework, CALLS), body, key)
    again, ordinary = send(Express(framework, CALLS), body, key), send(framework, body, key)
    assert (first[0], again[0], ordinary[0]) == ("201 Created", "200 OK", "200 OK")
    assert again[2] == ordinary[2]
    # PostgreSQL keeps the receipt's keys in an order of its own.
    assert msgspec.json.decode(first[2]) == msgspec.json.decode(again[2])


def test_what_no_station_may_send_is_refused_by_both(city: City, framework: Framework) -> None:
    body = b"x" * (settings.MAX_UPLOAD_BYTES + 1)
    for key, sent in ((city.key(LISTED), b"{}"), (city.key(NEAR), body), ("imk_a_b", b"{}")):
        quick, ordinary = both(framework, sent, key)
        assert quick == ordinary and quick[0][0] == "4"
    plain = both(framework, b"{}", city.key(NEAR), REMOTE_ADDR="10.0.0.9")
    assert plain[0] == plain[1]
