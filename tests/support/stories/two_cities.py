"""The city of ``support.city`` with one object of everything, and a second city whose parties have no
business with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec
import zstandard

from imloop.api.draws.schemas import PlanIn
from imloop.exchange.decode_spot_checks import SCHEMA
from imloop.exchange.uploads.take_readings import take_readings
from imloop.exchange.uploads.take_spot_check import take_spot_check
from imloop.steps.accounts.create_user import create_user
from imloop.steps.appointments.opening_hours import Hours, set_hours
from imloop.steps.draws import prepare_draw
from imloop.steps.ground.access import OFFICES, Caller, caller_for, caller_of
from imloop.steps.ground.lookups import itself
from imloop.steps.matters.attachments import attach
from imloop.steps.matters.complaints.receive import Report, receive
from imloop.steps.matters.copies.send import Object, send
from imloop.steps.matters.open_matter import open_measure
from imloop.steps.outages.paper_files import Photograph, attach_photographs
from imloop.steps.repairs.repair_files import attach_to_repair
from imloop.steps.spot_checks.make_task import NewTask, make_task
from imloop.store.models import (
    Appointment,
    Case,
    Equipment,
    Finding,
    Line,
    Notice,
    Outage,
    PaperUnlock,
    Party,
    PartyKind,
    PollutionAlert,
    Proposal,
    Receiver,
    RegisterFile,
    RemoteReading,
    RemoteSite,
    Repair,
    Software,
    Staff,
    Test,
    Vehicle,
    Zone,
)
from support.city import FAR, LISTED, NEAR, OTHER, PLACE, City, at
from support.messages.readings import message, record
from support.messages.uploads import PLATE, VIN
from support.people import clerk
from support.stories.draw_story import plan

ELSEWHERE = "450300"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
SINCE = date(2026, 1, 1)
PHONE = "13912345678"


@dataclass
class TwoCities:
    """``names``: what stands in addresses for the objects of the first city. ``told``: what nobody else may read."""

    city: City
    names: dict[str, object]

    @classmethod
    def build(cls, city: City) -> TwoCities:
        """Built for 2026-03-05 09:30."""
        Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
        for kind in OFFICES:
            Party.objects.create(code=f"{ELSEWHERE}-{kind}", kind=kind, name=kind, place=ELSEWHERE)
        Party.objects.create(code="450302001", kind=PartyKind.ISTATION, name="桂林站", place=ELSEWHERE)
        Party.objects.create(code="M450302001", kind=PartyKind.MSTATION, name="桂林修", place=ELSEWHERE)
        city.test("2026-03-02 09:00", co=0.9)
        city.repair("2026-03-04 16:00", case_no=Case.objects.get().case_no)
        names = _papers(city) | _waiting(city.case())
        another = {
            "vin": "LSVAU2180N2183294",
            "plate": PLATE,
            "fuel": "gasoline",
            "produced_on": "2010-03-01",
        }
        names["held_no"] = city.test("2026-03-05 09:10", vehicle=another).body["test_no"]
        return cls(city, {**names, **_registers(city), **_at_the_station(city), **_of_departments(city)})

    @property
    def told(self) -> list[str]:
        own = ("test_no", "case_no", "notice_no", "repair_no", "matter_no", "complaint_no")
        return [VIN, PLATE, "韦小明", "13800000000", PHONE, *(str(self.names[name]) for name in own)]

    def stranger(self, kind: str) -> list[str]:
        """Codes of parties of that kind to whom the objects do not belong."""
        if kind == PartyKind.ISTATION:
            return [FAR, "450302001"]
        return [OTHER, "M450302001"] if kind == PartyKind.MSTATION else [f"{ELSEWHERE}-{kind}"]

    def caller(self, code: str) -> Caller:
        """A station's machine, or a department's clerk."""
        party = Party.objects.get(code=code)
        return caller_for(party, clerk(party) if party.kind in OFFICES else "")


_TIP = Report(
    "false_test",
    "istation",
    "没有上线就给了合格报告",
    PLACE,
    party=NEAR,
    name="韦小明",
    phone="13800000000",
    answers={"how": "no_test", "money": "unsure"},
)


def _reading(city: City) -> int:
    """Over a limit; it waits for its first review."""
    body = message(record(plate=PLATE, opacity_pct=35))
    take_readings(body, city.callers[f"{PLACE}-environment"], at("2026-03-05 09:00"))
    return RemoteReading.objects.get().pk


def _spot_check(city: City) -> dict[str, object]:
    """A task, and a vehicle that was checked in it."""
    office, now = city.callers[f"{PLACE}-environment"], at("2026-03-05 09:00")
    users = [
        create_user(name, "a-long-password", Party.objects.get(code=office.party_code), now)
        for name in "甲乙"
    ]
    team = [user.username for user in users]
    task = make_task(
        office, NewTask(where="parking", place_name="货场", planned_on=now.date(), officers=team), now
    )
    said = {
        "schema": SCHEMA,
        "client_id": "p-1",
        "task": task.number,
        "at": now.isoformat(),
        "officers": team,
    }
    body = {**said, "vehicle": {"plate": PLATE}, "refusal": "离开"}
    taken = take_spot_check(
        msgspec.json.encode(body), caller_of(users[0]), now, lambda found: found.row.number
    )
    return {"task_no": task.number, "check_no": taken}


def _papers(city: City) -> dict[str, object]:
    """Of the loop: test, case, notice, repair with a photograph, a measure with a file."""
    now = at("2026-03-05 09:00")
    case, repair = Case.objects.get(), Repair.objects.get()
    office = city.callers[f"{PLACE}-environment"]
    fields = {"ground": "false_report", "findings": "甲", "evidence": "乙"}
    matter = open_measure(office, "suspension", NEAR, fields, now)
    paper = attach("a.png", PNG, now, caller=office, matter_no=matter.matter_no)
    photo = attach_to_repair(city.callers[LISTED], repair.repair_no, "b.png", PNG + b"1", now)
    return {
        "test_no": Test.objects.get().test_no,
        "case_no": case.case_no,
        "notice_no": Notice.objects.get().notice_no,
        "repair_no": repair.repair_no,
        "shop": LISTED,
        "photo": photo.sha256,
        "matter_no": matter.matter_no,
        "kind": "decision",
        "digest": paper.sha256,
        "complaint_no": receive(_TIP, now).matter.matter_no,
        "vehicle_id": Vehicle.objects.get().pk,
        "list": RegisterFile.objects.create(
            received_at=now,
            party=Party.objects.get(code=f"{PLACE}-police"),
            kind="vehicles",
            sent_by=f"{PLACE}-police",
            sha256="d" * 64,
            size=0,
            body=zstandard.compress(VIN.encode()),
        ).sha256[:16],
        "held_id": _held(now).pk,
        "finding": Finding.objects.create(
            created_at=now,
            code="x",
            station_code=NEAR,
            subject=case.case_no,
            subject_kind="case",
            data={"text": "甲", "text_en": "a"},
        ).pk,
    }


def _held(now: datetime) -> Proposal:
    """What a key of the police proposed of the vehicle."""
    police, vehicle = Party.objects.get(code=f"{PLACE}-police"), Vehicle.objects.get()
    said = {"what": "list", "source": "police", "evidence": "d" * 16, "vehicle": vehicle.pk}
    return Proposal.objects.create(
        vehicle=vehicle,
        kind="register-correction",
        subject=PLATE,
        place=PLACE,
        party=police,
        needs="own",
        asked=police,
        body={**said, "fields": {"fuel": ["gasoline", "diesel"]}},
        proposed_at=now,
        proposed_by=f"{PLACE}-police",
        expires_at=now + timedelta(days=30),
    )


def _registers(city: City) -> dict[str, object]:
    """Zone, alert, program, line, instrument, person, receiver."""
    now, line = at("2026-03-05 09:00"), Line.objects.get(station__code=NEAR, code="01")
    office = Party.objects.get(code=f"{PLACE}-environment")
    place = {"place": PLACE, "cite": "函"}
    Equipment.objects.create(line=line, kind="analyser", model="M", serial="S-1", since=SINCE)
    alert = PollutionAlert.objects.create(
        level="red", since=now, until=now + timedelta(days=2), declared_by=office.code, **place
    )
    return {
        "reading_id": _reading(city),
        "site_id": RemoteSite.objects.create(office=office, code="YC-01", name="柳太路", kind="camera").pk,
        **_spot_check(city),
        "zone_id": Zone.objects.create(code="A", name="内环", since=SINCE, **place).pk,
        "alert_id": alert.pk,
        "software_id": Software.objects.create(
            sha256="a" * 64, name="L", version="1", since=SINCE, **place
        ).pk,
        "station": NEAR,
        "code": NEAR,
        "line": "01",
        "serial": "S-1",
        "staff_id": Staff.objects.create(party=line.station, name="甲", role="driver", since=SINCE).pk,
        "receiver": Receiver.objects.create(
            code="r1", name="外", party=office, way="folder", address="/x"
        ).code,
    }


def _at_the_station(city: City) -> dict[str, object]:
    """Opening hours and an appointment of today."""
    now, line = at("2026-03-05 09:00"), Line.objects.get(station__code=NEAR, code="01")
    set_hours(city.callers[NEAR], [Hours(None, time(8), time(17))], date(2026, 3, 5), now)
    booked = Appointment.objects.create(
        station=line.station,
        line=line,
        number=1,
        day=now.date(),
        starts_at=at("2026-03-05 09:20"),
        ends_at=at("2026-03-05 09:40"),
        method="ASM",
        purpose="periodic",
        plate=PLATE,
        vin_tail=VIN[-6:],
        phone=PHONE,
        changed_at=now,
        token="t" * 32,
        created_at=now,
    )
    return {"number": booked.pk, "day": "2026-03-06"}


def _of_departments(city: City) -> dict[str, object]:
    """An outage with a retest unlocked on paper, a draw that is being prepared, a copy of a test."""
    now, case = at("2026-03-05 09:00"), Case.objects.get()
    outage = Outage.objects.create(
        outage_no="O-1",
        scope="place",
        place=PLACE,
        cause="断电",
        starts_at=now,
        declared_at=now,
        declared_by=f"{PLACE}-environment",
    )
    unlock = PaperUnlock.objects.create(
        unlock_no="U-1",
        way="operator",
        outage=outage,
        station=Party.objects.get(code=NEAR),
        case=case,
        plate=PLATE,
        vin=VIN,
        shop=Party.objects.get(code=LISTED),
        settlement_no="J-9",
        approver="甲",
        reason="乙",
        granted_at=now,
        expires_at=now + timedelta(hours=8),
        recorded_at=now,
    )
    draw = prepare_draw.prepare(
        city.callers[f"{PLACE}-environment"], PlanIn(**plan()).plan(), at("2026-01-05 09:00"), itself
    )
    (shown,) = attach_photographs(
        city.callers[NEAR], unlock.unlock_no, [Photograph("notice", "c.png", PNG + b"3")], now
    )
    test_no = Test.objects.earliest("pk").test_no
    it = Object("test", f"{NEAR}/{test_no}", printed=(("a.pdf", b"%PDF-1.7 a"),))
    copy = send(
        city.callers[f"{PLACE}-environment"],
        it,
        to=f"{PLACE}-market",
        wanted="请核查检定证书",
        answer_by=None,
        now=now,
    )
    numbers = {"outage_no": outage.outage_no, "unlock": unlock.unlock_no, "unlock_no": unlock.unlock_no}
    numbers |= {"copy_no": copy.pk, "copy_file": copy.evidence.get().sha256}
    return {**numbers, "sha256": shown.sha256, "no": draw.no, "unit": NEAR}


def _waiting(case: Case) -> dict[str, object]:
    """An annulment that the supervisor has to confirm."""
    office = Party.objects.get(code=f"{PLACE}-environment")
    now = at("2026-03-05 09:00")
    row = Proposal.objects.create(
        kind="annulment",
        subject=case.case_no,
        place=PLACE,
        body={"evidence": "照片", "reason": "录入错误", "test_no": ""},
        reason="录入错误",
        party=office,
        proposed_by=f"{office.code}/{clerk(office)}",
        proposed_at=now,
        needs="supervisor",
        expires_at=now + timedelta(hours=72),
    )
    return {"proposal_id": row.pk}
