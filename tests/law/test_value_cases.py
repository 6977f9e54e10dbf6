"""Single values by day and place: tests/law/cases/values.yaml, written by who knows the texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.law import LawUnseen, load
from imloop.law.reading import Loader

FILE = Path(__file__).parent / "cases" / "values.yaml"
CASES = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)["values"]  # reads ``on`` as a word


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['key']} {case['on']} {case['place']}")
def test_what_a_key_says(case: dict[str, Any]) -> None:
    law = load().at(case["on"], case["place"])
    wanted = case["value"]
    if wanted == "unseen":
        with pytest.raises(LawUnseen):
            law.value(case["key"])
        return
    found = law.get(case["key"])
    if wanted == "none":
        assert found is None
        return
    assert found is not None
    assert found.value == (tuple(wanted) if isinstance(wanted, list) else wanted)
    assert found.unit == case.get("unit", found.unit) and found.confidence == case.get(
        "sure", found.confidence
    )
    assert case.get("cite", "") in found.cite
