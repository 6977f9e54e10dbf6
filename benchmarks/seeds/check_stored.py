"""Judge stored tests again from their raw bytes and compare with the stored verdict: ``check_stored.py COUNT``."""

from __future__ import annotations

import sys

import django

django.setup()

import zstandard  # noqa: E402

from imloop.exchange.uploads.decode_inspection import decode_test  # noqa: E402
from imloop.facts.days import day_of  # noqa: E402
from imloop.law import load  # noqa: E402
from imloop.store.models import Test  # noqa: E402
from imloop.verdict import judge  # noqa: E402


def main(count: int) -> None:
    results: dict[str, int] = {}
    for test in Test.objects.select_related("raw", "station").order_by("-id")[:count]:
        record = decode_test(zstandard.ZstdDecompressor().decompress(bytes(test.raw.body)))
        again = judge(record, load().at(day_of(record.started_at), test.station.place))
        if again.to_json() != test.verdict:
            sys.exit(f"{test.test_no}: judged again, the verdict differs")
        results[test.result] = results.get(test.result, 0) + 1
    words = ", ".join(f"{number} {result}" for result, number in sorted(results.items()))
    print(f"{sum(results.values())} stored verdicts judged again from the raw bytes: identical ({words})")


if __name__ == "__main__":
    main(int(sys.argv[1]))
