"""Find the vehicle that a message names: by every name it gives, never by the newest row (``gates.vehicles.identity``).

A vehicle's row holds what is known of it; what a station says of it is compared, and overwrites nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import mistyped, plain
from imloop.facts.records import inspection
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.identity import Bearer, Beside, Found, Identity, Named, resolve
from imloop.gates.vehicles.recognised import names_of_two
from imloop.law import Law
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.plates import (
    bore_it_then,
    may_have_borne,
    no_entered_vin,
    passed_on,
    which_passed_on,
)
from imloop.store.models import Case, HeldRun, Vehicle
from imloop.store.statements import fetch_all, fetch_one, insert, rows, update

_NEAR = (
    "id IN (SELECT vehicle_id FROM store_case WHERE closed_at IS NULL AND (vin_head = %s OR vin_tail = %s)) "
    "AND NOT (vin = '')"
)
_JUDGED = "SELECT 1 FROM store_test WHERE vehicle_id = %s AND result IN ('pass', 'fail') LIMIT 1"
_ONCE, _SINCE = "once", "since"
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""After everything: whoever asks of no run asks for no bearer of then."""
_HOW = f"CASE WHEN {no_entered_vin('o')} THEN '{Beside.PLATED}' ELSE '{Beside.REPLATED}' END"
_HOW_NOW = f"CASE WHEN {passed_on('o')} THEN '{Beside.PASSED}' ELSE {_HOW} END"
_ONCE_ITS = f"CASE WHEN o.vin = '' THEN '{Beside.PASSED}' ELSE '{Beside.REPLATED}' END"
_THEN_ITS = "(o.vin <> '' OR SUBSTR(CAST(q.opened_at AS TEXT), 1, 10) <= CAST({span}.until AS TEXT))"
"""What no VIN names concerns only who had its plate when it failed, or after."""
_EARLIER = (
    "o.vin = '' AND EXISTS (SELECT 1 FROM store_platespan e WHERE e.plate = f.plate AND e.vehicle_id <> f.vehicle_id "
    "AND e.vehicle_id <> o.id AND e.until <= f.since "
    "AND SUBSTR(CAST(q.opened_at AS TEXT), 1, 10) <= CAST(e.until AS TEXT))"
)
"""Another bore the plate before this one, and gave it back after what only the plate names had failed."""
_HELD = f"""
SELECT vehicle_id, '{Beside.REPORTED}' FROM store_case WHERE closed_at IS NULL AND vehicle_id IN ({{marks}})
UNION SELECT c.vehicle_id, '{Beside.REPORTED}' FROM store_heldrun_candidates c
JOIN store_heldrun h ON h.id = c.heldrun_id JOIN store_test t ON t.id = h.test_id
WHERE h.settled_at IS NULL AND t.result = 'fail' AND c.vehicle_id IN ({{marks}})
UNION SELECT t.vehicle_id, '{Beside.REPORTED}' FROM store_obdname o JOIN store_test t ON t.id = o.test_id
JOIN store_case k ON k.vehicle_id = t.vehicle_id AND k.case_no = t.case_no AND k.closed_at IS NULL
WHERE o.vin IN ({{vins}})
UNION SELECT o.id, {_HOW_NOW} FROM store_vehicle o
JOIN store_case q ON q.vehicle_id = o.id AND q.closed_at IS NULL WHERE o.plate IN ({{plates}})
UNION SELECT s.vehicle_id, {_ONCE_ITS} FROM store_platespan s JOIN store_vehicle o ON o.id = s.vehicle_id
JOIN store_case q ON q.vehicle_id = s.vehicle_id AND q.closed_at IS NULL
WHERE s.plate IN ({{plates}}) AND s.until IS NOT NULL AND {_THEN_ITS.format(span="s")}
UNION SELECT vehicle_id, '{_ONCE}' FROM store_platespan WHERE vehicle_id IN ({{marks}}) AND until IS NOT NULL
UNION SELECT p.vehicle_id, CASE WHEN p.until IS NULL THEN '{_SINCE}' ELSE '{Beside.THEN}' END FROM store_platespan p
WHERE p.plate = %s AND (p.until IS NULL AND CAST(p.since AS TEXT) > %s OR {bore_it_then("p")})
"""
"""Vehicles with a case open, or a failed run that waits, by how they were found: ``reported`` among those that bear the
names, or by a control unit; ``plated`` by a plate that one of them bears or once bore, where no authority knows their
VIN, ``passed`` where that plate has gone on since; ``replated`` by such a plate, or one that they once bore
themselves. And ``once``: those that bore another; ``then``: those that bore the plate that is named when the run was
made; ``since``: that bear it since a later day."""
_BY_FORMER_PLATES = f"""
SELECT o.id, CASE WHEN {_EARLIER} THEN '{Beside.PASSED}' ELSE {_HOW} END FROM store_platespan f
JOIN store_vehicle o ON o.plate = f.plate
JOIN store_case q ON q.vehicle_id = o.id AND q.closed_at IS NULL WHERE f.vehicle_id IN ({{marks}})
AND f.until IS NOT NULL AND {may_have_borne("f", "q.opened_at", "o.vin = '' AND NOT o.registered")}
UNION SELECT s.vehicle_id, {_ONCE_ITS} FROM store_platespan f
JOIN store_platespan s ON s.plate = f.plate AND s.until IS NOT NULL JOIN store_vehicle o ON o.id = s.vehicle_id
JOIN store_case q ON q.vehicle_id = s.vehicle_id AND q.closed_at IS NULL
WHERE f.vehicle_id IN ({{marks}}) AND f.until IS NOT NULL
AND {_THEN_ITS.format(span="s")} AND {_THEN_ITS.format(span="f")}
"""


