"""Fill a database for the replay after an outage: ``seed_replay.py STATIONS VEHICLES``. Prints the stations' keys."""

from __future__ import annotations

import json
import sys
from datetime import date

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from seed_imloop import BLOCK, PLACE, copies, parties, plate, template, vin  # noqa: E402

from imloop.facts.codes import Method  # noqa: E402
from imloop.steps.accounts.keys import issue_key  # noqa: E402
from imloop.steps.ground.clock import now  # noqa: E402
from imloop.store.models import Case, Line, Party, PartyKind, Standing, Vehicle  # noqa: E402


def station(number: int) -> Party:
    since = date(2020, 1, 1)
    made = Party.objects.create(
        code=f"450203{number:03d}", kind=PartyKind.ISTATION, name=f"基准检验站{number}", place=PLACE
    )
    Standing.objects.create(party=made, state=Standing.State.NETWORKED, since=since, cite="benchmark")
    Line.objects.create(station=made, code="01", methods=[str(method) for method in Method], since=since)
    return made


def main(count: int, vehicles: int) -> None:
    call_command("migrate", verbosity=0)
    first, shop = parties()
    stations, moment = [first, *(station(number) for number in range(2, count + 1))], now()
    templates = [template(first, shop, 9_000_000 + n, repaired=bool(n), moment=moment) for n in range(2)]
    for start in range(0, vehicles, BLOCK):
        rows = Vehicle.objects.bulk_create(
            Vehicle(vin=vin(n), plate=plate(n), fuel="gasoline")
            for n in range(start, min(start + BLOCK, vehicles))
        )
        Case.objects.bulk_create(copies(templates, rows[::10], start))
    keys = {each.code: issue_key(each, moment) for each in stations}
    print(json.dumps({"keys": keys, "tests": len(templates)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
