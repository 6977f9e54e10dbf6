"""The words of the law: what no declaration knows does not load, and what is declared is true of the source."""

from __future__ import annotations

import ast
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import imloop
from imloop.exchange.uploads.decode_application import PaperKind
from imloop.facts.codes import Fuel, Gearbox, Instrument, Method
from imloop.facts.records.check import CheckKind
from imloop.facts.records.repair import DOCUMENT_NAMES
from imloop.gates.outages.outage import LINK_NAMES
from imloop.gates.stations.conflict import TRAITS
from imloop.law import LawError, load, overlay
from imloop.law.report import check, show_rows
from imloop.law.words import FILE, WORDS, Word, read_words
from imloop.matters.labels import GROUNDS
from imloop.steps.cases.grant_exit import EXIT_KINDS
from support.law_files import law_file, row, unseen

SOURCE = Path(imloop.__file__).parent
TABLES = {"loop/diagram.py"}
"""Files that list keys for the documentation, and decide nothing."""


@pytest.mark.parametrize(
    ("key", "value", "unit", "named"),
    [
        ("deadline.wroking_days", 15, "工作日", "no such key; near it: deadline.days"),
        ("retest.documants.body", "[invoice]", "", "no such key; near it: retest.documents.body"),
        ("entirely.unheard_of_by_anyone", 1, "", "no such key"),
        ("retest.documents.body", "[certificate+setlement]", "", "'setlement' is not one of settlement"),
        ("phase", "fulll", "", "'fulll' is not one of none, general, transition, full"),
        ("limit_set.VMAS", "c", "", "'c' is not one of '', a, b"),
        ("limit_set.RINGELMANN", "b", "", "'b' is not one of"),
        ("objection.days", 15, "日", "unit 日 is not 工作日"),
        ("deadline.days", 15, "", "unit none is not 工作日"),
        ("phase", "full", "日", "unit 日 is not none"),
        ("deadline.days", 15.5, "工作日", "15.5 is not a whole number"),
        ("deadline.days", -1, "工作日", "-1 is not 0 or more"),
        ("deadline.days", "true", "工作日", "True is not a number"),
        ("appointment.retest_share", 1.25, "", "1.25 is not from 0 to 1"),
        ("limits.TSI.a.co_idle_pct", ".inf", "%", "inf is not a number"),
        ("retest.same_station", "full", "", "'full' is not true or false"),
        ("driving.pass_required", "false", "", "only carries a citation"),
        ("obd.scope.diesel", "soon", "", "'soon' is not a date"),
        ("exempt.fuels", "electric", "", "'electric' is not a list"),
        ("exempt.fuels", "[steam]", "", "'steam' is not one of gasoline"),
        ("cycle.truck.test_years", "[first]", "", "'first' is not of the form"),
        ("notice.heading", 7, "", "7 is not a text"),
    ],
)
def test_what_is_not_declared_does_not_load(
    tmp_path: Path, key: str, value: object, unit: str, named: str
) -> None:
    file = law_file(tmp_path, "plan", {key: row("2026-01-01", value)}, "330100", unit=unit)
    with pytest.raises(LawError, match=re.escape(named)) as error:
        load([file])
    assert f"plan.yaml {key}" in str(error.value)
    assert [str(fault) for fault in check([file])] == [str(error.value)]


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("retest.documents.body", "[certificate+settlement, invoice]", ""),
        ("phase", "full", ""),
        ("limit_set.VMAS", "b", ""),
        ("limit_set.VMAS", '""', ""),
        ("deadline.days", 20, "工作日"),
        ("appointment.retest_share", 1, ""),
        ("driving.pass_required", "true", ""),
        ("penalty.odour.owner_yuan", 500, "元/辆"),
    ],
)
def test_what_is_declared_loads(tmp_path: Path, key: str, value: object, unit: str) -> None:
    file = law_file(tmp_path, "plan", {key: row("2026-01-01", value)}, "330100", unit=unit)
    assert load([file]).at(date(2026, 3, 1), "330100").value(key).key == key


