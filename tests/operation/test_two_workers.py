"""Two background workers at the same moment, and a clock that is set wrong: each thing is still done once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from imloop.exchange.couriers.courier import carry
from imloop.steps.cases.declare_overdue import declare_overdue
from imloop.steps.couriers import deliveries, receivers
from imloop.steps.ground.access import SYSTEM
from imloop.steps.journal import prove_journal
from imloop.steps.journal.seals import seal
from imloop.steps.stations.certificates import warn_of_expiry
from imloop.store.models import Certificate, Delivery, JournalEntry, Party, Receiver
from support.city import NEAR, City, at
from support.doors import Doors
from support.messages.uploads import repair_message, test_message
from support.servers.commands import Commands
from support.servers.fake_receiver import FakeReceiver

PREPARE = """
import django, sys
from datetime import timedelta
from pathlib import Path
django.setup()
from imloop.facts.days import day_of
from imloop.steps.ground import clock
from imloop.store.models import Certificate, Party
from support.city import City, NEAR
from support.stories.outside import receiver_outside
now = clock.now()
city = City.build()
receiver_outside("folder", sys.argv[1], party="450200-environment")
for number in range(12):
    started = (now - timedelta(days=60, hours=number)).strftime("%Y-%m-%d %H:%M")
    city.test(started, co=0.9, vin=None, test_no=f"T{number}", now=now, vehicle={
        "vin": f"LSVAU2180N{number:07d}", "plate": f"桂B{number:05d}", "fuel": "gasoline", "emission_stage": "4",
        "produced_on": "2010-03-01", "max_mass_kg": 1800, "reference_mass_kg": 1350, "odometer_km": 50000})
Certificate.objects.create(party=Party.objects.get(code=NEAR), kind="cma", number="1", issuer="x",
    since=day_of(now) - timedelta(days=300), until=day_of(now) + timedelta(days=20))
"""
LOOK = """
import django, json
from collections import Counter
from collections.abc import Callable
django.setup()
from imloop.store.models import Case, CaseEvent, Delivery, JournalEntry, OutboxEntry
overdue = CaseEvent.objects.filter(kind="DeadlinePassed").values_list("case_id", flat=True)
print(json.dumps({
    "overdue": sorted(Counter(overdue).values()),
    "warned": JournalEntry.objects.filter(kind="certificate-warned").count(),
    "delivered": sorted(Delivery.objects.values_list("entry_id", flat=True)),
    "sent": sorted(OutboxEntry.objects.filter(receiver="450200-environment").values_list("id", flat=True)),
}))
"""


def test_of_two_workers_at_once_each_duty_is_done_once(imloop: Commands, tmp_path: Path) -> None:
    assert imloop("prepare").returncode == 0
    imloop.python(PREPARE, str(tmp_path))
    command = [sys.executable, "-m", "imloop.cli", "work", "--once"]
    for _ in range(2):  # what the one left to the other is done at the next pass
        pair = [
            subprocess.Popen(command, env=imloop.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for each in pair:
            _, errors = each.communicate(timeout=120)
            assert each.returncode == 0, errors.decode()
            assert b"failed" not in errors, errors.decode()
    found = json.loads(imloop.python(LOOK))
    assert found["overdue"] == [1] * 12
    assert found["warned"] == 1
    assert found["delivered"] == found["sent"]
    files = sorted(int(file.name.partition("-")[0]) for file in tmp_path.iterdir())
    assert files == found["sent"]
    assert imloop("journal", "verify").returncode == 0


def test_what_another_worker_did_meanwhile_is_not_done_again(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of what is due is made before the lock is held; here it is old by the time the step begins."""
    city.test("2026-03-02 09:00", co=0.9)
    late = at("2026-05-02 09:00")
    due = [city.case().case_no]

    class Old:
        def values_list(self, *_: object, **__: object) -> list[str]:
            return due

    assert declare_overdue(late) == 1
    monkeypatch.setattr(
        "imloop.steps.cases.declare_overdue.Case.objects.filter", lambda **_: Old(), raising=False
    )
    assert declare_overdue(late) == 0
    monkeypatch.undo()
    assert city.case().events.filter(kind="DeadlinePassed").count() == 1
    assert prove_journal.faults() == []


def test_a_warning_already_given_is_not_given_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    station, now = Party.objects.get(code=NEAR), at("2026-03-02 09:00")
    kept = Certificate.objects.create(
        party=station,
        kind="cma",
        number="1",
        issuer="x",
        since=now.date(),
        until=at("2026-03-20 00:00").date(),
    )
    read_before = [(Certificate.objects.get(pk=kept.pk), station)]
    assert warn_of_expiry(now) == 1
    monkeypatch.setattr("imloop.steps.stations.certificates._running_out", lambda _: read_before)
    assert warn_of_expiry(now) == 0
    assert JournalEntry.objects.filter(kind="certificate-warned").count() == 1


