"""Two real background workers, receivers outside that behave badly in every way they can:
each gets everything, in order."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from support.servers.commands import Commands
from support.servers.rude_receiver import MOODS, Desk, rude

OFFICES = ("environment", "transport", "market", "police")
MESSAGES = 30
"""To each receiver: half of them wait when the workers start, half come while they carry."""
PREPARE = """
import django, json, sys
django.setup()
from support.city import City
from support.stories.outside import receiver_outside
City.build()
for code, address in json.loads(sys.argv[1]).items():
    receiver_outside(code, address, party=f"450200-{code.partition('-')[0]}")
"""
SEND = """
import django, json, sys
django.setup()
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
for number in range(*map(int, sys.argv[1:3])):
    with writing(clock.now(), SYSTEM) as ledger:
        for office in sys.argv[3:]:
            ledger.send(f"450200-{office}", "case-opened", f"C{number}", {"n": number})
"""
UNTIL_NOTHING_WAITS = """
import django, sys, time
django.setup()
from imloop.steps.couriers.deliveries import waiting
from imloop.store.models import Receiver
until = time.monotonic() + 240
while any(waiting(each).exists() for each in Receiver.objects.all()):
    if time.monotonic() > until:
        sys.exit(str([(r.code, r.tries, r.last_error, waiting(r).count()) for r in Receiver.objects.all()]))
    time.sleep(0.05)
"""
LOOK = """
import django, json
django.setup()
from imloop.store.models import JournalEntry, OutboxEntry, Receiver
print(json.dumps({each.code: {
    "sent": list(OutboxEntry.objects.filter(receiver=each.party.code).order_by("id").values_list("id", "body__n")),
    "ended": list(each.deliveries.order_by("entry_id").values_list("entry_id", "state")),
    "dead": sorted(json.loads(body)["seq"] for body in
        JournalEntry.objects.filter(kind="dead-letter", subject=each.code).values_list("body", flat=True)),
    "tries": each.tries, "error": each.last_error,
} for each in Receiver.objects.select_related("party")}))
"""


@contextmanager
def two_workers(imloop: Commands, log: Path) -> Iterator[None]:
    """``imloop work`` twice, each second of theirs 50 ms."""
    more = {"PYTHONPATH": str(Path(__file__).parents[1]), "QUICK_SINCE": str(time.time())}
    command = [sys.executable, "-m", "support.servers.quick_work", "--every", "3600"]
    with log.open("wb") as out:
        pair = [
            subprocess.Popen(command, env=imloop.environment | more, stdout=out, stderr=out) for _ in range(2)
        ]
        try:
            yield
            assert [each.poll() for each in pair] == [None, None], log.read_text(errors="replace")
        finally:
            for each in pair:
                each.terminate()
            for each in pair:
                each.wait(60)


def desk(seed: int) -> Desk:
    """Every bad mood at least once, some again, in an order of its own; a few messages that it will never take. It
    comes to its senses now and then, as pauses double with every failure."""
    chance = random.Random(seed)
    bad = [*MOODS, *chance.choices(MOODS, k=len(MOODS) // 2)]
    chance.shuffle(bad)
    moods = [mood for start in range(0, len(bad), 2) for mood in (*bad[start : start + 2], "ok")]
    return Desk(moods, frozenset(chance.sample(range(MESSAGES), 3)))


def test_each_receiver_gets_everything_in_order_whatever_it_does(imloop: Commands, tmp_path: Path) -> None:
    desks = {f"{office}-{n}": desk(seed) for seed, (office, n) in enumerate(product(OFFICES, "ab"))}
    folder = tmp_path / "in"
    with rude(desks) as outside:
        addresses = {code: outside.address(code) for code in desks} | {"police-folder": str(folder)}
        imloop.python(PREPARE, json.dumps(addresses))
        imloop.python(SEND, 0, MESSAGES // 2, *OFFICES)
        with two_workers(imloop, tmp_path / "log"):
            imloop.python(SEND, MESSAGES // 2, MESSAGES, *OFFICES)
            folder.mkdir()
            imloop.python(UNTIL_NOTHING_WAITS)
    kept = json.loads(imloop.python(LOOK))
    for code, each in desks.items():
        assert not each.moods, f"{code} did not play them all"
        holds_everything_once(code, each, kept[code])
    in_folder = sorted(int(file.name.partition("-")[0]) for file in folder.iterdir())
    assert in_folder == [seq for seq, _ in kept["police-folder"]["sent"]]
    assert imloop("journal", "verify").returncode == 0


def holds_everything_once(code: str, desk: Desk, kept: dict[str, list[list[int]]]) -> None:
    wanted = [seq for seq, number in kept["sent"] if number not in desk.never]
    never = [seq for seq, number in kept["sent"] if number in desk.never]
    first = list(desk.first.values())
    assert [arrival.seq for arrival in first] == wanted, f"{code}: all, in order, each once"
    assert [arrival.key for arrival in first] == [f'"{code}-{seq}"' for seq in wanted]
    bytes_of = {(arrival.seq, arrival.sha256) for arrival in desk.arrivals}
    assert len(bytes_of) == len(wanted), f"{code}: what came again was the same, byte for byte"
    assert len(desk.arrivals) > len(wanted), f"{code}: some did come again"
    assert [entry for entry, state in kept["ended"] if state == "dead"] == never == kept["dead"]
    assert [entry for entry, state in kept["ended"] if state == "delivered"] == wanted
    assert (kept["tries"], kept["error"]) == (0, ""), f"{code}: it recovered"
