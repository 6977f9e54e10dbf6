"""A published draw is checked by anyone: what is changed, left out or dressed up is noticed, or said to be open."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from imloop.proof import draw
from imloop.proof.check_draw import check, check_own, main
from imloop.proof.frame import paths
from imloop.proof.journal import Checked, published_in
from support.mutations import mutations
from support.stories.a_draw import NONCES, VALUES, journalled, own_proof, published, stations


def faults(export: dict[str, Any]) -> list[str]:
    """Those found although the liar entered the lie in the journal."""
    return check(journalled(export)[0]).faults


def own_faults(mine: dict[str, Any], export: dict[str, Any]) -> list[str]:
    return check_own(mine, journalled(export)[0]).faults


@pytest.fixture(scope="module")
def whole() -> tuple[dict[str, Any], dict[str, Any]]:
    """A published draw with its list, and the journal's roots as they were published."""
    return journalled(published())


@pytest.fixture(scope="module")
def short() -> tuple[dict[str, Any], dict[str, Any]]:
    """One that shows the drawn by name and the others by number."""
    return journalled(published(whole=False))


def of_former_version(export: dict[str, Any]) -> dict[str, Any]:
    """As it was fixed and published before numbers and journal were shown."""
    export = {**export, "header": dict(export["header"])}
    del export["numbers"], export["header"]["departments"]
    export["commitment"] = draw.digest(export["header"])
    return export


def answer(export: Any, roots: Any, mine: Any = ...) -> str:
    """The last line of the answer."""
    kept = published_in(roots)
    try:
        return (check(export, kept) if mine is ... else check_own(mine, export, kept)).lines()[-1]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration):
        return "not understood"


def test_a_draw_with_its_list_is_sound_and_one_without_is_not_checkable(whole: Any, short: Any) -> None:
    assert check(whole[0], published_in(whole[1])) == Checked()
    hidden = check(short[0], published_in(short[1]))
    words = "the numbers of 55 units without a name: each of them can check its own"
    assert (hidden.faults, hidden.open, hidden.code) == ([], [words], 3)
    assert len(check(whole[0]).open) == 2, (
        "when it was fixed, and the publication: without roots nobody knows"
    )
    former = of_former_version(published(whole=False))
    assert check(former).lines() == [
        "not checkable: the time at which it was fixed, and visits and results: a former version kept no proof of them",
        "not checkable: whether others should have been drawn: only the drawn are shown",
        "not checkable",
    ]


@pytest.mark.parametrize("kind", ["whole", "short"])
def test_every_flipped_field_of_an_honest_proof_is_noticed(kind: str, request: pytest.FixtureRequest) -> None:
    """Flipped, left out, doubled or added: in lists every seventh place stands for its neighbours."""
    export, roots = request.getfixturevalue(kind)
    noticed = ("faults", "not understood")
    for name, changed in mutations(export, every=7):
        assert answer(changed, roots).endswith(noticed), name


def test_every_flipped_field_of_a_unit_s_own_proof_is_noticed(short: Any) -> None:
    export, roots = short
    for number in ("I009", export["drawn"][0]["id"]):
        mine = own_proof(published(), number)
        assert check_own(mine, export, published_in(roots)) == Checked()
        for name, changed in mutations(mine):
            assert answer(export, roots, changed).endswith(("faults", "not understood")), name


def favoured(export: dict[str, Any], keep: slice) -> dict[str, Any]:
    """A draw that shows only whom its publisher likes, all hashes in order."""
    shown = [each["id"] for each in export["drawn"]][keep]
    for name in ("units", "drawn", "visits"):
        export[name] = [each for each in export[name] if each["id"] in shown]
    export["whole"] = False
    way = paths(published()["units"])
    export["paths"] = {name: way[name] for name in shown}
    seed = draw.seed_of(export["no"], VALUES, NONCES)
    export["drawn"] = draw.result(seed, export["header"], export["units"], export["people"], False)
    return export


