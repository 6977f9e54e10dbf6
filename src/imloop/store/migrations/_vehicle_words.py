"""Sorts what was kept of vehicles into the authorities' word and what stations stated, and says in the journal of which
vehicles a gate may now answer otherwise."""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations._journal import note

_AT_ONCE = 500
_BY_AUTHORITY = ("police", "import")
_WRITTEN = ["facts", "sources", "stated", "registered", "fuel"]
_EVIDENCE = "0028"


def sort_words(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """No test of a vehicle: only an authority can have entered it. With tests, every one of which wrote over what was
    there: the authorities' word is what history shows of them (a change, a plate by list, an enrolment, a mark)."""
    vehicles = apps.get_model("store", "Vehicle")
    tested = _ids(apps, "Test")
    plates = dict(
        apps.get_model("store", "PlateSpan")
        .objects.filter(source__in=_BY_AUTHORITY, until__isnull=True)
        .values_list("vehicle_id", "plate")
    )
    known = _ids(apps, "VehicleChange") | _ids(apps, "Enrolment") | _ids(apps, "Mark") | set(plates)
    otherwise: list[str] = []
    for part in _parts(vehicles.objects.order_by("pk").iterator(chunk_size=_AT_ONCE)):
        for vehicle in part:
            if vehicle.pk not in tested:
                _authority(vehicle)
                continue
            otherwise.append(vehicle.vin or vehicle.plate)
            _stations(vehicle, plates.get(vehicle.pk, ""), vehicle.pk in known)
        vehicles.objects.bulk_update(part, _WRITTEN)
    for start in range(0, len(otherwise), _AT_ONCE):
        names = otherwise[start : start + _AT_ONCE]
        body = {"migration": "0028_vehicle_sources", "vehicles": len(otherwise), "only_stated": names}
        note(apps, "import", "vehicles", body)


def _authority(vehicle: Any) -> None:
    vehicle.registered = True
    if vehicle.fuel:
        vehicle.facts = {**vehicle.facts, "fuel": vehicle.fuel}
    vehicle.sources = {name: ["police", "", _EVIDENCE] for name in vehicle.facts}


def _stations(vehicle: Any, plate: str, known: bool) -> None:
    said = {name: value for name, value in vehicle.facts.items() if value not in (None, "", {})}
    said.pop("owner", None)
    vehicle.stated = {name: [value, "", ""] for name, value in said.items()}
    vehicle.registered = known
    vehicle.facts, vehicle.sources = {}, {}
    if known:
        vehicle.fuel = ""
        sure = {"vin": vehicle.vin, "plate": plate}
        vehicle.facts = {name: value for name, value in sure.items() if value}
        vehicle.sources = {name: ["police", "", _EVIDENCE] for name in vehicle.facts}


def _ids(apps: StateApps, model: str) -> set[int]:
    rows = apps.get_model("store", model).objects.filter(vehicle__isnull=False).order_by()
    return set(rows.values_list("vehicle_id", flat=True).distinct())


def _parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
