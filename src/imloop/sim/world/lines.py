"""Who gets which line when: no two runs of one line ever overlap."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from imloop.facts.codes import Method
from imloop.facts.days import CHINA
from imloop.sim.world.diary import TURNOVER
from imloop.store.models import Line, Test

LONGEST = timedelta(seconds=270)
"""No run the simulator drives takes longer."""


class Lines:
    """The lines of the given stations with their bookings. ``apart``: stations that cars go to for a reason of their
    own only."""

    def __init__(self, stations: list[str], apart: tuple[str, ...] = ()) -> None:
        self._apart = apart
        self._methods: dict[tuple[str, str], list[str]] = {}
        self._busy: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
        self._runs: dict[tuple[str, str], int] = defaultdict(int)
        for line in (
            Line.objects.filter(station__code__in=[*stations, *apart])
            .select_related("station")
            .order_by("id")
        ):
            self._methods[line.station.code, line.code] = list(line.methods)

    def remember(self, since: datetime) -> None:
        """Take over what the store knows: how far each line has counted, and its runs from ``since`` on."""
        kept = Test.objects.filter(station__code__in={station for station, _ in self._methods})
        for station, code in kept.values_list("station__code", "line"):
            self._runs[station, code] += 1
        for station, code, start, end in kept.filter(ended_at__gte=since).values_list(
            "station__code", "line", "started_at", "ended_at"
        ):
            self._busy[station, code].append((start.astimezone(CHINA), end.astimezone(CHINA)))

    def stations_for(self, method: Method) -> list[str]:
        """Stations with a line licensed for the method, in a stable order."""
        able = {station for (station, _), methods in self._methods.items() if method in methods}
        return sorted(able - {*self._apart})

    def book(self, station: str, method: Method, arrived: datetime) -> tuple[str, datetime]:
        """The line that is free first and when the run may start there. The slot is held until ``keep``."""
        free = [
            (self._first_gap(station, code, arrived), code)
            for (where, code), methods in self._methods.items()
            if where == station and method in methods
        ]
        start, code = min(free)
        return code, start

    def keep(self, station: str, line: str, start: datetime, end: datetime) -> None:
        self._busy[station, line].append((start, end))

    def next_sequence(self, station: str, line: str) -> int:
        """The line's own running number: every run counts, aborted ones too."""
        self._runs[station, line] += 1
        return self._runs[station, line]

    def _first_gap(self, station: str, line: str, arrived: datetime) -> datetime:
        start = arrived
        for begin, end in sorted(self._busy[station, line]):
            if begin - TURNOVER < start + LONGEST and start < end + TURNOVER:
                start = end + TURNOVER
        return start
