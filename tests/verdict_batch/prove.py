"""Prove the batch path against the reference: ``python tests/verdict_batch/prove.py [METHOD …] [--tests 100000]``.

Prints a line per method; ends with 1 and the first differences where there are any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imloop.facts.codes import Method
from imloop.verdict.batch import RESULTS, judge_many, runs_of
from verdict_batch.odd_runs import differences, laws, runs

CHUNK = 1000


def prove(method: Method, tests: int, seed: int) -> tuple[list[str], Counter[str], int]:
    """Differences, how often each result came out, and how many tests were judged in blocks."""
    found: list[str] = []
    results: Counter[str] = Counter()
    in_blocks = 0
    under = laws()
    for number in range((tests + CHUNK - 1) // CHUNK):
        law = under[number % len(under)]
        chunk = list(runs(method, min(CHUNK, tests - number * CHUNK), seed * 10**6 + number))
        for limit_set in "ab":
            records = [record for record, chosen in chunk if chosen == limit_set]
            if not records or (method is Method.RINGELMANN and limit_set == "b"):
                continue
            found += differences(records, law, limit_set)
            outcomes = judge_many(runs_of(records), law, limit_set)
            results.update(str(RESULTS[code]) for code in outcomes.result.tolist())
            in_blocks += int((~outcomes.by_reference).sum())
    return found, results, in_blocks


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("methods", nargs="*", metavar="METHOD", help="default: all")
    options.add_argument("--tests", type=int, default=100_000, help="per method")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    wrong = 0
    for method in [Method(name) for name in given.methods] or list(Method):
        start = time.monotonic()
        found, results, in_blocks = prove(method, given.tests, given.seed)
        counted = ", ".join(f"{count} {result}" for result, count in results.most_common())
        words = "identical" if not found else f"{len(found)} DIFFER"
        seconds = time.monotonic() - start
        print(
            f"{method}: {results.total()} tests, {words}; {in_blocks} judged in blocks; {counted}; {seconds:.0f} s",
            flush=True,
        )
        for line in found[:10]:
            print(f"  {line}")
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
