"""Uploads that come at one time share a transaction and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread

import msgspec
import pytest

from imloop.exchange.uploads.group_commit import GroupCommit
from imloop.exchange.uploads.intake import Upload, upload_of_test, write
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.receipts import Receipt
from imloop.steps.journal import prove_journal
from imloop.store.models import RawUpload, Test
from support.city import FAR, NEAR, City, at
from support.messages.uploads import test_message

NO = Refusal("no", Text("否", "no"))
NOW = at("2026-03-05 10:00")


def upload(city: City, body: object, *, by: str = NEAR) -> Upload:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return upload_of_test(raw, city.callers[by], NOW)


def message(test_no: str, *, station: str = NEAR, **change: object) -> dict[str, object]:
    return test_message(at("2026-03-05 09:00"), station=station, test_no=test_no, **change)


def test_each_of_a_group_gets_its_own_answer(city: City) -> None:
    first = message("A")
    outcomes = write(
        [
            upload(city, first),
            upload(city, b"{"),
            upload(city, message("B", station=FAR, vehicle={"plate": "桂B00001"}), by=FAR),
            upload(city, first),
            upload(city, {**first, "sequence": 7}),
            upload(city, message("C", station=FAR)),
            upload(city, message("D", vehicle={"plate": "桂B00002"})),
        ]
    )
    kinds = [outcome.created if isinstance(outcome, Receipt) else type(outcome) for outcome in outcomes]
    assert kinds == [True, Malformed, True, False, Conflict, NotAllowed, True]
    assert isinstance(outcomes[0], Receipt) and isinstance(outcomes[3], Receipt)
    assert outcomes[0].body == outcomes[3].body
    assert set(Test.objects.values_list("test_no", flat=True)) == {"A", "B", "D"}
    refused = RawUpload.objects.exclude(refused="").order_by("id").values_list("refused", flat=True)
    assert list(refused) == ["malformed-json", "test-no-taken", "not-your-station"]
    assert prove_journal.faults() == []


def test_one_after_the_other_or_together_the_receipts_are_the_same(city: City) -> None:
    from django.db import transaction

    wanted = [upload(city, message(str(n), vehicle={"plate": f"桂B0000{n}"})) for n in range(4)]
    answers: list[list[object]] = []
    for groups in ([wanted], [[each] for each in wanted]):
        with transaction.atomic():
            said = [outcome for group in groups for outcome in write(group)]
            answers.append([outcome.body for outcome in said if isinstance(outcome, Receipt)])
            transaction.set_rollback(True)
    assert len(answers[0]) == 4
    assert answers[0] == answers[1]


class Writer:
    """Writes what it is given; the first group waits until the others stand in line."""

    def __init__(self, line: int) -> None:
        self.line, self.groups = line, list[list[str]]()
        self.begun, self.together = Event(), GroupCommit[str, str](self)

    def __call__(self, parts: Sequence[str]) -> list[str | Exception]:
        self.groups.append(list(parts))
        if len(self.groups) == 1:
            self.begun.set()
            while len(self.together._waiting) < self.line:
                Event().wait(0.001)
        if "breaks" in parts:
            raise OSError("the transaction broke")
        return [NO if part == "refused" else part.upper() for part in parts]


def bring(writer: Writer, parts: Sequence[str]) -> dict[str, object]:
    """What each part is answered; the first one is being written when the others come."""
    answers: dict[str, object] = {}

    def one(part: str) -> None:
        try:
            answers[part] = writer.together(part)
        except Exception as error:
            answers[part] = error

    threads = [Thread(target=one, args=[part]) for part in parts]
    threads[0].start()
    assert writer.begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(20)
    return answers


def test_who_waits_is_written_with_the_next() -> None:
    writer = Writer(3)
    answers = bring(writer, ["a", "b", "c", "refused"])
    assert [len(group) for group in writer.groups] == [1, 3]
    assert answers.pop("refused") is NO
    assert answers == {"a": "A", "b": "B", "c": "C"}


def test_a_group_that_breaks_is_written_one_by_one() -> None:
    writer = Writer(3)
    answers = bring(writer, ["a", "b", "breaks", "d"])
    assert [len(group) for group in writer.groups] == [1, 3, 1, 1, 1]
    assert isinstance(answers.pop("breaks"), OSError)
    assert answers == {"a": "A", "b": "B", "d": "D"}


def test_when_the_process_ends_nobody_waits_for_ever() -> None:
    def ends(_: Sequence[str]) -> list[str | Exception]:
        raise SystemExit

    together = GroupCommit[str, str](ends)
    with pytest.raises(SystemExit):
        together("a")
