"""The programs the demo city's lines run, and the list the environment department keeps of them."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from imloop.sim.cars.upload import SOFTWARE
from imloop.sim.world.places import CITY
from imloop.store.models import Software

_OLD = {"name": SOFTWARE["name"], "version": "4.1.9", "sha256": hashlib.sha256(b"LineHost 4.1.9").hexdigest()}
BEHIND = ("450203002", "01")
"""The line that still runs the program whose approval has ended."""


def enter_programs(today: date) -> None:
    """The program in use, and the one before it, whose approval ended when the new one came."""
    changed = today - timedelta(days=150)
    for program, since, until in ((_OLD, changed - timedelta(days=400), changed), (SOFTWARE, changed, None)):
        Software.objects.create(
            **program, place=CITY, since=since, until=until, cite=f"柳环函〔{since.year}〕27 号（演示）"
        )


def program_of(station: str, line: str) -> dict[str, str]:
    """What a line says it runs, by the names of a heartbeat."""
    program = _OLD if (station, line) == BEHIND else SOFTWARE
    return {"software": f"{program['name']} {program['version']}", "software_sha256": program["sha256"]}
