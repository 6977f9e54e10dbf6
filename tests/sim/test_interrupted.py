"""Loading the demo city goes on where it was broken off."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from imloop.facts.days import CHINA

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)


def test_an_interrupted_load_is_taken_up_again(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imloop.sim import demo
    from imloop.sim.traffic import course
    from imloop.store.models import Test

    take_test, taken = course.take_test, []

    def break_off(*arguments: object) -> object:
        if len(taken) == 25:
            raise KeyboardInterrupt
        taken.append(arguments)
        return take_test(*arguments)

    small = {"days": 20, "vehicles": 40, "progress": False}
    monkeypatch.setattr(course, "take_test", break_off)
    with pytest.raises(KeyboardInterrupt):
        demo.load_demo(tmp_path, NOW, "http://127.0.0.1:8000", **small)
    monkeypatch.undo()
    demo.load_demo(tmp_path, NOW + timedelta(hours=1), "http://127.0.0.1:8000", **small)
    assert Test.objects.exclude(outcome="aborted").count() >= 40
    labels = (tmp_path / "sim-labels.ndjson").read_text(encoding="utf-8")
    assert Test.objects.filter(held__isnull=True).count() == labels.count('"kind": "test"')
