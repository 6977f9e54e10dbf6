"""Every form of the product, empty and with wrong values: nothing is stored, each fault stands at its field.

The forms are those of the pages that the people of a demo city reach by links; a new one is walked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import setup_test_environment, teardown_test_environment

from imloop.facts.days import CHINA
from imloop.store.models import JournalEntry, Vehicle
from support.servers.databases import undone
from support.stories.every_form import Control, Found, Sheet, Walked, forms_of, telling, windows

pytestmark = pytest.mark.one_database("sqlite", reason="about the pages; what is stored is counted, not how")
NOW = datetime(2026, 12, 15, 18, 0, tzinfo=CHINA)
TEMPLATES = Path(__file__).parents[2] / "src" / "imloop" / "pages" / "templates"
WRONG, WRONG_DAY = "12万", "gestern"
KEPT_OF_A_TRY = {"JournalEntry", "LogInTry", "RawUpload", "UserSession", "Session"}
"""Rows that tell of an attempt, not of anything that was asked for."""
OF_A_LOOK = {"Look", "LookedVehicle"}
OF_AN_ATTEMPT = ("looked-up", "upload-refused", "log-in-refused")
PROGRAM_WORDS = re.compile(r"\$\.|\b[a-z]+_[a-z_]+\b|应为字符串|ISO 8601|\bNone\b|[{}]")
NOT_REACHED = {
    "accounts/login_code.html": "half-way through a log-in",
    "draws/draw_commit.html": "a draw that all have joined",
    "draws/draw_join_form.html": "a draw that others have still to join",
    "vehicles/differences.html": "a vehicle that stations describe otherwise than the register",
    "matters/apply_check.html": "shown after a good application only",
    "repairs/repair_check.html": "shown after a good record only",
    "repairs/station_papers.html": "where a phase runs in which a station enters papers",
}


@pytest.fixture(scope="module")
def demo(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    from imloop.sim.demo import load_demo
    from imloop.steps.ground import clock

    patch = pytest.MonkeyPatch()
    patch.setattr(clock, "now", lambda: NOW)
    patch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 100_000)
    setup_test_environment()  # so that an answer knows its templates
    with undone():
        load_demo(
            tmp_path_factory.mktemp("city"), NOW, "http://testserver", days=45, vehicles=110, progress=False
        )
        yield
    teardown_test_environment()
    patch.undo()


class Walk(NamedTuple):
    """Each form once, and what was met on the way."""

    forms: list[Found]
    met: Walked


@pytest.fixture(scope="module")
def walk(demo: None) -> Walk:
    found: dict[object, Found] = {}
    met = Walked(set(), [], [])
    for kind, (window, starts) in windows().items():
        there = Walked(met.seen, [], met.told)
        for form in forms_of(window, starts, there):
            found.setdefault(form.key, form)
        met.refused.extend(f"{kind or 'nobody'}: {each}" for each in there.refused)
    return Walk(list(found.values()), met)


def answers(found: Found, *, wrong: bool) -> dict[str, Any]:
    """The form as its page gave it, with nothing filled in, or with what nobody can take."""
    sent: dict[str, Any] = {}
    for each in found.controls:
        value = each.attributes.get("value") or ""
        if each.kind == "hidden":
            sent.setdefault(each.name, value)
        elif (
            each.tag == "button"
            and each.name
            and each.name not in sent
            and "formnovalidate" not in each.attributes
        ):
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


def plausible(control: Control) -> str:
    """What a person in a hurry would put there."""
    days = {"date": "%Y-%m-%d", "datetime-local": "%Y-%m-%dT%H:%M", "time": "%H:%M", "month": "%Y-%m"}
    if control.kind in days:
        return f"{NOW:{days[control.kind]}}"
    if control.kind in ("checkbox", "radio"):
        return control.attributes.get("value") or "on"
    if control.kind == "select":
        return next((value for value in control.options if value), "")
    return "1" if "pattern" in control.attributes else "已经核实情况属实无误"


def sent_to(found: Found, answers: dict[str, Any]) -> tuple[HttpResponse, list[str]]:
    """The answer, and what was stored; all of it is taken back."""
    before = rows()
    with transaction.atomic():
        answer = found.window.post(found.action, answers, follow=found.searches)
        stored = [f"stored: {name}" for name, number in rows().items() if number != before[name]]
        stored = [each for each in stored if not (found.searches and each.split()[-1] in OF_A_LOOK)]
        transaction.set_rollback(True)
    return answer, stored


def rows() -> dict[str, int]:
    tables = {model.__name__: model._meta.db_table for model in apps.get_app_config("store").get_models()}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables.values())}")
        counts = dict(zip(tables, cursor.fetchone(), strict=True))
    counts["entries"] = JournalEntry.objects.exclude(kind__in=OF_AN_ATTEMPT).count()
    return {name: number for name, number in counts.items() if name not in KEPT_OF_A_TRY}


def summary_of(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The summary's words, and (id, words) of its links."""
    said = text[text.index('id="faults"') :]
    said = said[said.index(">") + 1 : said.index("</div>")]
    lines = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', said)
    return unescape(re.sub(r"<[^>]+>", " ", said)), [(unescape(at), unescape(words)) for at, words in lines]


