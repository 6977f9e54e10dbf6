"""P10: what-if over stored ASM tests, from the database and the bytes that arrived, on all cores."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from harness import BENCHMARKS, Figure, Void, ratio, rounds, run_python

TESTS = 20_000
GOAL_S = 60.0
WORDS = {
    "imloop": "`imloop replay --what-if`, one process per core: bytes out of the database, decoded, judged before and after",
    "L": "one process per core reading every upload's bytes and parsing the JSON, nothing else",
    "N": "one process, the usual loop: test by test through the ORM, judged in pure Python under the assumed limits only",
}
ASSUMED = "title: limit b\nvalues: {limit_set.ASM: {value: b}}\n"


def figures(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return [_figure(Path(folder), count)]


def _figure(folder: Path, count: int) -> Figure:
    environment = {
        **os.environ,
        "IMLOOP_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/tests.sqlite3",
        "DJANGO_SETTINGS_MODULE": "imloop.site.settings",
        "PYTHONPATH": os.pathsep.join((str(BENCHMARKS), str(BENCHMARKS / "peers"))),
    }
    run_python("seed_tests.py", str(TESTS), environment=environment)
    assumed = folder / "b.yaml"
    assumed.write_text(ASSUMED)
    answers: dict[str, dict[str, object]] = {}

    def timed(name: str, script: str, *arguments: object) -> float:
        start = time.perf_counter()
        answers[name] = json.loads(run_python(*script.split(), *map(str, arguments), environment=environment))
        return TESTS / (time.perf_counter() - start)

    rates = rounds(
        {
            "imloop": lambda: timed("imloop", "-m imloop.cli replay --json --what-if", assumed),
            "L": lambda: timed("L", "peers/parse_stored.py"),
            "N": lambda: timed("N", "peers/what_if_loop.py"),
        },
        count,
    )
    ours, naive = answers["imloop"], answers["N"]
    if ours["tests"] != TESTS or naive["tests"] != TESTS or answers["L"]["tests"] != TESTS:
        raise Void(f"not every test was judged: {answers}")
    if ours["after"] != naive["after"]:
        raise Void(f"ours {ours['after']}, the loop {naive['after']}")
    million = 1_000_000 / sorted(rates["imloop"])[count // 2]
    return Figure(
        "P10",
        f"what-if over {TESTS:,} stored ASM tests, sqlite",
        "tests/s",
        WORDS,
        rates,
        [ratio(rates, "imloop", "L"), ratio(rates, "imloop", "N", "≥ 3")],
        [f"results under the assumption equal the loop's: {ours['after']}"],
        [
            f"at this rate a million stored tests take {million:,.0f} s (goal ≤ {GOAL_S:.0f}); start-up included"
        ],
    )
