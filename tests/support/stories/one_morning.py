"""A city in which everything happened this morning, so that all it shows is by the law of today; where it lies, and
which day it is, the test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from imloop.gates.outages.outage import Scope
from imloop.steps.accounts import staffing
from imloop.steps.appointments.opening_hours import Hours, set_hours
from imloop.steps.cases.objections import raise_objection
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, SYSTEM
from imloop.steps.matters.open_matter import open_measure
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.store.models import (
    Appointment,
    Case,
    Equipment,
    Fee,
    Line,
    Party,
    PartyKind,
    PollutionAlert,
    Receiver,
    Software,
    Staff,
    Standing,
    Zone,
)
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.people import person
from support.stories.every_form import Read, reads_of

VINS = ("LFV2A21K6J3123456", "LSVAU2180N2183294", "LZZ5ELND8JN123456")
NAMES = {NEAR: "晨光检测站", FAR: "远山检测站", LISTED: "勤修治理站"}
"""Names that no text of a place could hold."""


@dataclass
class Morning:
    """``day``: as ``2026-08-14``; ``begins``: the first letters of its plates; ``papers``: of a repair there."""

    city: City
    day: str
    begins: str = "桂B"
    papers: tuple[str, ...] = ("certificate", "settlement", "invoice")

    @classmethod
    def build(cls, patch: pytest.MonkeyPatch, day: str, place: str = PLACE, **known: Any) -> Morning:
        """Two cars failed, one of them is repaired and the other's owner objects; one passed; the systems are down."""
        now = at(f"{day} 10:00")
        patch.setattr(clock, "now", lambda: now)
        city = City.build(place)
        for code, name in NAMES.items():
            Party.objects.filter(code=code).update(name=name)
        Standing.objects.update(cite="函")
        Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=place)
        world = cls(city, day, **known)
        world._loop()
        world._registers(now)
        world._at_the_station(now)
        world._departments(now)
        return world

    def plate(self, number: int) -> str:
        return f"{self.begins}{number}{number}{number}D{number}"

    def _car(self, number: int) -> dict[str, object]:
        known = {"fuel": "gasoline", "emission_stage": "4", "produced_on": "2010-03-01"}
        return {"vin": VINS[number], "plate": self.plate(number), "plate_colour": "blue", **known}

    def _loop(self) -> None:
        for number, gas in ((0, 0.9), (1, 0.9), (2, 0.1)):
            self.city.test(f"{self.day} 07:{10 + 10 * number}", co=gas, vehicle=self._car(number))
        first, second = Case.objects.order_by("id")
        named = {"vin": VINS[0], "plate": self.plate(0)}
        documents = {f"{paper}_no": f"{paper[0].upper()}0001" for paper in self.papers}
        self.city.repair(f"{self.day} 09:10", case_no=first.case_no, documents=documents, **named)
        now = at(f"{self.day} 09:20")
        raise_objection(second.owner_token, ground="instrument", words="检测前没有预热，请核查。", now=now)

    def _registers(self, now: datetime) -> None:
        line = Line.objects.get(station__code=NEAR, code="01")
        office = Party.objects.get(code=f"{PLACE}-environment")
        where: dict[str, object] = {"place": self.city.place, "cite": "函"}
        Equipment.objects.create(line=line, kind="analyser", model="M", serial="S-1", since=now.date())
        rules = [{"fuels": ["diesel"], "stage_below": "4"}]
        Zone.objects.create(code="A", name="内环", since=now.date(), rules=rules, **where)
        PollutionAlert.objects.create(
            level="red",
            rules=rules,
            since=now,
            until=now + timedelta(days=2),
            declared_by=office.code,
            **where,
        )
        Software.objects.create(sha256="a" * 64, name="L", version="1", since=now.date(), **where)
        Fee.objects.create(method="ASM", yuan="90", since=now.date(), **where)
        Staff.objects.create(party=line.station, name="甲", role="driver", since=now.date())
        Receiver.objects.create(code="r1", name="外", party=office, way="folder", address="/x")

    def _at_the_station(self, now: datetime) -> None:
        line = Line.objects.get(station__code=NEAR, code="01")
        set_hours(self.city.callers[NEAR], [Hours(None, time(8), time(17))], now.date(), now)
        Appointment.objects.create(
            station=line.station,
            line=line,
            number=1,
            day=now.date(),
            starts_at=now,
            ends_at=now + timedelta(minutes=20),
            method="ASM",
            purpose="periodic",
            plate=self.plate(0),
            vin_tail=VINS[0][-6:],
            phone="13912345678",
            changed_at=now,
            token="t" * 32,
            created_at=now,
        )

    def _departments(self, now: datetime) -> None:
        office = self.city.callers[f"{PLACE}-environment"]
        declare(office, Declaration(scope=Scope.PLATFORM, cause="机房断电", starts_at=now), now)
        fields = {"ground": "false_report", "findings": "甲", "evidence": "乙"}
        open_measure(office, "suspension", FAR, fields, now)

    def windows(self) -> Iterator[tuple[str, Client, list[str]]]:
        """Who reads, and where that begins; nobody first."""
        cases = list(Case.objects.order_by("id"))
        secret = ["", "/object", "/book", "/history"]
        owner = [f"/c/{case.owner_token}{more}" for case in cases for more in secret]
        invited = staffing.invite(SYSTEM, f"{PLACE}-market", name="张三", as_head=False, now=clock.now())
        begin = ["/", "/about", "/law", "/login", "/apply/istation", "/apply/mstation"]
        yield "", Client(), [*begin, *owner, f"/a/{'t' * 32}", f"/i/{invited}", "/docs/errors"]
        more = {
            "istation": [f"/desk/istation/permit?plate={self.plate(0)}", "/matters/open?kind=withdrawal"],
            "mstation": [f"/desk/mstation/repair?case={cases[0].case_no}", "/matters/open?kind=withdrawal"],
            "environment": ["/matters/open?kind=scrappage", "/matters/open?kind=suspension"],
            "police": [f"/desk/police?gate=mark&plate={self.plate(0)}"],
        }
        codes = {"istation": NEAR, "mstation": LISTED}
        for kind in ("istation", "mstation", *OFFICES):
            window = person(codes.get(kind, f"{PLACE}-{kind}"))
            yield kind, window, ["/desk", "/account", "/password", *more.get(kind, [])]

    def read(self) -> Iterator[tuple[str, Read]]:
        """Every page and paper, by whom it was read. What anybody may read is read once."""
        public: set[str] = set()
        for kind, window, starts in self.windows():
            for found in reads_of(window, starts, 1, 8):
                if not kind:
                    public.add(found.route)
                elif found.route in public:
                    continue
                yield kind, found


def words_of(read: Read) -> str:
    """The words of a page as it is written, placeholders too, or of a paper; empty for other files."""
    if read.is_page:
        return read.answer.content.decode()
    if read.answer.get("Content-Type", "") != "application/pdf":
        return ""
    return paper_words(b"".join(read.answer) if read.answer.streaming else read.answer.content)


def paper_words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
