"""The effects of a matter's step outside the matter: standing, cases, registers, what the public reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.law import Law
from imloop.loop.events import VehicleScrapped
from imloop.matters import Decision, Effect, Kind, Step
from imloop.matters.labels import KINDS, STEPS
from imloop.steps.cases.let_cases_go import let_cases_go
from imloop.steps.cases.move_case import decide_and_keep, open_case
from imloop.steps.complaints import effects as complaint_effects
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters import file_effects
from imloop.steps.matters.penalties.follow_up import open_strike_off
from imloop.steps.matters.register_applicant import register_applicant
from imloop.store.models import Matter, PartyKind, Standing, Vehicle, VehicleChange

_ENDS_AS = {
    Kind.SUSPENSION: Standing.State.SUSPENDED,
    Kind.STRIKE_OFF: Standing.State.STRUCK_OFF,
    Kind.REVOCATION: Standing.State.REVOKED,
    Kind.WITHDRAWAL: Standing.State.WITHDRAWN,
}
_CITES = {
    Kind.SUSPENSION: "suspension.grounds",
    Kind.STRIKE_OFF: "strike_off.grounds",
    Kind.REVOCATION: "revocation.grounds",
}


def carry_out(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """Everything the table names, in its order."""
    for effect in decision.effects:
        _EFFECTS[effect](ledger, row, step, decision, law)


def _register(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    row.party = register_applicant(ledger, row, decision.values, law)


def _close_standing(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    assert row.party is not None
    values, kind = decision.values, Kind(row.kind)
    since, until = values["since"], values.get("until")
    assert isinstance(since, date) and (until is None or isinstance(until, date))
    state = _ENDS_AS[kind]
    running = row.party.standings.filter(state=state).exclude(until__lte=since)
    if until is not None:
        running = running.filter(since__lt=until)
    if running.exists():
        raise Conflict(
            "standing-overlaps",
            Text(
                f"{row.party.name}在此期间已经{state.label}。",
                f"{row.party.name} is {state.value.replace('_', ' ')} in that period already.",
            ),
        )
    key = _CITES.get(kind)
    cite = law.cite(f"{row.party.kind}.{key}") if key else law.cite("matter.exit_voluntary")
    facts = row.data["facts"]
    Standing.objects.create(
        party=row.party,
        state=state,
        since=since,
        until=until,
        cite=cite[:200],
        decision_no=str(values["decision_no"])[:60],
        grounds=str(facts.get("reasons") or "")[:400],
        published_on=law.on,
        matter=row,
    )


def _restore_standing(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """The measure ends today; one that never took effect leaves nothing behind but its matter."""
    for standing in row.standings.all():
        if standing.since >= law.on:
            standing.delete()
        elif standing.until is None or standing.until > law.on:
            standing.until = law.on
            standing.save(update_fields=["until"])


def _let_cases_go(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    assert row.party is not None
    if row.party.kind == PartyKind.ISTATION:
        values = row.data["facts"]
        let_cases_go(ledger, row.party, str(values["decision_no"]), str(values.get("reasons") or ""), law)


def _publish(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """Copied to the departments that the law names, besides the public page. A penalty of somebody who is in no
    register of stations is not published here."""
    assert row.party is not None
    body = {
        "matter": row.matter_no,
        "party": row.party.code,
        "name": row.party.name,
        "kind": row.kind,
        "step": step.value,
        "words": f"{KINDS[Kind(row.kind)].zh}：{STEPS[step].zh}",
        **{key: _plain(value) for key, value in decision.values.items()},
    }
    file_effects.tell_where_published(ledger, row, row.party, body, law)


def _tell_dismantlers(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    assert row.vehicle is not None
    body = {
        "matter": row.matter_no,
        "vin": row.vehicle.vin,
        "plate": row.vehicle.plate,
        "decision_no": row.data["facts"].get("decision_no"),
        "handed_to": decision.values["handed_to"],
        "cite": law.cite("scrap.certificate"),
    }
    police = registers.department(PartyKind.POLICE, row.place)
    # The commerce department does not use the platform: its system is a receiver of its own.
    for receiver in (f"commerce:{row.place[:4]}00", police.code if police else ""):
        if receiver:
            ledger.send(receiver, "scrappage", row.matter_no, body)


def _scrap(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    vehicle = row.vehicle
    assert vehicle is not None
    day = decision.values["dismantled_on"]
    assert isinstance(day, date)
    proof = str(decision.values["certificate_no"])
    case = open_case(vehicle)
    if case is not None:
        event = VehicleScrapped(at=ledger.now, approver=ledger.caller.actor, evidence=proof)
        decide_and_keep(ledger, case, event, law, vehicle=vehicle, place=case.place)
    before = vehicle.status
    vehicle.status = Vehicle.Status.SCRAPPED
    vehicle.save(update_fields=["status"])
    VehicleChange.objects.create(
        vehicle=vehicle,
        kind="scrapped",
        on=day,
        recorded_at=ledger.now,
        source=ledger.caller.actor,
        data={"before": before, "matter": row.matter_no, "certificate_no": proof},
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_EFFECTS: dict[Effect, Callable[[Ledger, Matter, Step, Decision, Law], None]] = {
    Effect.REGISTER: _register,
    Effect.CLOSE_STANDING: _close_standing,
    Effect.RESTORE_STANDING: _restore_standing,
    Effect.LET_CASES_GO: _let_cases_go,
    Effect.PUBLISH: _publish,
    Effect.TELL_DISMANTLERS: _tell_dismantlers,
    Effect.SCRAP: _scrap,
    Effect.ASSIGN: file_effects.assign,
    Effect.MERGE: file_effects.merge,
    Effect.COPY: file_effects.copy,
    Effect.OPEN_STRIKE_OFF: open_strike_off,
    Effect.WITHDRAW_PUBLICATION: file_effects.withdraw_publication,
    Effect.REFER: complaint_effects.refer,
    Effect.KEEP_IMPARTIAL: complaint_effects.keep_impartial,
    Effect.TELL_REPORTER: complaint_effects.tell_reporter,
    Effect.GRANT_REWARD: complaint_effects.grant_reward,
}
