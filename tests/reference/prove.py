"""Prove engine, batch and second opinion equal: ``python tests/reference/prove.py [METHOD …] [--tests 100000]``.

Every generated run is judged by the engine, in the batch and by the second opinion, under laws with other choices.
Prints a line per method; ends with 1 and the first differences where there are any. ``--seconds`` stops a method early.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.verdict import judge
from imloop.verdict.batch import judge_many, outcome_of, runs_of
from reference.second_opinion import second_opinion
from reference.test_second_opinion import LAWS, differences
from support.messages.generated import cases
from verdict_batch.odd_runs import COMPARED, same

CHUNK = 500


def prove(method: Method, tests: int, seconds: float, seed: int) -> tuple[list[str], Counter[str]]:
    """Differences, and how often each result came out."""
    found: list[str] = []
    results: Counter[str] = Counter()
    start = time.monotonic()
    for number in range(tests // CHUNK):
        if time.monotonic() - start > seconds:
            break
        law = LAWS[number % len(LAWS)]
        made: dict[str, list[TestRecord]] = {}
        for case in cases(method, CHUNK, seed * 10**6 + number):
            made.setdefault(case.limit_set, []).append(case.record)
        for limit_set, records in made.items():
            many = judge_many(runs_of(records), law, limit_set)
            for at, record in enumerate(records):
                engine = judge(record, law, limit_set=limit_set)
                told = differences(engine, second_opinion(record, law, limit_set))
                one = outcome_of(engine)
                told += [f"batch: {name}" for name in COMPARED if not same(many, at, one, 0, name)]
                found += [f"run {number}/{at} ({limit_set}): {text}" for text in told]
                results[str(engine.result)] += 1
    return found, results


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("methods", nargs="*", metavar="METHOD", help="default: all")
    options.add_argument("--tests", type=int, default=100_000, help="per method")
    options.add_argument("--seconds", type=float, default=float("inf"), help="per method, at most")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    wrong = 0
    for method in [Method(name) for name in given.methods] or list(Method):
        start = time.monotonic()
        found, results = prove(method, given.tests, given.seconds, given.seed)
        counted = ", ".join(f"{count} {result}" for result, count in results.most_common())
        words = "identical in engine, batch and second opinion" if not found else f"{len(found)} DIFFER"
        print(
            f"{method}: {results.total()} tests, {words}; {counted}; {time.monotonic() - start:.0f} s",
            flush=True,
        )
        for line in found[:10]:
            print(f"  {line}")
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
