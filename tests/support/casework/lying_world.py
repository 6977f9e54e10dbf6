"""A world whose truth is known: a car fails, passes by luck or tricks, and is repaired; its stations keep back what
they measure and say another hour, name or fuel; one person declares outages that were none. Registers, the repairer and
departments are honest."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from imloop.facts.days import CHINA
from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.release_repair import held_repairs, release_repair
from imloop.steps.inspections.settle_run import Settlement
from imloop.steps.outages.declare_outage import end
from imloop.steps.second_person.decide import confirm, lapse, reject
from imloop.store.models import Case, CaseEvent, HeldRun, Outage, Proposal, Test, Vehicle
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import alone, taken_back, true_one
from stories.test_random_histories import text
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import VIN
from support.stories import outages
from support.stories.one_car import ENV, OTHER_PLATE, OTHER_VIN, POLICE, WRONG, car
from support.stories.second_person import TRANSPORT, WORDS, another, confirmed
from support.stories.settled import settle_run

NAMES: list[dict[str, Any]] = [
    *[{}] * 6,
    {"vin": WRONG},
    {"vin": ""},
    {"plate": ""},
    {"plate": OTHER_PLATE},
    {"vin": WRONG, "fuel": "cng"},
    {"fuel": "cng"},
]
OTHER_CAR = car(vin=OTHER_VIN, plate=OTHER_PLATE)
STEPS = (
    *("measures", "measures", "measures", "tells", "tells", "repairs", "sends_another", "settles", "settles"),
    "enters",
)
OUTAGES = ("falls_silent", "speaks_again", "declares_none", "takes_back", "declares_true", "ends_earlier")


@dataclass(frozen=True)
class Made:
    """As it was: when, where, and what the analyser saw."""

    made_at: datetime
    station: str
    failed: bool


@dataclass
class World:
    """``kept``: runs not told yet; ``told``: those that were taken, by station and number; ``repaired``: when;
    ``silent_since``: when a true outage began that goes on; ``undeclared``: true ones that are over; ``made``:
    declarations of outages that were none."""

    city: City
    random: Random
    now: datetime = field(default_factory=lambda: at("2026-12-02 09:00"))
    kept: list[Made] = field(default_factory=list)
    told: dict[tuple[str, str], Made] = field(default_factory=dict)
    repaired: list[datetime] = field(default_factory=list)
    unreported: list[datetime] = field(default_factory=list)
    silent_since: datetime | None = None
    undeclared: list[tuple[datetime, datetime]] = field(default_factory=list)
    made: list[Proposal] = field(default_factory=list)
    steps: tuple[str, ...] = (*STEPS, *STEPS, *OUTAGES)

    def live(self) -> None:
        if self.random.random() < 0.7:
            self.enters_first()
        self.city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
        self._say(Made(self.now, NEAR, failed=True), car(), text(self.now), co=0.9)
        for _ in range(self.random.randint(8, 20)):
            self.passes_time(self.random.choice([5, 20, 45, 90, 180, 600, 1440]))
            getattr(self, self.random.choice(self.steps))()

    def enters_first(self) -> None:
        self.city.enter()

    def passes_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # In truth

    def measures(self) -> None:
        self.kept.append(Made(self.now, self.random.choice([NEAR, NEAR, FAR]), self.random.random() < 0.5))
        self.passes_time(10)
        if self.random.random() < 0.6:
            self.tells()

    def repairs(self) -> None:
        """It takes two hours; the repairer tells the truth, at once or some time."""
        self.passes_time(120)
        self.repaired.append(self.now)
        self.unreported.append(self.now)
        if self.random.random() < 0.7:
            self.reports()

    def falls_silent(self) -> None:
        self.silent_since = self.silent_since or self.now

    def speaks_again(self) -> None:
        if self.silent_since is not None:
            self.undeclared.append((self.silent_since, self.now))
            self.silent_since = None

    # What is said of it

    def tells(self) -> None:
        """One of those kept, by its own hour or an earlier one, as itself or as something else."""
        if not self.kept or self.silent_since is not None:
            return
        made = self.kept.pop(self.random.randrange(len(self.kept)))
        lie = self.random.choice([0, 0, 0, 15, 60, 120, 300, 1440, 3000])
        named = self.random.choice(NAMES)
        lean = named.get("fuel") == "cng" and self.random.random() < 0.5
        co = (0.6 if lean else 0.9) if made.failed else 0.1
        said = text(made.made_at - timedelta(minutes=lie))
        self._say(made, car(**named), said, co=co, purpose=self.random.choice(["periodic", "retest"]))

    def _say(self, made: Made, vehicle: dict[str, Any], when: str, **said: Any) -> None:
        took = run(self.city, when, station=made.station, now=self.now, vehicle=vehicle, **said)
        if "test_no" in took:
            self.told[made.station, str(took["test_no"])] = made

    def reports(self) -> None:
        if not self.unreported or self.silent_since is not None:
            return
        ended = self.unreported.pop(0)
        came = (ended - timedelta(minutes=100)).isoformat()
        with suppress(Refusal):
            self.city.repair(text(ended), received_at=came, now=self.now, documents=self.papers(ended))

    def papers(self, ended: datetime) -> dict[str, str]:
        number = f"{ended:%m%d%H%M}"
        return {"settlement_no": f"J{number}", "certificate_no": f"H{number}", "invoice_no": f"F{number}"}

    @property
    def answers(self) -> list[datetime]:
        """What may answer a failed run, in truth."""
        return self.repaired

    def sends_another(self) -> None:
        """Its station sends the run of another car, which passes."""
        if self.silent_since is None:
            run(self.city, text(self.now), station=self.random.choice([NEAR, FAR]), vehicle=OTHER_CAR)
            self.passes_time(10)

    def declares_none(self) -> None:
        """One person alone, of the last hours or days."""
        since = self.now - timedelta(minutes=self.random.choice([60, 300, 1440, 3000]))
        ends = self.random.choice([None, self.now, self.now - timedelta(minutes=30)])
        with suppress(Refusal):
            self.made.append(alone(self.city, text(self.now), text(since), ends_at=ends))

    # Departments, which are honest

    def takes_back(self) -> None:
        """Or nobody confirms it in time, which takes it back as well."""
        lapse(self.now)
        if self.made:
            with suppress(Refusal):
                taken_back(self.made.pop(0), text(self.now))

    def declares_true(self) -> None:
        """Late, and with an end that may be noted too late and mended later."""
        if self.undeclared:
            since, until = self.undeclared.pop(0)
            ends = min(until + timedelta(minutes=self.random.choice([0, 0, 120])), self.now)
            with suppress(Refusal):
                true_one(text(self.now), text(since), ends_at=ends)

    def ends_earlier(self) -> None:
        row = Outage.objects.filter(ends_at=None, taken_back_at=None).first()
        if row is not None:
            with suppress(Refusal):
                end(
                    self.city.callers[ENV],
                    row.outage_no,
                    at=row.starts_at + timedelta(minutes=5),
                    now=self.now,
                )

    def enters(self) -> None:
        self.city.enter(text(self.now))
        for made in Proposal.objects.filter(state="waiting", vehicle__isnull=False):
            with suppress(Refusal):
                confirm(
                    replace(self.city.callers[POLICE], user="second"),
                    made.pk,
                    said="与档案一致",
                    now=self.now,
                )

    def settles(self, failed_as: str = "") -> None:
        """What waits, as it was: whose run, then when; repairs, and the hour of the failed run before them.
        ``failed_as``: the row of the register that the car is retested as."""
        held = HeldRun.objects.filter(settled_at=None).select_related("test__station").order_by("id").first()
        if held is not None:
            self._settle(held, failed_as)
        for case in Case.objects.filter(closed_at=None):
            for repair in held_repairs(case):
                holds = self._hours_hold(case, repair.finished_at)
                with suppress(Refusal):
                    release_repair(
                        another(ENV, "looker"),
                        case.case_no,
                        LISTED,
                        repair.repair_no,
                        reason="看过工单和检测线日志",
                        now=self.now,
                        fail_hour_holds=holds,
                    )

    def _settle(self, held: HeldRun, failed_as: str) -> None:
        test = held.test
        made = self.told.get((test.station.code, test.test_no))
        if made is None or not Vehicle.objects.filter(vin=VIN).exists():
            said = Settlement("rejected", "不是该车")
        elif test.vehicle is None:
            offered = held.candidates.filter(pk=failed_as or 0).exists()
            named = Settlement("vehicle", "看过车", "named", VIN)
            said = Settlement("vehicle", "看过车", failed_as) if offered else named
        elif test.started_at == made.made_at:
            said = Settlement("released", "日志相符")
        else:
            said = Settlement("later" if test.result == "fail" else "rejected", "日志不符")
        settle_run(self.city.callers[ENV], test.station.code, test.test_no, said, self.now)

    def _hours_hold(self, case: Case, finished: datetime) -> bool:
        """Of the failed runs that came after the work."""
        late = Test.objects.filter(
            vehicle=case.vehicle, result="fail", started_at__lt=finished, received_at__gt=finished
        )
        known = (self.told[test.station.code, test.test_no] for test in late.select_related("station"))
        return all(test.made_at < finished for test in known)

    def ends(self) -> None:
        """Everything comes to light, and the car passes once more, where it failed."""
        self.all_comes_out()
        station = next((row.station.code for row in self.open_cases() if row.station is not None), NEAR)
        self.passes_time(30)
        self._say(Made(self.now, station, failed=False), car(), text(self.now), purpose="retest")
        self._all_settled()

    def does_it_rightly(self) -> None:
        """A repair that is told, and a retest at once, of each case that the car has, whatever it was taken for."""
        self.all_comes_out()
        for case in [*self.open_cases(), None]:
            self.passes_time(240)
            if case is not None:
                self.repaired.append(self.now)
                names = {"vin": case.vehicle.vin, "plate": case.vehicle.plate, "case_no": case.case_no}
                came = (self.now - timedelta(minutes=100)).isoformat()
                self.city.repair(text(self.now), received_at=came, now=self.now, **names)
                self._all_settled()
            station = case.station.code if case is not None and case.station is not None else NEAR
            self.passes_time(60)
            made = Made(self.now, station, failed=False)
            self.passes_time(10)
            self._say(made, car(), text(made.made_at), purpose="retest" if case else "periodic")
            self._all_settled(str(case.vehicle_id) if case is not None else "")
            self.passes_time(30)

    def all_comes_out(self) -> None:
        """All outages are as they were, what was kept is told, all is settled."""
        self.speaks_again()
        while self.made or self.undeclared:
            self.takes_back()
            self.declares_true()
        self.enters()
        while self.kept:
            self.passes_time(20)
            self.tells()
        while self.unreported:
            self.reports()
        self._all_settled()

    def open_cases(self) -> list[Case]:
        rows = Case.objects.filter(closed_at=None).exclude(vehicle__vin=OTHER_VIN)
        return list(rows.select_related("station", "vehicle").order_by("id"))

    def _all_settled(self, failed_as: str = "") -> None:
        for _ in range(HeldRun.objects.filter(settled_at=None).count() * 2 + 1):
            self.passes_time(2)
            self.settles(failed_as)

    def diary(self) -> str:
        """What was in truth and what was said of it, in the order in which it came: for whoever reads a failure."""
        rows = [(done, "repaired") for done in self.repaired]
        for test in Test.objects.select_related("station"):
            made = self.told.get((test.station.code, test.test_no))
            truth = (
                f"{_hour(made.made_at)} {'failed' if made.failed else 'passed'}" if made else "another car"
            )
            said = f"said {_hour(test.started_at)} {test.result} {test.counts} {test.counts_why} of {test.vehicle_id}"
            rows.append((test.received_at, f"{test.station.code} {truth}, {said}, case {test.case_no[-2:]}"))
        rows += [
            (row.declared_at, f"outage from {_hour(row.starts_at)} to {row.ends_at and _hour(row.ends_at)}")
            for row in Outage.objects.all()
        ]
        rows += [
            (row.recorded_at, f"case {row.case.case_no[-2:]} {row.kind}: {row.after}")
            for row in CaseEvent.objects.select_related("case")
        ]
        return "\n".join(f"{_hour(when)} {what}" for when, what in sorted(rows))


@dataclass
class WiderWorld(World):
    """And papers shown in outages, true ones; second opinions, which a second office confirms, rejects or forgets; a
    register that does not know the fuel at first."""

    doors: Doors | None = None
    asked: list[tuple[Proposal, datetime]] = field(default_factory=list)
    opinions: list[datetime] = field(default_factory=list)
    steps: tuple[str, ...] = (
        *STEPS,
        *STEPS,
        *OUTAGES,
        "shows_paper",
        "shows_paper",
        "asks_opinion",
        "answers_opinion",
    )

    def enters_first(self) -> None:
        self.city.enter(**self.random.choice([{}, {"fuel": ""}]))

    def shows_paper(self) -> None:
        """Of a repair that nobody has reported yet; said to have been shown now or an hour ago."""
        if not self.unreported or self.doors is None:
            return
        self.doors.at(text(self.now))
        used = self.now - timedelta(minutes=self.random.choice([0, 0, 60]))
        with suppress(AssertionError, StopIteration):
            voucher = outages.of_day(outages.stock(self.doors), f"{used:%Y-%m-%d}")
            papers = {
                name: self.papers(self.unreported[0])[name] for name in ("settlement_no", "certificate_no")
            }
            outages.redeem(self.doors, voucher, used=text(used), documents=papers)

    def asks_opinion(self) -> None:
        for case in self.open_cases()[:1]:
            said = {
                "kind": "objection",
                "to_station": self.random.choice(["", FAR]),
                "expires_on": date(2027, 1, 20),
            }
            with suppress(Refusal):
                made = grant_exit(another(ENV, "colleague"), case.case_no, now=self.now, **said, **WORDS)
                if isinstance(made, Proposal):
                    self.asked.append((made, self.now))

    def answers_opinion(self) -> None:
        if not self.asked:
            return
        made, when = self.asked.pop(0)
        with suppress(Refusal):
            if self.random.random() < 0.7:
                confirmed(made, self.now)
                self.opinions.append(when)
            else:
                reject(
                    another(made.asked.code if made.asked else TRANSPORT),
                    made.pk,
                    said="不符合条件",
                    now=self.now,
                )

    @property
    def answers(self) -> list[datetime]:
        return [*self.repaired, *self.opinions]


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%d %H:%M}"
