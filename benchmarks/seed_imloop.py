"""Fill a contestant's database for imloop: parties, a key, and for P4 vehicles with cases. Prints what clients need.

``python seed_imloop.py VEHICLES``. One vehicle in ten has an open case, every other of those is repaired. The cases are
copies of two that were made through the platform's own steps.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from imloop.exchange.intake import take_repair, take_test  # noqa: E402
from imloop.facts.codes import Method  # noqa: E402
from imloop.sim.sample import sample_message  # noqa: E402
from imloop.steps.access import caller_for  # noqa: E402
from imloop.steps.clock import now  # noqa: E402
from imloop.steps.keys import issue_key  # noqa: E402
from imloop.store.models import Case, Line, Party, PartyKind, Standing, Vehicle  # noqa: E402

STATION, SHOP, PLACE = "450203001", "450203M01", "450200"
BLOCK = 2000


def vin(number: int) -> str:
    return f"LSVAU2180N{number:07d}"


def plate(number: int) -> str:
    return f"桂B{number % 100_000:05d}"


def parties() -> tuple[Party, Party]:
    since = date(2020, 1, 1)
    station = Party.objects.create(code=STATION, kind=PartyKind.ISTATION, name="基准检验站", place=PLACE)
    shop = Party.objects.create(code=SHOP, kind=PartyKind.MSTATION, name="基准维修站", place=PLACE)
    for kind in (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT):
        Party.objects.create(code=f"{PLACE}-{kind}", kind=kind, name=str(kind), place=PLACE)
    Standing.objects.create(party=station, state=Standing.State.NETWORKED, since=since, cite="benchmark")
    Standing.objects.create(party=shop, state=Standing.State.LISTED, since=since, cite="benchmark")
    Line.objects.create(station=station, code="01", methods=[str(m) for m in Method], since=since)
    return station, shop


def template(station: Party, shop: Party, number: int, *, repaired: bool, moment: datetime) -> Case:
    """An open case made by a real upload, with or without a real repair."""
    failed_at, repaired_at = (moment - timedelta(hours=hours) for hours in (3, 1))
    body = sample_message("ASM", station=STATION, fail=True, at=failed_at.isoformat(), plate=plate(number))
    receipt = take_test(body, caller_for(station), moment)
    case_no = str(receipt.body["case"])
    if repaired:
        body = sample_message(
            "repair", station=SHOP, at=repaired_at.isoformat(), plate=plate(number), case_no=case_no
        )
        take_repair(body, caller_for(shop), moment)
    return Case.objects.get(case_no=case_no)


def copies(templates: list[Case], vehicles: list[Vehicle], first: int) -> list[Case]:
    out = []
    for offset, vehicle in enumerate(vehicles):
        source = templates[offset % len(templates)]
        case_no = f"{PLACE}-2020-{first + offset:06d}"
        fields = {
            f.attname: getattr(source, f.attname) for f in Case._meta.concrete_fields if not f.primary_key
        }
        fields.update(
            case_no=case_no,
            vehicle_id=vehicle.pk,
            owner_token=f"bench{first + offset}",
            snapshot={**source.snapshot, "case_no": case_no},
        )
        out.append(Case(**fields))
    return out


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    station, shop = parties()
    moment = now()
    if count:
        templates = [
            template(station, shop, 9_000_000 + n, repaired=bool(n), moment=moment) for n in range(2)
        ]
        numbers = iter(range(count))
        made = 0
        while block := list(islice(numbers, BLOCK)):
            rows = Vehicle.objects.bulk_create(
                Vehicle(vin=vin(n), plate=plate(n), fuel="gasoline") for n in block
            )
            with_case = rows[::10]
            Case.objects.bulk_create(copies(templates, with_case, made))
            made += len(with_case)
    print(json.dumps({"station": STATION, "key": issue_key(station, moment), "vehicles": count}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
