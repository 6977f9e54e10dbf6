"""The demo city: loaded once, lawful in every step, with the stories a newcomer wants to see."""

from __future__ import annotations

import json
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from imloop.facts.days import CHINA
from imloop.facts.places import name_of
from imloop.facts.refusal import Refusal, Unknown
from support.servers.databases import undone
from support.stories.demo_city import assert_runs_of_a_line_never_overlap, assert_the_outage_is_past, labels

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)
SMALL = {"days": 45, "vehicles": 110, "progress": False}


@pytest.fixture(scope="module")
def small_city(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Loaded once: every test finds it as it was loaded."""
    from imloop.sim.demo import load_demo

    folder = tmp_path_factory.mktemp("city")
    with undone():
        load_demo(folder, NOW, "http://127.0.0.1:8000", **SMALL)
        yield folder


@pytest.fixture
def demo(small_city: Path, db: None, tmp_path: Path) -> Path:
    """Its data directory, to be changed at will."""
    return shutil.copytree(small_city, tmp_path / "data")


def test_the_police_know_every_car_and_two_wait_for_a_second_look(demo: Path) -> None:
    from imloop.store.models import Finding, Proposal, Vehicle

    assert not Vehicle.objects.filter(registered=False).exists()
    held = Proposal.objects.get(kind="register-correction")
    assert set(held.body["fields"]) == {"first_registered_on"}
    assert Finding.objects.get(code="fuel-differs").resolved_at is None


def test_stations_have_hours_and_a_day_of_appointments(demo: Path) -> None:
    from imloop.store.models import Appointment, Opening, Party

    assert Opening.objects.values("party").distinct().count() == 6
    assert Party.objects.get(code="450202001").opening_hours == "工作日 08:00–18:00"
    states = Counter(Appointment.objects.values_list("state", flat=True))
    assert states["arrived"] and states["no_show"] and states["booked"], states
    assert Appointment.objects.filter(purpose="retest", state="booked").exists()
    week = NOW + timedelta(days=7)
    assert Appointment.objects.filter(state="booked", starts_at__gt=week).exists()


def test_the_city_is_whole_and_honest(demo: Path) -> None:
    from imloop.store.models import Case, Finding, Party, RawUpload, Repair, Test, Vehicle

    assert Party.objects.filter(kind="istation").count() == 7 + 2
    assert Party.objects.filter(kind="mstation").count() == 12
    for one in Party.objects.filter(kind__in=["istation", "mstation"]).exclude(
        code__in=["shihezi", "taiyuan"]
    ):
        assert one.place == one.code[:6] and name_of(one.place) in one.address
    assert Vehicle.objects.count() > 100
    assert not RawUpload.objects.exclude(refused="").exists()
    assert_the_outage_is_past(NOW)
    codes = set(Finding.objects.filter(outcome="").values_list("code", flat=True))
    waiting = {"fallback-unmatched", "fuel-differs", "identity-doubtful", "vin-check-digit"}
    beside_the_road = {"check-declined", "remote-over-limit"}
    assert codes == waiting | beside_the_road, (
        "the record that never came, a fuel mistyped, a VIN with a wrong sign"
    )
    assert Test.objects.filter(result="pass").count() > 90
    assert Test.objects.latest("received_at").received_at <= NOW
    assert Repair.objects.filter(cost_yuan=0).exists(), "a rework under warranty"
    assert Case.objects.filter(closed_at__isnull=True, overdue=True).exists()
    assert Case.objects.filter(closed_at__isnull=False).count() > 3
    labelled = Counter(row["kind"] for row in labels(demo))["test"]
    assert labelled == Test.objects.count() - 1, "the run under another VIN is no part of the traffic"
    assert_runs_of_a_line_never_overlap()


def test_some_leads_were_settled_each_way_and_one_waits_elsewhere(demo: Path) -> None:
    from imloop.store.models import Finding, Test

    said = Finding.objects.exclude(outcome="")
    assert set(said.values_list("outcome", flat=True)) == {"true", "not_true", "handed_over", "proceeding"}
    assert said.get(resolved_at=None).handed_to == "450200-market"
    for row in said:
        test = Test.objects.get(station__code=row.station_code, test_no=row.subject)
        assert test.received_at <= row.created_at and row.resolution


def test_one_line_is_locked_and_a_later_start_checks_afresh(demo: Path) -> None:
    from imloop.sim.city.checks import BROKEN, fresh_checks
    from imloop.steps.ground.access import caller_for
    from imloop.steps.lines.lookups import view, visible_lines
    from imloop.store.models import Party

    office = caller_for(Party.objects.get(code="450200-environment"))

    def locked(moment: datetime) -> dict[tuple[str, str], list[str]]:
        found = [view(line, moment) for line in visible_lines(office, moment)]
        return {(f["line"].station.code, f["line"].code): f["locked"] for f in found if f["locked"]}

    assert locked(NOW) == {BROKEN: ["ASM", "TSI"]}
    later = NOW + timedelta(days=9)
    assert len(locked(later)) > 10
    fresh_checks(later)
    assert locked(later) == {BROKEN: ["ASM", "TSI"]}


def test_credentials_work_and_a_second_load_changes_nothing(demo: Path) -> None:
    from django.contrib.auth import authenticate

    from imloop.facts.days import day_of
    from imloop.sim.demo import load_demo
    from imloop.steps.accounts.keys import recognise
    from imloop.steps.ground import clock
    from imloop.store.models import JournalEntry

    file = demo / "demo-credentials.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    today = day_of(clock.now())
    assert recognise(kept["keys"]["450203001"], today).party_code == "450203001"
    assert recognise(kept["keys"]["450200-environment"], today).kind == "environment"
    assert set(kept["users"]) == {
        "istation", "mstation", "environment", "transport", "market", "police", "supervisor", "admin",
        "environment2", "transport2", "market2", "market3", "police2", "supervisor2",
        "environment3", "environment4", "transport3", "transport4",
    }  # fmt: skip
    person = authenticate(None, **kept["users"]["environment"])
    assert person is not None and person.party.code == "450200-environment"

    before = JournalEntry.objects.count(), (demo / "demo-credentials.json").read_bytes()
    load_demo(demo, NOW + timedelta(days=1), "http://127.0.0.1:9", **SMALL)
    assert before == (JournalEntry.objects.count(), (demo / "demo-credentials.json").read_bytes())


def test_accounts_and_keys_end_after_thirty_days_and_the_next_start_makes_new_ones(demo: Path) -> None:
    from django.contrib.auth import authenticate

    from imloop.facts.days import day_of
    from imloop.sim.credentials import end_accounts
    from imloop.sim.demo import load_demo
    from imloop.steps.accounts.keys import recognise

    file = demo / "demo-credentials.json"
    old = json.loads(file.read_text(encoding="utf-8"))
    last, over = NOW + timedelta(days=29), NOW + timedelta(days=30)
    assert end_accounts(last) == 0
    assert recognise(old["keys"]["450203001"], day_of(last)).party_code == "450203001"
    with pytest.raises(Refusal):
        recognise(old["keys"]["450203001"], day_of(over))
    assert end_accounts(over) == len(old["users"]) and end_accounts(over) == 0
    assert authenticate(None, **old["users"]["environment"]) is None

    load_demo(demo, over, "http://127.0.0.1:8000", **SMALL)
    new = json.loads(file.read_text(encoding="utf-8"))
    assert end_accounts(over) == 0
    assert new["until"] == str(day_of(over + timedelta(days=30))) and new["keys"].keys() == old["keys"].keys()
    assert recognise(new["keys"]["450203001"], day_of(over)).party_code == "450203001"
    for role, person in new["users"].items():
        assert authenticate(None, **old["users"][role]) is None
        assert authenticate(None, **person) is not None


def test_keys_of_a_former_version_did_not_end_and_are_replaced(demo: Path) -> None:
    from imloop.sim.demo import load_demo
    from imloop.store.models import ApiKey

    ApiKey.objects.update(note="", until=None)
    endless = set(ApiKey.objects.values_list("pk", flat=True))
    load_demo(demo, NOW + timedelta(hours=1), "http://127.0.0.1:8000", **SMALL)
    assert set(ApiKey.objects.filter(revoked_at__isnull=False).values_list("pk", flat=True)) == endless
    assert not ApiKey.objects.filter(revoked_at__isnull=True, until__isnull=True).exists()


def test_applications_have_the_papers_that_they_name(demo: Path) -> None:
    from imloop.store.models import Matter

    lists = []
    for row in Matter.objects.filter(kind__endswith="-application"):
        named = {answer["evidence"] for answer in row.data["form"]["conditions"].values()}
        files = list(row.attachments.values_list("name", flat=True))
        assert {f"{name}.pdf" for name in named if name.startswith("附件")} == set(files)
        assert all(bytes(file.body).startswith(b"%PDF") for file in row.attachments.all())
        lists.append(len(files))
    assert len(lists) == 2 and min(lists) > 4


def test_penalties_stand_between_the_first_sign_and_the_archive(demo: Path) -> None:
    """Each step by a person who may take it: four of an office, the party, and the department that got a copy."""
    from imloop.sim.world.places import FORGER
    from imloop.store.models import Copy, Matter, MatterLink, Publication

    cases = Matter.objects.filter(kind="penalty").exclude(party__code=FORGER.code)
    assert {(row.data["facts"]["violation"], row.data["facts"]["payer"]): row.state for row in cases} == {
        ("forged_report", "station"): "archived",
        ("false_certificate", "repairer"): "served",
        ("device_removed", "owner"): "archived",
        ("device_removed", "repairer"): "notified",
        ("obstruction", "checked"): "notice_due",
        ("fake_parts", "repairer"): "filing",
    }
    forged = cases.get(state="archived", party__isnull=False)
    assert forged.evidence.count() == 10 and forged.data["facts"]["serious"] == "yes"
    strike_off = Matter.objects.get(kind="strike-off", party=forged.party)
    assert (strike_off.state, strike_off.party) == ("notified", forged.party)
    assert strike_off.evidence.count() == 10
    twin = MatterLink.objects.get(kind=MatterLink.Kind.TWIN)
    assert twin.other.vehicle is not None and twin.matter.evidence.count() == 1
    assert Publication.objects.filter(matter__in=cases, withdrawn_at__isnull=True).count() == 2
    copies = Copy.objects.filter(matter__in=cases)
    assert sorted((copy.to.kind, bool(copy.answer)) for copy in copies) == [
        ("market", True),
        ("police", False),
    ]
    others = Copy.objects.filter(matter__isnull=True)
    assert {(copy.of, bool(copy.answer)) for copy in others} == {
        ("test", True),
        ("finding", False),
        ("repair", False),
    }
    spot = Matter.objects.filter(kind="simple-penalty").order_by("opened_at")
    assert [row.state for row in spot] == ["archived", "served"]
    (required,) = cases.get(data__facts__violation="obstruction").data["requirements"]
    assert required["met_on"]
    twice = Matter.objects.get(kind="complaint", data__facts__category="double_charge")
    assert [each["met_on"] for each in twice.data["requirements"]] == [None], "the refund"


def test_a_forger_is_heard_fined_and_struck_off_and_its_cases_go_elsewhere(demo: Path) -> None:
    from imloop.sim.world.places import FORGER
    from imloop.steps.stations.standing import is_active
    from imloop.store.models import Case, Matter, Party, Publication, Test

    station = Party.objects.get(code=FORGER.code)
    penalty, strike_off = Matter.objects.filter(party=station).order_by("opened_at")
    steps = list(penalty.events.order_by("number").values_list("kind", flat=True))
    heard = [
        "ask_hearing",
        "announce_hearing",
        "hold_hearing",
        "weigh",
        "review_legally",
        "discuss",
        "impose",
    ]
    assert steps[6:13] == heard and steps[-4:] == ["serve", "publish", "pay", "archive"]
    fine, paid = penalty.data["facts"]["decided_fine"], int(penalty.data["facts"]["amount"])
    assert fine < paid < 1.3 * fine, "paid late, with its surcharge"
    assert strike_off.state == "in_force" and not is_active(station, NOW.date())
    assert Publication.objects.filter(matter__in=[penalty, strike_off]).count() == 2
    assert penalty.evidence.count() == 10
    cases = Case.objects.filter(station=station)
    assert sorted(case.state for case in cases)[-1] == "closed" and cases.filter(closed_at=None).exists()
    for case in cases:
        assert case.events.filter(kind="ExitGranted").count() == 1
    retests = Test.objects.filter(vehicle__cases__in=cases, purpose="retest")
    assert retests and all(test.station_id != station.pk for test in retests)
    assert not station.tests.filter(started_at__date__gte=strike_off.standings.get().since).exists()


def test_the_system_that_was_never_reached_is_no_outage(demo: Path) -> None:
    from imloop.steps.ground.access import caller_for
    from imloop.steps.outages.outage_signs import signs
    from imloop.store.models import Delivery, OutboxEntry, Party, Receiver

    office, later = caller_for(Party.objects.get(code="450200-environment")), NOW + timedelta(hours=3)
    Receiver.objects.update(failing_since=NOW)
    assert not signs(office, later)
    answered = Receiver.objects.get(code="region-environment")
    Delivery.objects.create(
        receiver=answered,
        entry=OutboxEntry.objects.earliest("id"),
        state="delivered",
        at=NOW,
        tries=1,
        sha256="a",
    )
    assert [sign.event for sign in signs(office, later)] == ["courier region-environment"]


def test_traffic_goes_on_with_new_vehicles(demo: Path) -> None:
    from imloop.sim.more_days import run
    from imloop.store.models import Test, Vehicle

    vehicles, tests = Vehicle.objects.count(), Test.objects.count()
    later = NOW + timedelta(days=6)
    count = run(demo, later, days=5, seed=2, stations=["450203001"], per_day=3, progress=False)
    assert Test.objects.count() >= tests + count > tests + 10
    assert Vehicle.objects.count() > vehicles + 10
    assert_runs_of_a_line_never_overlap()
    assert set(Test.objects.filter(received_at__gt=NOW).values_list("station__code", flat=True)) == {
        "450203001"
    }
    with pytest.raises(Unknown):
        run(demo, later, days=1, stations=["450299999"], progress=False)


def test_its_roads_and_guests_are_decided_through_the_steps(demo: Path) -> None:
    from imloop.steps.roads.ask_road import alerts_at, zones_at
    from imloop.store.models import Enrolment, JournalEntry, PollutionAlert, Vehicle, Zone

    assert [zone.code for zone in zones_at("450200", NOW)] == ["LEZ", "OUT-3"]
    assert PollutionAlert.objects.count() == 1 and not alerts_at("450200", NOW)
    assert Enrolment.objects.count() == 2
    assert JournalEntry.objects.filter(kind__in=["zone-entered", "alert-declared", "enrolled"]).count() == 5
    assert not Vehicle.objects.filter(due_on__isnull=True).exists()
    assert Zone.objects.count() == 2


def test_a_served_demo_checks_its_lines_every_morning(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imloop.cli.serving.work import _demo_morning
    from imloop.sim.city.checks import BROKEN
    from imloop.sim.city.morning_checks import morning_checks
    from imloop.steps.ground.access import caller_for
    from imloop.steps.lines.lookups import view, visible_lines
    from imloop.store.models import Equipment, EquipmentCheck, JournalEntry, Party

    office = caller_for(Party.objects.get(code="450200-environment"))

    def locked(moment: datetime) -> set[tuple[str, str]]:
        found = [view(line, moment) for line in visible_lines(office, moment)]
        return {(f["line"].station.code, f["line"].code) for f in found if f["locked"]}

    morning = NOW.replace(hour=7, minute=40) + timedelta(days=1)
    assert morning_checks(morning - timedelta(minutes=10)) == 0  # they are still being made
    sent = morning_checks(morning)
    assert sent > 30 and morning_checks(morning) == 0
    assert JournalEntry.objects.filter(kind="check-received").count() == sent
    assert locked(morning + timedelta(hours=11)) == {BROKEN}

    later = morning + timedelta(days=3, hours=5)  # the machine slept
    assert len(locked(later)) > 10
    one = Equipment.objects.filter(line__station__code="450204001").first()
    assert one is not None
    one.line.until = later.date()
    one.line.save()
    assert 0 < morning_checks(later) < sent
    assert locked(later) == {BROKEN}

    before = EquipmentCheck.objects.count()
    monkeypatch.setattr("imloop.steps.ground.clock.now", lambda: later + timedelta(days=1))
    _demo_morning()  # as the background worker does every minute
    after = EquipmentCheck.objects.count()
    _demo_morning()
    assert before < after == EquipmentCheck.objects.count()


def test_the_share_of_clean_buses_rises(demo: Path) -> None:
    from imloop.steps.ground.access import caller_for
    from imloop.steps.roads.clean_fleet import clean_fleet
    from imloop.store.models import Party

    found = clean_fleet(caller_for(Party.objects.get(code="450200-environment")), NOW)
    buses = [answer.facts["percent"] for answer in found["places"] if answer.facts["fleet"] == "bus"]
    assert all(isinstance(each, float) for each in buses) and buses == sorted(set(buses), reverse=True)
    assert len({share.enterprise for share in found["enterprises"]}) == 2


def test_whatever_departments_and_stations_hear_renews_their_lists(demo: Path) -> None:
    from imloop.steps.appointments.texts import QUEUE_TOPICS
    from imloop.steps.cases import texts as cases
    from imloop.steps.desk.texts import TOPICS
    from imloop.store.models import OutboxEntry

    def heard(party: str) -> set[str]:
        rows = OutboxEntry.objects.filter(receiver__startswith=party)
        return set(rows.values_list("topic", flat=True))

    assert {"case-opened", "matter-step", "draw"} <= heard("450200-") <= set(TOPICS)
    assert {"appointment-booked", "retest-allowed"} <= set(QUEUE_TOPICS)
    assert set(cases.TOPICS) >= {
        topic for topic in heard("450203001") if topic.startswith(("case", "retest"))
    }


def test_only_the_demos_database_is_topped_up(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imloop.sim.city.morning_checks import morning_checks
    from imloop.steps.journal import demo_mark
    from imloop.store.models import EquipmentCheck, Party

    checks, morning = EquipmentCheck.objects.count(), NOW + timedelta(days=1)
    Party.objects.filter(code="450203001").update(name="一家真实的检测站")
    assert demo_mark.is_demo(), "what the journal says is not taken back by another name"
    monkeypatch.setattr("imloop.sim.city.morning_checks.is_demo", lambda: False)
    assert morning_checks(morning) == 0
    assert EquipmentCheck.objects.count() == checks
