"""What second persons confirmed, rejected or let lapse stands in their duty records, beside the day it was due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.desk.official_record import Record, own_record, records
from imloop.steps.desk.work_list import tasks
from imloop.steps.ground.access import Caller
from imloop.steps.second_person.decide import confirm, reject, withdraw
from imloop.store.models import JournalEntry, Party, Proposal, User
from support.city import PLACE, City
from support.people import person
from support.stories.second_person import ENV, NOW, TRANSPORT, another, exit_, lead, paper

SUPERVISOR = f"{PLACE}-supervisor"
DAYS = (date(2026, 12, 1), date(2026, 12, 31))
LATER = NOW + timedelta(days=20)


def proposed(city: City) -> Proposal:
    """By the environment; people of the transport office confirm within 72 hours."""
    made = exit_(city, NOW)
    assert isinstance(made, Proposal)
    return made


def of(city: City, username: str) -> Record:
    (found,) = (
        row for row in records(city.callers[SUPERVISOR], *DAYS, LATER) if row.user.username == username
    )
    return found


@pytest.mark.parametrize("step", [confirm, reject])
def test_what_was_confirmed_or_rejected_was_done_in_time(city: City, step: object) -> None:
    row, second = proposed(city), another(TRANSPORT, "wei")
    step(second, row.pk, said="已核对材料", now=NOW + timedelta(hours=5))  # type: ignore[operator]
    record = of(city, "wei")
    (done,) = record.done
    assert (done.kind, done.who, done.link) == ("proposal", second.actor, f"/proposals/{row.pk}")
    assert (done.at, done.due) == (NOW + timedelta(hours=5), date(2026, 12, 5))
    assert (record.timed, record.in_time, record.late) == (1, 1, 0)
    assert "换站复检" in done.about.zh and row.subject in done.about.zh
    assert own_record(second, *DAYS, LATER).done == [done]
    assert of(city, f"clerk-{ENV}").done == [], "who proposed had nothing due"


def test_it_says_by_whose_right(city: City) -> None:
    row = proposed(city)
    another(TRANSPORT, "chief")
    lent = replace(another(TRANSPORT, "wei"), behalf="chief")
    confirm(lent, row.pk, said="已核对材料", now=NOW + timedelta(hours=5))
    for username, other in (("wei", "chief"), ("chief", "wei")):
        record = of(city, username)
        assert [done.who for done in record.done] == [f"{TRANSPORT}/wei for chief"]
        assert record.acts and record.lent == {other: record.acts}


def test_what_lapsed_is_late_with_everybody_who_could_have_confirmed_it_then(city: City) -> None:
    row = proposed(city)
    people = {one: another(TRANSPORT, one) for one in ("wei", "li")}
    User.objects.filter(username="li").update(is_active=False)
    late = row.expires_at + timedelta(minutes=1)
    assert lapse_proposals(late) == 1
    another(TRANSPORT, "newcomer")
    User.objects.filter(username="li").update(is_active=True)
    record = of(city, "wei")
    (done,) = record.done
    assert (done.at, done.due, done.late) == (late, date(2026, 12, 5), True)
    assert (record.timed, record.in_time, record.late) == (1, 0, 1) and "已失效" in done.about.zh
    assert of(city, "newcomer").done == of(city, "li").done == [], "they could not"
    row.refresh_from_db()
    assert people["wei"].actor in row.done["could_confirm"]
    assert people["wei"].actor in JournalEntry.objects.get(kind="proposal-lapsed").body


def test_what_was_withdrawn_was_nobodys_to_confirm(city: City) -> None:
    row = proposed(city)
    another(TRANSPORT, "wei")
    withdraw(city.callers[ENV], row.pk, said="填错了机构", now=NOW + timedelta(hours=1))
    assert of(city, "wei").done == [] and of(city, f"clerk-{ENV}").done == []


def test_a_true_finding_is_done_by_one_and_confirmed_by_the_other(city: City) -> None:
    row = lead(city, NOW)
    assert isinstance(row, Proposal)
    confirm(another(ENV, "wei"), row.pk, said="已核对录像", now=NOW + timedelta(hours=5))
    assert [done.kind for done in of(city, f"clerk-{ENV}").done] == ["finding"]
    (done,) = of(city, "wei").done
    assert (done.kind, done.late) == ("proposal", False)


def test_the_page_shows_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    row = proposed(city)
    window = person(TRANSPORT, name="wei")
    lapse_proposals(row.expires_at + timedelta(minutes=1))
    monkeypatch.setattr("imloop.steps.ground.clock.now", lambda: LATER)
    page = window.get("/my-record").content.decode()
    done = page[page.index('id="done"') :]
    assert "待确认事项" in done and "已失效：准予换站复检" in done and "超期" in done
    supervisor = person(SUPERVISOR)
    assert "已失效：准予换站复检" in supervisor.get("/supervision/officials/wei").content.decode()


def test_what_waits_is_the_offices_until_it_is_decided(city: City) -> None:
    """The list of what an official is asked about is the office's own: not that of who proposed."""
    row = proposed(city)
    waits = _waits(city, TRANSPORT)
    assert f"/proposals/{row.pk}" in waits and f"/proposals/{row.pk}" not in _waits(city, ENV)


def _waits(city: City, code: str) -> set[str]:
    from imloop.steps.desk.inaction import waiting_for

    return {task.link for task in waiting_for(Party.objects.get(code=code), NOW)}


def test_a_machine_lists_and_a_person_confirms(city: City) -> None:
    row = proposed(city)
    machine: Caller = replace(city.callers[TRANSPORT], user="")
    with pytest.raises(Exception, match="person-needed"):
        confirm(machine, row.pk, said="已核对材料", now=NOW)


def test_the_list_shows_a_paper_that_lapsed_and_opened_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could have been confirmed is kept in what became of it, and names no unlock."""
    row = paper(city, NOW)
    assert isinstance(row, Proposal)
    lapse_proposals(row.expires_at + timedelta(minutes=1))
    monkeypatch.setattr("imloop.steps.ground.clock.now", lambda: LATER)
    page = person(ENV, name="wei").get("/proposals").content.decode()
    assert f"/proposals/{row.pk}" in page and "已失效" in page


def test_what_waits_for_others_crowds_nothing_out(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many acts of the office wait for another one."""
    monkeypatch.setattr("imloop.steps.ground.clock.now", lambda: LATER)
    row, window = proposed(city), person(ENV, name="wei")
    Proposal.objects.bulk_create(
        Proposal(**{**_values(row), "subject": f"{row.subject}-{number}"}) for number in range(120)
    )
    monkeypatch.setattr("imloop.steps.ground.clock.now", lambda: NOW + timedelta(hours=1))
    true = lead(city, NOW + timedelta(hours=1))
    assert isinstance(true, Proposal)
    link = f"/proposals/{true.pk}"
    assert link in {task.link for task in tasks(another(ENV, "wei"), NOW + timedelta(hours=1))}
    page = window.get("/proposals").content.decode()
    assert link in page[: page.index("等他人确认")]


def _values(row: Proposal) -> dict[str, object]:
    return {
        field.attname: getattr(row, field.attname) for field in Proposal._meta.fields if field.name != "id"
    }
