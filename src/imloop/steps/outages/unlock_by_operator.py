"""The operator unlocks by what a station read out over the telephone; a second person confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.mask import masked_vehicle
from imloop.facts.refusal import Malformed, NotAllowed, Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.outages.outage import OutageFact
from imloop.steps.cases.history import lasting
from imloop.steps.cases.move_case import take_back
from imloop.steps.findings.proposed import deciders
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers, require_kind
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.task import named
from imloop.steps.outages.known_outages import DECLARERS, declared_for, outage
from imloop.steps.outages.late_repairs import no_longer_excused
from imloop.steps.outages.paper_files import Photograph, check_photographs, set_aside, take_up
from imloop.steps.outages.unlock_on_paper import (
    NO_FAILED_TEST,
    OPERATOR_UNLOCK,
    named_then,
    new_unlock,
    unlock_by,
    unlock_ended,
)
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import Case, Finding, Outage, PaperUnlock, PartyKind, Proposal, Repair, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSeen:
    """What a station read out over the telephone. ``outage_no`` empty: whichever runs for the station; ``files``:
    pictures of the paper, where the station sent some."""

    station: str
    shop: str
    reason: str
    case_no: str = ""
    vin: str = ""
    plate: str = ""
    settlement_no: str = ""
    certificate_no: str = ""
    outage_no: str = ""
    files: Sequence[Photograph] = ()


def unlock_by_operator(caller: Caller, seen: PaperSeen, now: datetime) -> PaperUnlock | Proposal:
    """Now, by what the station read out. Unlike a voucher it must hold at once, except that the failed test may still
    be on its way."""
    require_kind(caller, *DECLARERS)
    where = registers.party(seen.station, PartyKind.ISTATION)
    registers.party(seen.shop, PartyKind.MSTATION)
    if not covers(caller.place, where.place):
        raise NotAllowed("not-your-place", Text("不在本部门辖区。", "It is outside your area."))
    if not 0 < len(seen.reason.strip()) <= 400:
        raise Malformed(
            "malformed",
            Text("请写明理由，至多 400 字。", "Give a reason in at most 400 characters."),
            at="reason",
        )
    check_photographs(seen.files)
    law = registers.law_at(day_of(now), where.place)
    with writing(now, caller) as ledger:
        if rules := rules_of("paper-unlock", law):
            rules.require_words(reason=seen.reason)
        vin, plate = _named_vehicle(caller, seen.case_no, seen.vin, seen.plate)
        its = named_then(vin, plate, now)
        body = {**asdict(seen), "vin": vin, "plate": plate, "reason": seen.reason.strip()}
        body |= {"files": set_aside(ledger, seen.files), "vehicle": its.pk if its is not None else None}
        subject = f"{where.code}/{vin or plate}"
        made: PaperUnlock | Proposal = do_or_propose(
            ledger, PAPER_UNLOCK, subject, body, law, reason=seen.reason
        )
    return made


def _unlock(ledger: Ledger, by: Caller, subject: str, body: Body) -> PaperUnlock:
    chosen = _chosen(by, body["outage_no"]) if body["outage_no"] else None
    said = {name: body[name] for name in ("vin", "plate", "settlement_no", "certificate_no", "reason")}
    row = new_unlock(
        ledger,
        way="operator",
        station=registers.party(body["station"], PartyKind.ISTATION),
        shop=registers.party(body["shop"], PartyKind.MSTATION),
        granted_at=ledger.now,
        vehicle=Vehicle.objects.filter(pk=body.get("vehicle") or body.get("bearer") or 0).first(),
        approver=by.actor[:80],
        recorded_at=body.get("proposed_at", ledger.now),
        **said,
    )
    reasons = unlock_by(ledger, row, chosen)
    if reasons and reasons != (NO_FAILED_TEST,):
        first = reasons[0]
        raise Unlawful(first.code, first.text, cite=first.cite, reasons=reasons)
    _require_other_declarer(by, row)
    take_up(ledger, row, body["files"])
    return row


def _chosen(by: Caller, outage_no: str) -> list[OutageFact]:
    found = outage(by, outage_no)
    return [] if found.taken_back_at is not None else [as_fact(found)]


def _require_other_declarer(by: Caller, row: PaperUnlock) -> None:
    """Who declared the outage does not decide what it allows."""
    rules = rules_of("paper-unlock", registers.law_at(day_of(row.granted_at), row.station.place))
    declared = Actor.read(row.outage.declared_by).people if row.outage is not None else ()
    if rules is not None and set(declared) & set(by.who.people):
        raise NotAllowed(
            "declared-it",
            Text(
                "本次故障由您宣布，凭纸质材料解锁须由另一人办理。",
                "You declared this outage: another person unlocks on paper in it.",
            ),
            cite=rules.cite,
        )


def _named_vehicle(caller: Caller, case_no: str, vin: str, plate: str) -> tuple[str, str]:
    """By case, or as typed."""
    vin, plate = plain(vin), plain(plate)
    if case_no:
        row = Case.objects.select_related("vehicle").filter(case_no=case_no.strip()).first()
        if row is None or not covers(caller.place, row.place):
            raise Malformed(
                "wrong-value", Text(f"没有案件 {case_no}。", f"There is no case {case_no}."), at="case_no"
            )
        return row.vehicle.vin, row.vehicle.plate
    if not (vin or plate):
        raise Malformed(
            "malformed",
            Text("请给出案件号、VIN 或号牌。", "Give the case, the VIN or the plate."),
            at="case_no",
        )
    return vin, plate


def _take_back(ledger: Ledger, row: Proposal) -> None:
    """The unlock ends now, and that nobody confirmed it becomes a finding. A retest that rested on it was measured, and
    stays until a department has looked."""
    unlock = PaperUnlock.objects.select_related("station", "case__vehicle", "case__station").get(
        pk=row.done["id"]
    )
    law = registers.law_at(day_of(ledger.now), row.place)
    if unlock.case is not None:  # else ``unlock_on_paper`` asks whether it was taken back
        _end_in_case(ledger, unlock, lasting(unlock.case), row)
    doubt = Reason(
        "unlock-unconfirmed",
        Text(
            f"{unlock.unlock_no} 先行解锁，无第二人确认。",
            f"{unlock.unlock_no} was unlocked by one person; nobody confirmed it.",
        ),
        law.cite("second_person.break_glass_hours"),
        Text(
            "请与检验机构核对所示纸质材料；不实的，撤销该次复检结论并处理。",
            "Compare the paper with the station; if it is untrue, annul what rests on it.",
        ),
    )
    keep_findings(ledger, "unlock", unlock.unlock_no, unlock.station.code, [doubt])


def _end_in_case(ledger: Ledger, unlock: PaperUnlock, case: Case, made: Proposal) -> None:
    """It opened a gate already; a repair whose late record it alone excused is held."""
    about = Repair.objects.filter(case__vehicle=case.vehicle_id).select_related("shop", "case").order_by("id")
    asked = ((row, no_longer_excused(row, case, [unlock.unlock_no])) for row in about)
    held = {row: doubt for row, doubt in asked if doubt is not None}
    ended = unlock_ended(unlock, made, ledger.now)
    take_back(ledger, case, replace(ended, repairs=tuple((row.shop.code, row.repair_no) for row in held)))
    for row, doubt in held.items():
        keep_findings(ledger, "repair", row.repair_no, row.shop.code, [doubt])


def _acted(row: Proposal) -> list[str]:
    """Who declared or ended an outage that ran then, or resolved a finding about the station's papers."""
    station, _, vehicle = row.subject.partition("/")
    running = [each.outage_no for each in declared_for(row.proposed_at)]
    outages = Outage.objects.filter(outage_no__in=running)
    papers = PaperUnlock.objects.filter(station__code=station).filter(Q(vin=vehicle) | Q(plate=vehicle))
    about = Finding.objects.filter(subject__in=papers.values("unlock_no"))
    return [*outages.values_list("declared_by", flat=True), *deciders(about)]


def _about(row: Proposal) -> Text:
    """A vehicle that no register holds is masked as any other."""
    station, _, _ = row.subject.partition("/")
    return named(f"{station}/{masked_vehicle(row.body['plate'], row.body['vin'])}")


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    body = row.body
    shown = [
        (Text("检验机构", "station"), body["station"]),
        (Text("维修站", "repairer"), body["shop"]),
        (Text("结算清单", "settlement list"), body["settlement_no"]),
        (Text("合格证", "certificate"), body["certificate_no"]),
        (Text("系统故障", "outage"), body["outage_no"]),
    ]
    return [pair for pair in shown if pair[1]]


PAPER_UNLOCK = register(
    Act(
        kind=OPERATOR_UNLOCK,
        name=Text("故障期间凭纸质材料解锁", "unlock on paper in an outage"),
        carry_out=_unlock,
        link=lambda row: f"/unlocks/{row.done['no']}" if "no" in row.done else "/outages",
        made=lambda made: {"id": made.pk, "no": made.unlock_no},
        shows=_shows,
        before=_acted,
        about=_about,
        undo=_take_back,
    )
)
