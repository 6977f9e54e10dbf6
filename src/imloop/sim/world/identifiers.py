"""Made-up identifiers whose check characters hold: VIN and unified social credit code."""

from __future__ import annotations

from imloop.facts.identifiers import vin_check_digit
from imloop.sim.world.places import CITY

_YEAR_CODES = "123456789ABCDEFGHJKLMNPRSTVWXY"
"""Model years from 2001 on, position 10 of the VIN."""
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def make_vin(wmi: str, descriptor: str, model_year: int, plant: str, serial: int) -> str:
    """A VIN with the right check digit. ``descriptor``: positions 4–8."""
    year = _YEAR_CODES[(model_year - 2001) % len(_YEAR_CODES)]
    draft = f"{wmi}{descriptor}0{year}{plant}{serial:06d}"
    return draft[:8] + vin_check_digit(draft) + draft[9:]


def unified_code(seed: str) -> str:
    """A made-up unified social credit code of Liuzhou with both check characters right (GB 32100, GB 11714)."""
    number = sum(ord(sign) * 131**place for place, sign in enumerate(seed)) % 10**7
    organisation = f"M{number:07d}"
    values = [int(sign, 36) for sign in organisation]
    check = 11 - sum(v * w for v, w in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    stem = f"91{CITY}{organisation}{'X' if check == 10 else check % 11}"
    total = sum(_USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(stem))
    return stem + _USCC_SIGNS[(31 - total % 31) % 31]
