"""What a fuzzer may throw at the platform's ear: any bytes whatsoever are decoded and judged, or refused by name."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import zstandard

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.packed_trace import pack
from imloop.facts.days import day_of
from imloop.facts.places import is_place
from imloop.facts.refusal import Refusal
from imloop.law import load
from imloop.verdict import judge

GOLDEN = Path(__file__).parents[1] / "golden"
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, -0.0, 1e-300, 1e300, 10**40, -(10**40), 6.0, 1800, 1801),
    *("", "x", "0000-00-00 00:00:00", "1350,", "TEST试验车", "\x00", "9" * 400, "2026-03-05T09:00:00+08:00"),
    *([], {}, [None], [[]], {"a": {}}, [1, 2, 3], [math.pi] * 200),
    *("TSI", "ASM", "VMAS", "IM195", "LUGDOWN", "FREEACC", "RINGELMANN"),
    *("gasoline", "diesel", "cng", "electric", "aborted", "pass", "fail", "5025.sample", "80.sample"),
)


def judge_anything(body: bytes) -> str:
    """The verdict's word or the refusal's code. Anything else that is raised is a finding."""
    try:
        record = decode_test(body)
        place = record.station[:6]
        law = load().at(day_of(record.started_at), place if is_place(place) else "450200")
        verdict = judge(record, law)
    except Refusal as refusal:
        return refusal.code
    answer = verdict.to_json()
    # It has to be told to people and machines, too; NaN and infinity are no JSON.
    json.dumps(answer, allow_nan=False)
    assert verdict.explain() is not None
    assert verdict.result == "pass" or verdict.reasons, "what is no pass says why"
    return str(verdict.result)


def uploads() -> list[bytes]:
    """The golden uploads: what a mutation starts from."""
    plain = [zstandard.decompress(file.read_bytes()) for file in sorted(GOLDEN.glob("*.json.zst"))]
    return plain + [_packed(body) for body in plain[::7]]


def _packed(body: bytes) -> bytes:
    """The same upload with its trace in the small form."""
    message = json.loads(body)
    return json.dumps({**message, "trace": {"packed": pack(message["trace"]["columns"])}}).encode()


def mutated(dice: Random, body: bytes) -> bytes:
    """A few things changed, taken away, repeated or moved: mostly in the structure, sometimes in the bytes."""
    message = json.loads(body)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        _change(dice, message)
    raw = json.dumps(message, ensure_ascii=False).encode()
    if dice.random() < 0.1:
        at = dice.randrange(len(raw))
        raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at + dice.choice((0, 1)) :]
    return raw


def _change(dice: Random, node: Any) -> None:
    """Walk down a random path and change what is there."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(node[key], (dict, list)) and dice.random() < 0.8:
            node = node[key]
            continue
        _at(dice, node, key)
        return


def _at(dice: Random, node: Any, key: Any) -> None:
    match dice.randrange(6):
        case 0:
            node[key] = deepcopy(dice.choice(_ODD))
        case 1 if isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
            node[key] = node[key] * dice.choice((-1, 0, 1e-9, 2, 10, 1e6, 1e30))
        case 2:
            del node[key]
        case 3 if isinstance(node, list):
            node.insert(key, deepcopy(node[key]))
        case 4 if isinstance(node[key], list):
            dice.shuffle(node[key])
        case 5 if isinstance(node[key], list):
            node[key] = dice.choice(
                ([], node[key][: dice.randrange(len(node[key]) + 1)], [None] * len(node[key]))
            )
        case _:
            node[key] = deepcopy(dice.choice(_ODD))
