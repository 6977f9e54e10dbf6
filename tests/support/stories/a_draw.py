"""A whole draw made with ``imloop.proof`` alone: sixty stations, ten repairers, two departments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from imloop.proof import draw, journal
from imloop.proof.audit_path import audit_path
from imloop.proof.frame import give_chances, paths

RULES = {
    "pi_min": 50_000,
    "ratio": 10,
    "uniform_share": 300_000,
    "spot": {"pi_min": 0, "ratio": 10, "uniform_share": 500_000, "count": 3},
}
NONCES = {"450200-environment": "1f" * 32, "450200-market": "2e" * 32}
DAYS = ["2026-01-12", "2026-01-13", "2026-01-14"]
VALUES = [
    {"source": "ssq", "value": "03 07 12 19 25 31 08"},
    {"source": "dlt", "value": "01 09 13 22 35 04 11"},
]
Change = Callable[[dict[str, Any]], None]


def unit(stratum: str, number: int, **change: object) -> dict[str, Any]:
    """Weights run from 0.25 to 8."""
    base: dict[str, Any] = {
        "stratum": stratum,
        "id": f"{stratum}{number:03d}",
        "name": f"站 {number}",
        "weight": (25, 100, 100, 150, 300, 800)[number % 6],
        "compulsory": False,
        "salt": hashlib.sha256(f"{stratum}{number}".encode()).hexdigest()[:32],
    }
    return {**base, **change}


def stations(count: int = 60) -> list[dict[str, Any]]:
    return [unit("I", number) for number in range(count)]


def framed(
    units: Sequence[dict[str, Any]], visits: int, method: str = "pareto", code: str = "I"
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The units with their chances, and the stratum."""
    return give_chances({"code": code, "method": method, "visits": visits}, units, RULES)


def people() -> dict[str, Any]:
    """Three inspectors of each department; the first may not visit I000 to I009."""
    roster = [
        {"id": f"{party}/{number}", "name": f"检查员 {number}", "department": party}
        for party in NONCES
        for number in range(3)
    ]
    conflicts = [
        {"inspector": roster[0]["id"], "unit": f"I{number:03d}", "reason": "亲属"} for number in range(10)
    ]
    return {"no": "450200-D2026-0001", "salt": "00" * 16, "roster": roster, "conflicts": conflicts}


DEPARTMENTS = [
    {
        "code": name,
        "name": name,
        "nonce_sha256": hashlib.sha256(nonce.encode()).hexdigest(),
        "joined_at": "2026-01-04T09:00:00+08:00",
    }
    for name, nonce in NONCES.items()
]


def _header(
    strata: Sequence[dict[str, Any]], every: Sequence[dict[str, Any]], crew: dict[str, Any]
) -> dict[str, Any]:
    return {
        "schema": draw.HEADER,
        "no": "450200-D2026-0001",
        "period": "2026Q1",
        "place": "450200",
        "prepared_at": "2026-01-03T09:00:00+08:00",
        "prepared_by": "450200-environment",
        "departments": DEPARTMENTS,
        "strata": list(strata),
        "rules": RULES,
        "units_root": draw.root(every),
        "people_hash": draw.digest(crew),
        "days": DAYS,
        "sources": [
            {"code": each["source"], "on": "2026-01-08", "fallback": {"on": "2026-01-09"}} for each in VALUES
        ],
        "nonces": {name: hashlib.sha256(nonce.encode()).hexdigest() for name, nonce in NONCES.items()},
    }


def _visit(seed: str, drawn: dict[str, Any], papers: dict[str, int]) -> dict[str, Any]:
    return {
        "id": drawn["id"],
        "name": f"站 {int(drawn['id'][1:])}",
        "on": "2026-01-14",
        "papers": papers,
        "looked_at": draw.spot(seed, "2026Q1", drawn["id"], papers, RULES["spot"]),
        "outcome": "sound",
        "result": "符合",
    }


