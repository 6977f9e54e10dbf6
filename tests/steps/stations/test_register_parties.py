"""Departments and stations are registered by the administrator of their place, or of one around it, with a reason."""

from __future__ import annotations

import json

import pytest

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal
from imloop.steps.ground.access import SYSTEM, Caller
from imloop.steps.stations.registry_rows import enter_rows, register_parties
from imloop.store.models import JournalEntry, Line, Party, PartyKind
from support.city import NEAR, PLACE, at

NOW = at("2026-03-05 09:00")
OFFICE = {"kind": "environment", "name": "南宁市生态环境局", "place": "450100"}
STATION = {
    "code": "450103001",
    "name": "青秀检测站",
    "place": "450103",
    "since": "2026-01-01",
    "cite": "许可一号",
    "lines": "01:ASM+TSI;02:LUGDOWN",
}


def administrator(place: str) -> Caller:
    return Caller(f"{place}-admin", PartyKind.ADMIN, "系统管理", place, "boss")


def registered() -> set[str]:
    return set(Party.objects.values_list("code", flat=True))


@pytest.mark.parametrize("place", ["450100", "450000", "000000"])
def test_of_the_place_the_province_and_of_every_place(db: None, place: str) -> None:
    register_parties("departments", [OFFICE], administrator(place), NOW, reason="机构名录")
    register_parties("stations", [STATION], administrator(place), NOW)
    assert registered() == {"450100-environment", "450103001"}
    assert {line.code: line.methods for line in Line.objects.all()} == {
        "01": ["ASM", "TSI"],
        "02": ["LUGDOWN"],
    }
    entries = JournalEntry.objects.filter(kind="party-registered").order_by("number")
    assert [(each.actor, each.subject) for each in entries] == [
        (f"{place}-admin/boss", "450100-environment"),
        (f"{place}-admin/boss", "450103001"),
    ]
    assert [json.loads(each.body)["reason"] for each in entries] == ["机构名录", "许可一号"]


@pytest.mark.parametrize("place", ["450200", "450103", "330000"])
def test_of_no_other_place(db: None, place: str) -> None:
    with pytest.raises(NotAllowed, match="not-your-place"):
        register_parties("departments", [OFFICE], administrator(place), NOW, reason="机构名录")
    assert registered() == set()


@pytest.mark.parametrize("kind", [kind for kind in PartyKind if kind != PartyKind.ADMIN])
def test_by_nobody_else(db: None, kind: str) -> None:
    caller = Caller("x", kind, "x", "000000", "somebody")
    with pytest.raises(NotAllowed, match="administrators-only"):
        register_parties("stations", [STATION], caller, NOW)
    assert registered() == set() and not JournalEntry.objects.exists()


def test_all_or_none(db: None) -> None:
    rows = [OFFICE, {**OFFICE, "kind": "police"}, OFFICE]
    with pytest.raises(Conflict, match="party-known"):
        register_parties("departments", rows, administrator("450100"), NOW, reason="机构名录")
    assert registered() == set()


@pytest.mark.parametrize(
    ("registry", "change"),
    [
        ("departments", {"kind": "istation"}),
        ("departments", {"kind": "fire"}),
        ("departments", {"name": ""}),
        ("departments", {"place": "999999"}),
        ("departments", {"place": "4501"}),
        ("stations", {"code": "a/b"}),
        ("stations", {"code": "x" * 41}),
        ("stations", {"lines": "01:OLD"}),
        ("stations", {"lines": "012345678:ASM"}),
        ("stations", {"since": "soon"}),
        ("stations", {"cite": ""}),
        ("stations", {"name": "长" * 121}),
    ],
)
def test_what_is_wrong_is_refused_whole(db: None, registry: str, change: dict[str, str]) -> None:
    row = {**(OFFICE if registry == "departments" else STATION), **change}
    with pytest.raises(Malformed):
        register_parties(registry, [row], SYSTEM, NOW, reason="机构名录")
    assert registered() == set()


@pytest.mark.parametrize("reason", ["", " ", "\u3000"])
def test_nobody_is_registered_without_a_reason(db: None, reason: str) -> None:
    """From a form or the command line, and row by row from a file, whose ``cite`` is the reason of its row."""
    for row in (OFFICE, {**OFFICE, "cite": reason}):
        with pytest.raises(Malformed) as refused:
            register_parties("departments", [row], SYSTEM, NOW, reason=reason)
        assert refused.value.code == "reason-missing" and refused.value.problems[0].path == "$.reason"
        (rejected,) = enter_rows("departments", [(2, row)], SYSTEM, NOW, reason=reason)
        assert rejected.reason.startswith("reason-missing")
    assert registered() == set()
    assert enter_rows("departments", [(2, {**OFFICE, "cite": "三定方案"})], SYSTEM, NOW, reason=reason) == []
    assert json.loads(JournalEntry.objects.get(kind="party-registered").body)["reason"] == "三定方案"


def test_a_file_changes_what_is_known_and_the_journal_says_what(city: object) -> None:
    row = {**STATION, "code": NEAR, "place": PLACE, "name": "新的名称", "since": "2015-01-01"}
    assert enter_rows("stations", [(2, row), (3, row)], SYSTEM, NOW, reason="更名") == []
    (entry,) = JournalEntry.objects.filter(kind__startswith="party-")
    assert (entry.kind, entry.subject) == ("party-changed", NEAR)
    assert json.loads(entry.body)["changed"] == ["name"] and json.loads(entry.body)["reason"] == "更名"


def test_a_code_stays_with_its_kind_and_a_party_in_its_place(city: object) -> None:
    shop = {**STATION, "code": NEAR, "place": PLACE, "lines": ""}
    (taken,) = enter_rows("repairers", [(2, shop)], SYSTEM, NOW)
    assert taken.reason.startswith("code-taken")
    (moved,) = enter_rows("stations", [(2, {**STATION, "code": NEAR})], administrator("450100"), NOW)
    assert moved.reason.startswith("not-your-place")
    kept = Party.objects.get(code=NEAR)
    assert (kept.kind, kept.place) == (PartyKind.ISTATION, PLACE)


def test_refusals_name_their_column(db: None) -> None:
    with pytest.raises(Refusal) as refused:
        register_parties("stations", [{**STATION, "name": ""}], SYSTEM, NOW)
    assert [fault.path for fault in refused.value.problems] == ["$.name"]
