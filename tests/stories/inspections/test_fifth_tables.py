"""Files of lines and rows of seconds: nothing that is said twice, in other units, in another go or beside the names
hides a failed run."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from imloop.exchange.dialects import named
from imloop.exchange.dialects import write as write_dialect
from imloop.exchange.uploads.intake import take_test
from imloop.facts.refusal import Refusal
from imloop.store.models import Test
from support.city import FAR, NEAR, City, at
from support.messages.uploads import test_message as message_of
from support.stories.one_car import FAIL, car, mark, permitted

WHEN, NOW = "2026-03-02 09:00", "2026-03-02 12:00"
YOUNG = {"first_registered_on": "2016-05-01", "produced_on": "2016-03-01"}
LAMP = {"communication": True, "mil_on": True, "mil_lamp_ok": True}
INVENTED = ("channel-frozen", "df-low", "vin-check-digit")
"""Findings that the invented seconds of these runs earn."""
Edit = Callable[[str], str]


def message(**change: object) -> dict[str, Any]:
    return message_of(at(WHEN), station=NEAR, **{"vehicle": car(), **change})


def written(dialect: str, container: str, said: dict[str, Any]) -> str:
    return write_dialect(named(dialect), said, container)


def sent(city: City, text: str, now: str = NOW) -> dict[str, Any]:
    """The receipt, or the code of the refusal."""
    try:
        return take_test(text.encode("gb18030"), city.callers[NEAR], at(now)).body
    except Refusal as refusal:
        return {"refused": refusal.code}


def codes(receipt: dict[str, Any]) -> list[str]:
    return [each["code"] for each in receipt["findings"] if each["code"] not in INVENTED]


def reasons(receipt: dict[str, Any]) -> list[str]:
    return [each["code"] for each in receipt["reasons"]]


@pytest.mark.parametrize(
    ("dialect", "container", "code"),
    [
        ("line-ini", "ini", "given-twice"),
        ("line-csv", "csv", "malformed-table"),
        ("hj1238", "xml", "malformed-xml"),
        ("hj1238", "json", "malformed-json"),
    ],
)
@pytest.mark.parametrize("between", ["", "\n\n"])
def test_two_tests_in_one_file_are_no_test(
    city: City, dialect: str, container: str, code: str, between: str
) -> None:
    city.enter()
    bad, good = written(dialect, container, message(**FAIL)), written(dialect, container, message())
    assert sent(city, bad + between + good) == {"refused": code}
    assert not mark(city, NOW)
    assert sent(city, good)["counts"] == "cycle" and mark(city, NOW)


def _inner(text: str, element: str) -> str:
    return text[text.index(f"<{element}>") : text.rindex(f"</{element}>") + len(element) + 3]


def test_the_seconds_of_another_run_beside_the_own(city: City) -> None:
    city.enter()
    bad, good = (written("hj1238", "xml", message(**change)) for change in (FAIL, {}))
    both = bad.replace("</Report>", f"{_inner(good, 'Process')}</Report>")
    run = sent(city, both)
    assert (run["counts"], reasons(run)) == ("nothing", ["seconds-repeated"])
    assert not mark(city, NOW)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("<MilOn>", "<MilOn unit='0'>"),
        lambda text: text.replace("<MilOn>1</MilOn>", "<MilOn>1</MilOn><MilOn>0</MilOn>"),
        lambda text: text.replace("<Obd>", "<obd>").replace("</Obd>", "</obd>"),
        lambda text: re.sub("<Obd>.*</Obd>", "<Obd>MilOn=1</Obd>", text, flags=re.DOTALL),
    ],
    ids=["attribute", "twice", "lower case", "text"],
)
def test_a_lamp_that_is_written_beside_its_name_is_not_off(city: City, edit: Edit) -> None:
    city.enter(**YOUNG)
    lit = written("hj1238", "xml", {**message(vehicle=car(**YOUNG)), "obd": LAMP})
    run = sent(city, edit(lit))
    assert run.get("refused") == "given-twice" or run["verdict"] == "invalid"
    assert not mark(city, NOW)
    dark = written("hj1238", "xml", {**message(vehicle=car(**YOUNG)), "obd": {**LAMP, "mil_on": False}})
    assert sent(city, dark)["counts"] == "cycle"


@pytest.mark.parametrize("heading", ["CO(10-6)", "CO（％）", "co(%)", "CO(%) 修正"])
def test_a_heading_in_another_unit_is_not_read_as_ours(city: City, heading: str) -> None:
    city.enter()
    run = sent(city, written("line-csv", "csv", message(**FAIL)).replace("CO(%)", heading))
    assert (run["counts"], reasons(run)) == ("nothing", ["missing-channel"])


def _cells(text: str, how: Callable[[int, str], str]) -> str:
    lines = text.splitlines()
    head = next(at for at, line in enumerate(lines) if line.startswith("时间(s)"))
    column = lines[head].split(",").index("CO(%)")
    for row in range(head + 1, len(lines)):
        cells = lines[row].split(",")
        cells[column] = how(row, cells[column])
        lines[row] = ",".join(cells)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        (lambda row, said: "" if row % 2 else said, "missing-reading"),
        (lambda row, said: "—" if row > 40 else said, "missing-reading"),
        (lambda row, said: f"0,{said}", "malformed-table"),
        (lambda row, said: "０．１", "malformed"),
        (lambda row, said: "<0.1", "malformed"),
    ],
    ids=["every other", "from then on", "comma", "wide signs", "less than"],
)
def test_cells_that_say_nothing_pass_nothing(city: City, how: Callable[[int, str], str], answer: str) -> None:
    city.enter()
    run = sent(city, _cells(written("line-csv", "csv", message(**FAIL)), how))
    assert answer in (run.get("refused"), *(reasons(run) if "reasons" in run else ()))
    assert not mark(city, NOW)


def test_a_second_column_of_the_same_name_is_refused(city: City) -> None:
    text = written("line-csv", "csv", message(**FAIL))
    head = next(line for line in text.splitlines() if line.startswith("时间(s)"))
    lines = text.splitlines()
    at_head = lines.index(head)
    lines = [*lines[:at_head], f"{head},CO(%) ", *(f"{line},0.1" for line in lines[at_head + 1 :])]
    assert sent(city, "\n".join(lines)) == {"refused": "column-twice"}


def test_a_name_in_other_signs_is_the_same_name_twice(city: City) -> None:
    """JSON may write any sign of a name as its number."""
    text = msgspec.json.encode(message(**FAIL)).decode()
    twice = text.replace('"trace":', '"\\u0074race": {"columns": {}}, "trace":')
    assert sent(city, twice) == {"refused": "given-twice"}


def _columns(**change: float) -> dict[str, Any]:
    return message_of(at(WHEN), station=NEAR, **change)["trace"]["columns"]  # type: ignore[no-any-return, index]


def _glued(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    found = {name: [*first[name], *second[name]] for name in first}
    return {**found, "t_s": list(range(len(found["t_s"])))}


def test_a_passing_run_behind_a_failing_one_is_not_of_the_same_test(city: City) -> None:
    """Counted on as if they were one: each mode is over after its longest time."""
    city.enter()
    run = city.test(WHEN, vehicle=car(), trace={"columns": _glued(_columns(co=0.9), _columns())}).body
    assert (run["verdict"], run["counts"]) == ("fail", "case")
    city.repair("2026-03-03 16:00")
    again = city.test("2026-03-04 09:00", vehicle=car(), trace={"columns": _glued(_columns(), _columns())})
    assert again.body["case_state"] == "closed"


@pytest.mark.parametrize("pause", [0, 20])
def test_a_mode_is_not_driven_until_it_passes(city: City, pause: int) -> None:
    """In one go, or again and again with a pause between: the law gives a mode its seconds."""
    city.enter()
    go = ["5025.settle"] * 10 + ["5025.sample"] * 80
    phase = (go + ["other"] * pause) * 3
    rows = len(phase)
    columns = {
        **{name: (values * 4)[:rows] for name, values in _columns().items()},
        "t_s": list(range(rows)),
        "phase": phase,
        "speed_kmh": [25.0] * rows,
        "co_pct": [0.9] * (rows - 30) + [0.1] * 30,
    }
    run = city.test(WHEN, vehicle=car(), trace={"columns": columns}).body
    assert run["counts"] == "nothing" and "fail-not-counted" in codes(run)
    columns["co_pct"] = [0.9] * 60 + [0.1] * (rows - 60)
    assert city.test("2026-03-02 10:00", vehicle=car(), trace={"columns": columns}).body["counts"] == "cycle"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"t_s": [at_row / 2 for at_row in range(180)]}, "seconds-repeated"),
        ({"t_s": [*range(90), *range(90)]}, "seconds-repeated"),
        ({"t_s": [*range(90), *range(190, 280)]}, "seconds-missing"),
        ({"co_pct": [None if 20 < row < 80 else 0.9 for row in range(180)]}, "missing-reading"),
    ],
    ids=["two a second", "from the beginning", "cut out", "unread"],
)
def test_seconds_that_are_none_hide_no_fail(city: City, change: dict[str, Any], reason: str) -> None:
    city.enter()
    run = city.test(WHEN, vehicle=car(), trace={"columns": {**_columns(co=0.9), **change}}).body
    assert reason in reasons(run) and run["counts"] == "nothing" and "fail-not-counted" in codes(run)
    assert not mark(city, NOW)


def test_phases_in_other_words_are_named(city: City) -> None:
    """No sampling is found, so that it neither passes nor fails: the words are said."""
    city.enter()
    columns = _columns(co=0.9)
    run = city.test(WHEN, vehicle=car(), trace={"columns": {**columns, "phase": ["5025.Sample"] * 180}}).body
    assert run["counts"] == "nothing" and "field-unreadable" in codes(run)
    assert "field-unreadable" not in codes(city.test("2026-03-02 10:00", vehicle=car()).body)


def test_columns_beside_the_true_ones_replace_none(city: City) -> None:
    city.enter()
    twins = {"CO_PCT": [0.1] * 180, "co_pct ": [0.1] * 180, "ｃo_pct": [0.1] * 180}
    run = city.test(WHEN, vehicle=car(), trace={"columns": {**_columns(co=0.9), **twins}}).body
    assert (run["verdict"], run["counts"]) == ("fail", "case")


def test_a_packed_trace_beside_a_plain_one_is_refused(city: City) -> None:
    packed = base64.b64encode(b"x").decode()
    body = msgspec.json.encode(message(trace={"packed": packed, "columns": _columns()})).decode()
    assert sent(city, body) == {"refused": "malformed"}
    assert not Test.objects.exists()


def free_accelerations(peak: float) -> dict[str, Any]:
    """Three free accelerations in a minute; the smoke of each peaks for five seconds and falls for three."""
    rows = 60
    found: dict[str, Any] = {"t_s": list(range(rows)), "k_per_m": [0.2] * rows, "blip": [0] * rows}
    found["rpm"] = [800.0] * rows
    for number in (1, 2, 3):
        for second in range(8):
            row = 15 * number + second - 5
            found["blip"][row], found["rpm"][row] = number, 3000.0 - 100 * max(0, second - 4)
            found["k_per_m"][row] = peak if second < 5 else 0.3
    return found


def _free(city: City, when: str, columns: dict[str, Any]) -> dict[str, Any]:
    diesel = car(fuel="diesel", rated_speed_rpm=3000)
    return city.test(
        when, station=FAR, line="02", method="FREEACC", vehicle=diesel, trace={"columns": columns}
    ).body


def test_smoke_that_is_marked_as_no_acceleration_is_seen(city: City) -> None:
    smoky = free_accelerations(4.0)
    smoky["blip"] = [
        0 if k > 1 else number for number, k in zip(smoky["blip"], smoky["k_per_m"], strict=True)
    ]
    assert "smoke-unmarked" in codes(_free(city, WHEN, smoky))
    assert codes(_free(city, "2026-03-02 10:00", free_accelerations(0.5))) == []


def _idle(times: int, co: float) -> dict[str, Any]:
    """Two-speed idle; all of it ``times`` times, the last time clean."""
    go = ["high.settle"] * 15 + ["high.sample"] * 30 + ["idle.settle"] * 15 + ["idle.sample"] * 30
    phase = ["warm"] * 30 + go * times
    rows = len(phase)
    return {
        "t_s": list(range(rows)),
        "phase": phase,
        "co_pct": [co] * (rows - 90) + [0.1 + row % 3 / 100 for row in range(90)],
        "hc_ppm": [30.0 + row % 3 for row in range(rows)],
        "co2_pct": [14.6] * rows,
        "o2_pct": [0.4] * rows,
        "lambda": [1.0] * rows,
        "rpm": [2500.0 if "high" in name else 800.0 for name in phase],
    }


def test_a_whole_sampling_before_the_one_that_decides_is_seen(city: City) -> None:
    again = city.test(WHEN, vehicle=car(), method="TSI", trace={"columns": _idle(2, 5.0)}).body
    assert "sampled-again" in codes(again)
    once = city.test("2026-03-02 10:00", vehicle=car(), method="TSI", trace={"columns": _idle(1, 0.1)}).body
    assert "sampled-again" not in codes(once)


def test_a_run_that_is_copied_for_the_other_fuel_is_seen(city: City) -> None:
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    clean = message()
    copy = {"trace": clean["trace"], "ambient": clean["ambient"]}
    run = city.test(WHEN, vehicle=car(**both), trace=clean["trace"], second=copy).body
    assert "second-run-copied" in codes(run)
    other = {"trace": message(co=0.12)["trace"], "ambient": clean["ambient"]}
    run = city.test("2026-03-02 10:00", vehicle=car(**both), trace=clean["trace"], second=other).body
    assert "second-run-copied" not in codes(run)


def test_a_retest_as_a_file_that_has_no_second_fuel_closes_nothing(city: City) -> None:
    """The maps of lines have no place for a second run: it is missing, not passed."""
    city.enter(second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    bad = {"trace": message(**FAIL)["trace"], "ambient": message()["ambient"]}
    assert city.test(WHEN, vehicle=car(**both), second=bad).body["counts"] == "case"
    city.repair("2026-03-03 16:00")
    retest = message_of(at("2026-03-04 09:00"), station=NEAR, vehicle=car(**both), purpose="retest")
    run = sent(city, written("line-ini", "ini", retest), "2026-03-04 09:10")
    assert run["counts"] == "nothing" and "second-fuel-missing" in reasons(run)
    assert permitted(city, NEAR, "2026-03-04 10:00") and not mark(city, "2026-03-04 10:00")
