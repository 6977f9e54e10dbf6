"""Fill a database with stored ASM tests: ``python seed_tests.py TESTS``.
Copies of a few that the platform took in itself."""

from __future__ import annotations

import sys
from datetime import timedelta
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from seed_imloop import STATION, parties, plate  # noqa: E402

from imloop.exchange.uploads.intake import take_test  # noqa: E402
from imloop.sim.sample import sample_message  # noqa: E402
from imloop.steps.ground.access import caller_for  # noqa: E402
from imloop.steps.ground.clock import now  # noqa: E402
from imloop.store.models import RawUpload, Test  # noqa: E402

BLOCK, TEMPLATES = 1000, 60


def main() -> None:
    call_command("migrate", verbosity=0)
    station, _ = parties()
    moment = now()
    for number in range(TEMPLATES):
        at = (moment - timedelta(days=2, minutes=10 * number)).isoformat()
        body = sample_message(
            "ASM", station=STATION, fail=number % 3 == 0, at=at, plate=plate(number), seed=number
        )
        take_test(body, caller_for(station), moment)
    known = list(Test.objects.select_related("raw").order_by("id"))
    wanted = iter(range(len(known), int(sys.argv[1])))
    while numbers := list(islice(wanted, BLOCK)):
        raws, tests = [], []
        for number in numbers:
            test = known[number % len(known)]
            raw = {
                name: getattr(test.raw, name)
                for name in ("received_at", "party_id", "kind", "sha256", "size", "body")
            }
            raws.append(RawUpload(**raw))
            fields = {field.attname: getattr(test, field.attname) for field in Test._meta.fields}
            tests.append(Test(**{**fields, "id": None, "test_no": f"C{number}"}))
        for raw, test in zip(RawUpload.objects.bulk_create(raws), tests, strict=True):
            test.raw = raw
        Test.objects.bulk_create(tests)
    print(Test.objects.count())


if __name__ == "__main__":
    main()
