"""What people are told follows the law of their place and day, word by word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.facts.text import Text
from imloop.law import Law, load, sentences

CASES = yaml.safe_load((Path(__file__).parent / "cases/sentences.yaml").read_text(encoding="utf-8"))
LIUZHOU = load().at(date(2026, 12, 1), "450200")


def other(**values: Any) -> Law:
    """Liuzhou's law with other values, ``a__b`` for the key ``a.b``."""
    keys = {name.replace("__", "."): value for name, value in values.items()}
    return LIUZHOU.with_values({key: replace(LIUZHOU.value(key), value=value) for key, value in keys.items()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_sentence(case: dict[str, Any]) -> None:
    law = load().at(case["day"], case["place"])
    for name in case.keys() - {"id", "place", "day"}:
        said = getattr(sentences, name)(law)
        assert (said.zh if isinstance(said, Text) else said or "") == case[name], name


def test_in_english_too() -> None:
    assert sentences.what_to_do(LIUZHOU).en == (
        "Have it repaired at any listed repair station, chosen freely, who uploads the record; then return to the same "
        "station for the retest with certificate of completion, settlement list and repair invoice."
    )
    free = other(retest__same_station=False, retest__record_required=False)
    assert sentences.on_the_receipt(free).en == (
        "Hand the notice to the owner. Have it repaired at any listed repair station, chosen freely; then have it "
        "retested here or at any other networked station."
    )
    until = Text("（至 12 月 21 日）", " (until 21 December)")
    assert sentences.repair_and_return(LIUZHOU, until).en.endswith("at the same station (until 21 December).")
    assert sentences.repair_and_return(free, until).zh == "请维修后复检（至 12 月 21 日）。"


def test_several_sets_of_papers_are_alternatives_each_whole() -> None:
    assert sentences.either([("settlement", "invoice"), ("certificate",)]) == Text(
        "维修结算清单和维修发票，或者竣工出厂合格证",
        "settlement list and repair invoice or certificate of completion",
    )
    assert sentences.either([("invoice",), ("certificate",)]).zh == "维修发票或竣工出厂合格证"
    assert sentences.either([]).zh == "有效的维修凭证"


def test_a_paper_is_listed_where_the_place_speaks_of_it_or_its_number_was_given() -> None:
    none = load().at(date(2026, 12, 1), "110000")
    assert sentences.papers_of_repair(none, {}) == ()
    (one,) = sentences.papers_of_repair(none, {"invoice": "F1", "settlement": ""})
    assert (one[0], one[2]) == ("invoice", "F1")
    assert [paper for paper, _, _ in sentences.papers_of_repair(LIUZHOU, {})] == list(sentences.PAPER_NAMES)


def test_whom_to_call_and_how_a_plate_begins() -> None:
    assert (sentences.hotline(LIUZHOU), sentences.environment_hotline(LIUZHOU)) == ("12345", "12369")
    assert sentences.sample_plate(LIUZHOU) == "桂B12345"
    assert sentences.sample_plate(load().at(date(2026, 12, 1), "330100")) == ""
    assert sentences.hotline(other(hotline__everything="0772-12345")) == "0772-12345"


def test_no_paper_opens_a_retest_where_paper_does_not_count() -> None:
    assert sentences.outage_proof(other(outage__paper_accepted=False)) is None
