"""A law text that nobody has seen is a refusal at every door: named, in both languages, never an internal error."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client

from imloop.loop import diagram
from imloop.pages.public import about as about_page
from imloop.pages.public import law as law_page
from imloop.steps.ground import registers
from imloop.store.models import Test
from support.city import NEAR, City, at
from support.law_files import book_with, law_file, row, unseen
from support.messages.uploads import test_message

OFFICE = "450200-environment"
CITE = "《city》（2026-03-01 起文本未见）"
UNSEEN = {
    "fleet.bus_usages": unseen("2026-03-01"),
    "warranty.days": unseen("2026-03-01"),
    "limit_set.ASM": unseen("2026-03-01", "2026-03-03"),
    "asm.window_s": unseen("2026-03-03", "2026-03-05"),
}
PHASES = f"{unseen('2020-01-01', '2026-02-01')}, {row('2026-02-01', 'full')}"
DAY = {"place": "450200", "day": "2026-03-02"}


@pytest.fixture
def gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Liuzhou since March: a text that was not seen, one known by its title alone, and a draft."""
    book = book_with(
        law_file(tmp_path, "city", UNSEEN, "450200"),
        law_file(tmp_path, "district", {"phase": PHASES}, "450203"),
        law_file(tmp_path, "heard-of", {}, "450200", text="confidence: title_only"),
        law_file(tmp_path, "plan", {"some.key": row("2020-01-01", 1)}, "450200", text="status: draft"),
    )
    for module in (registers, law_page, about_page, diagram):
        monkeypatch.setattr(module, "load", lambda: book)


def test_a_call_is_refused_with_text_days_and_what_to_do(city: City, gap: None) -> None:
    response = city.client(OFFICE).get("/api/v1/clean-fleet")
    told = response.json()
    assert (response.status_code, told["code"], told["cite"]) == (404, "law-text-not-seen", CITE)
    assert CITE in told["detail"] and "索取" in told["detail"]
    assert CITE in told["detail_en"] and "Ask the department" in told["detail_en"]


def upload(city: City, when: str) -> HttpResponse:
    body = msgspec.json.encode(test_message(at(when), station=NEAR, test_no=f"T-{when[:10]}"))
    return city.client(NEAR).post("/api/v1/tests", body, content_type="application/json")


def test_an_upload_of_such_a_day_is_refused_and_one_of_before_is_judged(city: City, gap: None) -> None:
    refused = upload(city, "2026-03-03 09:00")
    assert (refused.status_code, refused.json()["code"]) == (422, "law-text-not-seen")
    assert not Test.objects.exists()
    assert upload(city, "2026-02-27 09:00").status_code == 201
    assert Test.objects.count() == 1


def test_an_upload_whose_limits_were_not_seen_is_kept_without_a_verdict(city: City, gap: None) -> None:
    told = upload(city, "2026-03-02 09:00")
    assert (told.status_code, told.json()["verdict"], told.json()["case"]) == (201, "invalid", None)
    assert [(each["code"], each["cite"]) for each in told.json()["reasons"]] == [
        ("law-text-not-seen", "《city》（2026-03-01 至 2026-03-02 文本未见）")
    ]
    assert Test.objects.count() == 1


def test_a_page_of_such_a_day_says_so(city: City, gap: None) -> None:
    page = Client().get("/about", DAY)
    assert page.status_code == 404 and CITE in page.content.decode() and "索取" in page.content.decode()
    reader = Client()
    reader.cookies["django_language"] = "en"
    assert "Ask the department that keeps the text" in reader.get("/about", DAY).content.decode()
    assert Client().get("/about", {**DAY, "day": "2026-02-28"}).status_code == 200


def test_the_page_of_the_law_shows_what_was_not_seen(city: City, gap: None) -> None:
    text = " ".join(Client().get("/law", DAY).content.decode().split())
    assert "未见" in text and "文本未见，不作推断" in text and "the text of 2017" in text
    assert "只知题名，文本未见" in text and "征求意见稿，未印发" in text
    reader = Client()
    reader.cookies["django_language"] = "en"
    english = reader.get("/law", DAY).content.decode()
    words = ("not seen", "known by its title alone", "draft for comment, not issued", "nothing is inferred")
    assert all(each in english for each in words)
    before = Client().get("/law", {**DAY, "day": "2026-02-28"}).content.decode()
    assert "不作推断" not in before


def test_the_file_of_the_law_has_the_words_in_both_languages(city: City, gap: None) -> None:
    file = Client().get("/law", {**DAY, "format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    found = {each["key"]: each for each in rows}
    assert found["warranty.days"]["value"] == "" and found["warranty.days"]["confidence"] == "unseen"
    assert found["warranty.days"]["confidence_says_en"] == "text not seen; nothing is inferred"
    assert found["warranty.km"]["value"] and found["warranty.km"]["confidence_says"]
    assert {each["confidence"] for each in rows if not each["key"]} == {"title_only"}


def test_a_phase_that_was_not_seen_is_named_as_such(city: City, gap: None) -> None:
    page = Client().get("/about", {"place": "450203", "day": "2026-02-10"})
    assert page.status_code == 200 and "文本未见，不作推断" in page.content.decode()
    assert "| not seen |" in diagram.table()
