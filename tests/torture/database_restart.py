"""PostgreSQL is stopped, or crashes, under load and comes back: ``database_restart.py --rounds 20 --seed 1``.

Meanwhile every upload must be answered 503 by name; afterwards server, couriers and clocks go on by themselves.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[2] / "scripts"),
]

from pg import Server  # noqa: E402

from torture.run import Torture, report  # noqa: E402


def restart(torture: Torture, server: Server, rounds: int, chance: random.Random) -> dict[str, object]:
    """Counts of how it ended, and how long after its return an upload was kept again."""
    ways: Counter[str] = Counter()
    waited = []
    for _ in range(rounds):
        time.sleep(chance.uniform(1.0, 3.0))
        way = chance.choice(("stopped", "crashed"))
        server.stop() if way == "stopped" else server.crash()
        ways[way] += 1
        time.sleep(chance.uniform(0.0, 3.0))
        before = torture.counts()["acknowledged: test"]
        server.launch()
        back = time.monotonic()
        while torture.counts()["acknowledged: test"] == before and time.monotonic() < back + 120:
            time.sleep(0.05)
        waited.append(round(time.monotonic() - back, 1))
        print(f"{way}: kept again after {waited[-1]} s", file=sys.stderr, flush=True)
    assert torture.site.server is not None
    assert torture.site.worker is not None
    ended = [p.pid for p in (torture.site.server, torture.site.worker) if p.poll() is not None]
    return {**ways, "kept again after, s": f"at most {max(waited)}", "processes that ended": ended}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="leave the folder of a run that found something here")
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="impg", dir="/tmp") as place,
        tempfile.TemporaryDirectory() as name,
    ):
        server, folder = Server(Path(place).resolve(), durable=True), Path(name)
        server.start()
        torture = Torture(folder, server.url, given.seed)
        try:
            torture.load()
            found = restart(torture, server, given.rounds, random.Random(given.seed))
            torture.rest()
            torture.drain()
            code = report("database restart", {"seed": given.seed, **found, **torture.verdict()})
        finally:
            torture.close()
            server.stop()
        if code and given.keep:
            shutil.copytree(folder, given.keep, dirs_exist_ok=True)
    return code or int(bool(found["processes that ended"]))


if __name__ == "__main__":
    sys.exit(main())
