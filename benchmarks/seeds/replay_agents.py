"""The agents of many stations, in a process of their own: ``seeds/replay_agents.py FOLDER PORT TESTS START`` with the
keys as JSON on the first line of standard input. Fills a spool for each, says ``ready``, waits for a line, and drains
them all with the agent's own uploader. Prints ``{"seconds", "sent", "refused", "tries"}``.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from imloop.agent.run import china_now
from imloop.agent.sending.credentials import credentials
from imloop.agent.sending.platform import Platform
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import Kind, Spool
from p1_ingest import Uploads


def filled(folder: Path, station: str, uploads: Uploads, count: int) -> Spool:
    """A spool as days offline leave it. Filling is not measured, so it need not be safe."""
    spool = Spool(folder / station)
    spool._db.execute("PRAGMA synchronous=OFF")
    for _ in range(count):
        body = uploads.body().replace(b'"station":"450203001"', f'"station":"{station}"'.encode())
        spool.put(Kind.TEST, body, china_now())
    spool._db.execute("PRAGMA synchronous=FULL")
    return spool


def drain(uploader: Uploader, start: threading.Event) -> None:
    start.wait()
    while uploader.step() is not Step.EMPTY:
        pass


def main(folder: Path, port: int, tests: int, first: int) -> None:
    keys: dict[str, str] = json.loads(sys.stdin.readline())
    url, start = f"http://127.0.0.1:{port}", threading.Event()
    uploads = Uploads("", "", first)
    spools, threads = [], []
    for station, key in keys.items():
        spool = filled(folder, station, uploads, tests // len(keys))
        uploader = Uploader(spool, Platform(url, credentials(key, url)), china_now)
        spools.append(spool)
        threads.append(threading.Thread(target=drain, args=(uploader, start)))
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    start.set()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    figures = [spool.figures() for spool in spools]
    tries = sum(item.tries for spool in spools for item in spool.items(limit=tests))
    sent, refused = sum(each.sent for each in figures), sum(each.refused for each in figures)
    print(json.dumps({"seconds": seconds, "sent": sent, "refused": refused, "tries": tries}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