@dataclass(frozen=True, slots=True)
class Identified:
    """``rows``: the bearers' rows by key; ``vehicle``: the row it is, None: a new one, or it is not certain."""

    identity: Identity
    rows: dict[int, Vehicle]

    @property
    def vehicle(self) -> Vehicle | None:
        found = self.identity.vehicle
        return self.rows[found.key] if found is not None else None


@dataclass(frozen=True, slots=True)
class _Held:
    """``held``: bearers that are; ``beside``: others that are, each by how it was found, a report before a plate;
    ``then``: others that bore the plate when the run was made; ``since``: bearers that have it since a later day."""

    held: set[int] = field(default_factory=set)
    beside: dict[int, Beside] = field(default_factory=dict)
    then: set[int] = field(default_factory=set)
    since: set[int] = field(default_factory=set)


def with_vin(*vins: str) -> QuerySet[Vehicle]:
    """The index over VINs leaves out vehicles that have none; SQLite uses it only where the query says so, too."""
    wanted = {"vin": vins[0]} if len(vins) == 1 else {"vin__in": vins}
    return Vehicle.objects.filter(**wanted).exclude(vin="")


def identify(named: Named, at: datetime) -> Identified:
    """Which vehicle the names are of, with everyone who bears one of them, or bore the plate ``at`` the moment of the
    run."""
    found = {row.pk: row for row in _bearers(named) if not _only_seen(row, named)}
    # Whose plate it was then is asked beside: a row that nothing else names is not who bears it now.
    gone = {key: found.pop(key) for key in which_passed_on(found.values())}
    # A plate of its own makes it another vehicle, so those that may be mistyped need not be looked up.
    if not named.plate and not any(row.vin == named.vin for row in found.values()):
        found |= {row.pk: row for row in rows(Vehicle, _NEAR, [named.vin[:8], named.vin[8:]])}
    vins = sorted({vin for vin in (named.vin, *(row.vin for row in found.values())) if vin})
    plates = sorted({plate for plate in (named.plate, *(row.plate for row in found.values())) if plate})
    held = _held(list(found), vins, plates, (named.plate, at))
    if named.vin and any(row.vin == named.vin for row in found.values()):
        held.then.clear()  # a VIN names it, whoever bore the plate
    known = any(row.vin or row.registered for row in found.values())
    others = _not_told_apart(named, found, _beside(held, vins, unknown=not (named.vin or known)))
    hows = {row.pk: how for row, how in others}
    if not named.vin and not any(row.plate == named.plate for row in found.values()):
        hows = {**dict.fromkeys(gone, Beside.PASSED), **hows}  # nor is it a new one by that plate alone
        found |= gone
    found |= {row.pk: row for row, _ in others}
    return _resolved(named, found, held, hows)


