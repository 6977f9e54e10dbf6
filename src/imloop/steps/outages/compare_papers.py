"""Repair records that arrive late and differ from the paper behind a retest: both parties are told, and the paper no
longer counts.

A passed retest was measured and stays. What changes is what comes after: the departments are told, the paper allows no
further retest, and whatever the record would have ordered in time is ordered by the loop's own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.loop.case import RepairFact, State, Unlock
from imloop.loop.events import PaperContradicted
from imloop.loop.on_paper import DIFFERENCES, differences, is_the_papers, same_paper, speaks_of
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.ground import registers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Case, Finding, PaperUnlock, Repair

_COMPARE = Text(
    "核对检验机构留存的复印件和维修站的台账。",
    "Compare the copy kept by the station with the books of the repairer.",
)


def say(
    ledger: Ledger,
    row: PaperUnlock,
    code: str,
    text: Text,
    item: str | None = None,
    parties: Sequence[str] = (),
) -> None:
    """A finding about an unlock. ``parties`` empty: the station that saw the paper and the shop that wrote it, because
    it is not known which of them erred."""
    law = registers.law_at(day_of(ledger.now), row.station.place)
    reason = Reason(code, text, law.cite("outage.paper_accepted"), _COMPARE, item=item)
    for party in parties or (row.station.code, row.shop.code):
        keep_findings(ledger, "unlock", row.unlock_no, party, [reason])


def said(code: str, row: PaperUnlock, item: str) -> bool:
    """Whether there is already such a finding about that record, resolved or not."""
    return Finding.objects.filter(subject=row.unlock_no, code=code, data__item=item).exists()


def say_differences(
    ledger: Ledger, case: Case, row: PaperUnlock, unlock: Unlock, repairs: Iterable[RepairFact]
) -> None:
    """One finding for each record that should match and does not. One that is certainly the paper's contradicts it."""
    for repair in repairs:
        found = differences(unlock, repair) if speaks_of(unlock, repair) else ()
        if not found or said("fallback-differs", row, repair.repair_no):
            continue
        _say_differs(ledger, row, repair.repair_no, found)
        if is_the_papers(unlock, repair):
            contradict(ledger, case, row, repair.shop, repair.repair_no, found)


def _say_differs(ledger: Ledger, row: PaperUnlock, repair_no: str, found: Sequence[str]) -> None:
    zh = "、".join(DIFFERENCES[name].zh for name in found)
    en = ", ".join(DIFFERENCES[name].en for name in found)
    text = Text(
        f"补传的维修记录 {repair_no} 与凭以复检的纸质材料不一致：{zh}。",
        f"Repair {repair_no}, uploaded later, differs from the paper shown: {en}.",
    )
    say(ledger, row, "fallback-differs", text, item=repair_no)


def contradict(
    ledger: Ledger, case: Case, row: PaperUnlock, shop: str, repair_no: str, found: Sequence[str]
) -> None:
    """Tell the loop once; a case that an authority has ended is told nothing more."""
    if row.contradicted_at is not None or case.state in (State.ANNULLED, State.SCRAPPED):
        return
    event = PaperContradicted(
        at=ledger.now, unlock_no=row.unlock_no, shop=shop, repair_no=repair_no, differs=tuple(found)
    )
    law = registers.law_at(day_of(ledger.now), case.place)
    decide_and_keep(ledger, case, event, law, vehicle=case.vehicle, place=case.place)
    row.contradicted_at = ledger.now
    row.save(update_fields=["contradicted_at"])


def say_what_is_wrong(ledger: Ledger, case: Case, fact: RepairFact, signs: Sequence[Reason]) -> None:
    """The paper's own record does not qualify or shows signs of work not done: a finding for the repairer's department,
    as the station could see neither on the paper."""
    about = [unlock for unlock in as_loop_case(case).unlocks if is_the_papers(unlock, fact)]
    if not about or not (fact.lacks or signs):
        return
    rows = {row.unlock_no: row for row in case.paper_unlocks.select_related("station", "shop")}
    for unlock in about:
        row = rows[unlock.unlock_no]
        if fact.lacks:
            codes = " ".join(lack.code for lack in fact.lacks)
            text = Text(
                f"凭以复检的维修，补传的记录 {fact.repair_no} 不符合完工当日的规定：{codes}。复检结果不变。",
                f"Record {fact.repair_no} of the repair behind a retest does not meet the rules of its "
                f"day: {codes}. The retest result stands.",
            )
            say(ledger, row, "fallback-falls-short", text, fact.repair_no, [fact.shop])
        if signs:
            zh, en = "".join(sign.text.zh for sign in signs), " ".join(sign.text.en for sign in signs)
            text = Text(
                f"凭以复检的维修，补传的记录 {fact.repair_no} 有疑点：{zh}",
                f"Record {fact.repair_no} of the repair behind a retest is doubtful: {en}",
            )
            say(ledger, row, "fallback-doubtful", text, fact.repair_no, [fact.shop])


def say_whose_paper(ledger: Ledger, repair: Repair) -> None:
    """A finding when a record of another vehicle has the numbers of a paper that was shown for this one, or when it was
    finished before the vehicle failed in the case that its paper was shown for."""
    waiting = PaperUnlock.objects.filter(
        shop=repair.shop, repair__isnull=True, unlocked_at__isnull=False, case__isnull=False
    ).exclude(case=repair.case_id)
    for row in waiting.select_related("station", "shop", "case__vehicle").order_by("id"):
        assert row.case is not None
        if row.case.vehicle_id != repair.case.vehicle_id:
            _of_another(ledger, row, repair, "vehicle")
        elif repair.finished_at <= row.case.failed_at:
            _of_another(ledger, row, repair, "finished_at")


def _of_another(ledger: Ledger, row: PaperUnlock, repair: Repair, differs: str) -> None:
    documents = repair.record["documents"]
    same = same_paper(
        (row.settlement_no, row.certificate_no), (documents["settlement_no"], documents["certificate_no"])
    )
    if not same or row.case is None or said("fallback-differs", row, repair.repair_no):
        return
    _say_differs(ledger, row, repair.repair_no, [differs])
    contradict(ledger, row.case, row, repair.shop.code, repair.repair_no, [differs])
