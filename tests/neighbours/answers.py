"""What an answer is compared with; each fault is one phrase."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Ask = Callable[[str], tuple[int, str, bytes]]
"""GET of an address by the sender."""


def document(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def faults(right: Mapping[str, Any], answer: tuple[int, str, bytes], ask: Ask, plate: str) -> Iterator[str]:
    status, kind, body = answer
    told = document(body)
    if status not in several(right.get("status", status)):
        yield f"status {status} {told.get('code', kind)}, right {right['status']}: {_why(told)}"
    if not kind.startswith(right.get("type", "")) or (
        status >= 400 and not kind.startswith("application/problem+json")
    ):
        yield f"type {kind!r}, right {right.get('type', 'application/problem+json')}"
    if right.get("code", told.get("code")) != told.get("code"):
        yield f"code {told.get('code')}, right {right['code']}"
    if "path" in right and right["path"] not in [each.get("path") for each in told.get("errors", [])]:
        yield f"no error at {right['path']}: {_why(told)}"
    if right.get("says", "") not in body.decode("utf-8", "replace"):
        yield f"does not say {right['says']}: {_why(told)}"
    if status in (200, 201):
        yield from _of_answer(right, told)
        yield from _of_record(right, told, ask, plate)


def _why(told: Mapping[str, Any]) -> str:
    errors = [f"{each.get('path')} {each.get('code')}" for each in told.get("errors", [])][:3]
    return "; ".join([str(told.get("detail_en", ""))[:120], *errors])


def _of_answer(right: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    for name in ("verdict", "result"):
        if name in right and told.get(name) not in several(right[name]):
            yield f"{name} {told.get(name)}, right {right[name]}"
    for name in ("case", "notice"):
        if name in right and bool(told.get(name)) != right[name]:
            yield f"{name} {told.get(name)}, right {'one' if right[name] else 'none'}"
    for name, value in right.get("has", {}).items():
        if told.get(name) != value:
            yield f"{name} {told.get(name)!r}, right {value!r}"
    for what, listed in (("finding", "findings"), ("reason", "reasons")):
        codes = {each["code"] for each in told.get(listed, [])}
        yield from (
            f"no {what} {code}, but {sorted(codes)}" for code in right.get(what, ()) if code not in codes
        )
        yield from (f"false {what} {code}" for code in right.get(f"no_{what}", ()) if code in codes)
        if f"any_{what}" in right and not codes.intersection(right[f"any_{what}"]):
            yield f"none of the {listed} {right[f'any_{what}']}, but {sorted(codes)}"


def _of_record(right: Mapping[str, Any], told: Mapping[str, Any], ask: Ask, plate: str) -> Iterator[str]:
    number = told.get("test_no")
    if not number:
        return
    for tail in ("", "/replay", "/report.pdf") if right.get("replay") else ():
        status = ask(f"/api/v1/tests/{number}{tail}")[0]
        if status != 200:
            yield f"GET tests/{number}{tail}: {status}"
    wanted = dict(right.get("record", {})) | ({"vehicle.plate": plate} if right.get("same_plate") else {})
    if wanted:
        record = document(ask(f"/api/v1/tests/{number}")[2])
        for path, value in wanted.items():
            at: Any = record
            for part in path.split("."):
                at = at.get(part) if isinstance(at, dict) else None
            if at != value:
                yield f"{path} {at!r}, right {value!r}"
