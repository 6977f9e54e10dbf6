"""The department looks at a record whose hour or vehicle is in doubt: somebody who was not there themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.spot_checks.lookups import check_of
from imloop.steps.spot_checks.take_effect import advance
from imloop.store.models import PartyKind, SpotCheck, Vehicle

State = SpotCheck.State
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """``accepted``: its word holds; ``vehicle``: key of the candidate that it was, where that was in doubt."""

    accepted: bool
    because: str
    vehicle: int | None = None


def settle_check(caller: Caller, number: str, said: Settlement, now: datetime) -> SpotCheck:
    """Once. What is accepted takes effect, where the officers have said that they were there."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    require_reason(said.because, _LONGEST, at="because")
    with writing(now, caller) as ledger:
        row = check_of(caller, number)
        _require_waiting(caller, row)
        row.settled_at, row.settled_by = now, caller.actor[:80]
        row.settled_because = said.because.strip()
        fields = ["settled_at", "settled_by", "settled_because"]
        if said.accepted:
            row.vehicle = _vehicle(row, said.vehicle)
            row.save(update_fields=[*fields, "vehicle"])
            advance(ledger, row)
            if row.state == State.HELD:
                doubt = row.doubts[0]
                raise Conflict(doubt["code"], Text(doubt["text"], doubt["text_en"]))
        else:
            row.state = State.REJECTED
            row.save(update_fields=[*fields, "state"])
        body = {"accepted": said.accepted, "because": row.settled_because, "state": row.state}
        ledger.note("spot-check-settled", number, body)
    return row


def _require_waiting(caller: Caller, row: SpotCheck) -> None:
    if row.state != State.HELD:
        raise Conflict(
            "not-waiting", Text("这条记录不在待核实之列。", "This record does not wait for anybody.")
        )
    if caller.user in row.data["officers"]:
        words = Text("由不在场的另一人核实。", "Somebody who was not there settles it.")
        raise NotAllowed("own-record", words)


def _vehicle(row: SpotCheck, key: int | None) -> Vehicle | None:
    candidates = row.candidates.all()
    if not candidates:
        return None
    found = next((each for each in candidates if each.pk == key), None)
    if found is None:
        raise Malformed("wrong-value", Text("请选择是哪一辆车。", "Say which vehicle it was."), at="vehicle")
    return found
