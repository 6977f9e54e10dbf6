"""Every kind of finding has a name in both languages: people choose among kinds, and no code is shown to them."""

from __future__ import annotations

import re
from pathlib import Path

from imloop.gates.prices.charge import DEVIATIONS
from imloop.gates.vehicles.compare_statement import CODES
from imloop.steps.findings.titles import TITLES
from imloop.steps.ground.findings import ROUTINE

_SOURCE = Path(__file__).parents[2] / "src/imloop"
_RAISED = re.compile(r'Reason\(\s*"([a-z0-9-]+)"')
_MADE_IN = (
    "gates/inspections",
    "gates/repairs",
    "verdict",
    "steps/inspections/decide_run.py",
    "steps/lines",
    "steps/outages/compare_papers.py",
    "steps/outages/match_papers.py",
    "steps/reports/paper_shares.py",
    "steps/repairs",
    "steps/vehicles/ask_mark.py",
    "steps/vehicles/identify_vehicle.py",
)
_REFUSALS = frozenset({"fault-not-retested"})


def test_every_finding_has_a_name() -> None:
    paths = [path for name in _MADE_IN for path in _files(_SOURCE / name)]
    raised = {code for path in paths for code in _RAISED.findall(path.read_text("utf-8"))}
    assert len(raised) > 50
    named = raised | {*CODES, *DEVIATIONS, *ROUTINE}
    assert not sorted(named - TITLES.keys() - _REFUSALS)
    assert len({text.zh for text in TITLES.values()}) == len(TITLES), "two kinds of one name"


def _files(path: Path) -> list[Path]:
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
