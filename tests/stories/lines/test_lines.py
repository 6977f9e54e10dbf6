"""A line through its public doors: checks lock and unlock it, a heartbeat keeps it in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from imloop.exchange.uploads.decode_check import decode_check, decode_heartbeat
from imloop.exchange.uploads.intake import take_check
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unlawful
from imloop.sim.city.checks import GOOD
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import clock
from imloop.steps.lines.heartbeats import notice_lost_links
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.store.models import (
    Certificate,
    Equipment,
    Finding,
    Line,
    Link,
    OutboxEntry,
    Proposal,
    RawUpload,
    Software,
    Test,
    User,
)  # fmt: skip
from support.city import FAR, NEAR, City, at
from support.examples import examples
from support.messages.uploads import VIN
from support.stories.second_person import confirmed

OFFICE = "450200-environment"
NEEDED = ("dyno_coast_down", "analyser_leak", "analyser_gas")


def equip(city: City, line_code: str = "01") -> None:
    """A line with instruments, which reported its first check long ago."""
    line = Line.objects.get(station__code=NEAR, code=line_code)
    for kind in ("analyser", "dynamometer", "tachometer", "obd_reader", "weather_station"):
        row = Equipment.objects.create(line=line, kind=kind, model="M", serial=kind, since=date(2020, 1, 1))
        Certificate.objects.create(
            equipment=row, kind="verification", number=kind, since=date(2025, 12, 1), until=date(2026, 12, 1)
        )
    check(city, "analyser_leak", "2025-12-10 08:00")


def message(kind: str, when: datetime, **change: object) -> bytes:
    return msgspec.json.encode(
        {
            "schema": "imloop.check/1",
            "check_no": f"{kind}-{when:%d%H%M}",
            "station": NEAR,
            "line": "01",
            "kind": kind,
            "started_at": when.isoformat(),
            "finished_at": (when + timedelta(minutes=3)).isoformat(),
            "values": GOOD[kind],  # type: ignore[index]
            "claimed": "pass",
            **change,
        }
    )


def check(city: City, kind: str, when: str, **change: object) -> dict[str, object]:
    now = at(when) + timedelta(minutes=5)
    return take_check(message(kind, at(when), **change), city.callers[NEAR], now).body


def test_a_line_locks_and_frees_itself(city: City) -> None:
    equip(city)
    with pytest.raises(Unlawful) as caught:
        city.test("2026-03-05 09:00")
    assert caught.value.code == "line-locked"
    assert "HJ 1237" in caught.value.cite
    for kind in NEEDED:
        assert check(city, kind, "2026-03-05 09:10")["result"] == "pass"
    assert OutboxEntry.objects.filter(topic="line-unlocked", receiver=OFFICE).exists()
    assert city.test("2026-03-05 09:30").body["verdict"] == "pass"

    bad = check(city, "analyser_gas", "2026-03-05 10:00", values=GOOD["analyser_gas"] | {"co_pct": 0.9})  # type: ignore[index]
    assert (bad["result"], bad["claimed"]) == ("fail", "pass")
    assert Finding.objects.get(subject_kind="check").code == "check-claim-differs"
    assert OutboxEntry.objects.filter(topic="line-locked", receiver=NEAR).exists()
    with pytest.raises(Unlawful):
        city.test("2026-03-05 10:30")
    check(city, "analyser_gas", "2026-03-05 10:40")
    assert city.test("2026-03-05 11:00").body["verdict"] == "pass"
    with pytest.raises(Unlawful):
        city.test("2026-03-06 09:30")


def test_before_the_full_phase_it_is_a_finding(city: City) -> None:
    equip(city)
    codes = {f["code"] for f in city.test("2026-01-05 09:00").body["findings"]}  # type: ignore[attr-defined]
    assert "missing-check" in codes


def test_the_permit_asks_for_any_line_that_can(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 09:00")
    equip(city)
    answer = ask_permit(city.callers[NEAR], station=NEAR, vin=VIN, at=at("2026-03-04 09:00"))
    assert "line-locked" in [reason["code"] for reason in answer["reasons"]]  # type: ignore[attr-defined]
    Line.objects.create(station_id=Line.objects.first().station_id, code="09", methods=["ASM"], since=date(2020, 1, 1))  # type: ignore[union-attr]  # fmt: skip
    assert ask_permit(city.callers[NEAR], station=NEAR, vin=VIN, at=at("2026-03-04 09:00"))["allowed"]


def test_same_bytes_same_answer_and_bad_input_named(city: City) -> None:
    body, now = message("analyser_leak", at("2026-03-05 08:00")), at("2026-03-05 08:05")
    first, again = take_check(body, city.callers[NEAR], now), take_check(body, city.callers[NEAR], now)
    assert (first.created, again.created) == (True, False)
    assert first.body == again.body
    with pytest.raises(Conflict):
        take_check(message("analyser_leak", at("2026-03-05 08:00"), claimed="fail"), city.callers[NEAR], now)
    with pytest.raises(NotAllowed):
        take_check(body, city.callers[FAR], now)
    bad = message("analyser_leak", at("2026-03-05 08:00"), check_no="", values={"a": "b"})
    with pytest.raises(Malformed) as caught:
        take_check(bad, city.callers[NEAR], now)
    assert {problem.path for problem in caught.value.problems} == {"$.check_no", "$.values.a"}
    assert RawUpload.objects.exclude(refused="").count() == 3


def test_an_order_needs_the_department_reason_and_end(city: City) -> None:
    equip(city)
    now = at("2026-03-05 08:00")
    order = NewOrder(
        kind="unlock",
        methods=["ASM"],
        reason="标准气迟到",
        evidence="采购单 7",
        until=now + timedelta(hours=4),
    )
    with pytest.raises(NotAllowed):
        order_line(city.callers[NEAR], NEAR, "01", order, now)
    with pytest.raises(Malformed):
        order_line(city.callers[OFFICE], NEAR, "01", replace(order, until=now), now)
    order_line(city.callers[OFFICE], NEAR, "01", order, now)
    assert city.test("2026-03-05 09:00").body["verdict"] == "pass"
    with pytest.raises(Unlawful):
        city.test("2026-03-05 13:00")
    assert Test.objects.count() == 1


def beat(client: Client, clock: str, **change: object) -> dict[str, object]:
    line = {"line": "01", "status": "idle", "clock": clock, **change}
    answer = client.post(
        "/api/v1/heartbeats", msgspec.json.encode({"station": NEAR, "lines": [line]}), "application/json"
    )
    assert answer.status_code == 200, answer.content
    return msgspec.json.decode(answer.content)["lines"][0]


def test_the_link(city: City) -> None:
    from imloop.steps.ground.clock import now

    client = city.client(NEAR)
    Software.objects.create(
        sha256="a" * 64, name="L", version="1", place="450000", since=date(2020, 1, 1), cite="核准"
    )
    assert beat(client, now().isoformat(), software_sha256="a" * 64, sequence=10)["findings"] == []
    late = beat(
        client, (now() - timedelta(hours=1)).isoformat(), software_sha256="b" * 64, sequence=14, spooled=2
    )
    assert [f["code"] for f in late["findings"]] == ["clock-skew", "software-not-approved", "sequence-gap"]  # type: ignore[attr-defined]
    same = beat(
        client, (now() - timedelta(hours=1)).isoformat(), software_sha256="b" * 64, sequence=14, spooled=2
    )
    assert same["findings"] == []
    assert notice_lost_links(now()) == 0
    later = now() + timedelta(hours=1)
    assert (notice_lost_links(later), notice_lost_links(later)) == (1, 0)
    assert Link.objects.get().lost_at is not None
    beat(client, now().isoformat(), status="closed")
    assert OutboxEntry.objects.filter(topic="link-restored").count() == 2
    assert notice_lost_links(now() + timedelta(days=1)) == 0


def test_a_test_that_comes_late_settles_the_gap(city: City) -> None:
    beat(city.client(NEAR), at("2026-02-01 08:00").isoformat(), sequence=10)
    city.test("2026-02-02 09:00", sequence=11, test_no="t11")
    city.test("2026-02-02 10:00", sequence=14, test_no="t14")
    gaps = Finding.objects.filter(code="sequence-gap", resolved_at__isnull=True)
    assert [finding.subject for finding in gaps] == ["t14"]
    city.test("2026-02-02 09:40", sequence=13, test_no="t13")
    assert gaps.all().exists()
    city.test("2026-02-02 09:20", sequence=12, test_no="t12")
    assert not gaps.all().exists()


def test_the_pages(city: City) -> None:
    equip(city)
    client = Client()
    for code, seen in ((NEAR, True), (OFFICE, True), ("450200-market", True), ("450200-police", False)):
        from imloop.store.models import Party

        user = User.objects.create(username=code, party=Party.objects.get(code=code))
        client.force_login(user)
        assert client.get("/lines").status_code == (200 if seen else 403)
    client.force_login(User.objects.get(username=NEAR))
    assert client.get(f"/lines/{FAR}/01").status_code == 404
    form = {"what": "check", "kind_of_check": "analyser_leak", "check_no": "H1", "started_at": "2026-03-05T08:00",
            "finished_at": "2026-03-05T08:04", "start_kpa": "80", "end_kpa": "80.1"}  # fmt: skip
    refused = client.post(f"/lines/{NEAR}/01", form)
    assert refused.status_code == 422
    assert b'value="80.1"' in refused.content
    assert "合格" in client.post(f"/lines/{NEAR}/01", form | {"sure": "1"}).content.decode()
    client.force_login(User.objects.get(username=OFFICE))
    order = {"what": "order", "kind": "lock", "reason": "抽查发现漏气", "sure": "1"}
    order |= {"evidence": "现场照片三张", "until": "2099-01-01T00:00"}
    assert client.post(f"/lines/{NEAR}/01", order).status_code == 422
    order["until"] = (clock.now() + timedelta(days=9)).isoformat()
    assert client.post(f"/lines/{NEAR}/01", order)["Location"].startswith("/proposals/")
    confirmed(Proposal.objects.get(), clock.now())
    answer = city.client(NEAR).get("/api/v1/lines").json()
    assert [r["code"] for r in answer["lines"][0]["methods"]["ASM"]["reasons"]][0] == "locked-by-order"


def test_the_calls(city: City) -> None:
    equip(city)
    client, office = city.client(NEAR), city.client(OFFICE)
    body = message("analyser_leak", at("2026-03-05 08:00"))
    answers = [client.post("/api/v1/equipment-checks", body, "application/json") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["errors"][0]["tolerance"] == 1.0
    assert office.post("/api/v1/equipment-checks", body, "application/json").status_code == 403
    bad = client.post("/api/v1/heartbeats", b'{"station": "x", "lines": []}', "application/json")
    assert bad.json()["errors"][0]["path"] == "$.lines"
    order = {"kind": "lock", "reason": "抽查发现漏气", "evidence": "现场照片三张"}
    order["until"] = (clock.now() + timedelta(days=9)).isoformat()
    place = f"/api/v1/lines/{NEAR}/01/orders"
    assert client.post(place, msgspec.json.encode(order), "application/json").status_code == 403
    assert office.post(place, msgspec.json.encode(order), "application/json").status_code == 202
    assert (
        office.post(place, msgspec.json.encode({**order, "methods": ["X"]}), "application/json").status_code
        == 422
    )


@settings(max_examples=examples(60))
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "station",
                        "line",
                        "lines",
                        "kind",
                        "values",
                        "status",
                        "clock",
                        "check_no",
                        "started_at",
                        "finished_at",
                        "sequence",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_any_message_is_read_or_named(message: object) -> None:
    for decode in (decode_check, decode_heartbeat):
        try:
            decode(msgspec.json.encode(message))
        except Malformed as fault:
            assert fault.problems
