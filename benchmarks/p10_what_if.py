"""P10: what-if over stored ASM tests on all cores: against its limit and the usual loop, and a real million once."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness import BENCHMARKS, Figure, Void, ratio, rounds, run_python

TESTS, MILLION = 20_000, 1_000_000
GOAL_S = 60.0
WORDS = {
    "imloop": "`imloop replay --what-if`, one process per core: traces out of the database, judged before and after",
    "L": "one process per core reading every stored trace and decompressing it, nothing else",
    "N": (
        "one process, the usual loop: test by test through the ORM, "
        "judged in pure Python under the assumed limits only"
    ),
}
ASSUMED = "title: limit b\nvalues: {limit_set.ASM: {value: b}}\n"
_PEERS = {"L": "peers/read_stored.py", "N": "peers/what_if_loop.py"}

Answers = dict[str, dict[str, object]]


class Stored:
    """A database of stored tests, and what each contestant answered about it last."""

    def __init__(self, folder: Path, tests: int) -> None:
        self.tests, self.answers = tests, Answers()
        self.environment = {
            **os.environ,
            "IMLOOP_DATA": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/tests.sqlite3",
            "DJANGO_SETTINGS_MODULE": "imloop.site.settings",
            "PYTHONPATH": os.pathsep.join((str(BENCHMARKS), str(BENCHMARKS / "peers"))),
        }
        self.assumed = folder / "b.yaml"
        self.assumed.write_text(ASSUMED)
        self._run("seeds/seed_tests.py", str(tests))

    def rate(self, name: str) -> float:
        """Tests per second of one contestant, its start-up included. ``Void`` unless it counted every test."""
        ours = ("-m", "imloop.cli", "replay", "--json", "--what-if", str(self.assumed))
        start = time.perf_counter()
        answer = json.loads(self._run(*(ours if name == "imloop" else (_PEERS[name],))))
        seconds = time.perf_counter() - start
        if answer["tests"] != self.tests:
            raise Void(f"{name}: {answer['tests']} tests of {self.tests}")
        self.answers[name] = answer
        return self.tests / seconds

    def measure(self, names: tuple[str, ...], count: int) -> Mapping[str, list[float]]:
        return rounds({name: lambda name=name: self.rate(name) for name in names}, count)

    def _run(self, *arguments: str) -> str:
        return run_python(*arguments, environment=self.environment)


@contextmanager
def stored(tests: int) -> Iterator[Stored]:
    with tempfile.TemporaryDirectory() as folder:
        yield Stored(Path(folder), tests)


def figures(count: int) -> list[Figure]:
    return [_ratios(count), _million(count)]


def _ratios(count: int) -> Figure:
    with stored(TESTS) as database:
        rates = database.measure(("imloop", "L", "N"), count)
        after, loop = (database.answers[name]["after"] for name in ("imloop", "N"))
    if after != loop:
        raise Void(f"ours {after}, the loop {loop}")
    return Figure(
        "P10",
        f"what-if over {TESTS:,} stored ASM tests, sqlite",
        "tests/s",
        WORDS,
        rates,
        [ratio(rates, "imloop", "L"), ratio(rates, "imloop", "N", "≥ 3")],
        [f"results under the assumption equal the loop's: {after}"],
        ["start-up included, which of so few tests is half of the time"],
    )


def _million(count: int) -> Figure:
    with stored(MILLION) as database:
        rates = database.measure(("imloop", "L"), min(count, 2))
        after = database.answers["imloop"]["after"]
    seconds = [MILLION / rate for rate in rates["imloop"]]
    return Figure(
        "P10M",
        f"what-if over {MILLION:,} stored ASM tests, sqlite",
        "tests/s",
        {name: WORDS[name] for name in rates},
        rates,
        [ratio(rates, "imloop", "L")],
        [f"every test judged under both laws; under the assumption {after}"],
        [
            f"{max(seconds):,.0f} s for the million, the slowest round (goal ≤ {GOAL_S:.0f}); "
            "the file is larger than what the system keeps in memory"
        ],
    )