@pytest.mark.parametrize("keep", [slice(1), slice(0), slice(1, None)], ids=["one", "nobody", "one less"])
def test_who_was_drawn_cannot_be_left_out_by_showing_only_some(keep: slice) -> None:
    export = favoured(published(whole=False), keep)
    assert any("does not follow from the numbers" in fault for fault in faults(export))
    former = of_former_version(export)
    assert any("were drawn" in fault for fault in check(former).faults), "counted, although none is shown"
    with pytest.raises(ValueError, match="numbers"):
        check(journalled(favoured(published(), keep))[0])


def test_others_in_place_of_the_drawn_are_found_by_their_numbers() -> None:
    export, every = published(whole=False), published()["units"]
    drawn = {each["id"] for each in export["drawn"]}
    swapped = next(each for each in every if each["id"] not in drawn and each["stratum"] == "I")
    left_out = export["drawn"][0]["id"]
    export["units"] = [each for each in every if each["id"] in drawn - {left_out} | {swapped["id"]}]
    export["paths"] = {each["id"]: paths(every)[each["id"]] for each in export["units"]}
    seed = draw.seed_of(export["no"], VALUES, NONCES)
    export["drawn"] = draw.result(seed, export["header"], export["units"], export["people"], False)
    names = {each["id"]: each["name"] for each in export["units"]}
    export["visits"] = [
        {**export["visits"][1], "id": each["id"], "name": names[each["id"]], "papers": {}, "looked_at": []}
        for each in export["drawn"]
    ]
    assert faults(export) == ["who was drawn of I does not follow from the numbers"]
    former = of_former_version(export)
    assert check(former).code == 3, "without numbers it says that it cannot know"


def test_a_commitment_dated_back_is_found_by_the_journal(whole: Any) -> None:
    export, roots = copy.deepcopy(whole)
    export["committed_at"] = "2020-01-05T09:00:00+08:00"
    assert (
        "what is shown is not what the journal says was committed"
        in check(export, published_in(roots)).faults
    )
    late = published(change=lambda each: each.update(committed_at="2026-01-08T09:00:00+08:00"))
    assert "the number of ssq could be known before the draw was fixed" in check(journalled(late)[0]).faults


def test_each_unit_proves_its_own_chance_and_number_without_the_list() -> None:
    part = published(whole=False)
    proofs = [own_proof(published(), each["id"]) for each in stations()]
    assert sum(each["drawn"] for each in proofs) == 12
    assert [own_faults(each, part) for each in proofs] == [[]] * 60
    hers = copy.deepcopy(part)
    line = next(each for each in hers["numbers"] if each["leaf"] == draw.leaf(proofs[1]["unit"]))
    line["odd"] = str(int(line["odd"]) + 2)
    assert own_faults(proofs[1], hers) == [
        "its line among the numbers is not the one of its chance and number"
    ]
    mine = proofs[0]
    for change in (
        {"u": "0.5"},
        {"drawn": not mine["drawn"]},
        {"commitment": "0"},
        {"path": mine["path"][1:]},
    ):
        assert own_faults({**mine, **change}, part)


def _set(where: str, value: object) -> Any:
    def change(export: dict[str, Any]) -> None:
        *way, last = where.split(".")
        at: Any = export
        for step in way:
            at = at[int(step)] if step.isdigit() else at[step]
        at[int(last) if last.isdigit() else last] = value

    return change


TAMPERED = {
    "one chance": _set("units.5.pi", 123_456),
    "one weight": _set("units.5.weight", 700),
    "one name": _set("units.5.name", "别的站"),
    "one compulsory": _set("units.5.compulsory", True),
    "one nonce": _set("nonces.450200-market", "2f" * 32),
    "one lottery number": _set("values.0.value", "03 07 12 19 25 31 09"),
    "a source": _set("values.0.source", "qxc"),
    "the date of a source": _set("header.sources.0.on", "2026-01-05"),
    "visits": _set("header.strata.0.visits", 11),
    "an inspector": _set("people.roster.0.name", "别人"),
    "an exclusion": _set("people.conflicts.0.unit", "I044"),
    "a team": _set("drawn.3.lead", "450200-market/2"),
    "a day": _set("drawn.3.day", "2026-02-01"),
    "who was drawn": _set("drawn.3.id", "I059"),
    "the commitment": _set("commitment", "0" * 64),
    "the serial": _set("no", "450200-D2026-0002"),
    "a spot paper": _set("visits.0.looked_at.0", "T99"),
    "when it was fixed": _set("committed_at", "2026-01-09T09:00:00+08:00"),
}


