"""What station software sends in its own words reads as ours, and gives the same verdict."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.exchange.dialects import Dialect, every, named, read, write
from imloop.exchange.dialects.maps import MapError, read_map
from imloop.exchange.dialects.report import lines, map_rows
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Refusal, Unknown
from imloop.law import load
from imloop.verdict import judge

HERE = Path(__file__).parent / "dialects"
_spec = importlib.util.spec_from_file_location("dialects_renew", HERE / "renew.py")
assert _spec is not None and _spec.loader is not None
renew = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(renew)

OF_TESTS = [each for each in every().values() if each.message == "test"]
CARRIED = [(each, container) for each in OF_TESTS for container in each.containers]
METHODS = (
    "asm-1-fail",
    "freeacc-2-fail",
    "im195-1-pass",
    "lugdown-3-fail",
    "ringelmann-1-fail",
    "tsi-2-fail",
    "vmas-1-fail",
)


def verdict(body: bytes) -> dict[str, Any]:
    record = decode_test(body)
    return judge(record, load().at(day_of(record.started_at), "450200")).to_json()


@pytest.mark.parametrize("name", [*renew.GENERATED, *renew.BY_HAND])
def test_an_example_reads_as_it_always_did(name: str) -> None:
    assert renew.understood(HERE / name) == (HERE / f"{name}.read").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*renew.GENERATED, *renew.BY_HAND])
def test_a_dialect_is_recognised_by_its_bytes(name: str) -> None:
    wanted = {**{key: value[0] for key, value in renew.GENERATED.items()}, **renew.BY_HAND}[name]
    assert read((HERE / name).read_bytes()).dialect.name == wanted


@pytest.mark.parametrize(("dialect", "container"), CARRIED, ids=[f"{d.name}-{c}" for d, c in CARRIED])
@pytest.mark.parametrize("golden", METHODS)
def test_the_verdict_is_the_same_in_every_dialect_and_encoding(
    dialect: Dialect, container: str, golden: str
) -> None:
    message = renew.upload(golden)
    expected = verdict(json.dumps(message).encode())
    text = write(dialect, message, container)
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert verdict(text.encode(encoding)) == expected


def test_lists_of_seconds_short_dates_and_holes_are_read() -> None:
    record = decode_test((HERE / "line-ini-lists.ini").read_bytes())
    assert record.vehicle.displacement_l == 2.78
    assert (record.ended_at - record.started_at).total_seconds() == 30
    k = record.trace.get("k_per_m")
    assert k is not None
    assert [str(value) for value in k] == ["0.1", "0.42", "nan", "0.4", "nan", "0.44"]


def test_a_repair_of_the_standard_is_read_with_our_own_keys_beside() -> None:
    record = decode_repair((HERE / "jtt1132-repair.json").read_bytes())
    assert record.repair_no == "JS20260307001" and record.odometer_km == 50020
    assert record.finished_at.isoformat() == "2026-03-07T18:00:00+08:00"
    assert record.documents.present == {"certificate", "settlement", "invoice"}


def faulty(body: bytes, old: str, new: str) -> Malformed:
    changed = body.decode("gb18030").replace(old, new)
    assert changed != body.decode("gb18030")
    with pytest.raises(Malformed) as refused:
        decode_test(changed.encode("gb18030"))
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "path", "theirs"),
    [
        ("StartTime=2026", "StartTime=someday 2026", "$.started_at", "Task.StartTime"),
        ("TestType=WT", "TestType=77", "$.method", "Task.TestType"),
        ("LineNo=01", "LineNo=", "$.line", "Task.LineNo"),
    ],
)
def test_a_fault_is_named_in_the_senders_words(old: str, new: str, path: str, theirs: str) -> None:
    refusal = faulty((HERE / "line-ini-asm.ini").read_bytes(), old, new)
    assert [problem.path for problem in refusal.problems] == [path]
    assert theirs in refusal.problems[0].text.zh and theirs in refusal.problems[0].text.en


@pytest.mark.parametrize(
    "phase", [b"<GKLX>8</GKLX>", b"<GKLX>2</GKLX><GKLX>3</GKLX>", b"<GKLX><a>2</a></GKLX>"]
)
def test_an_unknown_phase_is_refused_not_guessed(phase: bytes) -> None:
    body = (HERE / "hj1238-lugdown.xml").read_bytes().replace(b"<GKLX>2</GKLX>", phase, 1)
    with pytest.raises(Malformed) as refused:
        decode_test(body)
    assert refused.value.problems[0].code == "unknown-code"
    assert refused.value.problems[0].path.startswith("$.trace.columns.phase[")


HOSTILE = {
    "entities": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Report>&b;</Report>',
    "a file": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><Report><a>&x;</a></Report>',
    "an outside DTD": b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><Report/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_xml_with_a_document_type_is_refused(name: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(HOSTILE[name])
    assert refused.value.code == "xml-with-dtd"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Report>" + b"<a>" * 5000, "malformed-xml"),
        (b"<Report><a></Report>", "malformed-xml"),
        (b"<Report/>", "malformed-json"),
        (b"\xff\xfe\xff", "malformed-text"),
        (b"hello", "malformed-json"),
        (b"[ProcessData]\na,b\n1\n", "malformed-table"),
        (b"", "malformed-json"),
    ],
)
def test_bytes_that_are_nothing_are_refused_by_name(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        decode_test(body)
    assert refused.value.code == code


@pytest.mark.parametrize("name", [*renew.GENERATED, "line-ini-lists.ini"])
def test_a_damaged_example_is_read_or_refused_never_worse(name: str) -> None:
    body = (HERE / name).read_bytes()
    for cut in range(0, len(body), max(1, len(body) // 60)):
        for damaged in (body[:cut], body[cut:], body[:cut] + b"\x00<\x80" + body[cut + 1 :]):
            try:
                decode_test(damaged)
            except Refusal as refusal:
                assert refusal.code


def test_a_named_dialect_must_be_the_one_that_came() -> None:
    body = (HERE / "line-csv-tsi.csv").read_bytes()
    assert decode_test(body, "line-csv").test_no
    with pytest.raises(Malformed) as refused:
        decode_test(body, "line-ini")
    assert refused.value.code == "wrong-dialect"
    with pytest.raises(Unknown):
        decode_test(body, "klingon")


def test_what_was_read_missing_and_ignored_is_told() -> None:
    told = lines(read((HERE / "line-ini-lists.ini").read_bytes()))
    by_state = {
        state: {line.theirs for line in told if line.state == state}
        for state in ("read", "missing", "ignored")
    }
    assert {"Task.TestNo", "ProcessData.K"} <= by_state["read"]
    assert "Vehicle.VIN" in by_state["missing"]
    assert by_state["ignored"] == {"Vehicle.VendorNote"}


@pytest.mark.parametrize("dialect", every().values(), ids=list(every()))
def test_every_map_says_where_its_names_are_from(dialect: Dialect) -> None:
    assert dialect.cite and dialect.title.zh and dialect.title.en
    if dialect.name == "imloop":
        return
    ours = [row[1] for row in map_rows(dialect)]
    assert len(ours) == len(set(ours))
    assert dialect.required <= set(ours)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"vehicle.colour_of_seats": "X"}},
        {"standing": "rumour"},
        {"containers": ["fax"]},
        {"surprise": 1},
    ],
)
def test_a_doubtful_map_does_not_load(change: dict[str, Any], tmp_path: Path) -> None:
    whole = {
        "dialect": "x",
        "title": {"zh": "甲", "en": "x"},
        "cite": "y",
        "standing": "reading",
        "message": "test",
        "containers": ["ini"],
    }
    file = tmp_path / "x.yaml"
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    assert read_map(file).name == "x"
    file.write_text(yaml.safe_dump({**whole, **change}), encoding="utf-8")
    with pytest.raises(MapError):
        read_map(file)


def test_our_own_json_is_left_as_it_is() -> None:
    message = renew.upload("asm-1-fail")
    assert read(json.dumps(message).encode()).message == message
    assert json.loads(write(named("imloop"), message)) == message
