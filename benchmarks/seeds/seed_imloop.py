"""Fill a contestant's database for imloop: parties, a key, and for P4 vehicles with cases. Prints what clients need.

``python seed_imloop.py VEHICLES``. One vehicle in ten has an open case, every other of those is repaired. The cases are
copies of two that were made through the platform's own steps. Every vehicle has five tests, and every register that the
permit asks is loaded: 300 stations with standing, accreditation, staff, lines, verified instruments and fresh checks.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.management.color import no_style  # noqa: E402

from imloop.exchange.uploads.intake import take_repair, take_test  # noqa: E402
from imloop.facts.codes import Method  # noqa: E402
from imloop.facts.records.check import CheckKind  # noqa: E402
from imloop.sim.sample import sample_message, sample_repair  # noqa: E402
from imloop.steps.accounts.keys import issue_key  # noqa: E402
from imloop.steps.ground.access import caller_for  # noqa: E402
from imloop.steps.ground.clock import now  # noqa: E402
from imloop.store.models import (  # noqa: E402
    Case,
    Certificate,
    Equipment,
    EquipmentCheck,
    Line,
    Party,
    PartyKind,
    RawUpload,
    Staff,
    Standing,
    Vehicle,
)

STATION, SHOP, PLACE = "450203001", "450203M01", "450200"
BLOCK = 2000


def vin(number: int) -> str:
    return f"LSVAU2180N{number:07d}"


_LETTERS = "BCDEFGHJKLMNPQRSTUVWXYZA"


def plate(number: int) -> str:
    """One of its own for each of two million vehicles; the templates' are of other letters."""
    return f"桂{_LETTERS[number // 100_000 % len(_LETTERS)]}{number % 100_000:05d}"


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
    receipt = take_test(body, caller_for(station), failed_at + timedelta(minutes=10))
    case_no = str(receipt.body["case"])
    if repaired:
        body = sample_repair(SHOP, at=repaired_at.isoformat(), plate=plate(number), case_no=case_no)
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


def registers(moment: datetime) -> None:
    """Standing, papers, people, lines, instruments and this morning's checks of 300 stations,
    the asked one among them."""
    day = moment.date()
    since, until = day - timedelta(days=200), day + timedelta(days=100)
    for number in range(300):
        code = f"450203{number + 1:03d}"
        station, fresh = Party.objects.get_or_create(
            code=code, defaults={"kind": PartyKind.ISTATION, "name": f"基准检验站{number}", "place": PLACE}
        )
        if fresh:
            Standing.objects.create(
                party=station, state=Standing.State.NETWORKED, since=since, cite="benchmark"
            )
        Certificate.objects.create(party=station, kind="cma", number=code, since=since, until=until)
        Staff.objects.bulk_create(
            Staff(party=station, name=f"人员{n}", role="inspector", since=since) for n in range(12)
        )
        for line in ("01", "02", "03"):
            row, _ = Line.objects.get_or_create(
                station=station, code=line, defaults={"methods": ["ASM", "TSI"], "since": since}
            )
            for kind in ("analyser", "dynamometer", "tachometer", "obd_reader", "weather_station"):
                one = Equipment.objects.create(
                    line=row, kind=kind, model="M", serial=f"{kind}-{code}-{line}", since=since
                )
                Certificate.objects.create(
                    equipment=one, kind="verification", number="1", since=since, until=until
                )


def checks(moment: datetime) -> None:
    """Every kind of check, fresh, on each line of the asked station and every tenth of the others."""
    for number, line in enumerate(Line.objects.order_by("station__code", "code")):
        if number > 3 and number % 10:
            continue
        for kind in CheckKind:
            name = f"{line.pk}-{kind}"
            raw = RawUpload.objects.create(
                received_at=moment, party_id=line.station_id, kind="check", sha256=name, size=0, body=b""
            )
            EquipmentCheck.objects.create(
                raw=raw,
                line=line,
                check_no=name,
                kind=kind,
                started_at=moment - timedelta(hours=1),
                finished_at=moment - timedelta(hours=1),
                received_at=moment,
                result="pass",
                law_hash="",
                answer={},
            )


_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 5)",
    "postgresql": "WITH n(k) AS (SELECT generate_series(1, 5))",
}


def five_tests_each(station: Party, moment: datetime) -> None:
    """Passed tests of earlier years, written by the database itself: the permit must find its way among them."""
    from django.db import connection

    numbers, started = _NUMBERS[connection.vendor], connection.ops.adapt_datetimefield_value(moment)
    first = RawUpload.objects.order_by("-id").values_list("id", flat=True).first() or 0
    raw = (
        "INSERT INTO store_rawupload (id, received_at, party_id, kind, sha256, size, body, refused)"
        f" {numbers} SELECT {first} + (v.id - 1) * 5 + n.k, %s, {station.pk}, 'test', CAST(v.id AS text), 0, %s, ''"
        " FROM store_vehicle v, n"
    )
    test = (
        "INSERT INTO store_test (raw_id, station_id, test_no, line, vehicle_id, case_no, method, purpose, outcome,"
        " started_at, ended_at, received_at, result, law_hash, verdict, receipt, trace)"
        f" {numbers} SELECT {first} + (v.id - 1) * 5 + n.k, {station.pk}, CAST(v.id * 10 + n.k AS text), "
        "'01', v.id, '',"
        " 'ASM', 'periodic', 'completed', %s, %s, %s, 'pass', '', '{{}}', '{{}}', %s FROM store_vehicle v, n"
    ).replace("{{}}", "{}")
    with connection.cursor() as cursor:
        cursor.execute(raw, [started, b""])
        earlier = connection.ops.adapt_datetimefield_value(moment - timedelta(days=700))
        cursor.execute(test, [earlier, earlier, earlier, b""])
        # Its numbers were given here, past the database's own count.
        for reset in connection.ops.sequence_reset_sql(no_style(), [RawUpload]):
            cursor.execute(reset)
        cursor.execute("ANALYZE")


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    station, shop = parties()
    moment = now()
    if count:
        registers(moment)
        templates = [
            template(station, shop, 9_000_000 + n, repaired=bool(n), moment=moment) for n in range(2)
        ]
        numbers = iter(range(count))
        made = 0
        while block := list(islice(numbers, BLOCK)):
            rows = Vehicle.objects.bulk_create(
                Vehicle(vin=vin(n), plate=plate(n), fuel="gasoline", registered=True) for n in block
            )
            with_case = rows[::10]
            Case.objects.bulk_create(copies(templates, with_case, made))
            made += len(with_case)
        checks(moment)
        five_tests_each(station, moment - timedelta(days=30))
    found = {
        "station": STATION,
        "key": issue_key(station, moment),
        "shop": SHOP,
        "shop_key": issue_key(shop, moment),
        "vehicles": count,
        "tokens": list(Case.objects.order_by("-id").values_list("owner_token", flat=True)[:20]),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
