"""A second person of the department confirms what was proposed, or rejects it; then it is done, and journalled."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.vehicles.ask_mark import issue_held_mark
from imloop.steps.vehicles.plates import change_plates, take_plate
from imloop.steps.vehicles.register.change_vehicle import make_held_change
from imloop.steps.vehicles.register.hold_change import keep_changes, require_as_it_was
from imloop.steps.vehicles.register.resolve_differences import resolve_differences
from imloop.steps.vehicles.register.word import GATE_FIELDS, enter_fields
from imloop.store.models import ApiKey, Finding, HeldChange, PartyKind

DESKS = (PartyKind.POLICE, PartyKind.ENVIRONMENT)
_MOST = 400


def confirm(caller: Caller, number: int, *, said: str, now: datetime) -> HeldChange:
    """Do what was proposed. ``said``: what was compared; needed where the proposal gives no reason."""
    with writing(now, caller) as ledger:
        held = _theirs(caller, number)
        _confirm(ledger, held, said)
    return held


def confirm_list(caller: Caller, evidence: str, *, said: str, now: datetime) -> int:
    """Confirm everything that waits of one list, in one transaction; the number of changes."""
    with writing(now, caller) as ledger:
        rows = HeldChange.objects.filter(
            evidence=evidence, kind=HeldChange.Kind.LIST, state=HeldChange.State.WAITING
        )
        theirs = [_allowed(caller, held) for held in rows.select_related("vehicle", "party").order_by("id")]
        if not evidence or not theirs:
            raise _nothing()
        for held in theirs:
            _confirm(ledger, held, said)
    return len(theirs)


def reject(caller: Caller, number: int, *, said: str, now: datetime) -> HeldChange:
    """Nothing is changed; the reason stays with the proposal. Who proposed may withdraw it so."""
    if not 0 < len(said.strip()) <= _MOST:
        raise _reason_missing()
    with writing(now, caller) as ledger:
        held = _of_party(caller, number)
        _decided(ledger, held, HeldChange.State.REJECTED, said)
        body = {
            "held": held.pk,
            "fields": held.fields,
            "reason": held.decision,
            "proposed_by": held.proposed_by,
        }
        ledger.note("change-rejected", str(held.vehicle), body)
    return held


def _confirm(ledger: Ledger, held: HeldChange, said: str) -> None:
    said = said.strip()
    if len(said) > _MOST or not (said or held.reason):
        raise _reason_missing()
    if held.kind == HeldChange.Kind.MARK:
        issue_held_mark(ledger, held)
    elif held.kind == HeldChange.Kind.CHANGE:
        make_held_change(ledger, held)
    else:
        _enter(ledger, held)
    _decided(ledger, held, HeldChange.State.APPLIED, said)
    body = {"held": held.pk, "kind": held.kind, "fields": held.fields, "evidence": held.evidence}
    why = {"reason": held.reason, "said": said, "proposed_by": held.proposed_by}
    ledger.note("change-confirmed", str(held.vehicle), {**body, **why})


def _enter(ledger: Ledger, held: HeldChange) -> None:
    vehicle, day = held.vehicle, day_of(ledger.now)
    require_as_it_was(held)
    former = vehicle.plate, vehicle.plate_colour
    status = str(vehicle.status)
    after = {name: pair[1] for name, pair in held.fields.items()}
    enter_fields(vehicle, after, held.source, day, held.evidence)
    moved = take_plate(vehicle) if "plate" in after else []
    vehicle.save()
    if vehicle.plate != former[0]:
        moved.append((vehicle, *former))
    change_plates(moved, day, held.source, ledger.now)
    fields = {name: pair for name, pair in held.fields.items() if name in GATE_FIELDS}
    keep_changes(ledger, [(vehicle, fields)])
    if "status" in after:
        vehicle.changes.create(
            kind="reinstated",
            on=day,
            recorded_at=ledger.now,
            source=ledger.caller.actor[:80],
            data={"before": status},
        )
    why = held.reason or "登记资料已更正"
    resolve_differences(ledger, vehicle, tuple(after), why, Finding.Outcome.GONE)


def _theirs(caller: Caller, number: int) -> HeldChange:
    return _allowed(caller, _of_party(caller, number))


def _of_party(caller: Caller, number: int) -> HeldChange:
    held = HeldChange.objects.select_related("vehicle", "party").filter(pk=number).first()
    own = held is not None and (
        held.party.code == caller.party_code if held.party else caller.kind == PartyKind.POLICE
    )
    if held is None or not own:
        raise _nothing()
    if held.state != HeldChange.State.WAITING:
        raise Conflict("decided-already", Text("这一项已处理。", "This has been decided already."))
    return held


def _allowed(caller: Caller, held: HeldChange) -> HeldChange:
    """A person, and another one than who proposed; of what a key proposed, nobody who made a key of the party."""
    own = held.party.code == caller.party_code if held.party else caller.kind == PartyKind.POLICE
    if not own:
        raise _nothing()
    by_key = held.party is not None and held.proposed_by == held.party.code
    # Whoever made a key of the party may have proposed with it, revoked since or not, in whosever name.
    makers = ApiKey.objects.filter(party=held.party).values_list("created_by", flat=True)
    made_one = by_key and any(_person(maker) == _person(caller.actor) for maker in makers)
    if _person(held.proposed_by) == _person(caller.actor) or made_one:
        raise NotAllowed(
            "second-person-needed",
            Text(
                "须由提出人（或密钥的创建人）以外的本单位人员复核。",
                "Another person of the department must confirm it: not who proposed it, nor who made its key.",
            ),
        )
    return held


def _person(line: str) -> tuple[str, str]:
    """Who it was, whosever right they used."""
    found = Actor.read(line)
    return found.party, found.person


def _decided(ledger: Ledger, held: HeldChange, state: str, said: str) -> None:
    held.state, held.decision = state, said.strip()[:_MOST]
    held.decided_at, held.decided_by = ledger.now, ledger.caller.actor[:80]
    held.save(update_fields=["state", "decision", "decided_at", "decided_by"])


def _nothing() -> Unknown:
    return Unknown(
        "unknown-change", Text("没有这一项，或无权处理。", "There is no such change, or it is not yours.")
    )


def _reason_missing() -> Malformed:
    return Malformed(
        "reason-missing",
        Text("请写明核对情况（400 字以内）。", "Say what was compared, in up to 400 characters."),
    )
