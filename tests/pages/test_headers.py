"""What every page and call says to the browser: nothing inline, nothing from elsewhere, no cookie in the clear."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern

from imloop.pages.guard import audience_of
from imloop.pages.urls import urlpatterns
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Party
from support.api_calls import calls
from support.city import NEAR, PLACE, City
from support.doors import Doors
from support.people import person
from support.stories.two_cities import TwoCities

MARKED = re.compile(r"<(?:(\w+):)?(\w+)>")
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
INLINE = re.compile(
    rb"<script(?![^>]*(?:\ssrc=|application/json))[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:", re.I
)
READS = ("settings", "find")
"""Pages that a form only asks; they change nothing."""


def faults_of(answer: object) -> list[str]:
    headers = answer.headers  # type: ignore[attr-defined]
    policy = headers.get("Content-Security-Policy", "")
    found = [name for name, value in EXPECTED.items() if headers.get(name) != value]
    if "default-src 'self'" not in policy or "unsafe" in policy or "*" in policy:
        found.append("Content-Security-Policy")
    return found + ([] if headers.get("Permissions-Policy") else ["Permissions-Policy"])


@pytest.fixture
def world(city: City, doors: Doors) -> TwoCities:
    doors.at("2026-03-05 09:30")
    return TwoCities.build(city)


def address(pattern: URLPattern, names: dict[str, object]) -> str:
    return "/" + MARKED.sub(
        lambda m: str(names.get(m[2], "1" if m[1] == "int" else "x")), str(pattern.pattern)
    )


def visitor(pattern: URLPattern, people: dict[str, Client]) -> Client:
    kinds = audience_of(pattern.callback)
    return people[kinds[0]] if kinds else people[""]


@pytest.fixture
def people(world: TwoCities) -> dict[str, Client]:
    stations = {"istation": NEAR, "mstation": "M450203001"}
    kinds = {kind for pattern in urlpatterns for kind in audience_of(pattern.callback)}
    return {"": Client()} | {kind: person(stations.get(kind, f"{PLACE}-{kind}"), head=True) for kind in kinds}


@override_settings(PUBLIC_ASKS_PER_MINUTE=10_000)
def test_every_page_is_guarded_by_its_headers(world: TwoCities, people: dict[str, Client]) -> None:
    for pattern in urlpatterns:
        answer = visitor(pattern, people).get(address(pattern, world.names))
        assert faults_of(answer) == [], pattern
        if "text/html" in answer.headers.get("Content-Type", ""):
            assert not INLINE.search(answer.content), (pattern, INLINE.search(answer.content))


@override_settings(PUBLIC_ASKS_PER_MINUTE=10_000)
def test_every_call_is_guarded_by_its_headers(city: City) -> None:
    for call in calls():
        assert faults_of(call.by(Client())) == [], call.name


@override_settings(PUBLIC_ASKS_PER_MINUTE=10_000)
def test_no_form_is_taken_from_another_site(world: TwoCities) -> None:
    """A POST without the token of our own page is refused, whoever is logged in; so is a call by a session alone."""
    office, public = (
        person(f"{PLACE}-environment", head=True, csrf=True),
        Client(enforce_csrf_checks=True),
    )
    for pattern in urlpatterns:
        kinds = audience_of(pattern.callback)
        client = public if not kinds else office
        answer = client.post(address(pattern, world.names), {"what": "x"})
        assert answer.status_code == 403 and "form-not-ours" in answer.content.decode(), pattern
    for call in calls():
        if call.method != "GET" and not call.path.startswith("public/"):
            assert call.by(office).status_code == 401, call.name


def test_cookies_are_not_for_scripts_nor_for_other_sites(city: City) -> None:
    client = Client()
    create_user("wei", "a-long-password", Party.objects.get(code=NEAR), clock.now())
    client.get("/login")
    client.post("/login", {"username": "wei", "password": "a-long-password"})
    client.get("/settings?language=en&large=1")
    assert {"sessionid", "csrftoken", "django_language", "large_text"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["httponly"] and cookie["samesite"] == "Lax", name


def test_what_django_asks_of_a_public_site_holds_with_https(tmp_path: Path) -> None:
    """``check --deploy`` with the settings of a site behind a TLS proxy, and secure cookies there."""
    environment = os.environ | {
        "IMLOOP_BASE_URL": "https://imloop.example",
        "IMLOOP_BEHIND_PROXY": "1",
        "IMLOOP_SECRET_KEY": "".join(chr(33 + n % 90) for n in range(60)),
        "IMLOOP_DATA": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
    }
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings as s; from django.core.management import call_command\n"
        "call_command('check', deploy=True, fail_level='WARNING')\n"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_HSTS_SECONDS >= 31536000\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
