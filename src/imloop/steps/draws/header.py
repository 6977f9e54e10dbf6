"""What is fixed of a draw, and published at once with its commitment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from imloop.facts.days import CHINA
from imloop.proof import draw as proof
from imloop.store.models import Draw, DrawPart


def code_hash() -> str:
    """SHA-256 of the program that draws, as it is served to anyone."""
    return hashlib.sha256(Path(proof.__file__).read_bytes()).hexdigest()


def in_china(moment: datetime) -> str:
    """A time as it is published and hashed: the same text whichever database gave it."""
    return moment.astimezone(CHINA).isoformat()


def department_json(part: DrawPart) -> dict[str, object]:
    """A department that takes part, as it is fixed."""
    return {
        "code": part.party.code,
        "name": part.party.name,
        "nonce_sha256": part.nonce_sha256,
        "joined_at": in_china(part.joined_at),
    }


def header_of(draw: Draw, parts: Sequence[DrawPart], people: proof.Row) -> dict[str, object]:
    """What is fixed and published at once: the sealed lists by their hashes, everything else in full."""
    frame = draw.frame
    return {
        "schema": proof.HEADER,
        "no": draw.no,
        "period": draw.period,
        "place": draw.place,
        "as_of": draw.as_of.isoformat(),
        "prepared_at": in_china(draw.prepared_at),
        "prepared_by": draw.prepared_by.code,
        "departments": [department_json(part) for part in parts],
        "code": code_hash(),
        "rules": frame["rules"],
        "strata": frame["strata"],
        "units_root": proof.root(frame["units"]),
        "people_hash": proof.digest(people),
        "excluded": frame["excluded"],
        "days": frame["days"],
        "sources": frame["sources"],
        "nonces": {part.party.code: part.nonce_sha256 for part in parts},
    }
