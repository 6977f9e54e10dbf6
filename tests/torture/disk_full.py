"""The disk fills up under load and is freed again: ``disk_full.py --rounds 5 --database sqlite|postgresql``.

The database lies on a small file system in memory (needs the right to mount one). While it is full every upload must be
refused by name, nothing half stored; when there is room again the platform goes on by itself.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[2] / "scripts"),
]

from torture.run import Torture, report  # noqa: E402

SIZE_MB = {"sqlite": 48, "postgresql": 160}
FULL_SECONDS, FREE_SECONDS = 6.0, 8.0
_PIECE = bytes(64 * 1024)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file: Path) -> None:
    """To the last byte: what is freed meanwhile is taken, too."""
    with file.open("ab", buffering=0) as out:
        for piece in (_PIECE, _PIECE[:4096], _PIECE[:1]):
            try:
                while True:
                    out.write(piece)
            except OSError:
                continue


@contextmanager
def database(kind: str, disk: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{disk / 'imloop.sqlite3'}"
        return
    from pg import Server

    server = Server(disk, durable=True)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def fill_and_free(torture: Torture, disk: Path, rounds: int) -> dict[str, object]:
    """How long it took, after room was made, until an upload was kept again."""
    filler, waited = disk / "filler", []
    for _ in range(rounds):
        time.sleep(FREE_SECONDS)
        until = time.monotonic() + FULL_SECONDS
        while time.monotonic() < until:
            fill(filler)
            torture.site.ensure()
            time.sleep(0.2)
        before = torture.counts()["acknowledged: test"]
        filler.unlink()
        freed = time.monotonic()
        while torture.counts()["acknowledged: test"] == before and time.monotonic() < freed + 120:
            torture.site.ensure()
            time.sleep(0.05)
        waited.append(round(time.monotonic() - freed, 1))
        print(f"kept again after {waited[-1]} s", file=sys.stderr, flush=True)
    return {"times full": rounds, "kept again after, s": waited}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=tuple(SIZE_MB), default="sqlite")
    options.add_argument("--keep", type=Path, help="leave the folder of a run that found something here")
    given = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture", dir="/tmp")))
        folder.chmod(0o755)
        disk = stack.enter_context(small_disk(folder / "disk", SIZE_MB[given.database]))
        url = stack.enter_context(database(given.database, disk))
        torture = Torture(folder, url, given.seed, data=disk if given.database == "sqlite" else None)
        stack.callback(torture.close)
        torture.load()
        found = fill_and_free(torture, disk, given.rounds)
        torture.rest()
        torture.drain()
        found = {"seed": given.seed, "database": given.database, **found, **torture.verdict()}
        code = report("disk full", found)
        if code and given.keep:
            shutil.copytree(folder, given.keep, dirs_exist_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
