"""Every retest on paper is matched with the repair that is uploaded later: the same shop, papers and time (A9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from imloop.facts.text import Text
from imloop.loop.case import RepairFact, Unlock

DIFFERENCES: dict[str, Text] = {
    "shop": Text("维修站", "the repairer"),
    "settlement": Text("结算清单编号", "the settlement list's number"),
    "certificate": Text("竣工出厂合格证编号", "the certificate's number"),
    "finished_at": Text("完工时间", "when it was finished"),
}


def speaks_of(unlock: Unlock, repair: RepairFact) -> bool:
    """Is this the record the unlock waits for, right or wrong: finished between the failed test and the unlock, or
    bearing one of its numbers."""
    between = unlock.failed_at < repair.finished_at <= unlock.granted_at
    return between or any(mine and mine == theirs for mine, theirs in _numbers(unlock, repair).values())


def differences(unlock: Unlock, repair: RepairFact) -> tuple[str, ...]:
    """In what the record differs from the paper the station saw, keys of ``DIFFERENCES``; none: they are the same. A
    number that the station did not note cannot differ."""
    found = ["shop"] if unlock.shop != repair.shop else []
    found += [name for name, (mine, theirs) in _numbers(unlock, repair).items() if mine and mine != theirs]
    if not unlock.failed_at < repair.finished_at <= unlock.granted_at:
        found.append("finished_at")
    return tuple(found)


def matched(unlocks: Iterable[Unlock], repairs: Iterable[RepairFact]) -> tuple[Unlock, ...]:
    """Each unlock with the first record that says the same; what was matched stays so."""
    known = tuple(repairs)
    return tuple(each if each.record else replace(each, record=_record(each, known)) for each in unlocks)


def _record(unlock: Unlock, repairs: tuple[RepairFact, ...]) -> str:
    return next((repair.repair_no for repair in repairs if not differences(unlock, repair)), "")


def _numbers(unlock: Unlock, repair: RepairFact) -> dict[str, tuple[str, str]]:
    """By document: as noted from the paper, and as uploaded."""
    return {
        "settlement": (_plain(unlock.settlement_no), _plain(repair.settlement_no)),
        "certificate": (_plain(unlock.certificate_no), _plain(repair.certificate_no)),
    }


def _plain(number: str) -> str:
    """Blanks and small letters are how a hand writes, not another number."""
    return "".join(number.split()).upper()
