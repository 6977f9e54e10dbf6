"""What makes a penalty file fail: the cases of tests/law/cases/penalty-defects.yaml, changes of one sound file."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import load
from imloop.law.reading import Loader
from imloop.matters.penalties import VETOES, VIOLATIONS, Act, Counted, Payer, defects
from imloop.matters.penalties.case_file import (
    Daily,
    Discussion,
    File,
    Hearing,
    Item,
    LegalReview,
    Notice,
    Officer,
    Paper,
)

PAGE = yaml.load(
    (Path(__file__).resolve().parents[2] / "law" / "cases" / "penalty-defects.yaml").read_text("utf-8"),
    Loader=Loader,
)
BOOK = load()
CODES = [veto.code for veto in VETOES]


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The sound file as data, with some of it changed."""
    data = deepcopy(PAGE["file"])
    for path, value in changes.items():
        *way, last = path.split(".")
        part: Any = data
        for name in way:
            part = part[int(name) if name.isdigit() else name]
        if last == "+":
            part.append(value)
        else:
            part[last] = None if value == "none" else value
    return data


def tuples(kind: type, rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows)


def one(kind: type, row: dict[str, Any] | None) -> Any:
    return kind(**{k: frozenset(v) if isinstance(v, list) else v for k, v in row.items()}) if row else None


def file_of(data: dict[str, Any]) -> File:
    act = dict(data.pop("act"))
    act |= {"violation": VIOLATIONS[act["violation"]], "payer": Payer(act["payer"])}
    lists = {"officers": Officer, "papers": Paper, "evidence": Item, "legal_reviews": LegalReview}
    parts = {name: tuples(kind, data.pop(name, [])) for name, kind in lists.items()}
    parts["discussions"] = tuple(one(Discussion, row) for row in data.pop("discussions", []))
    for name, kind in {"notice": Notice, "hearing": Hearing, "daily": Daily}.items():
        parts[name] = one(kind, data.pop(name, None))
    rest = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    counted = Counted(int(act.pop("vehicles", 1)))
    return File(act=Act(**act, counted=counted), **rest, **parts)


def red(file: File) -> list[str]:
    return [reason.code for reason in defects(file, BOOK.for_act(file.acted_on, file.decided_on, file.place))]


@pytest.mark.parametrize("case", PAGE["cases"], ids=lambda case: case["name"])
def test_a_file(case: dict[str, Any]) -> None:
    changes = {name: value for name, value in case.items() if name not in ("name", "red")}
    file = file_of(changed(changes))
    law = BOOK.for_act(file.acted_on, file.decided_on, file.place)
    found = defects(file, law)
    assert sorted(reason.code for reason in found) == sorted(case["red"])
    for reason in found:
        assert reason.cite and reason.text.zh and reason.text.en and reason.next


def test_every_defect_is_tried_both_ways() -> None:
    named = {code for case in PAGE["cases"] for code in case["red"]}
    assert named == set(CODES)
    assert not red(file_of(changed({})))


def test_the_defects_are_those_that_the_law_lists() -> None:
    listed = BOOK.at(date(2026, 10, 20), "450200").words("procedure.file_vetoes")
    assert len(CODES) == 24 and tuple(CODES) == listed
    assert all(veto.name.zh and veto.name.en and veto.do.zh and veto.do.en for veto in VETOES)


def test_what_a_defect_says() -> None:
    file = file_of(changed({"notice.answer_until": date(2026, 9, 23)}))
    (reason,) = defects(file, BOOK.for_act(file.acted_on, file.decided_on, file.place))
    assert reason.text.zh == "2026-09-18 送达，告知书写到 2026-09-23，按工作日应到 2026-09-24。"
    assert reason.cite == "《中华人民共和国行政处罚法》 第八十五条" and reason.next is not None


@pytest.mark.parametrize(
    ("daily", "fails"),
    [
        (Daily(3, date(2026, 9, 5), date(2026, 10, 1), date(2026, 9, 20)), False),
        (Daily(3, date(2026, 9, 5), date(2026, 9, 20), date(2026, 9, 20)), False),
        (Daily(3, None, date(2026, 10, 1), date(2026, 9, 20)), True),
        (Daily(3, date(2026, 9, 5), None, date(2026, 9, 20)), True),
        (Daily(3, date(2026, 9, 5), date(2026, 10, 1), None), True),
        (Daily(3, date(2026, 9, 5), date(2026, 9, 19), date(2026, 9, 20)), True),
    ],
)
def test_a_daily_fine_where_a_law_has_one(daily: Daily, fails: bool) -> None:
    """No act of vehicles has one today; a law that gives one asks for the order, the check and the first decision."""
    file = replace(file_of(changed({})), daily=daily)
    law = BOOK.for_act(file.acted_on, file.decided_on, file.place)
    row = law.of_decision.value("procedure.daily_fine")
    law.of_decision = law.of_decision.with_values({"penalty.forged_report.daily": row})
    assert [reason.code for reason in defects(file, law)] == (["daily-fine"] if fails else [])


@given(st.integers(1, 3_000_000))
def test_no_fine_outside_the_range_is_decided(fine: int) -> None:
    sound = file_of(changed({}))
    assert sound.notice is not None
    file = replace(sound, fine=fine, notice=replace(sound.notice, fine=fine))
    assert (set(red(file)) == set()) is (100_000 <= fine <= 500_000)


@given(st.dates(date(2026, 9, 1), date(2026, 12, 1)), st.dates(date(2026, 9, 1), date(2026, 12, 31)))
def test_nobody_is_told_fewer_than_five_working_days(served: date, until: date) -> None:
    sound = file_of(changed({"decided_on": date(2027, 2, 1), "discussions.0.held_on": date(2027, 2, 1)}))
    assert sound.notice is not None
    file = replace(sound, notice=replace(sound.notice, served_on=served, answer_until=until))
    law = BOOK.at(file.decided_on, file.place)
    working = sum(
        law.is_working_day(date.fromordinal(day))
        for day in range(served.toordinal() + 1, until.toordinal() + 1)
    )
    assert ("calendar-days" in red(file)) is (working < 5)


@given(st.sets(st.sampled_from(["张明", "李红", "局长甲", "副局长乙", "王审"]), min_size=1))
def test_whoever_investigated_has_no_vote(voters: set[str]) -> None:
    file = replace(file_of(changed({})), discussions=(Discussion(date(2026, 10, 15), frozenset(voters)),))
    assert ("investigators-voted" in red(file)) is bool(voters & file.investigators)
