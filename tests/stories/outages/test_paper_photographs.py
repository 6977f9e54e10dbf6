"""Photographs of the paper a retest rested on: kept with the unlock, asked for by dated law, never a condition."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from imloop.facts.pictures import LARGEST
from imloop.steps.ground import registers
from imloop.steps.journal import prove_journal
from imloop.store.models import Attachment, JournalEntry, PaperUnlock
from support.city import FAR, LISTED, NEAR, PLACE
from support.doors import Doors
from support.messages.uploads import PLATE
from support.people import person
from support.stories.outages import FAIL, OFFICE, PAPERS, RETEST, declare, findings, repair, unlock, upload

PNG, PDF = b"\x89PNG\r\n\x1a\n" + b"n" * 40, b"%PDF-1.7 list"


@pytest.fixture
def opened(doors: Doors) -> Doors:
    """Unlocked by telephone, no photograph yet."""
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-04 10:00")
    declare(doors)
    unlock(doors)
    return doors


def files_of(number: str) -> str:
    return f"fallback-unlocks/{number}/files"


def photographs(doors: Doors, number: str, *, by: str = OFFICE) -> dict[str, Any]:
    return dict(doors.get(f"fallback-unlocks/{number}", by=by)["photographs"])


def test_what_is_missing_is_told_and_what_came_is_kept_as_it_came(opened: Doors) -> None:
    number = PaperUnlock.objects.get().unlock_no
    assert photographs(opened, number) == {"asked": True, "missing": ["notice", "settlement"], "files": []}
    kept = opened.post(f"{files_of(number)}?paper=notice&name=a.png", PNG, by=NEAR, expect=201)
    assert kept["sha256"] == hashlib.sha256(PNG).hexdigest()
    again = opened.post(f"{files_of(number)}?paper=notice&name=b.png", PNG, by=NEAR, expect=201)
    assert again == kept
    opened.at("2026-03-04 10:40")
    upload(opened, RETEST)
    repair(opened)  # matched by now
    opened.post(f"{files_of(number)}?paper=certificate&name=c.pdf", PDF, by=LISTED, expect=201)
    shown = photographs(opened, number)
    assert shown["missing"] == []
    assert [(each["paper"], each["name"], each["uploaded_by"]) for each in shown["files"]] == [
        ("notice", "a.png", NEAR),
        ("certificate", "c.pdf", LISTED),
    ]
    assert bytes(Attachment.objects.get(paper="certificate").body) == PDF
    assert JournalEntry.objects.filter(kind="attached", subject=number).count() == 2


@pytest.mark.parametrize(
    ("paper", "body", "code"),
    [
        ("notice", b"GIF89a", "wrong-file"),
        ("invoice", PNG, "wrong-value"),
        ("notice", PNG + b"x" * LARGEST, "too-large"),
    ],
)
def test_only_pictures_of_the_papers_of_that_size(opened: Doors, paper: str, body: bytes, code: str) -> None:
    number = PaperUnlock.objects.get().unlock_no
    status = 413 if code == "too-large" else 422
    refused = opened.post(f"{files_of(number)}?paper={paper}&name=a", body, by=NEAR, expect=status)
    assert refused["code"] == code
    assert Attachment.objects.count() == 0


def test_who_may_see_the_unlock_may_see_them_and_every_look_is_journalled(opened: Doors) -> None:
    number = PaperUnlock.objects.get().unlock_no
    digest = opened.post(f"{files_of(number)}?paper=notice&name=a.png", PNG, by=OFFICE)["sha256"]
    for code, status in ((f"{PLACE}-transport", 200), (LISTED, 200), (FAR, 404)):
        before = JournalEntry.objects.filter(kind="looked-up", subject=number).count()
        answer = opened.city.client(code).get(f"/api/v1/{files_of(number)}/{digest}")
        assert answer.status_code == status, code
        looks = JournalEntry.objects.filter(kind="looked-up", subject=number).count() - before
        assert looks == (status == 200), code
        if status == 200:
            assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert opened.post(f"{files_of(number)}?paper=notice&name=a", PNG, by=f"{PLACE}-transport", expect=403)
    assert prove_journal.faults() == []


def test_where_the_law_asks_for_none_nothing_is_amiss(opened: Doors, monkeypatch: Any) -> None:
    number = PaperUnlock.objects.get().unlock_no
    station = person(NEAR)
    assert "缺照片" in station.get("/desk/istation/outage").content.decode()
    whole = registers.law_at

    def without(day: Any, place: str) -> Any:
        return Without(whole(day, place))

    class Without:
        def __init__(self, law: Any) -> None:
            self.law = law

        def flag(self, key: str) -> bool:
            return key != "outage.photographs" and bool(self.law.flag(key))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.law, name)

    monkeypatch.setattr(registers, "law_at", without)
    assert photographs(opened, number)["asked"] is False
    assert "缺照片" not in station.get("/desk/istation/outage").content.decode()
    assert "未要求，没有照片" in station.get(f"/unlocks/{number}").content.decode()


def test_sent_with_the_unlock_all_or_nothing(doors: Doors) -> None:
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-04 10:00")
    page = f"/outages/{declare(doors)}"
    office = person(OFFICE)
    form = {"what": "unlock", "station": NEAR, "shop": LISTED, "plate": PLATE, "reason": "来电", "sure": "1"}
    bad = SimpleUploadedFile("a.gif", b"GIF89a")
    answer = office.post(page, {**form, **PAPERS, "photo_notice": bad})
    assert (answer.status_code, PaperUnlock.objects.count()) == (422, 0)
    sent = {
        "photo_notice": SimpleUploadedFile("a.png", PNG),
        "photo_settlement": SimpleUploadedFile("j.pdf", PDF),
    }
    answer = office.post(page, {**form, **PAPERS, **sent}, follow=True)
    assert answer.status_code == 200 and "缺照片" not in answer.content.decode()
    row = PaperUnlock.objects.get()
    assert list(row.files.order_by("id").values_list("paper", "name")) == [
        ("notice", "a.png"),
        ("settlement", "j.pdf"),
    ]


def test_added_and_opened_on_the_unlocks_page(opened: Doors) -> None:
    number = PaperUnlock.objects.get().unlock_no
    shop, transport = person(LISTED), person(f"{PLACE}-transport")
    page = f"/unlocks/{number}"
    bad = shop.post(page, {"paper": "settlement", "file": SimpleUploadedFile("j.txt", b"text")})
    assert bad.status_code == 422 and "只收 PDF" in bad.content.decode()
    good = shop.post(page, {"paper": "settlement", "file": SimpleUploadedFile("j.pdf", PDF)}, follow=True)
    digest = hashlib.sha256(PDF).hexdigest()
    assert f"{page}/files/{digest}" in good.content.decode()
    text = transport.get(page).content.decode()
    assert "j.pdf" in text and "缺照片" in text and 'type="file"' not in text
    opened_file = transport.get(f"{page}/files/{digest}")
    assert opened_file.content == PDF and opened_file["Content-Disposition"].startswith("attachment")
    assert JournalEntry.objects.filter(kind="looked-up", body__contains=digest).count() == 1
    refused = transport.post(page, {"paper": "notice", "file": SimpleUploadedFile("a.png", PNG)})
    assert refused.status_code == 422 and Attachment.objects.count() == 1
    assert findings() == []


def test_a_kept_photograph_is_never_changed(opened: Doors) -> None:
    number = PaperUnlock.objects.get().unlock_no
    opened.post(f"{files_of(number)}?paper=notice&name=a.png", PNG, by=NEAR)
    for change in (
        lambda: Attachment.objects.update(name="other"),
        lambda: Attachment.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Attachment.objects.get().name == "a.png"