def test_a_text_nobody_has_seen_needs_a_known_key_all_the_same(tmp_path: Path) -> None:
    load([law_file(tmp_path, "plan", {"deadline.days": unseen("2020-01-01")}, "330100", unit="")])
    with pytest.raises(LawError, match="no such key"):
        load([law_file(tmp_path, "other", {"deadline.wroking_days": unseen("2020-01-01")}, "330100")])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("phase: {value: fulll}", "'fulll' is not one of"),
        ("limit_set.ASM: {value: c}", "'c' is not one of"),
        ("retest.documents.body: {value: [paper]}", "'paper' is not one of"),
    ],
)
def test_an_assumption_uses_the_same_words(text: str, named: str) -> None:
    with pytest.raises(LawError, match=named):
        overlay(load(), f"values: {{{text}}}")


def test_a_value_that_nobody_decides_by_says_so() -> None:
    rows = {row["key"]: row for row in show_rows(load().at(date(2026, 3, 5), "450200"))}
    assert rows["deadline.days"]["decided_by"] == "law/deadline.py"
    assert rows["scrap.grounds"]["decided_by"] == ""


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ("a: {kind: wrod}", "kind is one of"),
        ("a: {kind: word, words: nobody}", "no list nobody"),
        ("a: {kind: flag, unti: d}", "unti is unknown"),
        ('"a.{nobody}": {kind: flag}', "no list nobody"),
        ('"a.{set}": {kind: flag}\n  a.b: {kind: flag}', "a.b is also a.{set}"),
    ],
)
def test_a_faulty_declaration_is_refused(tmp_path: Path, rows: str, named: str) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(f"lists: {{set: [a, b]}}\nkeys:\n  {rows}\n", encoding="utf-8")
    with pytest.raises(LawError, match=re.escape(named)):
        read_words(file)


def test_the_lists_are_those_of_the_source() -> None:
    def words(key: str) -> set[str]:
        return set(WORDS[key].words)

    assert words("exempt.fuels") == set(Fuel)
    assert words("instruments.ASM") == set(Instrument)
    assert {key.rpartition(".")[2] for key in WORDS if key.startswith("instruments.")} == set(Method)
    assert {key.rpartition(".")[2] for key in WORDS if key.startswith("freeacc.cut_off_ratio.")} == set(
        Gearbox
    )
    assert words("retest.documents.body") == words("outage.papers") == set(DOCUMENT_NAMES)
    assert words("exit.kinds") == set(EXIT_KINDS)
    assert words("outage.links") == set(LINK_NAMES)
    assert words("station.conflict.decisive") == set(TRAITS)
    assert words("istation.certificates") <= set(PaperKind)
    assert {key.split(".")[1] for key in WORDS if key.startswith("check.")} >= set(CheckKind)
    measures = [f"{kind}.grounds" for kind in ("istation.suspension", "mstation.revocation")]
    assert set().union(*map(words, measures)) == set(GROUNDS)


@cache
def _said_in(file: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of a source file: whole ones, and formatted ones as patterns."""
    formatted, inner = [], set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in node.values}
            parts = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w.]+" for p in node.values
            ]
            formatted.append("".join(parts))
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in inner)
    whole = [node.value for node in texts if isinstance(node.value, str)]
    return tuple(whole), tuple(formatted)


def _names(file: Path, key: str) -> bool:
    whole, formatted = _said_in(file)
    first = re.escape(key.partition(".")[0])
    return (
        key in whole
        or any(re.fullmatch(each, key) for each in formatted)
        or any(re.fullmatch(rf"{first}\.[\w.]+", each) and key.startswith(f"{each}.") for each in whole)
    )


@cache
def _by_pattern() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, word in WORDS.items():
        found.setdefault(word.pattern, []).append(key)
    return found


def _declared(*, decided: bool) -> list[Word]:
    first = [WORDS[keys[0]] for keys in _by_pattern().values()]
    return [word for word in first if bool(word.by) is decided]


@pytest.mark.parametrize("word", _declared(decided=True), ids=lambda word: word.pattern)
def test_the_file_that_decides_names_the_key(word: Word) -> None:
    assert any(_names(SOURCE / word.by, key) for key in _by_pattern()[word.pattern]), word.by


def test_what_nobody_is_said_to_decide_by_is_named_nowhere() -> None:
    files = [file for file in sorted(SOURCE.rglob("*.py")) if str(file.relative_to(SOURCE)) not in TABLES]
    for word in _declared(decided=False):
        for key in _by_pattern()[word.pattern]:
            readers = [str(file.relative_to(SOURCE)) for file in files if key in _said_in(file)[0]]
            assert not readers, f"{key} is read by {readers}: {FILE.name} names none"
