"""A look that was told of is never lost with its process, and becomes one row, whatever fails on the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import DatabaseError

from imloop.steps.ground.access import Caller
from imloop.steps.ground.look_log import FIELDS, Line, LookLog
from imloop.steps.ground.seen import Door, enter_lines, hash_of, seen
from imloop.store.models import Look, LookedVehicle, Vehicle
from support.city import City

OFFICER = Caller("450200-police", "police", "公安", "450200", "xiaoli")
LEAVES = """
import os, sys
from pathlib import Path
from imloop.steps.ground.look_log import LookLog
log = LookLog(Path(sys.argv[1]), None)
log.add(["2026-03-02", "list", "a/b", "", "", "", "{}", sys.argv[2]])
os._exit(9)
"""


class Rows:
    """What was entered, by hash; ``broken``: the database answers no more."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.again: list[bool] = []
        self.broken = False

    def __call__(self, lines: Sequence[Line], *, again: bool) -> None:
        if self.broken:
            raise DatabaseError
        self.lines += [line[-1] for line in lines]
        self.again.append(again)


def line(name: str) -> Line:
    return ["2026-03-02", "list", "a/b", "", "", "", "{}", name]


def left(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.stat().st_size]


def test_what_was_added_is_entered_once_and_in_order(tmp_path: Path) -> None:
    rows = Rows()
    log = LookLog(tmp_path, rows)
    for name in ("one", "two"):
        log.add(line(name))
    assert not rows.lines and len(left(tmp_path)) == 1
    log.flush()
    log.flush()
    assert rows.lines == ["one", "two"] and not left(tmp_path)
    assert oct(next(tmp_path.iterdir()).stat().st_mode)[-3:] == "600"


def test_what_a_killed_process_told_is_entered_by_the_next(tmp_path: Path) -> None:
    for name in ("one", "two"):
        killed = subprocess.run([sys.executable, "-c", LEAVES, str(tmp_path), name], check=False)
        assert killed.returncode == 9
    (tmp_path / "torn.looks").write_bytes(b'["2026-03-02", "li')
    rows = Rows()
    assert LookLog(tmp_path, rows).recover() == 2
    assert sorted(rows.lines) == ["one", "two"] and not left(tmp_path)
    assert all(rows.again)
    assert LookLog(tmp_path, rows).recover() == 0


def test_the_file_of_a_living_process_is_its_own(tmp_path: Path) -> None:
    rows = Rows()
    living = LookLog(tmp_path, rows)
    living.add(line("one"))
    assert LookLog(tmp_path, Rows()).recover() == 0
    living.flush()
    assert rows.lines == ["one"]


def test_what_could_not_be_entered_waits_in_its_file(tmp_path: Path) -> None:
    rows = Rows()
    log = LookLog(tmp_path, rows)
    log.add(line("one"))
    rows.broken = True
    with pytest.raises(DatabaseError):
        log.flush()
    assert len(left(tmp_path)) == 1
    rows.broken = False
    log.add(line("two"))
    log.flush()
    assert rows.lines == ["one", "two"] and rows.again == [True] and not left(tmp_path)


def test_a_line_becomes_the_row_that_it_would_have_been(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    car = Vehicle.objects.create(vin="LSVAU2180N2183294", plate="桂B12345")
    seen(OFFICER, Door.ROAD, [car.pk], purpose="巡查")
    log = LookLog(tmp_path, enter_lines)
    monkeypatch.setattr("imloop.steps.ground.look_log._running", log)
    seen(OFFICER, Door.ROAD, [car.pk], purpose="巡查")
    assert Look.objects.count() == 1
    log.flush()
    at_once, later = Look.objects.order_by("pk")
    assert later.hash == hash_of(later) and (later.door, later.actor, later.body) == (
        at_once.door,
        at_once.actor,
        at_once.body,
    )
    assert LookedVehicle.objects.filter(vehicle=car).count() == 2
    enter_lines([[getattr(later, name) for name in FIELDS]], again=True)
    assert Look.objects.count() == 2
