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

NONE: dict[str, Any] = {"test": ()}


def given_out(torture: Torture) -> dict[str, Any]:
    """Keys, numbers, and each place in the feed with its receiver: asked by this script in the installation's place."""
    return dict(json.loads(torture.site.python("restored_feed.py", "--given-out").stdout.splitlines()[-1]))


def print_given_out() -> int:
    import django

    django.setup()
    from imloop.store.models import Case, Notice, OutboxEntry, Repair, Test

    found = {
        "seq": dict(OutboxEntry.objects.values_list("id", "receiver")),
        "case": list(Case.objects.values_list("case_no", flat=True)),
        "notice": list(Notice.objects.values_list("notice_no", flat=True)),
        "report": [receipt["report"] for receipt in Test.objects.values_list("receipt", flat=True)],
        "test": list(Test.objects.values_list("id", flat=True)),
        "repair": list(Repair.objects.values_list("id", flat=True)),
    }
    print(json.dumps(found))
    return 0


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


def given_twice(before: dict[str, Any], after: dict[str, Any], anew: dict[str, Any]) -> list[str]:
    """What was given out after the backup, and again after it was restored."""
    found = {kind: (set(after[kind]) - set(before[kind])) & set(anew[kind]) for kind in after}
    return [f"{kind}: {sorted(twice)[:5]}" for kind, twice in found.items() if twice]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--given-out", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.given_out:
        return print_given_out()
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
            checks = {name: site.imloop(*name.split()).returncode for name in ("journal verify", "check")}
        finally:
            torture.close()
    faults = {
        "commands": [str(each.stderr[-500:]) for each in (backup, restored) if each.returncode],
        "heard": wrong[:5],
        "given out twice": given_twice(before, after, anew),
        "checks": [name for name, code in checks.items() if code],
    }
    kept, lost, new = (
        len(each["test"]) - len(less["test"])
        for each, less in ((before, NONE), (after, before), (anew, before))
    )
    if not (heard["409 feed-restarted"] and lost and new):
        faults["nothing was lost"] = [str((kept, lost, new))]
    told = {"tests in the backup, lost, after": [kept, lost, new], "heard from places of before": dict(heard)}
    return report("restored feed", {**told, "faults": faults})


if __name__ == "__main__":
    sys.exit(main())
