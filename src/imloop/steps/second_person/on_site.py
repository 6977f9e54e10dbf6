"""Who checked on the site: accounts, each of whom says by their own log-in that they were there. A check that one of
them has not confirmed does not count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db.models import QuerySet

from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Proposal, User

_SHOWN = 3
PRESENT = Text("本人到场", "I was there")


def accounts_named(
    party: str, names: Iterable[str], *, at: str, cite: str = "", by_name: bool = False
) -> list[User]:
    """The people of a department by their user names (``by_name``: or by what they are called), each once; one who has
    no account there is refused."""
    people = User.objects.filter(party__code=party, is_active=True).order_by("username")
    known = {
        name: one for one in people for name in (one.username, one.first_name if by_name else "") if name
    }
    asked = list(names)
    strange = [name for name in asked if name not in known]
    if strange:
        missing, some = "、".join(strange), "、".join([one.username for one in people][:_SHOWN])
        raise Malformed(
            "no-such-officer",
            Text(
                f"{party} 没有 {missing} 的在用账号；检查、核查人员须本人登录确认，请填本单位人员的用户名，如 {some}。",
                f"{party} has no active account for {missing}: officers confirm by their own log-in. Send user names "
                f"of its people, such as {some}.",
            ),
            at=at,
            cite=cite,
        )
    return list({known[name].pk: known[name] for name in asked}.values())


def ask(
    ledger: Ledger, officers: Iterable[User], visit: str, body: Mapping[str, object], law: Law, reason: str
) -> list[str]:
    """Each officer but the one who acts is asked whether they were there: by user name, who that is. ``visit``: what it
    is called for all of them together; ``body``: ``checked_on``, and ``page`` where it is none of casework."""
    named = []
    for officer in officers if rules_of(VISIT.kind, law) is not None else ():
        if officer.username != ledger.caller.user:
            assert officer.party is not None
            said = {**body, "officer": officer.username}
            subject = f"{visit}/{officer.username}"
            do_or_propose(ledger, VISIT, subject, said, law, reason=reason, owner=officer.party.code)
            named.append(officer.username)
    return named


def asked(visit: str) -> QuerySet[Proposal]:
    return Proposal.objects.filter(kind=VISIT.kind, subject__startswith=f"{visit}/")


def require_all(lacking: Iterable[str], law: Law) -> None:
    """Refuse what rests on a check of which not every officer says that they were there."""
    names = "、".join(lacking)
    if names and rules_of(VISIT.kind, law) is not None:
        raise Conflict(
            "officers-unconfirmed",
            Text(
                f"检查、核查人员 {names} 尚未确认到场，检查不算数：请其登录确认，或重新检查。",
                f"{names} did not confirm having been there, so the check does not count: have them log in and "
                "confirm, or check again.",
            ),
            cite=law.cite(f"second_person.{VISIT.kind}.confirmed_by"),
        )


_AFTERWARDS: dict[str, Callable[[Ledger, str], None]] = {}


def afterwards(name: str, act: Callable[[Ledger, str], None]) -> None:
    """What a subject does when an officer has confirmed, told of the visit; ``name`` stands in the body as ``then``."""
    _AFTERWARDS[name] = act


def _confirm(ledger: Ledger, by: Caller, subject: str, body: Body) -> None:
    """Their word, which the journal keeps, and what waited for it."""
    if (then := body.get("then")) and ledger.caller.user == body["officer"]:
        _AFTERWARDS[str(then)](ledger, subject.rpartition("/")[0])


VISIT = register(
    Act(
        kind="visit-officer",
        name=Text("确认参加现场检查、核查", "confirm having been on the site"),
        carry_out=_confirm,
        link=lambda row: str(row.body.get("page") or f"/matters/{row.subject.partition('/')[0]}"),
        shows=lambda row: [(Text("核查日期", "checked on"), row.body["checked_on"])],
        made=lambda made: {},
        only=lambda row: str(row.body["officer"]),
        word=PRESENT,
    )
)
