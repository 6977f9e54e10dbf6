"""The list of approved inspection programs: entered, ended, and what it means for a line."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.steps.ground import clock
from imloop.steps.lines.software import approve_software, is_approved, running, withdraw_software
from imloop.store.models import Finding, JournalEntry, OutboxEntry, Party, Software
from support.city import FAR, NEAR, PLACE, City, at

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 09:00")
GOOD, OTHER = "a" * 64, "b" * 64


def approve(city: City, who: str = OFFICE, **change: object) -> Software:
    given: dict[str, object] = {
        "sha256": GOOD, "name": "LineHost", "version": "4.2", "since": date(2026, 1, 1), "cite": "函", "now": NOW,
    }  # fmt: skip
    return approve_software(city.callers[who], **{**given, **change})  # type: ignore[arg-type]


def beat(city: City, sha256: str, station: str = NEAR, line: str = "01") -> list[str]:
    """A heartbeat of a line that runs the program; codes of the doubts."""
    sign = {"line": line, "status": "idle", "clock": clock.now().isoformat(), "software_sha256": sha256}
    sign["software"] = "LineHost"
    answer = city.client(station).post(
        "/api/v1/heartbeats", json.dumps({"station": station, "lines": [sign]}), "application/json"
    )
    return [finding["code"] for finding in answer.json()["lines"][0]["findings"]]


def test_a_program_is_compared_once_there_is_a_list(city: City) -> None:
    assert is_approved(OTHER, PLACE, date(2026, 3, 5)) and beat(city, OTHER) == []
    approve(city)
    assert is_approved(GOOD, "450203", date(2026, 3, 5)) and not is_approved(OTHER, PLACE, date(2026, 3, 5))
    assert beat(city, OTHER) == ["software-not-approved"]
    assert beat(city, OTHER) == []  # said once
    assert beat(city, GOOD, FAR) == []
    rows = running(city.callers[OFFICE], clock.now())
    assert [(row.sha256, row.approved, row.lines) for row in rows] == [
        (OTHER, False, (f"{NEAR}/01",)),
        (GOOD, True, (f"{FAR}/01",)),
    ]
    assert [row.sha256 for row in running(city.callers[FAR], clock.now())] == [GOOD]


def test_approval_settles_the_doubt_and_withdrawal_raises_it_again(city: City) -> None:
    approve(city)
    beat(city, OTHER)
    now = clock.now()
    row = approve(city, sha256=OTHER, version="4.3", since=day_of(now) - timedelta(days=2), now=now)
    assert not Finding.objects.filter(code="software-not-approved", resolved_at__isnull=True).exists()
    told = OutboxEntry.objects.filter(topic="software-approved")
    assert [entry.receiver for entry in told] == [NEAR]
    withdraw_software(city.callers[OFFICE], row.pk, on=day_of(now), reason="有漏洞", now=now)
    assert JournalEntry.objects.filter(
        kind="software-withdrawn", subject=OTHER, body__contains="有漏洞"
    ).exists()
    assert OutboxEntry.objects.get(topic="software-withdrawn").body["reason"] == "有漏洞"
    assert beat(city, OTHER) == ["software-not-approved"]


def test_the_days_of_an_approval(city: City) -> None:
    row = approve(city, since=date(2026, 3, 1))
    assert [is_approved(GOOD, PLACE, date(2026, 3, day)) for day in (1, 5)] == [True, True]
    withdraw_software(city.callers[OFFICE], row.pk, on=date(2026, 3, 6), reason="停用", now=NOW)
    assert [is_approved(GOOD, PLACE, date(2026, 3, day)) for day in (5, 6)] == [True, False]
    with pytest.raises(Malformed):
        withdraw_software(city.callers[OFFICE], row.pk, on=date(2026, 3, 7), reason="停用", now=NOW)
    with pytest.raises(Conflict):
        withdraw_software(
            city.callers[OFFICE], row.pk, on=date(2026, 3, 8), reason="再", now=at("2026-03-07 09:00")
        )
    approve(city, since=date(2026, 3, 6))  # again, from where it ended
    with pytest.raises(Conflict):
        approve(city, since=date(2026, 4, 1))


@pytest.mark.parametrize(
    "change",
    [{"sha256": "a" * 63}, {"sha256": "g" * 64}, {"name": " "}, {"version": ""}, {"cite": ""},
     {"until": date(2026, 1, 1)}],
)  # fmt: skip
def test_a_faulty_approval_is_refused(city: City, change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        approve(city, **change)
    assert not Software.objects.exists()


def test_only_the_environment_department_of_the_place(city: City) -> None:
    for who in (NEAR, f"{PLACE}-market"):
        with pytest.raises(NotAllowed):
            approve(city, who)
    row = approve(city)
    Party.objects.filter(code=OFFICE).update(place="330100")
    elsewhere = type(city.callers[OFFICE])(OFFICE, "environment", "杭州", "330100", "clerk")
    with pytest.raises(Unknown):
        withdraw_software(elsewhere, row.pk, on=date(2026, 4, 1), reason="不是我的", now=NOW)
    for on, reason in ((date(2026, 3, 4), "昨天"), (date(2026, 3, 6), " ")):
        with pytest.raises(Malformed):
            withdraw_software(city.callers[OFFICE], row.pk, on=on, reason=reason, now=NOW)


def test_over_http(city: City) -> None:
    office = city.client(OFFICE)
    body = {"sha256": GOOD.upper(), "name": "L", "version": "1", "since": "2026-01-01", "cite": "函"}
    made = office.post("/api/v1/software", json.dumps(body), "application/json")
    assert made.status_code == 201 and made.json()["in_force"]
    again = office.post("/api/v1/software", json.dumps(body), "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "software-approved-already")
    beat(city, GOOD)
    seen = city.client(NEAR).get("/api/v1/software").json()
    assert seen["approved"][0]["sha256"] == GOOD and seen["running"][0]["lines"] == [f"{NEAR}/01"]
    end = json.dumps({"on": day_of(clock.now()).isoformat(), "reason": "停用"})
    gone = office.post(f"/api/v1/software/{made.json()['id']}/withdraw", end, "application/json")
    assert gone.status_code == 201 and not gone.json()["in_force"]
    assert city.client(f"{PLACE}-police").get("/api/v1/software").status_code == 403


def test_the_page(city: City) -> None:
    from pages.test_pages import person

    office = person(OFFICE)
    assert "核准清单还是空的" in office.get("/lines/software").content.decode()
    form = {"what": "approve", "sha256": GOOD, "name": "LineHost", "version": "4.2", "since": "2026-01-01"}
    missing = office.post("/lines/software", {**form, "sure": "1"})
    assert missing.status_code == 422 and f'value="{GOOD}"' in missing.content.decode()
    assert office.post("/lines/software", {**form, "cite": "函"}).status_code == 422
    assert (
        office.post("/lines/software", {**form, "cite": "函", "sure": "1"})["Location"] == "/lines/software"
    )
    beat(city, OTHER)
    shown = office.get("/lines/software").content.decode()
    assert "LineHost 4.2" in shown and f"sha256={OTHER}" in shown and "未核准" in shown
    assert f'value="{OTHER}"' in office.get("/lines/software", {"sha256": OTHER}).content.decode()
    end = {
        "what": "withdraw",
        "id": str(Software.objects.get().pk),
        "on": day_of(clock.now()).isoformat(),
        "sure": "1",
    }
    assert office.post("/lines/software", end).status_code == 422
    assert office.post("/lines/software", {**end, "reason": "停用"})["Location"] == "/lines/software"
    assert "不在有效期" in office.get("/lines/software").content.decode()
    station = person(NEAR)
    assert station.post("/lines/software", {**form, "cite": "函", "sure": "1"}).status_code == 422
    assert 'id="approve"' not in station.get("/lines/software").content.decode()
    assert person(f"{PLACE}-police").get("/lines/software").status_code == 403
