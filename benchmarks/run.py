"""Measure the published figures and write RESULTS.md: ``python benchmarks/run.py [P1|P2|…] [--rounds N]``."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sqlite3
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import BENCHMARKS, Figure, Ratio, Void

MODULES = {
    "START": "start",
    "P1": "p1_ingest",
    "P2": "p2_packed",
    "P3": "p3_recompute",
    "P4": "p4_permit",
    "P5": "p5_stream",
    "P10": "p10_what_if",
    "GROWTH": "growth.uploads",
    "HELPERS": "helpers",
    "VEHICLES": "vehicle_import",
    "READINGS": "readings_import",
    "REPLAY": "replay_after_outage",
    "PROCEEDINGS": "growth.proceedings",
}
KEPT = BENCHMARKS / "results.json"
HEAD = """# Results

Written by `make bench`. Every figure is a ratio inside one run: contestants take turns, round by round, on one machine;
the table gives the median of the paired ratios with the smallest and the largest. **L** is a named limit that no
application on that server can exceed, **N** (and **N+**) a fair naive peer, both in `benchmarks/peers/`. What is stated
under "checked" was verified in the same run; a figure whose check fails is not published. Rates are for scale only.

"""


def machine() -> str:
    cores = os.cpu_count()
    return (
        f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def section(figure: dict[str, object]) -> str:
    rates = figure["rates"]
    contestants = figure["contestants"]
    assert isinstance(rates, dict)
    assert isinstance(contestants, dict)
    lines = [
        f"## {figure['key']}: {figure['title']}\n",
        f"| contestant | {figure['unit']}, median |",
        "|---|---|",
    ]
    lines += [
        f"| **{name}**: {contestants[name]} | {statistics.median(values):,.0f} |"
        for name, values in rates.items()
    ]
    rounds = len(next(iter(rates.values())))
    lines += ["", *(f"- {cell}" for cell in figure["ratios"])]  # type: ignore[attr-defined]
    lines += [f"- checked: {check}" for check in figure["checks"]]  # type: ignore[attr-defined]
    lines += [f"- {note}" for note in figure["notes"]]  # type: ignore[attr-defined]
    lines.append(f"- {rounds} rounds; {figure['machine']}\n")
    return "\n".join(lines)


def keep(figure: Figure) -> dict[str, object]:
    return {
        "key": figure.key,
        "title": figure.title,
        "unit": figure.unit,
        "contestants": dict(figure.contestants),
        "rates": {name: [round(value, 2) for value in values] for name, values in figure.rates.items()},
        "ratios": [each.cell() if isinstance(each, Ratio) else each for each in figure.ratios],
        "checks": list(figure.checks),
        "notes": list(figure.notes),
        "machine": machine(),
    }


def publish(kept: dict[str, dict[str, object]]) -> None:
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page = HEAD + "\n".join(section(kept[key]) for key in sorted(kept))
    (BENCHMARKS / "RESULTS.md").write_text(page, encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="|".join(MODULES), help="default: all")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    if unknown := [name for name in given.names if name not in MODULES]:
        options.error(f"no figure {' '.join(unknown)}; there are {' '.join(MODULES)}")
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for name in given.names or MODULES:
        print(name, flush=True)
        try:
            for figure in importlib.import_module(MODULES[name]).figures(given.rounds):
                kept[figure.key] = keep(figure)
                publish(kept)
                print("  " + "\n  ".join(each.cell() for each in figure.ratios), flush=True)
        except Void as void:
            print(f"{name} void: {void}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