def faults(text: str, sent: dict[str, Any], needs: bool) -> list[str]:
    """What is not as it should be on the page of a refused form. ``needs``: it has fields that must be filled in."""
    page = Sheet(text)
    summary = page.by_id.get("faults")
    if summary is None:
        return ["no summary"]
    out = []
    if summary.get("role") != "alert" or summary.get("tabindex") != "-1" or "autofocus" not in summary:
        out.append("the summary does not take the focus")
    words, lines = summary_of(text)
    if PROGRAM_WORDS.search(words):
        out.append(f"program words: {words}")
    if not lines and needs:
        out.append(f"no field is named: {words}")
    for at, line in lines:
        control = page.by_id.get(at, {})
        told = (control.get("aria-describedby") or "").split()
        message = page.words.get(told[0], "").strip() if told else ""
        label = line.removesuffix(message).removesuffix("：").strip()
        if control.get("aria-invalid") != "true" or not message:
            out.append(f"{at} is not marked")
        elif not label or label in (control.get("name"), line):
            out.append(f"{at} is not named by its label: {line}")
    kept = {name: value for name, value in sent.items() if value in (WRONG_DAY, WRONG) or "错" in value}
    return out + [
        f"lost: {name}" for name, value in kept.items() if value not in page.values.get(name, [value])
    ]


def test_each_comes_back_with_its_faults_named_and_nothing_stored(walk: Walk, db: None) -> None:
    defects = {}
    for found in walk.forms:
        needs = any("required" in each.attributes for each in found.controls)
        for wrong in (False, True):
            sent = answers(found, wrong=wrong)
            answer, stored = sent_to(found, sent)
            left_blank = not (needs or wrong)
            if answer.status_code < 400 and (left_blank or (found.searches and not stored)):
                continue  # everything may be left blank, or is a word that nothing fits
            wanting = stored + (
                []
                if answer.status_code in (422, 503) or found.searches
                else [f"answered {answer.status_code}"]
            )
            if answer.status_code >= 400:
                wanting += faults(answer.content.decode(), sent, needs)
            if wanting:
                defects[f"{found.page} {found.key[1]} {'wrong' if wrong else 'empty'}"] = wanting
    assert not defects, "\n".join(f"{name}: {wanting}" for name, wanting in defects.items())
    assert len(walk.forms) > 60


def test_what_must_be_filled_in_is_asked_for_by_itself(walk: Walk, db: None) -> None:
    """Everything else filled in, one field left blank: it is that field that is named."""
    defects = []
    for found in walk.forms:
        hidden = {
            each.name: each.attributes.get("value") or "" for each in found.controls if each.kind == "hidden"
        }
        filled = {each.name: plausible(each) for each in found.controls if each.asks} | hidden
        buttons = [each for each in found.controls if each.tag == "button" and each.name]
        button = next((each for each in buttons if "formnovalidate" not in each.attributes), None)
        if button is not None:
            filled[button.name] = button.attributes.get("value") or ""
        for name in {each.name for each in found.controls if each.asks and "required" in each.attributes}:
            answer, stored = sent_to(found, without(found, filled, name))
            if stored or answer.status_code < 400:
                defects.append(f"{found.page}: {name} may be left out ({answer.status_code}, {stored})")
                continue
            text = answer.content.decode()
            page = Sheet(text)
            named = (
                {page.by_id[at].get("name") for at, _ in summary_of(text)[1]}
                if "faults" in page.by_id
                else set()
            )
            if name not in named:
                defects.append(f"{found.page}: {name} is not among {named}")
    assert not defects, "\n".join(defects)


def without(found: Found, filled: dict[str, str], name: str) -> dict[str, str]:
    """A browser sends an empty field empty, and says nothing of a box."""
    rest = {key: value for key, value in filled.items() if key != name}
    return rest if is_box(found, name) else rest | {name: ""}


def test_no_form_is_left_out(walk: Walk, db: None) -> None:
    """By the templates: what has a form was seen, or is known not to be."""
    with_forms = {
        str(each.relative_to(TEMPLATES))
        for each in TEMPLATES.rglob("*.html")
        if re.search('<form [^>]*method="post"', each.read_text(encoding="utf-8"))
    }
    assert with_forms - walk.met.seen <= set(NOT_REACHED)


def test_the_browser_leaves_every_form_to_the_platform() -> None:
    """Its own bubbles show one fault at a time, in the language of the browser."""
    for each in TEMPLATES.rglob("*.html"):
        for form in re.findall(r'<form [^>]*method="post"[^>]*>', each.read_text(encoding="utf-8")):
            assert "novalidate" in form, each


def test_no_link_leads_to_a_refusal(walk: Walk, db: None) -> None:
    """A page names nothing as a link that its reader may not open, or that is not there."""
    assert not walk.met.refused, "\n".join(walk.met.refused)


def test_no_address_names_a_vehicle(walk: Walk, db: None) -> None:
    """Neither a form nor a link puts a plate, a VIN or its end where logs and histories keep it."""
    assert not walk.met.told, "\n".join(walk.met.told)


def test_an_address_that_names_one_is_found(demo: None, db: None) -> None:
    car = Vehicle.objects.exclude(plate="").exclude(vin="")[0]
    form = '<form method="{}"><input name="{}"></form>'
    for text, count in (
        (form.format("get", "plate"), 1),
        (form.format("get", "q"), 1),
        ('<form><input name="vin"></form>', 1),
        (form.format("post", "plate"), 0),
        (form.format("get", "since"), 0),
        (f' href="/cases?q={quote(car.plate)}"', 1),
        (f' href="/x/{car.vin}"', 1),
        (f' href="/find?tail={car.vin[-6:]}"', 1),
        (f' href="/vehicles/{car.pk}"', 0),
    ):
        assert len(list(telling("/x", text, Sheet(text)))) == count, text
    clause = form.format("get", "q")
    assert not list(telling("/law", clause, Sheet(clause)))
