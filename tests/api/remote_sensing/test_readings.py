"""Readings of the road by the API: kept, told the same again, and found in their queues."""

from __future__ import annotations

import json

import pytest

from imloop.steps.ground import clock
from support.city import PLACE, City, at
from support.messages.readings import message, record

OFFICE = f"{PLACE}-environment"
PATH = "/api/v1/remote-sensing"


@pytest.fixture
def ours(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 12:00"))
    return city


def test_a_sender_is_told_the_same_each_time(ours: City) -> None:
    machine = ours.client(OFFICE, ours.machine_key(OFFICE))
    body = message(record(1, opacity_pct=35), record(2, at="2019-04-98 10:00:00"))
    answers = [machine.post(PATH, body, content_type="application/json") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    told = answers[0].json()
    assert told["accepted"] == 1
    (refused,) = told["refused"]
    assert (refused["record"], refused["code"], refused["path"]) == (2, "bad-date", "$.readings[1].at")
    assert "98" in refused["text"] and "98" in refused["text_en"]


@pytest.mark.parametrize("number", ["1.38E10", 1.38e10, 13800000000.5])
def test_a_number_that_a_spreadsheet_has_rewritten_is_none(ours: City, number: object) -> None:
    machine = ours.client(OFFICE, ours.machine_key(OFFICE))
    body = message(record(1), record(2, record_no=number))
    told = machine.post(PATH, body, content_type="application/json").json()
    assert told["accepted"] == 1
    assert [(row["record"], row["code"]) for row in told["refused"]] == [(2, "digits-lost")]


def test_queues_hold_what_waits_and_all(ours: City) -> None:
    office = ours.client(OFFICE)
    office.post(PATH, message(record(1, opacity_pct=35), record(2)), content_type="application/json")
    waiting = office.get(PATH).json()["readings"]
    assert [(row["record_no"], row["over"], row["state"]) for row in waiting] == [
        ("B1", ["opacity_pct"], "first")
    ]
    everything = office.get(f"{PATH}?queue=realtime&plate=桂B-12345").json()
    assert [row["record_no"] for row in everything["readings"]] == ["B2", "B1"] and everything["next"] is None
    assert office.get(f"{PATH}?queue=reviewed").json()["readings"] == []


def test_a_site_and_an_instrument_past_its_date(ours: City) -> None:
    office = ours.client(OFFICE)
    site = {"code": "YC-01", "name": "柳太路", "kind": "camera", "published_on": "2026-03-01"}
    paper = {"site": "YC-01", "kind": "camera", "model": "C", "serial": "9", "verified_from": "2025-01-01"}
    for path, body in (("sites", site), ("certificates", {**paper, "verified_until": "2026-01-01"})):
        said = office.post(f"{PATH}/{path}", json.dumps(body), content_type="application/json")
        assert said.status_code == 201, said.content
    (found,) = office.get(f"{PATH}/sites").json()["sites"]
    assert (found["code"], found["past_their_date"]) == ("YC-01", ["9"])
