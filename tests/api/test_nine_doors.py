"""The nine doors through which a vehicle could once be looked at without a trace: each leaves an entry before it tells
anything, or tells nothing and leaves none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from imloop.facts.mask import masked_number
from imloop.steps.cases.lookups import notice_address
from imloop.steps.duty.duty_record import LOOKS
from imloop.steps.ground import clock
from imloop.steps.ground.seen import Door
from imloop.store.models import JournalEntry, Look, OutboxEntry, PollutionAlert, Receiver, Zone
from support.city import FAR, LISTED, NEAR, OTHER, PLACE, at
from support.messages.uploads import PLATE, VIN
from support.people import person, search
from support.servers.commands import Commands
from support.stories.two_cities import ELSEWHERE, TwoCities

pytestmark = pytest.mark.every_case("each case asks the database something else")

SHOWN = (PLATE, f"{PLATE[:2]}·{PLATE[2:]}", VIN, VIN[-6:])
Ask = Callable[[TwoCities], HttpResponse]
TYPED = {"plate": PLATE, "tail": VIN[-6:]}


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    for model in (Zone, PollutionAlert):
        model.objects.all().delete()  # their rules are nonsense, and would refuse the question
    Receiver.objects.update(cursor=OutboxEntry.objects.latest("pk").pk)
    return two_cities


def key(code: str, path: str) -> Ask:
    return lambda world: world.city.client(code).get(f"/api/v1/{path.format(**world.names)}")


def at_desk(code: str, path: str) -> Ask:
    return lambda world: person(code).get(path.format(**world.names))


def _replay(code: str) -> Ask:
    form = {"what": "replay", "seq": "1", "reason": "对方要求", "sure": "1"}
    return lambda _: person(code).post("/couriers/r1", form)


def _notice(code: str) -> Ask:
    return lambda world: world.city.client(code).get(
        f"/api/v1/{notice_address(str(world.names['notice_no']))}"
    )


ROAD = f"gates/road?plate={quote(PLATE)}"
TOLD: dict[str, tuple[Ask, *tuple[str, ...]]] = {
    "1 gate of the mark": (key(FAR, f"gates/inspection-mark?plate={quote(PLATE)}"), Door.MARK),
    "1 gate of the cycle": (key(FAR, f"gates/inspection-cycle?plate={quote(PLATE)}"), Door.CYCLE),
    "1 gate of the road": (key(f"{PLACE}-police", ROAD), Door.ROAD),
    "1 another's retest permit": (key(FAR, f"retest-permit?plate={quote(PLATE)}"), Door.PERMIT),
    "1 reception": (key(FAR, f"gates/reception?plate={quote(PLATE)}&line=01&method=ASM"), Door.RECEPTION),
    "1 police at the desk": (
        lambda _: search(person(f"{PLACE}-police"), "/desk/police", {"gate": "road", "plate": PLATE}),
        Door.LIST,
        Door.ROAD,
    ),
    "2 list of cases": (at_desk(f"{PLACE}-market", "/cases"), Door.LIST),
    "2 list of repairs": (at_desk(f"{PLACE}-transport", "/repairs"), Door.LIST),
    "2 work list": (at_desk(f"{PLACE}-police", "/work"), Door.LIST),
    "3 notice": (_notice(f"{PLACE}-market"), Door.NOTICE),
    "4 feed": (key(f"{PLACE}-environment", "feed?after=0"), Door.FEED),
    "4 live feed": (key(f"{PLACE}-environment", "feed/stream?after=0"), Door.STREAM),
    "5 appointments": (key(f"{PLACE}-police", "appointments?day=2026-03-05"), Door.APPOINTMENTS),
    "6 a list as a file": (at_desk(f"{PLACE}-market", "/cases?format=csv"), "export"),
    "7 courier": (_replay(f"{PLACE}-environment"), Door.REPLAY),
    "8 the owner's case": (lambda _: Client().post("/find", TYPED), Door.OWNER),
    "9 the owner's history": (lambda _: Client().post("/history", TYPED), Door.OWNER),
    "9 the owner's road": (lambda _: Client().post("/roads", TYPED), Door.OWNER),
}
SILENT: dict[str, Ask] = {
    "1 gate, to who repairs": key(OTHER, f"gates/inspection-mark?plate={quote(PLATE)}"),
    "1 gate, to who looks after prices": key(f"{PLACE}-market", ROAD),
    "2 list, of another city": at_desk(f"{ELSEWHERE}-market", "/cases"),
    "2 list, of another shop": at_desk(OTHER, "/desk/mstation/repairs"),
    "3 notice by its number": key(f"{PLACE}-market", "notices/{notice_no}.pdf"),
    "4 feed, of who hears nothing": key(OTHER, "feed?after=0"),
    "5 appointments, of another city": key(f"{ELSEWHERE}-police", "appointments?day=2026-03-05"),
    "6 a file, to who may not": at_desk(f"{PLACE}-police", "/tests?format=csv"),
    "7 courier, of another city": _replay(f"{ELSEWHERE}-environment"),
    "8 the owner's case by GET": lambda _: Client().get("/find", TYPED, follow=True),
    "9 the owner's history by GET": lambda _: Client().get("/history", TYPED, follow=True),
    "9 the owner's road by GET": lambda _: Client().get("/roads", TYPED, follow=True),
}
OWN: dict[str, Ask] = {
    "1 one's own retest permit": key(NEAR, f"retest-permit?plate={quote(PLATE)}"),
    "2 one's own tests": at_desk(NEAR, "/tests?since=2026-03-02"),
    "2 one's own repairs": at_desk(LISTED, "/desk/mstation/repairs"),
    "5 one's own appointments": key(NEAR, "appointments?day=2026-03-05"),
}


def traces() -> list[str]:
    entries = JournalEntry.objects.filter(kind__in=LOOKS).order_by("number").values_list("kind", flat=True)
    return [*entries, *Look.objects.order_by("pk").values_list("door", flat=True)]


def new_since(before: list[str]) -> list[str]:
    after = traces()
    for each in before:
        after.remove(each)
    return after


@pytest.mark.parametrize("name", TOLD)
def test_nine_doors_each_leave_an_entry(world: TwoCities, name: str) -> None:
    ask, *doors = TOLD[name]
    before = traces()
    answer = ask(world)
    assert answer.status_code in (200, 302), answer.content[:300]
    assert new_since(before) == doors


@pytest.mark.parametrize("name", SILENT)
def test_nine_doors_or_answer_nothing(world: TwoCities, name: str) -> None:
    before = traces()
    shown = SILENT[name](world).content.decode(errors="replace").replace(f'placeholder="{PLATE}"', "")
    assert not [word for word in SHOWN if word in shown]
    assert new_since(before) == []


@pytest.mark.parametrize("name", OWN)
def test_nine_doors_to_ones_own_leave_none(world: TwoCities, name: str) -> None:
    before = traces()
    answer = OWN[name](world)
    assert answer.status_code == 200
    assert new_since(before) == []


_DOORS = """
import django; django.setup()
from imloop.store.models import Look
print(" ".join(Look.objects.order_by("pk").values_list("door", flat=True)))
"""


def test_nine_doors_of_the_operator(imloop: Commands, tmp_path: Path) -> None:
    """The rest of the sixth: what leaves the house by the command line."""
    before = imloop.python(_DOORS).split()
    assert imloop("backup", tmp_path / "out.tar.zst").returncode == 0
    assert imloop("export", "vehicles", tmp_path / "out.csv").returncode == 0
    assert imloop("journal", "export", tmp_path / "out.ndjson").returncode == 0
    after = imloop.python(_DOORS).split()
    assert after[len(before) :] == [Door.BACKUP, Door.EXPORT, Door.JOURNAL]
    assert imloop("check").returncode in (0, 1) and imloop.python(_DOORS).split() == after, "it shows nobody"


@pytest.mark.parametrize("page", ["permit", "reception"])
def test_a_bystander_at_the_desk_hears_yes_or_no(world: TwoCities, page: str) -> None:
    number, path = str(world.names["case_no"]), f"/desk/istation/{page}"
    asked = {"plate": PLATE, "line": "01", "method": "ASM"}
    told = search(person(FAR), path, asked).content.decode()
    assert number not in told and VIN not in told and VIN[-6:] not in told and NEAR not in told
    assert masked_number(number) in told
    assert number in search(person(NEAR), path, asked).content.decode()
