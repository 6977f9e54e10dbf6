"""Which part of the law a verdict rests on: its hash names that part alone, so that a new rule about fees or zones does
not make every old verdict look as if its law had been corrected."""

from __future__ import annotations

from imloop.law import Law

SUBJECTS = frozenset(
    [
        "advisory",
        "air",
        "altitude",
        "asm",
        "bifuel",
        "claim",
        "dilution",
        "evaporative",
        "exempt",
        "exterior",
        "freeacc",
        "gas",
        "humidity",
        "im195",
        "lambda",
        "limit_set",
        "limits",
        "lugdown",
        "method",
        "obd",
        "plausible",
        "probe",
        "ringelmann",
        "rounding",
        "smoke",
        "transient",
        "tsi",
        "upload",
        "validity",
        "vmas",
    ]
)
"""First parts of the keys that judging reads or cites."""


def verdict_hash(law: Law) -> str:
    """SHA-256 over every value in force that a verdict may rest on."""
    return law.hash_of(SUBJECTS)


def as_measured(law: Law, here: Law) -> Law:
    """``law``, that of a case's place, for a run that was made in another: the air is as thin as it is ``here``.
    ``here`` itself where both judge alike."""
    if verdict_hash(law) == verdict_hash(here):
        return here
    altitude = here.get("altitude.m")
    return law.with_values({} if altitude is None else {"altitude.m": altitude})