def _not_told_apart(
    named: Named, found: Mapping[int, Vehicle], others: Sequence[tuple[Vehicle, Beside]]
) -> list[tuple[Vehicle, Beside]]:
    """Without those that a plate which went on might make of the one that is named, where somebody has looked."""
    wanted = [
        row for row in found.values() if (row.vin == named.vin if named.vin else row.plate == named.plate)
    ]
    mine = wanted[0] if len(wanted) == 1 else None
    return [
        (row, how)
        for row, how in others
        if how is not Beside.PASSED or mine is None or not told_apart(mine, row)
    ]


def told_apart(vehicle: Vehicle, other: Vehicle) -> bool:
    """Since the other failed, a department found that a run was of this vehicle, and not of that one."""
    settled = HeldRun.objects.filter(test__vehicle=vehicle.pk, candidates=other, settled_at__isnull=False)
    opened = Case.objects.filter(vehicle=other, closed_at__isnull=True).values("opened_at")[:1]
    return settled.filter(test__started_at__gt=opened).exists()


def cases_beside(vehicle: Vehicle, plates: Collection[str] = ()) -> list[tuple[Vehicle, Beside]]:
    """Other vehicles with an open case that may be this one. ``plates``: that it is to bear, beside its own."""
    vins = [vehicle.vin] if vehicle.vin else []
    held = _held([vehicle.pk], vins, sorted({vehicle.plate, *plates} - {""}))
    return _beside(held, vins)


def _beside(held: _Held, vins: Sequence[str], *, unknown: bool = False) -> list[tuple[Vehicle, Beside]]:
    """Their rows; one that had the plate is another vehicle, unless its VIN may be a typing error, or what is named
    now is ``unknown`` but for the plate, or it had that when the run was made."""
    keys = sorted({*held.beside, *held.then})
    found = rows(Vehicle, f"id IN ({_marks(keys)}) ORDER BY id", keys) if keys else []
    others = []
    for row in found:
        how = held.beside.get(row.pk, Beside.THEN)
        if how is Beside.REPLATED and unknown:
            how = Beside.FORMER
        elif how is Beside.REPLATED and not any(mistyped(row.vin, vin) for vin in vins):
            how = Beside.THEN
        if how is not Beside.THEN or row.pk in held.then:
            others.append((row, how))
    return others


def _resolved(
    named: Named, found: dict[int, Vehicle], held: _Held, beside: Mapping[int, Beside] | None = None
) -> Identified:
    bearers = [
        Bearer(
            row.pk, row.vin, row.plate, row.pk in held.held, (beside or {}).get(row.pk), row.pk in held.since
        )
        for row in found.values()
    ]
    return Identified(resolve(named, bearers), found)


def find_vehicle(vin: str, plate: str, at: datetime | None = None) -> Vehicle | None:
    """The vehicle that is asked for; None: nobody bears the names. ``Conflict`` where they are several vehicles'.
    ``at``: the moment at which the plate was read; None: now."""
    named = Named(plain(vin), plain(plate))
    bearers, held, hows = {row.pk: row for row in _bearers(named)}, _Held(), dict[int, Beside]()
    gone = which_passed_on(bearers.values())
    if named.vin or len(gone) < len(bearers):
        bearers = {key: row for key, row in bearers.items() if key not in gone}
    if at is not None and named.plate:
        known = _held(list(bearers), [], [], (named.plate, at))
        held = _Held(then=known.then, since=known.since)
        others = _beside(held, [])
        bearers |= {row.pk: row for row, _ in others}
        hows = {row.pk: how for row, how in others}
    found = _resolved(named, bearers, held, hows)
    if found.identity.found is Found.DOUBTFUL and found.identity.candidates:
        raise _several(named, found.identity)
    return found.vehicle


def _several(named: Named, identity: Identity) -> Conflict:
    vin_known = any(each.vin == named.vin for each in identity.candidates if named.vin)
    with_plate = sum(each.plate == named.plate for each in identity.candidates)
    return Conflict("plate-ambiguous", names_of_two(named, vin_known, with_plate), reasons=identity.reasons)


def _bearers(named: Named) -> list[Vehicle]:
    vins = sorted({vin for vin in (named.vin, *named.obd_vins) if vin})
    by_vin = f"(vin IN ({_marks(vins)}) AND NOT (vin = ''))" if vins else ""
    by_plate = "plate = %s" if named.plate else ""
    where = " OR ".join(part for part in (by_vin, by_plate) if part)
    if not where:
        return []
    return rows(Vehicle, f"{where} ORDER BY id", [*vins, *([named.plate] if named.plate else [])])


