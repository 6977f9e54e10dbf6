"""What a reading weighs: whether it can be evidence, point by point, and what the vehicle's readings say together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from imloop.facts.days import day_of
from imloop.facts.records.reading import Pollutant, vsp_kw_t
from imloop.gates.answer import Answer
from imloop.gates.remote_sensing.evidence import InstrumentFact, ReadingFact, SiteFact, may_be_evidence
from imloop.gates.remote_sensing.screening import LIMITS, Measured, limits, screen
from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import look, nothing_there
from imloop.steps.ground.registers import law_at
from imloop.steps.remote_sensing.lookups import readings, site_of, standing
from imloop.store.models import RemoteInstrument, RemoteReading, RemoteSite, Vehicle

_BEFORE = timedelta(days=400)
"""Farther back no rule looks."""
_LIGHT_KG = 3500


@dataclass(frozen=True, slots=True)
class Against:
    """A value and its limit of that day and place; ``limit`` None: it has none."""

    pollutant: Pollutant
    value: float
    limit: float | None
    cite: str

    @property
    def over(self) -> bool:
        return self.limit is not None and self.value > self.limit


@dataclass(frozen=True, slots=True)
class Weighed:
    reading: RemoteReading
    evidence: Answer
    screening: Answer
    values: tuple[Against, ...]


def weighed(caller: Caller, reading_id: int) -> Weighed:
    """The look is journalled by plate, where there is one."""

    def find() -> RemoteReading:
        row = readings(caller).filter(pk=reading_id).first()
        if row is None:
            raise nothing_there("reading", str(reading_id))
        return row

    return look(caller, "reading", find, lambda row: row.plate or row.record_no, weight_of)


def weight_of(row: RemoteReading) -> Weighed:
    """For who keeps the look another way, or is the owner."""
    vehicle = Vehicle.objects.filter(plate=row.plate, registered=True).first() if row.plate else None
    law = law_at(day_of(row.at), row.sender.place)
    screening = screen(_of_vehicle(row), vehicle.fuel if vehicle else "", law)
    return Weighed(row, may_be_evidence(_fact(row, vehicle), law), screening, tuple(_against(row, law)))


def _against(row: RemoteReading, law: Law) -> Iterable[Against]:
    known = limits(law)
    for each in Pollutant:
        if each in row.data["values"]:
            cite = law.cite(LIMITS[each]) if each in known else ""
            yield Against(each, row.data["values"][each], known.get(each), cite)


def _of_vehicle(row: RemoteReading) -> Iterable[Measured]:
    """Up to this reading, of whichever sender; what people dismissed tells nothing."""
    if not row.plate:
        return []
    known = RemoteReading.objects.filter(plate=row.plate, at__range=(row.at - _BEFORE, row.at))
    return [
        Measured(each.record_no, each.site_code, each.at, _measured(each), _over(each))
        for each in known.exclude(state=RemoteReading.State.DISMISSED)
    ]


def _measured(row: RemoteReading) -> frozenset[Pollutant]:
    return frozenset(each for each in Pollutant if each in row.data["values"])


def _over(row: RemoteReading) -> frozenset[Pollutant]:
    return frozenset(Pollutant(name) for name in row.over.split(",") if name)


def _fact(row: RemoteReading, vehicle: Vehicle | None) -> ReadingFact:
    site = site_of(row)
    reviews, values = [each for each in standing(row) if each.stage], row.data["values"]
    mass = vehicle.facts.get("max_mass_kg") if vehicle else None
    power = None
    if "speed_kmh" in values and "acceleration_ms2" in values:
        slope = values.get("slope_pct", site.slope_pct if site else None) or 0.0
        power = vsp_kw_t(values["speed_kmh"], values["acceleration_ms2"], slope)
    return ReadingFact(
        day=day_of(row.at),
        site=_site_fact(site) if site else None,
        instruments=tuple(_of_that_day(site, row)) if site else (),
        over=_over(row),
        measured=_measured(row),
        vsp=power,
        light=isinstance(mass, (int, float)) and mass <= _LIGHT_KG,
        confidence=row.confidence,
        plate_checked=bool(reviews) and all(each.plate_ok for each in reviews),
        reviewers=tuple(each.person for each in reviews if each.holds),
        told_on=day_of(row.told_at) if row.told_at else None,
        open_on=day_of(row.open_at) if row.open_at else None,
    )


def _site_fact(site: RemoteSite) -> SiteFact:
    return SiteFact(
        code=site.code,
        published_on=site.published_on,
        sign=site.sign,
        slope_pct=site.slope_pct,
        geometry_ok=site.geometry_ok,
        legal_review_on=site.legal_review_on,
        technical_review_on=site.technical_review_on,
    )


def _of_that_day(site: RemoteSite, row: RemoteReading) -> Iterable[InstrumentFact]:
    """Each instrument of the site with the certificate of that day, else with its last one before."""
    day = day_of(row.at)
    found: dict[tuple[str, str], RemoteInstrument] = {}
    for each in site.instruments.order_by("verified_from"):
        if each.verified_from <= day or (each.kind, each.serial) not in found:
            found[each.kind, each.serial] = each
    return (
        InstrumentFact(
            serial=each.serial,
            kind=each.kind,
            conforms=each.conforms,
            verified_from=each.verified_from,
            verified_until=each.verified_until,
        )
        for each in found.values()
    )