@pytest.mark.parametrize("name", TAMPERED)
@pytest.mark.parametrize("whole", [True, False])
def test_every_tampering_is_found(name: str, whole: bool) -> None:
    export = published(whole=whole)
    forged = copy.deepcopy(export)
    TAMPERED[name](forged)
    assert forged != export and faults(forged)


def test_a_commitment_made_over_lists_that_were_not_weighed_rightly_is_found() -> None:
    """Whoever fixes a favour beforehand, with hash and root in order, is found out by the published weights."""

    def favour(export: dict[str, Any]) -> None:
        mine, yours = export["units"][5], export["units"][4]
        mine["pi"], yours["pi"] = mine["pi"] - 1000, yours["pi"] + 1000
        header = export["header"]
        header["units_root"] = draw.root(export["units"])
        export["commitment"] = draw.digest(header)
        seed = draw.seed_of(export["no"], VALUES, NONCES)
        export["drawn"] = draw.result(seed, header, export["units"], export["people"])

    assert faults(published(change=favour)) == ["the chances of I do not follow from the weights"]


def test_a_commitment_whose_root_is_of_a_later_day_is_not_vouched_for(whole: Any) -> None:
    """Who waits for the public numbers and enters the commitment with an earlier time."""
    late = published(change=lambda each: each.update(committed_at="2026-01-07T23:40:00+08:00"))
    export, roots = journalled(late, hour="2026-01-08T21")
    found = check(export, published_in(roots))
    words = "whether ssq was known before the draw was fixed: the root that fixes it is of 2026-01-08T21"
    assert (found.faults, found.open[:1], found.code) == ([], [words], 3)
    assert check(*_kept(journalled(late))).code == 0


def _kept(told: tuple[dict[str, Any], dict[str, Any]]) -> tuple[dict[str, Any], Any]:
    return told[0], published_in(told[1])


def test_who_stands_on_a_list_twice_is_named() -> None:
    twice = published([*stations(), stations()[7]])
    assert "I007 stands twice on the list of units" in faults(twice)

    def both_seats(export: dict[str, Any]) -> None:
        roster = export["people"]["roster"]
        roster.append({**roster[0], "department": roster[-1]["department"]})

    assert "450200-environment/0 stands twice on the roster" in faults(published(change=both_seats))


def test_a_draw_without_any_public_number_is_none() -> None:
    def by_secrets_alone(export: dict[str, Any]) -> None:
        export["header"]["sources"] = export["values"] = []
        export["commitment"] = draw.digest(export["header"])

    assert "the public numbers are not those of the named sources" in faults(
        published(change=by_secrets_alone)
    )


def nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("value", [10**400, nested(400)], ids=["a number beyond any", "lists in lists"])
@pytest.mark.parametrize("what", ["units", "header", "visits"])
def test_what_no_draw_holds_is_not_understood(value: Any, what: str, tmp_path: Path, whole: Any) -> None:
    """Neither sound nor a fault, and no trace of the program's own."""
    export = copy.deepcopy(whole[0])
    row = export[what] if isinstance(export[what], dict) else export[what][0]
    row["weight" if what == "units" else "more"] = value
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(export))
    assert main(["verify", str(file)]) in (1, 2)
    chance = copy.deepcopy(whole[0])
    chance["drawn"][0]["pi"] = chance["units"][0]["pi"] = 0
    file.write_text(json.dumps(chance))
    assert main(["verify", str(file)]) in (1, 2)
