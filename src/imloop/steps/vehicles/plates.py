"""Plate history: a span is written only when a plate changes; a vehicle's present plate is in its own row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from imloop.store.models import Case, PlateSpan, Vehicle


def first_day(vehicle: Vehicle, day: date) -> date:
    """Since when a vehicle may have had its first known plate: its first registration, else ``day``."""
    stated = vehicle.facts.get("first_registered_on")
    try:
        return min(date.fromisoformat(str(stated)[:10]), day) if stated else day
    except ValueError:
        return day


def change_plates(changed: Sequence[tuple[Vehicle, str, str]], day: date, source: str) -> None:
    """Close the spans of former plates and open those of the new ones. ``changed``: each vehicle as it now is, with the
    plate and colour it had before (empty: none). A few queries, however many vehicles."""
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
    running.filter(since__lte=day).update(until=day)
    spans = [
        PlateSpan(
            vehicle=vehicle,
            plate=plate,
            plate_colour=colour,
            since=first_day(vehicle, day),
            until=day,
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
    """Vehicles with an open case that no authority entered: their VIN is a station's word, and the plate is the way to
    the case."""
    doubtful = [each.pk for each in bearers if not each.registered]
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
