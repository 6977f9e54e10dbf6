"""A record arrives, perhaps hours later from a phone that had no network: kept once, judged, and held where its hour or
its vehicle is in doubt. Its result is known at once; it binds when every officer has said that they were there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.records.spot_check import SpotCheck as Record
from imloop.facts.refusal import Conflict, NotAllowed, Refusal
from imloop.facts.text import Text
from imloop.gates.spot_checks.admissible import OFFICERS, CarriedFact, TaskFact, may_be_kept, time_doubts
from imloop.gates.vehicles.identity import Found
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.keep_raw import keep_raw, keep_refusal
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.decide import confirm_within
from imloop.steps.second_person.on_site import asked
from imloop.steps.spot_checks.kept_record import as_kept
from imloop.steps.spot_checks.make_task import own_task
from imloop.steps.spot_checks.take_effect import advance, judged, which
from imloop.steps.spot_checks.team import begin
from imloop.store.models import Party, PartyKind, Proposal, RawUpload, SpotCheck, SpotInstrument, SpotTask

State = SpotCheck.State


@dataclass(frozen=True, slots=True)
class Received:
    """``known``: it came before, word for word."""

    row: SpotCheck
    known: bool


def require_sender(caller: Caller) -> None:
    require_kind(caller, PartyKind.ENVIRONMENT)


def receive_message(ledger: Ledger, raw: RawUpload, found: Record | Refusal) -> Received | Refusal:
    """The bytes are kept before anything is judged; the ``Refusal`` of a record is kept beside them."""
    sender = Party.objects.get(code=ledger.caller.party_code)
    known = RawUpload.objects.filter(sha256=raw.sha256, party=sender, kind=raw.kind).first()
    if known is None:
        keep_raw(raw, sender)
    try:
        if isinstance(found, Refusal):
            raise found
        with ledger.attempt():
            return _receive(ledger, known or raw, found)
    except Refusal as refusal:
        if known is None:
            keep_refusal(ledger, raw, refusal)
        return refusal


def _receive(ledger: Ledger, raw: RawUpload, record: Record) -> Received:
    task = own_task(ledger.caller, record.task)
    _require_there(ledger.caller, record)
    data = as_kept(record)
    before = SpotCheck.objects.filter(task=task, client_id=record.client_id).first()
    if before is not None:
        return Received(_same(before, data), known=True)
    law = registers.law_at(day_of(record.at), task.office.place)
    _require_admissible(record, task, law, ledger.now)
    row = _keep(ledger, raw, record, data, task, law)
    begin(ledger, task)
    _say_oneself(ledger, task)
    row.refresh_from_db()
    advance(ledger, row, ledger.caller.user)
    return Received(row, known=False)


def _require_there(caller: Caller, record: Record) -> None:
    """Whoever sends it was there: nobody sends for others."""
    if caller.user not in record.officers:
        words = Text("由在场的执法人员本人发送。", "One of the officers who were there sends it.")
        raise NotAllowed("sender-not-there", words)


def _same(before: SpotCheck, data: dict[str, object]) -> SpotCheck:
    if before.data != data:
        words = Text(
            f"记录 {before.client_id} 已按另一内容接收（{before.number}），不能改写。",
            f"Record {before.client_id} was taken before ({before.number}) and said something else.",
        )
        raise Conflict("record-differs", words, at="client_id")
    return before


def _require_admissible(record: Record, task: SpotTask, law: Law, now: datetime) -> None:
    words = Text(f"检测时间 {record.at} 晚于平台时间。", f"The check at {record.at} is in the future.")
    require_past(record.at, now, words, at="at")
    if task.closed_at is not None and record.at > task.closed_at:
        raise Conflict("task-closed", Text("任务已结束。", "The task is closed already."), at="task")
    fact = TaskFact(
        number=task.number,
        officers=frozenset(each.username for each in task.officers.all()),
        made_at=task.made_at,
    )
    carried = {kind: _carried(task, kind, serial, record) for kind, serial in record.instruments.items()}
    answer = may_be_kept(record, fact, carried, law)
    if not answer.allowed:
        raise answer.refusal()


def _carried(task: SpotTask, kind: str, serial: str, record: Record) -> CarriedFact | None:
    """With the certificate of that day, else its last one before, else its first one."""
    rows = SpotInstrument.objects.filter(office=task.office, kind=kind, serial=serial)
    known, day = list(rows.order_by("verified_from")), day_of(record.at)
    if not known:
        return None
    begun = [each for each in known if each.verified_from <= day] or known[:1]
    row = max(begun, key=lambda each: each.verified_until)
    return CarriedFact(
        serial=serial, kind=kind, verified_from=row.verified_from, verified_until=row.verified_until
    )


def _keep(
    ledger: Ledger, raw: RawUpload, record: Record, data: dict[str, object], task: SpotTask, law: Law
) -> SpotCheck:
    identified = which(record)
    verdict = judged(record, identified.vehicle, law)
    doubts = list(time_doubts(record.at, ledger.now, law))
    if identified.identity.found is Found.DOUBTFUL:
        doubts += identified.identity.reasons
    place, year = task.office.place, day_of(record.at).year
    row = SpotCheck.objects.create(
        number=f"SK{place}-{year}-{ledger.number('spot-check', place, year):06d}",
        task=task,
        raw=raw,
        client_id=record.client_id,
        place=place,
        at=record.at,
        received_at=ledger.now,
        sent_by=ledger.caller.actor[:80],
        plate=record.vehicle.plate[:12],
        vin=record.vehicle.vin,
        method=record.method or "",
        result=verdict.result.value,
        law_hash=verdict.law_hash,
        data=data,
        verdict={**verdict.to_json(), "failed": list(verdict.failed), "officers": law.cite(OFFICERS)},
        doubts=[reason.to_json() for reason in doubts],
        state=State.HELD if doubts else State.OFFICERS,
    )
    if identified.identity.found is Found.DOUBTFUL:
        row.candidates.set([identified.rows[each.key] for each in identified.identity.candidates])
    said = {"sha256": raw.sha256, "task": task.number, "result": row.result, "law": row.law_hash}
    ledger.note("spot-check-kept", row.number, {**said, "doubts": [each.code for each in doubts]})
    return row


def _say_oneself(ledger: Ledger, task: SpotTask) -> None:
    """Whoever was asked whether they were there, and sends a record, has said it."""
    waiting = asked(task.number).filter(body__officer=ledger.caller.user, state__in=Proposal.OPEN)
    row = waiting.filter(expires_at__gte=ledger.now).first()
    if row is not None:
        confirm_within(ledger, row.pk, "")
