"""Names, phones, plates and case numbers as shown to people who do not need them in full."""

from __future__ import annotations

import re

from imloop.facts.identifiers import PROVINCES

_VINS = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])")
_PLATES = re.compile(rf"[{PROVINCES}][A-Z][A-Z0-9]{{4,6}}[学警挂]?")


def masked_name(name: str) -> str:
    """The first character stays: 覃大勇 → 覃**; of a company nothing is hidden, its name is public."""
    name = name.strip()
    if len(name) > 4:
        return name
    return name[:1] + "*" * (len(name) - 1)


def masked_phone(phone: str) -> str:
    """13907720120 → 139****0120; a short one keeps its last two."""
    digits = phone.strip()
    if len(digits) < 8:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]


def masked_plate(plate: str) -> str:
    """桂B·**345: enough to recognise one's own."""
    return f"{plate[:2]}·{'*' * max(0, len(plate) - 5)}{plate[-3:]}" if len(plate) > 5 else plate


def masked_vin(vin: str) -> str:
    """LSV************94: neither the vehicle's number nor its last six, with which an owner is recognised."""
    return f"{vin[:3]}{'*' * (len(vin) - 5)}{vin[-2:]}" if len(vin) > 8 else "*" * len(vin)


def masked_vehicle(plate: str, vin: str) -> str:
    """How a vehicle is called on lists of those who have not opened it."""
    return masked_plate(plate) if plate else masked_vin(vin)


def masked_in(sentence: str) -> str:
    """A sentence of a list: whatever in it looks like a plate or a VIN is masked."""
    masked = _VINS.sub(lambda found: masked_vin(found[0]), sentence)
    return _PLATES.sub(lambda found: masked_plate(found[0]), masked)


def masked_number(number: str) -> str:
    """450200-2026-000017 → 450200-2026-****17: enough to compare with the paper in the owner's hand."""
    head, dash, count = number.rpartition("-")
    return f"{head}{dash}{'*' * max(len(count) - 2, 0)}{count[-2:]}"
