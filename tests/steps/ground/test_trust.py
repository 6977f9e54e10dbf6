"""Kept is kept: frozen rows, the journal's chain, one open case, idempotent uploads."""

from __future__ import annotations

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.intake import take_test
from imloop.facts.refusal import Conflict, Malformed
from imloop.steps.inspections.replay import replay_test
from imloop.steps.journal import prove_journal
from imloop.store.models import Case, RawUpload, Test
from support.city import NEAR, City, at
from support.messages.uploads import test_message


def test_the_same_bytes_again_give_the_first_receipt(city: City) -> None:
    body = msgspec.json.encode(test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9))
    first = take_test(body, city.callers[NEAR], at("2026-03-02 09:10"))
    again = take_test(body, city.callers[NEAR], at("2026-03-02 09:20"))
    assert (first.created, again.created) == (True, False)
    assert first.body == again.body
    assert Test.objects.count() == Case.objects.count() == 1


def test_the_same_number_with_other_bytes_is_a_conflict(city: City) -> None:
    city.test("2026-03-02 09:00", test_no="T1")
    with pytest.raises(Conflict):
        city.test("2026-03-02 09:00", test_no="T1", co=0.2)


def test_malformed_bytes_are_kept_and_nothing_else(city: City) -> None:
    with pytest.raises(Malformed):
        take_test(b'{"schema": NaN', city.callers[NEAR], at("2026-03-02 09:00"))
    assert RawUpload.objects.get().refused == "malformed-json"
    assert not Test.objects.exists()


def test_a_fault_of_ours_still_keeps_the_bytes(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("imloop.steps.inspections.judge_upload.judge", broken)
    with pytest.raises(ZeroDivisionError):
        city.test("2026-03-02 09:00")
    assert RawUpload.objects.get().refused == "internal-error"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_journalentry SET body = '{}'",
        "DELETE FROM store_journalentry",
        "UPDATE store_test SET result = 'pass'",
        "DELETE FROM store_test",
        "UPDATE store_rawupload SET sha256 = ''",
        "DELETE FROM store_caseevent",
        "UPDATE store_notice SET round = 9",
    ],
)
def test_kept_rows_cannot_be_changed(city: City, statement: str) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_one_open_case_per_vehicle_and_cycle(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    case = Case.objects.get()
    case.pk, case.case_no, case.owner_token = None, "other", "other"
    with pytest.raises(DatabaseError), transaction.atomic():
        case.save(force_insert=True)


def test_every_case_is_what_its_events_say(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-04 09:00")
    assert prove_journal.faulty_cases() == []


def test_a_stored_test_replays_to_the_same_verdict(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    replayed = replay_test(Test.objects.get(), decode_test)
    assert replayed["same"], replayed["differs"]
