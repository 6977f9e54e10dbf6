"""The facts the gates need of a station, loaded once and kept in memory until the station's token changes.

Every change of a row behind these facts, however it is made, changes the station's token (database triggers, see
``store.models.tokens``). So a look-up costs one small query instead of a dozen, and is never older than the database.

Buys: 17 times the retest permits a second on SQLite, 14 times on PostgreSQL (benchmark HELPERS).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.text import Reason, only_warnings
from imloop.gates.lines import CheckFact, InstrumentFact, OrderFact, line_standing
from imloop.gates.stations.staff import StaffFact
from imloop.gates.stations.station import CertificateFact, StandingFact, station_standing
from imloop.law import Law
from imloop.steps.stations.latest_checks import latest_checks
from imloop.store.models import Certificate, Equipment, Line, LineOrder, Party, Staff, Standing
from imloop.store.statements import fetch_one

MOST = 5000
"""Stations kept in memory by one process; a province has a few hundred."""

LineStanding = dict[str, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """``checks``: the last one of each kind when they were loaded; for an earlier moment they are loaded again."""

    line: Line
    instruments: tuple[InstrumentFact, ...]
    orders: tuple[OrderFact, ...]
    checks: tuple[CheckFact, ...]

    def serves(self, day: date) -> bool:
        return self.line.since <= day and (self.line.until is None or day < self.line.until)

    def standing(self, at: datetime, law: Law, methods: tuple[str, ...] | None = None) -> LineStanding:
        """Per licensed method (or for ``methods`` alone) every reason, refusals and warnings, at a moment."""
        checks = self.checks
        if any(check.finished_at > at for check in checks):
            checks = tuple(latest_checks(self.line.pk, at))
        wanted = self.line.methods if methods is None else methods
        return line_standing(wanted, self.instruments, checks, self.orders, at, law, reports=bool(checks))


@dataclass(frozen=True, slots=True)
class StationFacts:
    """Read-only: ``party`` and the lines are shared by everyone who asks."""

    party: Party
    standings: tuple[StandingFact, ...]
    certificates: tuple[CertificateFact, ...]
    lines: tuple[LineFacts, ...]
    staff: tuple[StaffFact, ...]
    _said: dict[tuple[date, Law], tuple[Reason, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Of the last day asked: every retest of that day asks the same."""

    def reasons(self, day: date, law: Law) -> tuple[Reason, ...]:
        """Why the station may not work on the day, and what is doubtful."""
        said = self._said.get((day, law))
        if said is None:
            said = station_standing(self.party.kind, self.standings, self.certificates, day, law)
            self._said.clear()
            self._said[day, law] = said
        return said

    def against(self, day: date, law: Law) -> list[Reason]:
        """The same for the counter: a certificate that was never entered is reported on the station's page only."""
        return [reason for reason in self.reasons(day, law) if reason.code != "certificate-missing"]

    def is_active(self, day: date, law: Law) -> bool:
        return only_warnings(self.reasons(day, law))

    def lines_on(self, at: datetime) -> list[LineFacts]:
        day = day_of(at)
        return [each for each in self.lines if each.serves(day)]

    def line(self, code: str, at: datetime) -> LineFacts | None:
        return next((each for each in self.lines_on(at) if each.line.code == code), None)


_kept: dict[int, tuple[str, StationFacts]] = {}


def facts_of(station: Party) -> StationFacts:
    """The facts of a registered station now."""
    return facts_by(station.pk, _token(station.pk))


def facts_by(party_id: int, token: str) -> StationFacts:
    """The facts behind a token that was read in this transaction."""
    found = _kept.get(party_id)
    if found is not None and found[0] == token:
        return found[1]
    facts = _load(party_id)
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[party_id] = (token, facts)
    return facts


def _token(party_id: int) -> str:
    row = fetch_one("SELECT token FROM store_stationtoken WHERE party_id = %s", [party_id])
    return str(row[0]) if row else ""


def _load(party_id: int) -> StationFacts:
    party = Party.objects.get(pk=party_id)
    standings = Standing.objects.filter(party=party_id).order_by("since", "id")
    papers = Certificate.objects.filter(party=party_id).order_by("since", "id")
    return StationFacts(
        party,
        tuple(StandingFact(s.state, s.since, s.until, s.decision_no, s.cite) for s in standings),
        tuple(CertificateFact(c.kind, c.number, c.since, c.until) for c in papers),
        tuple(_line(line) for line in Line.objects.filter(station=party_id).order_by("code")),
        tuple(
            StaffFact(s.name, s.role, s.since, s.until, s.qualified_until)
            for s in Staff.objects.filter(party=party_id)
        ),
    )


def _line(line: Line) -> LineFacts:
    rows = Equipment.objects.filter(line=line).prefetch_related("certificates").order_by("id")
    instruments = tuple(
        InstrumentFact(
            row.kind,
            row.serial,
            row.since,
            row.until,
            tuple((c.since, c.until) for c in row.certificates.all() if c.kind == "verification"),
        )
        for row in rows
    )
    orders = tuple(
        OrderFact(o.kind, tuple(o.methods), o.since, o.until, o.reason, o.approver)
        for o in LineOrder.objects.filter(line=line)
    )
    return LineFacts(line, instruments, orders, tuple(latest_checks(line.pk)))
