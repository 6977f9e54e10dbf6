"""Who checked on the site: accounts of the department, each of whom confirms that they were there. A check that one of
them has not confirmed does not count."""

from __future__ import annotations

from collections.abc import Mapping

from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Matter, MatterEvent, Proposal, User

FIELD = "officers"


def ask_officers(
    ledger: Ledger, row: Matter, event: MatterEvent, said: Mapping[str, object], law: Law
) -> None:
    """Each officer but the one who entered the check is asked."""
    if FIELD not in said or rules_of(VISIT.kind, law) is None:
        return
    for officer in _accounts(ledger.caller, str(said[FIELD])):
        if officer.username != ledger.caller.user:
            body = {"officer": officer.username, "checked_on": str(said.get("checked_on", ""))}
            subject = f"{row.matter_no}/{event.number}/{officer.username}"
            do_or_propose(ledger, VISIT, subject, body, law, reason=f"现场核查：{row.title}")


def require_confirmed(row: Matter, law: Law) -> None:
    """Refuse to decide upon a check of which not every officer says that they were there."""
    checks = [event for event in row.events.order_by("-number") if FIELD in event.data]
    if not checks or rules_of(VISIT.kind, law) is None:
        return
    asked = Proposal.objects.filter(
        kind=VISIT.kind, subject__startswith=f"{row.matter_no}/{checks[0].number}/"
    )
    lacking = [each.body["officer"] for each in asked.exclude(state=Proposal.State.CONFIRMED)]
    if lacking:
        names = "、".join(lacking)
        raise Conflict(
            "officers-unconfirmed",
            Text(
                f"现场核查人员 {names} 尚未确认到场，核查不算数：请其确认，或重新核查。",
                f"{names} did not confirm having been there, so the check does not count: have them confirm, or check "
                "again.",
            ),
            cite=law.cite(f"second_person.{VISIT.kind}.confirmed_by"),
        )


def officers_of(matter_no: str) -> list[str]:
    """Who said that they were there."""
    known = Proposal.objects.filter(kind=VISIT.kind, subject__startswith=f"{matter_no}/")
    return list(known.exclude(decided_by="").values_list("decided_by", flat=True))


def _accounts(caller: Caller, text: str) -> list[User]:
    """The people named, by user name or name; each must have an account of the department."""
    names = [name.strip() for name in text.replace("，", "、").split("、") if name.strip()]
    people = User.objects.filter(party__code=caller.party_code, is_active=True)
    known = {name: one for one in people for name in (one.first_name, one.username) if name}
    strange = [name for name in names if name not in known]
    if strange:
        raise Malformed(
            "no-such-officer",
            Text(
                f"本单位没有 {'、'.join(strange)} 的账号；核查人员须本人登录确认。",
                f"No account of the department for {', '.join(strange)}: officers confirm by their own log-in.",
            ),
            at=FIELD,
        )
    return list({known[name].pk: known[name] for name in names}.values())


def _confirm(ledger: Ledger, by: Caller, subject: str, body: Body) -> None:
    """Nothing but their word, which the journal keeps."""


VISIT = register(
    Act(
        kind="visit-officer",
        name=Text("确认参加现场核查", "confirm having been on the site"),
        carry_out=_confirm,
        link=lambda row: f"/matters/{row.subject.partition('/')[0]}",
        shows=lambda row: [(Text("核查日期", "checked on"), row.body["checked_on"])],
        made=lambda made: {},
        only=lambda row: str(row.body["officer"]),
    )
)
