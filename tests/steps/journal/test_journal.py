"""Nothing in the journal can be changed, removed, added or moved without being found out, by anyone, without us."""

from __future__ import annotations

import copy
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.proof import journal as proof
from imloop.proof.audit_path import audit_path
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.steps.journal import prove_journal
from imloop.steps.journal.seals import place_of, seal
from imloop.store.grants import statements
from imloop.store.models import JournalEntry, Test
from support.city import City, at

Rows = list[dict[str, object]]
HASHES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=40)


def exported() -> Rows:
    out = io.StringIO()
    prove_journal.export_journal(out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def check(rows: Rows, published: object = None) -> proof.Checked:
    kept = proof.published_in(published) if published is not None else None
    return proof.check_export((json.dumps(row) for row in rows), kept)


def faults(rows: Rows, published: object = None) -> list[str]:
    return check(rows, published).faults


@pytest.fixture
def three_days(city: City) -> Rows:
    """An exported journal of three days, sealed twice."""
    city.test("2026-03-02 09:00", co=0.9)
    seal(at("2026-03-03 00:05"))
    city.repair("2026-03-03 15:00")
    city.test("2026-03-03 16:00", co=0.1, test_no="T-2")
    seal(at("2026-03-04 00:05"))
    city.test("2026-03-04 09:00", vin="LSVAU2180N2000002", plate="桂B20002", test_no="T-3")
    rows = exported()
    assert faults(rows) == [] and sum("root" in row for row in rows) == 2
    return rows


def forge(row: dict[str, object], **change: object) -> None:
    row.update(change)
    row["hash"] = proof.entry_hash("sha256", row)


def rewrite(rows: Rows, start: int) -> None:
    """What somebody with the whole database can do: hash everything anew from a point on, roots too."""
    before = (
        str(rows[start - 1].get("hash", proof.genesis("sha256"))) if start > 1 else proof.genesis("sha256")
    )
    of_day: list[str] = []
    roots: dict[object, dict[str, object]] = {}
    for row in rows[1:]:
        if "root" in row:
            row["root"] = proof.root("sha256", of_day)
            roots[row["hour"]] = row
            of_day = []
            continue
        if row["kind"] in proof.SEALED:
            row["body"] = json.dumps(roots[row["subject"]])
        if int(str(row["number"])) >= start:
            forge(row, previous=before)
        before = str(row["hash"])
        of_day.append(before)
    rows[0]["hash"] = before


TAMPERINGS: dict[str, Callable[[Rows], object]] = {
    "a field is changed": lambda rows: rows[2].update(body='{"forged":true}'),
    "who did it is changed": lambda rows: rows[2].update(actor="nobody"),
    "when it was is changed": lambda rows: rows[2].update(at="2020-01-01T00:00:00+08:00"),
    "a field is changed and hashed anew": lambda rows: forge(rows[2], body="{}"),
    "the first is removed": lambda rows: rows.pop(1),
    "one in the middle is removed": lambda rows: rows.pop(3),
    "the last is removed": lambda rows: rows.pop(),
    "the last is removed and the head set back": lambda rows: (
        rows.pop(),
        rows[0].update(number=rows[-1]["number"], hash=rows[-1]["hash"]),
        rows.remove(next(row for row in rows if "root" in row)),
    ),
    "two change places": lambda rows: rows.__setitem__(slice(1, 3), [rows[2], rows[1]]),
    "one is there twice": lambda rows: rows.insert(3, dict(rows[2])),
    "one is added at the end": lambda rows: rows.append(
        {**rows[-1], "number": int(str(rows[-1]["number"])) + 1}
    ),
    "a root is changed": lambda rows: next(row for row in rows if "root" in row).update(root="0" * 64),
    "a root is removed": lambda rows: rows.remove(next(row for row in rows if "root" in row)),
    "an hour is made to cover less": lambda rows: next(row for row in rows if "root" in row).update(last=1),
    "an hour is renamed": lambda rows: next(row for row in rows if "root" in row).update(
        hour="2026-03-09T23"
    ),
    "all is removed": lambda rows: rows.__delitem__(slice(1, None)),
    "a boundary is moved between fields": lambda rows: rows[2].update(
        actor=f"{rows[2]['actor']}\n{rows[2]['subject']}", subject=""
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found(three_days: Rows, how: str) -> None:
    rows = copy.deepcopy(three_days)
    TAMPERINGS[how](rows)
    assert faults(rows)


def test_a_journal_written_anew_is_found_by_roots_published_before(three_days: Rows) -> None:
    published = [copy.deepcopy(row) for row in three_days if "root" in row]
    assert faults(three_days, published) == []
    rows = copy.deepcopy(three_days)
    rows[2]["body"] = '{"forged":true}'
    rewrite(rows, 2)
    assert faults(rows) == [], "consistent in itself"
    assert any("not the one published" in fault for fault in faults(rows, published))
    assert any("is missing" in fault for fault in faults(rows[:1] + rows[1:3], published))
    assert check(three_days).lines()[-1] == "not checkable", (
        "nothing outside of the file says that it is right"
    )


def ended_at(rows: Rows, number: int) -> dict[str, object]:
    """The public list as it was when entry ``number`` was the last one."""
    head = next(row for row in rows[1:] if row.get("number") == number)
    roots = [row for row in rows[1:] if "root" in row and int(str(row["last"])) < number]
    return {"algorithm": "sha256", "number": number, "hash": head["hash"], "roots": roots}


def test_what_no_published_root_fixes_is_named(three_days: Rows) -> None:
    last = int(str(three_days[0]["number"]))
    seals = [row for row in three_days if "root" in row]
    sealed = int(str(seals[-1]["last"]))
    assert check(three_days, seals).vouched == [
        f"entries 1 to {sealed}, by what was published",
        f"nothing more: entries {sealed + 1} to {last} lie behind the last published root "
        "and may be cut off, changed or invented",
    ]
    assert check(three_days, seals).lines()[-1] == "sound"
    kept = ended_at(three_days, last)
    assert check(three_days, kept).vouched == [f"entries 1 to {last}, by what was published"]
    cut = copy.deepcopy(three_days[: 1 - len(seals)])
    while "root" in cut[-1] or int(str(cut[-1]["number"])) > sealed + 2:
        cut.pop()
    cut[0] |= {"number": cut[-1]["number"], "hash": cut[-1]["hash"]}
    assert faults(cut, seals) == [], "the roots alone do not show what was cut off behind them"
    assert faults(cut, kept) == [f"entry {last}, the published end, is missing"]
    forge(cut[-1], body="{}")
    cut[0]["hash"] = cut[-1]["hash"]
    assert faults(cut, ended_at(three_days, sealed + 2)) == [f"entry {sealed + 2} is not the published end"]


@pytest.mark.parametrize(
    ("how", "said"),
    {
        "a key twice": (
            lambda line: line.replace('"body": ', '"body": "{}", "body": ', 1),
            "'body' stands twice",
        ),
        "a key twice in the body": (
            lambda line: line.replace('"body": "{', '"body": "{\\"counts\\": 1, ', 1),
            "'counts' stands twice",
        ),
        "one key more": (lambda line: line.replace("{", '{"note": "x", ', 1), "neither an entry nor a root"),
        "a number as text": (
            lambda line: re.sub(r'"number": (\d+)', r'"number": "\1"', line),
            "neither an entry",
        ),
        "no number": (lambda line: line.replace('"body": ', '"body": NaN, "of": ', 1), "NaN is no JSON"),
        "a list": (lambda line: f"[{line}]", "neither an entry nor a root"),
        "an end missing": (lambda line: line[:-1], "no JSON"),
    }.values(),
    ids=["twice", "twice inside", "more", "text", "NaN", "list", "cut"],
)
def test_a_line_that_two_readers_may_read_otherwise_is_refused(
    three_days: Rows, how: Callable[[str], str], said: str
) -> None:
    lines = [json.dumps(row) for row in three_days]
    at = next(place for place, row in enumerate(three_days) if row.get("kind") == "test-received")
    assert how(lines[at]) != lines[at]
    lines[at] = how(lines[at])
    with pytest.raises(proof.NotAJournal, match=rf"line {at + 1}: .*{said}"):
        proof.check_export(lines)


@given(HASHES, st.data())
def test_every_entry_is_proved_under_its_root_and_no_other_is(hashes: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(hashes) - 1))
    neighbours = audit_path("sha256", hashes, index)
    root = proof.root("sha256", hashes)
    other = proof.digest("sha256", hashes[index].encode()).hex()
    assert proof.root_by_path("sha256", hashes[index], index, len(hashes), neighbours) == root
    assert proof.root_by_path("sha256", other, index, len(hashes), neighbours) != root


@given(HASHES)
def test_the_root_is_that_of_rfc_9162(hashes: list[str]) -> None:
    def head(leaves: list[str]) -> bytes:
        if len(leaves) == 1:
            return proof.digest("sha256", b"\x00" + bytes.fromhex(leaves[0]))
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return proof.digest("sha256", b"\x01" + head(leaves[:split]) + head(leaves[split:]))

    assert proof.root("sha256", hashes) == head(hashes).hex()


def test_an_hour_is_sealed_once_and_what_was_left_open_goes_with_the_next(city: City) -> None:
    assert seal(at("2026-03-02 00:05")) is None, "nothing written yet"
    city.test("2026-03-02 09:00", co=0.9)
    first = seal(at("2026-03-02 10:00"))
    assert first is not None and (first.first, first.name) == (1, "2026-03-02T09")
    assert seal(at("2026-03-02 10:59")) is None
    assert seal(at("2026-03-02 11:00")) is None, "nothing but the seal's own entry"
    city.repair("2026-03-05 15:00")
    later = seal(at("2026-03-09 00:05"))
    assert later is not None and later.first == first.last + 1 and later.name == "2026-03-08T23"
    assert prove_journal.faults() == []


def test_an_entry_is_proved_to_whoever_holds_its_receipt(city: City) -> None:
    receipt = city.test("2026-03-02 09:00", co=0.9)
    stamp = receipt.body["journal"]
    assert isinstance(stamp, dict)
    entry = JournalEntry.objects.get(number=stamp["number"])
    assert stamp["hash"] == entry.hash and Test.objects.get().receipt["journal"] == stamp
    assert place_of(entry.number).to_json()["sealed"] is False
    with pytest.raises(Unknown):
        place_of(9999)


def test_the_checker_needs_nothing_but_python(city: City, tmp_path: Path) -> None:
    """``-I -S``: no site packages, no environment, not our package."""
    receipt = city.test("2026-03-02 09:00", co=0.9)
    seal(at("2026-03-03 00:05"))
    number = receipt.body["journal"]["number"]  # type: ignore[index]
    files = {
        "journal.ndjson": "".join(json.dumps(row) + "\n" for row in exported()),
        "roots.json": json.dumps(prove_journal.published(date(2026, 3, 1))),
        "receipt.json": json.dumps(receipt.body),
        "proof.json": json.dumps(place_of(number).to_json()),
        "forged.ndjson": "".join(json.dumps(row) + "\n" for row in exported()[:-1]),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> int:
        command = [sys.executable, "-I", "-S", proof.__file__, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert run("verify", "journal.ndjson") == 3
    assert run("verify", "journal.ndjson", "roots.json") == 0
    assert run("receipt", "receipt.json", "proof.json", "roots.json") == 0
    assert run("receipt", "receipt.json", "proof.json") == 2, "published roots are asked for"
    assert run("verify", "forged.ndjson") == 1
    assert run("verify", "receipt.json") == 2
    assert run("nonsense") == 2


def test_a_journal_of_sm3_stays_one_whatever_the_setting_says_later(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "JOURNAL_HASH", "sm3")
    city.test("2026-03-02 09:00", co=0.9)
    seal(at("2026-03-03 00:05"))
    monkeypatch.undo()
    city.repair("2026-03-03 15:00")
    rows = exported()
    assert rows[0]["algorithm"] == "sm3" and faults(rows) == []
    assert faults([{**rows[0], "algorithm": "sha256"}, *rows[1:]])


def test_what_a_step_gives_up_leaves_no_gap(city: City) -> None:
    numbers = []
    with writing(at("2026-03-02 09:00"), SYSTEM) as ledger:
        ledger.note("one", "a", {})
        with pytest.raises(Malformed), ledger.attempt():
            ledger.note("two", "b", {})
            ledger.number("gap", "450203", 2026)
            raise Malformed("wrong-value", Text("不行", "no"))
        ledger.note("three", "c\nd", {})
        numbers += [ledger.number("gap", "450203", 2026), ledger.number("gap", "450203", 2026)]
    with writing(at("2026-03-02 09:01"), SYSTEM) as ledger:
        numbers += [ledger.number("gap", "450203", year) for year in (2026, 2027)]
    assert numbers == [1, 2, 3, 1]
    kinds = list(JournalEntry.objects.order_by("number").values_list("kind", "subject"))
    assert kinds == [("one", "a"), ("three", "c d")]
    assert prove_journal.faults() == []


def test_roots_are_frozen(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    seal(at("2026-03-03 00:05"))
    for statement in ("UPDATE store_journalseal SET root = ''", "DELETE FROM store_journalseal"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(statement)


def test_an_odd_role_is_refused() -> None:
    with pytest.raises(Malformed):
        statements("app; DROP TABLE store_journalentry")
