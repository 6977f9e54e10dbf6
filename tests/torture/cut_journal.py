"""The end of the journal is cut off, entry by entry: ``cut_journal.py --cuts 200``.

A city that works for some days seals its hours, and somebody keeps the roots. Then the journal's last entries are taken
away, as one could who owns the machine: from an exported file, and from the database with its triggers dropped and its
head turned back, so that the rest is sound in itself. Every cut before the last root that was kept must be named by the
verifier; one behind it must be called open, not sound; and ``imloop check`` must miss the uploads' entries.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from imloop.proof.journal import check_export, published_in, read_json  # noqa: E402
from torture.run import free_port, report  # noqa: E402
from torture.site import Site  # noqa: E402


def cut_file(lines: list[str], roots: str, keep: int) -> str:
    """What the verifier says of the file's first lines."""
    found = check_export(iter(lines[:keep]), published_in(read_json(roots)))
    return "named" if found.faults else "open" if found.open or found.vouched else "sound"


def cut_database(file: Path, chance: random.Random) -> int:
    """Entries beyond one and the seals over them are gone, and the head says that it is the last. Which one."""
    with sqlite3.connect(file) as database:
        (last,) = database.execute("SELECT number FROM store_journalhead").fetchone()
        keep = chance.randrange(1, last)
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'store_journal%'"
        for (name,) in database.execute(names).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM store_journalentry WHERE number > ?", [keep])
        database.execute("DELETE FROM store_journalseal WHERE last > ?", [keep])
        database.execute(
            "UPDATE store_journalhead SET number = ?, hash = (SELECT hash FROM store_journalentry WHERE number = ?)",
            [keep, keep],
        )
    return keep


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cuts", type=int, default=200)
    options.add_argument("--databases", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = folder / "whole.sqlite3"
        site = Site(folder, f"sqlite:///{whole}", free_port(), folder / "log")
        made = [site.imloop("prepare", "--demo"), site.imloop("journal", "seal")]
        kept = site.imloop("journal", "root", "--json")
        (folder / "roots.json").write_text(kept.stdout, encoding="utf-8")
        made += [kept, site.imloop("journal", "export", str(folder / "journal.ndjson"))]
        assert not any(each.returncode for each in made), [each.stderr[-500:] for each in made]
        lines = (folder / "journal.ndjson").read_text(encoding="utf-8").splitlines(keepends=True)
        said = Counter(
            cut_file(lines, kept.stdout, keep) for keep in chance.sample(range(1, len(lines)), given.cuts)
        )
        said["whole: " + cut_file(lines, kept.stdout, len(lines))] += 1
        unnoticed = []
        for number in range(given.databases):
            cut = folder / f"cut-{number}.sqlite3"
            shutil.copyfile(whole, cut)
            keep = cut_database(cut, chance)
            site.environment["DATABASE_URL"] = f"sqlite:///{cut}"
            answers = {
                "verify": site.imloop("journal", "verify", "--roots", str(folder / "roots.json")),
                "check": site.imloop("check"),
            }
            unnoticed += [
                f"{number} after {keep}: {what}" for what, each in answers.items() if each.returncode != 1
            ]
    faults = {"unnoticed": unnoticed, "called sound": [said.pop("sound")] if said["sound"] else []}
    told = {"lines": len(lines), "files": dict(said), "databases": given.databases}
    return report("cut journal", {**told, "faults": faults})


if __name__ == "__main__":
    sys.exit(main())
