"""Who was there: each officer says so by their own log-in, once a task. What a colleague sent alone takes effect when
the others have said it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, NotAllowed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.decide import confirm_within
from imloop.steps.second_person.on_site import VISIT, ask, asked
from imloop.steps.second_person.rules import rules_of
from imloop.steps.spot_checks.make_task import own_task
from imloop.store.models import Proposal, SpotTask, User

THEN = "spot-checks"


def law_of(task: SpotTask, now: datetime) -> Law:
    return registers.law_at(day_of(now), task.office.place)


def present(task: SpotTask, law: Law) -> set[str]:
    """User names of those who said it; on a day whose law asks for no confirmation all of the team."""
    if rules_of(VISIT.kind, law) is None:
        return {each.username for each in task.officers.all()}
    said = asked(task.number).filter(state=Proposal.State.CONFIRMED).values_list("body__officer", flat=True)
    return {*said, *([Actor.read(task.opened_by).person] if task.opened_by else [])}


def require_member(caller: Caller, task: SpotTask) -> None:
    if not task.officers.filter(username=caller.user).exists() or not caller.user:
        names = "、".join(each.username for each in task.officers.all())
        words = Text(
            f"只有任务所列人员本人可以办理：{names}。", f"Only the officers of the task act in it: {names}."
        )
        raise NotAllowed("not-of-the-team", words)


def begin_task(caller: Caller, number: str, now: datetime) -> SpotTask:
    """Who begins it says by that that they are there; all others are asked. Once."""
    with writing(now, caller) as ledger:
        task = own_task(caller, number)
        require_member(caller, task)
        if task.closed_at is not None:
            raise Conflict("task-closed", Text("任务已结束。", "The task is closed already."))
        begin(ledger, task)
    return task


def begin(ledger: Ledger, task: SpotTask) -> None:
    """Unless it has begun. Of those whom nothing asks any more, as their time lapsed, each is asked again."""
    if task.opened_at is None:
        task.opened_at, task.opened_by = ledger.now, ledger.caller.actor[:80]
        task.save(update_fields=["opened_at", "opened_by"])
        ledger.note("spot-task-begun", task.number, {})
    law = law_of(task, ledger.now)
    waiting = asked(task.number).filter(state__in=Proposal.OPEN, expires_at__gte=ledger.now)
    there = present(task, law) | set(waiting.values_list("body__officer", flat=True))
    lacking = [each for each in task.officers.all() if each.username not in there]
    body = {
        "checked_on": day_of(ledger.now).isoformat(),
        "page": f"/spot-checks/tasks/{task.number}",
        "then": THEN,
    }
    names = ask(ledger, lacking, task.number, body, law, f"监督抽测：{task.place_name}")
    if names:
        ledger.note("spot-officers-asked", task.number, {"officers": names})


def confirm_presence(caller: Caller, number: str, now: datetime) -> Proposal:
    """One click."""
    with writing(now, caller) as ledger:
        task = own_task(caller, number)
        waiting = asked(task.number).filter(body__officer=caller.user, state__in=Proposal.OPEN)
        row = waiting.filter(expires_at__gte=now).first()
        if row is None:
            words = Text(
                "没有等您确认的抽测：同行人员开始任务或者发送记录后才会请您确认。",
                "Nothing waits for your word: you are asked once a colleague has begun, or sent a record.",
            )
            raise Conflict("not-asked", words)
        return confirm_within(ledger, row.pk, "")


def members(caller: Caller) -> list[tuple[str, str]]:
    """People of the office who can be sent: user name, and what they are called."""
    rows = User.objects.filter(party__code=caller.party_code, is_active=True)
    return [(each.username, each.first_name or each.username) for each in rows.order_by("username")]


def roll(task: SpotTask, now: datetime) -> list[tuple[str, bool]]:
    """Each of the team as they are called, and whether they have said that they are there."""
    there = present(task, law_of(task, now))
    people = task.officers.order_by("username")
    return [(each.first_name or each.username, each.username in there) for each in people]


def may_confirm(caller: Caller, task: SpotTask, now: datetime) -> bool:
    waiting = asked(task.number).filter(body__officer=caller.user, state__in=Proposal.OPEN)
    return waiting.filter(expires_at__gte=now).exists()


def lacking(task: SpotTask, officers: Iterable[str], law: Law) -> list[str]:
    """Those of a record who have not said that they were there."""
    there = present(task, law)
    return [each for each in officers if each not in there]
