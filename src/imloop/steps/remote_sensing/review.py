"""Two people look at the pictures, one after the other and each on their own; what both confirm can become a lead."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import CHINA
from imloop.facts.records.reading import POLLUTANT_NAMES, Pollutant
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, require_reason
from imloop.facts.text import Reason, Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.remote_sensing.lookups import readings
from imloop.store.models import Finding, PartyKind, RemoteReading, RemoteReview

State = RemoteReading.State
_STAGES = {State.FIRST: 1, State.SECOND: 2}
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
        row = _own(caller, reading_id)
        stage = _stage(row)
        _require_another(caller, row)
        RemoteReview.objects.create(
            reading=row,
            stage=stage,
            person=caller.actor[:80],
            at=now,
            holds=holds,
            plate_ok=plate_ok,
            words=words.strip(),
        )
        row.state = State.SECOND if stage == 1 else _outcome(row)
        row.save(update_fields=["state"])
        said = {
            "reading": row.pk,
            "stage": stage,
            "holds": holds,
            "plate_ok": plate_ok,
            "words": words.strip(),
        }
        ledger.note("reading-reviewed", row.record_no, {**said, "state": row.state})
    return row


def hand_over(caller: Caller, reading_id: int, now: datetime) -> Finding:
    """What two people confirmed becomes a lead: no verdict, and no evidence before every point of Penalty Law 41 holds.
    What becomes of it is decided as with every finding."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    with writing(now, caller) as ledger:
        row = _own(caller, reading_id)
        if row.state != State.CONFIRMED:
            raise Conflict(
                "not-confirmed",
                Text(
                    "两人审核属实后才能转为线索。", "Two people have to confirm it before it becomes a lead."
                ),
            )
        row.finding, row.state = _lead(ledger, row), State.HANDED
        row.save(update_fields=["finding", "state"])
        ledger.note("reading-handed-over", row.record_no, {"reading": row.pk, "finding": row.finding.pk})
    return row.finding


def _own(caller: Caller, reading_id: int) -> RemoteReading:
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
    if row.reviews.filter(person=caller.actor[:80]).exists():
        raise Conflict(
            "same-reviewer",
            Text("初审和复审应由两人分别进行。", "The second review is another person's than the first."),
        )


def _outcome(row: RemoteReading) -> RemoteReading.State:
    agree = all(each.holds and each.plate_ok for each in row.reviews.all())
    return State.CONFIRMED if agree else State.DISMISSED


def _lead(ledger: Ledger, row: RemoteReading) -> Finding:
    above = [Pollutant(name) for name in row.over.split(",") if name]
    values = row.data["values"]
    said = "、".join(f"{POLLUTANT_NAMES[each].zh} {values[each]:g}" for each in above) or "设备判为超标"
    told = (
        ", ".join(f"{POLLUTANT_NAMES[each].en} {values[each]:g}" for each in above)
        or "called a fail by the device"
    )
    plate, moment = row.plate or row.plate_read or "—", f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    reason = Reason(
        "smoke-seen" if Pollutant.RINGELMANN in above else "remote-over-limit",
        Text(
            f"{plate} {moment} 通过 {row.site_code}：{said}，两人审核属实；只是线索。",
            f"{plate} passed {row.site_code} at {moment}: {told}; two people confirmed it. A lead, no verdict.",
        ),
        item=row.record_no,
    )
    about = ("vehicle", row.plate) if row.plate else ("reading", row.record_no)
    keep_findings(ledger, *about, row.sender.code, [reason])
    return Finding.objects.filter(code=reason.code, subject=about[1], station_code=row.sender.code).latest(
        "pk"
    )
