"""What was heard, in the words of the model; and whether a case's JSON is of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from torture.clients import digest_of

_ONE = {
    "no-repair-record": "not-repaired",
    "repair-before-fail": "not-repaired",
    "fail-told-late": "time-held",
}
"""The model does not tell a repair that is too old from none, nor whose hour is doubtful."""
_DOUBTS = {"time-held", "fail-told-late"}


def heard(kind: str, answer: httpx.Response) -> dict[str, Any]:
    """Status, and what the kind of call tells; of a refusal its codes."""
    status, body = answer.status_code, answer.json()
    if status >= 400:
        codes = {reason["code"] for reason in body.get("reasons", ()) if not reason.get("warning")}
        return {
            "status": status,
            "codes": frozenset(_ONE.get(code, code) for code in codes or {body["code"]}),
        }
    return {"status": status, **_TELLS[kind](body)}


def _run(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "counts": body["counts"],
        "why": body["counts_why"],
        "case": body["case"],
        "state": body["case_state"],
        "notice": body["notice"] is not None,
        "key": (body["case_url"] or "").rpartition("/")[2],
        "receipt": digest_of(body),
    }


def _repair(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": body["case"],
        "state": body["case_state"],
        "round": body["round"],
        "allowed": body["retest"]["allowed"],
        "receipt": digest_of(body),
    }


def _permit(body: Mapping[str, Any]) -> dict[str, Any]:
    codes = (reason["code"] for reason in body["reasons"] if not reason.get("warning"))
    return {
        "allowed": body["allowed"],
        "codes": frozenset(_ONE.get(code, code) for code in codes),
        "case": body["case"],
        "state": body.get("case_state"),
    }


def _case(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state": body["state"],
        "round": body["round"],
        "events": len(body["events"]),
        "repairs": frozenset(repair["repair_no"] for repair in body["repairs"]),
        "held": frozenset(r["repair_no"] for r in body["repairs"] if _DOUBTS & {*r["lacks"]}),
        "exits": len(body["exits"]),
        "objections": (
            len(body["objections"]),
            sum(objection["answer"] != "waiting" for objection in body["objections"]),
        ),
        "torn": tuple(torn(body)),
    }


def _booking(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"booking": body["state"], "token": body["token"]}


_TELLS = {
    "run": _run,
    "repair": _repair,
    "permit": _permit,
    "case": _case,
    "exit": lambda body: {},
    "release": _case,
    "object": lambda body: {},
    "reject": _case,
    "book": _booking,
    "cancel": _booking,
    "appointment": _booking,
}


def torn(case: Mapping[str, Any]) -> Iterator[str]:
    """What in a case's JSON contradicts another part of it: parts of two moments."""
    events = case["events"]
    kinds = [event["event"] for event in events]
    if [event["number"] for event in events] != list(range(1, len(events) + 1)):
        yield f"events are numbered {[event['number'] for event in events]}"
    if events and events[-1]["after"] != case["state"]:
        yield f"the state is {case['state']}, the last event led to {events[-1]['after']}"
    for before, after in zip(events, events[1:], strict=False):
        if after["before"] != before["after"]:
            yield f"event {after['number']} began at {after['before']}, the one before led to {before['after']}"
    if (case["closed_at"] is None) != (case["state"] in ("awaiting_repair", "awaiting_retest")):
        yield f"{case['state']}, and closed at {case['closed_at']}"
    if "Reconsidered" in kinds:
        return  # told anew: a round may have gone, its paper stays
    parts = {
        "rounds": (case["round"], kinds.count("TestFailed")),
        "notices": (len(case["notices"]), kinds.count("TestFailed")),
        "repairs": (len(case["repairs"]), kinds.count("RepairReported")),
        "exits": (len(case["exits"]), kinds.count("ExitGranted")),
        "objections": (len(case["objections"]), kinds.count("ObjectionRaised")),
    }
    for name, (shown, told) in parts.items():
        if shown != told:
            yield f"{shown} {name}, {told} by its events"
