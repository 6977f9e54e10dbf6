"""An office watches its receivers: lag, dead letters, day sheets; pauses, replays."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.conf import settings

from imloop.exchange.couriers.courier import carry
from imloop.steps.ground import clock
from imloop.store.models import OutboxEntry, Party, Proposal, Receiver
from support.city import NEAR, City
from support.people import person
from support.servers.fake_receiver import FakeReceiver
from support.stories.outside import receiver_outside
from support.stories.second_person import confirmed

OFFICE = "450200-environment"


@pytest.fixture
def region(city: City) -> Receiver:
    row = receiver_outside("region", "https://region.example/in", party=OFFICE, name="自治区平台")
    for number in range(3):
        OutboxEntry.objects.create(
            receiver=OFFICE, topic="case-opened", subject=f"C{number}", created_at=clock.now(), body={}
        )
    return row


def test_lag_failures_and_dead_letters_are_seen(region: Receiver) -> None:
    office = person(OFFICE)
    carry(clock.now, FakeReceiver("400", "500"))
    text = office.get("/couriers").content.decode()
    assert "自治区平台" in text and "送不到" in text
    text = office.get("/couriers/region").content.decode()
    assert "HTTP 500" in text and "HTTP 400" in text and "C0" in text
    sheet = list(
        csv.DictReader(io.StringIO(office.get("/couriers/region?format=csv").content.decode("utf-8-sig")))
    )
    assert len(sheet) == 14 and sheet[0]["被拒"] == "1"


def test_pause_resume_replay_and_dismiss(region: Receiver) -> None:
    office = person(OFFICE)
    assert office.post("/couriers/region", {"what": "pause", "reason": "维护"}).status_code == 302
    assert "已暂停" in office.get("/couriers").content.decode()
    office.post("/couriers/region", {"what": "resume"})
    carry(clock.now, FakeReceiver("400"))
    first = OutboxEntry.objects.filter(receiver=OFFICE, topic="case-opened").order_by("id")[0].pk
    unsure = office.post("/couriers/region", {"what": "replay", "seq": first, "reason": "丢失"})
    assert unsure.status_code == 422 and "丢失" in unsure.content.decode()
    office.post("/couriers/region", {"what": "dismiss", "seq": first, "reason": "已另行送达"})
    assert "没有被拒或不一致的消息" in office.get("/couriers/region").content.decode()
    assert (
        office.post(
            "/couriers/region", {"what": "replay", "seq": first, "reason": "丢失", "sure": "1"}
        ).status_code
        == 302
    )
    region.refresh_from_db()
    assert region.cursor == first - 1


def test_an_administrator_adds_and_nobody_else_sees(city: City) -> None:
    admin = Party.objects.create(code="admin", kind="admin", name="系统管理", place="450200")
    assert "还没有接收方" in person(OFFICE).get("/couriers").content.decode()
    form = {
        "code": "old",
        "name": "旧系统",
        "party": OFFICE,
        "way": "folder",
        "address": "relative",
        "topics": "",
    }
    client = person(admin.code)
    wrong = client.post("/couriers", form)
    assert wrong.status_code == 422 and "旧系统" in wrong.content.decode()
    proposed = client.post("/couriers", {**form, "address": "/srv/old"})["Location"]
    assert proposed.startswith("/proposals/") and not Receiver.objects.exists()
    confirmed(Proposal.objects.get(), clock.now())
    market = person("450200-market")
    assert "旧系统" not in market.get("/couriers").content.decode()
    assert market.get("/couriers/old").status_code == 404
    assert person(NEAR).get("/couriers").status_code == 403


def test_a_receiver_by_sftp_is_added_and_says_what_it_lacks(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    admin = Party.objects.create(code="admin", kind="admin", name="系统管理", place="450200")
    form = {"code": "old", "name": "旧系统", "party": OFFICE, "way": "sftp", "topics": ""}
    client = person(admin.code)
    with_password = client.post("/couriers", {**form, "address": "sftp://imloop:secret@127.0.0.1/in"})
    assert with_password.status_code == 422 and "不含密码" in with_password.content.decode()
    added = client.post("/couriers", {**form, "address": "sftp://imloop@127.0.0.1/in"})
    assert added["Location"].startswith("/proposals/")
    confirmed(Proposal.objects.get(), clock.now())
    OutboxEntry.objects.create(
        receiver=OFFICE, topic="case-opened", subject="C1", created_at=clock.now(), body={}
    )
    carry(clock.now)
    assert "sftp-key-missing" in person(OFFICE).get("/couriers/old").content.decode()
