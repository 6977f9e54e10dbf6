"""Guessing passwords: whoever guesses is locked out, not whoever is guessed at; hashing takes no call's place."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client

from imloop.facts.refusal import Unavailable
from imloop.steps.accounts import hashing, log_in
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.log_in import STRANGERS, Where, by_password
from imloop.steps.ground import clock
from imloop.store import connection_pool
from imloop.store.models import LogInTry, Party
from support.city import City

PASSWORD = "a-long-password"
TRIES = settings.LOCKOUT_TRIES
NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@pytest.fixture
def wei(city: City, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    create_user("wei", PASSWORD, Party.objects.get(code="450200-environment"), NOW)
    return "wei"


def at(number: int) -> Client:
    """A browser that nobody knows, at an address of its own."""
    return Client(REMOTE_ADDR=f"203.0.113.{number}")


def try_(client: Client, name: str, password: str = PASSWORD) -> int:
    return client.post("/login", {"username": name, "password": password}).status_code


def test_who_guesses_locks_out_nobody_else(wei: str) -> None:
    own, stranger = at(1), at(2)
    assert try_(own, wei) == 302
    for _ in range(TRIES):
        assert try_(stranger, wei, "wrong") == 422
    assert try_(stranger, wei) == 422, "locked, though the password is right"
    assert try_(own, wei) == 302
    assert try_(at(3), wei) == 302, "another browser, elsewhere"


def test_many_who_guess_lock_out_all_strangers_but_no_known_browser(wei: str) -> None:
    own = at(1)
    assert try_(own, wei) == 302
    for number in range(STRANGERS):
        for _ in range(TRIES):
            assert try_(at(10 + number), wei, "wrong") == 422
    assert try_(at(100), wei) == 422
    assert try_(own, wei) == 302


def test_a_known_browser_is_locked_by_its_own_guesses_only(wei: str) -> None:
    own = at(1)
    try_(own, wei)
    for _ in range(TRIES):
        assert try_(own, wei, "wrong") == 422
    assert try_(own, wei) == 422
    assert try_(at(1), wei) == 302


def known_cookie(client: Client) -> str:
    (found,) = (name for name in client.cookies if name.startswith("known-"))
    return found


def test_a_browser_is_known_by_our_signature_and_for_one_name(wei: str) -> None:
    create_user("li", PASSWORD, Party.objects.get(code="450200-environment"), NOW)
    own, other = at(1), at(2)
    try_(own, wei)
    try_(other, "li")
    of_li = other.cookies[known_cookie(other)].value
    for number, given in enumerate(("x", "wei:1", "WyJ3ZWkiLCIxIl0:1tQ:x", of_li)):
        guessing = at(10 + number)
        guessing.cookies[known_cookie(own)] = given
        assert try_(guessing, wei, "wrong") == 422
    assert not LogInTry.objects.filter(username=wei).exclude(browser="").exists()


def test_an_address_that_tries_name_after_name_is_told_to_wait(wei: str) -> None:
    own, stranger = at(1), at(1)
    try_(own, wei)
    seen = [try_(stranger, f"somebody{number}", "wrong") for number in range(STRANGERS * TRIES + 1)]
    assert seen[:-1] == [422] * (STRANGERS * TRIES) and seen[-1] == 429
    assert try_(stranger, wei) == 429
    assert try_(own, wei) == 302, "the browser that is known there"
    assert try_(at(2), wei) == 302


def test_of_guesses_at_one_time_no_more_are_compared_than_may_be_wrong(
    wei: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While each is compared the next comes in."""
    compared = []

    def compare(**given: str) -> None:
        compared.append(given)
        if len(compared) < 3 * TRIES:
            by_password(wei, "wrong", Where("203.0.113.5"), NOW)

    monkeypatch.setattr(log_in, "authenticate", compare)
    by_password(wei, "wrong", Where("203.0.113.5"), NOW)
    assert len(compared) == TRIES
    monkeypatch.undo()
    assert by_password(wei, PASSWORD, Where("203.0.113.5"), NOW) is None
    later = NOW + timedelta(minutes=settings.LOCKOUT_MINUTES, seconds=1)
    assert by_password(wei, PASSWORD, Where("203.0.113.5"), later) is not None


def test_what_was_not_compared_is_not_counted(wei: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_turns", hashing.Turns(1, 0))
    with hashing._turns.turn():
        assert try_(at(1), wei) == 503
    assert not LogInTry.objects.exists()
    assert try_(at(1), wei) == 302


def test_who_waits_for_a_turn_gets_it_and_no_more_wait_than_there_are_places() -> None:
    turns = hashing.Turns(1, 1, seconds=0)
    with turns.turn():
        for _ in range(2):  # a place was given back each time
            with pytest.raises(Unavailable), turns.turn():
                raise AssertionError
    with turns.turn():
        pass


def test_while_a_password_is_hashed_another_call_has_the_connection(
    migrated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "_free", None)
    monkeypatch.setattr(connection_pool, "_seats", [])
    connection_pool.share(1)
    answers: list[int] = []

    def asks() -> None:
        with connection_pool.with_connection(), connection.cursor() as cursor:
            cursor.execute("SELECT 42")
            answers.append(int(cursor.fetchone()[0]))

    def hashing_meanwhile(*_: str) -> bool:
        other = Thread(target=asks)
        other.start()
        other.join(30)
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", hashing_meanwhile)

    def logs_in() -> None:
        with connection_pool.with_connection():
            assert hashing.FewAtOnce().verify("x", "y")
            answers.append(41)

    first = Thread(target=logs_in)
    first.start()
    first.join(30)
    assert answers == [42, 41]
    (seat,) = connection_pool._seats
    seat.connection.close()


def test_an_open_session_alone_changes_no_password(wei: str) -> None:
    client = at(1)
    try_(client, wei)
    new = {"new_password1": "another-long-one", "new_password2": "another-long-one"}
    for former in ("", "wrong", "another-long-one", "x"):
        assert client.post("/password", {"former": former, **new}).status_code == 422
    assert client.post("/password", {"former": PASSWORD, **new}).status_code == 302
    assert try_(client, wei) == 422
    assert try_(client, wei, "another-long-one") == 302


def test_guessing_the_former_password_locks_too(wei: str) -> None:
    client = at(1)
    try_(client, wei)
    new = {"new_password1": "another-long-one", "new_password2": "another-long-one"}
    for _ in range(TRIES):
        client.post("/password", {"former": "wrong", **new})
    assert client.post("/password", {"former": PASSWORD, **new}).status_code == 422
    assert try_(at(2), wei) == 302, "unchanged"
