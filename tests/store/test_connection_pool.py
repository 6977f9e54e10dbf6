"""A few connections for many threads: who works has one, who only waits has none."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection

from imloop.store import connection_pool

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(3600)",
}


def _seats(count: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connection_pool, "_free", None)
    monkeypatch.setattr(connection_pool, "_seats", [])
    connection_pool.share(count)
    assert connection_pool._free is not None
    yield
    wrappers = [seat.connection for seat in connection_pool._seats]  # given back by everybody
    assert len(set(map(id, wrappers))) == count == connection_pool._free.qsize()
    for wrapper in wrappers:
        wrapper.close()


@pytest.fixture
def one_seat(migrated: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from _seats(1, monkeypatch)


@pytest.fixture
def two_seats(migrated: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from _seats(2, monkeypatch)


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 41 + 1")
        return int(cursor.fetchone()[0])


def in_a_thread(work: object) -> Thread:
    thread = Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_the_one_that_was_given_back_last_is_lent_again(two_seats: None) -> None:
    lent: list[object] = []

    def comes_twice() -> None:
        for _ in range(2):
            with connection_pool.with_connection():
                lent.append(connection_pool.database())

    in_a_thread(comes_twice).join(30)
    assert len(lent) == 2 and lent[0] is lent[1]


def test_who_stands_lets_another_sit_and_sits_again(one_seat: None) -> None:
    answers: list[int] = []
    standing, over = Event(), Event()

    def waits() -> None:
        with connection_pool.with_connection():
            answers.append(ask())
            with connection_pool.without_connection():
                standing.set()
                assert over.wait(30)
            answers.append(ask())

    first = in_a_thread(waits)
    assert standing.wait(30)

    def works() -> None:
        with connection_pool.with_connection(), connection_pool.with_connection():  # asking twice takes one
            answers.append(ask())

    second = in_a_thread(works)
    second.join(30)
    assert answers == [42, 42] and first.is_alive()
    over.set()
    first.join(30)
    assert answers == [42, 42, 42]


def test_who_sits_elsewhere_after_standing_gives_that_seat_back(two_seats: None) -> None:
    """Else two threads would write through one connection, which ends the process."""
    standing, taken, over = Event(), Event(), Event()

    def waits() -> None:
        with connection_pool.with_connection():
            with connection_pool.without_connection():
                standing.set()
                assert taken.wait(30)
            over.set()

    def takes_both() -> None:
        with connection_pool.with_connection():  # the free one, then the one just left
            other = in_a_thread(sits)
            assert taken.wait(30)
        other.join(30)

    def sits() -> None:
        with connection_pool.with_connection():
            taken.set()
            assert over.wait(30)

    first = in_a_thread(waits)
    assert standing.wait(30)
    second = in_a_thread(takes_both)
    first.join(30)
    second.join(30)
    assert over.is_set() and not second.is_alive()


def test_what_fails_inside_gives_its_seat_back(one_seat: None) -> None:
    failed: list[BaseException] = []

    def fails() -> None:
        try:
            with (
                connection_pool.with_connection(),
                connection_pool.without_connection(),
                connection_pool.with_connection(),
            ):
                raise RuntimeError
        except RuntimeError as error:
            failed.append(error)

    for _ in range(2):
        in_a_thread(fails).join(30)
    assert len(failed) == 2


def test_without_sharing_nothing_is_taken_from_a_thread(db: None) -> None:
    with connection_pool.without_connection():
        assert ask() == 42


def sits_and_asks() -> int:
    """In a thread of its own: the main one has a connection of the suite."""
    answers: list[int] = []

    def sits() -> None:
        with connection_pool.with_connection():
            answers.append(ask())

    in_a_thread(sits).join(30)
    return answers[0]


def test_who_finds_no_seat_in_time_is_told_so(one_seat: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_pool, "_wait", 0)
    told: list[BaseException] = []

    def asks() -> None:
        try:
            with connection_pool.with_connection():
                raise AssertionError("there is none")
        except connection_pool.AllBusy as busy:
            told.append(busy)

    def sits() -> None:
        with connection_pool.with_connection():
            in_a_thread(asks).join(30)

    in_a_thread(sits).join(30)
    assert len(told) == 1
    assert sits_and_asks() == 42


def test_who_stands_and_finds_all_taken_leaves_without_one(
    one_seat: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "_wait", 0)
    standing, sitting, over, told = Event(), Event(), Event(), []

    def stands() -> None:
        try:
            with connection_pool.with_connection(), connection_pool.without_connection():
                standing.set()
                assert sitting.wait(30)
        except connection_pool.AllBusy as busy:
            told.append(busy)

    def sits() -> None:
        assert standing.wait(30)
        with connection_pool.with_connection():
            sitting.set()
            assert over.wait(30)

    first, second = in_a_thread(stands), in_a_thread(sits)
    first.join(30)
    over.set()
    second.join(30)
    assert len(told) == 1
    assert sits_and_asks() == 42


def test_who_sits_too_long_is_broken_off_and_replaced(one_seat: None) -> None:
    """Another call has its turn at once, and the endless question ends."""
    asking, failed = Event(), []

    def endless() -> None:
        with connection_pool.with_connection():
            try:
                with connection.cursor() as cursor:
                    asking.set()
                    cursor.execute(ENDLESS[connection.vendor])
            except OperationalError as error:
                failed.append(error)

    first = in_a_thread(endless)
    assert asking.wait(30)
    assert connection_pool.end_overdue(0.0, 1) == 0, "it has sat for a moment only"
    assert connection_pool.end_overdue(float("inf"), 0) == 0, "none may be replaced any more"
    assert connection_pool.end_overdue(float("inf"), 1) == 1
    assert sits_and_asks() == 42
    while first.is_alive():  # broken off before it had asked: again, as the watch does
        connection_pool.end_overdue(0.0, 1)
        first.join(0.1)
    assert len(failed) == 1
    assert not connection_pool._lent
