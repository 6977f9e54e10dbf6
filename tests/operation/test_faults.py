"""Short rounds of what ``make torture`` and ``make faults`` do at length."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from support.city import NEAR
from support.doors import Doors
from support.messages.uploads import test_message

TORTURE = Path(__file__).resolve().parents[1] / "torture"


def torture(script: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(TORTURE / script), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_nothing_acknowledged_is_lost_when_everything_is_killed() -> None:
    found = torture("run.py", "--kills", "3", "--seed", "21")
    assert found["kills"] == 3
    assert found["distinct uploads acknowledged"] > 0


def test_power_cuts_lose_nothing_and_a_disk_that_lies_is_noticed() -> None:
    found = torture("power_cut.py", "--uploads", "6", "--cuts", "40")
    assert found["states with faults"] == 0
    lying = torture("power_cut.py", "--uploads", "6", "--cuts", "20", "--lying-disk")
    assert lying["states with faults"] > 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("database or disk is full"), 507, "disk-full"),
        (OperationalError("could not extend file: No space left on device"), 507, "disk-full"),
        (OperationalError("server closed the connection unexpectedly"), 503, "database-away"),
        (OperationalError("database is locked"), 503, "database-away"),
        (InterfaceError("connection already closed"), 503, "database-away"),
    ],
)
def test_a_database_that_cannot_keep_is_said_and_nothing_is_promised(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    from support.city import at

    doors.at("2026-03-02 09:30")

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("imloop.exchange.uploads.intake.receive_test", broken)
    message = test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9)
    answer = doors.post("tests", message, by=NEAR, expect=status)
    assert (answer["code"], str(error) in json.dumps(answer)) == (code, False)
    from imloop.store.models import RawUpload

    assert not RawUpload.objects.exists()
    monkeypatch.undo()
    doors.at("2026-03-02 09:31")
    doors.post("tests", message, by=NEAR, expect=201)
