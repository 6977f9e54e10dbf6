"""Photographs of a repair come before its record or after it, and are one and the same files on every page."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.test import Client

from imloop.facts.days import day_of
from imloop.law import load
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Attachment, Case, Party, User
from support.city import LISTED, NEAR, OTHER, PLACE
from support.doors import Doors
from support.stories.outages import FAIL, repair, upload

JPEG = b"\xff\xd8\xff\xe0 old converter"
HERE = "repairs/files?repair_no=W-1&name=old.jpg"


@pytest.fixture
def failed(doors: Doors) -> Doors:
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-04 10:00")
    return doors


def at_desk(code: str) -> Client:
    client = Client()
    name, party = f"u-{code}", Party.objects.get(code=code)
    user = User.objects.filter(username=name).first()
    client.force_login(user or create_user(name, "a-long-password", party, clock.now()))
    return client


def test_a_photograph_waits_for_its_record_and_is_seen_with_it(failed: Doors) -> None:
    kept = failed.post(HERE, JPEG, by=LISTED, expect=201)
    assert failed.post(HERE, JPEG, by=LISTED, expect=201) == kept
    receipt = repair(failed, repair_no="W-1", documents={"photos": ["old.jpg", "new.jpg", "ref:77"]})
    assert receipt["photographs_missing"] == ["new.jpg"]
    assert failed.post(HERE, JPEG, by=LISTED, expect=201) == kept, "once, whichever came first"
    assert "未收到</span> new.jpg" in at_desk(LISTED).get("/desk/mstation/repairs/W-1").content.decode()
    failed.post("repairs/files?repair_no=W-1&name=new.jpg", JPEG + b"2", by=LISTED, expect=201)
    assert Attachment.objects.count() == 2
    digest = hashlib.sha256(JPEG).hexdigest()
    for code in (NEAR, LISTED, f"{PLACE}-transport"):
        client = at_desk(code)
        answer = client.get(f"/repairs/{LISTED}/W-1/files/{digest}")
        assert (answer.status_code, answer.content) == (200, JPEG)
        page = "/desk/mstation/repairs/W-1" if code == LISTED else f"/repairs/{LISTED}/W-1"
        if code != NEAR:
            text = client.get(page).content.decode()
            assert "old.jpg" in text and "new.jpg" in text and "未收到" not in text
    assert Case.objects.get().state == "awaiting_retest"


def test_it_belongs_to_the_shop_that_sent_it_alone(failed: Doors) -> None:
    failed.post(HERE, JPEG, by=OTHER, expect=201)
    receipt = repair(failed, repair_no="W-1", documents={"photos": ["old.jpg"]})
    assert receipt["photographs_missing"] == ["old.jpg"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (HERE, b"GIF89a", "wrong-file"),
        ("repairs/files?repair_no=%20&name=a.jpg", JPEG, "malformed"),
    ],
)
def test_what_cannot_be_kept(failed: Doors, path: str, body: bytes, code: str) -> None:
    assert failed.post(path, body, by=LISTED, expect=422)["code"] == code
    assert Attachment.objects.count() == 0


def test_what_a_party_hands_in_on_a_day_is_bounded(failed: Doors) -> None:
    failed.post(HERE, JPEG, by=LISTED, expect=201)
    row = Attachment.objects.get()
    most = load().at(day_of(clock.now()), PLACE).integer("files.mb_per_day") * 1_000_000
    row.pk, row.repair_no, row.size, row.sha256 = None, "W-2", most - 2 * len(JPEG), "0" * 64
    row.save(force_insert=True)  # as many small ones would have made it
    assert failed.post(HERE, JPEG + b"2", by=LISTED, expect=429)["code"] == "too-many-files-today"
    assert failed.post(HERE, JPEG, by=LISTED, expect=201), "what is there already takes no room"
    failed.post(HERE, JPEG + b"2", by=OTHER, expect=201)
    failed.at(f"{clock.now() + timedelta(days=1):%Y-%m-%d %H:%M}")
    failed.post(HERE, JPEG + b"2", by=LISTED, expect=201)
