"""Every retest on paper is matched with the repair that is uploaded later: the same shop, papers and time (A9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from imloop.facts.identifiers import paper_number
from imloop.facts.text import Text
from imloop.law import Law
from imloop.loop.case import Case, RepairFact, Unlock
from imloop.loop.repairs import over_before_known

DIFFERENCES: dict[str, Text] = {
    "shop": Text("维修站", "the repairer"),
    "settlement": Text("结算清单编号", "the settlement list's number"),
    "certificate": Text("竣工出厂合格证编号", "the certificate's number"),
    "finished_at": Text("完工时间", "when it was finished"),
    "work": Text("没有作业项目和配件", "no work and no parts are listed"),
    "vehicle": Text("车辆", "the vehicle"),
}


def speaks_of(unlock: Unlock, repair: RepairFact) -> bool:
    """Could this be the record the unlock is waiting for: finished between the failed test and the unlock, or
    with one of its numbers?"""
    between = unlock.failed_at < repair.finished_at <= unlock.seen_at
    return between or _numbered(unlock, repair)


def is_the_papers(unlock: Unlock, repair: RepairFact) -> bool:
    """Certainly the record of that paper: it has one of its numbers, or the same shop finished it between the
    failed test and the unlock. Another shop's work in between is its own."""
    return _numbered(unlock, repair) or (unlock.shop == repair.shop and speaks_of(unlock, repair))


def excused(unlocks: Iterable[Unlock], repair: RepairFact, but: Collection[str] = ()) -> bool:
    """Could its record not come in time, as it was shown on paper meanwhile? A paper that was shut with its outage,
    taken back or contradicted excuses none, nor do those ``but``, which go now."""
    standing = (each for each in unlocks if each.stands and each.unlock_no not in but)
    return any(is_the_papers(each, repair) and not differences(each, repair) for each in standing)


def of_earlier_repair(case: Case, unlock: Unlock, law: Law) -> bool:
    """Is it the paper of a repair after which the vehicle failed again, with a permit or without, or may have?"""
    last = case.last_failed_at
    before = (each for each in case.repairs if each.finished_at <= last or over_before_known(case, each, law))
    return any(_numbered(unlock, repair) for repair in before)


def differences(unlock: Unlock, repair: RepairFact) -> tuple[str, ...]:
    """In what the record differs from the paper the station saw, keys of ``DIFFERENCES``; none: they are the same. A
    number that the station did not note cannot differ; a settlement list lists work."""
    found = ["shop"] if unlock.shop != repair.shop else []
    found += [name for name, (mine, theirs) in _numbers(unlock, repair).items() if mine and mine != theirs]
    if not unlock.failed_at < repair.finished_at <= unlock.seen_at:
        found.append("finished_at")
    if unlock.settlement_no and not repair.work_listed:
        found.append("work")
    return tuple(found)


def contradicted(unlocks: Iterable[Unlock], unlock_no: str, at: datetime) -> tuple[Unlock, ...]:
    """The unlock with that number allows no retest from then on."""
    return tuple(
        replace(each, contradicted_at=at) if each.unlock_no == unlock_no else each for each in unlocks
    )


def shut(unlocks: Iterable[Unlock], numbers: Collection[str], at: datetime) -> tuple[Unlock, ...]:
    """Those unlocks allow nothing that comes from now on, whenever it says it was measured."""
    return tuple(replace(each, shut_at=at) if each.unlock_no in numbers else each for each in unlocks)


def without(unlocks: Iterable[Unlock], again: Unlock) -> tuple[Unlock, ...]:
    """Without the same paper as it was accepted before: another outage opens it again."""
    return tuple(each for each in unlocks if each.unlock_no != again.unlock_no)


def ended(unlocks: Iterable[Unlock], unlock_no: str, at: datetime) -> tuple[Unlock, ...]:
    """The unlock with that number holds until then, and allows nothing that comes later; a retest that had come
    stands."""
    return tuple(
        replace(each, expires_at=min(each.expires_at, at), shut_at=each.shut_at or at)
        if each.unlock_no == unlock_no
        else each
        for each in unlocks
    )


def reworked_late(case: Case, repair: RepairFact, odometer_km: float | None) -> bool:
    """Is this the record of the paper on which the retest failed, and was the repair under warranty at that test? Then
    the rework is its shop's, as it would have been had the record come in time."""
    on_it = any(
        unlock.failed_at < repair.finished_at <= unlock.seen_at <= case.failed_at for unlock in case.unlocks
    )
    known = replace(case, repairs=(*case.repairs, repair))
    return on_it and known.warranty_repair(case.failed_at, odometer_km) == repair


def matched(unlocks: Iterable[Unlock], repairs: Iterable[RepairFact]) -> tuple[Unlock, ...]:
    """Each unlock with the first record that matches it; what was matched stays so."""
    known = tuple(repairs)
    return tuple(each if each.record else replace(each, record=_record(each, known)) for each in unlocks)


def _record(unlock: Unlock, repairs: tuple[RepairFact, ...]) -> str:
    return next((repair.repair_no for repair in repairs if not differences(unlock, repair)), "")


def same_paper(noted: tuple[str, str], uploaded: tuple[str, str]) -> bool:
    """Settlement list and certificate, as noted and as uploaded: is one of the numbers the same?"""
    return any(
        _plain(mine) and _plain(mine) == _plain(theirs) for mine, theirs in zip(noted, uploaded, strict=True)
    )


def _numbered(unlock: Unlock, repair: RepairFact) -> bool:
    return same_paper(
        (unlock.settlement_no, unlock.certificate_no), (repair.settlement_no, repair.certificate_no)
    )


def _numbers(unlock: Unlock, repair: RepairFact) -> dict[str, tuple[str, str]]:
    """By document: as noted from the paper, and as uploaded."""
    return {
        "settlement": (_plain(unlock.settlement_no), _plain(repair.settlement_no)),
        "certificate": (_plain(unlock.certificate_no), _plain(repair.certificate_no)),
    }


def _plain(number: str) -> str:
    return paper_number(number, 1)