def _only_seen(row: Vehicle, named: Named) -> bool:
    """Borne by a control unit alone, and known from nothing but a run without a verdict: such a run is no reason to
    doubt another vehicle."""
    if row.registered or row.vin == named.vin or (named.plate and row.plate == named.plate):
        return False
    return fetch_one(_JUDGED, [row.pk]) is None


def _held(
    keys: Sequence[int], vins: Sequence[str], plates: Sequence[str], then: tuple[str, datetime] | None = None
) -> _Held:
    """``then``: the plate that is named, and the moment of the run."""
    if not (keys or vins or plates or then):
        return _Held()
    statement = _HELD.format(marks=_marks(keys), vins=_marks(vins), plates=_marks(plates))
    plate, moment = then or ("", _NEVER)
    day = day_of(moment).isoformat()
    found = fetch_all(statement, [*keys, *keys, *vins, *plates, *plates, *keys, plate, day, day, moment])
    if any(how == _ONCE for _, how in found):
        found += fetch_all(_BY_FORMER_PLATES.format(marks=_marks(keys)), [*keys, *keys])
    by = {how: {int(key) for key, known in found if known == how} for how in (*Beside, _SINCE)}
    beside: dict[int, Beside] = {}
    for how in (Beside.REPLATED, Beside.PASSED, Beside.PLATED, Beside.REPORTED):
        beside |= dict.fromkeys(by[how] - set(keys), how)
    return _Held(by[Beside.REPORTED], beside, by[Beside.THEN] - set(keys), by[_SINCE] - by[Beside.THEN])


def _marks(given: Collection[object]) -> str:
    return ", ".join(["%s"] * len(given)) or "NULL"


def names_of(stated: inspection.Vehicle, obd_vins: Sequence[str] = ()) -> Named:
    """The names in a message, in their normal form."""
    read = {plain(vin) for vin in obd_vins}
    vin = plain(stated.vin)
    return Named(vin, plain(stated.plate), tuple(sorted(each for each in read if each and each != vin)))


def enter_vehicle(
    vehicle: Vehicle | None,
    named: Named,
    stated: inspection.Vehicle,
    *,
    by: str,
    law: Law,
    firm: bool,
    held: bool,
) -> Vehicle:
    """The row of the vehicle that a run was of; a new one for a vehicle nobody knows. What is stated is noted beside
    the register. ``firm`` False (an aborted or comparison run): nothing is noted but the name; ``held``: it has no
    effect, or none yet, or a case is open, so it gives no VIN to a vehicle known by its plate."""
    if vehicle is None:
        vehicle = Vehicle(vin=named.vin, plate="" if named.vin and not firm else named.plate)
        if not firm:
            insert(vehicle)
    elif held:
        stated = replace(stated, vin=vehicle.vin)
    elif firm and not vehicle.vin and not vehicle.registered:
        vehicle.vin = named.vin
        update(vehicle, "vin")
    if firm:
        note_statement(vehicle, stated, by=by, on=law.on, law=law)
    return vehicle


def plate_differs(vehicle: Vehicle, named: Named) -> list[Reason]:
    """A vehicle that no authority entered is known by another plate: said, and not taken over."""
    if vehicle.registered or not (named.plate and vehicle.plate and named.plate != vehicle.plate):
        return []
    return [
        Reason(
            "plate-differs",
            Text(
                f"登记号牌为 {vehicle.plate}，本次报文为 {named.plate}。",
                f"The register has plate {vehicle.plate}; the message says {named.plate}.",
            ),
            next=Text(
                "请对照行驶证；确已换牌的，由公安交管部门更新登记。",
                "Compare the licence; a new plate is entered by the traffic police.",
            ),
        )
    ]


def vin_missing(vehicle: Vehicle, named: Named) -> list[Reason]:
    """Found by its plate alone, though its VIN is known: a plate can be moved to another car."""
    if named.vin or not vehicle.vin:
        return []
    return [
        Reason(
            "vin-missing",
            Text(
                "报文没有 VIN，仅凭号牌确认车辆。",
                "The message has no VIN: the vehicle is known by its plate alone.",
            ),
            next=Text(
                "请在检测线上录入车架号后再检验。", "Enter the VIN on the line before the vehicle is tested."
            ),
        )
    ]
