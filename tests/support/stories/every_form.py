"""The forms of every page that somebody of a city can reach by links, and a page as a browser takes it in."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from imloop.steps.accounts import staffing
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.matters.kept.address import token_of
from imloop.steps.remote_sensing.owner_door import page_of
from imloop.store.models import (
    Appointment,
    Case,
    Finding,
    Matter,
    Party,
    PartyKind,
    RemoteReading,
    User,
    Vehicle,
)

OF_EACH = 3
"""Pages of one route, for each kind of party."""
_LINK = re.compile(r'\shref="([^"#]+)')


class Control(NamedTuple):
    tag: str
    attributes: dict[str, str | None]
    options: list[str]

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        return (self.attributes.get("type") or "text") if self.tag == "input" else self.tag

    @property
    def asks(self) -> bool:
        return bool(self.name) and self.kind not in ("hidden", "button", "submit", "file")


class Sheet(HTMLParser):
    """A page as a person's browser takes it in: forms with their controls, everything that has an id, labels."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str | None], list[Control]]] = []
        self.by_id: dict[str, dict[str, str | None]] = {}
        self.words: dict[str, str] = {}
        self.values: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self._textarea = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.by_id[str(found["id"])] = found
        if tag == "form":
            self.forms.append((found, []))
        elif tag in ("input", "select", "textarea", "button") and self.forms:
            self.forms[-1][1].append(Control(tag, found, []))
            self._textarea = str(found.get("name")) if tag == "textarea" else ""
            if tag == "input" and found.get("name") and found.get("type") != "password":
                self.values.setdefault(str(found["name"]), []).append(found.get("value") or "")
            elif tag == "textarea":
                self.values.setdefault(self._textarea, []).append("")
        elif tag == "option" and self.forms and self.forms[-1][1]:
            self.forms[-1][1][-1].options.append(found.get("value") or "")
        if tag not in ("input", "br", "img", "meta", "link", "hr"):
            self._open.append((tag, str(found.get("id") or found.get("for") or "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._textarea:
            found = self.values[self._textarea]
            found[-1] = (found[-1] + data).lstrip("\n")
        for _, name in self._open:
            if name:
                self.words[name] = self.words.get(name, "") + data


class Found(NamedTuple):
    """A form on a page. ``window``: whose."""

    window: Client
    page: str
    action: str
    controls: list[Control]

    @property
    def searches(self) -> bool:
        """It changes nothing: it is sent by POST for what must stand in no address, and leads to its answer."""
        return any((each.name, each.attributes.get("value")) == ("what", "ask") for each in self.controls)

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        fixed = [
            str(each.attributes.get("value"))
            for each in self.controls
            if each.name in ("what", "step", "kind", "kind_of_check", "do")
        ]
        return resolve(urlsplit(self.action).path).route, (
            *sorted({each.name for each in self.controls}),
            *fixed,
        )


def windows() -> dict[str, tuple[Client, list[str]]]:
    """A window for each kind of party and for nobody, and where its reading begins."""
    found: dict[str, tuple[Client, list[str]]] = {}
    for kind in PartyKind.values:
        user = User.objects.filter(party__kind=kind, is_active=True).order_by("id").first()
        if user is None:
            continue
        window = Client()
        window.force_login(user)
        found[kind] = window, ["/desk", "/account", "/password"]
    waiting = Case.objects.filter(closed_at=None).select_related("vehicle").order_by("-id")
    case = waiting[0]
    shop = User.objects.filter(party__kind="mstation", is_active=True).order_by("id")[0].party
    repaired = Case.objects.filter(repairs__shop=shop).order_by("closed_at", "-id")[0]
    found["mstation"][1].append(f"/desk/mstation/repair?case={repaired.case_no}")
    found["environment"][1].extend([f"/matters/open?kind={kind}" for kind in ("scrappage", "suspension")])
    found["istation"][1].append("/matters/open?kind=withdrawal")
    found["police"][1].append(f"/desk/police?gate=mark&plate={case.vehicle.plate}")
    differing = Finding.objects.filter(code="fuel-differs").values("subject")
    tested = Vehicle.objects.filter(tests__test_no__in=differing).first()
    assert tested is not None, "the demo city has a car that is stated otherwise than registered"
    found["police"][1].append(f"/vehicles/{tested.pk}")
    secret = [f"/c/{each.owner_token}{more}" for each in waiting[:6] for more in ("", "/object", "/book")]
    secret += [f"/m/{token_of(row)}" for row in Matter.objects.all()]
    secret += [f"/a/{row.token}" for row in Appointment.objects.exclude(token="").order_by("-id")[:3]]
    not_told = RemoteReading.objects.filter(open_at__isnull=False, told_at__isnull=True)
    secret += [page_of(row) for row in not_told]
    market = Party.objects.filter(kind=PartyKind.MARKET).first()
    assert market is not None
    invited = staffing.invite(SYSTEM, market.code, name="张三", as_head=False, now=clock.now())
    secret.append(f"/i/{invited}")
    found[""] = Client(), ["/", "/login", "/apply/istation", "/apply/mstation", *secret]
    return found


_NAMES_A_VEHICLE = frozenset({"q", "plate", "vin", "tail", "vin_tail", "about"})
_OF_NO_VEHICLE = {"/law", "/public/stations", "/parties"}
"""Where ``q`` are the words of a clause, a station's name or its address."""


def telling(page: str, text: str, sheet: Sheet) -> Iterator[str]:
    """Addresses that name a vehicle: of a form that would put it there, and of a link that holds it."""
    names = {name for pair in Vehicle.objects.values_list("plate", "vin") for name in pair if name}
    tails = {name[-6:] for name in names}
    for form, controls in sheet.forms:
        fields = {each.name for each in controls if each.asks} & _NAMES_A_VEHICLE
        if form.get("method", "get") != "post" and fields and urlsplit(page).path not in _OF_NO_VEHICLE:
            yield f"{page}: a form asks by GET for {sorted(fields)}"
    for link in {unescape(each) for each in _LINK.findall(text)}:
        whole, asked = unquote(link), parse_qsl(urlsplit(link).query)
        if any(name in whole for name in names) or tails & {value for _, value in asked}:
            yield f"{page}: a link to {whole}"


class Walked(NamedTuple):
    """What was met on the way. ``seen``: templates; ``refused``: links that led to no page; ``told``: addresses that
    name a vehicle."""

    seen: set[str]
    refused: list[str]
    told: list[str]


class Read(NamedTuple):
    """An answer on the way. ``page``: its address; ``linked``: the page that leads to it, empty for where one began."""

    page: str
    route: str
    linked: str
    answer: HttpResponse

    @property
    def is_page(self) -> bool:
        kind = self.answer.get("Content-Type", "")
        return self.answer.status_code == 200 and kind.startswith("text/html")


def reads_of(window: Client, starts: list[str], of_each: int, of_token: int) -> Iterator[Read]:
    """Every page and file that links lead to, at most so many of one route, and so many of one behind a token."""
    waiting, known, kept = deque((start, "") for start in starts), set(starts), Counter[str]()
    while waiting:
        address, linked = waiting.popleft()
        try:
            route = resolve(urlsplit(address).path).route
        except Resolver404:
            continue
        if kept[route] >= (of_each if "token" not in route else of_token) or route in ("logout", "settings"):
            continue
        kept[route] += 1
        answer = window.get(address, follow=True)
        page = "?".join(filter(None, (answer.request["PATH_INFO"], answer.request["QUERY_STRING"])))
        read = Read(page, route, linked, answer)
        yield read
        for link in _LINK.findall(answer.content.decode()) if read.is_page else ():
            target = urlsplit(urljoin(f"http://testserver{page}", unescape(link)))
            follow = f"{target.path}?{target.query}" if target.query else target.path
            if target.netloc == "testserver" and follow not in known and "format=" not in follow:
                known.add(follow)
                waiting.append((follow, page))


def forms_of(window: Client, starts: list[str], walked: Walked) -> Iterator[Found]:
    """Every form that asks for something, on the pages that links lead to."""
    for read in reads_of(window, starts, OF_EACH, 30):
        if read.linked and read.answer.status_code >= 400:
            walked.refused.append(f"{read.linked} → {read.page}: {read.answer.status_code}")
        if not read.is_page:
            continue
        walked.seen.update(str(each.name) for each in read.answer.templates)
        text = read.answer.content.decode()
        sheet = Sheet(text)
        walked.told.extend(telling(read.page, text, sheet))
        for form, controls in sheet.forms:
            if form.get("method") == "post" and any(each.asks for each in controls):
                yield Found(window, read.page, form.get("action") or read.page, controls)
