"""Two I-stations, three repairers, the departments: enough for every story of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from django.test import Client

from imloop.exchange.uploads.intake import take_repair, take_test
from imloop.facts.days import CHINA
from imloop.steps.accounts.keys import issue_key
from imloop.steps.ground.access import OFFICES, Caller, caller_for
from imloop.steps.ground.receipts import Receipt
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.store.models import Case, Line, Party, PartyKind, Standing
from support.messages.uploads import REGISTERED, repair_message, test_message
from support.people import clerk

PLACE = "450200"
NEAR, FAR = "450203001", "450204002"
LISTED, OTHER, UNLISTED = "M450203001", "M450204001", "X450205001"


def at(text: str) -> datetime:
    """``2026-03-05 09:00`` in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@dataclass
class City:
    callers: dict[str, Caller]
    place: str = PLACE

    @classmethod
    def build(cls, place: str = PLACE) -> City:
        """``place``: where it lies; the codes of its parties stay the same."""
        since = date(2015, 1, 1)
        callers = {}
        for code, name in ((NEAR, "鱼峰环保检测站"), (FAR, "柳南机动车检测中心")):
            station = Party.objects.create(code=code, kind=PartyKind.ISTATION, name=name, place=place)
            Standing.objects.create(party=station, state="networked", since=since, cite="条例第十七条")
            Line.objects.create(station=station, code="01", methods=["ASM", "TSI"], since=since)
            Line.objects.create(station=station, code="02", methods=["LUGDOWN", "FREEACC"], since=since)
            callers[code] = caller_for(station)
        for code, name in ((LISTED, "柳南治理站"), (OTHER, "鱼峰诚修"), (UNLISTED, "路边修理铺")):
            shop = Party.objects.create(code=code, kind=PartyKind.MSTATION, name=name, place=place)
            if code != UNLISTED:
                Standing.objects.create(
                    party=shop, state="listed", since=date(2025, 10, 1), cite="方案五(三)"
                )
            callers[code] = caller_for(shop)
        for kind in ("environment", "transport", "market", "police", "supervisor"):
            office = Party.objects.create(code=f"{PLACE}-{kind}", kind=kind, name=kind, place=place)
            callers[office.code] = caller_for(office, clerk(office))
        return cls(callers, place)

    def test(
        self, when: str, *, station: str = NEAR, now: datetime | None = None, **change: object
    ) -> Receipt:
        """Upload a test that starts at ``when``; the platform's clock stands a few minutes later unless ``now``."""
        message = test_message(at(when), station=station, **change)
        return take_test(
            msgspec.json.encode(message), self.callers[station], now or _later(message["ended_at"])
        )

    def repair(
        self, when: str, *, shop: str = LISTED, now: datetime | None = None, **change: object
    ) -> Receipt:
        """Upload a repair that finishes at ``when``."""
        message = repair_message(at(when), shop=shop, **change)
        return take_repair(
            msgspec.json.encode(message), self.callers[shop], now or _later(message["finished_at"])
        )

    def enter(self, when: str = "2025-01-01 08:00", *, by: str = f"{PLACE}-police", **change: str) -> None:
        """The police (or ``by``) enter the car of ``test_message`` with a list."""
        entered = enter_vehicles([(2, {**REGISTERED, **change})], self.callers[by], at(when), Seen())
        assert not entered.rejected, entered

    def case(self) -> Case:
        return Case.objects.get()

    def key(self, code: str) -> str:
        """A station's key; of a department the personal key of its clerk."""
        party = Party.objects.get(code=code)
        holder = clerk(party) if party.kind in OFFICES else ""
        return issue_key(party, at("2026-01-01 08:00"), person=holder)

    def machine_key(self, code: str) -> str:
        """A key in nobody's name, of a department too."""
        return issue_key(Party.objects.get(code=code), at("2026-01-01 08:00"))

    def client(self, code: str, key: str = "") -> Client:
        return Client(headers={"Authorization": f"Bearer {key or self.key(code)}"})


def _later(moment: object) -> datetime:
    from datetime import timedelta

    return datetime.fromisoformat(str(moment)) + timedelta(minutes=2)
