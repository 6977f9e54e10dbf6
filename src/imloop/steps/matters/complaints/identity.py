"""Who reported, opened by two: the head of the office that has the complaint proposes it with a reason, supervision
confirms; only who proposed may then read it, for a day. Every look is in the journal."""

from __future__ import annotations

from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, NotAllowed, Unavailable, Unlawful
from imloop.facts.text import Text
from imloop.steps.complaints.sealed_reporter import Reporter, unsealed
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.roles import is_payer
from imloop.steps.matters.take_step import locked
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Matter, PartyKind, Proposal, User

READABLE = timedelta(hours=24)


def ask(caller: Caller, matter_no: str, reason: str, now: datetime) -> Proposal:
    """By a head of the office that has the complaint."""
    with writing(now, caller) as ledger:
        law = registers.law_at(day_of(now), locked(matter_no, caller).place)
        rules = rules_of(REPORTER.kind, law)
        if rules is None:
            words = Text(
                "当日还没有规定由谁确认，不能查看举报人。", "The law of the day does not say who confirms it."
            )
            raise Unlawful("two-persons-needed", words)
        rules.require_words(reason=reason)
        made: Proposal = do_or_propose(ledger, REPORTER, matter_no, {}, law, reason=reason)
    return made


def readable(caller: Caller, matter_no: str, now: datetime) -> Proposal | None:
    """What was confirmed to the caller within the last day."""
    asked = Proposal.objects.filter(kind=REPORTER.kind, subject=matter_no, proposed_by=caller.actor[:80])
    return asked.filter(state=Proposal.State.CONFIRMED, decided_at__gt=now - READABLE).last()


def read(caller: Caller, matter_no: str, now: datetime) -> Reporter:
    """By who asked; each look is noted."""
    with writing(now, caller) as ledger:
        row = _require_head(caller, matter_no)
        allowed = readable(caller, matter_no, now)
        if allowed is None:
            words = Text(
                "只有申请人在批准后一天内可以查看。",
                "Only who asked may read it, for a day after it is confirmed.",
            )
            raise NotAllowed("not-open", words)
        found = unsealed(row.complaint.reporter, matter_no)
        if found is None:
            raise Unavailable("key-gone", Text("密钥已更换，无法解密。", "The key that sealed it is gone."))
        ledger.note("identity-read", matter_no, {"proposal": allowed.pk, "reason": allowed.reason})
    return found


def _require_head(caller: Caller, matter_no: str) -> Matter:
    row = locked(matter_no, caller)
    if row.office != caller.party_code or not _is_head(caller):
        words = Text("由办理部门负责人申请。", "The head of the department that has it asks.")
        raise NotAllowed("head-needed", words)
    return row


def _is_head(caller: Caller) -> bool:
    return User.objects.filter(username=caller.user, is_head=True, is_active=True).exists()


def _open(ledger: Ledger, by: Caller, matter_no: str, body: Body) -> None:
    """Nothing is shown or kept: who asked may read it from now on."""
    if not _require_head(by, matter_no).complaint.reporter:
        raise Conflict("nobody-said", Text("举报人没有留下姓名和电话。", "The reporter left no name."))


def _knows(caller: Caller) -> bool:
    """That and why a reporter's name was asked for: the heads who may ask, and supervision."""
    if caller.kind == PartyKind.SUPERVISOR:
        return not is_payer(caller)
    return caller.kind != PartyKind.ADMIN and _is_head(caller) and not is_payer(caller)


REPORTER = register(
    Act(
        kind="reporter",
        name=Text("查看举报人", "read who reported"),
        carry_out=_open,
        link=lambda row: f"/complaints/{row.subject}/reporter",
        made=lambda made: {},
        seen=_knows,
        quiet=True,
    )
)
