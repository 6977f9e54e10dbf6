"""What may be on where only this machine asks, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.steps.desk.open_address import dangers, is_open
from imloop.steps.journal.demo_mark import is_demo, mark_demo
from imloop.store.models import JournalEntry
from support.city import at


@pytest.mark.parametrize(
    ("base_url", "host", "expected"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", False),
        ("http://localhost:8000", "", False),
        ("http://[::1]:8000", "::1", False),
        ("http://127.8.0.1", "localhost", False),
        ("https://127.0.0.1", "127.0.0.1", True),
        ("https://imloop.example", "127.0.0.1", True),
        ("http://imloop.example", "", True),
        ("http://10.0.0.5:8000", "", True),
        ("http://127.0.0.1:8000", "0.0.0.0", True),
        ("http://127.0.0.1:8000", "::", True),
        ("http://localhost.example", "", True),
    ],
)
def test_which_address_is_open(base_url: str, host: str, expected: bool) -> None:
    assert is_open(base_url, host) is expected


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://imloop.example"])
def test_demo_debugging_and_a_password_alone(db: None, settings_of: Any, base_url: str) -> None:
    settings_of(BASE_URL=base_url, DEBUG=False, DEPARTMENT_TOTP=True)
    assert dangers() == {}
    settings_of(DEBUG=True, DEPARTMENT_TOTP=False)
    assert set(dangers()) == ({"debug", "second-factor"} if "https" in base_url else set())
    settings_of(DEBUG=False)
    mark_demo(at("2026-03-05 09:00"))
    assert set(dangers()) == ({"demo"} if "https" in base_url else set())


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings

    def set_all(**given: object) -> None:
        for name, value in given.items():
            monkeypatch.setattr(settings, name, value)

    return set_all


def test_the_demo_is_marked_once_in_the_journal(db: None) -> None:
    assert not is_demo()
    for _ in range(2):
        mark_demo(at("2026-03-05 09:00"))
    assert is_demo() and JournalEntry.objects.count() == 1
