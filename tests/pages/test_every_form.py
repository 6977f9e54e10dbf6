"""Every form of the product, empty and with wrong values: nothing is stored, each fault stands at its field.

The forms are those of the pages that the people of a demo city reach by links; a new one is walked by itself.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import Resolver404, resolve

from imloop.facts.days import CHINA
from imloop.store.models import Appointment, Case, JournalEntry, Matter, Party, PartyKind, User
from support.servers.databases import undone

pytestmark = pytest.mark.one_database("sqlite", reason="about the pages; what is stored is counted, not how")
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)
TEMPLATES = Path(__file__).parents[2] / "src" / "imloop" / "pages" / "templates"
OF_EACH = 3
"""Pages of one route, for each kind of party."""
KEPT_OF_A_TRY = {"Session", "JournalEntry", "LogInTry", "RawUpload", "UserSession"}
"""Rows that tell of an attempt, not of anything that was asked for."""
PROGRAM_WORDS = re.compile(r"\$\.|\b[a-z]+_[a-z_]+\b|应为字符串|ISO 8601|\bNone\b|[{}]")
WRONG, WRONG_DAY = "12万", "gestern"
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
            if tag == "input" and found.get("name"):
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
    def key(self) -> tuple[str, tuple[str, ...]]:
        fixed = [
            str(each.attributes.get("value"))
            for each in self.controls
            if each.name in ("what", "step", "kind", "kind_of_check", "do")
        ]
        return resolve(urlsplit(self.action).path).route, (*sorted({each.name for each in self.controls}), *fixed)


@pytest.fixture(scope="module")
def demo(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    from imloop.sim.demo import load_demo
    from imloop.steps.ground import clock

    patch = pytest.MonkeyPatch()
    patch.setattr(clock, "now", lambda: NOW)
    patch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 100_000)
    setup_test_environment()
    with undone():
        load_demo(tmp_path_factory.mktemp("city"), NOW, "http://testserver", days=45, vehicles=110, progress=False)
        yield
    teardown_test_environment()
    patch.undo()


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
    claim = f"case_no={case.case_no}&plate={case.vehicle.plate}&tail={case.vehicle.vin[-6:]}"
    found["mstation"][1].append(f"/desk/mstation/repair?{claim}")
    found["environment"][1].extend([f"/matters/open?kind={kind}" for kind in ("scrappage", "suspension")])
    found["istation"][1].append("/matters/open?kind=withdrawal")
    found["police"][1].append(f"/desk/police?gate=mark&plate={case.vehicle.plate}")
    secret = [f"/c/{each.owner_token}{more}" for each in waiting[:6] for more in ("", "/object", "/book")]
    secret += [f"/m/{row.token}" for row in Matter.objects.all()]
    secret += [f"/a/{row.token}" for row in Appointment.objects.exclude(token="").order_by("-id")[:3]]
    found[""] = Client(), ["/", "/login", "/apply/istation", "/apply/mstation", *secret]
    return found


def forms_of(window: Client, starts: list[str], seen: set[str]) -> Iterator[Found]:
    """Every form that asks for something, on the pages that links lead to."""
    waiting, known, kept = deque(starts), set(starts), Counter[str]()
    while waiting:
        address = waiting.popleft()
        try:
            route = resolve(urlsplit(address).path).route
        except Resolver404:
            continue
        if kept[route] >= (OF_EACH if "token" not in route else 30) or route in ("logout", "settings"):
            continue
        kept[route] += 1
        answer = window.get(address, follow=True)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.request["PATH_INFO"] + (f"?{answer.request['QUERY_STRING']}" if answer.request["QUERY_STRING"] else "")
        seen.update(str(each.name) for each in answer.templates)
        text = answer.content.decode()
        for form, controls in Sheet(text).forms:
            if form.get("method") == "post" and any(each.asks for each in controls):
                yield Found(window, page, form.get("action") or page, controls)
        for link in _LINK.findall(text):
            target = urlsplit(urljoin(f"http://testserver{page}", unescape(link)))
            follow = f"{target.path}?{target.query}" if target.query else target.path
            if target.netloc == "testserver" and follow not in known and "format=" not in follow:
                known.add(follow)
                waiting.append(follow)


def answers(found: Found, *, wrong: bool) -> dict[str, Any]:
    """The form as its page gave it, with nothing filled in, or with what nobody can take."""
    sent: dict[str, Any] = {}
    for each in found.controls:
        value = each.attributes.get("value") or ""
        if each.kind == "hidden":
            sent.setdefault(each.name, value)
        elif each.tag == "button" and each.name and each.name not in sent and value not in ("edit", "staff", "lines"):
            sent[each.name] = value
        elif each.asks:
            sent[each.name] = nonsense(each) if wrong and each.kind not in ("checkbox", "radio") else ""
    return {name: value for name, value in sent.items() if value != "" or not is_box(found, name)}


def is_box(found: Found, name: str) -> bool:
    return any(each.name == name and each.kind in ("checkbox", "radio") for each in found.controls)


def nonsense(control: Control) -> str:
    if control.kind in ("date", "datetime-local", "time", "month"):
        return WRONG_DAY
    if control.kind == "select":
        return "no-such-choice"
    longest = control.attributes.get("maxlength")
    return "错" * (int(longest) + 1) if longest else WRONG


def rows() -> dict[str, int]:
    counts = {model.__name__: model._default_manager.count() for model in apps.get_app_config("store").get_models()}
    counts["entries"] = JournalEntry.objects.exclude(kind__in=("looked-up", "upload-refused", "log-in-refused")).count()
    return {name: number for name, number in counts.items() if name not in KEPT_OF_A_TRY}


def faults(text: str, sent: dict[str, Any], *, wrong: bool) -> list[str]:
    """What is not as it should be on the page of a refused form."""
    page = Sheet(text)
    summary = page.by_id.get("faults")
    if summary is None:
        return ["no summary"]
    out = []
    if summary.get("role") != "alert" or summary.get("tabindex") != "-1" or "autofocus" not in summary:
        out.append("the summary does not take the focus")
    said = text[text.index('id="faults"') :]
    said = said[: said.index("</div>")]
    words = unescape(re.sub(r"<[^>]+>", " ", said))
    if PROGRAM_WORDS.search(words):
        out.append(f"program words: {words}")
    lines = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', said)
    if not lines:
        out.append(f"no field is named: {words}")
    for target, line in lines:
        control = page.by_id.get(unescape(target), {})
        told = (control.get("aria-describedby") or "").split()
        message = page.words.get(told[0], "").strip() if told else ""
        label = unescape(line).removesuffix(message).removesuffix("：")
        if control.get("aria-invalid") != "true" or not told or told[0] not in page.by_id:
            out.append(f"{target} is not marked")
        elif not message or not unescape(line).endswith(f"：{message}"):
            out.append(f"{target} does not say what the summary says: {line}")
        if not label.strip() or label == control.get("name"):
            out.append(f"{target} has no label: {line}")
    kept = {name: value for name, value in sent.items() if wrong and value in (WRONG_DAY, WRONG) or "错" in value}
    return out + [f"lost: {name}" for name, value in kept.items() if name in page.values and value not in page.values[name]]


def test_each_comes_back_with_its_faults_named_and_nothing_stored(demo: None, db: None) -> None:
    walked: dict[tuple[str, tuple[str, ...]], Found] = {}
    seen: set[str] = set()
    for window, starts in windows().values():
        for found in forms_of(window, starts, seen):
            walked.setdefault(found.key, found)
    defects = {}
    for found in walked.values():
        for wrong in (False, True):
            sent, before = answers(found, wrong=wrong), rows()
            with transaction.atomic():
                answer = found.window.post(found.action, sent)
                after = rows()
                transaction.set_rollback(True)
            name = f"{found.page} {found.key[1]} {'wrong' if wrong else 'empty'}"
            if answer.status_code < 400 and not any("required" in each.attributes for each in found.controls) and not wrong:
                continue
            wanting = [f"answered {answer.status_code}"] if answer.status_code not in (422, 503) else []
            if after != before:
                wanting.append(f"stored: {set(after.items()) ^ set(before.items())}")
            if answer.status_code >= 400:
                wanting += faults(answer.content.decode(), sent, wrong=wrong)
            if wanting:
                defects[name] = wanting
    shown = "\n".join(f"{name}: {wanting}" for name, wanting in defects.items())
    with_forms = {str(each.relative_to(TEMPLATES)) for each in TEMPLATES.rglob("*.html") if 'method="post"' in each.read_text()}
    print(len(walked), "forms;", "not reached:", sorted(with_forms - seen))
    assert not defects, f"{len(defects)}\n{shown}"
