"""Was the number of a document used before, for another repair or on paper in an outage?

A certificate and an invoice are one of a kind wherever they were written; a settlement list is numbered by each shop's
own software. Which is which is dated data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.records.repair import DOCUMENT_NAMES
from imloop.facts.text import Reason, Text
from imloop.law import Law

USED = ("documents-invalid", "documents-elsewhere", "documents-on-paper")
"""What a number can be known from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A number as it is already known. ``finished_at``, ``uploaded_at``: of the repair that bears it; ``granted_at``:
    of the retest on paper that rested on it instead. ``same_vehicle``, ``same_case``: as of what is asked now;
    ``on_paper``: that repair was the one behind a retest on paper."""

    kind: str
    number: str
    shop: str
    same_vehicle: bool
    same_case: bool
    finished_at: datetime | None = None
    uploaded_at: datetime | None = None
    granted_at: datetime | None = None
    on_paper: bool = False


def used_by_repair(
    numbers: Mapping[str, str],
    uses: Iterable[Use],
    *,
    shop: str,
    finished_at: datetime,
    failed_at: datetime,
    law: Law,
) -> dict[str, frozenset[str]]:
    """``numbers``: of the record, by document, in the normal form; ``failed_at``: of the failed test it answers.
    Returns documents by what their number is known from: the shop's own other repair (``documents-invalid``), another
    shop's (``documents-elsewhere``: either of the two may have written what it does not hold), or paper shown for
    another vehicle (``documents-on-paper``).

    A record that corrects one of the same shop, case and round has the same papers, as has the record of a paper that
    was shown for the same vehicle. One whose work was over before the fail, and that was reported after it, is of
    another repair, or its time is a typing error: a department tells them apart, as with another shop's."""
    found: dict[str, set[str]] = {code: set() for code in USED}
    for use in _of(numbers, uses, shop, law):
        if use.granted_at is not None:
            its_own = finished_at <= use.granted_at or use.granted_at > failed_at
            if not use.same_vehicle:
                found["documents-on-paper"].add(use.kind)
            elif not its_own:
                found["documents-invalid"].add(use.kind)
        elif use.shop != shop:
            found["documents-elsewhere"].add(use.kind)
        elif not (use.same_case and _reported_since(use, failed_at)):
            found["documents-invalid"].add(use.kind)
        elif use.finished_at is None or use.finished_at <= failed_at:
            found["documents-elsewhere"].add(use.kind)
    return {code: frozenset(kinds) for code, kinds in found.items()}


def doubts_about_numbers(
    used: Mapping[str, frozenset[str]], numbers: Mapping[str, str], law: Law
) -> list[Reason]:
    """What departments see of it, whether or not the document was needed."""
    return [
        Reason(
            "paper-number-reused",
            Text(
                f"{DOCUMENT_NAMES[kind].zh}编号 {numbers[kind]} 此前已用于另一次维修，或在故障期间出示过。",
                f"{DOCUMENT_NAMES[kind].en} {numbers[kind]} was used for another repair before, or shown in an outage.",
            ),
            law.cite("repair.numbers.everywhere"),
            Text("核对凭证原件。", "Compare the original document."),
            item=kind,
        )
        for kind in DOCUMENT_NAMES
        if any(kind in kinds for kinds in used.values())
    ]


def used_by_paper(
    numbers: Mapping[str, str], uses: Iterable[Use], *, shop: str, failed_at: datetime, law: Law
) -> frozenset[str]:
    """Documents shown on paper after the test that failed at ``failed_at``, whose number is another repair's or was
    shown for another one."""
    return frozenset(
        use.kind
        for use in _of(numbers, uses, shop, law)
        if not use.same_vehicle or (use.granted_at or use.finished_at or failed_at) <= failed_at
    )


def _of(numbers: Mapping[str, str], uses: Iterable[Use], shop: str, law: Law) -> list[Use]:
    """The uses that bear one of the numbers, where the law lets it be used once."""
    everywhere, per_shop = law.words("repair.numbers.everywhere"), law.words("repair.numbers.per_shop")
    return [
        use
        for use in uses
        if numbers.get(use.kind) == use.number
        and (use.kind in everywhere or (use.kind in per_shop and use.shop == shop))
    ]


def _reported_since(use: Use, failed_at: datetime) -> bool:
    """Uploaded since the last failed test, and nothing rested on it before."""
    return use.uploaded_at is not None and use.uploaded_at > failed_at and not use.on_paper
