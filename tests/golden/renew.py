"""Write the golden records anew: ``python tests/golden/renew.py``. Do it only when a verdict is meant to change.

Each record is an upload of the simulator (kept, so that a change of the simulator changes nothing here) and the full
verdict the engine gave it. The difference in git then shows what the change does to verdicts that exist.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import zstandard

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.law import load
from imloop.sim.sample import sample_message
from imloop.verdict import judge

HERE = Path(__file__).parent
SEEDS = (1, 2, 3)
PLACE = "450200"


def uploads() -> dict[str, bytes]:
    """Name → bytes; every method, clean and faulty."""
    found = {}
    for method in Method:
        for seed in SEEDS:
            for fail in (False, True):
                name = f"{method}-{seed}-{'fail' if fail else 'pass'}".lower()
                found[name] = sample_message(
                    method,
                    station="450203001",
                    fail=fail,
                    at="2026-03-05T09:00:00",
                    plate=f"桂B1000{seed}",
                    seed=seed,
                )
    return found


def verdict_of(body: bytes) -> str:
    """The verdict as text, one line per key, numbers as they are."""
    record = decode_test(body)
    answer = judge(record, load().at(day_of(record.started_at), PLACE)).to_json()
    # The hash speaks of the law's data, not of the engine; it has tests of its own.
    law = answer["law"]
    assert isinstance(law, dict)
    del law["hash"]
    return json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    for name, body in uploads().items():
        kept = HERE / f"{name}.json.zst"
        if not kept.exists() or "--inputs" in sys.argv:
            kept.write_bytes(zstandard.compress(body, 19))
        text = verdict_of(zstandard.decompress(kept.read_bytes()))
        (HERE / f"{name}.verdict.json").write_text(text, encoding="utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
