"""A backup taken under load is put back while the world has gone on: ``restored_feed.py --seconds 15``.

Stations upload; a backup is taken; they go on for as long. Then the backup is restored into an empty installation, as
after the loss of a machine. Who asks the feed from a place behind the backup's end must hear 409 ``feed-restarted``
with where to go on; who stands before it goes on as if nothing had been; and no number, no key and no place in the feed
that was given out is given out again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture.run import Torture, report  # noqa: E402


def given_out(torture: Torture) -> dict[str, Any]:
    return dict(json.loads(torture.site.python("given_out.py").stdout.splitlines()[-1]))


def asked(torture: Torture, party: str, after: int) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{torture.site.base_url}/api/v1/feed?after={after}&limit=500",
        headers={"Authorization": f"Bearer {torture.keys[party]}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def void_places(
    torture: Torture, before: dict[str, Any], after: dict[str, Any]
) -> tuple[Counter[str], list[str]]:
    """Every party asks from every place that it had been given; what it heard, and what was wrong."""
    heard, wrong = Counter[str](), []
    kept, last = before["seq"], max(map(int, before["seq"]))
    for seq, party in after["seq"].items():
        if party not in torture.keys:
            continue
        status, said = asked(torture, party, int(seq))
        expected = 200 if seq in kept else 409
        heard[f"{status} {said.get('code', 'entries')}"] += 1
        if status != expected or (
            status == 409 and (said["code"], said["after"]) != ("feed-restarted", last)
        ):
            wrong.append(f"{party} from {seq}: {status} {said}")
    return heard, wrong


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        torture = Torture(folder, f"sqlite:///{folder / 'first.sqlite3'}", given.seed)
        site = torture.site
        try:
            torture.load()
            time.sleep(given.seconds)
            archive = folder / "backup.tar.zst"
            backup = site.imloop("backup", str(archive))
            time.sleep(given.seconds)
            torture.rest()
            site.stop()
            after = given_out(torture)
            site.environment["DATABASE_URL"] = f"sqlite:///{folder / 'second.sqlite3'}"
            restored = site.imloop("restore", str(archive))
            before = given_out(torture)
            site.wait_until_up()
            heard, wrong = void_places(torture, before, after)
            torture.clients = torture.stations()
            torture.load()
            time.sleep(given.seconds)
            torture.rest()
            site.stop()
            anew = given_out(torture)
            twice = {
                kind: sorted(
                    set(map(str, after[kind])) & (set(map(str, anew[kind])) - set(map(str, before[kind])))
                )
                for kind in after
            }
            checks = {name: site.imloop(*name.split()).returncode for name in ("journal verify", "check")}
        finally:
            torture.close()
    faults = {
        "commands": [str(each.stderr[-500:]) for each in (backup, restored) if each.returncode],
        "heard": wrong[:5],
        "given out twice": [f"{kind}: {found[:5]}" for kind, found in twice.items() if found],
        "checks": [name for name, code in checks.items() if code],
        "nothing to restore": []
        if heard["409 feed-restarted"] and len(anew["test"]) > len(before["test"])
        else ["x"],
    }
    told = {"tests before, lost, after": [len(before["test"]), len(after["test"]) - len(before["test"])]}
    told["tests before, lost, after"].append(len(anew["test"]) - len(before["test"]))
    return report("restored feed", {**told, "heard from places of before": dict(heard), "faults": faults})


if __name__ == "__main__":
    sys.exit(main())
