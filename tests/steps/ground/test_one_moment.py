"""What somebody else does while a step waits for the lock counts: the step decides upon what is true then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest

from imloop.exchange.uploads.decode_application import decode_application
from imloop.facts.refusal import Conflict, Refusal, Unknown, Unlawful
from imloop.sim.world.identifiers import unified_code
from imloop.steps.accounts import manage_keys, sessions, staffing
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.appointments.book_appointment import Booking, book
from imloop.steps.appointments.opening_hours import Hours, set_hours
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.as_json import case_json
from imloop.steps.cases.objections import raise_objection
from imloop.steps.draws.lookups import draw_json
from imloop.steps.findings.resolve_finding import resolve
from imloop.steps.ground import clock, ledger
from imloop.steps.ground.access import SYSTEM, Caller, caller_of
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.open_matter import apply
from imloop.steps.matters.take_step import take_step
from imloop.store.models import ApiKey, Appointment, Case, Finding, Matter, Party, User
from support.casework.applications import station_application
from support.city import LISTED, NEAR, PLACE, City, at
from support.doors import Doors
from support.messages.uploads import VIN
from support.stories.draw_story import MARKET, DrawStory

FAIL = {"co": 0.9}
NOW = at("2026-03-05 09:00")
ADMIN = Caller("admin", "admin", "管理员", "000000", "admin")
Meanwhile = Callable[[Callable[[], object]], None]


class _Lock:
    """Lets others go first, and knows whether it is held."""

    def __init__(self, others: list[Callable[[], object]]) -> None:
        self._others = others
        self.depth = 0

    def __enter__(self) -> None:
        self.depth += 1
        while self._others:
            self._others.pop()()

    def __exit__(self, *why: object) -> None:
        self.depth -= 1


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meanwhile]:
    """Something that is done by somebody else just before the next step gets the lock."""
    waiting: list[Callable[[], object]] = []

    monkeypatch.setattr(ledger, "_WRITING", _Lock(waiting))
    yield waiting.append
    assert not waiting, "nothing waited for the lock"


def test_a_stolen_key_that_is_revoked_has_no_successor(city: City, meanwhile: Meanwhile) -> None:
    key_id = issue_key(Party.objects.get(code=NEAR), NOW).split("_")[1]
    meanwhile(lambda: manage_keys.revoke(ADMIN, key_id, reason="被盗", now=NOW))
    with pytest.raises(Unknown):
        manage_keys.rotate(ADMIN, key_id, now=NOW)
    assert not ApiKey.objects.filter(party__code=NEAR, revoked_at=None).exists()


def _heads() -> list[User]:
    office = Party.objects.get(code=f"{PLACE}-environment")
    people = [create_user(name, "a-long-password", office, NOW) for name in ("first", "second")]
    User.objects.filter(username__in=("first", "second")).update(is_head=True)
    return people


def test_two_heads_cannot_unset_each_other(city: City, meanwhile: Meanwhile) -> None:
    first, second = _heads()
    meanwhile(lambda: staffing.set_head(caller_of(second), "first", head=False, now=NOW))
    with pytest.raises(Refusal):
        staffing.set_head(caller_of(first), "second", head=False, now=NOW)
    assert User.objects.filter(is_head=True, party__code=f"{PLACE}-environment").count() == 1


def test_the_last_head_cannot_be_closed_either(city: City) -> None:
    _heads()
    staffing.set_active(ADMIN, "first", active=False, reason="离职", now=NOW)
    with pytest.raises(Conflict):
        staffing.set_active(ADMIN, "second", active=False, reason="离职", now=NOW)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_log_in_of_that_very_moment_ends_with_the_others(
    city: City, meanwhile: Meanwhile, everywhere: bool
) -> None:
    person = _heads()[0]
    sessions.opened(person, "own", "::1", "", NOW)
    meanwhile(lambda: sessions.opened(person, "thief", "::2", "", NOW))
    if everywhere:
        assert sessions.end_all(ADMIN, person, NOW) == 2
    else:
        assert sessions.end_others(person, "own", NOW) == 1
    assert not person.sessions.filter(session_key="thief").exists()


def test_a_finding_is_resolved_once(city: City, meanwhile: Meanwhile) -> None:
    city.test("2026-03-05 08:00", vehicle={"vin": "", "plate": ""})
    finding, office = Finding.objects.latest("id"), city.callers[f"{PLACE}-environment"]
    meanwhile(lambda: resolve(office, finding.pk, outcome="not_true", reason="录入遗漏", now=NOW))
    with pytest.raises(Conflict):
        resolve(office, finding.pk, outcome="true", reason="弄虚作假", now=NOW)
    finding.refresh_from_db()
    assert (finding.outcome, finding.resolution) == ("not_true", "录入遗漏")


@pytest.mark.parametrize("closed", [True, False])
def test_no_retest_is_booked_for_a_case_that_has_just_closed(
    city: City, meanwhile: Meanwhile, closed: bool
) -> None:
    city.enter()
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00")
    week = [Hours(None, time(9), time(18))]
    set_hours(city.callers[NEAR], week, date(2026, 3, 1), at("2026-03-01 08:00"))
    token = city.case().owner_token
    asked = Booking(station=NEAR, starts_at=at("2026-03-06 09:00"), phone="13800138000", case_token=token)
    if closed:
        meanwhile(lambda: city.test("2026-03-05 08:30", purpose="retest", now=NOW))
        with pytest.raises((Conflict, Unlawful)):
            book(asked, NOW)
    else:
        book(asked, NOW)
    assert Appointment.objects.exists() is not closed


def test_an_answer_is_of_one_moment(city: City, meanwhile: Meanwhile) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    meanwhile(lambda: city.repair("2026-03-04 16:00"))
    case_no = city.case().case_no
    shown = case_lookups.case(city.callers[NEAR], case_no, case_json)
    events: Any = shown["events"]
    assert shown["state"] == events[-1]["after"] == "awaiting_retest" and len(events) == 2


def test_what_is_known_to_nobody_else_stays_as_it_was(city: City) -> None:
    """Alone, everything works as before."""
    key_id = issue_key(Party.objects.get(code=NEAR), NOW).split("_")[1]
    assert manage_keys.rotate(SYSTEM, key_id, now=NOW).startswith("imk_")


_ENV = f"{PLACE}-environment"


def _decisions(case: str, repair: str) -> dict[str, dict[str, object]]:
    """Address and body of what a department decides about a case."""
    words = {"reason": "检测线长期故障", "evidence": "柳环函〔2026〕12号"}
    until = (clock.now() + timedelta(days=9)).date().isoformat()
    return {
        f"cases/{case}/exit": {"kind": "line-broken", "expires_on": until, **words},
        f"cases/{case}/repairs/{LISTED}/{repair}/release": {"reason": "已看工单，属实。"},
        f"cases/{case}/objection/reject": words,
    }


@pytest.mark.parametrize("number", range(3))
def test_what_a_decision_answers_is_of_its_own_moment(
    city: City, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Nobody can write between the decision and its answer, which is read from many rows."""
    lock, held = _Lock([]), []
    city.test("2026-03-02 09:00", now=at("2026-03-02 09:05"), **FAIL)
    repair = city.repair("2026-03-02 12:00", now=at("2026-03-05 09:00")).body  # held: three days late
    raise_objection(city.case().owner_token, ground="other", words="怀疑读数偏高，请复核。", now=NOW)
    address, body = list(_decisions(city.case().case_no, str(repair["repair_no"])).items())[number]

    def watched(case: Case) -> dict[str, object]:
        held.append(lock.depth)
        return case_json(case)

    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ledger, "_WRITING", lock)
    monkeypatch.setattr("imloop.api.cases.case_json", watched)
    answer = city.client(_ENV).post(f"/api/v1/{address}", body, content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    assert answer.json()["events"][-1]["number"] == 4
    assert held == [1]


def _ready(doors: Doors, *, by: str) -> None:
    """The first call of a key's day writes that down: afterwards only what is asked here takes the lock."""
    doors.get("matters", by=by)


def _application() -> Matter:
    return apply(
        decode_application(station_application("2026-03-05", unified_code("龙潭"), place=PLACE)), NOW
    )


def test_a_matter_is_shown_as_of_one_moment(doors: Doors, meanwhile: Meanwhile) -> None:
    doors.at("2026-03-05 09:00")
    row, office = _application(), doors.city.callers[_ENV]
    _ready(doors, by=_ENV)
    meanwhile(lambda: take_step(office, row.matter_no, "accept", {}, NOW))
    shown = doors.get(f"matters/{row.matter_no}", by=_ENV)
    assert shown["state"] == shown["events"][-1]["after"] == "review"


def test_an_applicant_sees_the_application_as_of_one_moment(doors: Doors, meanwhile: Meanwhile) -> None:
    doors.at("2026-03-05 09:00")
    row, office = _application(), doors.city.callers[_ENV]
    missing = {"missing": "缺少平面图"}
    meanwhile(lambda: take_step(office, row.matter_no, "return", missing, NOW))
    shown = doors.get(f"public/applications/{token_of(row)}")
    assert shown["state"] == shown["events"][-1]["after"] == "returned" and shown["facts"] == missing
    assert "resubmit" in [each["step"] for each in shown["steps"]]


def test_the_counter_is_told_of_one_moment(city: City, meanwhile: Meanwhile) -> None:
    """A repair comes while it asks: the case, and what the gate says of it, are told with the repair."""
    city.test("2026-03-02 09:00", **FAIL)
    meanwhile(lambda: city.repair("2026-03-04 16:00"))
    told: Any = ask_reception(city.callers[NEAR], station="", line="01", method="ASM", at=NOW, vin=VIN)
    assert "no-repair-record" not in [each["code"] for each in told["reasons"]]
    assert told["case"] == city.case().case_no


def test_a_new_draw_is_answered_before_anybody_joins_it(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can write between the draw and its answer, which is read from many rows; a look at it is alike."""
    story, lock, held = DrawStory(doors), _Lock([]), []

    def watched(*what: Any) -> dict[str, object]:
        held.append(lock.depth)
        return draw_json(*what)

    monkeypatch.setattr(ledger, "_WRITING", lock)
    monkeypatch.setattr("imloop.steps.draws.lookups.draw_json", watched)
    answer = story.prepare()
    assert doors.get(f"draws/{answer['no']}", by=_ENV)["list"] == answer["list"]
    assert held == [1, 1]


def test_a_draw_is_public_as_of_one_moment(doors: Doors, meanwhile: Meanwhile) -> None:
    story = DrawStory(doors)
    story.prepare()
    story.join(_ENV)
    story.join(MARKET, conflicts=[])
    meanwhile(lambda: story.step("commit", by=MARKET, expect=201))
    shown = doors.get(f"public/draws/{story.no}")
    assert shown["state"] == "committed" and shown["header"] and shown["commitment"]
