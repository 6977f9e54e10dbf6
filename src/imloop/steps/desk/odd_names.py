"""Vehicles stored under a name that is not in normal form: no door finds them by it.

There are such rows only from before the normal form, where the migration would have given two rows one name.
"""

from __future__ import annotations

from collections.abc import Iterator

from imloop.facts.identifiers import plain
from imloop.store.models import Vehicle

_BLOCK = 2000


def odd_names() -> Iterator[str]:
    """Each in words, with the vehicle that bears the name in normal form."""
    for pk, vin, plate in Vehicle.objects.values_list("pk", "vin", "plate").iterator(_BLOCK):
        for field, name in (("vin", vin), ("plate", plate)):
            normal = plain(name)
            if normal == name:
                continue
            others = (
                Vehicle.objects.filter(**{field: normal}).exclude(pk=pk) if normal else Vehicle.objects.none()
            )
            bearers = ", ".join(str(other) for other in others.values_list("pk", flat=True)[:5])
            meant = (
                f"{normal} is vehicle {bearers}" if bearers else f"in normal form it is {normal or 'no name'}"
            )
            yield f"vehicle {pk}: {field} {name!r} is not in normal form; {meant}: compare the two by hand"
