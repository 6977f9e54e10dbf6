"""An engine that changes must not change what it said of kept records, unless that is meant (see ``renew.py``)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import zstandard

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("golden_renew", HERE / "renew.py")
assert _spec is not None and _spec.loader is not None
renew = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(renew)

NAMES = sorted(file.name.removesuffix(".json.zst") for file in HERE.glob("*.json.zst"))


def test_every_method_has_records() -> None:
    assert {name.split("-")[0] for name in NAMES} == {method.lower() for method in renew.Method}
    assert {name.rsplit("-", 1)[1] for name in NAMES} == {"pass", "fail"}


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_kept_one_to_the_last_digit(name: str) -> None:
    body = zstandard.decompress((HERE / f"{name}.json.zst").read_bytes())
    assert renew.verdict_of(body) == (HERE / f"{name}.verdict.json").read_text(encoding="utf-8")
