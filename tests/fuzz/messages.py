"""Every message in every dialect and container: any bytes whatsoever are read, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import zstandard

from fuzz.target import GOLDEN, judge_anything, mutated
from fuzz.texts import scrambled
from imloop.exchange import vouchers
from imloop.exchange.dialects import MessageKind, every, read, write
from imloop.exchange.dialects.report import lines
from imloop.exchange.reading import parse_json
from imloop.exchange.uploads.decode_application import decode_application
from imloop.exchange.uploads.decode_check import decode_check, decode_heartbeat
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.facts.refusal import Refusal
from support.casework.applications import USCC, shop_application, station_application
from support.city import LISTED, NEAR, at
from support.messages.uploads import repair_message

DECODERS: Mapping[str, Callable[[bytes], object]] = {
    "repair": decode_repair,
    "check": decode_check,
    "heartbeat": decode_heartbeat,
    "redemption": decode_redemption,
    "voucher": lambda body: vouchers.read(parse_json(body)),
    "application": lambda body: decode_application(parse_json(body)),
}
DAY = "2026-03-05"
EXAMPLES = {
    "TSI": "tsi-1-pass",
    "ASM": "asm-1-fail",
    "VMAS": "vmas-1-pass",
    "IM195": "im195-1-pass",
    "LUGDOWN": "lugdown-1-fail",
    "FREEACC": "freeacc-1-pass",
    "RINGELMANN": "ringelmann-1-pass",
}
"""A golden upload of each method."""


@dataclass(frozen=True)
class Seed:
    """``kind``: ``test`` or a key of ``DECODERS``; ``name``: dialect, container and method."""

    kind: str
    name: str
    body: bytes


def read_anything(kind: str, body: bytes) -> str:
    """``read`` and what else can be said of it, or the refusal's code. Anything else that is raised is a finding."""
    if kind == "test":
        return judge_anything(body)
    try:
        reading = read(body, MessageKind(kind)) if kind in list(MessageKind) else read(body)
        assert all(line.state for line in lines(reading))
        record = DECODERS[kind](body)
    except Refusal as refusal:
        assert refusal.text.zh and refusal.text.en
        json.dumps([problem.to_json() for problem in refusal.problems], allow_nan=False).encode()
        return refusal.code
    assert repr(record)
    return "read"


def seeds() -> list[Seed]:
    """A good message of every kind, a test of every method and a repair in every dialect and container."""
    found = [Seed("test", f"{dialect} {box} {method}", body) for dialect, box, method, body in _tests()]
    found += [Seed("repair", f"{dialect} {box}", body) for dialect, box, body in _repairs()]
    return found + [Seed(kind, "imloop json", json.dumps(message).encode()) for kind, message in _others()]


def changed(dice: Random, seed: Seed) -> bytes:
    """Its structure where it is JSON, mostly; its text everywhere."""
    if seed.body.startswith(b"{") and dice.random() < 0.7:
        return mutated(dice, seed.body)
    return scrambled(dice, seed.body)


def _tests() -> list[tuple[str, str, str, bytes]]:
    found = []
    for method, name in EXAMPLES.items():
        body = zstandard.decompress((GOLDEN / f"{name}.json.zst").read_bytes())
        for dialect in every().values():
            if dialect.message in ("any", "test"):
                for box in dialect.containers:
                    text = write(dialect, json.loads(body), box)
                    found.append((dialect.name, box, method, text.encode()))
    return found


def _repairs() -> list[tuple[str, str, bytes]]:
    message = repair_message(
        at(f"{DAY} 08:00"), shop=LISTED, before={"co_5025_pct": 0.9}, after={"co_5025_pct": 0.1}
    )
    message["documents"] = {**dict(message["documents"]), "photos": ["a.jpg"]}  # type: ignore[call-overload]
    return [
        (dialect.name, box, write(dialect, message, box).encode())
        for dialect in every().values()
        if dialect.message in ("any", "repair")
        for box in dialect.containers
    ]


def _others() -> list[tuple[str, dict[str, Any]]]:
    start = at(f"{DAY} 07:00").isoformat()
    voucher = {
        "schema": vouchers.SCHEMA,
        "number": "V1",
        "station": NEAR,
        "day": DAY,
        "code": vouchers.new_code(),
        "issued_at": start,
        "keyid": "k",
        "signature": "s",
    }
    check = {
        "schema": "imloop.check/1",
        "check_no": "C1",
        "station": NEAR,
        "line": "03",
        "kind": "analyser_leak",
        "equipment": "A1",
        "started_at": start,
        "finished_at": start,
        "values": {"zero_co_pct": 0.01},
        "claimed": "pass",
    }
    line = {
        "line": "01",
        "status": "idle",
        "clock": start,
        "sequence": 3,
        "software_sha256": "ab" * 32,
        "spooled": 0,
    }
    redemption = {
        "schema": "imloop.redemption/1",
        "voucher": voucher,
        "vehicle": {"vin": "LFV2A21K6J3123456", "plate": "桂B12345"},
        "shop": LISTED,
        "documents": {"settlement_no": "J1", "certificate_no": "H1"},
        "used_at": start,
    }
    return [
        ("check", check),
        ("heartbeat", {"station": NEAR, "lines": [line]}),
        ("redemption", redemption),
        ("voucher", voucher),
        ("application", station_application(DAY, USCC)),
        ("application", shop_application(DAY, USCC)),
    ]
