"""Plate history: a span is written only when a plate changes; a vehicle's present plate is in its own row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.store.models import Case, PlateSpan, Vehicle
from imloop.store.statements import fetch_all


def no_entered_vin(row: str) -> str:
    """A condition in SQL on a vehicle's row (its name): no authority knows its VIN. One that an authority entered by
    its plate alone may bear a VIN that a station stated."""
    sources = f"CAST({row}.sources AS TEXT)"
    return f"({row}.vin = '' OR REPLACE({sources}, '\"vin\"', '') = {sources})"


def may_have_borne(span: str, moment: str, nameless: str = "TRUE") -> str:
    """A condition in SQL on a closed span (its name) and a moment (a column): may what had the span's plate at that
    moment have been its vehicle? It bore it then or later; or nobody bears it now whom an authority entered, and
    what had it is known by nothing else (``nameless``, a condition)."""
    then = f"SUBSTR(CAST({moment} AS TEXT), 1, 10) <= CAST({span}.until AS TEXT)"
    # As EXISTS, PostgreSQL might read all vehicles once to answer it.
    entered = f"(SELECT w.id FROM store_vehicle w WHERE w.plate = {span}.plate AND w.registered LIMIT 1)"
    return f"({then} OR {nameless} AND {entered} IS NULL)"


def passed_on(row: str) -> str:
    """A condition in SQL on a vehicle's row (its name): only its plate names it, and since it was tested the register
    was told that another vehicle has that plate no more. What was tested then may have been that one; whoever bears
    the plate now is not this row."""
    # Of a span that was kept before it was noted when that was told, by the day.
    told = (
        "CASE WHEN g.ended_at IS NULL THEN SUBSTR(CAST(y.started_at AS TEXT), 1, 10) <= CAST(g.until AS TEXT) "
        "ELSE y.started_at <= g.ended_at END"
    )
    return (
        f"({row}.vin = '' AND EXISTS (SELECT 1 FROM store_platespan g JOIN store_test y ON y.vehicle_id = {row}.id "
        f"WHERE g.plate = {row}.plate AND g.vehicle_id <> {row}.id AND g.until IS NOT NULL AND {told}))"
    )


def which_passed_on(rows: Iterable[Vehicle]) -> set[int]:
    """Keys of those that ``passed_on`` is true of."""
    keys = [row.pk for row in rows if row.plate and not row.vin]
    if not keys:
        return set()
    marks = ", ".join(["%s"] * len(keys))
    found = fetch_all(f"SELECT w.id FROM store_vehicle w WHERE w.id IN ({marks}) AND {passed_on('w')}", keys)
    return {int(key) for (key,) in found}


def bore_it_then(span: str) -> str:
    """A condition in SQL on a span (its name), with a day and a moment: was the register told only after it that its
    vehicle has the plate no more? Of a span that was kept before that was noted, by the day."""
    then = f"CASE WHEN {span}.ended_at IS NULL THEN CAST({span}.until AS TEXT) >= %s ELSE {span}.ended_at > %s END"
    return f"{span}.until IS NOT NULL AND {then}"


def first_day(vehicle: Vehicle, day: date) -> date:
    """Since when a vehicle may have had its first known plate: its first registration, else ``day``."""
    stated = vehicle.facts.get("first_registered_on")
    try:
        return min(date.fromisoformat(str(stated)[:10]), day) if stated else day
    except ValueError:
        return day


def change_plates(
    changed: Sequence[tuple[Vehicle, str, str]], day: date, source: str, told: datetime
) -> None:
    """Close the spans of former plates and open those of the new ones. ``changed``: each vehicle as it now is, with the
    plate and colour it had before (empty: none); ``day``: since when it bears the new one; ``told``: when that was
    said. A few queries, however many vehicles.

    Until it was told, the former plate named the vehicle here: what failed under it meanwhile may have been it, on
    whichever day it is said to have given the plate back."""
    until = max(day, day_of(told))
    if not changed:
        return
    # A vehicle may lose its plate to another row and be given one by its own: it had one plate before.
    first: dict[int, tuple[Vehicle, str, str]] = {}
    for each in changed:
        first.setdefault(each[0].pk, each)
    changed = list(first.values())
    ids = list(first)
    running = PlateSpan.objects.filter(vehicle__in=ids, until__isnull=True)
    known = set(running.values_list("vehicle_id", flat=True))
    running.update(until=until, ended_at=told)
    spans = [
        PlateSpan(
            vehicle=vehicle,
            plate=plate,
            plate_colour=colour,
            since=first_day(vehicle, day),
            until=until,
            ended_at=told,
            source=source,
        )
        for vehicle, plate, colour in changed
        if plate and vehicle.pk not in known
    ]
    spans += [
        PlateSpan(
            vehicle=vehicle,
            plate=vehicle.plate,
            plate_colour=vehicle.plate_colour,
            since=day,
            source=source,
        )
        for vehicle, _, _ in changed
        if vehicle.plate
    ]
    PlateSpan.objects.bulk_create(spans)


def borne_by_another(vehicle: Vehicle, plate: str) -> bool:
    """Does another vehicle that an authority entered, and that is active, bear the plate?"""
    others = Vehicle.objects.filter(plate=plate, registered=True, status=Vehicle.Status.ACTIVE)
    return others.exclude(pk=vehicle.pk).exclude(vin="").exists()


def take_plate(vehicle: Vehicle) -> list[tuple[Vehicle, str, str]]:
    """Other active vehicles that bore the plate lose it, but for ``keep_plate``; each with what it bore, for
    ``change_plates``."""
    others = Vehicle.objects.filter(plate=vehicle.plate, status=Vehicle.Status.ACTIVE)
    others = others.exclude(pk=vehicle.pk).exclude(vin="")
    moved, kept = [], keep_plate(others)
    for other in others.exclude(pk__in=kept):
        moved.append((other, other.plate, other.plate_colour))
        other.plate = other.plate_colour = ""
        other.facts = {name: each for name, each in other.facts.items() if name != "plate"}
        other.save(update_fields=["plate", "plate_colour", "facts"])
    return moved


def keep_plate(bearers: Iterable[Vehicle]) -> set[int]:
    """Vehicles with an open case of which no authority knows the VIN: it is a station's word, and the plate is the way
    to the case."""
    doubtful = [each.pk for each in bearers if "vin" not in each.sources]
    if not doubtful:
        return set()
    return set(
        Case.objects.filter(vehicle__in=doubtful, closed_at__isnull=True).values_list("vehicle_id", flat=True)
    )


def once_bore(plate: str) -> Vehicle | None:
    """The vehicle that last had a plate and has it no more: a hint to the reader, never a match."""
    span = (
        PlateSpan.objects.filter(plate=plate, until__isnull=False)
        .exclude(vehicle__plate=plate)
        .select_related("vehicle")
        .order_by("-until", "-id")
        .first()
    )
    return span.vehicle if span else None
