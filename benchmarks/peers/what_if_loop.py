"""The naive peer of P10: one test after the other through the ORM, the assumed limits in pure Python."""

from __future__ import annotations

import json
from collections import Counter

import django

django.setup()

from asm_python import judge  # noqa: E402

from imloop.facts.days import day_of  # noqa: E402
from imloop.law import load, overlay  # noqa: E402
from imloop.steps.ground.keep_raw import raw_bytes  # noqa: E402
from imloop.store.models import Test  # noqa: E402
from p3_recompute import rules  # noqa: E402

ASSUMED = overlay(load(), "values: {limit_set.ASM: {value: b}}")


def main() -> None:
    after: Counter[str] = Counter()
    known: dict[object, object] = {}
    for test in Test.objects.select_related("raw", "station").iterator(chunk_size=500):
        day = day_of(test.started_at)
        if day not in known:
            known[day] = rules(ASSUMED.at(day, test.station.place), "b")
        result, _ = judge(json.loads(raw_bytes(test.raw)), known[day])  # type: ignore[arg-type]
        after[result] += 1
    print(json.dumps({"tests": after.total(), "after": dict(after)}))


if __name__ == "__main__":
    main()
