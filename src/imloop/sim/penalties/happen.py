"""The penalty cases of the demo city happen among its traffic, each step by a person who may take it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.matters import Kind, Step
from imloop.matters.penalties.account import account_of
from imloop.matters.penalties.clocks import answer_by
from imloop.papers.copied import object_of
from imloop.sim.penalties import stories as told
from imloop.sim.penalties.stories import STORIES, Done, Story
from imloop.sim.traffic.course import Course
from imloop.sim.world.places import CITY
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.ground.registers import law_at
from imloop.steps.leads.attach_lead import add_to_file
from imloop.steps.matters.as_fact import whole
from imloop.steps.matters.copies.answer import answer
from imloop.steps.matters.copies.send import send
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.penalties.open_penalty import open_penalty
from imloop.steps.matters.take_step import take_step, take_step_by_token
from imloop.steps.second_person.decide import confirm
from imloop.store.models import Case, Copy, Matter, Party, Proposal, Repair, Test

_OWNER = "车主韦某（演示）"
_COMPARED = "已核对处罚决定和告知、答辩情况（演示）"


def enter_penalties(course: Course) -> None:
    """Each at its time. A load that was interrupted repeats no step."""
    for story in STORIES:
        enter_story(course, story)


def enter_story(course: Course, story: Story) -> None:
    opened_at = course.now - timedelta(days=story.days)
    course.later(opened_at, partial(_opens, story, opened_at))
    for done in story.steps:
        at = opened_at + timedelta(days=done.days)
        if at < course.now:
            course.later(at, partial(_goes_on, story, opened_at, done))


def _found(opened_at: datetime) -> Matter | None:
    kinds = (Kind.PENALTY, Kind.SIMPLE_PENALTY)
    return Matter.objects.filter(kind__in=kinds, opened_at=opened_at).first()


def _opens(story: Story, opened_at: datetime, when: datetime) -> None:
    """Nothing where the traffic was too thin to show it."""
    if story.spot is not None:
        _on_the_spot(story, story.spot, opened_at, when)
        return
    shown = _shown(story, when)
    if _found(opened_at) is not None or not shown:
        return
    repair = shown[0] if isinstance(shown[0], Repair) else None
    acted = max(one.finished_at if isinstance(one, Repair) else one.ended_at for one in shown)
    of_owner = bool(story.owner_of and repair)
    party = Party.objects.filter(code=story.about).first()
    said: dict[str, object] = {
        "party_name": party.name if party else _OWNER,
        "is_person": "yes" if of_owner else "",
        "violation": story.violation,
        "payer": story.payer,
        "acted_on": day_of(acted).isoformat(),
        "found_on": day_of(when).isoformat(),
        "findings": story.findings,
        "twin": _twin(story),
    }
    vin = repair.case.vehicle.vin if of_owner and repair else ""
    caller = _person(story, "2")
    with suppress(Refusal), transaction.atomic():  # not punished by the law of a day long ago
        row = open_penalty(caller, Kind.PENALTY, said, when, party_code=story.about, vin=vin)
        if not story.twin:
            _show(story, row, shown, when)


def _on_the_spot(story: Story, spot: dict[str, str], opened_at: datetime, when: datetime) -> None:
    """About the vehicle that has waited longest for its retest, and of which no such thing is said yet."""
    waiting = Case.objects.filter(closed_at=None, failed_at__lt=when).order_by("failed_at")
    case = waiting.exclude(vehicle__matters__kind=Kind.SIMPLE_PENALTY).first()
    if case is None or _found(opened_at) is not None:
        return
    said: dict[str, object] = {
        "party_name": "驾驶人莫某（演示）",
        "is_person": "yes",
        "violation": story.violation,
        "payer": story.payer,
        "acted_on": day_of(when).isoformat(),
        "found_on": day_of(when).isoformat(),
        "findings": story.findings,
        **spot,
    }
    with suppress(Refusal), transaction.atomic():
        open_penalty(_person(story, "1"), Kind.SIMPLE_PENALTY, said, when, vin=case.vehicle.vin)


def _shown(story: Story, when: datetime) -> list[Test | Repair]:
    """The last tests of a station or repairs of a shop, oldest first."""
    code = story.about or story.owner_of
    tests = Test.objects.filter(station__code=code, result="pass", received_at__lt=when)
    repairs = Repair.objects.filter(shop__code=code, uploaded_at__lt=when).select_related("case__vehicle")
    found: list[Test | Repair] = [*tests.order_by("-received_at")[: story.shown]]
    return (found or [*repairs.order_by("-uploaded_at")[: story.shown]])[::-1]


def _show(story: Story, row: Matter, shown: list[Test | Repair], when: datetime) -> None:
    """What proves it, in the file of the case."""
    caller, kept = _person(story, "2"), partial(add_to_file, matter_no=row.matter_no, now=when)
    if story.video:
        digest = hashlib.sha256(story.video.encode()).hexdigest()
        kept(caller, kind="video", reference=story.video, sha256=digest, words="执法记录仪视频（演示）")
        return
    for one in shown:
        if isinstance(one, Repair):
            kept(
                caller, kind="repair", reference=f"{one.shop.code}/{one.repair_no}", words="维修记录（演示）"
            )
        else:
            kept(caller, kind="test", reference=f"{one.station.code}/{one.test_no}", words="过程数据（演示）")


def _twin(story: Story) -> str:
    """The number of the case against the other party."""
    found = Matter.objects.filter(kind=Kind.PENALTY, office=f"{CITY}-{story.office}", vehicle__isnull=False)
    row = found.order_by("opened_at").first() if story.twin else None
    return row.matter_no if row else ""


def _goes_on(story: Story, opened_at: datetime, done: Done, when: datetime) -> None:
    row = _found(opened_at)
    if row is not None and done.strike_off:
        row = Matter.objects.filter(kind=Kind.STRIKE_OFF, party=row.party, closed_at__isnull=True).first()
    if row is None or row.events.filter(at=when).exists():
        return
    with suppress(Refusal), transaction.atomic():  # the case stays where it was
        if done.by == told.RECEIVER:
            _answered(row, done.said["words"], when)
        else:
            given = {name: _said(value, row, when) for name, value in done.said.items()}
            _steps(story, row, done, given, when)


def _steps(story: Story, row: Matter, done: Done, given: dict[str, object], when: datetime) -> None:
    if done.step == Step.COPY:
        _copied(_person(story, done.by), row, given, when)
    elif done.by != told.PARTY:
        made = take_step(_person(story, done.by), row.matter_no, done.step, given, when)
        if isinstance(made, Proposal):
            confirm(_person(story, done.second), made.pk, said=_COMPARED, now=when + timedelta(hours=2))
    elif row.party is None:
        take_step_by_token(token_of(row), done.step, given, when)
    else:
        take_step(caller_for(row.party, row.party.kind), row.matter_no, done.step, given, when)


def _copied(caller: Caller, row: Matter, given: dict[str, object], when: datetime) -> None:
    it = object_of(caller, Copy.Of.MATTER, row.matter_no, when, decode_kept_test)
    until = given.get("answer_by")
    send(
        caller,
        it,
        to=str(given["copied_to"]),
        wanted=str(given["wanted"]),
        answer_by=date.fromisoformat(str(until)) if until else None,
        now=when,
    )


def _answered(row: Matter, words: str, when: datetime) -> None:
    copy = Copy.objects.filter(matter=row, answered_at__isnull=True).select_related("to").first()
    if copy is not None:
        answer(caller_for(copy.to, copy.to.kind), copy.pk, words, when)


def _said(value: str, row: Matter, when: datetime) -> object:
    """What a story leaves to the day on which it is said."""
    day = day_of(when)
    match value:
        case told.ON:
            return day.isoformat()
        case told.ANSWER_UNTIL:
            return answer_by(day, law_at(day, CITY)).isoformat()
        case told.SOON:
            return (day + timedelta(days=10)).isoformat()
        case told.ALL_OPEN:
            account = account_of(whole(row), day, law_at(day, CITY))
            return str(account.open) if account else ""
        case told.WHOLE_FINE:
            return str(row.data["facts"]["decided_fine"])
    return value


def _person(story: Story, number: str) -> Caller:
    """The first of an office is called as its role is."""
    name = story.office if number == "1" else f"{story.office}{number}"
    return caller_for(Party.objects.get(code=f"{CITY}-{story.office}"), name)
