"""What was stored before 临 and 使 had one place in a plate."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from imloop.store.models import PlateSpan, Vehicle


@pytest.mark.usefixtures("db")
def test_they_are_brought_behind_it_where_nobody_else_bears_that_name() -> None:
    alone = Vehicle.objects.create(vin="LFV2A21K6J3123456", plate="临桂B1234", facts={"plate": "临桂B1234"})
    twin = Vehicle.objects.create(plate="使123456")
    Vehicle.objects.create(plate="123456使")
    days = {"since": date(2020, 1, 1), "until": date(2021, 1, 1)}
    PlateSpan.objects.create(vehicle=alone, plate="临桂B5678", source="import", **days)
    migration = import_module("imloop.store.migrations.0045_marks_behind_plates")
    migration.bring_into_normal_form(apps, None)
    alone.refresh_from_db()
    twin.refresh_from_db()
    assert (alone.plate, alone.facts["plate"], twin.plate) == ("桂B1234临", "桂B1234临", "使123456")
    assert PlateSpan.objects.get().plate == "桂B5678临"
