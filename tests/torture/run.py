"""``make torture``: SIGKILL to server and workers at random moments under load; then everything is compared.

``--kills 200 --seed 1 --database sqlite|postgresql``. The moments and victims follow from the seed; what happens in
between does not. Exit 1 when anything acknowledged was lost, changed, doubled or half stored.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[2] / "scripts"),
]

from torture.clients import Client  # noqa: E402
from torture.outside import Outside  # noqa: E402
from torture.site import Site, credentials, kill  # noqa: E402

CLIENTS = 4
WEIGHTS = {
    "everything": 2,
    "web worker": 4,
    "reading process": 2,
    "background work": 2,
    "second worker": 2,
    "first process": 1,
}


@contextmanager
def database(kind: str, folder: Path, *, durable: bool = True) -> Iterator[str]:
    """URL of an empty database; ``durable``: PostgreSQL writes to disk at every commit, as one in service does."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'imloop.sqlite3'}"
    else:
        from pg import postgres

        with postgres(durable=durable) as url:
            yield url


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Torture:
    """A site under load from ``CLIENTS`` stations, with one system outside that is brought every message."""

    def __init__(self, folder: Path, url: str, seed: int, data: Path | None = None) -> None:
        self.folder, self.seed = folder, seed
        self.outside = Outside(folder / "outside.log", seed)
        self.site = Site(data or folder, url, free_port(), folder / "server.log")
        known = credentials(self.site, self.outside.url)
        self.office, self.keys = str(known["office"]), dict(known["keys"])  # type: ignore[call-overload]
        pairs = [tuple(pair) for pair in known["pairs"]]  # type: ignore[attr-defined]
        self.logs = [folder / f"client-{number}.log" for number in range(CLIENTS)]
        self.clients = [
            Client(number, self.site.base_url, pairs[number % len(pairs)], self.keys, log, seed)
            for number, log in enumerate(self.logs)
        ]

    def load(self) -> None:
        self.site.wait_until_up()
        for client in self.clients:
            client.start()

    def rest(self) -> None:
        """No more uploads; each client ends with what it was at."""
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.join(60)

    def counts(self) -> Counter[str]:
        return sum((client.counts for client in self.clients), Counter())

    def drain(self, seconds: float = 300) -> None:
        """Until the couriers have brought everything."""
        self.site.wait_until_up()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.site.ensure()
            rows = json.loads(self.site.imloop("courier", "list", "--json").stdout or "[]")
            if rows and not any(row["waiting"] for row in rows):
                return
            time.sleep(0.5)

    def verdict(self) -> dict[str, object]:
        """Stop everything without a word, and compare."""
        self.site.stop()
        surprises = [each for client in self.clients for each in client.surprises]
        done = self.site.python(
            "audit.py", *map(str, self.logs), "--outside", str(self.outside.log), IMLOOP_LOG="ERROR"
        )
        try:
            found = json.loads(done.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            found = {"faults": {"audit": [done.stderr[-2000:]]}}
        found["faults"]["surprises"] = surprises[:20]
        for name, command in (("verify", ("journal", "verify")), ("check", ("check",))):
            said = self.site.imloop(*command)
            found["faults"][name] = [] if said.returncode == 0 else [said.stdout[-500:] + said.stderr[-500:]]
        found["counts"] = dict(sorted(self.counts().items()))
        found["slowest answer, s"] = round(max(client.slowest for client in self.clients), 1)
        return found

    def close(self) -> None:
        self.site.stop()
        self.outside.stop()


def kill_at_random(torture: Torture, kills: int) -> dict[str, object]:
    """Counts of kills by victim. What dies is started again at once, as a service manager does."""
    chance = random.Random(torture.seed)
    done: Counter[str] = Counter()
    stopping = threading.Event()

    def manager() -> None:
        while not stopping.wait(0.05):
            torture.site.ensure()

    threading.Thread(target=manager, daemon=True).start()
    try:
        while done.total() < kills:
            torture.site.wait_until_up()
            time.sleep(chance.uniform(0.0, 1.5))
            victim = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if kill(torture.site.victims()[victim]):
                done[victim] += 1
                if done.total() % 10 == 0:
                    _say(torture, done.total(), kills)
    finally:
        stopping.set()
    return {"kills": done.total(), **{f"killed: {name}": count for name, count in done.items()}}


def _say(torture: Torture, done: int, of: int) -> None:
    counts = torture.counts()
    kept = sum(count for name, count in counts.items() if name.startswith("acknowledged"))
    print(f"{done}/{of} kills, {kept} acknowledged", file=sys.stderr, flush=True)


def report(title: str, found: dict[str, object]) -> int:
    """One JSON object for people and machines; 1 when there is a fault."""
    faults = found.pop("faults")
    assert isinstance(faults, dict)
    bad = {name: each[:10] for name, each in faults.items() if each}
    print(json.dumps({"torture": title, **found, "faults": bad or "none"}, ensure_ascii=False, indent=1))
    return 1 if bad else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--keep", type=Path, help="leave the folder of a run that found something here")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture") as name:
        folder, begun = Path(name), time.monotonic()
        with database(given.database, folder) as url:
            torture = Torture(folder, url, given.seed)
            try:
                torture.load()
                killed = kill_at_random(torture, given.kills)
                torture.rest()
                torture.drain()
                found = {
                    "seed": given.seed,
                    "database": given.database,
                    "minutes": round((time.monotonic() - begun) / 60, 1),
                    "server starts": torture.site.starts,
                    **killed,
                    **torture.verdict(),
                }
            finally:
                torture.close()
            code = report("kill -9", found)
        if code and given.keep:
            shutil.copytree(folder, given.keep, dirs_exist_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
