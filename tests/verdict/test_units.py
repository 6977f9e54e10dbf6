"""A unit that is wrong, a column in its neighbour's place: told with the likely mistake, beside the verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.codes import Method
from imloop.facts.text import Reason
from imloop.law import load
from imloop.verdict import judge
from support.messages.clean_runs import clean
from support.messages.runs import law_of
from support.messages.verdict_cases import cases

TOLD = ("unit-suspect", "columns-exchanged")
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "real"


def told(found: Any) -> list[Reason]:
    return [finding for finding in found.findings if finding.code in TOLD]


@pytest.mark.parametrize("case", cases("units"))
def test_what_a_line_may_have_mistaken(case: dict[str, Any]) -> None:
    method = Method(case["method"])
    plain = clean(method, vehicle=case.get("vehicle", {}))
    columns = {name: [value] * plain.trace.rows for name, value in case.get("columns", {}).items()}
    columns |= {name: (plain.trace.columns[name] * by).tolist() for name, by in case.get("times", {}).items()}
    found = told(judge(clean(method, columns=columns, vehicle=case.get("vehicle", {})), law_of()))
    assert {each.code for each in found} == ({case["code"]} if "code" in case else set())
    for words in case.get("says", ()):
        assert any(words in each.text.zh or words in each.text.en for each in found), words
    assert all(each.next is not None for each in found)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded uploads are not on this machine")
@pytest.mark.parametrize("path", sorted(RECORDED.glob("*-*.json")), ids=lambda path: path.stem)
def test_no_real_line_is_told_so(path: Path) -> None:
    if path.stem in ("equipment-checks", "lugdown-taiyuan-simulator") or path.stem.startswith("station-day"):
        return
    record = decode_test(path.read_bytes())
    law = load().at(record.started_at.date(), "000000")
    assert told(judge(replace(record), law)) == []