def outside(city: City) -> Receiver:
    return receivers.add_receiver(
        SYSTEM, code="r", name="x", party="450200-environment", way="folder", address="/srv/x", topics=[],
        now=at("2026-03-01 09:00"),
    )  # fmt: skip


def test_a_lease_or_a_pause_of_a_clock_that_ran_ahead_holds_nobody_up(city: City) -> None:
    row, now = outside(city), at("2026-03-02 09:00")
    Receiver.objects.update(leased_until=now + timedelta(days=300), retry_at=now + timedelta(days=300))
    assert deliveries.due(now) == [row]
    with deliveries.leased(row, now) as mine:
        assert mine
        with deliveries.leased(row, now) as other:
            assert not other


def test_a_worker_that_was_overtaken_stops(city: City) -> None:
    row, now = outside(city), at("2026-03-02 09:00")
    with deliveries.leased(row, now) as mine:
        assert mine
        later = now + deliveries.LEASE + timedelta(seconds=1)
        with deliveries.leased(Receiver.objects.get(), later) as other:
            assert other
            assert not deliveries.hold(row, later)
    assert carry(lambda: later, FakeReceiver()) == 0


@pytest.mark.parametrize("end", [deliveries.delivered, deliveries.refused])
def test_a_message_that_two_workers_brought_ends_once(city: City, end: Callable[..., None]) -> None:
    """A worker that stood still longer than its lease wakes after another has taken over."""
    outside(city)
    now = at("2026-03-02 09:00")
    city.test("2026-03-02 09:00", co=0.9)
    slow, quick = Receiver.objects.get(), Receiver.objects.get()
    entry = deliveries.waiting(slow)[0]
    for row in (quick, slow):
        end(row, deliveries.message_of(row, entry), "", now)
    assert (Delivery.objects.get().entry, slow.cursor) == (entry, entry.pk)


def test_the_clock_of_the_platform_jumps_back_and_forth(doors: Doors) -> None:
    """Order is by number, not by time; what lies in the future is refused; no day is sealed twice."""
    city = doors.city

    def upload(start: str, co: float, no: str, expect: int | None = None, **who: str) -> None:
        message = test_message(at(start), station=NEAR, co=co, test_no=no)
        vehicle = message["vehicle"]
        assert isinstance(vehicle, dict)
        doors.post("tests", {**message, "vehicle": {**vehicle, **who}}, by=NEAR, expect=expect)

    beat = {
        "station": NEAR,
        "lines": [{"line": "01", "status": "idle", "clock": "2026-03-10T09:00:00+08:00"}],
    }
    doors.at("2026-03-10 09:30")
    upload("2026-03-10 09:00", 0.9, "T-1")
    doors.post("heartbeats", beat, by=NEAR)
    first = seal(at("2026-03-10 09:30"))
    assert first is not None
    doors.at("2026-03-03 09:30")  # a week back
    upload("2026-03-10 10:00", 0.1, "T-2", expect=422)
    other = {"vin": "LSVAU2180N2000002", "plate": "桂B20002"}
    upload("2026-03-03 09:00", 0.9, "T-3", **other)
    doors.post("heartbeats", beat, by=NEAR)
    assert seal(at("2026-03-03 09:30")) is None, "the hours up to the tenth are sealed"
    doors.at("2026-03-11 16:00")  # right again
    message = repair_message(at("2026-03-11 15:00"), shop="M450203001")
    doors.post("repairs", message, by="M450203001")
    doors.at("2026-03-12 18:00")
    upload("2026-03-12 16:00", 0.1, "T-2")
    assert seal(at("2026-03-12 18:00")) is not None
    assert [case.state for case in sorted(_cases(city), key=lambda case: case.case_no)] == [
        "closed",
        "awaiting_repair",
    ]
    numbers = list(JournalEntry.objects.order_by("number").values_list("number", "at"))
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
    assert [moment for _, moment in numbers] != sorted(moment for _, moment in numbers), "times went back"
    assert prove_journal.faults() == [] == prove_journal.faulty_cases()
    feed = doors.get("feed?limit=500", by="450200-environment")["entries"]
    assert [entry["seq"] for entry in feed] == sorted(entry["seq"] for entry in feed)
    assert max(Counter(entry["seq"] for entry in feed).values()) == 1


def _cases(city: City) -> list[object]:
    from imloop.store.models import Case

    return list(Case.objects.all())
