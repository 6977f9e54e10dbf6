"""Plates and VINs are looked up in one normal form from now on: vehicles stored otherwise are brought into it.

A row that would then bear the name of another one is left as it is, with its plates: whether both are one vehicle is
for people to say. ``imloop check`` names such rows.
"""

from collections import Counter
from typing import Any, NamedTuple

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.facts.identifiers import plain

_AT_ONCE = 2000
_LONGEST_VIN, _LONGEST_PLATE = 17, 12


class Odd(NamedTuple):
    """A vehicle whose names are not in normal form: as they are, and as they should be."""

    pk: int
    vin: str
    plate: str
    new_vin: str
    new_plate: str


def bring_into_normal_form(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    Vehicle, PlateSpan = apps.get_model("store", "Vehicle"), apps.get_model("store", "PlateSpan")
    odd = _odd(Vehicle)
    wanted = Counter(each.new_vin for each in odd), Counter(each.new_plate for each in odd)
    left = {each.pk for each in odd if not _is_free(Vehicle, each, *wanted)}
    for each in odd:
        if each.pk not in left:
            _rename(Vehicle, each)
    spans = [
        (pk, plain(plate))
        for pk, plate, vehicle in PlateSpan.objects.values_list("pk", "plate", "vehicle_id").iterator(_AT_ONCE)
        if vehicle not in left and plain(plate) != plate
    ]
    for pk, plate in spans:
        if 0 < len(plate) <= _LONGEST_PLATE:
            PlateSpan.objects.filter(pk=pk).update(plate=plate)


def _odd(Vehicle: Any) -> list[Odd]:
    rows = Vehicle.objects.values_list("pk", "vin", "plate").iterator(_AT_ONCE)
    found = (Odd(pk, vin, plate, plain(vin), plain(plate)) for pk, vin, plate in rows)
    return [each for each in found if (each.vin, each.plate) != (each.new_vin, each.new_plate)]


def _is_free(Vehicle: Any, odd: Odd, vins: Counter[str], plates: Counter[str]) -> bool:
    """Does something remain of its names that fits, and does nobody else bear it, now or after this migration?"""
    vin, plate = odd.new_vin, odd.new_plate
    if not (vin or plate) or len(vin) > _LONGEST_VIN or len(plate) > _LONGEST_PLATE:
        return False
    others = Vehicle.objects.exclude(pk=odd.pk)
    if vin and vin != odd.vin and (vins[vin] > 1 or others.filter(vin=vin).exists()):
        return False
    if plate and (plate != odd.plate or not vin):
        return plates[plate] == 1 and not others.filter(plate=plate).exists()
    return True


def _rename(Vehicle: Any, odd: Odd) -> None:
    row = Vehicle.objects.get(pk=odd.pk)
    row.vin, row.plate = odd.new_vin, odd.new_plate
    named = {"vin": row.vin, "plate": row.plate}
    row.facts = {key: value for key, value in (row.facts | named).items() if value or key not in named}
    row.save(update_fields=["vin", "plate", "facts"])


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0025_paper_files'),
    ]

    operations = [
        migrations.RunPython(bring_into_normal_form, migrations.RunPython.noop),
    ]
