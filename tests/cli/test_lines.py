"""``imloop line``: what a line may test, for people and machines."""

from __future__ import annotations

import json

import pytest

from imloop.cli.lines import line
from support.city import NEAR, City


def test_a_line_without_instruments_is_open_and_said_so(
    city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("imloop.cli.lines.connect", lambda data, **_: None)
    line(NEAR, "01", at="2026-03-05T09:00", as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["methods"]["ASM"]["allowed"]
    assert answer["methods"]["ASM"]["reasons"][0]["code"] == "instruments-unregistered"


def test_an_ordered_lock_is_exit_one(
    city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from imloop.steps.lines.lock_line import NewOrder, order_line
    from support.city import at

    monkeypatch.setattr("imloop.cli.lines.connect", lambda data, **_: None)
    now = at("2026-03-05 08:00")
    order = NewOrder(kind="lock", methods=[], reason="抽查", evidence="照片", until=now + timedelta(days=1))
    order_line(city.callers["450200-environment"], NEAR, "01", order, now)
    with pytest.raises(SystemExit) as stopped:
        line(NEAR, "01", at="2026-03-05T09:00")
    assert stopped.value.code == 1
    assert "locked" in capsys.readouterr().out
