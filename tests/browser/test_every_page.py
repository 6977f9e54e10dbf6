"""Every page of the demo city for every role: accessible, inside its window, in both languages, with large text."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from browser.program_words import program_words
from support.axe import too_wide, violations
from support.crawl import is_page, page_routes, reachable
from support.desks import NARROW, WIDE, Desk, Windows

ROLES = ("", "istation", "mstation", "environment", "transport", "market", "police", "supervisor", "admin")
NEEDED = """
import django, json; django.setup()
from imloop.steps.accounts import staffing
from imloop.steps.cases import objections
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.matters.kept.address import token_of
from imloop.steps.remote_sensing.owner_door import page_of
from imloop.steps.vehicles.owner_door import pass_to
from imloop.store.models import Appointment, Case, Matter, Party, RemoteReading
party = Party.objects.get(code="450200-market").code
cases, closed = Case.objects.order_by("-id"), Case.objects.exclude(closed_at=None).order_by("-id")
waiting = cases.filter(closed_at=None)
print(json.dumps({
    "plate": waiting[0].vehicle.plate,
    "case": waiting[0].owner_token,
    "closed": closed[0].owner_token,
    "history": pass_to(waiting[0].vehicle, clock.now()),
    "disputable": next(case.owner_token for case in waiting if objections.standing(case, clock.now()).open),
    "appointment": Appointment.objects.exclude(token="").order_by("-id")[0].token,
    "invitation": staffing.invite(SYSTEM, party, name="张三", as_head=False, now=clock.now()),
    "readings": [page_of(row) for row in RemoteReading.objects.filter(open_at__isnull=False).order_by("id")[:2]],
    "matters": [token_of(row) for row in Matter.objects.order_by("id") if row.state in ("returned", "site_check")],
    "reports": [token_of(row) for row in Matter.objects.filter(kind="complaint", state__in=("reward_due", "reopened"))],
}))
"""


@pytest.fixture(scope="module")
def starts(demo_server: Any) -> dict[str, list[str]]:
    """Role → addresses that no link leads to: what only their owner knows, and answers to a question."""
    done = subprocess.run(
        [sys.executable, "-c", NEEDED],
        env=demo_server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    known = json.loads(done.stdout)
    plate, case = known["plate"], f"/c/{known['case']}"
    return {
        "": [
            "/login",
            case,
            f"{case}/book",
            f"/c/{known['closed']}",
            f"/history/{known['history']}",
            f"/c/{known['disputable']}/object",
            f"/a/{known['appointment']}",
            *known["readings"],
            *(f"/m/{token}" for token in known["matters"]),
            *(f"/report/p/{token}" for token in known["reports"]),
            "/public/journal/1",
            "/docs/errors",
            f"/i/{known['invitation']}",
        ],
        "istation": [
            "/password",
            f"/desk/istation/reception?plate={plate}&line=01&method=ASM",
            f"/desk/istation/permit?plate={plate}",
            "/matters/open?kind=withdrawal",
        ],
        "mstation": ["/matters/open?kind=withdrawal"],
        "environment": [
            "/matters/open?kind=scrappage",
            "/environment/what-if?preset=limit-b",
            "/findings?state=all&routine=1",
        ],
        "police": [f"/desk/police?gate=mark&plate={plate}", f"/vehicles?q={plate}"],
    }


@pytest.fixture(scope="module")
def reached(demo_server: Any, browser: Any, starts: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
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
        out[role] = reachable(desk, [*starts.get(role, []), desk.path])
    windows.close()
    return out


def addresses(reached: dict[str, dict[str, list[str]]], role: str) -> list[tuple[list[str], bool]]:
    """Pages by route, and whether no earlier role has them; the public's look the same to everybody, so only once."""
    out = []
    for route, found in reached[role].items():
        earlier = [each for each in ROLES[: ROLES.index(role)] if route in reached[each]]
        if "" not in earlier:
            out.append((found, not earlier))
    return out


def test_somebody_reaches_every_page(demo: Any, reached: dict[str, dict[str, list[str]]]) -> None:
    met = {route for routes in reached.values() for route in routes}
    anybody = demo.desk("")
    missed = sorted(route for route in page_routes() - met if is_page(anybody, route))
    assert not missed, missed


@pytest.mark.parametrize("role", ROLES)
def test_accessible_and_inside_the_window(
    demo: Any, reached: dict[str, dict[str, list[str]]], role: str
) -> None:
    chinese: Desk = demo.desk(role, width=WIDE)
    english: Desk = demo.desk(role, width=NARROW)
    english.go("/settings?language=en&large=1")
    faults = []
    for found, new in addresses(reached, role):
        for address in found if new else ():
            faults += looked_at(chinese, address, WIDE, NARROW)
        faults += looked_at(english, found[0], NARROW, WIDE)
    assert not faults, "\n".join(faults)


def read_text(page: Any) -> str:
    """As a person reads it: without what is written in the language of machines on purpose."""
    read: str = page.evaluate(
        """() => { const copy = document.body.cloneNode(true);
        copy.querySelectorAll("code, pre, textarea, script, .machine").forEach((each) => each.remove());
        return copy.textContent; }"""
    )
    return read


def test_an_address_in_the_file_system_is_nobodys_program() -> None:
    assert not program_words("地址/tmp/imloop-kgwx_52g/archive")
    assert program_words("地址 kgwx_52g")


def looked_at(desk: Desk, address: str, width: int, other: int) -> list[str]:
    """Faults of a page at one width, and whether it fits the other."""
    desk.page.set_viewport_size({"width": width, "height": 900})
    assert desk.go(address) == 200, address
    found = violations(desk.page) + too_wide(desk.page) + program_words(read_text(desk.page))
    desk.page.set_viewport_size({"width": other, "height": 900})
    return [f"{address}: {fault}" for fault in found + too_wide(desk.page)]
