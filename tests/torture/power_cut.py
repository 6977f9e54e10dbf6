"""Power cuts: the platform writes, every write and sync of its SQLite is recorded, and the power fails at random steps.

``power_cut.py --uploads 120 --cuts 500 --seed 1 [--lying-disk]``. After each cut the database must open, be sound, and
hold every upload that was acknowledged before. ``--lying-disk`` ignores syncs: it must lose something, or this proves
nothing. Recorded are SQLite's own calls; that the machine's disk keeps what it said it synced is its maker's promise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture.disk import Disk, Recorder  # noqa: E402

NAME = "imloop.sqlite3"


class Written:
    """The platform in this process, its calls made through the API; ``acknowledged``: (step, sha256, receipt)."""

    def __init__(self, folder: Path, uploads: int) -> None:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "imloop.site.settings",
            "IMLOOP_DATA": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / NAME}",
            "IMLOOP_SECRET_KEY": "only-for-torture",
        }
        self.recorder = Recorder()
        self.recorder.install()
        self.acknowledged: list[tuple[int, str, str]] = []
        import django

        django.setup()
        clients = self._prepare()
        self.start = {NAME: bytearray((folder / NAME).read_bytes())}
        self.recorder.recording = True
        for number in range(uploads):
            self._story(clients, number)

    def _prepare(self) -> dict[str, object]:
        from django.core.management import call_command
        from django.db import connection

        from support.city import LISTED, NEAR, City

        call_command("migrate", verbosity=0)
        city = City.build()
        clients: dict[str, object] = {code: city.client(code) for code in (NEAR, LISTED)}
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return clients

    def _story(self, clients: dict[str, object], number: int) -> None:
        from imloop.facts.days import CHINA
        from support.city import LISTED, NEAR
        from support.messages.uploads import repair_message, test_message

        who = {"vin": f"LSVAU2180N{number:07d}", "plate": f"桂B{number:05d}"}
        start = datetime.now(CHINA).replace(microsecond=0) - timedelta(hours=6)
        test = test_message(start, station=NEAR, co=0.9)
        vehicle = test["vehicle"]
        assert isinstance(vehicle, dict)
        test["vehicle"] = {**vehicle, **who}
        self._send(clients[NEAR], "tests", test)
        self._send(clients[LISTED], "repairs", repair_message(start + timedelta(hours=5), shop=LISTED, **who))

    def _send(self, client: object, path: str, message: dict[str, object]) -> None:
        import hashlib

        import msgspec

        from torture.clients import digest_of

        body = msgspec.json.encode(message)
        answer = client.post(f"/api/v1/{path}", data=body, content_type="application/json")  # type: ignore[attr-defined]
        if answer.status_code != 201:
            raise RuntimeError(answer.content.decode())
        receipt = digest_of(answer.json())
        self.acknowledged.append((len(self.recorder.steps), hashlib.sha256(body).hexdigest(), receipt))


def faults_of(folder: Path, files: dict[str, bytes], expected: dict[str, str]) -> list[str]:
    """What is wrong with the files a cut left, opened as at the next start."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        with sqlite3.connect(folder / NAME) as db:
            return list(_look(db, expected))
    except sqlite3.DatabaseError as error:
        return [f"does not open: {error}"]


def _look(db: sqlite3.Connection, expected: dict[str, str]) -> list[str]:
    from torture.clients import digest_of

    found = [f"integrity: {row[0]}" for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    found += [f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")]
    kept = {}
    for table in ("test", "repair"):
        sql = f"SELECT r.sha256, t.receipt FROM store_{table} t JOIN store_rawupload r ON r.id = t.raw_id"
        kept.update({sha: digest_of(json.loads(receipt)) for sha, receipt in db.execute(sql)})
    found += [f"lost {sha[:12]}" for sha, receipt in expected.items() if kept.get(sha) != receipt]
    (uploads,) = db.execute("SELECT count(*) FROM store_rawupload").fetchone()
    if uploads != len(kept):
        found.append(f"half stored: {uploads} uploads, {len(kept)} taken in")
    return found + _journal(db)


def _journal(db: sqlite3.Connection) -> list[str]:
    from imloop.proof import journal as proof

    number, digest, algorithm = db.execute("SELECT number, hash, algorithm FROM store_journalhead").fetchone()
    head = {"schema": proof.EXPORT, "algorithm": algorithm, "number": number, "hash": digest}
    rows = db.execute(f"SELECT {', '.join(proof.FIELDS)} FROM store_journalentry ORDER BY number")
    entries = [dict(zip(proof.FIELDS, row, strict=True)) for row in rows]
    return proof.check_export(json.dumps(each) for each in [head, *entries]).faults


def cut(written: Written, folder: Path, cuts: int, seed: int, *, honest: bool) -> dict[str, object]:
    """The figures: states looked at, how many had faults, which."""
    chance, steps = random.Random(seed), written.recorder.steps
    disk, places = Disk(written.start), sorted(chance.randrange(1, len(steps) + 1) for _ in range(cuts))
    done, bad, kinds, during = 0, 0, Counter[str](), Counter[str]()
    for place in places:
        for step in steps[done:place]:
            disk.apply(step, honest=honest)
        done = place
        during[steps[place - 1].file.rpartition("-")[2] if "-" in steps[place - 1].file else "database"] += 1
        expected = {sha: receipt for at, sha, receipt in written.acknowledged if at <= place}
        faults = faults_of(folder, disk.after_cut(chance), expected)
        bad += bool(faults)
        kinds.update(fault.partition(":")[0].partition(" ")[0] for fault in faults)
    return {
        "cuts": cuts,
        "cut while writing": dict(during),
        "states with faults": bad,
        "kinds of faults": dict(kinds),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--uploads", type=int, default=120, help="failed tests, each with its repair")
    options.add_argument("--cuts", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lying-disk", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture") as name:
        live, after = Path(name) / "live", Path(name) / "after"
        live.mkdir()
        after.mkdir()
        written = Written(live, given.uploads)
        counts = Counter(step.kind for step in written.recorder.steps)
        found = cut(written, after, given.cuts, given.seed, honest=not given.lying_disk)
    print(
        json.dumps(
            {
                "torture": "power cut" + (", disk that lies" if given.lying_disk else ""),
                "seed": given.seed,
                "acknowledged": len(written.acknowledged),
                "recorded": dict(counts),
                **found,
            },
            indent=1,
        )
    )
    return int(bool(found["states with faults"]) != given.lying_disk)


if __name__ == "__main__":
    sys.exit(main())
