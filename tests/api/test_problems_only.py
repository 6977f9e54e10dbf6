"""Whatever goes wrong under ``/api/`` is said in one form, also where the framework answers by itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from imloop.api.app import CALLS
from support.city import NEAR, City, at
from support.doors import Doors
from support.messages.uploads import test_message

PROBLEM = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


def addresses() -> dict[str, set[str]]:
    """Each address of a call, and what it takes."""
    found: dict[str, set[str]] = {}
    for call in CALLS.values():
        found.setdefault("/api/v1/" + re.sub(r"{[^}]+}", "1", call.path), set()).add(call.method)
    return found


def ask(method: str, path: str, **more: Any) -> Any:
    return Client(enforce_csrf_checks=True, raise_request_exception=False).generic(method, path, **more)


def test_a_method_that_a_call_does_not_take_is_a_problem_that_names_those_it_does(city: City) -> None:
    for path, taken in addresses().items():
        for method in METHODS:
            if method in taken:
                continue
            answer = ask(method, path)
            assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM), (method, path)
            assert taken <= set(answer["Allow"].split(", "))
            if method != "HEAD":
                said = json.loads(answer.content)
                assert said["code"] == "method-not-allowed" and said["status"] == 405


@pytest.mark.parametrize(
    "path", ["/api/v1/test", "/api/v1/", "/api/", "/api/v2/tests", "/api/v1/tests/", "/api/v1//tests"]
)
@pytest.mark.parametrize("method", METHODS)
def test_an_address_that_no_call_has_is_404_whatever_is_sent(city: City, path: str, method: str) -> None:
    answer = ask(method, path, data=b"{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_a_strange_host_is_a_problem_here_and_a_page_elsewhere(city: City) -> None:
    answer = Client(HTTP_HOST="evil.example").get("/api/v1/feed")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert Client(HTTP_HOST="evil.example").get("/login")["Content-Type"].startswith("text/html")


def test_pages_keep_their_own_form(city: City) -> None:
    assert Client().get("/no-such-page")["Content-Type"].startswith("text/html")
    assert Client().put("/logout")["Content-Type"].startswith("text/html")


def test_a_body_in_another_coating_is_refused_by_name(doors: Doors, city: City) -> None:
    body = json.dumps(test_message(at("2026-03-05 09:00"), station=NEAR)).encode()
    doors.at("2026-03-05 09:30")
    key = {"Authorization": f"Bearer {city.key(NEAR)}"}
    for path in ("tests", "heartbeats"):
        for told, code in (
            ({"Content-Encoding": "gzip"}, "body-encoded"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, "body-is-form"),
        ):
            kind = told.get("Content-Type", "application/json")
            headers = key | {name: value for name, value in told.items() if name != "Content-Type"}
            answer = Client().post(f"/api/v1/{path}", body, content_type=kind, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (415, code), path
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/octet-stream", "x"):
        answer = Client().post(
            "/api/v1/tests", body, content_type=kind, headers={**key, "Content-Encoding": "identity"}
        )
        assert answer.status_code in (200, 201), (kind, answer.content)
