"""Names and phones as shown to people who do not need them in full."""

from __future__ import annotations


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
