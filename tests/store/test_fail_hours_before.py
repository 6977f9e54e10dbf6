"""A repair that was released before it was noted what of: the department's word goes on to be one of the failed test's
hour, and going back keeps it."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from imloop.store.models import Case
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import DAY, failed, gate
from stories.outages.test_who_came_first import released, tells
from support.city import City

_UPGRADE = import_module("imloop.store.migrations.0072_hour_of_a_fail")


def test_a_release_from_before_stands(city: City) -> None:
    case = failed(city)
    city.repair(f"{DAY} 15:00")
    tells(city, f"{DAY} 16:00")
    released(case, f"{DAY} 17:00")
    back, up = (
        _UPGRADE._renamed("fail_hour_at", "released_at"),
        _UPGRADE._renamed("released_at", "fail_hour_at"),
    )
    back(apps, None)
    assert Case.objects.get().snapshot["repairs"][0]["released_at"]
    assert not gate(city, f"{DAY} 17:10")
    up(apps, None)
    assert gate(city, f"{DAY} 17:10")
    assert run(city, f"{DAY} 17:30", purpose="retest")["case_state"] == "closed"
