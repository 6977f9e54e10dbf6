"""The site as it is served, with the platform's clock standing at the moment written in a file.

``python -m support.servers.steered_site --port PORT --data FOLDER`` registers the parties of ``support.city`` with
opening hours and one person each (user name: the party's code), the environment office's ``TEAM`` besides, then serves
``support.servers.steered_wsgi``.
"""

from __future__ import annotations

import argparse
import os
from datetime import date, datetime, time
from pathlib import Path

PASSWORD = "a-long-password"
START = "2026-03-01 09:00"
TEAM = ("zhang", "li", "wang", "head", "deputy", "fazhi")
"""Who investigates, reviews, decides and reviews legally: no one of them alone."""
PRIVATE_CAR = {
    "vehicle_type": "K33",
    "usage": "A",
    "emission_stage": "4",
    "first_registered_on": "2016-03-01",
}
CLOCK = "clock"
"""The file's name in the data directory; it holds ``2026-03-05 09:00``, in China."""

BEAT = "STEERED_BEAT"
"""Of the environment: seconds between signs of life of an open stream, where the usual ones are too long
to wait for."""

KEY = "istation-key"
"""The file of a bearer key of the first station."""


def set_clock(data: Path, when: str) -> None:
    """From one moment to the next: an open stream asks for the time whenever it likes,
    and must not find half a file."""
    new = data / f"{CLOCK}.new"
    new.write_text(when, encoding="ascii")
    new.replace(data / CLOCK)


def steer(data: Path) -> None:
    """From now on every request is answered at the moment of the file."""
    from imloop.api import couriers
    from imloop.facts.days import CHINA
    from imloop.steps.ground import clock

    clock.now = lambda: datetime.fromisoformat((data / CLOCK).read_text(encoding="ascii")).replace(
        tzinfo=CHINA
    )
    couriers.BEAT = float(os.environ.get(BEAT, couriers.BEAT))


def prepare(data: Path) -> None:
    """An empty database becomes the city of the stories."""
    from django.core.management import call_command
    from django.db import connections

    from imloop.steps.accounts.create_user import create_user
    from imloop.steps.appointments.opening_hours import Hours, set_hours
    from imloop.store.models import Party, Vehicle
    from support.city import NEAR, PLACE, City, at
    from support.messages.uploads import PLATE, VIN

    set_clock(data, START)
    call_command("migrate", verbosity=0)
    city, now = City.build(), at(START)
    for party in Party.objects.order_by("id"):
        create_user(party.code, PASSWORD, party, now)
    for name in TEAM:
        office = Party.objects.get(code=f"{PLACE}-environment")
        create_user(name, PASSWORD, office, now, is_head=name == "head")
    Vehicle.objects.create(vin=VIN, plate=PLATE, fuel="gasoline", facts=PRIVATE_CAR)
    mornings = [Hours(None, time(8), time(12)), Hours(None, time(14), time(17))]
    set_hours(city.callers[NEAR], mornings, date(2026, 3, 1), now)
    (data / KEY).write_text(city.key(NEAR), encoding="ascii")
    connections.close_all()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--data", type=Path, required=True)
    given = options.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "imloop.site.settings"
    import django
    from granian import Granian
    from granian.constants import Interfaces

    django.setup()
    if not (given.data / CLOCK).exists():
        prepare(given.data)
    Granian(
        "support.servers.steered_wsgi:application",
        address="127.0.0.1",
        port=given.port,
        interface=Interfaces.WSGI,
        blocking_threads=64,
        log_level="error",
    ).serve()


if __name__ == "__main__":
    main()
