"""Topics of the feed's messages, by who follows them."""

from __future__ import annotations

from imloop.loop.effects import EffectKind

OF_CASES = tuple(kind.value for kind in EffectKind)
OF_VISITS = ("appointment-booked", "appointment-cancelled", *OF_CASES)
"""What changes who is expected and who waits at a station."""
OF_OFFICES = (
    *OF_CASES,
    "matter-step",
    "draw",
    "outage-declared",
    "outage-ended",
    "link-lost",
    "link-restored",
    "line-locked",
    "line-unlocked",
    "certificate-entered",
    "certificate-expiring",
    "standing-published",
    "scrappage",
    "enrolled",
    "vehicle-changed",
    "mark-released",
    "zone-entered",
    "zone-ended",
    "alert-declared",
    "alert-lifted",
    "key-issued",
    "key-rotated",
    "key-revoked",
)
"""Everything a department is told."""
