"""Officers of a site check are accounts, and each of them says that they were there; else the check does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from imloop.exchange.uploads.decode_application import decode_application
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.sim.world.identifiers import unified_code
from imloop.steps.desk.work_list import tasks
from imloop.steps.matters.open_matter import apply
from imloop.steps.matters.take_step import take_step
from imloop.steps.second_person.decide import confirm, reject
from imloop.store.models import Matter, Proposal
from support.casework.applications import station_application
from support.city import City
from support.stories.second_person import ENV, NOW, another, confirmed

CHECK = {"checked_on": "2026-12-02", "passed": "yes", "findings": "场所、设备、人员符合"}
GRANT = {"decision_no": "柳环联〔2026〕3号", "since": "2026-12-03"}


@pytest.fixture
def matter(city: City) -> Matter:
    """An application whose site is to be checked."""
    message = station_application("2026-12-02", unified_code("龙潭"))
    row = apply(decode_application(message), NOW)
    for step, said in (("accept", {}), ("review", {"opinion": "材料真实"})):
        take_step(city.callers[ENV], row.matter_no, step, said, NOW)
    return row


def check(city: City, matter: Matter, officers: str) -> None:
    another(ENV, "wei"), another(ENV, "huang")
    said = {**CHECK, "officers": officers}
    take_step(city.callers[ENV], matter.matter_no, "check_site", said, NOW)


def grant(city: City, matter: Matter) -> object:
    return take_step(city.callers[ENV], matter.matter_no, "approve", GRANT, NOW)


def test_a_check_counts_once_every_officer_confirms(city: City, matter: Matter) -> None:
    check(city, matter, "wei、huang")
    with pytest.raises(Conflict, match="officers-unconfirmed"):
        grant(city, matter)
    for name in ("wei", "huang"):
        (row,) = Proposal.objects.filter(state="waiting", body__officer=name)
        assert f"/proposals/{row.pk}" in {task.link for task in tasks(another(ENV, name), NOW)}
        with pytest.raises(NotAllowed):
            confirm(another(ENV, "somebody"), row.pk, said="我也在场", now=NOW)
        confirm(another(ENV, name), row.pk, said="本人到场", now=NOW)
    made = grant(city, matter)
    assert isinstance(made, Proposal)
    with pytest.raises(NotAllowed, match="acted-before"):
        confirm(another(ENV, "wei"), made.pk, said="已核对材料", now=NOW)
    confirmed(made, NOW + timedelta(hours=1))
    assert Matter.objects.get().state == "approved"


def test_who_was_not_there_says_so_and_it_is_checked_again(city: City, matter: Matter) -> None:
    check(city, matter, "wei、huang")
    for name, step in (("wei", confirm), ("huang", reject)):
        (row,) = Proposal.objects.filter(state="waiting", body__officer=name)
        step(another(ENV, name), row.pk, said="本人到场" if step is confirm else "当天未到场", now=NOW)
    with pytest.raises(Conflict, match="officers-unconfirmed"):
        grant(city, matter)


def test_invented_names_are_no_officers(city: City, matter: Matter) -> None:
    with pytest.raises(Malformed, match="no-such-officer") as caught:
        check(city, matter, "wei、张三")
    assert [each.path for each in caught.value.problems] == ["$.officers"]
    assert not Proposal.objects.exists()
