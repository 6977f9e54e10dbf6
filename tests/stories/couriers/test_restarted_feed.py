"""A platform that was restored from a backup gives nothing out again, and who reads its feed hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.journal.begin_again import KEYS_AHEAD, NUMBERS_AHEAD, begin_again, moved
from imloop.store.models import Case, JournalEntry, OutboxEntry, Repair, Restart, Test
from support.city import FAR, LISTED, NEAR, City, at

FAIL = {"co": 0.9}
BACKUP, NOW = at("2026-03-03 02:00"), at("2026-03-03 09:00")


OTHER = {"plate": "桂B54321", "vin": "LSVAM4187C2184841", "fuel": "gasoline"}


def entries(answer: Any) -> list[dict[str, Any]]:
    return list(answer.json()["entries"])


@pytest.fixture
def restored(city: City) -> Restart:
    """A failed test, its case, the repair; then the backup of that night is put back."""
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 12:00").isoformat())
    return begin_again(BACKUP, NOW)


def test_nothing_is_given_out_twice(city: City, restored: Restart) -> None:
    before, repair = Case.objects.get(), Repair.objects.get()
    city.test("2026-03-03 10:00", station=FAR, vehicle=OTHER, **FAIL)
    test, case = Test.objects.latest("id"), Case.objects.latest("id")
    assert case.pk - before.pk >= KEYS_AHEAD
    numbers = [int(number.rpartition("-")[2]) for number in (before.case_no, case.case_no)]
    assert numbers[1] - numbers[0] > NUMBERS_AHEAD
    assert int(test.receipt["report"].rpartition("-")[2]) > NUMBERS_AHEAD
    city.repair(
        "2026-03-03 16:00",
        vin="LSVAM4187C2184841",
        plate="桂B54321",
        received_at=at("2026-03-03 12:00").isoformat(),
    )
    assert Repair.objects.latest("id").pk - repair.pk >= KEYS_AHEAD


def test_a_kind_of_number_that_began_after_the_backup_leaves_a_gap_too(city: City, restored: Restart) -> None:
    def first(ledger: Ledger, year: int) -> int:
        return ledger.number("outage", "450200", year)

    with writing(NOW, SYSTEM) as ledger:
        assert (first(ledger, 2026), first(ledger, 2027)) == (NUMBERS_AHEAD + 1, 1)


def test_the_journal_says_so_with_the_last_entry_known(city: City, restored: Restart) -> None:
    entry = JournalEntry.objects.get(kind="restored")
    assert entry.number == restored.last_entry + 1 and f'"last_entry":{restored.last_entry}' in entry.body
    assert restored.epoch in entry.subject


@pytest.mark.parametrize("path", ["feed", "feed/stream"])
def test_a_place_that_is_void_is_answered_with_where_to_go_on(
    city: City, restored: Restart, path: str
) -> None:
    city.test("2026-03-03 10:00", purpose="retest")
    client = city.client(NEAR)
    answer = client.get(f"/api/v1/{path}?after={restored.last_seq + 20}")
    assert (answer.status_code, answer.json()["code"]) == (409, "feed-restarted")
    assert answer.json()["after"] == restored.last_seq
    fresh = entries(client.get(f"/api/v1/feed?after={answer.json()['after']}"))
    assert fresh and all(entry["seq"] > restored.first_seq for entry in fresh)


@pytest.mark.parametrize("path", ["feed", "feed/stream"])
def test_a_place_ahead_of_the_feed_is_answered_with_the_newest(city: City, path: str) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    newest = OutboxEntry.objects.latest("id").pk
    client = city.client(NEAR)
    answer = client.get(f"/api/v1/{path}?after={newest + 1}")
    assert (answer.status_code, answer.json()["code"], answer.json()["newest"]) == (
        409,
        "ahead-of-feed",
        newest,
    )
    assert client.get(f"/api/v1/feed?after={newest}").status_code == 200


def test_a_platform_that_was_moved_goes_on_with_the_next_number(city: City) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    newest = OutboxEntry.objects.latest("id").pk
    moved(BACKUP, NOW)
    city.test("2026-03-03 10:00", station=FAR, vehicle=OTHER, **FAIL)
    numbers = [int(case.case_no.rpartition("-")[2]) for case in Case.objects.order_by("id")]
    assert numbers == [1, 2] and OutboxEntry.objects.filter(id__gt=newest).earliest("id").pk == newest + 1
    assert JournalEntry.objects.filter(kind="restored").count() == 1


def test_two_platforms_with_one_key_are_told_apart(city: City) -> None:
    def epoch() -> str:
        return str(city.client(LISTED).get("/api/v1/feed").json()["epoch"])

    names = [epoch()]
    for _ in range(2):
        begin_again(BACKUP, NOW)
        names.append(epoch())
    assert len(set(names)) == 3 and names[0] == "0"
    assert f": epoch {names[-1]}".encode() in city.client(LISTED).get("/api/v1/feed/stream").content
