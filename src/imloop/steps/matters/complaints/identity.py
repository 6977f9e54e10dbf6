"""Who reported, opened by two: the head of the office that has the complaint asks with a reason, supervision allows or
refuses; only who asked may then read it, for a day. Every step is in the journal."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from imloop.facts.refusal import Conflict, NotAllowed, Unavailable, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.complaints.sealed_reporter import Reporter, unsealed
from imloop.steps.ground.access import Caller, place_prefix, require_kind, require_place
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.take_step import locked
from imloop.store.models import IdentityOpening, Matter, PartyKind, User

READABLE = timedelta(hours=24)


def ask(caller: Caller, matter_no: str, reason: str, now: datetime) -> IdentityOpening:
    """By a head of the office that has the complaint."""
    require_reason(reason)
    with writing(now, caller) as ledger:
        row = locked(matter_no, caller)
        _require_head_of(caller, row)
        if not row.complaint.reporter:
            raise Conflict("nobody-said", Text("举报人没有留下姓名和电话。", "The reporter left no name."))
        if row.complaint.openings.filter(decided_at__isnull=True).exists():
            words = Text("已有待批准的查看申请。", "There is a request that waits already.")
            raise Conflict("asked-already", words)
        opening = IdentityOpening.objects.create(
            complaint=row.complaint,
            reason=reason.strip(),
            asked_at=now,
            asked_by=caller.user,
            office=caller.party_code,
        )
        ledger.note("identity-asked", matter_no, {"opening": opening.pk, "reason": opening.reason})
    return opening


def decide(caller: Caller, opening_id: int, *, allow: bool, now: datetime) -> IdentityOpening:
    """By supervision, never by who asked."""
    require_kind(caller, PartyKind.SUPERVISOR)
    with writing(now, caller) as ledger:
        opening = _known(opening_id)
        require_place(caller, opening.complaint.matter.place)
        if opening.decided_at is not None:
            raise Conflict("decided-already", Text("已经决定。", "It has been decided."))
        if opening.asked_by == caller.user:
            raise NotAllowed(
                "second-person-needed", Text("不能批准本人的申请。", "Nobody allows their own request.")
            )
        opening.decided_at, opening.decided_by, opening.allowed = now, caller.user, allow
        opening.until = now + READABLE if allow else None
        opening.save()
        number = opening.complaint.matter.matter_no
        ledger.note("identity-allowed" if allow else "identity-refused", number, {"opening": opening.pk})
    return opening


def read(caller: Caller, opening_id: int, now: datetime) -> Reporter:
    """By who asked, while it is open; each look is noted."""
    with writing(now, caller) as ledger:
        opening = _known(opening_id)
        if opening.asked_by != caller.user or opening.office != caller.party_code:
            raise NotAllowed("not-your-request", Text("只有申请人可以查看。", "Only who asked may read it."))
        if not opening.allowed or opening.until is None or now >= opening.until:
            words = Text(
                "未获批准，或者已超过查看时限。", "It was not allowed, or the time to read it is over."
            )
            raise NotAllowed("not-open", words)
        return _opened(ledger, opening)


def _opened(ledger: Ledger, opening: IdentityOpening) -> Reporter:
    number = opening.complaint.matter.matter_no
    found = unsealed(opening.complaint.reporter, number)
    if found is None:
        raise Unavailable("key-gone", Text("密钥已更换，无法解密。", "The key that sealed it is gone."))
    ledger.note("identity-read", number, {"opening": opening.pk, "reason": opening.reason})
    return found


def waiting(caller: Caller) -> QuerySet[IdentityOpening]:
    """What supervision has to decide."""
    found = IdentityOpening.objects.select_related("complaint__matter").filter(decided_at__isnull=True)
    return found.filter(complaint__matter__place__startswith=place_prefix(caller.place)).order_by("asked_at")


def _known(opening_id: int) -> IdentityOpening:
    found = IdentityOpening.objects.select_related("complaint__matter").filter(pk=opening_id).first()
    if found is None:
        raise Unknown("unknown-request", Text("没有这个申请。", "There is no such request."))
    return found


def _require_head_of(caller: Caller, row: Matter) -> None:
    is_head = User.objects.filter(username=caller.user, is_head=True, is_active=True).exists()
    if row.office == caller.party_code and is_head:
        return
    raise NotAllowed(
        "head-needed",
        Text("由办理部门负责人申请。", "The head of the department that has it asks."),
    )