def published(
    units: Sequence[dict[str, Any]] | None = None, *, change: Change | None = None, whole: bool = True
) -> dict[str, Any]:
    """The export of a draw; ``change`` alters the list before it is fixed."""
    first, stratum_i = framed(stations() if units is None else units, 12)
    second, stratum_m = framed([unit("M", number) for number in range(10)], 3, code="M")
    every, crew = first + second, people()
    header = _header([stratum_i, stratum_m], every, crew)
    seed = draw.seed_of(header["no"], VALUES, NONCES)
    drawn = draw.result(seed, header, every, crew)
    papers = {f"T{number}": 1 + number % 3 for number in range(20)}
    visited = drawn[0]["id"]
    names = {each["id"] for each in drawn}
    way = paths(every)
    fixed = ("no", "period", "place", "prepared_at", "prepared_by")
    export: dict[str, Any] = {
        "schema": draw.EXPORT,
        "state": "published",
        **{name: header[name] for name in fixed},
        "departments": [{**each, "revealed": True} for each in DEPARTMENTS],
        "commitment": draw.digest(header),
        "committed_at": "2026-01-05T09:00:00+08:00",
        "published_at": "2026-01-20T09:00:00+08:00",
        "void_reason": "",
        "journal_number": 2,
        "largest_ratio_pct": draw.largest_ratio(header["strata"], every),
        "header": header,
        "values": [dict(value) for value in VALUES],
        "nonces": dict(NONCES),
        "people": crew,
        "whole": whole,
        "units": every if whole else [each for each in every if each["id"] in names],
        "paths": {} if whole else {name: way[name] for name in names},
        "drawn": drawn,
        "visits": [_visit(seed, each, papers if each["id"] == visited else {}) for each in drawn],
    }
    if not whole:
        export["numbers"] = draw.pseudonyms(seed, "2026Q1", every)
    if change:
        change(export)
    return export


def journalled(export: dict[str, Any], hour: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """The export with the journal's entries of its commitment and publication, and the roots as they were published:
    one hour each. ``hour``: of the commitment's root, where it is not that of the commitment."""
    before = journal.genesis("sha256")
    roots: list[dict[str, Any]] = []
    found: dict[str, Any] = {}
    said = (
        ("committed", {"commitment": export["commitment"]}, export["committed_at"]),
        ("published", {"whole": export["whole"], "export": draw.digest(export)}, export["published_at"]),
    )
    for number, (name, body, at) in zip((export["journal_number"], 300), said, strict=True):
        entry = {
            "number": number,
            "at": at,
            "kind": f"draw-{name}",
            "actor": "450200-market/1",
            "subject": export["no"],
        }
        entry |= {"body": json.dumps(body), "previous": before}
        before = entry["hash"] = journal.entry_hash("sha256", entry)
        hashes = [before, "00" * 32, "11" * 32]
        hour = hour if name == "committed" and hour else at[:13]
        seal = {"hour": hour, "first": number, "last": number + 2, "root": journal.root("sha256", hashes)}
        proof = {
            "schema": journal.INCLUSION,
            "algorithm": "sha256",
            "number": number,
            "hash": before,
            "sealed": True,
        }
        found[name] = {"entry": entry, "proof": {**proof, **seal, "path": audit_path("sha256", hashes, 0)}}
        roots.append(seal)
        before = "22" * 32
    return {**export, "journal": found}, {"roots": roots}


def own_proof(export: dict[str, Any], number: str) -> dict[str, Any]:
    """What one unit is told, of a draw with its whole list."""
    seed = draw.seed_of(export["no"], VALUES, NONCES)
    mine = next(each for each in export["units"] if each["id"] == number)
    return {
        "schema": draw.OWN,
        "no": export["no"],
        "commitment": export["commitment"],
        "unit": mine,
        "path": paths(export["units"])[number],
        "u": draw.as_text(draw.odd(seed, "2026Q1", mine["stratum"], number)),
        "drawn": number in {each["id"] for each in export["drawn"]},
    }
