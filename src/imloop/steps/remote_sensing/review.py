"""Two people look at the pictures, one after the other and each on their own; what both confirm can become a lead."""

from __future__ import annotations

from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.ground.registers import law_at
from imloop.steps.remote_sensing.lookups import readings, standing
from imloop.store.models import PartyKind, RemoteReading, RemoteReview

State = RemoteReading.State
_STAGES = {State.FIRST: 1, State.SECOND: 2}
_UNSURE = 0
_LONGEST = 200


def review(
    caller: Caller, reading_id: int, *, holds: bool, plate_ok: bool, words: str = "", now: datetime
) -> RemoteReading:
    """``holds``: the pictures show it; ``plate_ok``: the plate is the one in the picture; ``words``: why not, where
    something is not so. The second person decides with the first: where they differ it is dismissed."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    if not (holds and plate_ok):
        require_reason(words, _LONGEST, at="words")
    elif len(words) > _LONGEST:
        raise Malformed(
            "too-long", Text(f"至多 {_LONGEST} 字。", f"At most {_LONGEST} characters."), at="words"
        )
    with writing(now, caller) as ledger:
        row = own_reading(caller, reading_id)
        stage = _stage(row)
        _require_another(caller, row)
        said = {"holds": holds, "plate_ok": plate_ok, "words": words.strip()}
        RemoteReview.objects.create(reading=row, stage=stage, person=caller.actor[:80], at=now, **said)
        row.state = _state(row)
        row.save(update_fields=["state"])
        noted = {"reading": row.pk, "stage": stage, **said, "state": row.state}
        ledger.note("reading-reviewed", row.record_no, noted)
    return row


def cannot_tell(caller: Caller, reading_id: int, now: datetime) -> RemoteReading:
    """Nothing can be told from the pictures: somebody else looks. What two people cannot tell is dismissed."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        row = own_reading(caller, reading_id)
        _stage(row)
        _require_another(caller, row)
        said = {"holds": False, "plate_ok": False}
        RemoteReview.objects.create(reading=row, stage=_UNSURE, person=caller.actor[:80], at=now, **said)
        row.state = _state(row)
        row.save(update_fields=["state"])
        noted = {"reading": row.pk, "stage": _UNSURE, "state": row.state}
        ledger.note("reading-reviewed", row.record_no, noted)
    return row


def take_back(caller: Caller, reading_id: int, now: datetime) -> RemoteReading:
    """One's own last word, within minutes and before anybody has gone on from it."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        row = own_reading(caller, reading_id)
        last = standing(row)[-1:]
        if not last or last[0].person != caller.actor[:80] or row.state == State.HANDED or row.open_at:
            words = Text(
                "只能撤回本人最后一次审核，且其后还没有人办理。",
                "Only one's own review, as long as nobody has gone on from it.",
            )
            raise Conflict("not-yours-to-take-back", words)
        minutes = settle_minutes(row, now)
        if now - last[0].at > timedelta(minutes=minutes):
            words = Text(f"超过 {minutes} 分钟，不能撤回。", f"It can be taken back for {minutes} minutes.")
            raise Conflict("take-back-late", words)
        last[0].taken_back_at = now
        last[0].save(update_fields=["taken_back_at"])
        row.state = _state(row)
        row.save(update_fields=["state"])
        ledger.note("reading-review-taken-back", row.record_no, {"reading": row.pk, "state": row.state})
    return row


def settle_minutes(row: RemoteReading, now: datetime) -> int:
    return law_at(day_of(now), row.sender.place).integer("remote_sensing.settle_minutes")


def own_reading(caller: Caller, reading_id: int) -> RemoteReading:
    """Of its own office: whom another one's pictures show, that one decides."""
    row = readings(caller).filter(pk=reading_id).first()
    if row is None:
        raise nothing_there("reading", str(reading_id))
    if row.sender.code != caller.party_code:
        words = Text("由上传记录的部门审核。", "The office that measured reviews its own readings.")
        raise NotAllowed("not-your-reading", words)
    return row


def _stage(row: RemoteReading) -> int:
    found = _STAGES.get(State(row.state))
    if found is None:
        words = Text("这条记录不在待审核之列。", "This reading does not wait for a review.")
        raise Conflict("not-waiting", words)
    return found


def _require_another(caller: Caller, row: RemoteReading) -> None:
    if any(each.person == caller.actor[:80] for each in standing(row)):
        raise Conflict(
            "same-reviewer",
            Text("初审和复审应由两人分别进行。", "The second review is another person's than the first."),
        )


def _state(row: RemoteReading) -> RemoteReading.State:
    """By what people said and did not take back."""
    said = standing(row)
    decided = [each for each in said if each.stage != _UNSURE]
    if len(decided) == len(_STAGES):
        agree = all(each.holds and each.plate_ok for each in decided)
        return State.CONFIRMED if agree else State.DISMISSED
    if len(said) - len(decided) >= len(_STAGES):
        return State.DISMISSED
    return State.SECOND if decided else State.FIRST
