"""Every page of the demo city for every role: accessible, inside its window, in both languages, with large text."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from support.axe import too_wide, violations
from support.crawl import page_routes, reachable
from support.desks import NARROW, WIDE, Desk, Windows

ROLES = ("", "istation", "mstation", "environment", "transport", "market", "police", "supervisor")
TOKENS = """
import django, json; django.setup()
from imloop.store.models import Appointment, Case, Matter
print(json.dumps([
    *(f"/c/{case.owner_token}" for case in Case.objects.filter(closed_at=None).order_by("-id")[:2]),
    *(f"/c/{case.owner_token}" for case in Case.objects.exclude(closed_at=None).order_by("-id")[:1]),
    *(f"/c/{row.case.owner_token}" for row in Appointment.objects.exclude(case=None).order_by("-id")[:1]),
    *(f"/a/{row.token}" for row in Appointment.objects.order_by("-id")[:1]),
    *(f"/m/{row.token}" for row in Matter.objects.exclude(token="").order_by("id")[:2]),
]))
"""


@pytest.fixture(scope="module")
def secret_addresses(demo_server: Any) -> list[str]:
    """Pages whose address only their owner knows: cases, appointments, applications."""
    done = subprocess.run(
        [sys.executable, "-c", TOKENS],
        env=demo_server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def reached(demo_server: Any, browser: Any, secret_addresses: list[str]) -> dict[str, dict[str, list[str]]]:
    """Role → route → addresses."""
    windows = Windows(browser, demo_server.base_url)
    people = demo_server.credentials["users"]
    out = {}
    for role in ROLES:
        desk = windows.open(width=WIDE)
        if role:
            desk.log_in(role, people[role]["password"])
        else:
            desk.go("/")
        out[role] = reachable(desk, [desk.path, *([] if role else [*secret_addresses, "/login"])])
    windows.close()
    return out


def addresses(reached: dict[str, dict[str, list[str]]], role: str) -> list[str]:
    """What is looked at as this role: its own pages, and of those shared with an earlier role one."""
    out = []
    for route, found in reached[role].items():
        earlier = [each for each in ROLES[: ROLES.index(role)] if route in reached[each]]
        out += found if not earlier else found[:1] if "" not in earlier else []
    return out


def test_somebody_reaches_every_page_by_links(reached: dict[str, dict[str, list[str]]]) -> None:
    met = {route for routes in reached.values() for route in routes}
    assert sorted(page_routes() - met) == []


@pytest.mark.parametrize("role", ROLES)
def test_accessible_and_inside_the_window(
    demo: Any, reached: dict[str, dict[str, list[str]]], role: str
) -> None:
    chinese: Desk = demo.desk(role, width=WIDE)
    english: Desk = demo.desk(role, width=NARROW)
    english.go("/settings?language=en&large=1")
    faults = []
    for address in addresses(reached, role):
        for desk, narrow_first in ((chinese, False), (english, True)):
            desk.page.set_viewport_size({"width": NARROW if narrow_first else WIDE, "height": 900})
            assert desk.go(address) == 200, address
            found = violations(desk.page) + too_wide(desk.page)
            desk.page.set_viewport_size({"width": WIDE if narrow_first else NARROW, "height": 900})
            faults += [f"{address}: {fault}" for fault in found + too_wide(desk.page)]
    assert not faults, "\n".join(faults)
